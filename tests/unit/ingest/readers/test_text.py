"""Delimited text to rows: line ends, encodings, quotes, gzip, blank rows, and what is refused.

Expected rows are written out by hand from the bytes that each test writes.
"""

import csv
import gzip

import pytest
from labcohort.errors import UserError
from labcohort.ingest.readers import read_tables, unzip
from labcohort.ingest.readers.limits import MAX_CELL, MAX_COLUMNS

from tests.running import SHARED

PLAIN = {"type": "text", "encoding": "utf-8", "delimiter": ","}
TWO_ROWS = [(1, ["id", "value"]), (2, ["A", "5.4"])]


def rows_of(path, **how) -> list:
    (table,) = ((t.sheet, list(t.rows)) for t in read_tables(path, "raw/x.txt", PLAIN | how))
    assert table[0] is None
    return table[1]


@pytest.fixture
def read(tmp_path):
    """Rows of a file with these bytes."""

    def rows(data: bytes, **how):
        path = tmp_path / "export.txt"
        path.write_bytes(data)
        return rows_of(path, **how)

    return rows


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"], ids=["LF", "CRLF", "CR"])
@pytest.mark.parametrize("last", [True, False], ids=["ended", "unended"])
def test_each_line_end_gives_the_same_rows(read, end, last):
    text = f"id,value{end}A,5.4" + (end if last else "")
    assert read(text.encode()) == TWO_ROWS


def test_line_ends_may_be_mixed(read):
    assert read(b"a\nb\r\nc\rd\r\re") == [
        (1, ["a"]),
        (2, ["b"]),
        (3, ["c"]),
        (4, ["d"]),
        (6, ["e"]),
    ]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"], ids=["LF", "CRLF", "CR"])
@pytest.mark.parametrize("blank", ["", "  ", ",", " , "])
def test_blank_rows_are_passed_over_and_counted(read, end, blank):
    text = end.join([blank, "id,value", blank, blank, "A,5.4", blank])
    assert read(text.encode()) == [(2, ["id", "value"]), (5, ["A", "5.4"])]


@pytest.mark.parametrize(
    ("text", "how", "cells"),
    [
        ('"a,b",c', {}, ["a,b", "c"]),
        ('"say ""no""",c', {}, ['say "no"', "c"]),
        ('"",c', {}, ["", "c"]),
        ('"two\nlines",c', {}, ["two\nlines", "c"]),
        ('"two\r\nlines",c', {}, ["two\r\nlines", "c"]),
        ('"two\rlines",c', {}, ["two\rlines", "c"]),
        ("'a,b',c", {"quote": "'"}, ["a,b", "c"]),
        ('5" cuff,c', {"quote": ""}, ['5" cuff', "c"]),
        ('5" cuff,c', {}, ['5" cuff', "c"]),
        ('"a",c', {"quote": ""}, ['"a"', "c"]),
        ("a\tb", {"delimiter": "\t"}, ["a", "b"]),
        ("a|b", {"delimiter": "|"}, ["a", "b"]),
        ("a\x1fb", {"delimiter": "\x1f"}, ["a", "b"]),
        ("甲、乙", {"delimiter": "、"}, ["甲", "乙"]),
        ("　A-1　, 5.4 ", {}, ["A-1", "5.4"]),
    ],
)
def test_cells_of_one_row(read, text, how, cells):
    assert read(text.encode(), **how) == [(1, cells)]


def test_a_row_is_numbered_as_a_record_whatever_lines_its_cells_hold(read):
    assert read(b'a\n"b\nb"\nc\n') == [(1, ["a"]), (2, ["b\nb"]), (3, ["c"])]


def test_an_empty_file_has_no_rows(read):
    assert read(b"") == []


@pytest.mark.parametrize("encoding", ["utf-8", "UTF-8", "utf_8", "utf8", "utf-8-sig"])
def test_a_byte_order_mark_is_no_part_of_the_header(read, encoding):
    assert read(b"\xef\xbb\xbfid,value\nA,5.4\n", encoding=encoding) == TWO_ROWS


