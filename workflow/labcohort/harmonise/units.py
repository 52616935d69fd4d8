"""Units as they are spelled in exports, and their conversion to a marker's canonical unit."""

import unicodedata
from collections.abc import Iterable

import polars as pl

from labcohort.errors import UserError, nearest


def folded(unit: str) -> str:
    """A unit's spelling without accidents of type: NFKC, blanks trimmed, both kinds of µ as u.

    Case is kept: it tells mmol from Mmol.
    """
    return unicodedata.normalize("NFKC", unit).strip().replace("μ", "u")


def known_units(conversions: Iterable[dict], marker: str, analyte: str | None) -> dict[str, dict]:
    """Unit spelling -> conversion row, of a marker measured as `analyte`.

    A conversion without an analyte holds for all; one for this very analyte goes before it.
    """
    own = [row for row in conversions if row["marker"] == marker]
    general = {folded(row["unit"]): row for row in own if row["analyte"] is None}
    return general | {
        folded(row["unit"]): row for row in own if analyte and row["analyte"] == analyte
    }


def check_declared_unit(conversions: list[dict], entry: dict, unit: str, where: str) -> None:
    """Refuse a unit that a mapping or a whole column declares and no conversion knows."""
    known = known_units(conversions, entry["marker"], entry.get("analyte"))
    if folded(unit) in known:
        return
    analytes = {r["analyte"] for r in conversions if r["marker"] == entry["marker"]} - {None}
    raise UserError(
        f"unknown unit '{unit}' of {entry['marker']}{nearest(unit, known)}"
        if unit
        else f"{entry['marker']} has no unit",
        where=where,
        rule="a unit is never guessed; known: "
        + ", ".join(sorted(known))
        + (f"; more with analyte: {', '.join(sorted(analytes))}" if analytes else ""),
        do="declare the unit (and analyte) in the source's YAML, or add a conversion with its"
        " source to config/conversions.tsv",
    )


def conversion_table(conversions: list[dict], analytes: dict[str, dict]) -> pl.DataFrame:
    """Slope and intercept by (analyte as the source calls it, folded unit)."""
    rows = [
        (name, unit, row["slope"], row["intercept"])
        for name, entry in analytes.items()
        for unit, row in known_units(conversions, entry["marker"], entry.get("analyte")).items()
    ]
    schema = {
        "analyte": pl.String,
        "unit": pl.String,
        "slope": pl.Float64,
        "intercept": pl.Float64,
    }
    return pl.DataFrame(rows, schema=schema, orient="row")
