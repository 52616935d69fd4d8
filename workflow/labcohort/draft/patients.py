"""A table of patients: its attributes, as the codes, dates and numbers that they are."""

import re

from labcohort.draft.cells import is_number, is_token
from labcohort.draft.columns import Column
from labcohort.draft.dates import BIRTH, date_formats
from labcohort.draft.entries import Entry, remark
from labcohort.draft.people import AGE, SEX, sex_codes

WHOLE = re.compile(r"^-?[0-9]+$")
# with a birth date, a place of a few thousand people is nearly a name
PLACE = re.compile(
    r"^(?:city|town|village|county|district|municipality|place|suburb|ort|stadt|wohnort|ville|ciudad)$|城市|乡|镇|区$|县$",
    re.IGNORECASE,
)
# the attribute that flags HOMA values
INSULIN = re.compile(r"insulin.?(?:treat|therap|use)|胰岛素治疗", re.IGNORECASE)
YES_NO = {"yes", "no", "unknown"}
# texts that mean no value also in a column of codes
NO_VALUE = {"na", "n/a", "n.a.", "nan", "null", ".", "-", "--", "#n/a", ""}
LONGEST = 40
TAKEN = {"person", "source", "file", "sheet", "row", "column"}


def patient_entries(columns: list[Column], left_out: set[str]) -> list[Entry]:
    """`attributes` and `ignore` for the columns that are not `left_out`."""
    attributes, comments, ignored, why = {}, {}, [], {}
    tokens = _tokens(columns)
    columns = [
        Column(c.name, [v for v in c.values if v not in tokens], c.candidate) for c in columns
    ]
    for column in columns:
        if column.name in left_out:
            continue
        name, entry, said = _attribute(column, set(attributes))
        if entry is None:
            ignored.append(column.name)
            why[column.name] = said
        else:
            attributes[name], comments[name] = entry, said
    if not attributes:
        # a patient table has one attribute at least; its own text is what is always there
        return [Entry("ignore", ignored, comments=why)]
    entries = [Entry("attributes", attributes, comments=comments)]
    if tokens:
        said = "0.90: they stand where numbers, dates or codes do"
        entries.insert(0, Entry("missing", sorted(tokens), said))
    return entries + ([Entry("ignore", ignored, comments=why)] if ignored else [])


def _tokens(columns: list[Column]) -> set[str]:
    """Texts for no value: the common ones in numbers and dates, fewer in codes."""
    return {
        v for c in columns for v in c.counts
        if (is_token(v) and (c.is_numeric or c.is_dates)) or v.casefold() in NO_VALUE
    }  # fmt: skip


def _attribute(column: Column, taken: set[str]) -> tuple[str, dict | None, str]:
    """Name of the attribute, how it is read (None: it is not), and why."""
    name = column.name
    if not column.values:
        return "", None, "no row has it"
    if PLACE.search(name):
        return "", None, "where persons live: with other attributes it tells who they are"
    if SEX.search(name) and "sex" not in taken and (codes := sex_codes(column.counts)):
        score = 0.6 if set(codes) <= {"1", "2"} else 0.95
        return (
            "sex",
            {"column": name, "codes": codes},
            remark(score, f"{score:.2f}: by its name and codes"),
        )
    if column.is_dates:
        return _dates(column, taken)
    if AGE.search(name) and "age" not in taken and column.is_numeric:
        return "age", {"column": name, "number": True}, remark(0.8, "0.80: by its name; in years?")
    if (
        column.is_categorical
        and not _is_measure(column)
        and all(len(code) <= LONGEST for code in column.counts)
    ):
        codes = {code: _meaning(code) for code in sorted(column.counts)}
        if INSULIN.search(name) and "insulin_treated" not in taken and {*codes.values()} <= YES_NO:
            said = remark(0.8, "0.80: by its name and codes")
            return "insulin_treated", {"column": name, "codes": codes}, said
        said = remark(0.7, f"0.70: {len(codes)} different texts; write what each means")
        return _name(name, taken), {"column": name, "codes": codes}, said
    if column.is_numeric and all(map(is_number, column.values)):
        return _name(name, taken), {"column": name, "number": True}, "0.90: all are numbers"
    return "", None, "texts that are many: neither codes, nor dates, nor numbers"


def _is_measure(column: Column) -> bool:
    """Whether numbers are so many or so large that they count or measure something."""
    return column.is_numeric and (
        len(column.counts) > 5 or any(not WHOLE.match(v) or len(v) > 2 for v in column.counts)
    )


def _dates(column: Column, taken: set[str]) -> tuple[str, dict | None, str]:
    formats = date_formats(column.values)
    name = "birth_date" if BIRTH.search(column.name) and "birth_date" not in taken else ""
    if formats.value is None:
        said = f"dates in one of: {', '.join(formats.others) or 'no known form'}"
        return "", None, remark(0.0, f"{name or 'date'}: {said}")
    entry = {"column": column.name, "dates": formats.value}
    return name or _name(column.name, taken), entry, remark(formats.score, formats.said())


def _name(column: str, taken: set[str]) -> str:
    """A name for the attribute: letters, digits and _, and none that is taken."""
    words = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", column)
    plain = re.sub(r"[^a-z0-9]+", "_", words.casefold()).strip("_")
    plain = plain if re.match("[a-z]", plain) else f"attribute_{plain}".strip("_")
    number, name = 2, plain
    while name in taken | TAKEN | {"sex", "age", "birth_date"}:
        name, number = f"{plain}_{number}", number + 1
    return name


def _meaning(code: str) -> str:
    plain = re.sub(r"[\W_]+", "_", code.casefold()).strip("_")
    return plain or code
