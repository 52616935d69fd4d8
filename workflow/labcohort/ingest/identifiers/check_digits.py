"""National numbers that prove themselves: by check digits and a birth date."""

import re
from datetime import date

# provinces of GB/T 2260, the first two digits
_CHINESE = re.compile(
    r"(?:1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71|8[1-3])\d{4}(?:18|19|20)\d{9}[\dX]"
)
_SOCIAL = re.compile(r"(?!000|666|9)\d{3}-(?!00)\d\d-(?!0000)\d{4}")
_NHS = re.compile(r"\d{3}[ -]?\d{3}[ -]?\d{4}")
_NORWEGIAN = re.compile(r"\d{6}[ -]?\d{5}")
_SWEDISH = re.compile(r"(?:18|19|20)?(\d{6})[-+]?(\d{4})")
_DANISH = re.compile(r"\d{6}-?\d{4}")
_FINNISH = re.compile(r"(\d{6})[-+A-FU-Y](\d{3})([0-9A-FHJ-NPR-Y])")


def is_chinese_id(text: str) -> bool:
    """Citizen's number of GB 11643-1999: place, birth date, order, check sign (ISO 7064 11-2).

    Of the place the province alone is looked at: counties come and go, and no list of them is kept.
    """
    if not _CHINESE.fullmatch(text) or not _is_day(text[6:10], text[10:12], text[12:14]):
        return False
    total = sum(int(digit) * pow(2, 17 - i, 11) for i, digit in enumerate(text[:17]))
    return "10X98765432"[total % 11] == text[17]


def is_social_security(text: str) -> bool:
    """123-45-6789, of the numbers that the United States give out; they have no check digit."""
    return _SOCIAL.fullmatch(text) is not None


def is_nhs_number(text: str) -> bool:
    """Ten digits with the check digit of the NHS data dictionary (modulus 11)."""
    if not _NHS.fullmatch(text):
        return False
    plain = re.sub("[ -]", "", text)
    return (11 - _weighted(plain[:9], (10, 9, 8, 7, 6, 5, 4, 3, 2))) % 11 == int(plain[9])


def is_norwegian(text: str) -> bool:
    """Fodselsnummer: day of birth, order (which tells the century), two check digits (modulus 11).

    D-numbers have 40 added to the day, H-numbers to the month. A day that is still to come is
    taken too: what a file holds does not depend on when it is read.
    """
    plain = re.sub("[ -]", "", text)
    return bool(
        _NORWEGIAN.fullmatch(text)
        and _weighted(plain, (3, 7, 6, 1, 8, 9, 4, 5, 2, 1)) == 0
        and _weighted(plain, (5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1)) == 0
        and _is_norwegian_birth(plain)
    )


def _is_norwegian_birth(plain: str) -> bool:
    """Whether day, month, year and order of a Norwegian number go together (Skatteetaten)."""
    day, month, year, order = int(plain[:2]), int(plain[2:4]), int(plain[4:6]), int(plain[6:9])
    if order < 500 or (order >= 900 and year >= 40):
        century = 19
    elif order < 750 and year >= 54:
        century = 18
    elif year < 40:
        century = 20
    else:
        return False
    day, month = (n - 40 if n > 40 else n for n in (day, month))
    return _is_day(f"{century}{year:02}", str(month), str(day))


def is_swedish(text: str) -> bool:
    """Personnummer: day of birth, order, check digit of Luhn."""
    parts = _SWEDISH.fullmatch(text)
    if not parts or not _is_day("2000", parts[1][2:4], parts[1][4:6]):
        return False
    doubled = [int(d) * (2 - i % 2) for i, d in enumerate(parts[1] + parts[2])]
    return sum(d // 10 + d % 10 for d in doubled) % 10 == 0


def is_danish(text: str) -> bool:
    """CPR number of those with a check digit (modulus 11), which new ones need not have."""
    plain = text.replace("-", "")
    return bool(
        _DANISH.fullmatch(text)
        and _is_day("2000", plain[2:4], plain[:2])
        and _weighted(plain, (4, 3, 2, 7, 6, 5, 4, 3, 2, 1)) == 0
    )


def is_finnish(text: str) -> bool:
    """Henkilotunnus: day of birth, order, check sign (modulus 31)."""
    parts = _FINNISH.fullmatch(text)
    if not parts or not _is_day("2000", parts[1][2:4], parts[1][:2]):
        return False
    return "0123456789ABCDEFHJKLMNPRSTUVWXY"[int(parts[1] + parts[2]) % 31] == parts[3]


def is_checked_by_digits(text: str) -> bool:
    """Whether a text is one of the national numbers that other numbers hit by chance too."""
    kinds = (is_nhs_number, is_norwegian, is_swedish, is_danish, is_finnish)
    return any(is_kind(text) for is_kind in kinds)


def _weighted(digits: str, weights: tuple[int, ...]) -> int:
    """The weighted sum of the first digits, modulo 11."""
    pairs = zip(digits, weights, strict=False)
    return sum(int(digit) * weight for digit, weight in pairs) % 11


def _is_day(year: str, month: str, day: str) -> bool:
    try:
        date(int(year), int(month), int(day))
    except ValueError:
        return False
    return True
