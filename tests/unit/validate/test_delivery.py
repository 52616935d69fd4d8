"""What another delivery of a source changed: expected counts are made by hand, cell by cell."""

import polars as pl
import pytest
from labcohort.validate.delivery import compared, counts, moved
from labcohort.validate.places import UNMAPPED

COLUMNS = ("person", "date_text", "visit", "analyte", "value_text", "unit_text", "status_text")
NAMES = ["A1c", "HbA1c"]
KINDS = ("same", "added", "gone", "changed")


def cells(*rows: tuple) -> pl.DataFrame:
    """Cells (person, date, visit, analyte, value, unit, status), an empty end left out."""
    full = [(*row, *(None,) * (len(COLUMNS) - len(row))) for row in rows]
    frame = pl.DataFrame(full, schema=dict.fromkeys(COLUMNS, pl.String), orient="row")
    row = pl.int_range(2, pl.len() + 2, dtype=pl.Int64)
    return frame.with_columns(
        file=pl.lit("a.csv"), sheet=pl.lit(None, pl.String), row=row, column=pl.lit("x")
    )


def changes(now: pl.DataFrame, before: pl.DataFrame, names: list[str]) -> dict:
    return counts(now, before, compared(now, before), names)


def result(value: str, unit: str = "%", status: str | None = None, person="p1", **more) -> tuple:
    at = {"date": "2020-01-02", "visit": None, "analyte": "A1c"} | more
    return person, at["date"], at["visit"], at["analyte"], value, unit, status


def counted(now: list[tuple], before: list[tuple]) -> tuple:
    """Cells same, added, gone, changed."""
    found = changes(cells(*now), cells(*before), NAMES)["cells"]
    assert tuple(found) == KINDS
    return tuple(found.values())


def test_the_same_delivery_again():
    assert counted([result("7.1"), result("5", person="p2")], [result("7.1"),
                   result("5", person="p2")]) == (2, 0, 0, 0)  # fmt: skip


@pytest.mark.parametrize(
    "other",
    [result("7.2"), result("7.1", unit="mmol/mol"), result("7.1", unit=None),
     result("7.1", status="C")],
    ids=["value", "unit", "no unit", "status"],
)  # fmt: skip
def test_a_result_that_says_otherwise_has_changed(other):
    assert counted([other], [result("7.1")]) == (0, 0, 0, 1)


@pytest.mark.parametrize(
    "other",
    [result("7.1", person="p2"), result("7.1", date="2020-01-03"), result("7.1", visit="V2"),
     result("7.1", analyte="HbA1c")],
    ids=["person", "date", "visit", "analyte"],
)  # fmt: skip
def test_a_result_of_another_person_time_or_analyte_is_another(other):
    assert counted([other], [result("7.1")]) == (0, 1, 1, 0)


def test_what_came_and_what_went():
    now = [result("7.1"), result("7.2", date="2020-06-02")]
    before = [result("7.1"), result("6.9", date="2019-06-02"), result("6.8", date="2019-07-02")]
    assert counted(now, before) == (1, 1, 2, 0)


def test_an_empty_cell_is_no_result():
    assert counted([result("7.1")], [result("")]) == (0, 1, 0, 0)
    assert counted([result("")], [result("7.1")]) == (0, 0, 1, 0)
    assert counted([result("")], [result("")]) == (0, 0, 0, 0)


def test_the_order_of_rows_says_nothing():
    one, other = result("7.1"), result("7.3")
    assert counted([one, other], [other, one]) == (2, 0, 0, 0)
    twins = [result("7.1"), result("7.1")]
    assert counted(twins, twins[:1]) == (1, 1, 0, 0)


