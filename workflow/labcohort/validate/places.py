"""The first places of a rule or flag: all that a report that may be passed on says of cells."""

import polars as pl

from labcohort.quarantine import PLACE

# what stands for texts of the file that the mapping does not name
UNMAPPED = "(not in the mapping)"
# places that are named
FIRST = 5


def places(frame: pl.DataFrame) -> list[dict]:
    """The first FIRST places of a frame's cells, in the order of file, sheet, row and column."""
    return frame.select(PLACE[1:]).sort(PLACE[1:], nulls_last=True).head(FIRST).to_dicts()


def with_shown_files(value, files: dict[str, str]):
    """A validation, or a part of it, with each place's file called as it is shown."""
    if isinstance(value, dict):
        return {
            name: files.get(part, part) if name == "file" else with_shown_files(part, files)
            for name, part in value.items()
        }
    if isinstance(value, list):
        return [with_shown_files(part, files) for part in value]
    return value
