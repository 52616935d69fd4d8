"""The profile of a harmonised source: counts by analyte, visit, unit and marker.

It is part of what may be passed on: names come from the mapping, never from a cell, and no
number is that of a single person.
"""

from collections.abc import Iterable, Sequence

import polars as pl

from labcohort.harmonise.identity import IDENTITY_RULES
from labcohort.harmonise.missing import is_missing
from labcohort.harmonise.units import folded, known_units
from labcohort.quarantine import PLACE
from labcohort.validate.distribution import histogram, quantiles
from labcohort.validate.places import UNMAPPED, places

OTHER = "(other)"
FATES = ("missing", "ignored", "set_aside")
TEXT, COUNT = pl.String, pl.Int64
# the counts of a bucket: what each is of, and what is counted of it
TABLES = {
    "analytes": dict.fromkeys(("analyte", "marker", "visit"), TEXT)
    | dict.fromkeys(("cells", *FATES, "used"), COUNT),
    "declared": dict.fromkeys(("analyte", "unit"), TEXT)
    | dict.fromkeys(("n", "compared", "contradicted"), COUNT),
    "sent": {"analyte": TEXT, "unit": TEXT, "n": COUNT},
    "misnamed": {"analyte": TEXT, "marker": TEXT, "means": TEXT, "failed": COUNT},
    "units": {"analyte": TEXT, "marker": TEXT, "unit": TEXT, "n": COUNT},
    "markers": {"marker": TEXT}
    | dict.fromkeys(("n", "set_aside", "below_detection", "above_detection"), COUNT)
    | dict.fromkeys(("hard_low", "soft_low", "soft_high", "hard_high"), COUNT),
    "values": {"marker": TEXT, "value": pl.Float64, "n": COUNT},
    "flags": {"flag": TEXT, "n": COUNT},
}
AT = {"file": TEXT, "sheet": TEXT, "row": pl.Int64, "column": TEXT}


def profile(found, how: dict) -> dict:
    """Counts of a source's cells and values (schemas.validation.PROFILE), for a JSON.

    `found` is `labcohort.harmonise.cells.Harmonised` of the source, `how` what its job is told,
    with `shown`: marker -> decimals, scale.
    """
    return merged([counted(found, how)])


def counted(found, how: dict) -> dict:
    """The counts of a bucket of persons, of which `merged` makes the profile of their source.

    `found` and `how` are those of `profile`. It is for a JSON that stays where the cells are:
    small counts, and how often each value is there, tell of single persons.
    """
    counts = found.counts.with_columns(used=pl.col("cells") - pl.col("set_aside"))
    filled = counts.filter(pl.col("fate").is_null())
    known = filled.filter(pl.col("marker").is_not_null())
    cells = _shown(counts, found.visits, how)
    tables = {
        "analytes": _analytes(cells),
        "declared": _declared(filled, how),
        "sent": filled.drop_nulls("contradicted").select(
            analyte="key", unit="contradicted", n="cells"
        ),
        "misnamed": known.drop_nulls("named").select(
            "marker", analyte="key", means="named", failed="cells"
        ),
        "units": cells.filter(pl.col("fate").is_null()).select(
            "analyte", "marker", "unit", n="cells"
        ),
        "markers": _markers(known, found),
        # a value that the file sends as a limit has no place in the distribution
        "values": known.filter(pl.col("comparator").is_null() & (pl.col("used") > 0)).select(
            "marker", "value", n="used"
        ),
        "flags": _flagged(found.values).select("flag", n=pl.lit(1)),
    }
    first = {flag: places(own) for (flag,), own in _flagged(found.values).group_by("flag")}
    who = [row["who"] for row in how["corrections"]]
    return {
        **{name: _added(name, [table]).to_dict(as_series=False) for name, table in tables.items()},
        "first": {flag: first[flag] for flag in sorted(first)},
        "proposals": {"n": found.proposals.height, "first": places(found.proposals)},
        # of the source, and the same in each of its buckets
        "shown": how["shown"],
        "corrections": {name: who.count(name) for name in sorted(set(who))},
        "names_folded": sorted(
            ({"seen": row.name, "key": row.key, "how": row.how} for row in found.folded),
            key=lambda row: (row["key"], row["seen"]),
        ),
    }


