"""Sections of the report: what they say of a small run, and what they do not."""

import re

import pytest
from labcohort.report import (
    baseline,
    checklists,
    deviations,
    limitations,
    made_of,
    methods,
    published,
    quality,
    results,
    selection,
    sensitivity,
    subgroups,
    summary,
)
from labcohort.report.blocks import Heading, Items, Paragraph, Picture, Section, Sheet
from labcohort.report.page import SECTIONS

from tests.unit.report.made import COMPARISON, HOW, REGRESSION, found, table


def texts(section: Section) -> list[str]:
    """Paragraphs, items and headings of a section in their order."""
    said: list[str] = []
    for block in section.blocks:
        if isinstance(block, Paragraph | Heading):
            said.append(block.text)
        elif isinstance(block, Items):
            said += block.items
    return said


def under(section: Section, heading: str) -> list[str]:
    """The items below a heading."""
    blocks = list(section.blocks)
    at = blocks.index(Heading(heading))
    return list(blocks[at + 1].items)


def rows(sheet: Sheet) -> list[list[str]]:
    return [[cell.text for cell in line.cells] for line in sheet.table.lines]


def sheets(section: Section) -> dict[str, Sheet]:
    return {block.table.name: block for block in section.blocks if isinstance(block, Sheet)}


def test_the_summary_says_what_is_different_at_the_adjusted_level_and_what_is_not():
    said = texts(summary.section(found(), HOW))
    # -0.2549 and its interval to two decimals, half away from zero; the p of .0021 to three
    different = (
        "HbA1c, all patients, 6 months: mean change from baseline -0.25 % (95 % CI -0.39 to"
        " -0.12), n = 215, adjusted p 0.002"
    )
    at = said.index(different)
    assert said[at - 1].endswith("Different from baseline at the adjusted level of 0.05:")
    assert said[at + 1] == "Not different from baseline at that level:"
    assert said[at + 2].startswith("HbA1c, all patients, 12 months:")
    assert "Higher than at baseline: eGFR (CKD stage 3; 6 months)" in said
    assert "Lower than at baseline: none" in said


def test_the_summary_names_no_group_whose_numbers_are_withheld():
    assert "CKD stage 5" not in " ".join(texts(summary.section(found(), HOW)))


def test_families_without_adjustment_are_told_with_what_chance_alone_gives():
    family = found().multiplicity[1] | {"correction": "none", "expected_false_positives": 4.6}
    said = " ".join(texts(summary.section(found(multiplicity=[family]), HOW)))
    assert "p is below 0.05 in 3; 4.6 would be expected" in said


def test_a_family_in_which_nothing_differs_says_so_and_lists_nothing():
    family = found().multiplicity[1] | {"n_below_alpha_adjusted": 0}
    said = texts(summary.section(found(multiplicity=[family]), HOW))
    none = "None differs from baseline at the adjusted level of 0.05."
    assert any(text.endswith(none) for text in said)
    assert not any("than at baseline" in text for text in said)


def test_few_persons_are_not_counted():
    # of the 301, 218 and 83 only the 3 who stand in both sets are fewer than 5
    assert "12 months: <5." in selection.overlap(found(), HOW)
    assert "12 months: 3." in selection.overlap(found(), HOW | {"minimum_cell": 1})
    said = " ".join(texts(summary.section(found(sizes=found().sizes | {"month_12": 2}), HOW)))
    assert "<5 at 12 months" in said and "218 at 6 months" in said


def test_the_flow_says_where_a_count_is_withheld():
    flow = rows(sheets(selection.section(found(), HOW))["flow"])
    assert flow == [["Type 2", "40", "12", "28"], ["Treated", "28", "withheld", "withheld"]]


def test_cells_by_fate_add_up():
    lines = rows(quality.cells_by_fate(found().ledger, HOW))
    assert lines == [
        ["site_a", "100", "10", "0", "5", "0", "0", "0", "85"],
        ["site_b", "1,000", "0", "0", "0", "0", "300", "0", "700"],
        ["All sources", "1,100", "10", "0", "5", "0", "300", "0", "785"],
    ]
    for _, into, *parts in lines:
        assert sum(int(n.replace(",", "")) for n in parts) == int(into.replace(",", ""))


def test_only_rules_over_their_threshold_are_listed():
    section = quality.section(found(), HOW)
    assert rows(sheets(section)["rules"]) == [
        ["outside what is possible", "site_a", "2", "1,000", "0.20 %", "look"]
    ]


