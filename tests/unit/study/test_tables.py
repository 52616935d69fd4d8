"""Tab-separated tables into typed rows, and messages that name file, row and column."""

import pandera.polars as pa
import pytest
from labcohort.errors import UserError
from labcohort.study.tables import read_table


class Model(pa.DataFrameModel):
    name: str = pa.Field(unique=True, str_matches=r"^[a-z]+$")
    kind: str = pa.Field(isin=["x", "y"])
    number: float = pa.Field(nullable=True)
    count: int = pa.Field(ge=0)

    class Config:
        strict = True


HEADER = "name\tkind\tnumber\tcount"
GOOD = "a\tx\t1.5\t2"


@pytest.fixture
def read(tmp_path):
    def rows(text: str | bytes):
        path = tmp_path / "t.tsv"
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        return read_table(path, "config/t.tsv", Model)

    return rows


def test_rows_are_typed_and_empty_cells_are_none(read):
    assert read(f"{HEADER}\n{GOOD}\nb\ty\t\t0\n") == [
        {"name": "a", "kind": "x", "number": 1.5, "count": 2},
        {"name": "b", "kind": "y", "number": None, "count": 0},
    ]


@pytest.mark.parametrize(
    "text",
    [
        f"{HEADER}\r\n{GOOD}\r\n",
        f"\ufeff{HEADER}\n{GOOD}",
        f"{HEADER}\n{GOOD}\n\t\t\t\n\n",
        f"{HEADER}\n a \t x\t1.5 \t2\n",
        "count\tname\tnumber\tkind\n2\ta\t1.5\tx\n",
    ],
    ids=["CRLF", "byte order mark", "blank lines at the end", "blanks around", "other order"],
)
def test_the_same_table_written_otherwise(read, text):
    assert read(text) == [{"name": "a", "kind": "x", "number": 1.5, "count": 2}]


def test_a_quote_is_a_character_like_any_other(read):
    with pytest.raises(UserError, match="'\"a' is not allowed in column 'name'"):
        read(f'{HEADER}\n"a\tx\t1\t2\n')


def test_a_header_alone_is_a_table_without_rows(read):
    assert read(HEADER) == []


@pytest.mark.parametrize(
    ("text", "what", "where"),
    [
        (f"{HEADER}\n{GOOD}\na\tx\t1\n", "the row has 3 cells, the header has 4", "row 3"),
        (f"{HEADER}\n{GOOD}\t\n", "the row has 5 cells, the header has 4", "row 2"),
        ("name\tkinds\tnumber\tcount\n", "unknown column 'kinds'; nearest known: 'kind'", "row 1"),
        ("name\tkind\tcount\n", "column 'number' is missing", "row 1"),
        (f"{HEADER}\tname\n", "column 'name' stands twice", "row 1"),
        (f"{HEADER}\n{GOOD}\nb\tx\t1,5\t2\n", "'1,5' is not a number",
         "row 3, column 'number', value '1,5'"),
        (f"{HEADER}\nb\tx\t1\t2.5\n", "'2.5' is not a whole number",
         "row 2, column 'count', value '2.5'"),
        (f"{HEADER}\nb\tx\t1\t{2**63}\n", "is not a whole number of at most 18 digits", "row 2"),
        (f"{HEADER}\nb\tx\t1\t1{'0' * 400}\n", "is not a whole number of at most", "row 2"),
        (f"{HEADER}\n{GOOD}\nb\tz\t1\t2\n", "'z' is not allowed in column 'kind'",
         "row 3, column 'kind', value 'z'"),
        (f"{HEADER}\n{GOOD}\nB\tx\t1\t2\n", "'B' is not allowed in column 'name'", "row 3"),
        (f"{HEADER}\nb\tx\t1\t-1\n", "'-1' is not allowed in column 'count'", "row 2"),
        (f"{HEADER}\n{GOOD}\nb\t\t1\t2\n", "column 'kind' is empty", "row 3"),
        (f"{HEADER}\n{GOOD}\nb\tx\t1\t\n", "column 'count' is empty", "row 3"),
        (f"{HEADER}\n{GOOD}\n{GOOD}\n", "'a' is not allowed in column 'name'", "row 2"),
        (f"{HEADER}\nB\tz\t1\t-1\n", "(and 2 more in this table)", "row 2"),
        (f"{HEADER}\n\n{GOOD}\n", "the table has a blank line", "row 2"),
        (f"{HEADER}\nb\tx\tnan\t1\n", "'nan' is not a number", "row 2, column 'number'"),
        (f"{HEADER}\nb\tx\t1_0\t1\n", "'1_0' is not a number", "row 2, column 'number'"),
        ("", "the table is empty", ""),
    ],
)  # fmt: skip
def test_a_fault_and_its_place(read, text, what, where):
    with pytest.raises(UserError) as caught:
        read(text)
    assert what in caught.value.what
    assert caught.value.where.startswith("config/t.tsv" + (f", {where}" if where else ""))


def test_a_table_in_another_encoding(read):
    with pytest.raises(UserError, match="the table cannot be read") as caught:
        read(f"{HEADER}\n患者\tx\t1\t2\n".encode("gb18030"))
    assert caught.value.where == "config/t.tsv"


def test_a_table_that_is_not_there(tmp_path):
    with pytest.raises(UserError, match="the table is not there") as caught:
        read_table(tmp_path / "t.tsv", "config/t.tsv", Model)
    assert caught.value.where == "config/t.tsv"
