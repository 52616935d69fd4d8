"""FHIR files to rows: the public examples where they lie, and small files of our own.

Counts are held against counts made here by walking all of the JSON (or by searching the XML's
text); other expected texts are read by eye from the files.
"""

import gzip
import json
import re
from pathlib import Path

import pytest
from labcohort.errors import UserError
from labcohort.ingest.readers import fhir_files, read_tables
from labcohort.ingest.readers.records import PATIENTS, RESULTS

from tests.running import SHARED

FHIR = SHARED / "fhir"
JSON = sorted(FHIR.glob("*.json"))
LINES = Path(__file__).parent / "data" / "observations.ndjson"
needs_examples = pytest.mark.skipif(not JSON, reason="../shared/data/fhir is not here")
CODE = {"code": "P"}
OBSERVATION = {
    "resourceType": "Observation",
    "status": "final",
    "code": {"coding": [{"system": "http://loinc.org", "code": "2345-7"}]},
    "subject": {"reference": "Patient/p-1"},
    "valueQuantity": {"value": 5.4, "unit": "mmol/L"},
}


def read(path: Path, **how) -> list[dict]:
    """Rows as dictionaries, each with its `row`."""
    [table] = read_tables(path, "raw/x.json", {"type": "fhir"} | how)
    assert table.sheet is None
    header, *rows = table.rows
    assert header == (0, list(PATIENTS if how.get("content") == "patients" else RESULTS))
    return [{"row": number} | dict(zip(header[1], cells, strict=True)) for number, cells in rows]


@pytest.fixture
def of(tmp_path):
    """Rows of a file of this text, these bytes or this JSON."""

    def rows(content, **how):
        path = tmp_path / "x.json"
        text = content if isinstance(content, str | bytes) else json.dumps(content)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return read(path, **how)

    return rows


def bundle(*resources, **urls) -> dict:
    """A bundle; `urls`: fullUrl by the resource's place (e0, e1 …)."""
    entries = [
        {"resource": r} | ({"fullUrl": urls[f"e{n}"]} if f"e{n}" in urls else {})
        for n, r in enumerate(resources)
    ]
    return {"resourceType": "Bundle", "type": "collection", "entry": entries}


def refused(of, content, **how) -> UserError:
    with pytest.raises(UserError) as caught:
        of(content, **how)
    return caught.value


def objects(node):
    """All objects in JSON, at any depth."""
    if isinstance(node, dict):
        yield node
    for part in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        yield from objects(part)


# --- the public examples


@needs_examples
@pytest.mark.parametrize("path", JSON, ids=lambda p: p.stem[:20])
def test_each_value_of_the_examples_is_a_row(path):
    observations = [
        node
        for node in objects(json.loads(path.read_bytes()))
        if node.get("resourceType") == "Observation"
    ]
    own = sum(any(re.match("value[A-Z]", key) for key in node) for node in observations)
    parts = sum(len(node.get("component", ())) for node in observations)
    # no value, no component: an empty value each
    bare = sum(not re.search('"value[A-Z]', json.dumps(node)) for node in observations)
    rows = read(path)
    assert len(rows) == own + parts + bare
    assert sum(not row["value"] for row in rows) == bare
    assert len({(row["row"], row["place"]) for row in rows}) == len(rows)


@needs_examples
def test_counts_of_the_examples():
    # 35 quantities, 8 codes and 8 blood pressures of two components; a search with grep gives
    # the same numbers of valueQuantity less 16, valueCodeableConcept and component
    assert [len(read(path)) for path in JSON] == [35 + 8 + 16, 24, 18 + 3 + 6 + 6]


@needs_examples
def test_the_xml_example():
    path = FHIR / "heathedatainc-labs.fhir.xml"
    text = path.read_text()
    rows = read(path)
    # three more Observations are panels that name their members
    assert text.count("<Observation>") == 19
    assert len(rows) == 16 == len(re.findall("<value[A-Z]", text))
    [ph] = [row for row in rows if row["analyte_name"] == "PH"]
    assert (ph["value"], ph["unit"], ph["range"]) == ("6.0", "[pH]", "5.0-8.0")
    assert (ph["person"], ph["date"]) == ("1134281", "2005-07-05")
    assert rows[0]["value"] == "Yellow" and rows[0]["analyte"] == "5778-6"
    cells = next(row for row in rows if row["analyte_name"] == "EPITHELIAL CELLS")
    assert (cells["value"], cells["unit"], cells["place"]) == ("1-5", "/[HPF]", "valueRange")


