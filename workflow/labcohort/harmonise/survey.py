"""A look at all cells of a source before each bucket of persons is harmonised for itself.

Names, the order of day and month, the unit of a whole column and the places of corrections are
matters of the source, and so are the mistakes in them: they are found here, whatever the buckets.
"""

from collections.abc import Iterator, Sequence

import polars as pl

from labcohort.errors import place
from labcohort.harmonise.corrections import (
    FIELDS,
    PLACE,
    corrected,
    held,
    refuse_unfound,
    refuse_unread,
)
from labcohort.harmonise.date_inference import added_up
from labcohort.harmonise.kinds import kinds_of, lean
from labcohort.harmonise.known import Survey
from labcohort.harmonise.names import Named, names_of
from labcohort.harmonise.read import read_cells
from labcohort.harmonise.sample_dates import dates_seen, is_inferred, proved_dates
from labcohort.harmonise.status import are_proved, proved_times, times_seen
from labcohort.harmonise.texts import TEXTS, with_fates, with_missing, with_units
from labcohort.harmonise.units import check_declared_unit, conversion_table, folded, known_units
from labcohort.validate.distribution import SMALL

# a range says nothing of the source
NAMES = [name for name in TEXTS if name not in ("range_text", "value_text")]
OF_CELLS = [name for name in TEXTS if not name.endswith("_corrected")]


def survey(buckets: Sequence[pl.LazyFrame], how: dict) -> Survey:
    """What all cells of a source (schemas.ingested.Cells), which come in buckets of whole persons,
    tell of it by its settings `how`.

    UserError where a correction is of no cell or cannot be read, a name may be two of the mapping,
    dates do not prove how they are written, or a whole column has no unit or an unknown one.
    """
    touched = _corrected_cells(buckets, how)
    seen = pl.concat(_names_seen(cells, how) for cells in buckets).unique()
    pairs = seen.select("analyte", pl.col("analyte_name").fill_null("")).unique()
    named = names_of(pairs.rows(), how)
    dates, times = _proved(buckets, how, named)
    known = Survey(named, dates, times, _common_visits(buckets, how))
    if touched is not None:
        read = read_cells(touched, how, known)
        every = pl.int_range(touched.height, dtype=pl.UInt32, eager=True)
        refuse_unread(read.at(every).filter(pl.col("fate").is_null()), how)
    _check_columns(buckets, seen, how, named)
    return known


def _corrected_cells(buckets: Sequence[pl.LazyFrame], how: dict) -> pl.DataFrame | None:
    """The cells that a person has corrected, so corrected; None where there are no corrections."""
    made = how["corrections"]
    if not made:
        return None
    near = pl.col("row").is_in(sorted({row["row"] for row in made}))
    cells = pl.concat(cells.filter(near).collect() for cells in buckets)
    found = held(cells, made)
    refuse_unfound(found)
    return corrected(cells, made)[found.get_column("cell").unique().sort()]


def _names_seen(cells: pl.LazyFrame, how: dict) -> pl.DataFrame:
    """The distinct names and units of a bucket's cells (NAMES), and whether they have a value."""
    own = _own(cells, how, [])
    # which texts mean no value is asked once a text, and to number all texts takes longer
    texts = with_missing(own.select(pl.col("value_text").unique()), how)
    missing = texts.filter("is_missing").get_column("value_text").implode()
    is_missing = pl.col("value_text").is_in(missing, nulls_equal=True)
    kinds, _ = kinds_of(own.with_columns(is_missing=is_missing), [*NAMES, "is_missing"])
    return kinds


