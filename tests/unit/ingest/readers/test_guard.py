"""Readers in a child process: what they give arrives whole, and what goes wrong is one message.

The functions named `gives_…` are readers that a child runs; their rows are the expected ones.
"""

import os
import sys
import time

import pytest
from labcohort.errors import UserError
from labcohort.ingest.readers import guard
from labcohort.ingest.readers.guard import isolated
from labcohort.ingest.readers.limits import MAX_CELL, MAX_COLUMNS, check_row
from labcohort.ingest.readers.table import Area, Table

ODD_CELLS = ["", "患者 µ 𠀀", "a\x1eb", "\x1f", "two\nlines", "\0", "\ud800", '"{}[]']
LINUX = sys.platform == "linux"


def gives_two_sheets(path, name, how):
    yield Table(how["sheets"][0], iter([(1, ["a", "b"]), (3, ["c", ""])]))
    yield Table(how["sheets"][1], iter([]))
    yield Table(str(path), iter([(0, [name])]))


def gives_merged_cells(path, name, how):
    yield Table("A", iter([(1, ["a"])]), (Area(1, 2, 0, 3), Area(4, 4, 1, 2)))
    yield Table("B", iter([(1, ["b"])]))


def gives_nothing(path, name, how):
    return iter(())


def gives_odd_cells(path, name, how):
    yield Table(None, iter([(1, ODD_CELLS), (2, ["x"]), (7, [ODD_CELLS[2]])]))


def gives_many_rows(path, name, how):
    yield Table(None, ((i, [str(i), "x" * 100]) for i in range(1, 200_001)))


def gives_rows_without_end(path, name, how):
    i = 0

    def rows():
        nonlocal i
        while True:
            i += 1
            yield i, [str(os.getpid())]

    yield Table(None, rows())


def gives_a_user_error(path, name, how):
    yield Table(None, iter([(1, ["a"])]))
    raise UserError("the fault", where=f"{name}, row 7", rule="the rule", do="the deed")


def gives_a_defect(path, name, how):
    print("MUSTERMANN")
    os.write(2, b"MUSTERMANN")
    yield Table(None, iter([(1, ["a"])]))
    raise KeyError("MUSTERMANN")


def gives_a_panic(path, name, how):
    class PanicException(BaseException):
        """As PyO3 has it."""

    yield Table(None, iter([]))
    raise PanicException("MUSTERMANN")


def gives_a_crash(path, name, how):
    yield Table(None, iter([(1, ["a"])]))
    os.kill(os.getpid(), 11)


def gives_an_early_exit(path, name, how):
    os._exit(0)
    yield


def gives_too_much_memory(path, name, how):
    bytearray(guard.CHILD_MEMORY)
    yield


def gives_a_loop(path, name, how):
    guard.CHILD_CPU = 1
    yield Table(None, iter([(1, ["a"])]))
    while True:
        pass


def gives_a_sleep(path, name, how):
    guard.CHILD_SILENCE = 0.2
    yield Table(None, iter([(1, ["a"])]))
    time.sleep(60)


def gives_a_wide_row(path, name, how):
    yield Table(None, iter([(5, ["a"] * (MAX_COLUMNS + 1))]))


def read(function, tmp_path, **how) -> list:
    tables = isolated(function, tmp_path / "x.sav", "raw/x.sav", {"type": "sav"} | how)
    return [(table.sheet, list(table.rows)) for table in tables]


def test_tables_arrive_in_order_with_their_rows(tmp_path):
    assert read(gives_two_sheets, tmp_path, sheets=["甲", "B"]) == [
        ("甲", [(1, ["a", "b"]), (3, ["c", ""])]),
        ("B", []),
        (str(tmp_path / "x.sav"), [(0, ["raw/x.sav"])]),
    ]


