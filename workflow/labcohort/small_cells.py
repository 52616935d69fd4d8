"""Counts of few persons are withheld from what may leave the site, with those that give them away.

A count is a cell where it counts persons by something known of them: a category, a stage, a sign of
change, a criterion that they failed. Counts of 1 to minimum - 1 are withheld; where a total is
printed beside them, further cells are, so that no subtraction gives one back (primary and
complementary suppression: Hundepool et al., Statistical Disclosure Control, Wiley 2012, chapter 4).

A reader is taken to know the rule, and which of the withheld counts are few: that these are 1 to
minimum - 1, and the others at least the minimum. A count is safe while, with all that is printed,
it could be another. Totals that are themselves of few persons are for the caller to withhold.
"""

from collections.abc import Sequence

import numpy as np

# what is printed in place of a count that is withheld
FEW = "<{minimum}"


def is_few(count: int | None, minimum: int) -> bool:
    """Whether a count is of persons, and of too few of them."""
    return count is not None and 0 < count < minimum


def withheld(counts: Sequence[int], minimum: int) -> list[bool]:
    """Which of `counts` are withheld where their total is printed."""
    return withheld_table([list(counts)], minimum, column_totals=False)[0]


def withheld_flow(
    excluded: Sequence[int], eligible: int, minimum: int
) -> tuple[list[bool], list[bool]]:
    """Which exclusions of a selection, and which numbers of persons before and after them, are
    withheld; of these there is one more, from all at the start to the eligible at the end.

    The numbers between two that are withheld would tell the first. The eligible are known from
    other results, unless they are few: where they would have to be withheld without being few the
    number at the start is, with all before the first exclusion that is withheld. So it is where
    the few eligible and all exclusions are withheld.
    """
    *gone, end = mask = withheld([*excluded, eligible], minimum)
    few = is_few(eligible, minimum)
    hidden = [i for i, one in enumerate(mask if few else gone) if one]
    if not hidden:
        return gone, [False] * len(mask)
    first = -1 if (all(mask) if few else end) else hidden[0]
    return gone, [first < i <= hidden[-1] for i in range(len(mask))]


def withheld_rows(counts: Sequence[Sequence[int]], minimum: int) -> list[bool]:
    """Which categories (rows) of a variable are withheld in all groups (columns).

    Each column's total is printed, and groups may hold each other: a category is withheld in all
    or in none, so that no group less another gives it back. All that have few in any group are,
    and as many more of the smallest as it takes that the withheld of each group are several, and
    together nobody or enough.
    """
    table = np.asarray(counts, dtype=int)
    mask = ((table > 0) & (table < minimum)).any(axis=1)
    while mask.any() and not mask.all():
        together = table[mask].sum(axis=0)
        if mask.sum() > 1 and not ((together > 0) & (together < minimum)).any():
            break
        totals = table.sum(axis=1)
        mask[min(np.flatnonzero(~mask), key=lambda row: (totals[row] == 0, totals[row], row))] = (
            True
        )
    return mask.tolist()


def withheld_table(
    counts: Sequence[Sequence[int]],
    minimum: int,
    column_totals: bool = True,
    signs: Sequence[Sequence[int]] | None = None,
) -> list[list[bool]]:
    """Which cells of a table are withheld where the totals of rows, and of columns, are printed.

    All cells of 1 to minimum - 1, and as many more of the smallest others that are not 0 (of 0,
    where there are no others) as it takes that what is printed determines none of them, and that
    the withheld cells of no line add up to fewer than the minimum. All are, where nothing less
    is enough. What later choices made needless is shown after all, the largest first (the
    clean-up of the method, same chapter). `signs` are those by which the counts enter the sums of
    lines: 1, or -1 for a total that stands among the counts.
    """
    table = np.asarray(counts, dtype=int)
    few = (table > 0) & (table < minimum)
    mask = few.copy()
    how = minimum, column_totals, np.ones_like(table) if signs is None else np.asarray(signs)
    while (exposed := _exposed(table, mask, few, *how)) is not None:
        row, column = exposed
        near = [(row, c) for c in range(table.shape[1])]
        if column_totals:
            near += [(r, column) for r in range(table.shape[0])]
        shown = [(int(r), int(c)) for r, c in np.argwhere(~mask)]
        if not shown:
            break
        # one that is enough, else one in a line with the exposed cell
        enough = [
            cell
            for cell in shown
            if table[cell] and _is_safe(exposed, *_with(table, mask, few, cell), *how)
        ]
        shown = enough or [cell for cell in near if not mask[cell]] or shown
        mask[min(shown, key=lambda cell: (table[cell] == 0, table[cell], cell))] = True
    if exposed is None:
        _show_needless(table, mask, few, how)
    return mask.tolist()


