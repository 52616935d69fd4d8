"""Which attribute a column of patients is: those that formulas know, those that the study asks for,
else one called as the column."""

import re
import unicodedata
from collections import Counter

from labcohort.draft.columns import Column
from labcohort.draft.wanted import Wanted

# words of attributes' names, as other files write them
WORDS = {
    "diabetes": ("diabetic", "dm", "糖尿病"),
    "type": ("kind", "class", "类型", "分型", "型"),
    "infusion": ("infused", "infusions", "输注", "回输", "输液"),
    "date": ("day", "dt", "dat", "datum", "日期", "时间", "日"),
    "dose": ("dosage", "剂量"),
    "group": ("arm", "cohort", "组别", "分组", "组"),
    "arm": ("group", "组别", "分组", "组"),
    "treatment": ("therapy", "治疗"),
    "treated": ("treatment", "therapy", "治疗"),
    "diagnosis": ("dx", "诊断"),
    "centre": ("center", "site", "中心", "医院"),
    "site": ("centre", "center", "中心", "医院"),
    "smoker": ("smoking", "smokes", "吸烟"),
}
LITTLE = {"of", "the", "at", "for", "patient"}
# a date from which visits are counted is of such an event
EVENT = re.compile(
    r"infus|treat|therap|transplant|inject|implant|intervention|operation|surgery|dosing|dosed"
    r"|behandlung|回输|输注|移植|治疗|手术|干预|给药",
    re.IGNORECASE,
)
# of a person; not of a value, a resistance or an antibody
INSULIN = re.compile(r"insulin|胰岛素", re.IGNORECASE)
NO_TREATMENT = re.compile(r"resist|antibod|sensitiv|allerg|抵抗|抗体|敏感", re.IGNORECASE)
YES_NO = {
    **dict.fromkeys(("y", "yes", "ja", "j", "oui", "si", "true", "1", "是", "有", "用"), "yes"),
    **dict.fromkeys(("n", "no", "nein", "non", "false", "0", "否", "无", "未用", "不用"), "no"),
    **dict.fromkeys(("u", "uk", "unk", "unknown", "?", "不详", "未知"), "unknown"),
}
ROMAN = {"i": "1", "ii": "2", "iii": "3", "iv": "4"}


def words_of(name: str) -> list[str]:
    """The words of a name, in small letters, those that say little left out."""
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", unicodedata.normalize("NFKC", name))
    return [w for w in re.findall(r"[^\W_]+", spaced.casefold()) if w not in LITTLE]


def is_called(column: str, attribute: str) -> bool:
    """Whether a column's name has all words of an attribute's, in any order, or others for them."""
    ours = words_of(column)
    return all(
        any(w in ours if w.isascii() else w in column for w in (word, *WORDS.get(word, ())))
        for word in attribute.split("_")
    )


def wanted_dates(columns: list[Column], wanted: Wanted) -> dict[str, tuple[str, float]]:
    """Column -> the date that the study asks for and a score; each name once."""
    found: dict[str, tuple[str, float]] = {}
    for name in wanted.dates:
        left = [c for c in columns if c.name not in found]
        called = [c for c in left if is_called(c.own_name, name)]
        events = [c for c in left if EVENT.search(c.own_name)] if name in wanted.anchors else []
        if called:
            exact = len(words_of(called[0].own_name)) == len(name.split("_"))
            found[called[0].name] = (name, 0.95 if exact else 0.7)
        elif events:
            found[events[0].name] = (name, 0.6)
    return found


def wanted_codes(column: str, wanted: Wanted) -> str | None:
    """The attribute with codes that the study asks for and the column is called as."""
    return next((name for name in wanted.values if is_called(column, name)), None)


def is_insulin_treatment(column: str, codes: Counter) -> bool:
    """Whether a column says who is treated with insulin, by its name and answers of yes and no."""
    is_named = INSULIN.search(column) and not NO_TREATMENT.search(column)
    return bool(is_named) and all(code.casefold() in YES_NO for code in codes)


def meanings(codes: Counter, asked: tuple[str, ...] = ()) -> dict[str, str]:
    """What codes mean: values that the study asks for (`asked`) where their numbers are those of
    the codes, else the codes in plain letters."""
    found = {code: _plain(code) for code in sorted(codes)}
    numbers = {code: _number(code) for code in found}
    for value in asked if all(numbers.values()) else ():
        digits = re.findall("[0-9]+", value)
        if len(digits) == 1 and len(set(numbers.values())) == len(found):
            # the others are called as this one is
            return {code: value.replace(digits[0], numbers[code]) for code in found}
    return found


def _number(code: str) -> str | None:
    """The one number in a code, as 2 in `T2DM`, `II型` and `2`."""
    plain = unicodedata.normalize("NFKC", code).casefold()
    digits = re.findall("[0-9]+", plain)
    romans = [ROMAN[w] for w in re.findall("[a-z]+", plain) if w in ROMAN]
    found = digits or romans
    return found[0] if len(found) == 1 else None


def _plain(code: str) -> str:
    return re.sub(r"[\W_]+", "_", code.casefold()).strip("_") or code