def test_merged_cells_arrive_with_their_table(tmp_path):
    how = {"type": "xlsx"}
    tables = [(t.merged, list(t.rows)) for t in isolated(gives_merged_cells, tmp_path, "x", how)]
    areas = (Area(1, 2, 0, 3), Area(4, 4, 1, 2))
    assert tables == [(areas, [(1, ["a"])]), ((), [(1, ["b"])])]
    assert tables[0][0][0].last_row == 2


def test_a_table_may_be_passed_over(tmp_path):
    tables = isolated(gives_two_sheets, tmp_path, "raw/x", {"type": "xlsx", "sheets": ["A", "B"]})
    assert [table.sheet for table in tables] == ["A", "B", str(tmp_path)]


def test_no_table(tmp_path):
    assert read(gives_nothing, tmp_path) == []


def test_any_text_arrives_as_it_is(tmp_path):
    assert read(gives_odd_cells, tmp_path) == [
        (None, [(1, ODD_CELLS), (2, ["x"]), (7, [ODD_CELLS[2]])])
    ]


def test_many_batches(tmp_path):
    ((_, rows),) = read(gives_many_rows, tmp_path)
    assert rows == [(i, [str(i), "x" * 100]) for i in range(1, 200_001)]


def test_rows_stream_and_the_child_ends_with_its_reader(tmp_path):
    tables = isolated(gives_rows_without_end, tmp_path, "raw/x", {"type": "sav"})
    rows = next(tables).rows
    first = [next(rows) for _ in range(3)]
    assert [number for number, _ in first] == [1, 2, 3]
    tables.close()
    with pytest.raises(ProcessLookupError):
        os.kill(int(first[0][1][0]), 0)


def test_a_user_error_arrives_as_itself(tmp_path):
    with pytest.raises(UserError) as caught:
        read(gives_a_user_error, tmp_path)
    error = caught.value
    assert (error.what, error.where, error.rule, error.do) == (
        "the fault",
        "raw/x.sav, row 7",
        "the rule",
        "the deed",
    )


@pytest.mark.parametrize(
    ("function", "why"),
    [
        (gives_a_defect, "KeyError in test_guard.py"),
        (gives_a_panic, "PanicException in test_guard.py"),
        (gives_a_crash, r"broke off \(signal 11\)"),
        (gives_an_early_exit, r"broke off \(exit code 0\)"),
        (gives_a_loop, "came to no end"),
        (gives_a_sleep, "came to no end"),
        pytest.param(
            gives_too_much_memory,
            "MemoryError in test_guard.py",
            marks=pytest.mark.skipif(not LINUX, reason="address space is limited on Linux only"),
        ),
    ],
)
def test_what_goes_wrong_in_the_child(tmp_path, capfd, function, why):
    with pytest.raises(UserError, match=f"the file cannot be read as sav: .*{why}") as caught:
        read(function, tmp_path)
    assert caught.value.where == "raw/x.sav"
    out, err = capfd.readouterr()
    assert "MUSTERMANN" not in str(caught.value) + out + err


def test_rows_are_held_to_their_limits(tmp_path):
    with pytest.raises(UserError, match="more than 20,000 columns") as caught:
        read(gives_a_wide_row, tmp_path)
    assert caught.value.where == "raw/x.sav, row 5"


def test_a_module_in_the_working_directory_is_not_run(tmp_path, monkeypatch):
    for module in ("json", "csv", "labcohort"):
        (tmp_path / f"{module}.py").write_text("raise SystemExit('a module of the study ran')")
    monkeypatch.chdir(tmp_path)
    assert read(gives_nothing, tmp_path) == []


def test_the_size_of_a_row():
    assert check_row(1, ["ab", "", "患"], "raw/x") == 3
    with pytest.raises(UserError, match="a cell of more than 1,048,576 characters"):
        check_row(1, ["x" * (MAX_CELL + 1)], "raw/x")
    assert check_row(1, ["x" * MAX_CELL] * 16, "raw/x") == 16 * MAX_CELL
    with pytest.raises(UserError, match="more than 16,777,216 characters"):
        check_row(1, ["x" * MAX_CELL] * 16 + ["x"], "raw/x")
