"""One panel of markers: merged from all sources, repeats settled, formulas computed."""

from collections.abc import Sequence
from dataclasses import dataclass
from operator import itemgetter

import numpy as np
import polars as pl

from labcohort.derive import registry
from labcohort.derive.against_reported import against_reported, pairs_to_compare
from labcohort.derive.censored import analysis_value, input_value, is_limit, sent_as_limit
from labcohort.derive.evaluate import evaluate
from labcohort.derive.longitudinal import with_flags_over_time
from labcohort.derive.nearest import KEYS
from labcohort.derive.registry import upper_limit_of
from labcohort.derive.repeats import settle_repeats
from labcohort.derive.sex_specific import with_sex_limits
from labcohort.flags import added_at
from labcohort.keys import packed
from labcohort.quarantine import PLACE, records
from schemas.derived import Derived

COLUMNS = list(Derived.to_schema().columns)
# of schemas.harmonised.Values, what formulas take
RESULT = ("person", "sample_date", "marker", "value", "comparator", "range_high")


@dataclass(frozen=True)
class Panel:
    """A panel's `derived` rows, what became of the cells that are not among them, and the pairs
    of ours `against_reported`."""

    derived: pl.DataFrame
    duplicates: pl.DataFrame
    quarantine: pl.DataFrame
    against_reported: pl.DataFrame


@dataclass(frozen=True)
class Measured:
    """What a panel's markers are made of, whatever the methods and the rule for limits: the
    `results` that are used (columns `RESULT`), the panel's `own` among them with their flags over
    time, and what became of its other cells."""

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
    sound, unsound = _sound(values, patients, how, set_aside)
    own = pl.col("marker").is_in(how["measured"])
    # apart: each mostly comes in its order, and both together do not
    used, inputs = (settle_repeats(sound.filter(part), how["repeats"]) for part in (own, ~own))
    contradictory = _marked(
        used.contradictory,
        "contradictory_repeat",
        "another result of the same marker, person and date differs",
    )
    return Measured(
        pl.concat(part.kept.select(RESULT) for part in (used, inputs)),
        with_flags_over_time(used.kept, patients, how.get("variation", [])),
        used.duplicates,
        records(pl.concat([unsound.filter(own), contradictory]), "derive"),
    )


def with_derived(made: Measured, patients: pl.DataFrame, how: dict) -> Panel:
    """A panel's measured markers at their analysis values, and its derived ones.

    `patients` is schemas.harmonised.Patients; the attribute insulin_treated need not be there.
    `how` holds measured, derived, methods, tables and censored, and where the study has them
    limits and input_days (of `evaluate`).
    """
    methods = how["methods"]
    inputs = sorted({i for m in how["derived"] for i in registry.measured_inputs(m, methods)})
    results = made.results.lazy().filter(pl.col("marker").is_in(inputs))
    for value in (analysis_value(how["censored"]), input_value(how["censored"])):
        results = results.with_columns(value=value)
    derived = evaluate(
        _wide(results.collect(), inputs, patients),
        how["derived"],
        methods,
        how["tables"],
        how.get("limits"),
        how.get("input_days"),
    )
    pairs = pairs_to_compare(how["measured"], how["derived"], methods)
    kept, compared = against_reported(made.own, derived, pairs, methods)
    rows = [
        _columns(kept.with_columns(value=analysis_value(how["censored"])), "measured"),
        _columns(derived, "derived"),
    ]
    return Panel(_by_marker(rows), made.duplicates, made.quarantine, compared)


