"""Encoding, delimiter, quote and line ends. Files are written here by Python's own codecs and csv
writer, so that what is expected is what they were written with."""

import csv
import gzip
import io

import pytest
from labcohort.draft.text_form import text_form

ROWS = [["Patient", "Datum", "Kreatinin", "Bemerkung"]] + [
    [f"P-{n:03}", f"2020-01-{n:02}", f"{60 + n},5", "später; über, 10 µg"] for n in range(1, 25)
]
CHINESE = [["患者编号", "采样日期", "肌酐(μmol/L)", "备注"]] + [
    [f"P-{n:03}", f"2020-01-{n:02}", f"{60 + n}.5", "标本轻度溶血，已复查"] for n in range(1, 25)
]


def written(rows, encoding="utf-8", delimiter=",", end="\n", bom=b"") -> bytes:
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, lineterminator=end).writerows(rows)
    return bom + out.getvalue().encode(encoding)


def form_of(tmp_path, data: bytes):
    (tmp_path / "a.csv").write_bytes(data)
    found, remarks = text_form(tmp_path / "a.csv", "a.csv")
    return {key: guess.value for key, guess in found.items()}, remarks, found


@pytest.mark.parametrize(
    ("rows", "encoding", "bom"),
    [
        (ROWS, "utf-8", b""),
        (ROWS, "utf-8", b"\xef\xbb\xbf"),
        (ROWS, "cp1252", b""),
        (CHINESE, "gb18030", b""),
        (CHINESE, "utf-8", b""),
        (ROWS, "utf-16", b""),  # Python writes a byte order mark
        (CHINESE, "utf-16", b""),
        (ROWS, "utf-16-le", b""),
        (ROWS, "utf-16-be", b""),
    ],
)
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_encoding_and_delimiter(tmp_path, rows, encoding, bom, delimiter):
    found, _, _ = form_of(tmp_path, written(rows, encoding, delimiter, bom=bom))
    assert found == {"encoding": encoding, "delimiter": delimiter}


def test_a_late_letter_decides_the_encoding(tmp_path):
    rows = [["id", "remark"]] + [[f"P{n}", "nothing"] for n in range(150_000)] + [["P1", "Größe"]]
    assert form_of(tmp_path, written(rows, "cp1252"))[0]["encoding"] == "cp1252"
    assert form_of(tmp_path, written(rows, "utf-8"))[0]["encoding"] == "utf-8"


@pytest.mark.parametrize(("end", "said"), [("\n", "LF"), ("\r\n", "CRLF"), ("\r", "CR")])
def test_line_ends_are_said(tmp_path, end, said):
    found, remarks, _ = form_of(tmp_path, written(ROWS, end=end))
    assert found["delimiter"] == ","
    assert remarks == [f"line ends: {said}"]


def test_gzip_is_looked_into(tmp_path):
    found, remarks, _ = form_of(tmp_path, gzip.compress(written(CHINESE, "gb18030", ";")))
    assert found == {"encoding": "gb18030", "delimiter": ";"}
    assert "gzip, which is read as it is" in remarks


def test_inches_are_no_quotes(tmp_path):
    text = "id,height,note\n" + "".join(f"P{n},5'{n}\",none\n" for n in range(9))
    assert form_of(tmp_path, text.encode())[0]["quote"] == ""


def test_decimal_commas_do_not_delimit(tmp_path):
    rows = [["id", "a", "b"]] + [[f"P{n}", f"{n},1", f"{n},2"] for n in range(9)]
    assert form_of(tmp_path, written(rows, delimiter=";"))[0]["delimiter"] == ";"


def test_one_column_is_no_sure_table(tmp_path):
    assert form_of(tmp_path, b"id\nP1\nP2\n")[2]["delimiter"].score < 0.5
