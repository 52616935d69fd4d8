"""Several values of one marker, person and sample date: settled by the declared rule."""

from dataclasses import dataclass

import polars as pl

from labcohort.flags import added
from labcohort.keys import sorted_by
from labcohort.quarantine import PLACE

KEY = ("marker", "person", "sample_date")
SAID = ("key", "value", "comparator")
# flag of a value that no final result of its day confirms
PRELIMINARY = "preliminary"


@dataclass(frozen=True)
class Settled:
    """`kept` values, one a key; `duplicates` with the place kept; `contradictory` cells."""

    kept: pl.DataFrame
    duplicates: pl.DataFrame
    contradictory: pl.DataFrame


def settle_repeats(values: pl.DataFrame, rule: str) -> Settled:
    """Settle the repeats of `values` (schemas.harmonised.Values) by `rule`.

    First by status, where a source sends one (none counts as final): a final or corrected result
    supersedes the preliminary ones of its marker, person and day; a corrected one supersedes what
    its source reported before it. A preliminary result that is kept is flagged.

    Then repeats that say the same (value and comparator): the first by place is kept. Repeats
    that contradict each other: `set_aside` drops all of them; `first` and `last` keep one by
    place; `mean` averages the distinct values into the first place (censored repeats cannot be
    averaged and are set aside); `latest_final` keeps what was reported last (where two that
    differ were reported last, or one has no time, all are set aside). What repeats a value that is
    set aside, or was superseded by one, is set aside with it.

    Times in `reported` are compared as texts: ISO 8601 in one form and zone.
    """
    ordered = sorted_by(values, *KEY)
    same = pl.all_horizontal(pl.col(name) == pl.col(name).shift(1) for name in KEY)
    again = ordered.select(same.fill_null(False)).to_series()
    several = again | again.shift(-1, fill_value=False)
    # a number for each key, and for each row
    numbered = ordered.with_columns(key=(~again).cum_sum()).with_row_index("at")
    repeated = _with_own(sorted_by(numbered.filter(several), "key", *PLACE))
    repeated = repeated.with_columns(superseded=_superseded()).with_columns(identical=_identical())
    chosen = _kept(repeated.filter(pl.col("superseded").is_null()), rule)
    others = repeated.join(chosen, on="at", how="anti", maintain_order="left")
    return Settled(
        _with_chosen(ordered, several, chosen),
        _duplicates(others, chosen, rule),
        others.join(chosen, on="key", how="anti", maintain_order="left").select(values.columns),
    )


def _with_chosen(ordered: pl.DataFrame, several: pl.Series, chosen: pl.DataFrame) -> pl.DataFrame:
    """The rows that are no repeats (of `several`) and those `chosen` among these, flagged."""
    value = ordered.get_column("value").scatter(chosen["at"], chosen["value"])
    stays = (~several).scatter(chosen["at"], True)
    kept = ordered.with_columns(value).filter(stays)
    return kept.with_columns(added(PRELIMINARY, pl.col("status") == PRELIMINARY))


def _with_own(repeated: pl.DataFrame) -> pl.DataFrame:
    """`repeated`, in the order of `key` and place, with a number for each source's `own` cells."""
    # windows over one number take a fraction of those over texts
    return repeated.with_columns(own=pl.struct("key", "source").rle_id())


def _identical() -> pl.Expr:
    """Whether a cell says what one before it says (of those that are superseded, too)."""
    return pl.int_range(pl.len()).over("key", "value", "comparator", "superseded") > 0


def _superseded() -> pl.Expr:
    """The rule by which a result of higher status stands for this one, else null."""
    status, reported = pl.col("status").fill_null("final"), pl.col("reported")
    preliminary, corrected = status == PRELIMINARY, status == "corrected"
    latest = reported.filter(corrected).max().over("own")
    # an order of the corrections is known only where each has a time
    ordered = reported.filter(corrected).is_not_null().all().over("own")
    before = pl.when(corrected).then(ordered & (reported < latest)).otherwise(reported <= latest)
    # a final result without a time, or beside a correction without one, was before it
    by_correction = corrected.any().over("own") & before.fill_null(~corrected)
    return (
        pl.when(preliminary & (~preliminary).any().over("key"))
        .then(pl.lit("superseded_preliminary"))
        .when(~preliminary & by_correction)
        .then(pl.lit("superseded_by_correction"))
    )


def _kept(contenders: pl.DataFrame, rule: str) -> pl.DataFrame:
    """The one cell of each key that stands for it; none of a key that cannot be settled."""
    first = contenders.filter(~pl.col("identical"))
    contradict = pl.len().over("key") > 1
    agreed, open_keys = first.filter(~contradict), first.filter(contradict)
    if rule == "set_aside":
        settled = open_keys.clear()
    elif rule == "mean":
        settled = _averaged(open_keys)
    elif rule == "first":
        settled = open_keys.unique("key", keep="first", maintain_order=True)
    else:
        # what was said last, kept in the first cell that says it
        said = _reported_last(contenders) if rule == "latest_final" else contenders
        last = said.unique("key", keep="last", maintain_order=True).select(SAID)
        settled = open_keys.join(last, on=SAID, how="semi", nulls_equal=True)
    return pl.concat([agreed, settled])


def _averaged(open_keys: pl.DataFrame) -> pl.DataFrame:
    """The first cell of each key with the mean of its distinct values; none with a limit."""
    exact = open_keys.filter(pl.col("comparator").is_null().all().over("key"))
    means = exact.group_by("key").agg(pl.col("value").sort().mean())
    first = exact.unique("key", keep="first", maintain_order=True)
    return first.drop("value").join(means, on="key", how="left").select(open_keys.columns)


def _reported_last(contenders: pl.DataFrame) -> pl.DataFrame:
    """The cells reported last, of keys where all have a time and the last ones say the same."""
    reported = pl.col("reported")
    timed = contenders.filter(reported.is_not_null().all().over("key"))
    last = timed.filter(reported == reported.max().over("key"))
    return last.filter(pl.struct("value", "comparator").n_unique().over("key") == 1)


def _duplicates(others: pl.DataFrame, chosen: pl.DataFrame, rule: str) -> pl.DataFrame:
    """The cells of keys with a value kept that are not it, each with the place of the one kept."""
    places = chosen.select("key", *(pl.col(name).alias(f"kept_{name}") for name in PLACE))
    identical = pl.when("identical").then(pl.lit("identical_repeat"))
    found = (
        others.join(places, on="key", how="inner", maintain_order="left")
        .with_columns(rule=pl.coalesce("superseded", identical, pl.lit(f"repeat_{rule}")))
        .select(*PLACE, "marker", "person", "rule", *(f"kept_{name}" for name in PLACE))
    )
    return sorted_by(found, *PLACE)
