"""A table of patients: its attributes, as the codes, dates and numbers that they are."""

import re

from labcohort.draft.attribute_names import (
    YES_NO,
    is_insulin_treatment,
    meanings,
    wanted_codes,
    wanted_dates,
)
from labcohort.draft.cells import is_number, is_token
from labcohort.draft.columns import Column
from labcohort.draft.dates import BIRTH, date_formats
from labcohort.draft.entries import Entry, remark
from labcohort.draft.guess import LIKELY, SURE
from labcohort.draft.people import AGE, SEX, sex_codes
from labcohort.draft.wanted import Wanted

WHOLE = re.compile(r"^-?[0-9]+$")
# with a birth date, a place of a few thousand people is nearly a name
PLACE = re.compile(
    r"^(?:city|town|village|county|district|municipality|place|suburb|ort|stadt|wohnort|ville|ciudad)$|城市|乡|镇|区$|县$",
    re.IGNORECASE,
)
# texts that mean no value also in a column of codes
NO_VALUE = {"na", "n/a", "n.a.", "nan", "null", ".", "-", "--", "#n/a", ""}
LONGEST = 40
# codes of a column of sexes, at most; and what a person has to write for each
MOST_SEXES, ASK = 6, "CHECK"
TAKEN = {"person", "source", "file", "sheet", "row", "column"}


def patient_entries(columns: list[Column], left_out: set[str], wanted: Wanted) -> list[Entry]:
    """`attributes` and `ignore` for the columns that are not `left_out`; `wanted` is what the
    study asks for."""
    attributes, comments, ignored, why = {}, {}, [], {}
    tokens = _tokens(columns)
    columns = [
        Column(c.name, [v for v in c.values if v not in tokens], c.candidate) for c in columns
    ]
    open_columns = [c for c in columns if c.name not in left_out]
    is_other_date = [c for c in open_columns if c.is_dates and not BIRTH.search(c.own_name)]
    dates = wanted_dates(is_other_date, wanted)
    for column in open_columns:
        name, entry, said = _attribute(column, set(attributes), dates, wanted)
        if entry is None:
            ignored.append(column.name)
            why[column.name] = said
        else:
            attributes[name], comments[name] = entry, said
    if not attributes:
        # a patient table has one attribute at least; its own text is what is always there
        return [Entry("ignore", ignored, comments=why)]
    above = _missed(attributes, wanted)
    entries = [Entry("attributes", attributes, comments=comments, above=above)]
    if tokens:
        said = "0.90: they stand where numbers, dates or codes do"
        entries.insert(0, Entry("missing", sorted(tokens), said))
    return entries + ([Entry("ignore", ignored, comments=why)] if ignored else [])


def _missed(attributes: dict[str, dict], wanted: Wanted) -> list[str]:
    """What the study's tables name and no column is called as."""
    asked = [n for n in dict.fromkeys([*wanted.dates, *wanted.values]) if n not in attributes]
    if not asked:
        return []
    return [f"CHECK the study's tables name {', '.join(asked)}: no column is called so"]


def _tokens(columns: list[Column]) -> set[str]:
    """Texts for no value: the common ones in numbers and dates, fewer in codes."""
    return {
        v for c in columns for v in c.counts
        if (is_token(v) and (c.is_numeric or c.is_dates)) or v.casefold() in NO_VALUE
    }  # fmt: skip


def _attribute(
    column: Column, taken: set[str], dates: dict[str, tuple[str, float]], wanted: Wanted
) -> tuple[str, dict | None, str]:
    """Name of the attribute, how it is read (None: it is not), and why."""
    name = column.own_name
    if not column.values:
        return "", None, "no row has it"
    if PLACE.search(name):
        return "", None, "where persons live: with other attributes it tells who they are"
    if SEX.search(name) and "sex" not in taken and len(column.counts) <= MOST_SEXES:
        return "sex", *_sex(column)
    if column.is_dates:
        return _dates(column, taken, dates.get(column.name))
    if AGE.search(name) and "age" not in taken and column.is_numeric:
        return (
            "age",
            {"column": column.name, "number": True},
            remark(0.8, "0.80: by its name; in years?"),
        )
    if (
        column.is_categorical
        and not _is_measure(column)
        and all(len(code) <= LONGEST for code in column.counts)
    ):
        return _codes(column, taken, wanted)
    if column.is_numeric and all(map(is_number, column.values)):
        return _name(column, taken), {"column": column.name, "number": True}, _of_number(column)
    return "", None, "texts that are many: neither codes, nor dates, nor numbers"


