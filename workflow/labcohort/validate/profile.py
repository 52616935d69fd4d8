"""The profile of a harmonised source: counts by analyte, visit, unit and marker.

It is part of what may be passed on: names come from the mapping, never from a cell, and no
number is that of a single person.
"""

from collections.abc import Iterable

import polars as pl

from labcohort.harmonise.identity import IDENTITY_RULES
from labcohort.harmonise.missing import is_missing
from labcohort.harmonise.units import folded, known_units
from labcohort.quarantine import PLACE
from labcohort.validate.distribution import SMALL, histogram, quantiles
from labcohort.validate.places import UNMAPPED, places

OTHER = "(other)"
FATES = ("missing", "ignored", "set_aside")


def profile(found, how: dict) -> dict:
    """Counts of a source's cells and values (schemas.validation.PROFILE), for a JSON.

    `found` is `labcohort.harmonise.cells.Harmonised` of the source, `how` what its job is told,
    with `shown`: marker -> decimals, scale.
    """
    of_cell = ("key", "visit", "unit_text", "person")
    aside = pl.when(pl.col("rule").is_not_null()).then(pl.lit("set_aside"))
    settled = found.settled.select(*of_cell, fate=aside)
    cells = _named(pl.concat([found.unused.select(*of_cell, "fate"), settled]), how)
    who = [row["who"] for row in how["corrections"]]
    return {
        "cells": cells.height,
        "analytes": _analytes(cells, how),
        "declared": _declared(found.settled, how),
        "misnamed": _misnamed(found.settled),
        "units": _units(cells, how),
        "markers": _markers(found.values, found.settled, how),
        "flags": _flags(found.values),
        "corrections": {name: who.count(name) for name in sorted(set(who))},
        "names_folded": sorted(
            ({"seen": row.name, "key": row.key, "how": row.how} for row in found.folded),
            key=lambda row: (row["key"], row["seen"]),
        ),
        "proposals": {"n": found.proposals.height, "first": places(found.proposals)},
    }


def profile_patients(cells: pl.DataFrame, quarantine: pl.DataFrame, how: dict) -> dict:
    """Counts of the patient table: rows, and filled and set-aside cells of each column.

    `how` is what the job of the patients is told.
    """
    columns = sorted({entry["column"] for entry in how["attributes"].values()})
    filled = ~is_missing(pl.col("value_text"), how["missing"], how["decimal"])
    counts = cells.group_by("column").agg(pl.len(), filled.sum().alias("filled"))
    known = {name: (n, k) for name, n, k in counts.iter_rows()}
    # who is who is a matter of persons, not of what a column holds
    unread = quarantine.filter(~pl.col("rule").is_in(IDENTITY_RULES))
    bad = dict(unread.group_by("column").len().iter_rows())
    return {
        "rows": cells.select("file", "sheet", "row").n_unique(),
        "columns": [
            {
                "column": name,
                "cells": known.get(name, (0, 0))[0],
                "filled": known.get(name, (0, 0))[1],
                "set_aside": bad.get(name, 0),
            }
            for name in columns
        ],
    }


def _named(cells: pl.DataFrame, how: dict) -> pl.DataFrame:
    """Analyte, visit, unit and fate of cells, in texts that may be shown."""
    visits = how.get("visits") or _common(cells, "visit")
    spelled = {
        text
        for entry in how["analytes"].values()
        for text in known_units(how["conversions"], entry["marker"], entry.get("analyte"))
    }
    codes = how.get("units", {})
    sent = cells.get_column("unit_text").unique().drop_nulls().to_list()
    units = [unit for unit in sent if folded(codes.get(unit, unit)) in spelled]
    unit, visit = pl.col("unit_text").fill_null(""), pl.col("visit")
    return cells.select(
        analyte=pl.col("key").fill_null(UNMAPPED),
        visit=pl.when(visit.is_not_null()).then(_shown(visit, visits)),
        unit=pl.when(unit != "").then(_shown(unit, units)),
        fate="fate",
    )


def _shown(text: pl.Expr, names: Iterable[str]) -> pl.Expr:
    """A text that is among `names`, else what stands for all others."""
    return pl.when(text.is_in(list(names))).then(text).otherwise(pl.lit(OTHER))


def _common(cells: pl.DataFrame, column: str) -> list[str]:
    """Texts of a column that stand with at least SMALL persons: of fewer they may be notes."""
    persons = pl.col("person").drop_nulls().n_unique()
    counts = cells.group_by(column).agg(persons).filter(pl.col("person") >= SMALL)
    return counts.get_column(column).drop_nulls().to_list()


def _analytes(cells: pl.DataFrame, how: dict) -> list[dict]:
    """Cells by analyte and visit, and the fate of each; those used have none."""
    fate = pl.col("fate")
    counts = cells.group_by("analyte", "visit").agg(
        pl.len().alias("cells"),
        *((fate == name).sum().alias(name) for name in FATES),
        fate.is_null().sum().alias("used"),
    )
    counts = counts.with_columns(marker=_marker(how))
    columns = ("analyte", "marker", "visit", "cells", *FATES, "used")
    return counts.select(columns).sort("analyte", "visit").to_dicts()


