"""Results that their own source took back: by a correction, a withdrawal, a cancellation.

What takes a result back is often no value itself (`haemolysed`, an empty cell), and would leave
the earlier result standing as if nothing had been said.
"""

import polars as pl

from labcohort.errors import place
from labcohort.harmonise.kinds import kinds_of, places_of, with_some

WITHDRAWN = "withdrawn"
REPLACED = "replaced_version"
KEY = ("source", "marker", "person", "sample_date")
PLACE = ("file", "sheet", "row", "column")
# what of a result without a value takes back the ones before it, and how a reason says so
WORDS = {
    "corrected": "its source corrected it, without a value that can be used, in ",
    WITHDRAWN: "its source withdrew it in ",
    "cancelled": "its source says that it cannot be obtained in ",
    "final": "its final result has no value that can be used, in ",
}


def takes_back(how: dict) -> pl.Expr:
    """Whether a missing cell, if it is somebody's, is a statement: an empty result of a long file
    that its status calls corrected, withdrawn or cancelled.

    An empty cell of a wide file says nothing of its own. An empty final result neither: HL7's
    status U makes preliminary values final without sending them again.
    """
    codes = how.get("status", {}).get("codes", {})
    said = [code for code, meaning in codes.items() if meaning in WORDS and meaning != "final"]
    status = pl.col("status_text").fill_null("").str.strip_chars()
    known = pl.col("marker").is_not_null()
    return (
        pl.lit(how["layout"] == "long") & (pl.col("fate") == "missing") & known & status.is_in(said)
    )


def with_versions(cells: pl.DataFrame) -> pl.DataFrame:
    """`cells` with `replaced`, the place of the later version of its record that stands for a
    cell, and `replaces`: an earlier version of its own is among the cells.

    Both are of one source and person: two servers may give one id twice. Where not all versions
    of a record have a time (their texts then differ in length), their order is not known. What is
    of the latest version twice is a repeat as any other.
    """
    cells = cells.with_columns(replaced=pl.lit(None, pl.String), replaces=pl.lit(False))
    record = ["source", "record", "person"]
    rows = _of_repeated_records(cells)
    known = cells.select(*PLACE, *record, "version")[rows].with_columns(cell=rows)
    known = _of_several_versions(known, record)
    version = pl.col("version")
    several = known.group_by(record).agg(
        latest=version.max(), kinds=version.str.len_bytes().n_unique()
    ).filter(pl.col("kinds") == 1)  # fmt: skip
    known = known.join(several, on=record)
    latest = known.filter(version == pl.col("latest")).sort(*PLACE, nulls_last=True)
    latest = latest.unique(record, keep="first", maintain_order=True)
    texts = [place(*row) for row in latest.select("file", "sheet", "row").iter_rows()]
    stands = latest.select(*record, stands=pl.Series(texts, dtype=pl.String))
    known = known.join(stands, on=record)
    earlier = known.filter(version < pl.col("latest"))
    last = known.filter(version == pl.col("latest"))
    yes = pl.repeat(True, last.height, eager=True)
    return cells.with_columns(
        with_some(cells.get_column("replaced"), earlier["cell"], earlier["stands"]),
        with_some(cells.get_column("replaces"), last["cell"], yes),
    )


def _of_repeated_records(cells: pl.DataFrame) -> pl.Series:
    """The places of the cells whose record may be that of others too, by a number made of it."""
    names = ["record", "version", "person"]
    known = pl.all_horizontal(pl.col(names).is_not_null()) & pl.col("ignored").is_null()
    number = pl.when(known).then(pl.col("record").hash())
    return places_of(cells.select(known & number.is_duplicated()).to_series())


def _of_several_versions(known: pl.DataFrame, record: list[str]) -> pl.DataFrame:
    """The cells whose record comes in more than one version: few of many."""
    versions, number = kinds_of(known, [*record, "version"])
    _, of = kinds_of(versions, record)
    several = of.is_duplicated()
    return known.filter(several.gather(number))


def of_record_alone(status: pl.Series, replaces: pl.Series) -> pl.Series:
    """The status of cells, `final` where a correction has replaced an earlier version of its own
    record: what it corrects is known, and no other result of the day is."""
    rows = places_of(replaces & (status == "corrected"))
    return with_some(status, rows, pl.repeat("final", len(rows), eager=True))


def with_withdrawn(cells: pl.DataFrame, empty: pl.DataFrame) -> pl.DataFrame:
    """`cells` with rule and reason where their source took the result back.

    `cells` are all of their persons, with the status of `of_record_alone`. `empty` are the missing
    cells of `takes_back`, with status, reported and sample_date. They, and the cells that a rule
    sets aside, take back what the same source sent before them of the marker, person and day:

    - corrected and withdrawn (HL7 D, W; FHIR entered-in-error) every result, but one whose time
      is later;
    - cancelled (HL7 X, results cannot be obtained) preliminary results likewise, others only
      where their time is not later: another specimen of the day may have given them;
    - final the preliminary results.

    Rows that say they are of another person take nothing back. Nor does a version of a record: it
    has replaced the earlier ones of that record, and no other, or was replaced itself.
    """
    of_record = pl.col("replaces") | pl.col("replaced").is_not_null()
    without = cells.filter(
        pl.col("rule").is_not_null() & pl.col("claim_rule").is_null() & ~of_record
    )
    # no status counts as final; a status that is no code says nothing
    without = without.filter(~pl.col("status_unknown")).with_columns(
        pl.col("status").fill_null("final")
    )
    empty = empty.filter(pl.col("claim_rule").is_null() & ~of_record)
    names = [*KEY, *PLACE, "status", "reported"]
    later = pl.concat([without.select(names), empty.select(names)])
    standing = cells.with_row_index("n").filter(pl.col("rule").is_null())
    pairs = standing.select("n", *KEY, "status", "reported").join(
        later.drop_nulls(KEY), on=KEY, suffix="_later"
    )
    taken = pairs.filter(_taken_back()).sort("n", *PLACE, nulls_last=True)
    taken = taken.unique("n", keep="first", maintain_order=True)
    if taken.is_empty():
        return cells
    places = [place(*row) for row in taken.select("file", "sheet", "row").iter_rows()]
    words = pl.col("status_later").replace_strict(WORDS, return_dtype=pl.String)
    taken = taken.select("n", why=words + pl.Series(places, dtype=pl.String))
    return (
        cells.with_row_index("n")
        .join(taken, on="n", how="left", maintain_order="left")
        .with_columns(
            rule=pl.coalesce("rule", pl.when(pl.col("why").is_not_null()).then(pl.lit(WITHDRAWN))),
            reason=pl.coalesce("reason", "why"),
        )
        .drop("n", "why")
    )


def _taken_back() -> pl.Expr:
    """Whether `status_later`, which has no value, takes back the result beside it."""
    later, preliminary = pl.col("status_later"), pl.col("status") == "preliminary"
    preliminary = preliminary.fill_null(False)
    # null where one of both has no time
    before = pl.col("reported") <= pl.col("reported_later")
    return (
        pl.when(later.is_in(["corrected", WITHDRAWN]))
        .then(before.fill_null(True))
        .when(later == "cancelled")
        .then(before.fill_null(preliminary))
        .when(later == "final")
        .then(preliminary & before.fill_null(True))
        .otherwise(False)
    )
