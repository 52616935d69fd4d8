"""HL7 v2 messages to rows: the public examples where they lie, and small files of our own.

Counts are held against a count of lines that begin with OBX; fields against python-hl7, another
program; other expected texts are read by eye from the files.
"""

import gzip
import re
from pathlib import Path

import hl7
import pytest
from labcohort.errors import UserError
from labcohort.ingest.readers import read_tables
from labcohort.ingest.readers.records import PATIENTS, RESULTS

from tests.running import SHARED

EXAMPLES = sorted((SHARED / "hl7v2").glob("*.hl7"))
BATCH = Path(__file__).parent / "data" / "oru_batch.hl7"
MSH = "MSH|^~\\&|LIS|North|||20240301||ORU^R01|M1|P|2.5.1"
PID = "PID|1||A-1^^^North^MR||Doe^Jane||19700102|F"
OBX = "OBX|1|NM|2345-7^Glucose^LN||5.4|mmol/L|3.9-6.1||||F|||20240301"
needs_examples = pytest.mark.skipif(not EXAMPLES, reason="../shared/data/hl7v2 is not here")


def read(path: Path, **how) -> list[dict]:
    """Rows as dictionaries, each with its `row`."""
    how = {"type": "hl7", "encoding": "utf-8", "identifier": "MR"} | how
    [table] = read_tables(path, "raw/x.hl7", how)
    assert table.sheet is None
    header, *rows = table.rows
    assert header == (0, list(PATIENTS if how.get("content") == "patients" else RESULTS))
    return [{"row": number} | dict(zip(header[1], cells, strict=True)) for number, cells in rows]


@pytest.fixture
def of(tmp_path):
    """Rows of a file of these lines (or this text, or these bytes)."""

    def rows(*lines, end="\r", **how):
        data = lines[0] if isinstance(lines[0], bytes) else end.join([*lines, ""]).encode()
        path = tmp_path / "x.hl7"
        path.write_bytes(data)
        return read(path, **how)

    return rows


def refused(of, *lines, **how) -> UserError:
    with pytest.raises(UserError) as caught:
        of(*lines, **how)
    return caught.value


# --- the public examples


@needs_examples
@pytest.mark.parametrize("path", EXAMPLES, ids=lambda p: p.stem)
def test_each_obx_of_the_examples_is_a_row_and_a_repetition_one_more(path):
    lines = re.split(rb"[\r\n]+", path.read_bytes())
    segments = [line for line in lines if line.startswith(b"OBX")]
    repetitions = sum(line.split(b"|")[5].count(b"~") for line in segments if line.count(b"|") > 4)
    rows = read(path, ignore_messages=["ADT^A01"])
    assert len(rows) == len(segments) + repetitions
    assert len({(row["row"], row["place"]) for row in rows}) == len(rows)


@needs_examples
@pytest.mark.parametrize("path", EXAMPLES, ids=lambda p: p.stem)
def test_fields_are_those_that_python_hl7_finds(path):
    if path.stem.startswith("lfh_sample"):
        pytest.skip("python-hl7 takes the second of the doubled backslashes for a separator")
    text = re.sub(r"[\r\n]+", "\r", path.read_text("utf-8-sig"))
    message = hl7.parse(text)
    # SPM-17.1 and the place in the file are not in python-hl7's view of a segment
    found = [
        (row["local_code"] or row["analyte"], row["status"], row["range"], row["unit"], row["sex"])
        for row in read(path)
        if row["place"] == "OBX-5"
    ]
    sex = str(message.segment("PID")[8])
    expected = [
        tuple(str(part) for part in (first(s, 3), field(s, 11), field(s, 7), first(s, 6), sex))
        for s in message
        if str(s[0]) == "OBX"
    ]
    assert found == expected


def field(segment, number: int):
    return segment[number] if number < len(segment) else ""


def first(segment, number: int):
    """First component of a field as python-hl7 has it."""
    found = field(segment, number)
    return found[0][0] if found and isinstance(found[0], list) else found