# bytes by the tables of each encoding: Unicode's FE FF / FF FE; GB 18030's four bytes for µ and
# for U+20000 (also by iconv); the Windows code page's 0x80; ISO 8859-1's 0xB5
@pytest.mark.parametrize(
    ("encoding", "data", "cell"),
    [
        ("utf-16", b"\xff\xfe\x49\x6c", "汉"),
        ("utf-16", b"\xfe\xff\x6c\x49", "汉"),
        ("utf-16-le", b"\xff\xfe\x49\x6c", "汉"),
        ("utf-16-le", b"\x49\x6c", "汉"),
        ("utf-16-be", b"\xfe\xff\x6c\x49", "汉"),
        (
            "gb18030",
            b"\xba\xba\xd7\xd6 \x81\x30\x85\x38mol \x95\x32\x82\x36",
            "汉字 µmol \U00020000",
        ),
        ("latin-1", b"\xb5mol/L", "µmol/L"),
        ("cp1252", b"\x80 \xb5mol/L", "€ µmol/L"),
    ],
)
def test_the_declared_encoding_is_used(read, encoding, data, cell):
    assert read(data, encoding=encoding) == [(1, [cell])]


def test_line_ends_and_delimiters_in_two_bytes(read):
    text = "﻿id;值\r\n甲;5,4\r\n"
    for encoding in ("utf-16-le", "utf-16-be"):
        rows = read(text.encode(encoding), encoding="utf-16", delimiter=";")
        assert rows == [(1, ["id", "值"]), (2, ["甲", "5,4"])]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-32"])
def test_an_order_of_bytes_is_never_guessed(read, encoding):
    with pytest.raises(UserError, match="no byte order mark") as caught:
        read("id,value\n".encode(f"{encoding}-be"), encoding=encoding)
    assert f"{encoding}-be" in caught.value.do


def test_a_gzip_file_is_known_by_its_first_bytes(read):
    assert read(gzip.compress(b"id,value\nA,5.4\n")) == TWO_ROWS


def test_a_gzip_file_of_several_members(read):
    members = [b"id,va", b"", b"lue\nA,", b"5.4\n"]
    assert read(b"".join(map(gzip.compress, members))) == TWO_ROWS


@pytest.mark.parametrize(
    "damage",
    [lambda data: data[:-1], lambda data: data[:20], lambda data: data[:-8] + bytes(8)],
    ids=["no last byte", "cut in the middle", "false checksum"],
)
def test_a_damaged_gzip_file(read, damage):
    data = gzip.compress("\n".join(f"A,{i * 7919 % 1013}" for i in range(1000)).encode())
    with pytest.raises(UserError, match="gzip file is damaged or cut short"):
        read(damage(data))


def test_a_gzip_bomb_is_refused_by_its_ratio(read):
    # deflate's best is 258 bytes in 2 bits (RFC 1951): 1,032 to 1
    line = b"a" * 1_000_000 + b"\n"
    with pytest.raises(UserError, match="grows without measure"):
        read(gzip.compress(line * 80))


def test_a_gzip_bomb_is_refused_by_its_size(read, monkeypatch):
    monkeypatch.setattr(unzip, "MAX_UNZIPPED", 60_000)
    with pytest.raises(UserError, match="grows without measure"):
        read(gzip.compress(b"A,5.4\n" * 10_001))
    assert len(read(gzip.compress(b"A,5.4\n" * 10_000))) == 10_000


def test_a_wrong_encoding_names_byte_and_place_but_not_the_text(read):
    with pytest.raises(UserError) as caught:
        read("id,name\nA,王小明\n".encode("gb18030"))
    message = str(caught.value)
    assert "the file is not utf-8: byte 0xcd" in message
    assert "raw/x.txt, row 1 or below" in message
    assert "gb18030" in caught.value.do
    assert "A," not in message and "王" not in message


@pytest.mark.parametrize("encoding", ["latin-99", "base64", "a\0b"])
def test_an_unknown_encoding(read, encoding):
    with pytest.raises(UserError, match="unknown encoding") as caught:
        read(b"id\n", encoding=encoding)
    assert "raw/x.txt" in caught.value.where


