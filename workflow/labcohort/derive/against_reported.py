"""A laboratory's own calculation of a derived marker, held against ours."""

from collections.abc import Iterable, Mapping

import polars as pl

from labcohort.derive.censored import CENSORED_INPUT
from labcohort.flags import added_at

REPORTED = "_REPORTED"
KEY = ("person", "sample_date")
# share of the reported value; a laboratory rounds its inputs, too
TOLERANCE = 0.05
# the laboratory's equation of eGFR is not known: CKD-EPI 2009 and 2021 alone differ by some 5 %
WIDER = {"EGFR": 0.10}
# the method that takes the laboratory's own value
AS_REPORTED = "reported"
PAIRS = {
    "marker": pl.String,
    "method": pl.String,
    "ratio": pl.Float64,
    "differs": pl.Boolean,
}
COMPARED = {
    "marker": pl.String,
    "method": pl.String,
    "compared": pl.Int64,
    "within": pl.Int64,
    "beyond": pl.Int64,
    "median_ratio": pl.Float64,
}


def pairs_to_compare(
    measured: Iterable[str], derived: Iterable[str], methods: Mapping[str, str]
) -> list[str]:
    """Derived markers whose reported value is measured too, sorted; not one that takes it over."""
    reported = {code.removesuffix(REPORTED) for code in measured if code.endswith(REPORTED)}
    return sorted(m for m in reported & set(derived) if methods.get(m) != AS_REPORTED)


def against_reported(
    measured: pl.DataFrame, derived: pl.DataFrame, markers: list[str], methods: Mapping[str, str]
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """`measured` with the flag `differs_from_reported`, and what `counted` counts.

    `measured` (schemas.harmonised.Values, one row a marker, person and date) holds the
    laboratory's values under their `_REPORTED` codes, `derived` ours (of `evaluate`); a pair is of
    one person and date. The two may differ by half of the last decimal that was sent and 5 % of
    the reported value (eGFR 10 %). Not compared: limits, and ours that rest on one.

    The second has the columns of `PAIRS`: of each pair the marker, our method, ours over theirs
    and whether that is beyond the tolerance; one row without a ratio for a marker without pairs.
    """
    both = _sent(measured, markers).join(_ours(derived, markers), on=[*KEY, "ours_is"])
    both = both.with_columns(differs=_differs().fill_null(False))
    flagged = added_at(measured, "differs_from_reported", both.filter("differs").get_column("at"))
    named = pl.DataFrame(
        {"marker": markers, "method": [methods.get(marker) for marker in markers]},
        schema={"marker": pl.String, "method": pl.String},
    )
    ratios = both.select("differs", marker="ours_is", ratio=pl.col("ours") / pl.col("value"))
    pairs = named.join(ratios, on="marker", how="left").select(*PAIRS)
    # in no order that would tell whose they are
    return flagged, pairs.sort("ratio", "marker", "differs")


def counted(parts: Iterable[pl.DataFrame]) -> pl.DataFrame:
    """The counts of all pairs that the `parts` (of `against_reported`) hold, in columns `COMPARED`.

    A row a marker: how many pairs were compared, are within and beyond the tolerance, and the
    median of ours over theirs (null where none is compared).
    """
    pairs = pl.concat([pl.DataFrame(schema=PAIRS), *parts])
    counts = pairs.group_by("marker", "method").agg(
        compared=pl.col("ratio").count(),
        beyond=pl.col("differs").sum(),
        median_ratio=pl.col("ratio").sort().median(),
    )
    return (
        counts.with_columns(within=pl.col("compared").cast(pl.Int64) - pl.col("beyond"))
        .select(pl.col(name).cast(kind) for name, kind in COMPARED.items())
        .sort("marker")
    )


def _sent(measured: pl.DataFrame, markers: list[str]) -> pl.DataFrame:
    """The laboratory's values that can be held against ours, with their number `at`."""
    theirs = pl.col("marker").is_in([code + REPORTED for code in markers])
    sent = measured.with_row_index("at").filter(theirs)
    return sent.filter(pl.col("comparator").is_null() & (pl.col("value") > 0)).select(
        *KEY,
        "at",
        "value",
        ours_is=pl.col("marker").str.strip_suffix(REPORTED),
        rounding=_rounding(),
    )


def _ours(derived: pl.DataFrame, markers: list[str]) -> pl.DataFrame:
    """Our values of the markers that do not rest on a limit."""
    on_limit = pl.col("flag").str.split("|").list.contains(CENSORED_INPUT).fill_null(False)
    mine = derived.filter(pl.col("marker").is_in(markers))
    mine = mine.filter(pl.col("value").is_not_null() & ~on_limit)
    return mine.select(*KEY, ours_is="marker", ours="value")


def _rounding() -> pl.Expr:
    """Half of the last decimal that the laboratory sent, in the canonical unit."""
    slope = pl.col("value") / pl.col("number")
    half = 0.5 * pl.lit(10.0).pow(-pl.col("decimals"))
    return pl.when(slope.is_finite()).then(half * slope.abs()).fill_null(0.0)


def _differs() -> pl.Expr:
    """Whether ours is farther from the reported value than its tolerance."""
    share = pl.col("ours_is").replace_strict(WIDER, default=TOLERANCE, return_dtype=pl.Float64)
    allowed = share * pl.col("value") + pl.col("rounding")
    # the dust of binary fractions
    return (pl.col("ours") - pl.col("value")).abs() > allowed * (1 + 1e-12)
