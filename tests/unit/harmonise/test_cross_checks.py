"""Diastolic against systolic pressure of one sample: above is an error, equal odd."""

import pytest
from labcohort.harmonise.cells import harmonise_cells

OTHER = "p0000000000000002"


@pytest.fixture
def pressures(cells, mapping):
    """What becomes of readings (analyte, text, more); the rows count from 2."""

    def harmonised(*readings: tuple, layout: str = "long"):
        given = [
            {"analyte": analyte, "column": analyte, "value_text": text, "unit_text": "mmHg"} | more
            for analyte, text, more in readings
        ]
        result = harmonise_cells(cells(*given), mapping | {"layout": layout})
        flags = dict(result.values.select("row", "flag").iter_rows())
        return flags, dict(result.quarantine.select("row", "rule").iter_rows())

    return harmonised


@pytest.mark.parametrize(
    ("systolic", "diastolic", "flags", "aside"),
    [
        ("120", "80", {2: None, 3: None}, {}),
        ("90", "90", {2: "dbp_above_sbp_equal", 3: "dbp_above_sbp_equal"}, {}),
        ("80", "81", {}, {2: "dbp_above_sbp", 3: "dbp_above_sbp"}),
        ("70", "70", {2: "soft_low|dbp_above_sbp_equal", 3: "dbp_above_sbp_equal"}, {}),
    ],
)
def test_above_equal_and_below(pressures, systolic, diastolic, flags, aside):
    assert pressures(("Sys", systolic, {}), ("Dia", diastolic, {})) == (flags, aside)


@pytest.mark.parametrize("other", [{"person": OTHER}, {"date_text": "2020-01-03"}])
def test_samples_of_a_long_file_are_of_one_person_and_date(pressures, other):
    flags, aside = pressures(("Sys", "80", {}), ("Dia", "100", other))
    assert flags == {2: None, 3: None} and aside == {}


def test_samples_of_a_wide_file_are_its_rows(pressures):
    # the same person and date in two rows: two readings
    flags, aside = pressures(
        ("Sys", "80", {"row": 2}),
        ("Dia", "70", {"row": 2}),
        ("Sys", "120", {"row": 3}),
        ("Dia", "100", {"row": 3}),
        layout="wide",
    )
    assert flags == {2: None, 3: None} and aside == {}


def test_repeats_are_judged_by_their_extremes(pressures):
    _, aside = pressures(("Sys", "120", {}), ("Sys", "90", {}), ("Dia", "95", {}))
    assert aside == dict.fromkeys((2, 3, 4), "dbp_above_sbp")


def test_a_value_that_breaks_a_rule_of_its_own_sets_no_other_aside(pressures):
    flags, aside = pressures(("Sys", "120", {}), ("Dia", "251", {}))
    assert flags == {2: None} and aside == {3: "hard_limit"}


def test_one_of_the_two_alone_is_fine(pressures):
    assert pressures(("Dia", "80", {})) == ({2: None}, {})


def test_other_markers_of_the_sample_stay(pressures):
    flags, aside = pressures(
        ("Sys", "80", {}), ("Dia", "100", {}), ("A1c", "7.1", {"unit_text": "%"})
    )
    assert flags == {4: None} and set(aside) == {2, 3}