@pytest.mark.parametrize("how", [{"delimiter": '"'}, {"delimiter": "\n"}, {"quote": "\r"}])
def test_a_delimiter_that_cannot_be_told_apart(read, how):
    with pytest.raises(UserError, match="cannot be told apart"):
        read(b"id\n", **how)


@pytest.mark.parametrize("line", ['"A"B,1', '"A,1'], ids=["text after a quote", "open quote"])
def test_a_broken_quote_names_its_row(read, line):
    with pytest.raises(UserError, match="the text cannot be split into cells") as caught:
        read(f"id,value\nZ,1\n{line}\n".encode())
    assert caught.value.where == "raw/x.txt, row 3"


def test_an_open_quote_names_the_row_where_it_opened_not_where_it_was_noticed(read):
    with pytest.raises(UserError, match="a quote that opens in this row") as caught:
        read(b'id,value\n"A,1\n' + b"B,5.4\n" * 300_000)
    assert caught.value.where == "raw/x.txt, row 2"


def test_a_nul_byte_names_its_row(read):
    with pytest.raises(UserError, match="NUL byte") as caught:
        read(b"id,value\nA,5.4\nB,5\0.4\n")
    assert caught.value.where == "raw/x.txt, row 3"


def test_the_largest_cell_is_read_and_one_more_character_refused(read):
    cell = "x" * MAX_CELL
    assert read(f"a,{cell}\n".encode()) == [(1, ["a", cell])]
    with pytest.raises(UserError, match="1,048,576 characters") as caught:
        read(f"a\nb,{cell}x\n".encode())
    assert caught.value.where == "raw/x.txt, row 2"


def test_a_row_of_many_lines_is_held_to_the_size_of_a_row(read):
    cell = b'"' + b"x" * 1_000_000 + b'\n",'
    assert len(read(cell * 16)[0][1]) == 17
    with pytest.raises(UserError, match="more than 16,777,216 characters") as caught:
        read(b"a\n" + cell * 17)
    assert caught.value.where == "raw/x.txt, row 2"


def test_the_most_columns_are_read_and_one_more_refused(read):
    assert len(read(b"a" + b",a" * (MAX_COLUMNS - 1))[0][1]) == MAX_COLUMNS
    with pytest.raises(UserError, match="more than 20,000 columns"):
        read(b"a" + b",a" * MAX_COLUMNS)


@pytest.mark.parametrize(
    ("start", "kind"),
    [(b"PK\x03\x04", "ZIP"), (b"%PDF-1.7\n", "PDF"), (b"PAR1", "Parquet"), (b"$FL2@(#)", "SPSS")],
)
def test_another_format_is_named(read, start, kind):
    with pytest.raises(UserError, match=f"the file is an? .*{kind}.*, no text"):
        read(start + bytes(64))


def test_a_real_tab_separated_export_against_a_naive_split():
    """The iPOP laboratory file has no quotes (its own bytes say so): splitting is reading."""
    path = SHARED / "ipop" / "clinical_tests.txt"
    if not path.is_file():
        pytest.skip(f"{path} is not here")
    data = path.read_bytes()
    assert b'"' not in data
    lines = data.decode("utf-8").splitlines()
    expected = [(i, [c.strip() for c in line.split("\t")]) for i, line in enumerate(lines, 1)]
    assert rows_of(path, delimiter="\t") == [row for row in expected if any(row[1])]


def test_a_real_quoted_export_against_the_standard_reader():
    path = SHARED / "ipop" / "SubjectInfo.csv"
    if not path.is_file():
        pytest.skip(f"{path} is not here")
    with path.open(encoding="utf-8", newline="") as file:
        expected = [row for row in csv.reader(file) if any(row)]
    rows = rows_of(path)
    assert [cells for _, cells in rows] == expected
    # "HMP, Exercise" in line 6 of the file
    assert rows[5][1][1] == "HMP, Exercise"