@needs_examples
def test_values_read_by_eye_from_the_examples():
    rows = read(FHIR / "argonaut-lab-data.fhir.json")
    urea = next(row for row in rows if row["analyte"] == "3094-0")
    assert (urea["value"], urea["unit"], urea["date"]) == ("9", "mg/dL", "2005-07-04")
    assert (urea["person"], urea["sex"]) == ("1032702", "")  # its Patient is not in the file
    [junita] = {(r["person"], r["sex"], r["birth_date"]) for r in read(JSON[0])}
    assert junita == ("fa8cdd1f-d2d8-476c-9247-b279dddd595d", "female", "2019-10-23")
    pressure = next(row for row in read(JSON[0]) if row["analyte"] == "8480-6")
    assert (pressure["value"], pressure["place"]) == (
        "132.62533679735998",
        "component[1].valueQuantity",
    )
    assert pressure["reported"] == "2019-10-23T23:59:46.707+00:00"


@needs_examples
def test_patients_of_the_examples():
    [junita] = read(JSON[0], content="patients")
    assert junita == {
        "row": 1,
        "id": "fa8cdd1f-d2d8-476c-9247-b279dddd595d",
        "sex": "female",
        "birth_date": "2019-10-23",
        "deceased": "",
        "name": "Junita Labadie",
        "telecom": "555-257-7857",
        "address": "515 Kub Ville Apt 11 Reading Massachusetts 01801 US",
        "national_id": "999-72-4330",
    }
    # DSTU2: the family name is a list
    names = [row["name"] for row in read(FHIR / "diabetes.json", content="patients")]
    assert names == ["Dan Diabetes", "Lucie Diabetes", "Chris Diabetes"]


# --- our own NDJSON (its text is beside this test)


def test_ndjson_line_by_line():
    rows = read(LINES)
    assert [(r["row"], r["place"], r["person"], r["value"]) for r in rows] == [
        (1, "valueQuantity", "p-1", "<0.50"),
        (2, "valueQuantity", "p-1", "5.40"),
        (3, "value[x]", "p-2", ""),
        # line 4 is blank. The contained patient's number of social security is not taken
        (5, "valueString", "MRN-9", "5.6"),
        (6, "valueBoolean", "", "true"),
        (7, "component[0].valueQuantity", "p-1", "120"),
        (7, "component[1].value[x]", "p-1", ""),
        # line 8 is a panel that names its members
        (9, "valueRatio", "p-1", "1:128"),
        (10, "valueRange", "MRN-7", "1-5"),
        (11, "contained[0].valueQuantity", "p-1", "130"),
    ]


def test_codes_units_ranges_and_dates_of_the_ndjson():
    first, second, third, fourth, *_, ninth, contained = read(LINES)
    assert first == {
        "row": 1,
        "place": "valueQuantity",
        "person": "p-1",
        "analyte": "14646-4",
        "analyte_name": "HDL",
        "local_code": "HDLX",
        "value": "<0.50",
        "unit": "mmol/L",
        "range": "1.00-1.6",
        "status": "final",
        "date": "2024-02-29T07:30:00+08:00",
        "reported": "2024-03-01T07:00:00Z",
        "record": "",
        "version": "",
        # the patient is in the last line
        "sex": "female",
        "birth_date": "1970-01-02",
        "message": "Observation",
        "ignored": "",
    }
    # no LOINC, no UCUM, a period, and an absolute reference with a version
    assert (second["analyte"], second["local_code"], second["unit"]) == ("HDLX", "HDLX", "mg/dL")
    assert (second["range"], second["date"]) == ("<5", "2024-03-01")
    assert second["status"] == "entered-in-error"
    assert (third["analyte"], third["date"]) == ("Only a text", "2024-03-03T00:00:00Z")
    assert (fourth["sex"], fourth["birth_date"], fourth["range"]) == ("male", "1960", "as usual")
    # of two ranges, for women and for men, none is chosen
    assert (ninth["range"], ninth["unit"]) == ("", "/HPF")
    assert contained["analyte"] == "718-7"


