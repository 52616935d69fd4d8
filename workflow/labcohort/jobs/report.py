"""Job `report`: what the run found as one page, and the captions for Snakemake's own report."""

from hashlib import sha256
from pathlib import Path

from labcohort.report.captions import restructured
from labcohort.report.page import page
from labcohort.report.read import read

LISTS = ("sizes", "svg", "png", "caption", "figure_captions", "table_captions")


def main(paths: dict, key: str, settings: dict) -> str:
    """Write the report and the captions; the line to report."""
    found = read(paths, settings)
    text = page(found, settings)
    Path(paths["html"]).write_text(text, encoding="utf-8", newline="\n")
    Path(paths["digest"]).write_text(
        f"{sha256(text.encode()).hexdigest()}  report.html\n", encoding="utf-8", newline="\n"
    )
    told = {picture.name: [picture.caption] for picture in found.pictures}
    _write_captions(paths.get("figure_captions", []), told)
    told = {table.name: [table.title, *table.footnotes] for table in found.tables}
    _write_captions(paths.get("table_captions", []), told)
    return f"{len(found.pictures)} figures, {len(found.tables)} tables, {len(text):,} characters"


def _write_captions(paths: list[str], told: dict[str, list[str]]) -> None:
    """One file a figure or table, by the name of the file."""
    for path in map(Path, paths):
        path.write_text(restructured(told[path.stem]), encoding="utf-8", newline="\n")
