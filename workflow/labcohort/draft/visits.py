"""The visits of a table of results: where their labels stand, and what the labels say."""

import re
from collections.abc import Iterable

from labcohort.draft.columns import Column
from labcohort.draft.entries import Entry, remark
from labcohort.draft.guess import Guess

VISIT = re.compile(
    r"(?:^|[_ ])(?:visite?|wave|time.?point|zeitpunkt)|redcap_event_name|^event"
    r"|访视|随访|时间点|阶段",
    re.IGNORECASE,
)
# `6`, `m6`, `Month 6`, `6 months`, `6个月`
MONTHS = re.compile(r"^(?:m|month[ _]?)?([0-9]{1,2})(?:m|个?月|[ _]?mo(?:nths?)?)?$", re.IGNORECASE)
# a time within a label: `V2 Month 6`, `治疗后6个月`
_NUMBER = r"(?<![0-9])([0-9]{1,3})"
WITHIN = (
    ("months", 1, rf"(?:month|monat|mon|mo|m)[ _]?{_NUMBER}(?![0-9a-z])"),
    ("months", 1, rf"{_NUMBER}[ _]?(?:months?|monate?|mo|m)(?![a-z])|{_NUMBER}个?月"),
    ("days", 7, rf"(?:week|wk|w)[ _]?{_NUMBER}(?![0-9a-z])"),
    ("days", 7, rf"{_NUMBER}[ _]?(?:weeks?|wks?|w)(?![a-z])|{_NUMBER}周"),
    ("days", 1, rf"(?:day|d)[ _]?{_NUMBER}(?![0-9a-z])"),
    ("days", 1, rf"{_NUMBER}[ _]?(?:days?|d)(?![a-z])|{_NUMBER}[天日]"),
    ("months", 12, rf"(?:year|y)[ _]?{_NUMBER}(?![0-9a-z])"),
    ("months", 12, rf"{_NUMBER}[ _]?(?:years?|y)(?![a-z])|{_NUMBER}年"),
)
TIMES = [
    (unit, factor, re.compile(rf"(?<![a-z])(?:{form})", re.IGNORECASE))
    for unit, factor, form in WITHIN
]
ARM = re.compile(r"_arm_[0-9]+$")
BASE = re.compile(
    r"(?<![a-z])(?:base(?:line)?|bl|pre|before|screen(?:ing)?|enrol+ment)(?![a-z])"
    r"|基线|治疗前|术前|入组|筛选",
    re.IGNORECASE,
)
# such a visit may be before or after the treatment
ANY_TIME = re.compile(r"un-?sched|extra|计划外", re.IGNORECASE)
# place of a visit whose label does not tell it
UNTOLD = float("inf")


def visit_column(columns: list[Column], taken: set[str]) -> Column | None:
    """The column of the visits' names."""
    found = (c for c in columns if c.name not in taken and VISIT.search(c.own_name))
    return next((c for c in found if c.is_categorical and not c.is_dates), None)


def visit_times(labels: Iterable[str]) -> dict[str, Guess]:
    """`{months}` or `{days}` of each visit by its label; score 0 where the label does not say."""
    told = {}
    for label in labels:
        plain = ARM.sub("", label).replace("_", " ").strip()
        if number := MONTHS.match(plain):
            told[label] = Guess({"months": int(number.group(1))}, 0.5, "its number, as months")
        elif time := _time_within(plain):
            told[label] = Guess(time, 0.7, "its name")
        elif BASE.search(plain):
            told[label] = Guess({"months": 0}, 0.7, "its name")
        else:
            told[label] = Guess({}, 0.0, "its name does not say when it is")
    return told


def _time_within(label: str) -> dict[str, int] | None:
    for unit, factor, form in TIMES:
        if found := form.search(label):
            return {unit: factor * int(next(filter(None, found.groups())))}
    return None


def counted_visits(labels: Iterable[str]) -> Entry:
    """`visits` from which dates are counted."""
    times = visit_times(labels)
    comments = {v: remark(0.0, g.said()) for v, g in times.items()}
    return Entry("visits", {v: g.value for v, g in times.items()}, comments=comments)


def dated_visits(labels: list[str], anchors: tuple[str, ...]) -> Entry | None:
    """`visits` whose dates the file has: which are follow-ups, that no result before the anchor is
    of. None where the study counts from no date of the patients, or no label tells the first.
    """
    order = _order(labels)
    first = min(order.values(), default=UNTOLD)
    if not anchors or first == UNTOLD or len(labels) < 2:
        return None
    visits, comments = {}, {}
    for label in labels:
        visits[label] = {}
        if ANY_TIME.search(label):
            comments[label] = remark(0.0, "0.00: before or after the treatment?")
        elif order[label] != first:
            visits[label] = {"follow_up": True}
            said = f"0.70: a later visit; its results before {anchors[0]} will be set aside"
            comments[label] = remark(0.7, said)
    return Entry("visits", visits, comments=comments) if comments else None


def in_order(labels: Iterable[str]) -> list[str]:
    """Labels of visits, the first visit first as far as they tell it."""
    order = _order(sorted(labels))
    return sorted(order, key=order.__getitem__)


def _order(labels: list[str]) -> dict[str, float]:
    """A number for each label by which visits follow each other: 0 for a baseline."""
    times = {label: guess.value for label, guess in visit_times(labels).items()}
    order = {}
    for label in labels:
        number = re.search("[0-9]+", label)
        if BASE.search(label.replace("_", " ")) or 0 in times[label].values():
            order[label] = 0.0
        elif times[label]:
            order[label] = 1.0 + times[label].get("days", 30 * times[label].get("months", 0))
        else:
            order[label] = 1.0 + int(number.group()) if number else UNTOLD
    return order
