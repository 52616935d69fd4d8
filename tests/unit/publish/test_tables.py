"""Printed tables: order, labels, footnotes, escaping, and the word SYNTHETIC."""

import polars as pl
import pytest
from labcohort.publish.siblings import all_comparisons, selection_flow
from labcohort.publish.tables import comparisons as comparisons_kind
from labcohort.publish.tables import estimates as estimates_kind
from labcohort.publish.tables.page import page
from labcohort.publish.tables.table import Cell, Column, Line, Printed

from schemas.comparison import Adjusted

HOW = {
    "title": "A study",
    "synthetic": True,
    "words": {},
    "language": "en",
    "p": "plain",
    "minimum_cell": 5,
    "units": {},
    "cohort_parts": [],
    "published_profile": "as_published",
    "markers": {
        "HBA1C": {
            "label": "HbA1c", "unit": "%", "decimals": 2, "panel": "glycaemic", "method": None,
        },
        "WHR": {
            "label": "Waist-hip ratio", "unit": "1", "decimals": 3, "panel": "anthropometric",
            "method": None,
        },
        "EGFR": {
            "label": "eGFR", "unit": "mL/min/{1.73_m2}", "decimals": 1, "panel": "renal",
            "method": "CKD-EPI 2021",
        },
    },
    "methods": {"ckd_epi_2021": "CKD-EPI 2021", "measured": "TC - HDL - measured LDL"},
    "equation": "ckd_epi_2021",
    "staged": ["ckd_3"],
    "confidence": 0.95,
    "declared": "before the data were seen",
    "cohorts": {"all": "All patients", "ckd_3": "CKD stage 3"},
    "timepoints": {"baseline": "Baseline", "month_6": "6 months", "month_12": "12 months"},
    "orders": {
        "marker": ["WHR", "HBA1C", "EGFR"],
        "cohort": ["all", "ckd_3"],
        "timepoint": ["baseline", "month_6", "month_12"],
    },
    "everyone": "all",
    "eligibility": [{"order": 2, "label": "Treated"}, {"order": 1, "label": "Type 2"}],
}  # fmt: skip
ROW = {
    "profile": "recommended", "family": "primary", "role": "primary", "panel": "glycaemic",
    "marker": "HBA1C", "cohort": "all", "timepoint": "month_6", "test": "paired_t",
    "primary": True, "summary": "mean_sem", "correction": "holm", "alpha": 0.05, "n_members": 9,
    "n_baseline": 9, "n_followup": 9, "n_pairs": 8, "n_lost": 1, "lost": None, "p_value": 0.0499,
    "p_adjusted": 0.0998, "adjustment": "Holm, 6 tests", "agrees": "yes", "profiles_agree": "yes",
    "baseline_mean": 7.765, "baseline_sem": 0.1, "followup_mean": 7.5, "followup_sem": 0.1,
    "baseline_median": 7.6, "baseline_iqr": 1.25, "followup_median": 7.4, "followup_iqr": 1.0,
    "change_mean": -0.265, "change_ci_low": -0.5, "change_ci_high": -0.001,
    "hodges_lehmann": -0.25, "hl_ci_low": -0.4, "hl_ci_high": -0.1, "d_z": -0.405,
    "dz_ci_low": -0.8, "dz_ci_high": -0.001, "rank_biserial": -0.6, "rb_ci_low": -0.85,
    "rb_ci_high": -0.2, "n_positive": 2, "n_negative": 6, "n_zero": 0, "n_censored": 0,
    "n_below_baseline": 0, "n_below_followup": 0, "n_ties": 0,
    "selected_on_baseline": False, "note": None, "plan": "x",
}  # fmt: skip
KINDS = {"comparisons": comparisons_kind, "estimates": estimates_kind}
COLUMNS = (Column("Marker"), Column("p", True, ("p",), is_p=True))


def line(note: str = "", marker: str = "HbA1c") -> Line:
    return Line((Cell(marker), Cell("0.001", (0.001,), 3)), note)


