"""Printed tables: comparisons joined with labels and units, by kind of table."""

from collections.abc import Callable

import polars as pl

from labcohort.publish.siblings import in_order
from labcohort.publish.text import (
    SHORT_TESTS,
    equation_text,
    interval_text,
    p_text,
    summary_text,
    unit_text,
    within,
)
from labcohort.study.names import POST_HOC


def in_reading_order(comparisons: pl.DataFrame, how: dict) -> pl.DataFrame:
    """Comparisons by marker, cohort and timepoint, each in the order of its own table."""
    return in_order(comparisons.sort("profile", "family", "test"), how)


def all_comparisons(comparisons: pl.DataFrame, how: dict) -> pl.DataFrame:
    """Every comparison at full precision with its marker's label and unit, a row each."""
    labels = {marker: row["label"] for marker, row in how["markers"].items()}
    units = {marker: row["unit"] for marker, row in how["markers"].items()}
    joined = comparisons.with_columns(
        label=pl.col("marker").replace_strict(labels, return_dtype=pl.String),
        unit=pl.col("marker").replace_strict(units, return_dtype=pl.String),
        synthetic=pl.lit("SYNTHETIC" if how["synthetic"] else ""),
    )
    first = ["profile", "family", "role", "panel", "marker", "label", "unit"]
    return joined.select(*first, *[name for name in joined.columns if name not in first])


def of_table(comparisons: pl.DataFrame, table: dict) -> pl.DataFrame:
    """The comparisons that a table shows: primary tests of its profile and panel."""
    return comparisons.filter(
        pl.col("primary"),
        pl.col("profile") == table["profile"],
        pl.col("panel") == table["panel"],
    )


def comparisons_table(comparisons: pl.DataFrame, how: dict) -> list[dict]:
    """Lines of a table in the form of a publication, every cell as printed text."""
    lines = []
    for row in comparisons.iter_rows(named=True):
        decimals = how["markers"][row["marker"]]["decimals"]
        lines.append(
            {
                **_named(row, how),
                "n pairs": str(row["n_pairs"]),
                "Baseline": summary_text(row, "baseline", decimals),
                "At follow-up": summary_text(row, "followup", decimals),
                "Mean change (CI)": _interval(row, "change_mean", "change_ci", decimals),
                "Test": SHORT_TESTS[row["test"]],
                "p": p_text(row["p_value"]),
                "Note": _note(row, how),
            }
        )
    return lines


def estimates_table(comparisons: pl.DataFrame, how: dict) -> list[dict]:
    """Lines of a table of estimates with their intervals and adjusted p, as printed text."""
    lines = []
    for row in comparisons.iter_rows(named=True):
        decimals = how["markers"][row["marker"]]["decimals"]
        of_t = row["test"] == "paired_t"
        change = ("change_mean", "change_ci") if of_t else ("hodges_lehmann", "hl_ci")
        effect = ("d_z", "dz_ci") if of_t else ("rank_biserial", "rb_ci")
        lines.append(
            {
                **_named(row, how),
                "n pairs": str(row["n_pairs"]),
                "n lost": str(row["n_lost"]),
                "Baseline": summary_text(row, "baseline", decimals),
                "At follow-up": summary_text(row, "followup", decimals),
                "Change (CI)": _interval(row, *change, decimals),
                "Ratio (CI)": _interval(row, "geometric_ratio", "gr_ci", 2),
                "Standardised change (CI)": _interval(row, *effect, 2),
                "Test": SHORT_TESTS[row["test"]],
                "p": p_text(row["p_value"]),
                "Adjusted p": _adjusted(row),
                "Note": _note(row, how),
            }
        )
    return lines


ADJUSTMENTS = {"holm": "Holm", "bh": "BH"}
KINDS: dict[str, Callable[[pl.DataFrame, dict], list[dict]]] = {
    "comparisons": comparisons_table,
    "estimates": estimates_table,
}


def _named(row: dict, how: dict) -> dict:
    """What a line is about: marker with its unit, group and timepoint."""
    marker = how["markers"][row["marker"]]
    unit = unit_text(marker["unit"])
    return {
        "Marker": marker["label"] + (f", {unit}" if unit else ""),
        "Group": how["cohorts"][row["cohort"]],
        "Follow-up": how["timepoints"][row["timepoint"]],
    }


def _adjusted(row: dict) -> str:
    """The adjusted p with its method."""
    p = p_text(row["p_adjusted"])
    return f"{p} ({ADJUSTMENTS[row['correction']]})" if p else ""


def _interval(row: dict, estimate: str, interval: str, decimals: int) -> str:
    ends = (row[f"{interval}_{end}"] for end in ("low", "high"))
    return interval_text(row[estimate], *ends, decimals)


