"""What a laboratory takes back is not used, though what takes it back is no value.

Expected by hand from the words of HL7 v2.5.1, table 0085, and FHIR's observation-status.
"""

import random

import polars as pl
import pytest
from labcohort.derive.repeats import settle_repeats
from labcohort.harmonise.cells import harmonise_cells
from labcohort.study.source_defaults import FHIR_STATUS, HL7_STATUS

from schemas.harmonised import Values
from schemas.quality import Quarantine

HOW = {
    "status": {"column": "Status", "codes": HL7_STATUS | FHIR_STATUS},
    "reported": {"column": "Reported", "formats": ["iso"]},
}


def sent(status: str | None, text: str = "7.9", hour: int | None = None, **more) -> dict:
    """A result of one person and day, as the file sends it."""
    time = None if hour is None else f"2020-01-02T{hour:02}:00"
    return {"status_text": status, "value_text": text, "reported_text": time} | more


@pytest.fixture
def settled(cells, mapping):
    """Rows whose value is kept, and row -> (rule, reason) of those set aside."""

    def settle(*given: dict, **how) -> tuple[list[int], dict[int, tuple[str, str]]]:
        result = harmonise_cells(cells(*given), mapping | HOW | how)
        values = Values.validate(result.values, lazy=True)
        aside = Quarantine.validate(result.quarantine, lazy=True)
        assert values.height + aside.height + result.unused.height == len(given)
        kept = settle_repeats(values, "set_aside").kept
        reasons = {row: said for row, *said in aside.select("row", "rule", "reason").iter_rows()}
        return sorted(kept.get_column("row")), {row: tuple(s) for row, s in reasons.items()}

    return settle


TAKEN_BACK = [
    ([sent("F"), sent("C", "hemolyzed")], "its source corrected it, without a value that can be"
     " used, in raw/site.csv, row 3"),
    ([sent("F"), sent("C", "")], "its source corrected it, without a value that can be used, in"
     " raw/site.csv, row 3"),
    ([sent("F", hour=9), sent("C", "", 10)], "its source corrected it, without a value"),
    ([sent("P"), sent("C", "NA")], "its source corrected it, without a value"),
    ([sent("C"), sent("C", "hemolyzed")], "its source corrected it, without a value"),
    # a correction that is a number, and one that cannot be
    ([sent("F"), sent("C", "79")], "its source corrected it, without a value"),
    ([sent("F"), sent("C", "7.9", unit_text="furlong")], "its source corrected it, without"),
    ([sent("F"), sent("W")], "its source withdrew it in raw/site.csv, row 3"),
    ([sent("F", hour=9), sent("W", "", 9)], "its source withdrew it in raw/site.csv, row 3"),
    ([sent("F"), sent("D", "")], "its source withdrew it in"),
    ([sent("F"), sent("D", '""')], "its source withdrew it in"),
    ([sent("C"), sent("W")], "its source withdrew it in"),
    ([sent(None), sent("W")], "its source withdrew it in"),
    ([sent("final"), sent("entered-in-error")], "its source withdrew it in"),
    ([sent("F", hour=9), sent("X", hour=10)], "its source says that it cannot be obtained in"),
    ([sent("F", hour=9), sent("X", "", 10)], "its source says that it cannot be obtained in"),
    ([sent("P"), sent("X", "")], "its source says that it cannot be obtained in"),
    ([sent("P", "5.0"), sent("F", "haemolysed")], "its final result has no value that can be"
     " used, in raw/site.csv, row 3"),
    ([sent("P", "5.0"), sent(None, "haemolysed")], "its final result has no value that can be"),
]  # fmt: skip


@pytest.mark.parametrize(("given", "reason"), TAKEN_BACK)
def test_an_earlier_result_is_withdrawn(settled, given, reason):
    kept, aside = settled(*given)
    assert kept == [] and aside[2][0] == "withdrawn"
    assert aside[2][1].startswith(reason)


@pytest.mark.parametrize(("given", "reason"), TAKEN_BACK)
def test_the_order_of_the_rows_decides_nothing(settled, given, reason):
    kept, aside = settled(*given[::-1])
    assert kept == [] and aside[3][0] == "withdrawn"


STAYS = [
    # a later result is another one
    [sent("F", hour=11), sent("C", "hemolyzed", 10)],
    [sent("F", hour=11), sent("W", "", 10)],
    [sent("C", hour=11), sent("C", "hemolyzed", 10)],
    [sent("P", hour=11), sent("F", "haemolysed", 10)],
    # a specimen that gave nothing, and another of the day that gave a result
    [sent("F"), sent("X", "")],
    [sent("F", hour=11), sent("X", "clotted", 10)],
    # U: final, without the values already sent as preliminary
    [sent("P"), sent("U", "")],
    [sent("P"), sent("F", "")],
    # without a word of the laboratory an empty or unreadable cell is just that
    [sent("F"), sent(None, "")],
    [sent("F"), sent("F", "haemolysed")],
    [sent("F"), sent("Z", "haemolysed")],
    # of others
    [sent("F"), sent("C", "", person="p0000000000000002")],
    [sent("F"), sent("W", "", date_text="2020-01-03")],
    [sent("F"), sent("W", "", date_text="")],
    [sent("F"), sent("W", "", analyte="Crea")],
    [sent("F"), sent("W", "", analyte="HbA1c")],
    [sent("F"), sent("W", "", person=None)],
]


@pytest.mark.parametrize("given", STAYS)
def test_what_nobody_takes_back_stays(settled, given):
    kept, aside = settled(*given)
    assert kept == [2] and "withdrawn" not in {rule for row, (rule, _) in aside.items() if row == 2}