def one_page(*lines: Line, title: str = "T", notes: tuple[str, ...] = (), **how) -> str:
    """The page of a made-up table."""
    return page(Printed("t", "comparisons", title, COLUMNS, lines, notes), HOW | how)


def made(kind: str, frame: pl.DataFrame, how: dict | None = None, **row) -> Printed:
    """The table of a frame's rows, all of which are of one profile and panel."""
    table = {"table": "t", "kind": kind, "profile": "recommended", "panel": "glycaemic"}
    return KINDS[kind].printed(frame, table | {"title": "T"} | row, how or HOW)


def lines_of(kind: str, frame: pl.DataFrame, how: dict | None = None) -> list[dict]:
    """Lines as header (without its unit) -> text, with the note."""
    table = made(kind, frame, how)
    headers = [column.header.split(",")[0] for column in table.columns]
    return [
        dict(zip(headers, (cell.text for cell in line.cells), strict=True)) | {"Note": line.note}
        for line in table.lines
    ]


def comparisons_table(frame: pl.DataFrame, how: dict | None = None) -> list[dict]:
    return lines_of("comparisons", frame, how)


def estimates_table(frame: pl.DataFrame, how: dict | None = None) -> list[dict]:
    return lines_of("estimates", frame, how)


def comparisons(*rows: dict) -> pl.DataFrame:
    schema = {name: c.dtype.type for name, c in Adjusted.to_schema().columns.items()}
    empty = dict.fromkeys(schema)
    schema["withheld"] = pl.String
    return pl.DataFrame([empty | ROW | row for row in rows], schema=schema, orient="row")


def test_rows_stand_by_marker_cohort_and_timepoint_in_the_order_of_their_tables():
    expected = [
        (marker, cohort, timepoint, family)
        for marker in ("WHR", "HBA1C")
        for cohort in ("all", "ckd_3")
        for timepoint in ("month_6", "month_12")
        for family in ("exploratory", "primary")
    ]
    names = ("marker", "cohort", "timepoint", "family")
    shuffled = comparisons(*(dict(zip(names, row, strict=True)) for row in expected)).sample(
        fraction=1, shuffle=True, seed=5
    )
    shown = [line.about for line in made("comparisons", shuffled).lines]
    assert [tuple(about[name] for name in names) for about in shown] == expected


def test_a_line_of_a_table():
    assert comparisons_table(comparisons({})) == [
        {
            "Marker": "HbA1c",
            "Group": "All patients",
            "Follow-up": "6 months",
            "n pairs": "8",
            "Baseline": "7.77 ± 0.10",
            "At follow-up": "7.50 ± 0.10",
            "Mean change (CI)": "-0.27 (-0.50 to 0.00)",
            "Test": "paired t",
            "p": "0.0499",
            "Note": "",
        }
    ]


def test_a_line_of_what_could_not_be_tested():
    names = [
        k for k in ROW if k.startswith(("baseline_", "followup_", "change_")) or k == "p_value"
    ]
    nothing = dict.fromkeys(names) | {"n_pairs": 0, "note": "no test: no pairs", "marker": "WHR"}
    (line,) = comparisons_table(comparisons(nothing), HOW)
    assert line["Marker"] == "Waist-hip ratio"
    assert [line[k] for k in ("n pairs", "Baseline", "Mean change (CI)", "p", "Note")] == [
        "0", "", "", "", "no test: no pairs",
    ]  # fmt: skip


def test_a_table_shows_the_primary_tests_of_its_profile_and_panel():
    rows = comparisons(
        {"family": "wanted"},
        {"primary": False},
        {"profile": "as_published"},
        {"panel": "lipid"},
    )
    assert [line.about["family"] for line in made("comparisons", rows).lines] == ["wanted"]


def test_a_mean_change_without_an_interval():
    row = {"change_ci_low": None, "change_ci_high": None}
    (line,) = comparisons_table(comparisons(row), HOW)
    assert line["Mean change (CI)"] == "-0.27"