@needs_examples
def test_values_read_by_eye_from_the_examples():
    rows = {row["row"]: row for row in read(SHARED / "hl7v2" / "ms_LAB-ORU-1.hl7")}
    # line 5: OBX|2|NM|11273-0^ERYTHROCYTES^LN||4.06|tera.l-1||N|||P|||20141006062700+0700
    assert rows[5] == {
        "row": 5,
        "place": "OBX-5",
        "person": "10006579",
        "analyte": "11273-0",
        "analyte_name": "ERYTHROCYTES",
        "local_code": "",
        "value": "4.06",
        "unit": "tera.l-1",
        "range": "",
        "status": "P",
        "date": "20141006062700+0700",
        # the date at the end of line 3 is OBR-23; OBR-22 and OBX-19 are empty
        "reported": "",
        "record": "",
        "version": "",
        "sex": "M",
        "birth_date": "19241010",
        "message": "ORU^R01",
        "ignored": "",
    }
    # line 4 has no value and no date: the specimen's (SPM-17) holds, as OBR-7 is empty too
    assert (rows[4]["value"], rows[4]["date"]) == ("", "20141006053500+0700")

    [glucose] = read(SHARED / "hl7v2" / "ms_ORU-R01-RMGEAD.hl7", identifier=None)
    assert (glucose["value"], glucose["person"]) == ("182", "555-44-4444")
    assert glucose["date"] == "20020215073000+0600"  # OBR-7
    [lead] = read(SHARED / "hl7v2" / "nist_ORU_R01_case1.hl7")
    assert (lead["value"], lead["unit"], lead["reported"]) == ("50", "ug/dL", "200808181800-0700")
    stool = read(SHARED / "hl7v2" / "ms_ORU-R01-01.hl7")
    assert [(r["place"], r["value"]) for r in stool[-2:]] == [("OBX-5", "27"), ("OBX-5[2]", "25")]
    assert stool[2]["value"] == "Salmonella"


@needs_examples
@pytest.mark.parametrize("name", ["lfh_sample_unix.hl7", "lfh_sample_win.hl7"])
def test_results_of_other_messages_are_refused_or_ignored_by_declaration(name):
    with pytest.raises(UserError, match=r"no ORU\^R01: ADT\^A01 \(1\)") as caught:
        read(SHARED / "hl7v2" / name)
    assert "ignore_messages" in caught.value.do
    [row] = read(SHARED / "hl7v2" / name, ignore_messages=["ADT^A01"])
    assert (row["value"], row["ignored"]) == ("ECHOCARDIOGRAPHIC REPORT", "message ADT^A01")
    assert row["person"] == "PID1234"
    [patient] = read(SHARED / "hl7v2" / name, content="patients")
    assert (patient["id"], patient["sex"], patient["name"]) == ("PID1234", "F", "DOE JOHN A")
    assert patient["national_id"] == "1234568965; 34-13-312"  # PID-3 of type SS, PID-19


# --- our own batch file (its text is beside this test)


def test_comparators_corrections_and_repetitions():
    rows = [r for r in read(BATCH) if r["row"] < 13]
    assert [(r["row"], r["place"], r["value"], r["status"]) for r in rows] == [
        (6, "OBX-5", "<0.5", "F"),
        (7, "OBX-5", "1:128", "F"),
        (8, "OBX-5", ">=100000", "F"),
        (9, "OBX-5", "5.40", "P"),
        (10, "OBX-5", "5.60", "C"),
        (11, "OBX-5", "7", "F"),
        (11, "OBX-5[2]", "8", "F"),
        (11, "OBX-5[3]", "", "F"),
    ]
    assert {r["person"] for r in rows} == {"A-1"}  # of type MR, the second in PID-3
    assert [r["analyte"] for r in rows[:6:5]] == ["14646-4", "GLU"]
    assert (rows[0]["local_code"], rows[0]["analyte_name"]) == ("HDLX", "HDL")
    assert [r["date"] for r in rows[:4:3]] == ["202402290730", "20240229"]  # OBR-7, OBX-14
    assert {r["reported"] for r in rows} == {"202403010700"}


def test_separators_of_the_messages_own_and_escapes():
    text, coded, original, cells, report = [
        r for r in read(BATCH, identifier=None) if r["row"] > 13
    ]
    # !S! is the component's separator $, !T! the subcomponent's ?, X41C3A9 is "Aé" in UTF-8
    assert text["analyte_name"] == "a$b | c ? d * e ! f"
    assert text["value"] == "xAéy\nz!Zq!"
    assert text["unit"] == ""  # "" is HL7's null
    assert (coded["value"], original["value"]) == ("Negative", "as the sender says")
    assert cells["unit"] == "10^3/uL"
    assert report["value"] == "LAB$AP$PDF$Base64"
    assert {r["person"] for r in (text, coded)} == {"B-2"}  # PID-2: PID-3 is empty


