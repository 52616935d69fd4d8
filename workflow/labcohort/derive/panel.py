"""One panel of markers: merged from all sources, repeats settled, formulas computed."""

from dataclasses import dataclass

import polars as pl

from labcohort.derive.against_reported import against_reported, pairs_to_compare
from labcohort.derive.censored import analysis_value, input_value, is_limit, sent_as_limit
from labcohort.derive.evaluate import evaluate
from labcohort.derive.longitudinal import with_flags_over_time
from labcohort.derive.registry import upper_limit_of
from labcohort.derive.repeats import settle_repeats
from labcohort.derive.sex_specific import with_sex_limits
from labcohort.flags import added
from labcohort.quarantine import PLACE, records
from schemas.derived import Derived

COLUMNS = list(Derived.to_schema().columns)


@dataclass(frozen=True)
class Panel:
    """A panel's `derived` rows, what became of the cells that are not among them, and the counts
    of ours `against_reported`."""

    derived: pl.DataFrame
    duplicates: pl.DataFrame
    quarantine: pl.DataFrame
    against_reported: pl.DataFrame


@dataclass(frozen=True)
class Measured:
    """What a panel's markers are made of, whatever the methods and the rule for limits: the
    `results` that are used, the panel's `own` among them with their flags over time, and what
    became of the other cells."""

    results: pl.DataFrame
    own: pl.DataFrame
    duplicates: pl.DataFrame
    quarantine: pl.DataFrame


def derive_panel(
    values: pl.DataFrame, patients: pl.DataFrame, how: dict, set_aside: pl.DataFrame | None = None
) -> Panel:
    """Measured and derived markers of a panel: `with_derived` of `measured`, which see."""
    return with_derived(measured(values, patients, how, set_aside), patients, how)


def measured(
    values: pl.DataFrame, patients: pl.DataFrame, how: dict, set_aside: pl.DataFrame | None = None
) -> Measured:
    """The results that a panel uses.

    `values` (schemas.harmonised.Values, all sources) holds the panel's measured markers and
    those its formulas need; records of what is not used are kept for the panel's own only.
    `patients` is schemas.harmonised.Patients. `set_aside` (person, rule) are those whom the
    patient table has and cannot be used. `how` holds measured and repeats, and where the study
    has them sex_limits (of `with_sex_limits`), variation (of `with_flags_over_time`) and
    date_columns (source, visit, column: where dates stand).
    """
    if set_aside is None:
        set_aside = pl.DataFrame(schema={"person": pl.String, "rule": pl.String})
    known, strangers = _in_the_table(values, patients, set_aside)
    sound, unsound = _of_the_person(known, patients, how)
    settled = settle_repeats(sound, how["repeats"])
    own = pl.col("marker").is_in(how["measured"])
    bad = pl.concat(
        [
            strangers,
            unsound,
            _marked(
                settled.contradictory,
                "contradictory_repeat",
                "another result of the same marker, person and date differs",
            ),
        ]
    ).filter(own)
    return Measured(
        settled.kept,
        with_flags_over_time(settled.kept.filter(own), patients, how.get("variation", [])),
        settled.duplicates.filter(own),
        records(bad, "derive"),
    )


def with_derived(made: Measured, patients: pl.DataFrame, how: dict) -> Panel:
    """A panel's measured markers at their analysis values, and its derived ones.

    `patients` is schemas.harmonised.Patients; the attribute insulin_treated need not be there.
    `how` holds measured, derived, methods, tables and censored, and where the study has them
    limits and input_days (of `evaluate`).
    """
    results = made.results.with_columns(value=analysis_value(how["censored"]))
    derived = evaluate(
        _wide(results.with_columns(value=input_value(how["censored"])), patients),
        how["derived"],
        how["methods"],
        how["tables"],
        how.get("limits"),
        how.get("input_days"),
    )
    pairs = pairs_to_compare(how["measured"], how["derived"], how["methods"])
    kept, compared = against_reported(made.own, derived, pairs, how["methods"])
    rows = [
        _columns(kept.with_columns(value=analysis_value(how["censored"])), "measured"),
        _columns(derived, "derived"),
    ]
    return Panel(
        pl.concat(rows).sort("marker", "person", "sample_date"),
        made.duplicates,
        made.quarantine,
        compared,
    )


