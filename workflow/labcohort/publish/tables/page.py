"""Printed tables as HTML pages that stand alone."""

from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template

from labcohort.publish.tables.table import Printed
from labcohort.publish.words import say

TEMPLATES = Path(__file__).parents[1] / "templates"
LANGUAGES = {"en": "en", "zh": "zh-Hans"}


def write(path: Path, table: Printed, how: dict) -> None:
    """Write a page: a table's lines, its footnotes, the word SYNTHETIC."""
    path.write_text(page(table, how), encoding="utf-8", newline="\n")


def page(table: Printed, how: dict) -> str:
    """The text of a table's page."""
    return _template().render(
        table=table,
        study=how["title"],
        synthetic=how["synthetic"],
        language=LANGUAGES[how["language"]],
        say=lambda text: say(how, text),
    )


@cache
def _template() -> Template:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined
    )
    return environment.get_template("table.html.j2")