def test_patients_of_a_batch():
    jane, _ = read(BATCH, content="patients")
    assert jane == {
        "row": 4,
        "id": "A-1",
        "sex": "F",
        "birth_date": "19700102",
        "deceased": "",
        "name": "Doe Jane Q",
        "telecom": "01865 1234",
        "address": "1 High St Oxford",
        "national_id": "777; AB123456",
    }
    # without a declared type the first of PID-3
    first, rick = read(BATCH, content="patients", identifier=None)
    assert first["id"] == "777"
    assert (rick["id"], rick["birth_date"], rick["name"]) == ("B-2", "1960", "Roe Rick")


@pytest.mark.parametrize(
    ("ids", "person"),
    [
        ("A-1^^^North^MR", "A-1"),
        ("777^^^^SS~A-1^^^North^MR", "A-1"),
        # the number of a visit or an insurance is another space of numbers: nobody is in it
        ("777^^^^SS", ""),
        ("777^^^^VN~^^^North^MR", ""),
        ("777", ""),
        ("", ""),
    ],
)
def test_an_id_of_another_type_is_not_taken_for_the_declared_one(of, ids, person):
    lines = MSH, PID.replace("PID|1||A-1^^^North^MR", f"PID|1|OLD|{ids}|ALT"), OBX
    assert [row["person"] for row in of(*lines)] == [person]
    assert [row["id"] for row in of(*lines, content="patients")] == [person]


@pytest.mark.parametrize(
    ("ids", "person"), [("777^^^^SS~A-1^^^^MR", "777"), ("^^^^SS~A-1^^^^MR", "A-1"), ("", "OLD")]
)
def test_without_a_declared_type_the_first_id_is_taken(of, ids, person):
    pid = PID.replace("PID|1||A-1^^^North^MR", f"PID|1|OLD|{ids}|ALT")
    assert of(MSH, pid, OBX, identifier=None)[0]["person"] == person


def test_a_gzip_file_has_the_same_rows(of):
    assert of(gzip.compress(BATCH.read_bytes())) == read(BATCH)


# --- forms of one message


@pytest.mark.parametrize("end", ["\r", "\n", "\r\n", "\n\n", "\\r\n", '\\r"\r\n', "\x1c\r\n\x0b"])
@pytest.mark.parametrize("start", ["", "\ufeff", "\x0b", "\r\n\r\n"])
def test_line_ends_marks_and_blank_lines(of, end, start):
    [row] = of(start + MSH, PID, OBX, end=end)
    assert (row["value"], row["status"], row["date"]) == ("5.4", "F", "20240301")


def test_blank_lines_are_counted(of):
    assert [r["row"] for r in of(MSH, "", PID, "  ", OBX)] == [5]


@pytest.mark.parametrize("kind", ["ORU^R01", "ORU^R01^ORU_R01", "ORU"])
def test_types_of_messages_of_results(of, kind):
    assert len(of(MSH.replace("ORU^R01", kind), PID, OBX)) == 1


@pytest.mark.parametrize(
    ("sent", "value"),
    # HL7 v2.5.1, 2A.66: comparator (none: equal), number, separator or suffix, number
    [
        ("=^5", "5"),
        ("<^5", "<5"),
        ("^5", "5"),
        ("^1^:^128", "1:128"),
        ("^2^-^4", "2-4"),
        ("^2^+", "2+"),
        ("<>^5", "<>5"),
        ("5", "5"),
        ("", ""),
    ],
)
def test_structured_numerics(of, sent, value):
    [row] = of(MSH, PID, OBX.replace("|NM|", "|SN|").replace("5.4", sent))
    assert row["value"] == value


def test_a_message_whose_backslashes_are_doubled(of):
    [row] = of(MSH.replace("\\", "\\\\"), PID, OBX.replace("Glucose", "A\\\\T\\\\B"))
    assert (row["analyte_name"], row["value"]) == ("A&B", "5.4")


def test_several_messages_patients_and_no_patient(of):
    rows = of(MSH, PID, OBX, PID.replace("A-1", "A-2"), OBX, MSH, OBX)
    assert [(r["person"], r["sex"]) for r in rows] == [("A-1", "F"), ("A-2", "F"), ("", "")]


def test_a_date_of_two_specimens_is_not_guessed(of):
    obx = OBX.replace("|||20240301", "")
    spm = "SPM|1||||||||||||||||{}"
    first, second, third = of(
        MSH, PID, "OBR|1", obx, spm.format("20240101^20240102"), obx, spm.format("20240103"), obx
    )
    assert [r["date"] for r in (first, second, third)] == ["", "20240101", "20240103"]


