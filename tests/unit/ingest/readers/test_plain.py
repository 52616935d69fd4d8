"""Blocks of text give the rows that the csv reader gives: its rows are what is expected here.

Files are drawn from a fixed seed, of the pieces that make files hard to split.
"""

import random

import polars as pl
import pytest
from labcohort.errors import UserError
from labcohort.ingest import body
from labcohort.ingest.body import Body
from labcohort.ingest.readers import read_tables, text
from labcohort.ingest.readers.limits import MAX_CELL
from labcohort.ingest.readers.plain import plain_cells

PLAIN = {"type": "text", "encoding": "utf-8", "delimiter": ","}
HOW = {"person": {"column": "id"}}
ENDS = ["\n", "\r\n", "\r"]
ORDINARY = ["A-1", "5.4", "<0.1", "2020-01-02", "mmol/L", "0", "x y"]
ODD = [
    "", " ", " a", "b\t", "\v", "\x1c", "d\x1d", "\x85", "\xa0e", "µ", "值", "\u2028", "\ufeff",
    "'", "#", "\\", ";", "\f", "null", "NA", "\u3000f\u3000", "é" * 40, "\U00020000", "\x7f",
    "\x01",
]  # fmt: skip
QUOTED = [
    '""',
    '"a,b"',
    '"say ""no"""',
    '"two\nlines"',
    '" a "',
    '"\r\n"',
    '""""',
    '"\x1c"',
    '",\n"',
    '"值"',
]
BROKEN = ['"', 'a"b', '"a"b', ' "a"', '5"', '""a', '"a""', "\0", ",", "\n", "\r", '"a', "\udcff"]


def drawn_file(draw: random.Random, cells: list[str], width: int, end: str) -> bytes:
    """A header and some lines; a lone surrogate stands for a byte that is no UTF-8."""
    rows = [["id", *(f"c{n}" if draw.random() < 0.9 else "" for n in range(1, width))]]
    ragged = draw.random() < 0.2
    for _ in range(draw.randrange(12)):
        more = draw.choice((-1, 1)) if ragged and draw.random() < 0.2 else 0
        rows.append([draw.choice(cells) for _ in range(width + more)])
    lines = [",".join(row) for row in rows]
    while draw.random() < 0.2:
        lines.insert(draw.randrange(len(lines) + 1), draw.choice(["", " ", "," * (width - 1)]))
    whole = end.join(lines) + draw.choice([end, "", end * 2])
    return ("\ufeff" * (draw.random() < 0.1) + whole).encode("utf-8", "surrogateescape")


def outcome(path, how: dict, in_blocks: bool):
    """All rows under the header in one frame, or the message of the refusal."""
    try:
        (table,) = read_tables(path, "raw/x", how)
        table = table if in_blocks else table._replace(blocks=None)
        frames = list(Body(table, "raw/x", {"id"}, HOW).batches(lambda batch: None))
    except UserError as error:
        return str(error)
    assert all(frame.height == body.BATCH for frame in frames[:-1])
    return pl.concat(frames).rows() if frames else []


def is_the_same(path, data: bytes, how: dict):
    path.write_bytes(data)
    return outcome(path, how, True) == outcome(path, how, False)


@pytest.mark.parametrize("end", ENDS, ids=["LF", "CRLF", "CR"])
@pytest.mark.parametrize(
    ("seed", "more"),
    list(enumerate([[], ODD, QUOTED, ODD + QUOTED, BROKEN, ODD + QUOTED + BROKEN])),
    ids=["ordinary", "odd", "quoted", "odd and quoted", "broken", "all"],
)
def test_drawn_files_give_the_same_rows_and_messages(tmp_path, seed, more, end):
    draw = random.Random(seed)
    for _ in range(120):
        # of the cells that are hard, few in a file, or it never gets far
        cells = ORDINARY * 3 + draw.sample(more, min(len(more), draw.randrange(1, 5)))
        data = drawn_file(draw, cells, draw.randrange(1, 5), end)
        how = PLAIN | draw.choice([{}, {}, {"quote": ""}, {"quote": "'"}])
        assert is_the_same(tmp_path / "x", data, how), data


