"""FHIR and HL7 v2 samples by configuration alone, held against a plain reading of the files.

The plain reading walks JSON and XML, and splits segments, by itself: it shares nothing with the
readers.
"""

import hashlib
import json
import re
from collections import Counter
from pathlib import Path
from xml.etree import ElementTree
from zipfile import ZipFile

import polars as pl
import pytest

from tests.running import SHARED, finished, make_fhir, make_hl7v2


@pytest.fixture(scope="module")
def fhir(tmp_path_factory) -> Path:
    """The study of FHIR samples, run."""
    return finished(make_fhir(tmp_path_factory.mktemp("fhir")))


@pytest.fixture(scope="module")
def hl7v2(tmp_path_factory) -> Path:
    """The study of HL7 v2 samples, run."""
    return finished(make_hl7v2(tmp_path_factory.mktemp("hl7v2")))


def files(folder: str, pattern: str) -> list[Path]:
    found = sorted((SHARED / folder).glob(pattern))
    if not found:
        pytest.skip(f"the files are not here (../shared/data/{folder})")
    return found


def ledger(study: Path, source: str) -> pl.DataFrame:
    rows = pl.read_csv(study / "results/quality/ledger.tsv", separator="\t")
    return rows.filter(source=source)


def cells(rows: pl.DataFrame, **where: str) -> int:
    return rows.filter(**where)["cells"].sum()


def assert_balanced(rows: pl.DataFrame) -> None:
    assert rows["stage"].n_unique() > 1
    for (stage,), own in rows.group_by("stage"):
        balance = cells(own, kind="fate") + cells(own, kind="out")
        assert cells(own, kind="in") == balance, stage


def values(study: Path, source: str) -> pl.DataFrame:
    parts = sorted(study.glob(f"results/harmonised/{source}/*/*.parquet"))
    return pl.concat(pl.read_parquet(part) for part in parts)


def set_aside(study: Path) -> Counter:
    rows = pl.read_parquet(study / "results/restricted/quarantine.parquet")
    return Counter(rows["rule"])


def names_of(study: Path, source: str) -> dict[str, str]:
    """What results call a file -> its name."""
    rows = pl.read_csv(study / f"results/restricted/files_{source}.tsv", separator="\t")
    return {row["file"]: Path(row["path"]).name for row in rows.iter_rows(named=True)}


def observed() -> list[dict]:
    """Each value of an Observation in JSON: file, codes, day, number and unit; None without one."""
    found = []
    for path in files("fhir", "*.json"):
        for entry in json.loads(path.read_bytes())["entry"]:
            resource = entry["resource"]
            if resource["resourceType"] != "Observation":
                continue
            parts = resource.get("component") or [resource]
            for part in parts:
                quantity = part.get("valueQuantity", {})
                found.append(
                    {
                        "file": path.name,
                        "codes": [coding["code"] for coding in part["code"]["coding"]],
                        "day": resource["effectiveDateTime"][:10],
                        "number": quantity.get("value"),
                        "unit": quantity.get("code") or quantity.get("unit"),
                    }
                )
    return found


def test_every_observation_of_the_json_bundles_has_one_fate(fhir):
    rows = ledger(fhir, "bundles")
    assert cells(rows, stage="ingest", kind="in") == len(observed()) == 116
    assert_balanced(rows)


def test_names_of_a_patterns_files_stand_in_one_place(fhir):
    """Bundles are named after their persons; results call them by number."""
    own = files("fhir", "*.json")
    assert sorted(names_of(fhir, "bundles").values()) == [path.name for path in own]
    listed = pl.read_csv(fhir / "results/restricted/files_bundles.tsv", separator="\t")
    digests = [hashlib.sha256(path.read_bytes()).hexdigest() for path in own]
    assert all(d.startswith(b) for d, b in zip(digests, listed["sha256_begins"], strict=True))
    found = set()
    for path in (path for path in (fhir / "results").rglob("*") if path.is_file()):
        data = path.read_bytes()
        if path.suffix == ".parquet":
            data = pl.read_parquet(path).write_csv().encode()
        elif path.suffix == ".xlsx":
            with ZipFile(path) as book:
                data = b"".join(map(book.read, book.namelist()))
        if any(one.stem.encode() in data for one in own):
            found.add(path.relative_to(fhir / "results").as_posix())
    assert "restricted/files_bundles.tsv" in found
    # the same bundles list the persons of the study
    assert found <= {"restricted/files_bundles.tsv", "restricted/files_people.tsv"}


def test_every_observation_of_the_xml_bundle_is_counted_and_ignored(fhir):
    [path] = files("fhir", "*.xml")
    fhir_name = "{{http://hl7.org/fhir}}{}".format
    every = ElementTree.parse(path).getroot().findall(f".//{fhir_name('Observation')}")
    # three of 19 have no value and list their members, which are the other 16
    found = [o for o in every if o.find(fhir_name("related")) is None]
    assert len(every) == 19
    rows = ledger(fhir, "urinalysis")
    assert cells(rows, stage="ingest", kind="in") == len(found) == 16
    assert cells(rows, fate="ignored") == len(found)
    assert_balanced(rows)


