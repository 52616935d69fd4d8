"""Table 1 as printed: forms by scale, what is withheld with what would tell it, and its notes."""

import polars as pl
import pytest
from labcohort.publish.tables.baseline import printed
from labcohort.publish.tables.table import Printed
from labcohort.small_cells import withheld_rows

from schemas.baseline import Baseline

MARKERS = {
    "HBA1C": {"label": "HbA1c", "unit": "%", "decimals": 2, "panel": "glycaemic", "method": None},
    "HSCRP": {"label": "hs-CRP", "unit": "mg/L", "decimals": 1, "panel": "inflammation",
              "method": None},
}  # fmt: skip
HOW = {
    "words": {}, "minimum_cell": 5, "confidence": 0.95, "markers": MARKERS, "units": {},
    "methods": {"ckd_epi_2021": "CKD-EPI 2021"},
    "cohorts": {"all": "All patients", "male": "Men", "female": "Women"},
    "timepoints": {"baseline": "Baseline", "month_6": "6 months", "month_12": "12 months"},
    "characteristics": {
        "attributes": {"sex": {"label": None, "labels": {}},
                       "smoker": {"label": "Smoking", "labels": {"yes": "Smokes"}}},
        "stages": {"marker": "CKD_STAGE", "panel": "renal", "label": "CKD stage",
                   "labels": {s: f"Stage {s}" for s in "12345"}, "below_60": ["3", "4", "5"],
                   "equation": "ckd_epi_2021"},
        "selected": [], "excludes": False,
    },
}  # fmt: skip
TABLE = {"table": "table_1", "kind": "baseline", "cohorts": "all", "title": "Table 1"}
GROUPS = {
    "all": ("all", "all", None), "month_6": ("all", "at_followup", "month_6"),
    "month_12": ("all", "at_followup", "month_12"), "none": ("all", "no_followup", None),
    "male": ("male", "any_followup", None), "female": ("female", "any_followup", None),
}  # fmt: skip


def row(group: str, n_members: int, variable: str, scale: str, n: int, **more) -> dict:
    cohort, members, timepoint = GROUPS[group]
    cohorts = "all" if cohort == "all" else "male|female"
    return {
        "cohorts": cohorts, "cohort": cohort, "members": members, "timepoint": timepoint,
        "variable": variable, "scale": scale, "n_members": n_members, "n": n,
        "n_missing": n_members - n,
    } | more  # fmt: skip


def number(group, size, n, variable="HBA1C", scale="linear", **more) -> dict:
    told = {"mean": 7.765, "sd": 1.234, "median": 7.6, "q1": 6.9, "q3": 8.35, "n_at_limit": 0}
    return row(group, size, variable, scale, n, **told | more)


def classes(group, size, variable, counts: dict[str, int], **more) -> list[dict]:
    n = sum(counts.values())
    each = (row(group, size, variable, "category", n, category=c, count=k)
            for c, k in counts.items())  # fmt: skip
    return [row(group, size, variable, "category", n, **more), *each]


def table(rows: list[dict], how: dict | None = None, **named) -> Printed:
    schema = {name: c.dtype.type for name, c in Baseline.to_schema().columns.items()}
    data = pl.DataFrame([dict.fromkeys(schema) | each for each in rows], schema=schema)
    Baseline.validate(data, lazy=True)
    made = printed(data, TABLE | named, HOW | (how or {}))
    for line in made.lines:
        for column, cell in zip(made.columns, line.cells, strict=True):
            assert len(cell.numbers) in (0, len(column.parts))
    return made


def texts(made: Printed) -> list[list[str]]:
    return [[cell.text for cell in line.cells] for line in made.lines]


THREE = [("all", 30), ("month_6", 20), ("month_12", 10)]


def of_three(variable: str, *counts: dict[str, int]) -> list[dict]:
    return [
        each
        for (group, size), own in zip(THREE, counts, strict=True)
        for each in classes(group, size, variable, own)
    ]


def test_a_mean_with_its_sd_missing_counts_and_the_difference():
    d = {"against": "month_6", "standardised_difference": -0.125, "sd_ci_low": -0.5,
         "sd_ci_high": 0.25}  # fmt: skip
    made = table([number("all", 30, 27), number("month_6", 20, 18), number("month_12", 10, 9, **d)])
    assert [column.header for column in made.columns] == [
        "Characteristic", "All patients (n=30)", "Followed at 6 months (n=20)",
        "Followed at 12 months (n=10)", "Missing",
        "Standardised difference, followed at 6 months less followed at 12 months (CI)",
    ]  # fmt: skip
    # rounded half away from zero
    mean = "7.77 (1.23)"
    assert texts(made) == [
        ["HbA1c, %, mean (SD)", mean, mean, mean, "3 / 2 / 1", "-0.13 (-0.50 to 0.25)"]
    ]
    assert made.lines[0].cells[1].numbers == (7.765, 1.234, None)
    assert (made.lines[0].heading, made.lines[0].about) == ("Glycaemia", {"marker": "HBA1C"})