@pytest.mark.parametrize(("synthetic", "word"), [(True, "SYNTHETIC"), (False, "")])
def test_all_comparisons_at_full_precision_with_labels(synthetic, word):
    table = all_comparisons(comparisons({}), HOW | {"synthetic": synthetic})
    row = table.row(0, named=True)
    assert (row["label"], row["unit"], row["synthetic"]) == ("HbA1c", "%", word)
    assert row["baseline_mean"] == 7.765 and row["p_value"] == 0.0499
    assert set(table.columns) == {
        *Adjusted.to_schema().columns,
        "label",
        "unit",
        "synthetic",
        "withheld",
    }


OF_RANKS = {"test": "wilcoxon_signed_rank", "summary": "median_iqr"}


def test_a_line_of_estimates_by_a_t_test():
    row = {"geometric_ratio": 0.965, "gr_ci_low": 0.9, "gr_ci_high": 1.0}
    assert estimates_table(comparisons(row), HOW) == [
        {
            "Marker": "HbA1c",
            "Group": "All patients",
            "Follow-up": "6 months",
            "n pairs": "8",
            "n lost": "1",
            "Baseline": "7.77 ± 0.10",
            "At follow-up": "7.50 ± 0.10",
            "Change (CI)": "-0.27 (-0.50 to 0.00)",
            "Ratio (CI)": "0.97 (0.90 to 1.00)",
            "Standardised change (CI)": "-0.41 (-0.80 to 0.00)",
            "Test": "paired t",
            "p": "0.0499",
            "Adjusted p": "0.100 (Holm)",
            "Note": "",
        }
    ]


def test_a_line_of_estimates_by_ranks():
    (line,) = estimates_table(comparisons(OF_RANKS), HOW)
    assert {
        k: line[k] for k in ("Baseline", "Change (CI)", "Standardised change (CI)", "Test")
    } == {
        "Baseline": "7.60 [1.25]",
        "Change (CI)": "-0.25 (-0.40 to -0.10)",
        "Standardised change (CI)": "-0.60 (-0.85 to -0.20)",
        "Test": "Wilcoxon",
    }


def test_estimates_that_are_not_there_are_empty():
    names = ("hodges_lehmann", "hl_ci_low", "hl_ci_high", "rank_biserial", "rb_ci_low",
             "rb_ci_high", "p_value", "p_adjusted")  # fmt: skip
    (line,) = estimates_table(comparisons(OF_RANKS | dict.fromkeys(names)), HOW)
    columns = ("Change (CI)", "Standardised change (CI)", "p", "Adjusted p")
    assert [line[k] for k in columns] == [""] * 4


@pytest.mark.parametrize(
    ("row", "printed"),
    [
        ({"p_adjusted": 0.0074, "correction": "holm"}, "0.007 (Holm)"),
        ({"p_adjusted": 0.0074, "correction": "bh"}, "0.007 (BH)"),
        ({"p_adjusted": 0.0499, "correction": "bh"}, "0.0499 (BH)"),
        ({"p_adjusted": 0.00004, "correction": "holm"}, "<0.001 (Holm)"),
        # of a test without a p, and of a family that adjusts nothing
        ({"p_adjusted": None, "correction": "holm"}, ""),
        ({"p_adjusted": None, "correction": "none", "adjustment": "none"}, ""),
    ],
)
def test_an_adjusted_p_has_its_method(row, printed):
    (line,) = estimates_table(comparisons(row), HOW)
    assert line["Adjusted p"] == printed


@pytest.mark.parametrize("kind", [comparisons_table, estimates_table])
def test_below_detection_is_printed_so(kind):
    row = OF_RANKS | {"baseline_median": None, "baseline_iqr": None}
    (line,) = kind(comparisons(row), HOW)
    assert (line["Baseline"], line["At follow-up"]) == ("<LOD", "7.40 [1.00]")