def merged(parts: Sequence[dict]) -> dict:
    """The profile of a source (schemas.validation.PROFILE), of the counts of all its buckets."""
    counts = {
        name: _added(name, [pl.DataFrame(part[name], schema=TABLES[name]) for part in parts])
        for name in TABLES
    }
    named = counts["misnamed"].with_columns(n=pl.col("failed").sum().over("analyte"))
    misnamed = named.filter(pl.col("means") != pl.col("marker"))
    proposals = [part["proposals"] for part in parts]
    return {
        "cells": counts["analytes"].get_column("cells").sum(),
        "analytes": counts["analytes"].to_dicts(),
        "declared": [
            row | {"sent": _of(counts["sent"], "analyte", row["analyte"])["unit"].to_list()}
            for row in counts["declared"].to_dicts()
        ],
        "misnamed": misnamed.select("analyte", "marker", "means", "n", "failed").to_dicts(),
        "units": counts["units"].to_dicts(),
        "markers": [
            row | _distribution(_of(counts["values"], "marker", row["marker"]), parts[0]["shown"])
            for row in counts["markers"].to_dicts()
        ],
        "flags": [
            row | {"first": _first_of(part["first"].get(row["flag"], []) for part in parts)}
            for row in counts["flags"].to_dicts()
        ],
        "corrections": parts[0]["corrections"],
        "names_folded": parts[0]["names_folded"],
        "proposals": {
            "n": sum(of["n"] for of in proposals),
            "first": _first_of(of["first"] for of in proposals),
        },
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


def _added(name: str, tables: Sequence[pl.DataFrame]) -> pl.DataFrame:
    """One table of TABLES of several, in the order of what is counted."""
    of = [column for column, kind in TABLES[name].items() if kind != COUNT]
    numbers = [column for column, kind in TABLES[name].items() if kind == COUNT]
    rows = pl.concat(
        table.select(pl.col(column).cast(kind) for column, kind in TABLES[name].items())
        for table in tables
    )
    return rows.group_by(of).agg(pl.col(numbers).sum()).sort(of)


def _of(table: pl.DataFrame, column: str, name: str) -> pl.DataFrame:
    return table.filter(pl.col(column) == name)


def _first_of(parts: Iterable[list[dict]]) -> list[dict]:
    """The first places of several lists of places."""
    rows = [row for part in parts for row in part]
    found = pl.DataFrame(rows, schema=AT, orient="row")
    return places(found)


def _shown(counts: pl.DataFrame, common: list[str], how: dict) -> pl.DataFrame:
    """The counts with analyte, marker, visit and unit in texts that may be shown.

    Labels of visits are those of the mapping or the `common` ones; units those it knows.
    """
    visits = how.get("visits") or common
    spelled = {
        text
        for entry in how["analytes"].values()
        for text in known_units(how["conversions"], entry["marker"], entry.get("analyte"))
    }
    codes = how.get("units", {})
    sent = counts.get_column("unit_text").unique().drop_nulls().to_list()
    units = [unit for unit in sent if folded(codes.get(unit, unit)) in spelled]
    unit, visit = pl.col("unit_text").fill_null(""), pl.col("visit")
    return counts.with_columns(
        analyte=pl.col("key").fill_null(UNMAPPED),
        visit=pl.when(visit.is_not_null()).then(_among(visit, visits)),
        unit=pl.when(unit != "").then(_among(unit, units)),
    )


def _among(text: pl.Expr, names: Iterable[str]) -> pl.Expr:
    """A text that is among `names`, else what stands for all others."""
    return pl.when(text.is_in(list(names))).then(text).otherwise(pl.lit(OTHER))


def _analytes(cells: pl.DataFrame) -> pl.DataFrame:
    """Cells by analyte and visit, and the fate of each; those used have none."""
    fate, n = pl.col("fate"), pl.col("cells")
    unused = {name: pl.when(fate == name).then(n).otherwise(0) for name in FATES[:2]}
    return cells.with_columns(**unused, used=pl.when(fate.is_null()).then("used").otherwise(0))


def _declared(filled: pl.DataFrame, how: dict) -> pl.DataFrame:
    """Filled cells of each analyte whose unit the mapping declares, how many of them the file
    sends with a unit that is known, and with one that is converted otherwise."""
    units = {name: entry["unit"] for name, entry in how["analytes"].items() if "unit" in entry}
    n = pl.col("cells")
    return filled.filter(pl.col("key").is_in(list(units))).select(
        analyte="key",
        unit=pl.col("key").replace_strict(units, default=None, return_dtype=pl.String),
        n="cells",
        compared=pl.when("unit_compared").then(n).otherwise(0),
        contradicted=pl.when(pl.col("contradicted").is_not_null()).then(n).otherwise(0),
    )


def _markers(known: pl.DataFrame, found) -> pl.DataFrame:
    """Each marker's values: how many, how many limits of detection, against its limits.

    Values that the file sends as limits are not counted against them.
    """
    sign, used = pl.col("comparator"), pl.col("used")
    of_kinds = known.select(
        "marker",
        "set_aside",
        n="used",
        below_detection=pl.when(sign.str.starts_with("<")).then(used),
        above_detection=pl.when(sign.str.starts_with(">")).then(used),
    )
    broken = found.aside.filter(
        pl.col("marker").is_not_null() & (pl.col("rule") == "hard_limit") & sign.is_null()
    )
    hard = broken.select(
        "marker",
        hard_low=pl.col("value") < pl.col("hard_low"),
        hard_high=pl.col("value") > pl.col("hard_high"),
    )
    flag = pl.col("flag").str
    soft = found.values.filter(pl.col("flag").is_not_null()).select(
        "marker",
        soft_low=flag.contains(r"(^|\|)soft_low"),
        soft_high=flag.contains(r"(^|\|)soft_high"),
    )
    numbers = pl.concat(
        [of_kinds, hard.cast({pl.Boolean: COUNT}), soft.cast({pl.Boolean: COUNT})],
        how="diagonal_relaxed",
    )
    return numbers


def _distribution(values: pl.DataFrame, shown: dict) -> dict:
    """Quantiles and histogram of the values of one marker, to its decimals and on its scale."""
    if values.is_empty():
        return {"quantiles": None, "histogram": None}
    how = shown[values.item(0, "marker")]
    return {
        "quantiles": quantiles(values, how["decimals"]),
        "histogram": histogram(values, how["decimals"], how["scale"]),
    }


def _flagged(values: pl.DataFrame) -> pl.DataFrame:
    """Each flag of each value, with its place."""
    flagged = values.filter(pl.col("flag").is_not_null())
    return flagged.select(*PLACE, pl.col("flag").str.split("|")).explode("flag")
