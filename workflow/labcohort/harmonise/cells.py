"""Settle each ingested cell of a source: a value in its canonical unit, or another fate."""

from dataclasses import dataclass

import numpy as np
import polars as pl

from labcohort.harmonise.claims import UNREAD as UNREAD_CLAIM
from labcohort.harmonise.corrections import CORRECTED, FIELDS, corrected
from labcohort.harmonise.cross_checks import check_pairs
from labcohort.harmonise.kinds import kinds_of, places_of, with_some
from labcohort.harmonise.known import Survey
from labcohort.harmonise.names import FoldedName
from labcohort.harmonise.proposals import PROPOSED, proposal_rows
from labcohort.harmonise.ranges import UNREADABLE
from labcohort.harmonise.read import Read, read_cells
from labcohort.harmonise.rules import broken_rules, with_reasons
from labcohort.harmonise.sent_units import CONTRADICTS
from labcohort.harmonise.status import UNREAD as UNREAD_REPORTED
from labcohort.harmonise.survey import survey
from labcohort.harmonise.withdrawn import of_record_alone, with_versions, with_withdrawn
from labcohort.keys import packed
from labcohort.quarantine import PLACE, records

VALUES = (
    "source",
    "file",
    "sheet",
    "row",
    "column",
    "person",
    "marker",
    "sample_date",
    "value_text",
    "comparator",
    "number",
    "decimals",
    "unit",
    "value",
    "flag",
    "range_low",
    "range_high",
    "visit",
    "status",
    "reported",
)
ORDER = ("marker_order", "person_order", "sample_date", "file", "row", "column", "sheet")
SAID = ("rule", "reason", "flag")
# what is one sample, by the layout of the source
SAMPLE = {
    "long": ["person_order", "sample_date"],
    "wide": ["file", "sheet", "row"],
    "blocks": ["file", "sheet", "row", "visit"],
}
# what is counted apart
COUNTED = (
    "key",
    "marker",
    "named",
    "unit_text",
    "fate",
    "comparator",
    "value",
    "unit_compared",
    "contradicted",
)


@dataclass(frozen=True)
class Harmonised:
    """What became of a source's cells: `values`, `quarantine` and the `unused` (fate, reason).

    `aside` are the cells that were set aside, with what was read of them; `counts` how many cells
    there are of each kind and visit, and how many of them were set aside; `proposals` are units
    for a person to accept (columns of config/corrections.tsv); `folded` the names that were not
    written as the mapping writes them, `visits` the labels that enough persons have to be shown.
    """

    values: pl.DataFrame
    quarantine: pl.DataFrame
    unused: pl.DataFrame
    aside: pl.DataFrame
    counts: pl.DataFrame
    proposals: pl.DataFrame
    folded: list[FoldedName]
    visits: list[str]


def harmonise_cells(
    cells: pl.DataFrame,
    how: dict,
    patients: pl.DataFrame | None = None,
    places: pl.DataFrame | None = None,
    known: Survey | None = None,
) -> Harmonised:
    """Values of `cells` (schemas.ingested.Cells) by the source's mapping `how`.

    Every cell ends in one of values, quarantine and unused. `patients` and `places` (where the
    patient table has each person) are needed where dates are counted from a date of the person,
    or rows say who they are. `known` is the survey of the source, of which the cells are those of
    some persons; without it they are all. UserError where the fault is the mapping's: a unit that
    nobody declares for a whole column, or one that no conversion knows.
    """
    if known is None:
        known = survey([cells.lazy()], how)
    cells = with_versions(corrected(cells, how["corrections"]))
    read = read_cells(cells, how, known, patients, places)
    del cells
    is_open = read.any_of([pl.col("fate").is_null()])
    said = _cross_checked(read, is_open, _told_of_each(read, is_open), how)
    said = _withdrawn(read, is_open, said, how)
    is_good = said.select(pl.col("rule").is_null()).to_series()
    lost = places_of(is_open & ~is_good)
    aside = _aside(read, lost, said, how)
    unused = read.at(places_of(~is_open), [*PLACE, "fate", "why_unused"])
    proposed = read.any_of([pl.col("proposed_unit").is_not_null()])
    return Harmonised(
        _values(read, places_of(is_open & is_good), said),
        records(aside.rename({"value_text": "raw_value"}), "harmonise"),
        unused.rename({"why_unused": "reason"}),
        aside,
        _counts(read, lost),
        proposal_rows(read.at(places_of(is_open & proposed))),
        known.named.folded,
        known.visits,
    )


def _odd() -> dict[str, pl.Expr]:
    """What is odd about a value that may be kept, in the order of its flags."""
    # of a value sent as a limit it is not known on which side of another limit it lies
    value = pl.when(pl.col("comparator").is_null()).then("value")
    return {
        "soft_low": value < pl.col("soft_low"),
        "soft_high": value > pl.col("soft_high"),
        CONTRADICTS: pl.col("contradicted").is_not_null(),
        PROPOSED: pl.col("proposed_unit").is_not_null(),
        CORRECTED: pl.any_horizontal(f"{field}_corrected" for field in FIELDS),
        UNREAD_REPORTED: pl.col("reported_unread"),
        UNREAD_CLAIM: pl.col("claim_unread"),
        UNREADABLE: pl.col("range_unread"),
    }


