"""One panel of markers: merged from all sources, repeats settled, formulas computed."""

from dataclasses import dataclass

import polars as pl

from labcohort.derive.censored import analysis_value, input_value, is_limit, sent_as_limit
from labcohort.derive.evaluate import evaluate
from labcohort.derive.registry import upper_limit_of
from labcohort.derive.repeats import settle_repeats
from labcohort.quarantine import PLACE, records
from schemas.derived import Derived

COLUMNS = list(Derived.to_schema().columns)


@dataclass(frozen=True)
class Panel:
    """A panel's `derived` rows, and what became of the cells that are not among them."""

    derived: pl.DataFrame
    duplicates: pl.DataFrame
    quarantine: pl.DataFrame


def derive_panel(values: pl.DataFrame, patients: pl.DataFrame, how: dict) -> Panel:
    """Measured and derived markers of a panel.

    `values` (schemas.harmonised.Values, all sources) holds the panel's measured markers and
    those its formulas need; records of what is not used are kept for the panel's own only.
    `patients` is schemas.harmonised.Patients; the attribute insulin_treated need not be there.
    `how` holds measured, derived, methods, tables, repeats and censored, and where the study has
    them limits and input_days (of `evaluate`).
    """
    known = values.join(patients, on="person", how="semi")
    nobody = values.join(patients, on="person", how="anti")
    settled = settle_repeats(known, how["repeats"])
    measured = settled.kept.with_columns(value=analysis_value(how["censored"]))
    own = pl.col("marker").is_in(how["measured"])
    bad = pl.concat(
        [
            _marked(nobody, "unknown_person", "the id is not in the patient table"),
            _marked(
                settled.contradictory,
                "contradictory_repeat",
                "another result of the same marker, person and date differs",
            ),
        ]
    ).filter(own)
    derived = evaluate(
        _wide(measured.with_columns(value=input_value(how["censored"])), patients),
        how["derived"],
        how["methods"],
        how["tables"],
        how.get("limits"),
        how.get("input_days"),
    )
    rows = pl.concat([_columns(measured.filter(own), "measured"), _columns(derived, "derived")])
    return Panel(
        rows.sort("marker", "person", "sample_date"),
        settled.duplicates.filter(own),
        records(bad, "derive"),
    )


def _marked(cells: pl.DataFrame, rule: str, reason: str) -> pl.DataFrame:
    """Cells with the rule that sets them aside."""
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


def flag_counts(derived: pl.DataFrame) -> pl.DataFrame:
    """How many values of which marker have which flag: columns marker, flag, n."""
    flags = derived.select("marker", flag=pl.col("flag").str.split("|")).explode("flag")
    counts = flags.drop_nulls().group_by("marker", "flag").agg(pl.len().cast(pl.Int64).alias("n"))
    return counts.sort("marker", "flag")


def derived_balance(derived: pl.DataFrame) -> pl.DataFrame:
    """Counts of derived values by marker: computed (no reason), or without a value and why.

    A value is expected for each person and date with any input of the formula; the counts of a
    marker add up to those expected. Columns marker, reason, n.
    """
    rows = derived.filter(pl.col("origin") == "derived")
    counts = rows.group_by("marker", "reason").agg(pl.len().cast(pl.Int64).alias("n"))
    return counts.sort("marker", "reason", nulls_last=False)
