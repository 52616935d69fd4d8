"""The pairs and what stands behind them, as lines of text and as a table."""

from collections.abc import Iterable
from unicodedata import east_asian_width

import polars as pl

from labcohort.publish.text import unit_text
from labcohort.quarantine import PLACE
from labcohort.spreadsheet import inert, marked
from labcohort.study.load import Study
from labcohort.study.names import BASELINE
from labcohort.trace.behind import Behind, Value

COLUMNS = (
    "pair", "person", "visit", "date", "what", "value", "unit", "text", "sent_unit",
    *PLACE, "note",
)  # fmt: skip
NUMBERS = ("pair", "value", "row")
CHANGE = "change"
INDENT = "  "


def lines_of_pairs(pairs: pl.DataFrame, planned: dict, behind: Behind) -> list[dict]:
    """Lines (of `COLUMNS`, texts) of each pair: both values, what each is made of, the change."""
    lines: list[dict] = []
    for number, pair in enumerate(pairs.iter_rows(named=True), 1):
        about = {"pair": str(number), "person": pair["person"]}
        for visit, suffix in ((BASELINE, ""), (planned["timepoint"], "_then")):
            at = (pair[f"sample_date{suffix}"], pair[f"day{suffix}"])
            made = behind.of_visit(pair["person"], planned["marker"], visit, *at)
            lines += _of_visit(made, pair[f"value{suffix}"], planned["marker"], about, visit)
        change = repr(pair["value_then"] - pair["value"])
        lines.append(_line(about, CHANGE, what=planned["marker"], value=change))
    return lines


def _of_visit(made: list[Value], value: float, marker: str, about: dict, visit: str) -> list[dict]:
    """The value of a visit and, where it is not that of one cell, what it is made of below it."""
    if made and made[0].value == value and sum(not each.depth for each in made) == 1:
        return [_of_value(each, about, visit, each.depth) for each in made]
    whole = _line(about, visit, what=marker, value=repr(value), note="mean")
    return [whole, *(_of_value(each, about, visit, each.depth + 1) for each in made)]


def _of_value(value: Value, about: dict, visit: str, depth: int) -> dict:
    shown = value.value if isinstance(value.value, str) else repr(value.value)
    return _line(
        about,
        visit,
        date="" if value.sample_date is None else value.sample_date.isoformat(),
        what=INDENT * depth + value.name,
        value="" if value.value is None else shown,
        unit=unit_text(value.unit),
        text=value.text,
        sent_unit=value.sent_unit,
        note=value.note,
        **{name: "" if cell is None else str(cell) for name, cell in value.place.items()},
    )


def _line(about: dict, visit: str, **said: str) -> dict:
    return dict.fromkeys(COLUMNS, "") | about | {"visit": visit} | said


def as_table(lines: list[dict], synthetic: bool) -> pl.DataFrame:
    """The lines as a table of texts that a spreadsheet takes for no formula."""
    table = pl.DataFrame(lines, schema=dict.fromkeys(COLUMNS, pl.String))
    # a change may begin with a minus sign and is no formula
    texts = [name for name in COLUMNS if name not in NUMBERS]
    return marked(table.with_columns(inert(table.select(texts))), synthetic)


def as_text(lines: list[dict]) -> list[str]:
    """The lines in columns, under their names; pair and person once for each pair."""
    shown = [dict(zip(COLUMNS, COLUMNS, strict=True))]
    before = ""
    for line in lines:
        again = line["pair"] == before
        shown.append(line | ({"pair": "", "person": ""} if again else {}))
        before = line["pair"]
    used = [name for name in COLUMNS if any(line[name] for line in shown[1:])]
    widths = {name: max(_width(line[name]) for line in shown) for name in used}
    return [
        "  ".join(_padded(line[name], widths[name], name in NUMBERS) for name in used).rstrip()
        for line in shown
    ]


def _width(text: str) -> int:
    """How many columns of a terminal a text takes: two for each Chinese character."""
    return sum(2 if east_asian_width(sign) in "WF" else 1 for sign in text)


def _padded(text: str, width: int, right: bool) -> str:
    blanks = " " * (width - _width(text))
    return blanks + text if right else text + blanks


def heading(study: Study, planned: dict, pairs: int, lines: Iterable[dict]) -> list[str]:
    """What the lines are, and what has to be known to read them."""
    sources = sorted({line["source"] for line in lines if line["source"]})
    maps = ", ".join(f"results/restricted/files_{source}.tsv" for source in sources)
    said = ["SYNTHETIC: made-up data. No real person."] if study.config["synthetic"] else []
    of = ", ".join(planned[key] for key in ("marker", "cohort", "timepoint"))
    said.append(f"{of}: {pairs} pairs (profile {planned['profile']}, family {planned['family']})")
    if planned["exclude"]:
        said.append(f"without values that are flagged {', '.join(planned['exclude'])}")
    said.append("RESTRICTED: lines of single persons. They stay on the site.")
    if maps:
        said.append(f"files are called as in all results; which is which: {maps}")
    if "shift_days" in study.config["privacy"]:
        said.append("dates are shifted, by as many days for all of a person")
    return said