@pytest.mark.parametrize("kind", [comparisons_table, estimates_table])
@pytest.mark.parametrize(
    ("row", "note"),
    [
        ({}, ""),
        ({"note": "no test: no pairs"}, "no test: no pairs"),
        (
            {"lost": "insulin-treated: 1; no value at follow-up: 2"},
            "not paired: insulin-treated: 1; no value at follow-up: 2",
        ),
        ({"agrees": "no: alpha"}, "the other test disagrees (alpha)"),
        ({"agrees": "no: sign and alpha"}, "the other test disagrees (sign and alpha)"),
        ({"profiles_agree": "no: sign"}, "another profile disagrees (sign)"),
        ({"agrees": None, "profiles_agree": None}, ""),
        ({"equation": "ckd_epi_2021"}, "by CKD-EPI 2021"),
        ({"equation": "ckd_epi_2021|measured"}, "by CKD-EPI 2021, TC - HDL - measured LDL"),
        ({"duplicate_of": "WHR"}, "of the same results as Waist-hip ratio: no separate evidence"),
        (
            {"duplicate_of": "EGFR|HBA1C"},
            "of the same results as eGFR, HbA1c: no separate evidence",
        ),
        ({"role": "post_hoc", "family": "post_hoc"}, "post hoc: not in the plan"),
        (
            {"note": "a", "lost": "b: 1", "agrees": "no: sign", "profiles_agree": "no: alpha",
             "equation": "ckd_epi_2021", "duplicate_of": "WHR", "role": "post_hoc"},
            "a; not paired: b: 1; the other test disagrees (sign);"
            " another profile disagrees (alpha); by CKD-EPI 2021;"
            " of the same results as Waist-hip ratio: no separate evidence;"
            " post hoc: not in the plan",
        ),
    ],
)  # fmt: skip
def test_what_a_note_says_to_a_reader_of_few_columns(kind, row, note):
    (line,) = kind(comparisons(row), HOW)
    assert line["Note"] == note


def text_below(kind: str, *rows: dict, **how) -> str:
    frame = comparisons(*({"profile": "as_published"} | row for row in rows))
    return " ".join(made(kind, frame, HOW | how, profile="as_published").footnotes)


@pytest.mark.parametrize(
    ("rows", "said", "unsaid"),
    [
        (
            [{}],
            ["standard error", "no control group", "not adjusted", "Profile of the plan: as pub",
             "The interval of the mean change is the paired t test's"],
            ["interquartile", "CKD", "regression to the mean", "<LOD", "declared"],
        ),
        ([{"summary": "median_iqr"}], ["interquartile", "<LOD"], ["standard error"]),
        ([{}, {"summary": "median_iqr"}], ["interquartile", "standard error"], ["SPSS"]),
        (
            [OF_RANKS],
            ["Wilcoxon: signed-rank test in the form of SPSS, two-sided.",
             "the paired t test's, also in rows that show Wilcoxon's p."],
            [],
        ),
        (
            [{"cohort": "ckd_3"}],
            ["GFR category, not a diagnosis", "CKD stage by eGFR (by CKD-EPI 2021) at baseline"],
            ["interquartile"],
        ),
        (
            [{}, {"selected_on_baseline": True}],
            ["change by regression to the mean alone: see regression_to_the_mean.csv"],
            [],
        ),
    ],
)  # fmt: skip
def test_footnotes_say_what_the_rows_show(rows, said, unsaid):
    text = text_below("comparisons", *rows)
    assert [part for part in said if part not in text] == []
    assert [part for part in unsaid if part in text] == []


@pytest.mark.parametrize(
    ("rows", "said", "unsaid"),
    [
        (
            [{}],
            [
                "standardised change d_z",
                "adjusted p by families of tests (primary: Holm, 6 tests).",
            ],
            ["Hodges-Lehmann", "Ratio:", "not adjusted", "effect size", "interval of the mean"],
        ),
        (
            [OF_RANKS],
            ["Hodges-Lehmann", "standardised change: matched-pairs rank-biserial"],
            ["d_z", "Ratio:"],
        ),
        ([OF_RANKS | {"geometric_ratio": 0.9}], ["Ratio: geometric mean"], []),
        (
            [
                {},
                {"family": "second_look", "adjustment": "Benjamini-Hochberg, 70 tests"},
                {"family": "second_look", "adjustment": "Benjamini-Hochberg, 70 tests"},
                {"family": "another", "adjustment": "none"},
                {"family": "another", "adjustment": None},
            ],
            [
                "p values are two-sided; adjusted p by families of tests (another: none;"
                " primary: Holm, 6 tests; second look: Benjamini-Hochberg, 70 tests)."
            ],
            [],
        ),
    ],
)
def test_footnotes_of_estimates_say_which_they_are(rows, said, unsaid):
    text = text_below("estimates", *rows)
    assert [part for part in said if part not in text] == []
    assert [part for part in unsaid if part in text] == []