def _show_needless(table: np.ndarray, mask: np.ndarray, few: np.ndarray, how: tuple) -> None:
    """Show each cell that protects no other any more."""
    added = [(int(row), int(column)) for row, column in np.argwhere(mask & ~few)]
    for cell in sorted(added, key=lambda cell: (-table[cell], cell)):
        mask[cell] = False
        mask[cell] = _exposed(table, mask, few, *how) is not None


def _with(
    table: np.ndarray, mask: np.ndarray, few: np.ndarray, cell: tuple[int, int]
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The same with one more cell withheld."""
    wider = mask.copy()
    wider[cell] = True
    return table, wider, few


def _exposed(
    table: np.ndarray,
    mask: np.ndarray,
    few: np.ndarray,
    minimum: int,
    column_totals: bool,
    signs: np.ndarray,
) -> tuple[int, int] | None:
    """A cell of few persons that is not safe and could be; None where there is none."""
    for row, column in np.argwhere(few):
        cell = (int(row), int(column))
        # without totals of columns no cell of another line helps
        could_be = column_totals or not mask[row].all()
        if could_be and not _is_safe(cell, table, mask, few, minimum, column_totals, signs):
            return cell
    return None


def _is_safe(
    cell: tuple[int, int],
    table: np.ndarray,
    mask: np.ndarray,
    few: np.ndarray,
    minimum: int,
    column_totals: bool,
    signs: np.ndarray,
) -> bool:
    """Whether a withheld count of few persons could be another, and the withheld counts of its
    lines are not together of few."""
    row, column = cell
    lines = [(table[row], mask[row])]
    if column_totals:
        lines.append((table[:, column], mask[:, column]))
    if any(counts[own].sum() < minimum and not own.all() for counts, own in lines):
        return False
    # what a reader knows of each withheld count; one of 0 could only be many more
    low = np.where(few, 1, np.where(table > 0, minimum, 0))
    high = np.where(few, minimum - 1, np.where(table > 0, np.iinfo(int).max, 0))
    # as they enter the sums: a total of 1 to 4 is -4 to -1
    low, high = np.where(signs > 0, low, -high), np.where(signs > 0, high, -low)
    return any(_can_move(cell, by, table * signs, mask, low, high, column_totals) for by in (1, -1))


def _can_move(
    cell: tuple[int, int],
    by: int,
    table: np.ndarray,
    mask: np.ndarray,
    low: np.ndarray,
    high: np.ndarray,
    column_totals: bool,
) -> bool:
    """Whether a withheld count could be one more (`by` 1) or one less (-1), all totals the same.

    A table with the same totals differs from this one by closed paths of withheld cells, by turns
    along a row and a column, whose counts go up and down by turns.
    """

    def moves(where: tuple[int, int], step: int) -> bool:
        if where == cell or not mask[where]:
            return False
        return table[where] < high[where] if step > 0 else table[where] > low[where]

    start, end = cell
    if not (table[cell] < high[cell] if by > 0 else table[cell] > low[cell]):
        return False
    rows, columns = table.shape
    waiting, seen = [start], {start}
    while waiting:
        row = waiting.pop()
        for column in range(columns):
            if not moves((row, column), -by):
                continue
            if column == end or not column_totals:
                return True
            for other in range(rows):
                if other not in seen and moves((other, column), by):
                    seen.add(other)
                    waiting.append(other)
    return False
