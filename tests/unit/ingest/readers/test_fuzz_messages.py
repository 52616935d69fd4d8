"""Damaged and hostile HL7 and FHIR files: each gives rows or a UserError, never anything else.

The damage is drawn from a fixed seed; the good files are our own, beside this test, whose rows
test_hl7 and test_fhir hold against other sources.
"""

import json
import random
import re
import subprocess
import sys
from itertools import pairwise
from pathlib import Path
from xml.sax.saxutils import quoteattr

import pytest
from labcohort.errors import UserError
from labcohort.ingest.readers import read_tables

from tests.running import HOME

DATA = Path(__file__).parent / "data"
NAMES = re.compile("Doe|Jane|Roe|Rick|AB123456|MRN-|999-11")


def as_bundle() -> list[dict]:
    lines = (DATA / "observations.ndjson").read_text().splitlines()
    return [json.loads(line) for line in lines if line]


def as_xml(node, tag: str) -> str:
    """JSON as FHIR's XML, for the few shapes that our file has."""
    if isinstance(node, list):
        return "".join(as_xml(part, tag) for part in node)
    if not isinstance(node, dict):
        return f"<{tag} value={quoteattr(str(node).lower() if node is True else str(node))}/>"
    inner = "".join(as_xml(part, key) for key, part in node.items() if key != "resourceType")
    if "resourceType" in node and tag in ("resource", "contained"):
        return f"<{tag}><{node['resourceType']}>{inner}</{node['resourceType']}></{tag}>"
    return f"<{tag}>{inner}</{tag}>"


BUNDLE = {
    "resourceType": "Bundle",
    "entry": [{"fullUrl": f"urn:x:{n}", "resource": r} for n, r in enumerate(as_bundle())],
}
GOOD = {
    "hl7": (DATA / "oru_batch.hl7").read_bytes(),
    "ndjson": (DATA / "observations.ndjson").read_bytes(),
    "json": json.dumps(BUNDLE, indent=1).encode(),
    "xml": as_xml(BUNDLE, "Bundle")
    .replace("<Bundle", '<Bundle xmlns="http://hl7.org/fhir"')
    .encode(),
}
PIECES = [b"", b"|", b"~", b"^", b"\\", b"\r", b"\n", b"{", b"[", b'"', b"<", b"&", b"\0", b"\xff"]


@pytest.fixture(params=["results", "patients"])
def outcome(request, tmp_path):
    """Rows of these bytes, held to what rows are; None where a UserError refuses them."""

    def rows_of(data: bytes, kind: str) -> list | None:
        path = tmp_path / "x"
        path.write_bytes(data)
        how = {"type": "hl7" if kind == "hl7" else "fhir", "content": request.param}
        try:
            rows = [row for table in read_tables(path, "raw/x", how) for row in table.rows]
        except UserError as error:
            assert "raw/x" in error.where and error.rule and error.do
            assert not NAMES.search(str(error))
            return None
        assert rows[0][0] == 0
        assert all(low <= high for (low, _), (high, _) in pairwise(rows))
        assert all(len(cells) == len(rows[0][1]) for _, cells in rows)
        # encode() fails on what no file can hold
        assert all(cell.encode().decode().strip() == cell for _, r in rows for cell in r)
        return rows

    return rows_of


def test_xml_and_json_of_one_bundle_have_the_same_rows(outcome):
    assert outcome(GOOD["xml"], "xml") == outcome(GOOD["json"], "json")


@pytest.mark.parametrize("kind", GOOD)
class TestDamage:
    def test_none(self, outcome, kind):
        assert len(outcome(GOOD[kind], kind)) > 2

    def test_cut(self, outcome, kind):
        """What a file that was cut gives is in the whole file too, but for the last dates."""
        steps = {"hl7": 1, "ndjson": 7, "json": 23, "xml": 13}
        whole = outcome(GOOD[kind], kind)
        known = {key(row) for row in whole}
        for size in range(0, len(GOOD[kind]), steps[kind]):
            rows = outcome(GOOD[kind][:size], kind) or []
            assert {key(row) for row in rows} <= known

    def test_flipped_bits(self, outcome, kind):
        draw = random.Random(1)
        for _ in range(150):
            damaged = bytearray(GOOD[kind])
            for _ in range(draw.choice((1, 1, 3, 10))):
                damaged[draw.randrange(len(damaged))] ^= 1 << draw.randrange(8)
            outcome(bytes(damaged), kind)

    def test_bytes_put_in_and_taken_out(self, outcome, kind):
        draw = random.Random(2)
        for _ in range(150):
            at = draw.randrange(len(GOOD[kind]))
            rest = GOOD[kind][at + draw.randrange(3) :]
            outcome(GOOD[kind][:at] + draw.choice(PIECES) + rest, kind)

    def test_nothing_but_chance(self, outcome, kind):
        draw = random.Random(3)
        for size in range(0, 120, 2):
            outcome(GOOD[kind][: size % 8] + draw.randbytes(size), kind)


