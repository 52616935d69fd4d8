"""SAS, SPSS and Stata files: missing values, labels, dates, numbers as text.

Expected texts are what the test writes; of NHANES' files, what an independent reading of the bytes
after SAS' TS-140 ("The Record Layout of a SAS Version 5 or 6 Data Set in SAS Transport Format")
gives; so are the numbers of records.
"""

import struct
from datetime import date, datetime, time
from decimal import Context, Decimal

import polars as pl
import pyreadstat
import pytest
from labcohort.errors import UserError
from labcohort.ingest.readers import read_tables, statistical

from tests.running import SHARED

NHANES = SHARED / "nhanes"


@pytest.fixture(autouse=True)
def _in_this_process(monkeypatch):
    """A process for each test takes long; test_fuzz_binary reads in processes of their own."""
    monkeypatch.setattr(statistical, "isolated", lambda function, *arguments: function(*arguments))


def read(path, **how):
    """All rows; the number of the first is 0."""
    how = {"type": path.suffix[1:].lower(), **how}
    (table,) = read_tables(path, f"raw/{path.name}", how)
    assert table.sheet is None
    return list(table.rows)


def refusal(path, **how) -> UserError:
    with pytest.raises(UserError) as caught:
        read(path, **how)
    return caught.value


FRAME = pl.DataFrame(
    {
        "id": ["A-1", "A-2 ", "A-3"],
        "hba1c": [5.6, None, 7.0],
        "sex": [1, 2, 9],
        "drawn": [date(2020, 1, 2), None, date(1958, 12, 31)],
        "at": [datetime(2020, 1, 2, 8, 30, 5), datetime(2020, 1, 2), None],
        "days": [43831, 0, -5],
    }
)
CODES = {"sex": {1: "男", 2: "female "}}
DATES = [["2020-01-02", "2020-01-02 08:30:05"], ["", "2020-01-02 00:00:00"], ["1958-12-31", ""]]


def expected(sexes: list[str]) -> list[tuple[int, list[str]]]:
    firsts = [["A-1", "5.6"], ["A-2", ""], ["A-3", "7"]]
    days = ["43831", "0", "-5"]
    return [(0, ["id", "hba1c", "sex", "drawn", "at", "days"])] + [
        (number, [*first, sex, *dates, day])
        for number, (first, sex, dates, day) in enumerate(
            zip(firsts, sexes, DATES, days, strict=True), 1
        )
    ]


@pytest.fixture
def files(tmp_path):
    """The frame as files of the three programs; 9 is declared missing in the SPSS file."""
    paths = {kind: tmp_path / f"export.{kind}" for kind in ("sav", "dta", "xpt")}
    pyreadstat.write_sav(
        FRAME, paths["sav"], variable_value_labels=CODES, missing_ranges={"sex": [9]}
    )
    pyreadstat.write_dta(FRAME, paths["dta"], variable_value_labels=CODES)
    pyreadstat.write_xport(FRAME, paths["xpt"], file_format_version=5)
    return paths


@pytest.mark.parametrize("chunk", [4_000_000, 6, 12], ids=["at once", "singly", "by twos"])
def test_the_same_records_of_each_program(files, monkeypatch, chunk):
    monkeypatch.setattr(statistical, "CHUNK", chunk)
    assert read(files["xpt"]) == expected(["1", "2", "9"])
    assert read(files["sav"], labels=False) == expected(["1", "2", ""])
    assert read(files["sav"], labels=True) == expected(["男", "female", ""])
    assert read(files["dta"], labels=False) == expected(["1", "2", "9"])
    assert read(files["dta"], labels=True) == expected(["男", "female", "9"])


@pytest.mark.parametrize("how", [{"row_compress": True}, {"compress": True}], ids=["rows", "zsav"])
def test_compressed_spss_files(tmp_path, how):
    path = tmp_path / "export.sav"
    pyreadstat.write_sav(FRAME, path, **how)
    assert read(path, labels=False) == expected(["1", "2", "9"])


def test_version_8_of_xpt(tmp_path):
    path = tmp_path / "export.xpt"
    pyreadstat.write_xport(FRAME, path, file_format_version=8)
    assert read(path) == expected(["1", "2", "9"])


def test_stata_missing_values_with_letters(tmp_path):
    path = tmp_path / "export.dta"
    frame = pl.DataFrame({"x": pl.Series([1, "a", None], dtype=pl.Object)}, strict=False)
    pyreadstat.write_dta(frame, path, missing_user_values={"x": ["a"]})
    assert read(path, labels=False)[1:] == [(1, ["1"])]


def test_text_codes_have_labels_and_missing_values_too(tmp_path):
    path = tmp_path / "export.sav"
    frame = pl.DataFrame({"id": ["1", "2", "3"], "arm": ["p", "zz", "other"]})
    pyreadstat.write_sav(
        frame,
        path,
        variable_value_labels={"arm": {"p": "placebo"}},
        missing_ranges={"arm": ["zz"]},
    )
    rows = [["1", "placebo"], ["2", ""], ["3", "other"]]
    assert [cells for _, cells in read(path, labels=True)[1:]] == rows


