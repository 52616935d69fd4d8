"""Parquet files: each type as text, types that are refused, files that are damaged.

Expected texts are what the test writes, as RFC 4180 files of it would show them.
"""

from datetime import date, datetime, time, timedelta
from decimal import Decimal

import polars as pl
import pytest
from labcohort.errors import UserError
from labcohort.ingest.readers import columnar, read_tables


@pytest.fixture(autouse=True)
def _in_this_process(monkeypatch):
    """A process for each test takes long; test_fuzz_binary reads in processes of their own."""
    monkeypatch.setattr(columnar, "isolated", lambda function, *arguments: function(*arguments))


@pytest.fixture
def read(tmp_path):
    """Rows of a frame that is written to Parquet."""

    def rows(frame: pl.DataFrame, file: str = "export.parquet", **how):
        path = tmp_path / file
        frame.write_parquet(path, **how)
        (table,) = read_tables(path, f"raw/{file}", {"type": "parquet"})
        assert table.sheet is None
        return list(table.rows)

    return rows


@pytest.mark.parametrize(
    ("values", "kind", "texts"),
    [
        (["A-1 ", "肌酐", None], pl.String, ["A-1", "肌酐", ""]),
        ([7.0, 5.6, None], pl.Float64, ["7", "5.6", ""]),
        ([0.1 + 0.2, float("nan"), -0.0], pl.Float64, ["0.3", "", "0"]),
        ([5.6, 0.1, 7.0], pl.Float32, ["5.6", "0.1", "7"]),
        ([0, -7, 2**62], pl.Int64, ["0", "-7", "4611686018427387904"]),
        ([1, 255, None], pl.UInt8, ["1", "255", ""]),
        ([Decimal("5.60"), Decimal("-0.07"), None], pl.Decimal(10, 2), ["5.60", "-0.07", ""]),
        ([True, False, None], pl.Boolean, ["true", "false", ""]),
        ([date(2020, 1, 2), date(1899, 12, 30), None], pl.Date, ["2020-01-02", "1899-12-30", ""]),
        (
            [datetime(2020, 1, 2, 8, 30), datetime(2020, 1, 2, 0, 0, 0, 250_000), None],
            pl.Datetime("us"),
            ["2020-01-02 08:30:00", "2020-01-02 00:00:00.250", ""],
        ),
        ([time(8, 30), time(0, 0, 1), None], pl.Time, ["08:30:00", "00:00:01", ""]),
        (["low", "high", None], pl.Categorical, ["low", "high", ""]),
        (["low", "high", None], pl.Enum(["low", "high"]), ["low", "high", ""]),
        ([b"A-1", b"", None], pl.Binary, ["A-1", "", ""]),
        ([None, None, None], pl.Null, ["", "", ""]),
    ],
    ids=lambda value: str(value) if isinstance(value, pl.DataType | type) else "",
)
def test_each_type_as_text(read, values, kind, texts):
    frame = pl.DataFrame({"n": ["1", "2", "3"], " x ": pl.Series(values, dtype=kind)})
    rows = [(number, [str(number), text]) for number, text in enumerate(texts, 1)]
    assert read(frame) == [(0, ["n", "x"]), *rows]


def test_a_date_time_of_a_zone_has_its_offset(read):
    at = pl.Series([datetime(2020, 1, 2, 0, 30)]).dt.replace_time_zone("UTC")
    frame = pl.DataFrame({"at": at.dt.convert_time_zone("Asia/Shanghai")})
    assert read(frame)[1] == (1, ["2020-01-02 08:30:00+08:00"])


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        ([[1.0, 2.0]], "List(Float64)"),
        ([{"value": 1}], "Struct"),
        ([timedelta(hours=1)], "Duration"),
        ([b"\xff\xfe"], "Binary"),
    ],
)
def test_a_column_of_other_things_is_refused_by_name(read, values, kind):
    with pytest.raises(UserError, match="is no single text, number or date") as caught:
        read(pl.DataFrame({"id": ["A-1"], "results": values}))
    assert kind in caught.value.what
    assert caught.value.where == "raw/export.parquet, column 'results'"


def test_rows_keep_their_order_and_number_over_row_groups(read, monkeypatch):
    monkeypatch.setattr(columnar, "ROWS", 700)
    frame = pl.DataFrame({"n": range(1, 5001)})
    assert read(frame, row_group_size=999)[1:] == [(n, [str(n)]) for n in range(1, 5001)]


def test_a_name_with_brackets_is_one_file(read):
    assert read(pl.DataFrame({"n": [1]}), file="lab[1].parquet") == [(0, ["n"]), (1, ["1"])]


def test_a_file_without_rows_has_its_names(read):
    assert read(pl.DataFrame({"id": [], "x": []})) == [(0, ["id", "x"])]


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"id,value\nA,5.4\n", "the file is text"),
        (b"", "the file is empty"),
        (b"PAR1 and no more", "the Parquet file is damaged or incomplete"),
        (b"PAR1" + bytes(100) + b"\xff\xff\xff\x7fPAR1", "the Parquet file is damaged or incompl"),
    ],
)
def test_what_is_no_parquet_file(tmp_path, content, what):
    path = tmp_path / "export.parquet"
    path.write_bytes(content)
    with pytest.raises(UserError) as caught:
        list(read_tables(path, "raw/export.parquet", {"type": "parquet"}))
    assert caught.value.what.startswith(what)
