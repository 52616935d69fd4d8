"""Job `tables`: all printed tables, as CSV and HTML."""

from pathlib import Path

import polars as pl

from labcohort.cohorts.eligibility import FLOW, joined_flow
from labcohort.cohorts.subgroups import SIZES, joined_sizes
from labcohort.publish.html import table_page
from labcohort.publish.siblings import with_labels
from labcohort.publish.tables import (
    KINDS,
    all_comparisons,
    footnotes,
    in_reading_order,
    of_table,
    selection_flow,
)
from labcohort.publish.units import shown, shown_markers
from labcohort.spreadsheet import inert, marked

LISTS = ("assessments", "flow", "sizes", "siblings", "csv", "html")


def main(paths: dict, key: str, settings: dict) -> str:
    """Write comparisons.csv and its siblings, and each table as CSV and HTML."""
    assessed = {Path(path).stem: Path(path) for path in paths["assessments"]}
    comparisons = in_reading_order(pl.read_parquet(assessed["comparisons"]), settings)
    for path in map(Path, paths["siblings"]):
        if path.stem == "comparisons":
            frame = all_comparisons(comparisons, settings)
        elif path.stem == "selection_flow":
            flow = joined_flow(_parts(paths["flow"], FLOW))
            sizes = joined_sizes(_parts(paths["sizes"], SIZES))
            frame = selection_flow(flow, sizes, settings)
        else:
            frame = with_labels(pl.read_parquet(assessed[path.stem]), settings)
        inert(frame).write_csv(path)
    _write_tables(shown(comparisons, settings["units"]), paths, settings)
    return f"{comparisons.height:,} tests in {len(settings['tables'])} tables"


def _parts(paths: list[str], schema: dict) -> list[pl.DataFrame]:
    """The counts of each bucket of persons."""
    return [pl.read_csv(path, separator="\t", schema=schema) for path in paths]


def _write_tables(comparisons: pl.DataFrame, paths: dict, settings: dict) -> None:
    """Each table that the study asks for, in the units that it asks for."""
    csv = {Path(path).stem: Path(path) for path in paths["csv"]}
    html = {Path(path).stem: Path(path) for path in paths["html"]}
    how = settings | {"markers": shown_markers(settings["markers"], settings["units"])}
    for table in settings["tables"]:
        rows = of_table(comparisons, table)
        lines = KINDS[table["kind"]](rows, how)
        printed = marked(pl.DataFrame(lines), settings["synthetic"])
        # a printed number may begin with a minus sign and is no formula
        printed.with_columns(inert(printed.select("Marker", "Group", "Note"))).write_csv(
            csv[table["table"]]
        )
        page = table_page(table["title"], lines, footnotes(rows, table, how), how)
        html[table["table"]].write_text(page, encoding="utf-8", newline="\n")