def test_a_correction_after_the_one_without_a_value_stands(settled):
    kept, aside = settled(sent("F", hour=9), sent("C", "", 10), sent("C", "8.1", 11))
    assert kept == [4] and set(aside) == {2}


def test_an_empty_cell_of_a_wide_file_takes_nothing_back(settled):
    given = [sent("F"), sent("C", "")]
    units = {"analytes": {"A1c": {"marker": "HBA1C", "unit": "%"}}}
    assert settled(*given, layout="wide", **units) == ([2], {})
    assert settled(given[0], sent("C", "hemolyzed"), layout="wide", **units)[0] == []


def test_a_source_takes_back_its_own_results_only(cells, mapping):
    given = cells(sent("F"), sent("W", source="other"))
    assert harmonise_cells(given, mapping | HOW).values.get_column("row").to_list() == [2]


def test_who_is_another_person_takes_nothing_back(cells, mapping):
    person = "p0000000000000001"
    how = mapping | HOW | {"claims": {"sex": {"column": "Sex", "codes": {"M": "male"}}}}
    patients = pl.DataFrame({"person": [person], "sex": ["female"]})
    places = pl.DataFrame({"person": [person], "place": ["p.csv, row 2"]})
    for text in ("", "hemolyzed"):
        given = cells(sent("F"), sent("C", text, sex_text="M"))
        result = harmonise_cells(given, how, patients, places)
        assert result.values.get_column("row").to_list() == [2]


def version(number: int, text: str = "7.9", status: str = "final", **more) -> dict:
    """A result of one FHIR resource in one of its versions."""
    digest = {"record": "p00000000000000aa", "version": f"2020-01-0{number} "}
    return sent(status, text) | digest | more


AT = "a later version of the same record stands in raw/site.csv, row {}"
OTHER = {"record": "p00000000000000bb"}


@pytest.mark.parametrize(
    ("given", "kept", "replaced"),
    [
        # two final versions that differ: no contradiction, but a version and the one after it
        ([version(1), version(2, "8.1")], [3], {2: 3}),
        ([version(2, "8.1"), version(1)], [2], {3: 2}),
        ([version(1), version(2, "8.1"), version(3, "8.2")], [4], {2: 4, 3: 4}),
        # of another day, unit or analyte: the record is the same one
        ([version(1), version(2, "8.1", date_text="2020-01-05")], [3], {2: 3}),
        ([version(1, unit_text="furlong"), version(2)], [3], {2: 3}),
        ([version(1, analyte="?"), version(2)], [3], {2: 3}),
        # an amended result stands for its own earlier version, and no other result of the day
        ([version(1), version(2, "8.1", "amended"), version(1, "7.9", **OTHER)], [], {2: 3}),
        ([version(1), version(2, "8.1", "amended"), version(1, "8.1", **OTHER)], [3], {2: 3}),
        # and so does one that was entered in error
        ([version(1), version(2, "", "entered-in-error"), version(1, **OTHER)], [4], {2: 3}),
        ([version(1), version(2, "7.9", "entered-in-error"), version(1, **OTHER)], [4], {2: 3}),
        # an old version takes nothing back either
        ([version(1, "?", "amended"), version(2), version(1, **OTHER)], [3], {2: 3}),
        # the same one twice is a repeat
        ([version(1), version(1)], [2], {}),
        ([version(1), version(1, "8.1")], [], {}),
        # without an order, or of two persons, they are results as any others
        ([version(1), version(1, "8.1", version=None)], [], {}),
        ([version(1), version(1, "8.1", version=" 00000000000000000002")], [], {}),
        ([version(1), version(2, "8.1", person="p0000000000000002")], [2, 3], {}),
        ([version(1), version(2, "8.1", ignored="message")], [2], {}),
    ],
)
def test_a_later_version_of_a_record_replaces_the_earlier_one_alone(settled, given, kept, replaced):
    # hl7.org/fhir/R4/resource.html#Meta: versions of a resource share its id
    found, aside = settled(*given)
    assert found == kept
    said = {row: reason for row, (rule, reason) in aside.items() if rule == "replaced_version"}
    assert said == {row: AT.format(by) for row, by in replaced.items()}


def test_a_result_in_error_without_its_earlier_version_takes_back_as_before(settled):
    kept, aside = settled(sent("final"), version(2, "", "entered-in-error"))
    assert kept == [] and aside[2][0] == "withdrawn"


def test_without_declared_statuses_nothing_is_taken_back(cells, mapping):
    given = cells(sent("F"), sent("C", "hemolyzed"))
    assert harmonise_cells(given, mapping).values.get_column("row").to_list() == [2]


def test_empty_cells_that_take_back_are_still_counted_as_missing(cells, mapping):
    result = harmonise_cells(cells(sent("F"), sent("C", ""), sent("W", "")), mapping | HOW)
    assert result.unused.select("row", "fate").rows() == [(3, "missing"), (4, "missing")]
    # of several the first by its place is named
    assert result.quarantine.item(0, "reason").endswith("row 3")


@pytest.mark.parametrize("seed", range(5))
def test_no_order_of_the_rows_changes_what_is_used(cells, mapping, seed):
    draw = random.Random(seed)
    given = cells(
        *(
            sent(draw.choice("PFCXWD"), draw.choice(["7.9", "8.1", "", "hemolyzed"]),
                 draw.choice([None, 9, 10, 11]), date_text=f"2020-01-0{draw.choice('234')}")
            for _ in range(40)
        )
    )  # fmt: skip
    one = harmonise_cells(given, mapping | HOW)
    other = harmonise_cells(given.sample(fraction=1, shuffle=True, seed=seed), mapping | HOW)
    assert one.values.equals(other.values) and one.quarantine.equals(other.quarantine)