def _sound(
    values: pl.DataFrame, patients: pl.DataFrame, how: dict, set_aside: pl.DataFrame
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Values that can be a patient's, flagged where odd for the sex; and the others, marked."""
    # where each person stands in the patient table
    person = values["person"].cast(pl.Enum(patients["person"]), strict=False).to_physical()
    strange = person.is_null()
    early = (values["sample_date"] < patients["birth_date"].gather(person)).fill_null(False)
    limits = how.get("sex_limits", [])
    limited = values.get_column("marker").is_in([row["marker"] for row in limits])
    judged = values.with_row_index("at").filter(limited & ~strange & ~early)
    judged = with_sex_limits(judged, patients, limits)
    broken = judged.filter(pl.col("broken").is_not_null())
    unsound = [
        _strangers(values.filter(strange), set_aside),
        _before_birth(values.filter(early), how.get("date_columns", [])),
        _marked(broken.select(values.columns), broken["broken"], broken["why"]),
    ]
    odd = judged.filter("odd").get_column("at")
    sound = (~strange & ~early).scatter(broken["at"], False)
    return added_at(values, "implausible_for_sex", odd).filter(sound), pl.concat(unsound)


def _strangers(others: pl.DataFrame, set_aside: pl.DataFrame) -> pl.DataFrame:
    """Values of whom the patient table lacks or cannot be used of, marked."""
    rules = set_aside.group_by("person").agg(why=pl.col("rule").unique().sort().str.join(", "))
    others = others.join(rules, on="person", how="left", maintain_order="left")
    listed, unlisted = (
        others.filter(w) for w in (pl.col("why").is_not_null(), pl.col("why").is_null())
    )
    reason = "the person is set aside in the patient table: " + listed["why"]
    return pl.concat(
        [
            _marked(listed.drop("why"), "person_set_aside", reason),
            _marked(unlisted.drop("why"), "unknown_person", "the id is not in the patient table"),
        ]
    )


def _before_birth(cells: pl.DataFrame, date_columns: list[dict]) -> pl.DataFrame:
    """Values from before the person's birth, marked."""
    return _marked(cells, "before_birth", _why_before_birth(cells, date_columns))


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


def _wide(results: pl.DataFrame, codes: Sequence[str], patients: pl.DataFrame) -> pl.DataFrame:
    """One row a person and sample date, as `evaluate` takes them: the results of the markers
    `codes`, and the person."""
    key = packed(results, KEYS)
    samples = key.unique().sort()
    # where each result stands: the number of its marker, and that of its person and date
    marker = results["marker"].cast(pl.Enum(codes)).to_physical().to_numpy()
    sample = np.searchsorted(samples.to_numpy(), key.to_numpy())
    place = (marker, sample)
    # any result of each sample names its person and date
    row = np.zeros(len(samples), dtype=np.uint32)
    row[sample] = np.arange(len(sample), dtype=np.uint32)
    wide = results.select(KEYS)[row]
    sent = results.select(is_limit(pl.col("comparator"))).to_series()
    for name, column, empty in (
        (str, results["value"], np.nan),
        (upper_limit_of, results["range_high"], np.nan),
        (sent_as_limit, sent, False),
    ):
        laid_out = np.full((len(codes), wide.height), empty)
        laid_out[place] = column.to_numpy()
        wide = wide.with_columns(
            pl.Series(name(code), cells) for code, cells in zip(codes, laid_out, strict=True)
        )
    attributes = ["sex", "birth_date", "age", "insulin_treated"]
    known = patients.select("person", *(a for a in attributes if a in patients.columns))
    return wide.join(known, on="person", how="left", maintain_order="left")


def _by_marker(rows: list[pl.DataFrame]) -> pl.DataFrame:
    """The rows of frames that are each in the order of marker, person and date, in that order;
    a marker is of one frame."""
    parts = []
    for frame in rows:
        start = 0
        for length, marker in frame.get_column("marker").rle().struct.unnest().iter_rows():
            parts.append((marker, frame.slice(start, length)))
            start += length
    parts.sort(key=itemgetter(0))
    return pl.concat([rows[0].clear(), *(part for _, part in parts)])


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


def cells_of_derived(derived: pl.DataFrame, columns: Sequence[str] = PLACE) -> pl.DataFrame:
    """The measured rows, in these of their columns: the result cells that a panel uses."""
    used = derived.lazy().filter(pl.col("origin") == "measured")
    return used.select(columns).collect()


def derived_balance(derived: pl.DataFrame) -> pl.DataFrame:
    """Counts of derived values by marker: computed (no reason), or without a value and why.

    A value is expected for each person and date with any input of the formula; the counts of a
    marker add up to those expected. Columns marker, reason, n.
    """
    rows = derived.lazy().filter(pl.col("origin") == "derived")
    counts = rows.group_by("marker", "reason").agg(n=pl.len().cast(pl.Int64))
    return counts.sort("marker", "reason", nulls_last=False).collect()