def test_versions_of_a_resource_sort_in_their_order(of):
    # instants of hl7.org/fhir/R4/datatypes.html#instant; the order is that of the times in UTC
    metas = [
        {"lastUpdated": "2024-03-01T23:59:59Z", "versionId": "9"},
        {"lastUpdated": "2024-03-01T22:00:00-03:00", "versionId": "2"},
        {"lastUpdated": "2024-03-02T01:00:00.250Z", "versionId": "3"},
        {"lastUpdated": "2024-03-02T02:00:00.250+01:00", "versionId": "10"},
    ]
    lines = [OBSERVATION | {"id": "a", "meta": meta} for meta in metas]
    rows = of("\n".join(map(json.dumps, lines)))
    assert {row["record"] for row in rows} == {"Observation/a"}
    assert [row["version"] for row in rows] == sorted(row["version"] for row in rows)
    assert len({row["version"] for row in rows}) == 4


@pytest.mark.parametrize(
    "more",
    [{"id": "a"}, {"meta": {"versionId": "1"}}, {"id": "a", "meta": {"versionId": "W/x"}},
     {"id": "a", "meta": {"lastUpdated": "yesterday"}},
     {"id": "a", "meta": {"lastUpdated": "2024-03-01T00:00:00"}}],
)  # fmt: skip
def test_a_resource_without_id_or_order_has_no_version(of, more):
    [row] = of(bundle(OBSERVATION | more))
    assert (row["record"], row["version"]) == ("", "")


def test_what_a_resource_contains_and_has_as_components_is_of_its_version(of):
    part = {"code": CODE, "valueQuantity": {"value": 1}}
    held = {k: v for k, v in OBSERVATION.items() if k != "subject"}
    whole = OBSERVATION | {"id": "a", "meta": {"versionId": "7"}}
    rows = of(bundle(whole | {"component": [part], "contained": [held]}))
    assert len(rows) == 3
    assert {(r["record"], r["version"].strip("0 ")) for r in rows} == {("Observation/a", "7")}


def test_patients_of_the_ndjson():
    held, whole = read(LINES, content="patients")
    assert (held["row"], held["id"], held["national_id"]) == (5, "MRN-9", "999-11-2222")
    assert (whole["row"], whole["id"], whole["deceased"]) == (12, "p-1", "2023-05-01")
    assert (whole["name"], whole["national_id"]) == ("Jane Q Doe", "AB123456")
    assert whole["address"] == "1 High St Oxford"


def test_gzip_and_a_byte_order_mark(of):
    data = LINES.read_bytes()
    assert of(gzip.compress(data)) == of(b"\xef\xbb\xbf" + data) == read(LINES)


# --- forms


def test_one_observation_alone_in_one_line_or_several(of):
    for indent in (None, 1):
        [row] = of(json.dumps(OBSERVATION, indent=indent))
        assert (row["row"], row["value"], row["person"]) == (1, "5.4", "p-1")


@pytest.mark.parametrize("text", ["5.40", "5.400", "1e2", "0.10", "12345678901234567890", "-0.0"])
def test_numbers_keep_their_digits(of, text):
    [row] = of(json.dumps(OBSERVATION).replace("5.4,", f"{text},"))
    assert row["value"] == text


def test_a_patient_by_the_address_of_its_entry(of):
    urn = "urn:uuid:0c3151bd-1cbf-4d64-b04d-cd9187a4c6e0"
    patient = {"resourceType": "Patient", "id": "p-9", "gender": "male"}
    other = OBSERVATION | {"subject": {"reference": urn}}
    [row] = of(bundle(other, patient, e1=urn))
    assert (row["person"], row["sex"]) == ("p-9", "male")
    # without an id, or without the patient, the end of the address
    del patient["id"]
    assert [r["person"] for r in of(bundle(other, patient, e1=urn))] == [urn[9:]]
    assert [r["person"] for r in of(bundle(other))] == [urn[9:]]