@pytest.mark.parametrize("declared", ["in the protocol", None])
def test_below_estimates_it_is_said_when_their_families_were_declared(declared):
    text = text_below("estimates", {}, declared=declared)
    said = "The plan's families were declared in the protocol."
    assert said in text if declared else "declared" not in text
    # nothing is adjusted there
    assert "declared" not in text_below("comparisons", {}, declared=declared)


def test_the_equation_below_a_table_is_that_of_the_stages():
    text = text_below("comparisons", {"cohort": "ckd_3"}, equation="measured")
    assert "CKD stage by eGFR (by TC - HDL - measured LDL)" in text


def test_the_confidence_is_said():
    assert "their 90 % confidence interval" in text_below("comparisons", {}, confidence=0.9)


# NGSP to IFCC: 10.93 * % - 23.50 mmol/mol (Hoelzel, Clin Chem 2004;50:166-174)
IFCC = {"HBA1C": {"unit": "mmol/mol", "slope": 10.93, "intercept": -23.5, "decimals": 1}}


@pytest.mark.parametrize(
    ("kind", "change"),
    [(comparisons_table, "Mean change (CI)"), (estimates_table, "Change (CI)")],
)
def test_a_table_in_another_unit(kind, change):
    how = HOW | {"units": IFCC}
    whr = {"marker": "WHR", "baseline_mean": 0.9, "baseline_sem": 0.01}
    lines = kind(comparisons({}, whr), how)
    # 10.93 * 7.765 - 23.5 = 61.37, 10.93 * 0.1 = 1.09; changes have no intercept
    assert lines[1]["Marker"] == "HbA1c, mmol/mol"
    assert lines[1]["Baseline"] == "61.4 ± 1.1"
    assert lines[1][change] == "-2.9 (-5.5 to 0.0)"
    assert lines[1]["p"] == "0.0499"
    assert (lines[0]["Marker"], lines[0]["Baseline"]) == ("Waist-hip ratio", "0.900 ± 0.010")


def test_a_ratio_that_the_shown_unit_does_not_have_is_left_out_and_said():
    how = HOW | {"units": IFCC}
    ratio = {"geometric_ratio": 0.965, "gr_ci_low": 0.9, "gr_ci_high": 1.0}
    (line,) = estimates_table(comparisons(ratio), how)
    assert "Ratio (CI)" not in line
    assert line["Note"].startswith("no ratio or percent change in mmol/mol")


def test_the_selection_flow_with_the_eligible_at_each_timepoint():
    flow = pl.DataFrame(
        {"order": [1, 2], "criterion": ["a", "b"], "subject": ["s", "t"],
         "entered": [10, 8], "failed": [2, 0], "remained": [8, 8]}
    )  # fmt: skip
    sizes = pl.DataFrame(
        [("all", "baseline", 8), ("all", "month_6", 5), ("all", "month_6 & month_12", 2),
         ("ckd_3", "month_6", 1)],
        schema=["cohort", "timepoint", "members"], orient="row",
    )  # fmt: skip
    table = selection_flow(flow, sizes, HOW)
    assert table.select("step", "entered", "excluded", "remained").rows() == [
        ("Type 2", 10, 2, 8),
        ("Treated", 8, 0, 8),
        ("Eligible, with results at baseline", None, None, 8),
        ("Eligible, with results at 6 months", None, None, 5),
        ("Eligible, with results at 6 months and 12 months", None, None, 2),
    ]


@pytest.mark.parametrize("synthetic", [True, False])
def test_a_page_says_synthetic_where_the_data_are_and_only_there(synthetic):
    assert ("SYNTHETIC" in one_page(line(), synthetic=synthetic)) == synthetic