def test_results_stand_by_panel_and_what_shows_several_before_them():
    blocks = results.section(found(), HOW).blocks[1:]
    named = [
        b.text if isinstance(b, Heading) else b.name if isinstance(b, Picture) else b.table.name
        for b in blocks
    ]
    assert named == [
        "Several panels", "fig_b", "Glycaemia", "fig_a", "glycaemic", "Kidney function", "renal",
    ]  # fmt: skip


def test_every_figure_and_table_of_any_kind_stands_somewhere_once():
    kinds = ("comparisons", "estimates", "baseline", "attenders", "scorecard", "sensitivity")
    tables = [table(f"t_{kind}", kind) for kind in kinds]
    pictures = [
        Picture(f"f_{kind}", kind, kind, "", "", panels)
        for kind, panels in (
            ("before_after", ("renal",)), ("paired_changes", ("renal", "glycaemic")),
            ("forest", ()), ("specifications", ("renal",)), ("regression_to_the_mean", ()),
            ("transitions", ("renal",)), ("flow", ()), ("missingness", ()), ("visit_timing", ()),
            ("quality", ()), ("a kind of tomorrow", ()),
        )
    ]  # fmt: skip
    how = HOW | {"placed": {"t_comparisons": "renal", "t_estimates": "glycaemic"}}
    everything = found(tables=tables, pictures=pictures)
    blocks = [b for module in SECTIONS for b in module.section(everything, how).blocks]
    names = [b.name for b in blocks if isinstance(b, Picture)]
    assert sorted(names) == sorted(p.name for p in pictures)
    shown = [b.table.name for b in blocks if isinstance(b, Sheet) and b.table.kind != "report"]
    assert sorted(shown) == sorted(t.name for t in tables)


def test_the_table_of_regression_sets_both_expectations_beside_what_was_observed():
    [line] = rows(subgroups.regression_table(found().regression, HOW))
    assert line == [
        "CKD stage 3", "eGFR, mL/min/1.73 m²", "6 months", "24", "2.3 (1.2 to 3.5)",
        "0.3 (0.1 to 0.6)", "0.5 (0.1 to 0.6)", "2.0 (0.8 to 3.1)", "1.8 (0.8 to 3.1)",
    ]  # fmt: skip


def test_a_change_in_another_unit_takes_its_slope_alone():
    how = HOW | {"units": {"EGFR": {"slope": "10", "intercept": "1000"}}}
    [line] = rows(subgroups.regression_table([REGRESSION], how))
    assert line[4] == "22.5 (12.0 to 35.0)"


@pytest.mark.parametrize(
    "row",
    [
        {"n_selected": 4},
        dict.fromkeys(("n_selected", "observed", "expected", "difference"))
        | {"withheld": "fewer than 5 persons"},
    ],
)
def test_a_line_of_few_persons_has_no_number(row):
    sheet = subgroups.regression_table([REGRESSION | row], HOW)
    assert rows(sheet)[0][3:] == ["withheld", "", "", "", "", ""]
    assert [cell.numbers for cell in sheet.table.lines[0].cells[3:]] == [()] * 6
    assert sheet.table.lines[0].note == "fewer than 5 persons"


def test_a_study_without_groups_chosen_at_baseline_says_so():
    section = subgroups.section(found(regression=[]), HOW)
    assert texts(section) == ["No group of the plan is chosen on a baseline value."]
    said = " ".join(texts(limitations.section(found(regression=[]), HOW)))
    assert "chosen on a baseline value" not in said


def test_the_decision_that_moves_a_p_across_alpha_is_named_in_words():
    said = texts(sensitivity.section(found(), HOW))
    assert said[-1] == (
        "eGFR, CKD stage 3, 6 months (recommended): by equation: MDRD; days of the window: ±30,"
        " ±90; 8 of 24 combinations have p below 0.05."
    )


def test_verdicts_are_counted_and_what_is_withheld_too():
    lines = rows(sheets(published.section(found(), HOW))["verdicts"])
    assert lines == [
        ["reproduced", "1"], ["same direction", "0"], ["contradicts", "0"],
        ["not comparable", "0"], ["withheld", "1"],
    ]  # fmt: skip
    none = published.section(found(scorecard=[]), HOW)
    assert texts(none) == ["The study names no publication that it is held against."]