@pytest.mark.parametrize(
    ("now", "before", "expected"),
    [
        # a final result beside the preliminary one that was sent before
        ([("7.1", "P"), ("7.1", "F")], [("7.1", "P")], (1, 1, 0, 0)),
        ([("6.0", "F"), ("7.1", "F")], [("7.1", "F")], (1, 1, 0, 0)),
        ([("7.1", "F")], [("6.0", "F"), ("7.1", "F")], (1, 0, 1, 0)),
        ([("6.0", "F"), ("7.1", "F")], [("7.1", "F"), ("8.0", "F")], (1, 0, 0, 1)),
    ],
)
def test_of_several_results_of_one_time_equal_ones_meet_first(now, before, expected):
    def of(rows: list[tuple]) -> list[tuple]:
        return [result(value, status=status) for value, status in rows]

    assert counted(of(now), of(before)) == expected


def test_results_of_nobody_are_compared_too():
    assert counted([result("7.1", person=None)], [result("7.1", person=None)]) == (1, 0, 0, 0)


def test_persons_are_counted_and_not_named():
    now = cells(result("1"), result("1", person="p2"), result("1", person=None))
    before = cells(result("1"), result("1", person="p3"), result("1", person="p4"))
    assert changes(now, before, NAMES)["persons"] == {"same": 1, "added": 1, "gone": 2}


def test_analytes_are_called_as_the_mapping_does_and_others_not_at_all():
    """A text that no mapping names may be anything, however often it stands there."""
    many = [result(str(n), date=f"2020-01-0{n}") for n in range(1, 6)]
    typed = [result("7", date="2020-02-01", analyte="a1C ")]
    others = [result("5", date=f"2020-01-1{n}", analyte="Jane Roe 47 Mill Lane") for n in range(6)]
    found = changes(cells(*many, *typed, *others), cells(*many[:2]), NAMES)
    assert found["analytes"] == [
        {"analyte": UNMAPPED, "same": 0, "added": 6, "gone": 0, "changed": 0},
        {"analyte": "A1c", "same": 2, "added": 4, "gone": 0, "changed": 0},
    ]
    # of all cells none is left out
    assert found["cells"] == {"same": 2, "added": 10, "gone": 0, "changed": 0}


def test_a_first_delivery_has_all_to_add():
    found = changes(cells(result("7.1")), cells(), NAMES)
    assert found["cells"] == {"same": 0, "added": 1, "gone": 0, "changed": 0}
    assert found["persons"] == {"same": 0, "added": 1, "gone": 0}


def test_what_is_gone_or_changed_is_listed_with_both_places():
    now = cells(result("7.3"), result("5", person="p2"), result("9", person="p5"))
    before = cells(result("6", person="p3"), result("5", person="p2"), result("7.1", unit="x"))
    now, before = (
        frame.with_columns(file=pl.lit(file)) for frame, file in ((now, "new"), (before, "old"))
    )
    pairs = compared(now, before)
    said = ("kind", "analyte", "value_before", "unit_before", "value_now", "unit_now")
    at = ("file_before", "row_before", "file_now", "row_now")
    found = moved(pairs)
    assert found.select(said + at).rows() == [
        ("changed", "A1c", "7.1", "x", "7.3", "%", "old", 4, "new", 2),
        ("gone", "A1c", "6", "%", None, None, "old", 2, None, None),
    ]
    # of nobody: neither person nor date of a visit
    places = {f"{name}_{side}" for name in ("file", "sheet", "row", "column")
              for side in ("before", "now")}  # fmt: skip
    assert set(found.columns) == {*said, "status_before", "status_now"} | places
    first = counts(now, before, pairs, NAMES)["first"]
    place = {"sheet": None, "column": "x"}
    assert first == {
        "gone": [{"file": "old", "row": 2} | place], "changed": [{"file": "new", "row": 2} | place],
    }  # fmt: skip
    assert moved(compared(now.reverse(), before.reverse())).equals(found)


def test_of_twins_the_later_row_is_the_one_that_is_gone():
    twins = cells(result("7.1"), result("7.1"), result("7.1"))
    for order in (twins, twins.reverse()):
        assert moved(compared(twins[:1], order)).get_column("row_before").to_list() == [3, 4]