def test_a_skewed_marker_has_a_median_and_quartiles():
    made = table([number(g, n, n, "HSCRP", "log") for g, n in THREE])
    assert texts(made)[0][:2] == ["hs-CRP, mg/L, median [Q1 to Q3]", "7.6 [6.9 to 8.4]"]
    assert any("quartile" in note for note in made.footnotes)


def test_numbers_are_converted_to_the_unit_that_the_study_shows():
    # HbA1c in mmol/mol by the IFCC's line: the SD takes the slope alone
    unit = {"HBA1C": {"unit": "mmol/mol", "slope": 10.93, "intercept": -23.5, "decimals": 1}}
    made = table([number(g, n, n) for g, n in THREE], {"units": unit})
    # by hand: 10.93 * 7.765 - 23.5 and 10.93 * 1.234
    assert texts(made)[0][:2] == ["HbA1c, mmol/mol, mean (SD)", "61.4 (13.5)"]


def test_counts_of_categories_are_of_those_with_a_value():
    made = table(of_three("sex", {"male": 12, "female": 12}, {"male": 9, "female": 7},
                          {"male": 5, "female": 5}))  # fmt: skip
    assert texts(made) == [
        ["Sex, n (%)", "", "", "", "6 / 4 / 0", ""],
        ["Sex: Male", "12 (50.0)", "9 (56.3)", "5 (50.0)", "", ""],
        ["Sex: Female", "12 (50.0)", "7 (43.8)", "5 (50.0)", "", ""],
    ]


def test_labels_are_the_study_s_own_where_it_has_them():
    made = table(of_three("smoker", *({"yes": 6, "no": 4} for _ in THREE)), None)
    assert [line[0] for line in texts(made)] == ["Smoking, n (%)", "Smoking: Smokes", "Smoking: No"]


def test_few_of_a_category_in_one_group_withhold_it_in_all_with_its_complement():
    made = table(of_three("sex", {"male": 15, "female": 15}, {"male": 9, "female": 11},
                          {"male": 6, "female": 4}))  # fmt: skip
    assert [line[1:4] for line in texts(made)[1:]] == [["–"] * 3, ["–"] * 3]
    assert all(cell.numbers == (None, None, None)
               for line in made.lines[1:] for cell in line.cells[1:4])  # fmt: skip
    assert "withheld" in made.footnotes[-1]


def test_a_difference_that_would_tell_a_withheld_share_is_withheld():
    d = {"against": "month_6", "standardised_difference": 0.3, "sd_ci_low": 0.1, "sd_ci_high": 0.5}
    rows = of_three("sex", {"male": 15, "female": 15}, {"male": 9, "female": 11},
                    {"male": 6, "female": 4})  # fmt: skip
    rows[-3] |= d
    assert texts(table(rows))[0][-1] == "–"


def stages(*counts: tuple[int, ...]) -> list[dict]:
    own = [dict(zip("12345", each, strict=True)) for each in counts]
    below = [{"yes": sum(each[2:]), "no": sum(each[:2])} for each in counts]
    return [*of_three("CKD_STAGE", *own), *of_three("EGFR_BELOW_60", *below)]


def test_stages_below_60_are_withheld_among_themselves_for_their_sum_is_printed():
    made = texts(table(stages((7, 7, 6, 6, 4), (3 + 2, 5, 3 + 2, 3, 2), (2 + 3, 5, 0, 0, 0))))
    of = {line[0]: line[1:4] for line in made}
    assert of["Stage 1"] == ["7 (23.3)", "5 (25.0)", "5 (50.0)"]
    # of stage 4 and 5 few are withheld: with stage 3 they are the sum below 60
    assert of["Stage 4"] == of["Stage 5"] == ["–"] * 3
    assert of["Stage 3"][0] == "6 (20.0)"
    assert of["eGFR below 60 mL/min/1.73 m², n/N (%)"] == [
        "16/30 (53.3)", "10/20 (50.0)", "0/10 (0.0)",
    ]  # fmt: skip


def test_where_the_sum_below_60_is_of_few_all_stages_are_withheld():
    made = texts(table(stages((13, 14, 3, 0, 0), (9, 8, 3, 0, 0), (4 + 1, 5, 0, 0, 0))))
    of = {line[0]: line[1:4] for line in made}
    assert all(cells == ["–"] * 3 for name, cells in of.items() if name.startswith("Stage"))
    assert of["eGFR below 60 mL/min/1.73 m², n/N (%)"] == ["–"] * 3