def test_where_blocks_end_does_not_matter(tmp_path, monkeypatch):
    """Of files that are refused, which fault is met first may depend on it."""
    draw = random.Random(7)
    monkeypatch.setattr(body, "BATCH", 5)
    for _ in range(150):
        cells = ORDINARY * 2 + draw.sample(ODD + QUOTED, 6)
        data = drawn_file(draw, cells, draw.randrange(1, 5), draw.choice(ENDS))
        path = tmp_path / "x"
        path.write_bytes(data)
        expected = outcome(path, PLAIN, False)
        monkeypatch.setattr(text, "BLOCK", draw.randrange(1, 60))
        found = outcome(path, PLAIN, True)
        assert found == expected or (isinstance(found, str) and isinstance(expected, str)), data


@pytest.mark.parametrize(
    ("encoding", "delimiter"),
    [
        ("utf-16", ","),
        ("gb18030", ";"),
        ("cp1252", "\t"),
        ("utf-8", "、"),
        ("utf-8", "\x1f"),
        ("utf-8", " "),
    ],
)
def test_encodings_and_delimiters_give_the_same_rows(tmp_path, encoding, delimiter):
    rows = [["id", "b"], ["A", "é1"], ["", ""], ["B", '"q"'], ["C", "\v5"], ["D", "6"]]
    data = "\n".join(map(delimiter.join, rows)).encode(encoding)
    how = PLAIN | {"encoding": encoding, "delimiter": delimiter}
    assert is_the_same(tmp_path / "x", data, how)
    assert [row[0] for row in outcome(tmp_path / "x", how, True)][:3] == [2, 4, 5]


def test_a_wrong_byte_far_below_is_told_with_the_row_before_it(tmp_path):
    lines = [f"A-{n},5.4" for n in range(30_000)]
    data = "\n".join(["id,b", *lines]).encode() + b"\nB,\xff\n" + b"C,1\n" * 9
    assert is_the_same(tmp_path / "x", data, PLAIN)
    message = outcome(tmp_path / "x", PLAIN, True)
    assert "byte 0xff does not fit" in message
    assert int(message.split("row ")[1].split(" ")[0]) > 28_000


def test_a_ragged_row_far_below_is_told_with_its_number(tmp_path):
    lines = ["A,1"] * 30_000
    data = "\n".join(["id,b", *lines, "B", *lines]).encode()
    path = tmp_path / "x"
    assert is_the_same(path, data, PLAIN)
    assert "row 30002 has 1 cells, the header has 2" in outcome(path, PLAIN, True)


def test_a_value_in_a_column_without_a_name_is_told_with_its_row(tmp_path):
    path = tmp_path / "x"
    assert is_the_same(path, b"id,,c\nA,,1\nB,2,1\nC,3,1\n", PLAIN)
    assert "row 3 has a value in column 2, which has no name" in outcome(path, PLAIN, True)


@pytest.mark.parametrize(
    ("block", "cells"),
    [
        ("A,1\nB,2\n", [("A", "1"), ("B", "2")]),
        ("A,1\r\nB,2", [("A", "1"), ("B", "2")]),
        (" A ,\t1\n,\n", [("A", "1"), ("", "")]),
        ('"A","1"\n"B,C",""\n', [("A", "1"), ("B,C", "")]),
        ('"say ""no""","1"\n', [('say "no"', "1")]),
        ("µ,　值\n", [("µ", "值")]),
    ],
)
def test_what_is_plain_is_split_at_once(block, cells):
    assert plain_cells(block, 2, ",", '"').rows() == cells


@pytest.mark.parametrize(
    "block",
    [
        "A,1\nB\nC,1,2\n", "A,1\n\nB,2\n", "A,1\rB,2\n", 'A,"1\n', 'A"B,1\n', '"A"B,1\n',
        ' "A",1\n', '"A\nB",1\n', 'x,"a\nb",y\n', "A\x1c,1\n", "A\0,1\n", "\ufeffA,1\n",
        '"A\r",1\n', f"{'x' * MAX_CELL},1\n",
    ],
)  # fmt: skip
def test_what_is_not_plain_is_left_to_the_csv_reader(block):
    assert plain_cells(block, 2, ",", '"') is None


def test_one_hard_line_leaves_the_blocks_around_it_plain(tmp_path, monkeypatch):
    monkeypatch.setattr(text, "BLOCK", 100)
    lines = [f"A-{n},5.4" for n in range(100)]
    lines[50] = '"two\nlines",1'
    (tmp_path / "x").write_text("\n".join(["id,b", *lines]))
    (table,) = read_tables(tmp_path / "x", "raw/x", PLAIN)
    next(table.rows)
    kinds = [type(block) for block in table.blocks(2) if len(block)]
    assert kinds.count(list) == 1 and kinds.count(pl.DataFrame) > 5
    assert kinds[0] == kinds[-1] == pl.DataFrame