def _in_the_table(
    values: pl.DataFrame, patients: pl.DataFrame, set_aside: pl.DataFrame
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Values of persons of the patient table; and the others, marked."""
    others = values.join(patients, on="person", how="anti")
    rules = set_aside.group_by("person").agg(why=pl.col("rule").unique().sort().str.join(", "))
    others = others.join(rules, on="person", how="left")
    listed, unlisted = (
        others.filter(w) for w in (pl.col("why").is_not_null(), pl.col("why").is_null())
    )
    reason = "the person is set aside in the patient table: " + listed["why"]
    return values.join(patients, on="person", how="semi"), pl.concat(
        [
            _marked(listed.drop("why"), "person_set_aside", reason),
            _marked(unlisted.drop("why"), "unknown_person", "the id is not in the patient table"),
        ]
    )


def _of_the_person(
    values: pl.DataFrame, patients: pl.DataFrame, how: dict
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Values that can be the person's, flagged where odd for the sex; and the others, marked."""
    dated = values.join(
        patients.select("person", "birth_date"), on="person", how="inner", maintain_order="left"
    )
    unborn = (pl.col("sample_date") < pl.col("birth_date")).fill_null(False)
    judged = with_sex_limits(
        dated.filter(~unborn).drop("birth_date"), patients, how.get("sex_limits", [])
    )
    sound = judged.filter(pl.col("broken").is_null())
    not_theirs = judged.filter(pl.col("broken").is_not_null())
    early = dated.filter(unborn).drop("birth_date")
    unsound = [
        _marked(early, "before_birth", _why_before_birth(early, how.get("date_columns", []))),
        _marked(not_theirs.select(values.columns), not_theirs["broken"], not_theirs["why"]),
    ]
    sound = sound.with_columns(added("implausible_for_sex", pl.col("odd")))
    return sound.select(values.columns), pl.concat(unsound)


def _why_before_birth(cells: pl.DataFrame, date_columns: list[dict]) -> pl.Series:
    """The reason for each cell, with the column of its date: its place is that of the result."""
    schema = dict.fromkeys(("source", "visit", "column"), pl.String)
    known = pl.DataFrame(date_columns, schema=schema).rename({"column": "of_visit"})
    any_visit = known.filter(pl.col("visit").is_null()).select("source", of_any="of_visit")
    at = (
        cells.select("source", "visit")
        .join(known, on=["source", "visit"], how="left", maintain_order="left")
        .join(any_visit, on="source", how="left", maintain_order="left")
        .select(
            pl.concat_str(pl.lit(" in column '"), pl.coalesce("of_visit", "of_any"), pl.lit("'"))
        )
    )
    return "the sample date" + at.to_series().fill_null("") + " lies before the person's birth date"


def _marked(cells: pl.DataFrame, rule: str | pl.Series, reason: str | pl.Series) -> pl.DataFrame:
    """Cells with the rule that sets them aside, one for all or one each."""
    return cells.rename({"value_text": "raw_value"}).with_columns(
        rule=pl.lit(rule), reason=pl.lit(reason)
    )


def _wide(results: pl.DataFrame, patients: pl.DataFrame) -> pl.DataFrame:
    """One row a person and sample date, as `evaluate` takes them: the results, and the person."""
    results = results.with_columns(sent=is_limit(pl.col("comparator")))
    wide = results.pivot(
        "marker", index=["person", "sample_date"], values=["value", "range_high", "sent"]
    )
    names = {}
    for marker in results.get_column("marker").unique():
        names[f"value_{marker}"] = marker
        names[f"range_high_{marker}"] = upper_limit_of(marker)
        names[f"sent_{marker}"] = sent_as_limit(marker)
    attributes = ["sex", "birth_date", "age", "insulin_treated"]
    known = patients.select("person", *(a for a in attributes if a in patients.columns))
    return wide.rename(names).join(known, on="person", how="left")


def _columns(rows: pl.DataFrame, origin: str) -> pl.DataFrame:
    """The rows in the artefact's columns; those they lack are null."""
    schema = Derived.to_schema().columns
    rows = rows.with_columns(origin=pl.lit(origin))
    return rows.select(
        (pl.col(name) if name in rows.columns else pl.lit(None))
        .cast(schema[name].dtype.type)
        .alias(name)
        for name in COLUMNS
    )


def cells_of_derived(derived: pl.DataFrame) -> pl.DataFrame:
    """The measured rows: the result cells that a panel uses."""
    return derived.filter(pl.col("origin") == "measured").select(*PLACE)


def derived_balance(derived: pl.DataFrame) -> pl.DataFrame:
    """Counts of derived values by marker: computed (no reason), or without a value and why.

    A value is expected for each person and date with any input of the formula; the counts of a
    marker add up to those expected. Columns marker, reason, n.
    """
    rows = derived.filter(pl.col("origin") == "derived")
    counts = rows.group_by("marker", "reason").agg(pl.len().cast(pl.Int64).alias("n"))
    return counts.sort("marker", "reason", nulls_last=False)