def _note(row: dict, how: dict) -> str:
    """The row's own note, and what its other columns have to say to a reader of few columns."""
    notes = [row["note"]] if row["note"] else []
    if row["lost"]:
        notes.append(f"not paired: {row['lost']}")
    for other, agrees in (("the other test", "agrees"), ("another profile", "profiles_agree")):
        if (row[agrees] or "yes") != "yes":
            notes.append(f"{other} disagrees ({row[agrees].removeprefix('no: ')})")
    if row["equation"]:
        notes.append(equation_text(row["equation"], how))
    if row["duplicate_of"]:
        labels = (how["markers"][m]["label"] for m in row["duplicate_of"].split("|"))
        notes.append(f"of the same results as {', '.join(labels)}: no separate evidence")
    if row["role"] == POST_HOC:
        notes.append("post hoc: not in the plan")
    return "; ".join(notes)


def footnotes(comparisons: pl.DataFrame, table: dict, how: dict) -> list[str]:
    """What a reader has to know of a table, from the rows that it shows."""
    notes = [
        f"Profile of the plan: {table['profile'].replace('_', ' ')}. Descriptives and test of each"
        " row are of the same pairs; changes are changes from baseline, with their"
        f" {100 * how['confidence']:g} % confidence interval (CI).",
    ]
    if "wilcoxon_signed_rank" in set(comparisons.get_column("test")):
        notes.append("Wilcoxon: signed-rank test in the form of SPSS.")
    forms = set(comparisons.get_column("summary"))
    if "mean_sem" in forms:
        notes.append("a ± b: mean ± standard error of the mean (SEM).")
    if "median_iqr" in forms:
        notes.append(
            "a [b]: median [width of the interquartile range]; under four pairs a (b to c):"
            " median (range); <LOD: too many values are below detection."
        )
    if table["kind"] == "estimates":
        notes += _notes_of_estimates(comparisons, how)
    else:
        notes.append(
            "p values are two-sided and not adjusted for multiple testing. The interval of the mean"
            " change is the paired t test's, also in rows that show Wilcoxon's p."
        )
    if set(comparisons.get_column("cohort")) & set(how["staged"]):
        by = equation_text(how["equation"], how)
        notes.append(
            f"CKD stage by eGFR ({by}) at baseline alone: a GFR category, not a diagnosis (KDIGO"
            " asks for three months and a marker of kidney damage)."
        )
    if comparisons.get_column("selected_on_baseline").any():
        notes.append(
            "Groups chosen on a baseline value change by regression to the mean alone: see"
            " regression_to_the_mean.csv."
        )
    notes.append("Change from baseline; the study has no control group.")
    return notes


def _notes_of_estimates(comparisons: pl.DataFrame, how: dict) -> list[str]:
    """What the columns of an estimates table mean, for the tests that it shows."""
    tests = set(comparisons.get_column("test"))
    notes = []
    if "paired_t" in tests:
        notes.append("Paired t: mean change; standardised change d_z, mean change over its SD.")
    if "wilcoxon_signed_rank" in tests:
        notes.append(
            "Wilcoxon: Hodges-Lehmann estimate of the change (zeros kept); standardised"
            " change: matched-pairs rank-biserial correlation."
        )
    if comparisons.get_column("geometric_ratio").count():
        notes.append("Ratio: geometric mean of follow-up over baseline, for skewed markers.")
    families = comparisons.select("family", "adjustment").drop_nulls().unique().sort("family")
    said = "; ".join(
        f"{family.replace('_', ' ')}: {adjustment}" for family, adjustment in families.iter_rows()
    )
    notes.append(f"p values are two-sided; adjusted p by families of tests ({said}).")
    if how["declared"]:
        notes.append(f"The plan's families were declared {how['declared']}.")
    return notes


def selection_flow(flow: pl.DataFrame, sizes: pl.DataFrame, how: dict) -> pl.DataFrame:
    """The selection flow with its labels, and the eligible at each timepoint below it."""
    labels = {row["order"]: row["label"] for row in how["eligibility"]}
    steps = flow.select(
        pl.col("order").replace_strict(labels, return_dtype=pl.String).alias("step"),
        "entered",
        excluded="failed",
        remained="remained",
    )
    names = how["timepoints"]
    everyone = sizes.filter(pl.col("cohort") == how["everyone"])
    members = everyone.select(
        pl.col("timepoint")
        .map_elements(
            lambda t: (
                "Eligible, with results at "
                + " and ".join(within(names[part]) for part in t.split(" & "))
            ),
            return_dtype=pl.String,
        )
        .alias("step"),
        pl.lit(None, pl.Int64).alias("entered"),
        pl.lit(None, pl.Int64).alias("excluded"),
        pl.col("members").alias("remained"),
    )
    table = pl.concat([steps, members])
    return table.with_columns(synthetic=pl.lit("SYNTHETIC" if how["synthetic"] else ""))
