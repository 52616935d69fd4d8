"""Job `tables`: all printed tables in four formats, and what else was computed as CSV."""

import json
from dataclasses import asdict
from importlib import import_module
from pathlib import Path

import polars as pl

from labcohort.assess.small_groups import hidden_members
from labcohort.cohorts.eligibility import FLOW, joined_flow
from labcohort.cohorts.subgroups import SIZES, joined_sizes
from labcohort.publish import withheld
from labcohort.publish.siblings import all_comparisons, selection_flow, with_labels
from labcohort.publish.tables import csv_file, document, page, workbook
from labcohort.publish.tables.table import Printed
from labcohort.spreadsheet import inert

LISTS = ("assessments", "flow", "sizes", "siblings", "csv", "html", "xlsx", "docx")
FORMATS = {
    "csv": csv_file.write,
    "html": page.write,
    "xlsx": workbook.write,
    "docx": document.write,
}
# kind of table -> the artefact in results/assessments/ that it is made from, where its name differs
MADE_FROM = {"estimates": "comparisons"}


def main(paths: dict, key: str, settings: dict) -> str:
    """Write the complete comparisons (restricted), the CSVs that may leave the site, and each
    table in every format; the line to report."""
    asked = {"small_groups", *(Path(path).stem for path in paths["siblings"])} | {
        MADE_FROM.get(table["kind"], table["kind"]) for table in settings["tables"]
    }
    files = {Path(path).stem: path for path in paths["assessments"]}
    found = {name: pl.read_parquet(path) for name, path in files.items() if name in asked}
    complete = all_comparisons(found["comparisons"], settings)
    inert(complete).write_csv(paths["complete"])
    shown = _shown(found, settings)
    for path in map(Path, paths["siblings"]):
        if path.stem == "comparisons":
            frame = all_comparisons(shown["comparisons"], settings)
        elif path.stem == "selection_flow":
            flow = joined_flow(_parts(paths["flow"], FLOW))
            sizes = joined_sizes(_parts(paths["sizes"], SIZES))
            steps = selection_flow(flow, sizes, settings)
            frame = with_labels(withheld.selection_flow(steps, settings), settings)
        else:
            frame = with_labels(shown[path.stem], settings)
        inert(frame).write_csv(path)
    tables = [_printed(table, shown, settings) for table in settings["tables"]]
    for form, write in FORMATS.items():
        own = {Path(path).stem: Path(path) for path in paths[form]}
        for table in tables:
            write(own[table.name], table, settings)
    text = json.dumps([asdict(table) for table in tables], ensure_ascii=False, sort_keys=True)
    Path(paths["report"]).write_text(text + "\n", encoding="utf-8", newline="\n")
    return f"{complete.height:,} tests in {len(tables)} tables"


def _shown(found: dict[str, pl.DataFrame], settings: dict) -> dict[str, pl.DataFrame]:
    """What may leave the site of each artefact."""
    groups = found["small_groups"]
    of = settings["cohort_parts"], settings["minimum_cell"]
    members = hidden_members(found["comparisons"], *of)
    comparisons = withheld.comparisons(found["comparisons"], groups, members, settings)
    shown = found | {
        "comparisons": comparisons,
        "attenders": withheld.attenders(found["attenders"], settings),
    }
    for name in ("in_range", "scorecard", "sensitivity", "regression_to_the_mean"):
        shown[name] = getattr(withheld, name)(found[name], groups, settings)
    return shown


def _printed(table: dict, shown: dict[str, pl.DataFrame], settings: dict) -> Printed:
    """A table of the study as it is printed."""
    # by name: a study without a kind does not depend on its module
    kind = import_module(f"labcohort.publish.tables.{table['kind']}")
    data = shown[MADE_FROM.get(table["kind"], table["kind"])]
    return kind.printed(data, table, settings)


def _parts(paths: list[str], schema: dict) -> list[pl.DataFrame]:
    """The counts of each bucket of persons."""
    return [pl.read_csv(path, separator="\t", schema=schema) for path in paths]