def test_deviations_are_all_that_the_run_knows():
    section = deviations.section(found(), HOW)
    told = {
        "Comparisons that the plan does not name (post hoc)": [
            "eGFR, all patients, 6 months (recommended)"
        ],
        "Values that the plan leaves out": [
            "HbA1c (recommended): values flagged as insulin-treated"
        ],
        "Planned comparisons without a test": [
            "eGFR, all patients, 6 months (recommended): no test: all differences are zero"
        ],
        "Comparisons that are withheld, of few persons or next to them": [
            "CKD stage 5, 6 months (recommended): eGFR"
        ],
        "Results that depend on the choice of the test": [
            "eGFR, CKD stage 3, 6 months (recommended): by the other test the other side of alpha"
        ],
        "Single values corrected by a signed decision": ["site_a: 3 values"],
        "Rules of the data that the study judges otherwise": [
            "missing_share (all sources): warn, threshold 0.75; measured in men alone"
        ],
    }
    assert {heading: under(section, heading) for heading in told} == told


def test_limitations_always_stand_and_count_the_tests():
    said = limitations.limitations(found(), HOW)
    assert said[0].startswith("No control group")
    assert said[1].startswith("Attenders only")
    assert "makes 14 tests; 0.7 would be expected" in said[2] and said[2].endswith("4 are.")
    assert any(text.startswith("Regression to the mean") for text in said)
    assert any("not a diagnosis" in text for text in said)
    assert "declared before the data were seen." in " ".join(said)
    bare = limitations.limitations(found(), HOW | {"declared": None, "staged": []})
    assert not any("declared" in text or "diagnosis" in text for text in bare)


def test_the_methods_are_written_from_what_ran():
    said = " ".join(texts(methods.section(found(), HOW)))
    for text in (
        "type 2 diabetes and any result at baseline",
        "Baseline: days -90 to 0 counted from the infusion date (both included), the last result",
        "6 months: days 137 to 227",
        "Of two equally near the later counts.",
        "Results of 2 sources",
        "checked by 1 rules",
        "counts as the limit divided by √2",
        "Of contradicting results of one day the mean counts.",
        "eGFR: CKD-EPI 2021 (creatinine).",
        "rounded half up",
        "below 25 non-zero differences",
        "Hyndman-Fan type 6",
        "2,000 bootstrap resamples of persons (seed 77)",
        "family exploratory: number of tests 12, alpha 0.05, adjusted: Benjamini-Hochberg.",
        "labcohort 9.9.9, Python 3.11.99, Polars 2.9.9 and SciPy 1.99.0.",
    ):
        assert text in said, text


def test_the_methods_name_no_test_that_did_not_run():
    said = " ".join(texts(methods.section(found(comparisons=[COMPARISON]), HOW)))
    assert "paired t test" in said and "Wilcoxon" not in said


def test_strobe_has_its_22_items_and_record_its_13():
    # von Elm 2007, table: items 1 to 22; Benchimol 2015, table 1: 13 items
    items = [int(re.match(r"\d+", item)[0]) for item, _, _ in checklists.strobe(found(), HOW)]
    assert sorted(set(items)) == list(range(1, 23)) and items == sorted(items)
    record = [item for item, _, _ in checklists.record(found(), HOW)]
    assert record == [
        f"RECORD {n}"
        for n in (
            "1.1", "1.2", "1.3", "6.1", "6.2", "6.3", "7.1", "12.1", "12.2", "12.3", "13.1",
            "19.1", "22.1",
        )
    ]  # fmt: skip


def test_a_checklist_names_only_sections_that_are_there_and_leaves_the_rest_to_the_author():
    titles = {module.section(found(), HOW).title for module in SECTIONS}
    section = checklists.section(found(), HOW)
    answers = [row[2] for name in ("strobe", "record") for row in rows(sheets(section)[name])]
    assert "" not in answers and "author must write" in answers
    named = {part for a in answers for part in re.findall(r"section ([^;]+)", a)}
    assert named <= titles
    # a flow diagram and a table of the persons are answered only where there are some
    answered = dict(zip((r[0] for r in rows(sheets(section)["strobe"])), answers, strict=False))
    assert answered["14a"] == "author must write"
    assert answered["13c"] == "section Selection of persons"


def test_provenance_has_digests_and_says_where_one_is_cut():
    section = made_of.section(found(), HOW)
    assert rows(sheets(section)["inputs"]) == [["site_a", "data/*.hl7 (file 3)", "cd" * 8 + "…"]]
    assert rows(sheets(section)["configuration"]) == [["config/plan.tsv", "ab" * 32]]
    assert "labcohort 9.9.9, revision not known (no repository)" in texts(section)


def test_a_section_without_its_tables_says_which_are_missing():
    assert "config/tables.tsv, baseline" in texts(baseline.section(found(), HOW))[0]
    [sheet] = baseline.section(found(tables=[table("b", "baseline")]), HOW).blocks
    assert sheet.table.name == "b"
