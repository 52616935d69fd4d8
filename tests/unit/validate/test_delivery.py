"""What another delivery of a source changed: expected counts are made by hand, cell by cell."""

import polars as pl
import pytest
from labcohort.validate.delivery import changes
from labcohort.validate.places import UNMAPPED

COLUMNS = ("person", "date_text", "visit", "analyte", "value_text", "unit_text", "status_text")
NAMES = ["A1c", "HbA1c"]
KINDS = ("same", "added", "gone", "changed")


def cells(*rows: tuple) -> pl.DataFrame:
    """Cells (person, date, visit, analyte, value, unit, status), an empty end left out."""
    full = [(*row, *(None,) * (len(COLUMNS) - len(row))) for row in rows]
    return pl.DataFrame(full, schema=dict.fromkeys(COLUMNS, pl.String), orient="row")


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
