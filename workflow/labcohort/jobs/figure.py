"""Job `figure`: one figure in three formats, with the data it is drawn from and its caption."""

from importlib import import_module
from pathlib import Path

from labcohort.publish import style
from labcohort.publish.words import say
from labcohort.spreadsheet import inert, marked

# what kinds are drawn from (READS of labcohort.settings.figures)
LISTS = (
    "comparisons", "values", "members", "adjusted", "small_groups", "regression", "transitions",
    "specifications", "flow", "sizes", "validation", "ledger", "dates", "people", "patients",
    "membership",
)  # fmt: skip
EACH = ("svg", "pdf", "png", "source", "caption", "persons")


def main(paths: dict, key: str, settings: dict) -> str:
    """Draw the figure, and write it with its data and its caption; the line to report."""
    style.apply(settings)
    # by name, so that a job's digest holds the kind that it draws and no other
    kind = import_module(f"labcohort.publish.figures.{settings['kind']}")
    data = kind.read(paths, settings)
    drawn = kind.draw(data, settings)
    if settings["synthetic"]:
        style.mark_synthetic(drawn, settings)
    for form in style.FORMATS:
        style.save(drawn, paths[form])
    inert(marked(kind.source(data, settings), settings["synthetic"])).write_csv(paths["source"])
    caption = _marked(kind.caption(data, settings), settings)
    Path(paths["caption"]).write_text(caption + "\n", encoding="utf-8", newline="\n")
    if "persons" in paths:
        persons = marked(kind.persons(data, settings), settings["synthetic"])
        inert(persons).write_csv(paths["persons"])
    return settings["title"]


def _marked(caption: str, settings: dict) -> str:
    """A caption that begins by saying that the data are synthetic, where they are."""
    if not settings["synthetic"]:
        return caption
    return say(settings, "SYNTHETIC data. {caption}", caption=caption)
