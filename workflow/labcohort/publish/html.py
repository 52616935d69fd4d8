"""HTML pages of printed tables."""

from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

TEMPLATES = Path(__file__).parent / "templates"
NUMBERS = (
    "n pairs",
    "n lost",
    "Baseline",
    "At follow-up",
    "Mean change (CI)",
    "Change (CI)",
    "Ratio (CI)",
    "Standardised change (CI)",
    "p",
    "Adjusted p",
)


def table_page(title: str, lines: list[dict], footnotes: list[str], how: dict) -> str:
    """A page that stands alone: the lines of one table, its footnotes, the word SYNTHETIC."""
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined
    )
    return environment.get_template("table.html.j2").render(
        title=title,
        study=how["title"],
        synthetic=how["synthetic"],
        # a note has a row of its own under its line
        columns=_columns(lines),
        numbers=NUMBERS,
        lines=lines,
        footnotes=footnotes,
    )


def _columns(lines: list[dict]) -> list[str]:
    """Names of the columns that hold something."""
    return [c for c in (lines or [{}])[0] if c != "Note" and any(line[c] for line in lines)]