def _sex(column: Column) -> tuple[dict, str]:
    codes = sex_codes(column.counts)
    if codes is None:
        asked = dict.fromkeys(sorted(column.counts), ASK)
        said = remark(0.0, "by its name; which code is male, which female?")
        return {"column": column.name, "codes": asked}, said
    others = sorted(column.counts.keys() - codes.keys())
    score = 0.6 if set(codes) <= {"1", "2"} or others else 0.95
    left = f"; {', '.join(others)} will be set aside, or is one of `missing`" if others else ""
    said = remark(score, f"{score:.2f}: by its name and codes{left}")
    return {"column": column.name, "codes": codes}, said


def _codes(column: Column, taken: set[str], wanted: Wanted) -> tuple[str, dict, str]:
    asked = wanted_codes(column.own_name, wanted)
    if "insulin_treated" not in taken and is_insulin_treatment(column.own_name, column.counts):
        codes = {code: YES_NO[code.casefold()] for code in sorted(column.counts)}
        score = 0.6 if {"0", "1"} & set(codes) else 0.8
        said = f"{score:.2f}: by its name and answers; it flags HOMA values"
        return "insulin_treated", {"column": column.name, "codes": codes}, remark(score, said)
    values = wanted.values[asked] if asked and asked not in taken else ()
    codes = meanings(column.counts, values)
    said = f"0.70: {len(codes)} different texts; write what each means"
    said += f"; the study asks for {', '.join(values)}" if values else ""
    name = asked if values else _name(column, taken)
    return name, {"column": column.name, "codes": codes}, remark(0.7, said)


def _of_number(column: Column) -> str:
    """The comment on a number, which formulas do not read from here."""
    found = column.candidate
    if found is None or found.score < LIKELY:
        return "0.90: all are numbers"
    said = f"no formula reads {found.marker} here: for that, draft this file with"
    return remark(0.5, f"0.50: all are numbers; {said} --content results too")


def _is_measure(column: Column) -> bool:
    """Whether numbers are so many or so large that they count or measure something."""
    return column.is_numeric and (
        len(column.counts) > 5 or any(not WHOLE.match(v) or len(v) > 2 for v in column.counts)
    )


def _dates(
    column: Column, taken: set[str], asked: tuple[str, float] | None
) -> tuple[str, dict | None, str]:
    formats = date_formats(column.values)
    name, score = asked or ("", 1.0)
    if BIRTH.search(column.own_name) and "birth_date" not in taken:
        name = "birth_date"
    if formats.value is None:
        said = f"dates in one of: {', '.join(formats.others) or 'no known form'}"
        return "", None, remark(0.0, f"{name or 'date'}: {said}")
    entry = {"column": column.name, "dates": formats.value}
    by = f"{score:.2f}: by its name; " if asked else ""
    said = remark(min(score, formats.score), by + formats.said())
    return name or _name(column, taken), entry, said


def _name(column: Column, taken: set[str]) -> str:
    """A name for the attribute: letters, digits and _, and none that is taken."""
    text = column.name
    if not text.isascii() and column.candidate and column.candidate.score >= SURE:
        text = column.candidate.marker
    words = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", text)
    plain = re.sub(r"[^a-z0-9]+", "_", words.casefold()).strip("_")
    plain = plain if re.match("[a-z]", plain) else f"attribute_{plain}".strip("_")
    number, name = 2, plain
    while name in taken | TAKEN | {"sex", "age", "birth_date"}:
        name, number = f"{plain}_{number}", number + 1
    return name