@pytest.mark.parametrize(
    ("charset", "encoding"),
    [
        ("ASCII", "utf-8"),
        ("UNICODE UTF-8", "utf-8"),
        ("8859/1", "latin-1"),
        ("8859/1", "cp1252"),
        ("GB 18030-2000", "gb18030"),
        ("", "gb18030"),
        ("NOBODY KNOWS", "utf-8"),
    ],
)
def test_character_sets_that_agree(of, charset, encoding):
    text = "\r".join([f"{MSH}||||||{charset}", PID, OBX.replace("Glucose", "µ"), ""])
    if encoding == "gb18030":
        text = text.replace("µ", "葡萄糖")
    [row] = of(text.encode(encoding), encoding=encoding)
    assert row["analyte_name"] in ("µ", "葡萄糖")


@pytest.mark.parametrize(
    ("charset", "encoding"), [("8859/1", "utf-8"), ("UNICODE UTF-8", "cp1252"), ("BIG-5", "gbk")]
)
def test_a_character_set_that_contradicts_the_yaml(of, charset, encoding):
    error = refused(of, f"{MSH}||||||{charset}", PID, OBX, encoding=encoding)
    assert "character set" in error.what
    assert error.where == "raw/x.hl7, row 1, column 'MSH-18'"


# --- what is refused


def test_a_segment_before_any_message(of):
    error = refused(of, "", PID, MSH, OBX)
    assert "PID stands outside of any message" in error.what
    assert error.where == "raw/x.hl7, row 2"
    assert "Doe" not in str(error) and "A-1" not in str(error)


def test_a_line_break_in_a_value(of):
    error = refused(of, MSH, PID, "OBX|1|TX|X||first line", "Jane Doe's second||||||F")
    assert "no HL7 segment" in error.what
    assert error.where == "raw/x.hl7, row 4"
    assert "Jane" not in str(error)


@pytest.mark.parametrize(
    "lines",
    [
        (MSH, PID, "OBX|1|NM|2345-7^Glucose^LN||5"),
        (MSH, PID, OBX, "OB"),
        (MSH, PID),
        (MSH, PID, "OBR|1||R1|X"),
        (MSH,),
    ],
    ids=["in a value", "in a name", "after PID", "after OBR", "after MSH"],
)
def test_a_file_that_is_cut_in_the_middle_is_said_to_be(of, lines):
    error = refused(of, "\r".join(lines).encode())
    assert re.search("middle of a message|no HL7 segment", error.what)
    assert f"row {len(lines)}" in error.where


def test_a_whole_last_segment_needs_no_line_end(of):
    assert len(of("\r".join([MSH, PID, OBX]).encode())) == 1


@pytest.mark.parametrize(
    ("trailer", "said"), [("BTS|2", "BTS counts 2 messages"), ("FTS|3", "FTS counts 3 batches")]
)
def test_a_batch_that_lacks_messages(of, trailer, said):
    lines = BATCH.read_text().replace(trailer[:4] + ("1" if "B" in trailer else "2"), trailer)
    assert said in refused(of, lines.encode()).what


@pytest.mark.parametrize("header", ["MSH", "MSH|", "MSH|^^^^|", "MSHxABCDx"])
def test_a_header_without_separators(of, header):
    assert "separators" in refused(of, header, OBX).what


def test_messages_of_other_types_are_counted(of):
    lines = [MSH, PID, OBX, MSH.replace("ORU^R01", "ADT^A08"), PID]
    order = [MSH.replace("ORU^R01", "OML^O21"), PID, OBX, OBX]
    error = refused(of, *lines, *order, *order)
    assert "OML^O21 (2)" in error.what
    assert "ADT" not in error.what  # it has no results
    rows = of(*lines, *order, ignore_messages=["OML^O21"])
    assert [r["ignored"] for r in rows] == ["", "message OML^O21", "message OML^O21"]


@pytest.mark.parametrize("kind", ["", "Doe^Jane", "ORU^R01 Doe"])
def test_what_is_no_type_of_a_message_is_not_shown(of, kind):
    assert "no type (1)" in refused(of, MSH.replace("ORU^R01", kind), PID, OBX).what


def test_a_wrong_or_unknown_encoding(of):
    text = "\r".join([MSH, PID.replace("Doe", "王"), OBX])
    assert "the file is not utf-8" in refused(of, text.encode("gb18030")).what
    assert "unknown encoding" in refused(of, text.encode(), encoding="latin-99").what