def _told_of_each(read: Read, is_open: pl.Series) -> pl.DataFrame:
    """Of each cell for itself the first rule that it breaks, the reason where it brings its own,
    and its flags joined by `|`: columns SAID, null of nearly all."""
    rules, flags = broken_rules(), _odd()
    odd = is_open & read.any_of([*(broken for _, broken in rules), *flags.values()])
    said = [pl.when(odd).then(pl.lit(flag)) for flag, odd in flags.items()]
    flag = pl.concat_str(said, separator="|", ignore_nulls=True)
    rows = places_of(odd)
    told = read.at(rows).select(
        rule=pl.coalesce(pl.when(broken).then(pl.lit(rule)) for rule, broken in rules),
        reason=pl.lit(None, pl.String),
        flag=pl.when(flag != "").then(flag),
    )
    nothing = pl.repeat(None, len(is_open), dtype=pl.String, eager=True)
    return _noted(pl.DataFrame([nothing.alias(name) for name in SAID]), rows, told)


def _noted(said: pl.DataFrame, rows: pl.Series, told: pl.DataFrame) -> pl.DataFrame:
    """`said` of all cells, with what is `told` of those in some `rows`: nothing is taken back."""
    new = [name for name in SAID if told.get_column(name).null_count() < told.height]
    return said.with_columns(
        with_some(said.get_column(name), rows, told.get_column(name)) for name in new
    )


def _cross_checked(read: Read, is_open: pl.Series, said: pl.DataFrame, how: dict) -> pl.DataFrame:
    """`said` with what the checks between markers of one sample find."""
    checks = how["cross_checks"]
    sample = SAMPLE[how["layout"]]
    markers = {check[side] for check in checks for side in ("greater", "lesser")}
    concerned = read.any_of([pl.col("marker").is_in(sorted(markers))])
    rows = places_of(is_open & concerned & said.get_column("rule").is_null())
    values = read.at(rows, ["marker", "value", "comparator", *sample]).hstack(said[rows])
    # one number tells samples apart sooner than several texts
    values = values.with_columns(packed(values, sample).alias("sample"), cell=rows)
    found = check_pairs(values, checks, ["sample"])
    found = found.filter(pl.col("rule").is_not_null() | pl.col("flag").is_not_null())
    return _noted(said, found.get_column("cell"), found)


def _withdrawn(read: Read, is_open: pl.Series, said: pl.DataFrame, how: dict) -> pl.DataFrame:
    """`said` with what the source itself took back."""
    if "status" not in how:
        # without a status nothing is preliminary, and nothing takes back
        return said
    person = read.of("person")
    back = places_of(read.any_of([pl.col("takes_back")]) & person.is_not_null())
    bad = places_of(is_open & said.get_column("rule").is_not_null())
    persons = pl.concat([person.gather(back), person.gather(bad)]).drop_nulls().unique()
    rows = places_of(is_open & person.is_in(persons.implode()))
    cells = _with_own_status(read.at(rows).hstack(said[rows]))
    return _noted(said, rows, with_withdrawn(cells, read.at(back)))


def _with_own_status(cells: pl.DataFrame) -> pl.DataFrame:
    return cells.with_columns(of_record_alone(cells["status"], cells["replaces"]))


def _aside(read: Read, rows: pl.Series, said: pl.DataFrame, how: dict) -> pl.DataFrame:
    """The cells in `rows`, which a rule sets aside, with all that was read, and the reasons."""
    aside = with_reasons(read.at(rows).hstack(said[rows]), how)
    # what is kept of a corrected value is the file's text, and what was read of the new one
    return aside.with_columns(value_text="sent_text")


def _values(read: Read, rows: pl.Series, said: pl.DataFrame) -> pl.DataFrame:
    """The values in `rows`, in the order of ORDER."""
    keys = read.at(rows, ORDER)
    rows = rows.gather(packed(keys, ORDER).arg_sort())
    names = [name for name in VALUES if name not in ("value_text", "flag")]
    values = read.at(rows, [*names, "sent_text", "replaces"]).with_columns(
        flag=said.select("flag")[rows].to_series()
    )
    return _with_own_status(values).rename({"sent_text": "value_text"}).select(VALUES)


def _counts(read: Read, aside: pl.Series) -> pl.DataFrame:
    """How many cells there are of each kind and visit, and how many of them were set aside."""
    texts, number = read.parts[0]
    visited = pl.DataFrame([number.alias("kind"), read.of("visit").alias("visit")])
    kinds, of = kinds_of(visited, ["kind", "visit"])
    cells, lost = (
        pl.Series(np.bincount(own.to_numpy(), minlength=kinds.height))
        for own in (of, of.gather(aside))
    )
    own = texts.select(COUNTED)[kinds.get_column("kind")]
    return own.with_columns(kinds.get_column("visit"), cells=cells, set_aside=lost)