def key(row):
    """A result without its dates (a patient without anything but the id)."""
    number, cells = row
    return (number, *cells[:9]) if len(cells) > 8 else (number, cells[0])


def test_json_with_its_parts_exchanged(outcome):
    """Well-formed JSON in which any part stands where another is due."""
    draw = random.Random(4)
    parts = [*objects(BUNDLE), "text", "5.4", True, None, [], {}, [[]], 7]
    for _ in range(400):
        bundle = json.loads(json.dumps(BUNDLE))
        for _ in range(draw.choice((1, 2, 5))):
            node = draw.choice([node for node in objects(bundle) if node])
            node[draw.choice(list(node))] = json.loads(json.dumps(draw.choice(parts)))
        outcome(json.dumps(bundle).encode(), "json")


def objects(node):
    if isinstance(node, dict):
        yield node
    for part in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        yield from objects(part)


# --- size

MEASURE = """
import sys
sys.path[:0] = [sys.argv[1]]
from pathlib import Path
from labcohort.errors import UserError
from labcohort.ingest.readers import read_tables
try:
    for table in read_tables(Path(sys.argv[2]), "raw/x", {"type": sys.argv[3]}):
        print(sum(1 for _ in table.rows), "rows")
except UserError as error:
    print(error.what)
status = Path("/proc/self/status")
if status.exists():  # getrusage counts what the parent had before this program was loaded
    kib = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
    print(int(kib.split()[1]) // 1024)
else:
    import resource
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 20)
"""
MSH = b"MSH|^~\\&|||||||ORU^R01\r"
OBSERVATION = b'{"resourceType": "Observation", "valueString": "'


@pytest.mark.parametrize(
    ("kind", "start", "block", "times", "said", "mebibytes"),
    [
        ("hl7", MSH + b"OBX|", b"a" * 1_000_000, 200, "more than 16,777,216 characters", 200),
        ("hl7", MSH + b"OBX|", b"~" * 1_000_000, 10, "20,000 parts in a segment", 200),
        ("hl7", MSH, b"NTE|1\r" * 100_000, 20, "100,000 segments", 200),
        ("hl7", MSH, (b"NTE|" + b"a" * 1_000_000 + b"\r"), 80, "67,108,864 characters", 300),
        ("hl7", b"", MSH * 10_000, 4, "1 rows", 50),
        (
            "fhir",
            b'{"a":1}\n' + OBSERVATION,
            b"a" * 1_000_000,
            50,
            "more than 16,777,216 bytes",
            200,
        ),
        ("fhir", OBSERVATION, b"a" * 1_000_000, 100, "JSON cannot be read", 600),
        ("fhir", b'{"a":[', b"{}," * 300_000, 200, "the bundle is too large", 300),
        ("fhir", b'{"a":[', b"[" * 1_000_000, 200, "the bundle is too large", 300),
        ("fhir", b"<a>", b"<b/>" * 250_000, 20, "too many", 300),
        ("fhir", b'<a b="', b"a" * 1_000_000, 100, "or 16 in one text", 200),
        ("fhir", b"<a>", b"a" * 1_000_000, 300, "the bundle is too large", 100),
    ],
)
def test_a_huge_file_takes_bounded_memory(tmp_path, kind, start, block, times, said, mebibytes):
    path = tmp_path / "huge"
    with path.open("wb") as file:
        file.write(start)
        for _ in range(times):
            file.write(block)
    done = subprocess.run(
        [sys.executable, "-c", MEASURE, str(HOME / "workflow"), str(path), kind],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    path.unlink()
    found, peak = done.stdout.splitlines()
    assert said in found
    assert int(peak) < mebibytes
