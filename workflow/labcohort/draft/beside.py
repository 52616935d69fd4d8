"""Columns beside the results: counters of rows, and flags of values below a detection limit."""

import math

from labcohort.draft.analytes import Analyte
from labcohort.draft.cells import as_float
from labcohort.draft.columns import Column
from labcohort.draft.entries import remark

# rows with a flag from which it is believed
FEWEST = 3


def is_beside(column: Column) -> bool:
    """Whether numbers are no results by their form: flags of 0 and 1, or a number for each row."""
    texts = column.counts.keys()
    if texts and texts <= {"0", "1", "2"}:
        return True
    is_counter = len(texts) == len(column.values) > 1 and all(t.isdigit() for t in texts)
    return is_counter and "id" in column.name.casefold().split("_")


def below_hint(table, column: Column, analytes: dict[str, Analyte]) -> str:
    """The comment that a column of flags may mark values below a limit, or '' where it does not.

    Such values are all the same, the lowest of their column: often the limit over the root of 2.
    """
    if not column.counts.keys() & {"1"} or not column.counts.keys() <= {"0", "1", "2"}:
        return ""
    at = table.shape.columns.index(column.name)
    flagged, plain = ([cells for _, cells in table.shape.rows if cells[at] == f] for f in "10")
    found = []
    for name in analytes if len(flagged) >= FEWEST else ():
        if name not in table.shape.columns:
            continue
        beside = table.shape.columns.index(name)
        texts = {cells[beside] for cells in flagged}
        value = as_float(min(texts)) if len(texts) == 1 else None
        if value is not None:
            others = [v for c in plain if (v := as_float(c[beside])) is not None]
            if others and value <= min(others):
                found.append((name, value))
    if not found or (len({value for _, value in found}) > 1 and len(found) > 2):
        return ""
    name, value = found[0]
    limit = f"{value * math.sqrt(2):.2g}"
    how = f'below: {{column: {column.name}, codes: ["1"], limit: {limit}}}'
    return remark(0.6, f"0.60: where it is 1, '{name}' is {value:g}, perhaps limit/√2: {how}")