MARKUP = '<script>alert("1")</script> & <b>'


@pytest.mark.parametrize("part", ["title", "study", "cell", "note", "footnote"])
def test_markup_in_a_label_is_text(part):
    own = line(MARKUP if part == "note" else "", MARKUP if part == "cell" else "x")
    title, study = (MARKUP if part == name else "T" for name in ("title", "study"))
    notes = (MARKUP,) if part == "footnote" else ()
    text = page(Printed("t", "comparisons", title, COLUMNS, (own,), notes), HOW | {"title": study})
    assert "<script" not in text and "<b>" not in text
    assert "&lt;script&gt;alert(&#34;1&#34;)&lt;/script&gt; &amp; &lt;b&gt;" in text


def test_numbers_are_set_as_numbers_on_a_page():
    text = one_page(line())
    assert '<th scope="col" class="number">p</th>' in text
    assert '<td class="number">0.001</td>' in text


def test_a_column_of_ratios_that_is_empty_in_all_lines_is_left_out():
    assert "Ratio (CI)" not in estimates_table(comparisons({}))[0]
    ratio = {"geometric_ratio": 0.9, "marker": "WHR"}
    assert [line["Ratio (CI)"] for line in estimates_table(comparisons({}, ratio))] == ["0.90", ""]


def test_a_note_stands_on_the_page_under_its_line_and_only_where_there_is_one():
    text = one_page(line(), line("why")).split("</style>")[1]
    assert text.count('class="note"') == 1
    assert text.index("why") > text.rindex("0.001")
    assert 'class="note"' not in one_page(line()).split("</style>")[1]


def test_a_page_without_lines():
    assert "<td" not in one_page()


def test_the_numbers_of_a_cell_are_those_that_it_says():
    (own,) = made("comparisons", comparisons({})).lines
    numbers = [cell.numbers for cell in own.cells]
    assert numbers[3:7] == [(8,), (7.765, 0.1), (7.5, 0.1), (-0.265, -0.5, -0.001)]
    assert numbers[-1] == (0.0499,)
    table = made("comparisons", comparisons({}))
    for column, cell in zip(table.columns, own.cells, strict=True):
        assert len(cell.numbers) == len(column.parts)


def test_a_unit_of_all_rows_stands_in_the_headers_and_others_beside_the_markers():
    alone = made("comparisons", comparisons({}))
    assert [c.header for c in alone.columns][4:7] == [
        "Baseline, %", "At follow-up, %", "Mean change (CI), %",
    ]  # fmt: skip
    assert alone.lines[0].cells[0].text == "HbA1c"
    mixed = made("comparisons", comparisons({}, {"marker": "EGFR"}))
    assert [c.header for c in mixed.columns][4] == "Baseline"
    assert [line.cells[0].text for line in mixed.lines] == ["HbA1c, %", "eGFR, mL/min/1.73 m²"]


def test_a_group_that_is_withheld_says_so_and_no_number():
    few = dict.fromkeys(k for k in ROW if k.startswith(("n_", "baseline_", "followup_", "change_")))
    few |= {"p_value": None, "p_adjusted": None, "note": None}
    said = few | {"withheld": "fewer than 5 persons"}
    (row,) = comparisons_table(comparisons(said))
    assert (row["n pairs"], row["Baseline"], row["p"]) == ("<5", "", "")
    assert row["Note"] == "withheld: fewer than 5 persons"
    # one that would tell another has no number of its own to show
    (row,) = comparisons_table(comparisons(few | {"withheld": "would give away"}))
    assert row["n pairs"] == "withheld"


@pytest.mark.parametrize(("style", "p"), [("plain", "0.0499"), ("ama", ".0499"), ("nejm", "0.05")])
def test_p_is_in_the_style_of_the_study(style, p):
    # AMA: .0499 rounds to .05, and to .050, which is not below .05
    (row,) = comparisons_table(comparisons({}), HOW | {"p": style})
    assert row["p"] == p