def test_contained_patients_are_not_one_by_their_local_id(of):
    def with_patient(*identifiers):
        held = {"resourceType": "Patient", "id": "p1", "identifier": list(identifiers)}
        return OBSERVATION | {"subject": {"reference": "#p1"}, "contained": [held]}

    rows = of(bundle(with_patient({"value": "A"}), with_patient({"value": "B"}), with_patient()))
    assert [row["person"] for row in rows] == ["A", "B", ""]


@pytest.mark.parametrize(
    "category",
    [
        {"coding": [{"code": "laboratory"}], "text": "Laboratory"},
        [{"coding": [{"code": "laboratory"}]}],
    ],
    ids=["DSTU2", "R4"],
)
@pytest.mark.parametrize("related", [{}, {"related": [{"type": "replaces"}]}])
def test_versions_of_one_observation(of, category, related):
    [row] = of(bundle(OBSERVATION | {"category": category} | related))
    assert row["value"] == "5.4"


@pytest.mark.parametrize(
    ("members", "rows"),
    [
        ({"hasMember": [{"reference": "Observation/1"}]}, 0),
        ({"related": [{"type": "has-member", "target": {}}]}, 0),
        ({"related": [{"type": "replaces", "target": {}}]}, 1),
        ({"hasMember": [{"reference": "Observation/1"}], "dataAbsentReason": {}}, 1),
        ({}, 1),
    ],
)
def test_no_value_is_missing_unless_the_observation_stands_for_members(of, members, rows):
    bare = {key: part for key, part in OBSERVATION.items() if key != "valueQuantity"}
    assert [r["value"] for r in of(bundle(bare | members))] == [""] * rows


@pytest.mark.parametrize(
    ("value", "place", "text"),
    [
        ({"valueInteger": 7}, "valueInteger", "7"),
        ({"valueDateTime": "2020-01-02"}, "valueDateTime", "2020-01-02"),
        ({"valueCodeableConcept": {"coding": [CODE | {"display": "Positive"}]}}, "", "Positive"),
        ({"valueCodeableConcept": {"coding": [CODE]}}, "", "P"),
        ({"valuePeriod": {"start": "2020", "end": "2021"}}, "valuePeriod", "2020/2021"),
        ({"valueQuantity": {"comparator": ">", "unit": "mg"}}, "valueQuantity", ""),
        ({"valueQuantity": {}}, "valueQuantity", ""),
        ({"valueString": None}, "valueString", ""),
        ({"valueAttachment": {"title": "scan", "data": "QUJD"}}, "valueAttachment", "scan"),
    ],
)
def test_other_types_of_values(of, value, place, text):
    [row] = of({k: v for k, v in OBSERVATION.items() if k != "valueQuantity"} | value)
    assert row["value"] == text
    assert row["place"] == (place or "valueCodeableConcept")


def test_a_range_in_another_unit_is_left_out(of):
    low = {"value": 70, "unit": "mg/dL"}
    [row] = of(OBSERVATION | {"referenceRange": [{"low": low}]})
    assert row["range"] == ""
    [row] = of(OBSERVATION | {"referenceRange": [{"low": low | {"unit": "mmol/L"}}]})
    assert row["range"] == ">70"