def test_long_and_chinese_text(tmp_path):
    long = "肌酐" * 300
    for kind, write in (("sav", pyreadstat.write_sav), ("dta", pyreadstat.write_dta)):
        path = tmp_path / f"export.{kind}"
        write(pl.DataFrame({"备注": [long, "x"]}), path)
        assert read(path, labels=False) == [(0, ["备注"]), (1, [long]), (2, ["x"])]


def test_a_declared_encoding_goes_before_that_of_the_file(tmp_path):
    path = tmp_path / "export.sav"
    pyreadstat.write_sav(pl.DataFrame({"note": ["肌酐"]}), path)
    utf8, gbk = "肌酐".encode(), "肌酐".encode("gb18030")
    content = path.read_bytes()
    assert content.count(utf8) == 1
    path.write_bytes(content.replace(utf8, gbk.ljust(len(utf8))))
    assert read(path, labels=False, encoding="GB18030")[1] == (1, ["肌酐"])
    error = refusal(path, labels=False)
    assert error.what == "the file has text in another encoding than it declares"
    assert "GB18030" in error.do


def test_stata_numbers_of_single_precision_have_their_own_shortest_form(tmp_path):
    path = tmp_path / "export.dta"
    numbers = [5.6, 0.1, 16777216.0, -0.03]
    pyreadstat.write_dta(pl.DataFrame({"x": numbers}), path)
    path.write_bytes(as_single(path.read_bytes(), numbers))
    types = pyreadstat.read_dta(path, output_format="polars")[1].readstat_variable_types
    assert types == {"x": "float"}
    texts = [cells[0] for _, cells in read(path, labels=False)[1:]]
    assert texts == ["5.6", "0.1", "16777216", "-0.03"]


def as_single(content: bytes, numbers: list[float]) -> bytes:
    """A file of one double column with floats in their place (Stata: help dta; 65526, 65527).

    Sections after the data begin earlier; `<map>` lists where, as the last four of 14.
    """
    old = b"<data>" + struct.pack(f"<{len(numbers)}d", *numbers)
    new = b"<data>" + struct.pack(f"<{len(numbers)}f", *numbers)
    types = b"<variable_types>" + struct.pack("<H", 65526)
    assert content.count(old) == content.count(types) == 1
    at = content.index(b"<map>") + len(b"<map>")
    places = struct.unpack("<14Q", content[at : at + 112])
    moved = [*places[:10], *(place - 4 * len(numbers) for place in places[10:])]
    content = content[:at] + struct.pack("<14Q", *moved) + content[at + 112 :]
    return content.replace(old, new).replace(types, b"<variable_types>" + struct.pack("<H", 65527))


def test_numbers_that_arithmetic_left_a_bit_beside_a_decimal(tmp_path):
    path = tmp_path / "export.sav"
    numbers = [0.1 + 0.2, 1.1 + 2.2, 5.6, 1e-7, 1234567890123456.0]
    pyreadstat.write_sav(pl.DataFrame({"x": numbers}), path)
    texts = [cells[0] for _, cells in read(path, labels=False)[1:]]
    assert texts == ["0.3", "3.3", "5.6", "1e-7", "1234567890123456"]


def test_times_and_durations(tmp_path):
    path = tmp_path / "export.sav"
    frame = pl.DataFrame({"at": [time(8, 30), None], "long": [100_000.0, -5.0]})
    pyreadstat.write_sav(frame, path, variable_format={"long": "TIME8"})
    # 100,000 s are 27 h 46 min 40 s
    assert read(path, labels=False)[1:] == [(1, ["08:30:00", "27:46:40"]), (2, ["", "-00:00:05"])]


def test_a_date_beyond_all_calendars(tmp_path):
    path = tmp_path / "export.sav"
    frame = pl.DataFrame({"at": [1.5e25]})
    pyreadstat.write_sav(frame, path, variable_format={"at": "DATETIME20"})
    error = refusal(path, labels=False)
    assert error.what == "the file has a date or a time that no calendar has"
    assert "e+25" not in str(error) and "000000" not in str(error)


@pytest.mark.parametrize("kind", ["sav", "dta", "xpt"])
def test_a_file_without_records_has_its_names(tmp_path, kind):
    path = tmp_path / f"export.{kind}"
    write = {"sav": pyreadstat.write_sav, "dta": pyreadstat.write_dta}
    write.get(kind, pyreadstat.write_xport)(FRAME.head(0), path)
    assert read(path, labels=False) == [(0, FRAME.columns)]


