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


def first_of_each(parts: list[dict]) -> list[dict]:
    """The first places of several sources' parts (source, first), in the order of the parts.

    Each source has one at least; up to FIRST they are filled with the next of each in turn.
    """
    turns = [
        (turn, number, {"source": part["source"], **place})
        for number, part in enumerate(parts)
        for turn, place in enumerate(part["first"])
    ]
    turns.sort(key=lambda of: of[:2])
    kept = turns[: max(FIRST, sum(turn == 0 for turn, _, _ in turns))]
    return [place for _, _, place in sorted(kept, key=lambda of: (of[1], of[0]))]
