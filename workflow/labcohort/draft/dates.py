"""Which column has the dates, and in which formats, where its values prove them."""

import re
from collections import Counter

import polars as pl

from labcohort.draft.cells import is_date, is_plain_date, is_token
from labcohort.draft.guess import Guess
from labcohort.errors import UserError
from labcohort.harmonise.date_inference import inferred_formats

SAMPLED = re.compile(
    r"collect|sampl|draw|taken|specimen|measure|test.?date|lab.?date|visit.?date|exam|采样|采集|抽血|送检|检验日期"
    r"|检查日期|entnahme|prelev", re.IGNORECASE)  # fmt: skip
DATED = re.compile(r"date|datum|day|time|fecha|日期|时间", re.IGNORECASE)
REPORTED = re.compile(
    r"report|befund|issued|result.?(?:date|time)|receiv|approv|valid|报告|审核", re.IGNORECASE
)
BIRTH = re.compile(r"birth|\bdob\b|^born|geb(?:urt|oren|\b)|出生|生日|naiss", re.IGNORECASE)
OTHER = re.compile(
    r"end|stop|export|print|update|modif|enter|death|deceased|infusion|回输", re.IGNORECASE
)
# share of a column's texts that must be dates, and of those of one shape to have a format
MOST, SOME = 0.9, 0.01
TIMES = (" h:mm", " h:mm:ss", "Th:mm", "Th:mm:ss", "Th:mm:ssZ", " h:mm a")
# Excel's days of 1955 to 2064, for a column that is called a date
EXCEL = re.compile(r"^[2-5][0-9]{4}(?:\.[0-9]+)?$")


def is_dates(name: str, counts: Counter) -> bool:
    """Whether a column holds dates; `counts` is text -> cells with it."""
    texts = {text: n for text, n in counts.items() if not is_token(text)}
    if not texts:
        return False
    forms = [is_date]
    if DATED.search(name) or BIRTH.search(name) or SAMPLED.search(name):
        forms += [is_plain_date, EXCEL.match]
    dates = max(sum(n for text, n in texts.items() if form(text)) for form in forms)
    return dates >= MOST * sum(texts.values())


def date_score(name: str) -> float:
    """How much a column's name says that its dates are those of the samples."""
    if BIRTH.search(name):
        return 0.0
    if REPORTED.search(name) or OTHER.search(name):
        return 0.2
    return 0.95 if SAMPLED.search(name) else 0.8 if DATED.search(name) else 0.5


def date_formats(values: list[str]) -> Guess:
    """Formats of a column's dates; value None where two orders are left, which `others` name.

    Texts of one shape (the same signs, any number of digits) have one format, or one with and
    one without a time. A shape that is rarer than SOME is left to be set aside.
    """
    groups: dict[str, list[str]] = {}
    for text in values:
        if not is_token(text):
            groups.setdefault(_shape(text), []).append(text)
    total = sum(map(len, groups.values()))
    formats, open_groups, rare = [], [], 0
    for texts in sorted(groups.values(), key=len, reverse=True):
        if len(texts) < SOME * total:
            timed = _with_time(texts, formats)
            formats += timed
            rare += 0 if timed else len(texts)
            continue
        found = _proved(texts)
        formats += [f for f in found or [] if f not in formats]
        if found is None:
            open_groups.append(texts)
    left = f"; {rare:,} dates of other forms will be set aside" if rare else ""
    if open_groups:
        readings = _readings(open_groups[0])
        if not readings:
            return Guess(formats or None, 0.3, "some dates have no form that is known" + left)
        return Guess(None, 0.0, "the values leave the order of day and month open" + left, readings)
    if not formats:
        return Guess(None, 0.0, "no dates")
    if formats == ["excel"]:
        return Guess(formats, 0.6, "numbers, under a name for dates: days as Excel counts them")
    return Guess(formats, 0.95, "the values exclude every other order" + left)


def _with_time(texts: list[str], formats: list[str]) -> list[str]:
    """Of dates that are rare: the format of the others, followed by a time."""
    from labcohort.harmonise.dates import parsed_date

    frame = pl.DataFrame({"t": texts})
    for form in formats:
        for time in TIMES:
            read = parsed_date(pl.col("t"), [form + time])
            if frame.select(read.is_not_null().all()).item():
                return [form + time]
    return []


def _proved(texts: list[str]) -> list[str] | None:
    if all(map(EXCEL.match, texts)):
        return ["excel"]
    try:
        return inferred_formats(pl.Series(texts), "", "")
    except UserError:
        # one slip of the pen hides an order that the rest proves: the order of nearly all
        return _nearly_proved(texts)


def _nearly_proved(texts: list[str]) -> list[str] | None:
    from labcohort.harmonise.dates import parsed_date

    readings = _readings(texts)
    if len(readings) != 1:
        counts = Counter()
        frame = pl.DataFrame({"t": texts})
        for form in _possible(texts):
            read = frame.select(parsed_date(pl.col("t"), [form]).is_not_null().sum()).item()
            counts[form] = read
        ranked = counts.most_common(2)
        if not ranked or ranked[0][1] < 0.98 * len(texts):
            return None
        if len(ranked) > 1 and ranked[1][1] > 0.9 * len(texts):
            return None
        return [ranked[0][0]]
    return None


def _readings(texts: list[str]) -> tuple[str, ...]:
    """Orders that all texts have, of those that are open."""
    from labcohort.harmonise.dates import parsed_date

    frame = pl.DataFrame({"t": texts})
    return tuple(
        form
        for form in _possible(texts)
        if frame.select(parsed_date(pl.col("t"), [form]).is_not_null().all()).item()
    )


def _possible(texts: list[str]) -> list[str]:
    """Orders of the shape of the texts (all have the same signs)."""
    sign = next((s for s in "/.-" if s in texts[0]), None)
    if sign is None:
        return ["DDMMYYYY", "MMDDYYYY", "YYYYMMDD"]
    forms = ("D/M/YYYY", "M/D/YYYY", "D/M/YY", "M/D/YY", "YY/M/D", "YYYY/M/D")
    time = re.search(r"([T ])[0-9]{1,2}:[0-9]{2}(:[0-9]{2})?$", texts[0])
    ending = "" if time is None else time.group(1) + ("h:mm:ss" if time.group(2) else "h:mm")
    return [form.replace("/", sign) + ending for form in forms]


def _shape(text: str) -> str:
    """The signs of a text, without its digits; what stands after the day is told apart."""
    return re.sub(r"[0-9]+", "9", re.sub(r"[A-Za-z]{3}", "A", text))