def _declared(settled: pl.DataFrame, how: dict) -> list[dict]:
    """Filled cells of each analyte whose unit the mapping declares, how many of them the file
    sends with a unit that is known, and with one that is converted otherwise, and in which."""
    sent = pl.col("contradicted")
    counts = settled.group_by("key").agg(
        pl.len(),
        pl.col("unit_compared").sum().alias("compared"),
        sent.count().alias("contradicted"),
        sent.drop_nulls().unique().sort().alias("sent"),
    )
    return [
        {"analyte": key, "unit": how["analytes"][key]["unit"], "n": n}
        | {"compared": compared, "contradicted": k, "sent": s}
        for key, n, compared, k, s in counts.sort("key").iter_rows()
        if "unit" in how["analytes"].get(key, {})
    ]


def _misnamed(settled: pl.DataFrame) -> list[dict]:
    """Filled cells of an analyte whose rows have a name beside the code that some marker has, and
    how many of them have the name of another one, which that is (`means`)."""
    known = settled.filter(pl.all_horizontal(pl.col("marker", "named").is_not_null()))
    counts = known.group_by("key", "marker", "named").len("failed")
    counts = counts.with_columns(n=pl.col("failed").sum().over("key"))
    others = counts.filter(pl.col("named") != pl.col("marker"))
    columns = ("analyte", "marker", "means", "n", "failed")
    others = others.rename({"key": "analyte", "named": "means"}).select(columns)
    return others.sort("analyte", "means").to_dicts()


def _units(cells: pl.DataFrame, how: dict) -> list[dict]:
    """Filled cells by analyte and the unit that the file sends with them (None: none)."""
    filled = cells.filter(~pl.col("fate").is_in(FATES[:2]).fill_null(False))
    counts = filled.group_by("analyte", "unit").agg(pl.len().alias("n"))
    counts = counts.with_columns(marker=_marker(how))
    return counts.select("analyte", "marker", "unit", "n").sort("analyte", "unit").to_dicts()


def _marker(how: dict) -> pl.Expr:
    markers = {name: entry["marker"] for name, entry in how["analytes"].items()}
    return pl.col("analyte").replace_strict(markers, default=None, return_dtype=pl.String)


def _markers(values: pl.DataFrame, settled: pl.DataFrame, how: dict) -> list[dict]:
    """Each marker's values: how many, how many limits of detection, against its limits.

    Values that the file sends as limits are not counted against them.
    """
    aside = settled.filter(pl.col("rule").is_not_null(), pl.col("marker").is_not_null())
    broken = (pl.col("rule") == "hard_limit") & pl.col("comparator").is_null()
    low, high = pl.col("value") < pl.col("hard_low"), pl.col("value") > pl.col("hard_high")
    counts = aside.group_by("marker").agg(
        pl.len(), (broken & low).sum().alias("low"), (broken & high).sum().alias("high")
    )
    lost = {marker: row for marker, *row in counts.iter_rows()}
    own = values.partition_by("marker", as_dict=True)
    return [
        _marker_row(marker, own.get((marker,), values.clear()), lost.get(marker, (0, 0, 0)), how)
        for marker in sorted({key for (key,) in own} | set(lost))
    ]


def _marker_row(marker: str, values: pl.DataFrame, lost: tuple[int, int, int], how: dict) -> dict:
    """One marker; `lost` are its cells set aside: all, numbers under and over the hard limits."""
    shown = how["shown"][marker]
    flag, sent = values.get_column("flag").fill_null(""), values.get_column("comparator")
    # a value that the file sends as a limit has no place in the distribution
    number = values.filter(pl.col("comparator").is_null()).get_column("value")
    return {
        "marker": marker,
        "n": values.height,
        "set_aside": lost[0],
        "below_detection": int(sent.str.starts_with("<").sum() or 0),
        "above_detection": int(sent.str.starts_with(">").sum() or 0),
        "hard_low": lost[1],
        "soft_low": int(flag.str.contains(r"(^|\|)soft_low").sum()),
        "soft_high": int(flag.str.contains(r"(^|\|)soft_high").sum()),
        "hard_high": lost[2],
        "quantiles": quantiles(number, shown["decimals"]),
        "histogram": histogram(number, shown["decimals"], shown["scale"]),
    }


def _flags(values: pl.DataFrame) -> list[dict]:
    """How many values have which flag, and the first places."""
    flagged = values.filter(pl.col("flag").is_not_null()).select(
        *PLACE, pl.col("flag").str.split("|")
    )
    each = flagged.explode("flag")
    counts = dict(each.group_by("flag").len().iter_rows())
    return [
        {"flag": flag, "n": n, "first": places(each.filter(pl.col("flag") == flag))}
        for flag, n in sorted(counts.items())
    ]
