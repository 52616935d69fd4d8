"""The report as one page of HTML that needs no network: sections in their order, as printed."""

import re
from base64 import b64encode
from hashlib import sha256
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from labcohort.publish.tables.table import Cell, Printed
from labcohort.publish.words import say
from labcohort.report import (
    attenders,
    baseline,
    checklists,
    deviations,
    glossary,
    limitations,
    made_of,
    methods,
    published,
    quality,
    results,
    selection,
    sensitivity,
    subgroups,
    summary,
)
from labcohort.report.blocks import Heading, Items, Paragraph, Picture, Section, Sheet
from labcohort.report.found import Found

TEMPLATES = Path(__file__).parent / "templates"
SECTIONS = (
    summary, selection, quality, baseline, results, subgroups, sensitivity, published, attenders,
    deviations, limitations, methods, checklists, made_of, glossary,
)  # fmt: skip
# of fewer lines a table is seen at a glance
LINES_TO_SORT, LINES_TO_FILTER = 3, 8
# what follows a number in its cell: an interval, a spread, a share
BRACKETS = re.compile(r"(?= [(\[]|（)")

# in the margin of each printed sheet
ON_EACH_SHEET = """
@page {{ @top-right {{ content: "{word}"; font: 700 9pt sans-serif; color: #8a3d00; }} }}
"""


def page(found: Found, how: dict) -> str:
    """The whole report."""
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.tests |= {
        name: lambda block, kind=kind: isinstance(block, kind)
        for name, kind in (
            ("paragraph", Paragraph),
            ("items", Items),
            ("heading", Heading),
            ("picture", Picture),
            ("sheet", Sheet),
        )
    }
    style, script = ((TEMPLATES / name).read_text("utf-8") for name in ("report.css", "report.js"))
    if how["synthetic"]:
        style += ON_EACH_SHEET.format(word=say(how, "SYNTHETIC DATA"))
    return environment.get_template("report.html.j2").render(
        study=how["title"],
        language=how["language"],
        synthetic=how["synthetic"],
        sections=sections(found, how),
        view=view,
        say=lambda text, **values: say(how, text, **values),
        style=Markup(style),
        script=Markup(script),
        policy=policy(style, script),
    )


def sections(found: Found, how: dict) -> list[Section]:
    """All sections in the order in which they are read."""
    return [module.section(found, how) for module in SECTIONS]


def policy(style: str, script: str) -> str:
    """A Content-Security-Policy: no network, and no style or script but the page's own."""
    return (
        "default-src 'none'; img-src data:;"
        f" style-src 'sha256-{_sha256(style)}'; script-src 'sha256-{_sha256(script)}';"
        " base-uri 'none'; form-action 'none'"
    )


def _sha256(text: str) -> str:
    return b64encode(sha256(text.encode()).digest()).decode()


def view(table: Printed) -> dict:
    """A table as the template prints it: lines with the numbers that they are sorted by."""
    return {
        "name": table.name,
        "title": table.title,
        "columns": table.columns,
        "lines": [
            {
                "heading": line.heading,
                "note": line.note,
                "cells": [_cell(cell) for cell in line.cells],
            }
            for line in table.lines
        ],
        "footnotes": table.footnotes,
        "sorts": len(table.lines) >= LINES_TO_SORT,
        "filters": len(table.lines) >= LINES_TO_FILTER,
    }


def _cell(cell: Cell) -> dict:
    """A cell: its text, in parts that may stand on lines of their own where the table is narrow,
    and what it is sorted by."""
    return {"text": cell.text, "parts": BRACKETS.split(cell.text), "key": sort_key(cell)}


def sort_key(cell: Cell) -> str:
    """The first number that a cell says, at full precision; '' where it says none."""
    return repr(cell.numbers[0]) if cell.numbers and cell.numbers[0] is not None else ""