def _kinds(
    cells: pl.LazyFrame, how: dict, more: Sequence[str]
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The kinds of a bucket's cells, and its cells with `more` columns and their `kind`."""
    own = _own(cells, how, more)
    kinds, number = kinds_of(own, [*NAMES, "value_text"])
    return kinds, own.select(*more, "date_corrected").with_columns(kind=number)


def _own(cells: pl.LazyFrame, how: dict, more: Sequence[str]) -> pl.DataFrame:
    """The cells of a bucket, corrected, with the columns of `_kinds`."""
    needed = {*OF_CELLS, *more} - {"range_text"}
    if how["corrections"]:
        needed |= {*PLACE, *FIELDS.values()}
    # column by column: most say one thing, and need no room
    columns = [lean(cells.select(name).collect()) for name in sorted(needed)]
    return corrected(pl.concat(columns, how="horizontal"), how["corrections"])


def _filled(
    buckets: Sequence[pl.LazyFrame], how: dict, named: Named, more: Sequence[str]
) -> Iterator[tuple[pl.DataFrame, pl.DataFrame]]:
    """Of each bucket the kinds of its cells, and `more` columns of the cells that say something."""
    for cells in buckets:
        kinds, own = _kinds(cells, how, ["person", *more])
        kinds = with_fates(with_missing(kinds, how), how, named)
        fate, back = (
            kinds.get_column(name).gather(own.get_column("kind")) for name in ("fate", "takes_back")
        )
        says = fate.is_null() | (back & own.get_column("person").is_not_null())
        yield kinds, own.filter(says)


def _proved(buckets: Sequence[pl.LazyFrame], how: dict, named: Named) -> tuple[list, dict]:
    """The formats that the dates, and the times of reports, of each file prove."""
    if not is_inferred(how) and not are_proved(how):
        return [], {}
    columns = ["file", "sheet", "row", "visit", "date_text", "reported_text"]
    dates, times = [], []
    for _, cells in _filled(buckets, how, named, columns):
        dates.append(dates_seen(cells, how))
        times.append(times_seen(cells, how))
    return proved_dates(added_up(dates)), proved_times(added_up(times), how)


def _common_visits(buckets: Sequence[pl.LazyFrame], how: dict) -> list[str]:
    """Labels of visits that stand with at least SMALL persons: of fewer they may be notes. Where
    the mapping names the visits, none."""
    if how.get("visits"):
        return []
    parts = []
    for cells in buckets:
        # first alone: most sources have no visits
        if cells.select(pl.col("visit").is_null().all()).collect().item():
            continue
        of, _ = kinds_of(cells.select("visit", "person").collect(), ["visit", "person"])
        parts.append(of.drop_nulls().group_by("visit").len())
    if not parts:
        return []
    counts = pl.concat(parts).group_by("visit").agg(pl.col("len").sum())
    return sorted(counts.filter(pl.col("len") >= SMALL).get_column("visit"))


def _check_columns(
    buckets: Sequence[pl.LazyFrame], seen: pl.DataFrame, how: dict, named: Named
) -> None:
    """Stop where a whole analyte has no unit, or a wide column one that no conversion knows."""
    table = conversion_table(how["conversions"], how["analytes"])
    filled = with_fates(seen, how, named).filter(
        pl.col("fate").is_null() & pl.col("marker").is_not_null()
    )
    units = with_units(filled, how, table).group_by("key").agg(pl.col("unit").unique().sort())
    own_units = {n for n, entry in how["analytes"].items() if {"unit", "unit_by_row"} & set(entry)}
    for name, spellings in units.sort("key").iter_rows():
        entry = how["analytes"][name]
        known = known_units(how["conversions"], entry["marker"], entry.get("analyte"))
        of_column = how["layout"] != "long" and name not in own_units
        for unit in spellings if spellings == [""] or of_column else []:
            if folded(unit) not in known:
                where = _place_of(buckets, name, how, named) + f", analyte {name}"
                check_declared_unit(how["conversions"], entry, unit, where)


def _place_of(buckets: Sequence[pl.LazyFrame], name: str, how: dict, named: Named) -> str:
    """The first file, sheet and column that have values of an analyte."""
    found = []
    for kinds, cells in _filled(buckets, how, named, ["file", "sheet", "column"]):
        own = kinds.select((pl.col("fate").is_null() & (pl.col("key") == name)).fill_null(False))
        here = cells.filter(own.to_series().gather(cells.get_column("kind")))
        found.append(here.select("file", "sheet", "column").unique())
    first = pl.concat(found).sort("file", "sheet", "column", nulls_last=True).row(0, named=True)
    return place(first["file"], first["sheet"], None, first["column"])