# --- what is refused


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{"resourceType": "Observation", "valueInteger": NaN}', "NaN is no number"),
        ('{"resourceType": "Observation", "valueInteger": -Infinity}', "-Infinity is no number"),
        ('{"resourceType": "Patient", "id": "a", "id": "b"}', "a name twice ('id')"),
        ('{"resourceType": "Observation"', "line 1, character 31"),
        ('{"a":' * 100_000, "nested too deep"),
        ("[" * 100_000, "nested too deep"),
        (b'{"resourceType": "Observation", "status": "\xff"}', "not UTF-8"),
        ('{"resourceType": "Observation", "status": "\0"}', "Invalid control character"),
        ("", "Expecting value"),
        ("a,b\n1,2\n", "Expecting value"),
    ],
)
def test_what_is_no_json(of, text, said):
    assert said in refused(of, text).what


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ([OBSERVATION], "no FHIR resource"),
        ({"entry": []}, "no FHIR resource"),
        (bundle(bundle(OBSERVATION)), "a bundle lies in another"),
        (bundle("text"), "no FHIR resource"),
        ({"resourceType": "Bundle", "entry": [1]}, "no FHIR resource"),
        (OBSERVATION | {"valueQuantity": "5.4"}, "element 'valueQuantity'"),
        (OBSERVATION | {"valueQuantity": {"value": [1, 2]}}, "element 'value'"),
        (OBSERVATION | {"code": "2345-7"}, "element 'code'"),
        (OBSERVATION | {"valueQuantity": [{}, {}]}, "element 'valueQuantity'"),
        (OBSERVATION | {"component": ["x"]}, "element 'component'"),
        (bundle({"resourceType": "Patient", "id": {}}), "element 'id'"),
        (OBSERVATION | {"status": "a\0b"}, "NUL character"),
        (OBSERVATION | {"status": "\ud800"}, "half of a UTF-16 pair"),
        (OBSERVATION | {"valueString": "x" * (1 << 20) + "y"}, "a cell of more than"),
    ],
)
def test_what_is_no_fhir(of, content, said):
    assert said in refused(of, content).what


def test_a_broken_line_of_ndjson_is_named(of):
    line = json.dumps(OBSERVATION)
    error = refused(of, f"{line}\n\n{line[:40]}\n")
    assert error.where == "raw/x.json, row 3"
    assert "line 3, character" in error.what
    assert "p-1" not in str(error)


def test_a_bundle_over_the_limit(of, monkeypatch):
    content = json.dumps(bundle(*[OBSERVATION] * 50))
    monkeypatch.setattr(fhir_files, "MAX_BUNDLE", 1000)
    assert "the bundle is too large" in refused(of, content).what
    assert "too large" in refused(of, gzip.compress(content.encode())).what
    assert len(of("\n".join([json.dumps(OBSERVATION)] * 50))) == 50
    monkeypatch.setattr(fhir_files, "MAX_BUNDLE", 1 << 20)
    monkeypatch.setattr(fhir_files, "MAX_PIECES", 100)
    assert "too large" in refused(of, content).what


# --- XML

XML = '<Bundle xmlns="http://hl7.org/fhir"><entry><resource>{}</resource></entry></Bundle>'
VALUE = '<Observation><valueString value="5"/><status value="{}"/></Observation>'


def test_xml_has_the_rows_of_the_same_json(of):
    component = "<component><valueInteger value='7'/></component>"
    text = VALUE.format("final").replace("</Obs", component + "</Obs")
    rows = of(XML.format(text))
    content = {"resourceType": "Observation", "status": "final", "valueString": "5"}
    assert rows == of(bundle(content | {"component": [{"valueInteger": 7}]}))
    assert len(rows) == 2
    utf16 = '<?xml version="1.0" encoding="UTF-16"?>' + XML.format(text)
    assert of(utf16.encode("utf-16")) == rows


def test_an_observation_alone_in_xml(of):
    [row] = of('<Observation xmlns="http://hl7.org/fhir"><valueString value="5"/></Observation>')
    assert (row["row"], row["value"]) == (1, "5")


LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10 if n else "lol"}">' for n in range(10))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (f"<!DOCTYPE x [{LAUGHS}]>" + XML.format(VALUE.format("&l9;")), "document type"),
        (
            '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/hostname">]>' + XML.format("&e;"),
            "document type",
        ),
        ("<!DOCTYPE Bundle>" + XML.format(VALUE.format("final")), "document type"),
        (XML.format(VALUE.format("&e;")), "not well formed"),
        (XML.format(VALUE.format("final"))[:-20], "not well formed"),
        ("<a>" * 100_000, "too deep"),
        ('<?xml version="1.0" encoding="latin-99"?>' + XML.format(""), "encoding is unknown"),
        ("<a/>", "no FHIR resource"),
        ('<a xmlns="http://hl7.org/fhir" value="x"/>', "no FHIR resource"),
    ],
    ids=["laughs", "file", "doctype", "entity", "cut", "deep", "encoding", "other", "value"],
)
def test_hostile_xml(of, text, said):
    assert said in refused(of, text).what