def test_numbers_of_few_are_withheld_and_those_of_the_whole_with_them():
    made = table([number("all", 30, 24), number("month_6", 20, 20), number("month_12", 10, 4)])
    assert texts(made)[0][1:4] == ["–", "7.77 (1.23)", "–"]


def test_those_lost_to_follow_up_are_not_shown_and_not_to_be_reckoned():
    """30 in all, 28 followed: the numbers of all, less theirs, would be those of two persons."""
    made = table([number("all", 30, 30), number("month_6", 18, 18), number("month_12", 10, 10),
                  number("none", 2, 2)])  # fmt: skip
    assert len(made.columns) == 6
    assert texts(made)[0][1:4] == ["–", "7.77 (1.23)", "7.77 (1.23)"]


def test_a_group_of_few_is_withheld_whole():
    rows = [number("male", 20, 20), number("female", 4, 4)]
    rows += classes("male", 20, "sex", {"male": 20, "female": 0})
    rows += classes("female", 4, "sex", {"male": 0, "female": 4})
    made = table(rows, cohorts="male|female")
    assert made.columns[2].header == "Women (n<5)"
    assert all(line[2] in ("", "–") for line in texts(made))
    number_line = next(line for line in texts(made) if line[0].startswith("HbA1c"))
    assert number_line[1:4] == ["7.77 (1.23)", "–", "0 / –"]


def test_values_at_a_limit_are_counted_below_their_marker():
    limits = {"all": 14, "month_6": 9, "month_12": 5}
    made = table([number(g, n, n, "HSCRP", "log", n_at_limit=limits[g]) for g, n in THREE])
    assert texts(made)[1][:4] == [
        "of these at a limit of detection, n (%)", "14 (46.7)", "9 (45.0)", "5 (50.0)",
    ]  # fmt: skip
    few = table([number(g, n, n, "HSCRP", "log", n_at_limit=n // 10) for g, n in THREE])
    assert texts(few)[1][1:4] == ["–"] * 3


def test_a_median_below_detection_and_a_mean_that_is_not_given_are_said():
    low = {"median": None, "q1": None, "q3": None}
    no_mean = {"mean": None, "sd": None}
    made = table(
        [number(g, n, n, "HSCRP", "log", **low) for g, n in THREE]
        + [number(g, n, n, **no_mean) for g, n in THREE]
    )
    by_name = {line.cells[0].text: line for line in made.lines}
    assert by_name["hs-CRP, mg/L, median [Q1 to Q3]"].cells[1].text == "<LOD"
    mean = by_name["HbA1c, %, mean (SD)"]
    assert mean.cells[1].text == "–" and "too many" in mean.note


def test_adverse_events_stand_apart_and_with_their_denominator():
    made = table(of_three("adverse_events", {"any": 12, "none": 15}, {"any": 7, "none": 13},
                          {"any": 5, "none": 5}))  # fmt: skip
    assert made.lines[0].heading == "After baseline"
    assert texts(made)[0][:5] == [
        "Persons with any adverse event, n/N (%)", "12/27 (44.4)", "7/20 (35.0)", "5/10 (50.0)",
        "3 / 0 / 0",
    ]  # fmt: skip


def test_groups_chosen_on_a_baseline_value_have_a_note():
    rows = [number("male", 20, 20), number("female", 9, 9)]
    chosen = HOW["characteristics"] | {"selected": ["female"]}
    notes = table(rows, {"characteristics": chosen}, cohorts="male|female").footnotes
    assert any("by their definition" in note for note in notes)
    notes = table(rows, cohorts="male|female").footnotes
    assert not any("by their definition" in note for note in notes)


def test_the_table_speaks_the_language_of_the_study():
    words = {"Sex": "性别", "{name}, n (%)": "{name}，n（%）", "Missing": "缺失"}
    rows = of_three("sex", *({"male": 5, "female": 5} for _ in THREE))
    made = table(rows, {"words": words})
    assert texts(made)[0][0] == "性别，n（%）"
    assert made.columns[4].header == "缺失"


@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        # nothing few
        ([[5, 9], [0, 7]], [False, False]),
        # one row alone would be the total less the others: the smallest other goes with it
        ([[4, 9], [9, 7], [6, 9]], [True, False, True]),
        # two rows that add up to fewer than the minimum in one column: a third
        ([[1, 9], [2, 7], [20, 9], [30, 9]], [True, True, True, False]),
        # a row of nobody hides nothing while there is another
        ([[4, 9], [0, 0], [9, 9]], [True, False, True]),
        # no other is left
        ([[3, 2], [0, 1]], [True, True]),
    ],
)
def test_rows_are_withheld_until_none_can_be_reckoned(counts, expected):
    assert withheld_rows(counts, 5) == expected