@pytest.mark.parametrize(
    ("code", "marker", "slope"),
    [
        ("4548-4", "HBA1C", 1.0),
        ("29463-7", "WEIGHT", 1.0),
        ("8480-6", "SBP", 1.0),
        ("2160-0", "CREAT", 88.4),
        ("2885-2", "TP", 10.0),
        # K/uL is 10*9/L
        ("777-3", "PLT", 1.0),
        # 8.84 mg/g is 1 mg/mmol
        ("14959-1", "UACR", 1 / 8.84),
    ],
)
def test_values_of_fhir_are_those_of_the_files(fhir, code, marker, slope):
    own = [o for o in observed() if code in o["codes"]]
    ours = values(fhir, "bundles").filter(marker=marker)
    # one person's weight stands under another code too
    if marker == "WEIGHT":
        own += [o for o in observed() if "3141-9" in o["codes"]]
    expected = sorted((Path(o["file"]).name, o["day"], o["number"] * slope) for o in own)
    names = names_of(fhir, "bundles")
    got = sorted(
        (names[file], day.isoformat(), value)
        for file, day, value in ours.select("file", "sample_date", "value").rows()
    )
    assert [row[:2] for row in got] == [row[:2] for row in expected] != []
    numbers = [row[2] for row in expected]
    assert [row[2] for row in got] == pytest.approx(numbers, rel=1e-12)


def test_what_fhir_does_not_allow_to_know_is_set_aside(fhir):
    # ALT and AST in mmol/L; six markers of a patient whom the file does not have
    wrong = [o for o in observed() if {"1742-6", "1920-8"} & {*o["codes"]} and o["unit"] != "U/L"]
    nobody = {"3094-0", "2160-0", "2885-2", "1751-7", "6768-6", "777-3"}
    lost = [o for o in observed() if o["file"].startswith("argonaut") and nobody & {*o["codes"]}]
    assert set_aside(fhir) == {"unknown_unit": len(wrong), "unknown_person": len(lost)}
    assert (len(wrong), len(lost)) == (2, 6)


def test_fhir_before_and_after_of_one_infant(fhir):
    rows = pl.read_csv(fhir / "results/restricted/comparisons.csv", infer_schema_length=None)
    row = rows.filter(marker="WEIGHT", primary=True)
    own = [o for o in observed() if "29463-7" in o["codes"] and o["file"].startswith("Junita")]
    by_day = {o["day"]: o["number"] for o in own}
    assert row["n_pairs"].item() == 1 and len(by_day) == 8
    assert row["baseline_median"].item() == pytest.approx(by_day[min(by_day)])
    # born 2019-10-23; the visit nearest to day 182 within 45 is that of day 161
    assert row["followup_median"].item() == pytest.approx(by_day["2020-04-01"])
    assert row["p_value"].item() is None


def segments() -> list[tuple[str, list[str]]]:
    """Type of the message, and fields, of each segment of all files."""
    found = []
    for path in files("hl7v2", "*.hl7"):
        kind = ""
        for line in re.split(r"[\r\n]+", path.read_bytes().decode("utf-8-sig")):
            fields = line.strip().split("|")
            if fields[0] == "MSH":
                kind = fields[8]
            if fields[0]:
                found.append((kind, fields))
    return found


def results() -> list[tuple[str, str, str, str]]:
    """Type of the message, code, text and status of each value: each repetition of an OBX-5."""
    found = []
    for kind, fields in segments():
        if fields[0] == "OBX":
            fields = [*fields, *[""] * 12]
            code = fields[3].split("^")[0]
            found += [(kind, code, text, fields[11]) for text in fields[5].split("~")]
    return found


def test_every_result_of_the_messages_has_one_fate(hl7v2):
    rows = ledger(hl7v2, "messages")
    assert cells(rows, stage="ingest", kind="in") == len(results()) == 41
    assert_balanced(rows)
    copies = [kind for kind, *_ in results() if kind == "ADT^A01"]
    assert cells(rows, reason="message ADT^A01") == len(copies) == 2
    # without any code nobody can say what a text is
    nameless = [text for kind, code, text, _ in results() if kind != "ADT^A01" and not code]
    assert set_aside(hl7v2)["unknown_analyte"] == len([text for text in nameless if text]) == 5


@pytest.mark.parametrize(
    ("code", "marker", "slope"),
    [("11125-2", "PLT", 1.0), ("10368-9", "LEAD", 1.0), ("1554-5", "FBS", 0.055507449)],
)
def test_values_of_messages_are_those_of_the_files(hl7v2, code, marker, slope):
    own = [text for _, c, text, _ in results() if c == code]
    # structured numeric: comparator ^ number
    numbers = sorted(float(text.split("^")[-1]) * slope for text in own)
    ours = values(hl7v2, "messages").filter(marker=marker)["value"].sort().to_list()
    assert ours == pytest.approx(numbers, rel=1e-7) and ours


def test_one_result_sent_twice_is_one_and_two_that_differ_are_none(hl7v2):
    # lead of one person and day stands in two messages; platelets are 221 and 220, both final
    rows = ledger(hl7v2, "messages")
    assert cells(rows, fate="duplicate", reason="identical_repeat") == 1
    final = [text for _, c, text, status in results() if c == "11125-2" and status == "F"]
    assert sorted(final) == ["220", "221"]
    assert set_aside(hl7v2)["contradictory_repeat"] == len(final)


def test_no_name_or_number_of_a_patient_reaches_a_shareable_result(hl7v2):
    said = {"DUCK", "Huckleberry", "EVERYWOMAN", "Whiteagle", "123121234", "555-44-4444"}
    raw = b"".join(path.read_bytes() for path in files("hl7v2", "*.hl7")).decode("utf-8-sig")
    assert all(word in raw for word in said)
    texts = [
        path
        for path in hl7v2.glob("results/**/*")
        if path.suffix in (".tsv", ".csv", ".json", ".html", ".log")
    ]
    assert len(texts) > 20
    for path in texts:
        text = path.read_text("utf-8")
        assert not [word for word in said if word in text], path.name