@pytest.mark.parametrize("kind", ["sav", "dta", "xpt"])
def test_a_file_that_was_cut_short(files, kind):
    path = files[kind]
    path.write_bytes(path.read_bytes()[:-50])
    assert any(word in refusal(path, labels=False).what for word in ("ends before", "damaged"))


@pytest.mark.parametrize(("kind", "other"), [("sav", "dta"), ("dta", "xpt"), ("xpt", "sav")])
def test_a_file_of_another_program_is_named(files, kind, other):
    error = refusal(files[kind], type=other, labels=False)
    assert error.what == f"the file is {statistical.KINDS[kind][0]}"


def test_a_second_data_set_in_an_xpt_file_is_not_lost(files):
    content = files["xpt"].read_bytes()
    files["xpt"].write_bytes(content + content[240:])
    assert refusal(files["xpt"]).what == "the transport file has 2 data sets"


# TS-140: records of 80 bytes; library header 3, member header 4, then 1 for the variables, of 140
# bytes each (type at 0, length at 4, name at 8, position at 84), 1 for the observations
def xpt_columns(content: bytes) -> tuple[list[tuple[str, int, int, int]], int, int]:
    """Name, type, position, length of each variable; where records start; their length."""
    count = int(content[560 + 54 : 560 + 58])
    at = range(640, 640 + 140 * count, 140)
    columns = [
        (
            content[i + 8 : i + 16].decode().strip(),
            int.from_bytes(content[i : i + 2], "big"),
            int.from_bytes(content[i + 84 : i + 88], "big"),
            int.from_bytes(content[i + 4 : i + 6], "big"),
        )
        for i in at
    ]
    start = 640 + -(-140 * count // 80) * 80 + 80
    return columns, start, sum(length for *_, length in columns)


def ibm_text(stored: bytes) -> str:
    """A number of IBM's floating point: a bit of sign, 7 of the exponent to 16, 56 of fraction."""
    if stored[0] in b"._ABCDEFGHIJKLMNOPQRSTUVWXYZ" and not any(stored[1:]):
        return ""
    fraction, exponent = int.from_bytes(stored[1:], "big"), (stored[0] & 127) - 64 - 14
    exact = Decimal(fraction) * Context(prec=60).power(Decimal(16), exponent)
    shown = Context(prec=15).plus(exact)
    return ("-" if stored[0] & 128 and fraction else "") + f"{shown.normalize():f}"


@pytest.mark.skipif(not NHANES.is_dir(), reason="NHANES files are not there")
@pytest.mark.parametrize(
    ("file", "records"),
    [("GLU_J.XPT", 3036), ("HDL_J.XPT", 7435), ("GHB_J.XPT", 6401), ("BIOPRO_J.XPT", 6401)],
)
def test_nhanes_as_an_independent_reading_of_its_bytes(file, records):
    content = (NHANES / file).read_bytes()
    columns, start, width = xpt_columns(content)
    rows = read(NHANES / file)
    assert rows[0] == (0, [name for name, *_ in columns])
    # the last record of 80 bytes is filled up with blanks
    assert len(rows) == 1 + records == 1 + len(content[start:].rstrip(b" ")) // width
    for number in range(1, records + 1, 1 if records == 3036 else 50):
        record = content[start + (number - 1) * width : start + number * width]
        cells = [ibm_text(record[at : at + length]) for _, _, at, length in columns]
        assert rows[number] == (number, cells)


def test_xpt_numbers_of_few_bytes(files):
    """SAS cuts a number to fewer bytes; of 4 it keeps 6 digits, and whole numbers up to 2 097 152
    (SAS: "Numerical Accuracy in SAS Software")."""
    content = bytearray(files["xpt"].read_bytes())
    columns, start, width = xpt_columns(bytes(content))
    assert [name for name, *_ in columns] == FRAME.columns
    where = {name: (at, length) for name, _, at, length in columns}
    # 5.6 in IBM's floating point is 41 59 99 99 | 99 99 99 9A; four bytes of it are 5.59999942...
    at, _ = where["hba1c"]
    assert content[start + at : start + at + 4].hex() == "41599999"
    # the variable's length says 4; those after it are moved to where they now stand
    index = [name for name, *_ in columns].index("hba1c")
    content[640 + 140 * index + 4 : 640 + 140 * index + 6] = (4).to_bytes(2, "big")
    records = [bytes(content[start + n * width : start + (n + 1) * width]) for n in range(3)]
    for later in range(index + 1, len(columns)):
        place = 640 + 140 * later + 84
        moved = int.from_bytes(content[place : place + 4], "big") - 4
        content[place : place + 4] = moved.to_bytes(4, "big")
    short = b"".join(record[: at + 4] + record[at + 8 :] for record in records)
    padded = short.ljust(-(-len(short) // 80) * 80)
    files["xpt"].write_bytes(bytes(content[:start]) + padded)
    assert [cells[1] for _, cells in read(files["xpt"])[1:]] == ["5.6", "", "7"]
