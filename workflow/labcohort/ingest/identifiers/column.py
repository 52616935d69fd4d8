"""What was seen of one column, and which kinds of identifiers it therefore holds."""

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

import polars as pl

from labcohort.ingest.identifiers.forms import Marks, sharp_marks, usual_marks
from labcohort.ingest.identifiers.words import ADDRESS, EMAIL, NAME, NATIONAL_ID, TELEPHONE

# row numbers that a finding names
FIRST = 5
# rows of a batch in which the forms are looked for that only a share of a column proves
SAMPLE = 500
# values of a column that are remembered, plain and marked: days of many years, where more would
# only cost time
REMEMBERED = 5000
# distinct values that are told apart
DISTINCT = 20
# bare numbers of a mobile's form that lie closer together were counted up, not dialled
SPREAD = 10**8
# below a header such as `phone`: whether there is one, not which
IDLE = {"yes", "no", "y", "n", "true", "false", "0", "1", "是", "否", "有", "无", "-", "/", "na"}
# shorter than any telephone number, post code or id
SMALL = re.compile(r"[<>≤≥]?\s*[0-9]{1,3}(?:[.,][0-9]+)?")


@dataclass(frozen=True)
class Rule:
    """When a column is of a kind: any of `marks` in so great a share of its filled cells.

    Without a share, one cell is enough. `distinct` is the least number of different texts.
    A `hinted` rule holds only below an ambiguous header of that kind.
    """

    kind: str
    marks: tuple[str, ...]
    distinct: int
    share: float | None = None
    hinted: bool = False


RULES = (
    Rule(EMAIL, ("email",), 1),
    Rule(NATIONAL_ID, ("national_id",), 1),
    # one number in eleven bears such a check digit by chance
    Rule(NATIONAL_ID, ("national_id_often",), 3, 0.5),
    Rule(TELEPHONE, ("telephone", "mobile"), 3, 0.5),
    Rule(TELEPHONE, ("telephone_said",), 1),
    Rule(TELEPHONE, ("telephone_within",), 3),
    Rule(TELEPHONE, ("telephone_loose", "telephone", "mobile"), 2, 0.5, hinted=True),
    Rule(ADDRESS, ("address",), 3, 0.5),
    Rule(NAME, ("name",), 5, 0.3),
    Rule(NAME, ("name_han",), 5, 0.6),
    Rule(NAME, ("name_known", "name_han"), 3, 0.3, hinted=True),
)


@dataclass(frozen=True)
class Finding:
    """A column that holds identifiers of `kind`: found by its `header` or its `content`.

    `share` is that of all its cells; where a share is what proves it, that of the filled cells of
    a sample. `rows` are the first that hold one.
    """

    column: str
    kind: str
    by: str
    share: float
    rows: tuple[int, ...]


class Column:
    """One column as it is read. `kind` is what its header says, to be confirmed if ambiguous.

    Where the table lists `patients`, names of half of them are enough, were they but two.
    """

    def __init__(self, name: str, kind: str | None, is_ambiguous: bool, patients: bool = False):
        self.name, self.kind, self.is_ambiguous = name, kind, is_ambiguous
        self.patients = patients
        self.by_header = kind is not None and not is_ambiguous
        self.all = _Seen(_told_by_header if self.by_header else sharp_marks)
        self.sample = _Seen(usual_marks)

    def count(self, cells: int, sampled: int) -> None:
        """Count a batch's cells, and the filled ones of its sample."""
        self.all.cells += cells
        self.sample.cells += sampled

    def see(self, different: set[str], cells: pl.Series, numbers: pl.Series, step: int) -> None:
        """Look at a batch of the column's `cells`, of rows `numbers`, of which the `different`
        texts are worth it; each `step`th cell is its sample."""
        self.all.see(different, cells, numbers)
        if not self.by_header:
            cells, numbers = cells.gather_every(step), numbers.gather_every(step)
            self.sample.see(different.intersection(cells), cells, numbers)

    def findings(self) -> list[Finding]:
        """Findings of this column, one a kind."""
        if self.by_header:
            rows = tuple(self.all.rows.get("header", ()))
            share = self.all.share(("header",))
            return [Finding(self.name, self.kind, "header", share, rows)] if rows else []
        found = {}
        for rule in RULES:
            seen = self.all if rule.share is None else self.sample
            hinted = self.is_ambiguous and self.kind == rule.kind
            if rule.kind not in found and hinted >= rule.hinted and self._holds(rule, seen):
                rows = sorted({row for mark in rule.marks for row in seen.rows.get(mark, ())})
                by = "header and content" if rule.hinted else "content"
                share = seen.share(rule.marks)
                found[rule.kind] = Finding(self.name, rule.kind, by, share, tuple(rows[:FIRST]))
        return list(found.values())

    def _holds(self, rule: Rule, seen: "_Seen") -> bool:
        marks = [m for m in rule.marks if m != "mobile" or seen.highest - seen.lowest >= SPREAD]
        least = rule.distinct
        if self.patients and rule.kind == NAME:
            least = min(least, max(2, seen.cells // 2))
        distinct = len(set().union(*(seen.distinct.get(mark, ()) for mark in marks)))
        if distinct < least or seen.share(tuple(marks)) < (rule.share or 0):
            return False
        # where most numbers of the form bear a wrong check sign, the right ones are chance
        by_chance = 2 * seen.counts["national_id"] < seen.counts["national_id_form"]
        return not (marks == ["national_id"] and by_chance)


class _Seen:
    """Counts of the marks of cells, with their first rows; values that repeat are judged once."""

    def __init__(self, judge: Callable[[set[str]], Marks]):
        self.judge, self.cells = judge, 0
        self.counts = Counter()
        self.rows: dict[str, list[int]] = {}
        self.distinct: dict[str, set[int]] = {}
        self.lowest, self.highest = float("inf"), 0
        self.plain: set[str] = set()
        self.marked: Marks = {}

    def see(self, different: set[str], cells: pl.Series, numbers: pl.Series) -> None:
        """Look at the `different` texts of cells of rows `numbers`."""
        fresh = different.difference(self.plain, self.marked)
        found = self.judge(fresh) if fresh else {}
        self.marked |= found
        if marked := self.marked.keys() & different:
            is_marked = cells.is_in(marked)
            self._tally(cells.filter(is_marked), numbers.filter(is_marked))
        if len(fresh) <= REMEMBERED:
            self.plain |= fresh.difference(found)
        for memory in (self.plain, self.marked):
            if len(memory) > REMEMBERED:
                memory.clear()

    def share(self, marks: tuple[str, ...]) -> float:
        """Share of the cells that have one of these marks."""
        return min(1.0, sum(self.counts[mark] for mark in marks) / max(self.cells, 1))

    def _tally(self, cells: pl.Series, numbers: pl.Series) -> None:
        for number, value in zip(numbers, cells, strict=True):
            for mark in self.marked[value]:
                self.counts[mark] += 1
                rows = self.rows.setdefault(mark, [])
                distinct = self.distinct.setdefault(mark, set())
                if len(rows) < FIRST:
                    rows.append(number)
                if len(distinct) < DISTINCT:
                    distinct.add(hash(value))
                if mark == "mobile":
                    self.lowest = min(self.lowest, int(value))
                    self.highest = max(self.highest, int(value))


def _told_by_header(texts: set[str]) -> Marks:
    """Texts under a telling header that can be what it says; a result of 4.5 is none of it."""
    return {
        text: ["header"]
        for text in texts
        if text.casefold() not in IDLE and not SMALL.fullmatch(text)
    }
