"""The forms that identifiers have in a cell: many texts at once.

A mark says what a text looks like. A sharp mark tells by a single text; the others take the
better part of a column, of which a sample will do.
"""

import re
from collections.abc import Collection

import polars as pl

from labcohort.ingest.identifiers.check_digits import (
    is_checked_by_digits,
    is_chinese_id,
    is_social_security,
)
from labcohort.ingest.identifiers.words import KNOWN_NAMES, SURNAMES

# what is neither so long nor has letters is no identifier
SHORTEST = 9

_EMAIL = r"[A-Za-z0-9_]@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,}"
_CHINESE_ID = r"(?:^|[^0-9A-Za-z])([1-9]\d{16}[0-9Xx])(?:$|[^0-9A-Za-z])"
_SSN = r"(?:^|[^0-9A-Za-z_.-])(\d{3}-\d{2}-\d{4})(?:$|[^0-9A-Za-z_.-])"
# a parenthesised or separated area code, as in North America
_AMERICAN = r"(?:\+?1[ .-])?(?:\(\d{3}\) ?\d{3}[ .-]?\d{3,4}|[2-9]\d{2}[ .-]\d{3}[ .-]\d{4})"
_PLUS = r"\+[1-9]\d{0,2}(?:[ /-]?\(?\d{1,4}\)?){2,6}"
# a number that only begins with zeros is a padded one
_ZEROS = r"00 ?[1-9]\d{0,2}(?:[ /-]\(?\d{1,8}\)?){2,6}"
# a trunk zero and a separated area code, as in Europe, Japan and of Chinese landlines
_TRUNK_ZERO = r"\(?0[1-9]\d{0,4}\)?(?:[ /.-]\d{1,8}){1,5}"
_CHINESE_MOBILE = r"(?:\+86[ -]?|86[ -])1[3-9]\d{9}|1[3-9]\d[ -]\d{4}[ -]\d{4}"
_BARE_MOBILE = r"1[3-9]\d{9}"
_EXTENSION = r"(?: ?(?:x|ext\.?) ?\d{1,5})?"
_TELEPHONE = "|".join((_AMERICAN + _EXTENSION, _PLUS, _ZEROS, _TRUNK_ZERO, _CHINESE_MOBILE))
# among words a trunk zero is told from dates and times of the day by its groups
_SPOKEN_ZERO = (
    r"\(0[1-9]\d{0,3}\) ?\d{3,8}(?:[ -]\d{3,4})?|0[1-9]\d{1,3}[ /-]\d{6,8}"
    r"|0[1-9]\d{2,3}[ -]\d{3}[ -]\d{3,4}|0[1-9]\d[ -]\d{3,4}[ -]\d{4}|0[1-9]\d{2}-\d{4}-\d{4}"
    r"|0[1-9][ -]\d{4}[ -]\d{4}|0[1-9](?:(?: \d{2}){4}|(?:-\d{2}){4}|(?:\.\d{2}){4})"
)
_SPOKEN = "|".join((_AMERICAN, _PLUS, _CHINESE_MOBILE, _BARE_MOBILE, _SPOKEN_ZERO))
_NO_MORE = "(?:$|[^0-9A-Za-z_-])"
_WITHIN = rf"(?:^|[^0-9A-Za-z_.+-])(?:{_SPOKEN}){_NO_MORE}"
_SAID = (
    r"(?i)(?:phone|tel|call|mobile|cell|fax|whatsapp|电话|手机|微信|联系)[^0-9A-Za-z]{0,3}"
    rf"(?:\w{{1,20}}\W{{1,3}}){{0,2}}?(?:{_SPOKEN}|0[1-9]\d{{8,9}}){_NO_MORE}"
)
# what may be said to be a telephone, or is one among words
_CANDIDATE = rf"(?:^|[^0-9A-Za-z_.+-])(?:{_SPOKEN}|0[1-9]\d{{8,9}}){_NO_MORE}"
# two groups of digits at least, or ten and eleven digits that are no round count
_LOOSE = r"\+?\(?\d{2,4}\)?[ ./-]\d{3,4}(?:[ .-]?\d{3,6})?|\+?\d{10,11}"
_ADDRESS = (
    r"(?i)^\d{1,5}[a-z]?,? (?:[\w'.]+ ){0,4}(?:street|st|avenue|ave|road|rd|lane|ln|drive|dr"
    r"|court|ct|boulevard|blvd|terrace|square|way|crescent|parkway|pkwy|highway|hwy)\b"
    r"|^p\.? ?o\.? box \d+|^(?:apt|apartment|suite|flat)\.? ?#?\d+"
    r"|^\d{1,4},? (?:bis |ter )?(?:rue|avenue|boulevard|chemin|impasse|place|via|calle) "
    r"|^(?:via|calle|rue|avenida) [\w' .]+,? \d{1,4}"
    r"|(?:straße|strasse|str\.|weg|platz|gasse|allee|vägen|gatan) ?\d{1,4}[a-z]?\b"
    r"|[省市区县].*[路街道巷弄村镇].*\d+[号室栋楼组]?"
)
# two or three capitalised words, with an initial or without; or as in HL7, DOE^JOHN
_CAPITALISED = (
    r"^\p{Lu}[\p{L}'-]+,?(?: \p{Lu}\.?)?(?: \p{Lu}[\p{L}'-]+){1,2}$|^[\p{L}'-]+\^[\p{L}'-]+"
)
_KNOWN = rf"(?i)(?:^|[^\p{{L}}])(?:{KNOWN_NAMES})(?:$|[^\p{{L}}])"
_HAN_NAME = rf"^[{SURNAMES}]\p{{Han}}{{1,3}}$"
# YYMMDD or YYYYMMDD first: the number of a sample
_DATED = r"^(?:(?:19|20)?\d{2})(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])"
_ROUND = "0000$"
_DIGITS = pl.col("folded").str.count_matches("[0-9]")

Marks = dict[str, list[str]]


def may_identify(text: pl.Expr) -> pl.Expr:
    """Whether a text has a letter, or bytes enough for an identifier made of digits."""
    return (text.str.len_bytes() >= SHORTEST) | text.str.contains(r"[A-Za-z]|[^\x00-\x7F]")


def sharp_marks(texts: set[str]) -> Marks:
    """Text -> marks of the texts that hold, anywhere, an e-mail address, a national number or
    a telephone number among words."""
    found: Marks = {}
    joined = "\n".join(texts)
    if "@" in joined or "＠" in joined:
        for text, _ in _having(_EMAIL, _folded(texts)):
            found.setdefault(text, []).append("email")
    frame = _folded([text for text in texts if len(text) >= SHORTEST])
    for text, folded in _having(f"{_CHINESE_ID}|{_SSN}", frame):
        found.setdefault(text, []).extend(_of_number(folded))
    if _have_letters(joined):
        spoken = frame.filter(_DIGITS >= SHORTEST).filter(_has(r"\p{L}\p{L}"))
        for text, folded in _having(_CANDIDATE, spoken):
            if re.search(_SAID, folded):
                found.setdefault(text, []).append("telephone_said")
            elif re.search(_WITHIN, folded):
                found.setdefault(text, []).append("telephone_within")
    return found


def usual_marks(texts: set[str]) -> Marks:
    """Text -> marks of the texts that are, as a whole, of the form of an identifier."""
    frame = _folded(texts)
    digits = _DIGITS.is_between(SHORTEST, 20)
    undated = ~_has(_DATED)
    # digits of all scripts, as in the check of the digits, which takes its time
    numbers = frame.filter(pl.col("folded").str.count_matches(r"\d") >= SHORTEST)
    checked = set(filter(is_checked_by_digits, numbers.get_column("folded")))
    checks = {
        "telephone": digits & _has(f"^(?:{_TELEPHONE})$"),
        "mobile": undated & _has(f"^{_BARE_MOBILE}$"),
        "telephone_loose": digits & undated & _has(f"^(?:{_LOOSE})$") & ~_has(_ROUND),
        "national_id_often": pl.col("folded").is_in(checked),
        "address": _has(_ADDRESS),
        "name": _has(_CAPITALISED) & _has(_KNOWN),
        "name_known": _has(_KNOWN),
        "name_han": _has(_HAN_NAME),
    }
    frame = frame.with_columns(**checks).filter(pl.any_horizontal(list(checks)))
    found = {}
    for row in frame.drop("folded").iter_rows(named=True):
        found[row["text"]] = [mark for mark in checks if row[mark]]
    return found


def _have_letters(joined: str) -> bool:
    # letters of other scripts have no case
    return not joined.isascii() or joined.lower() != joined.upper()


def _of_number(text: str) -> list[str]:
    """Marks of a text that has the form of a Chinese or United States number in it."""
    chinese, social = re.search(_CHINESE_ID, text), re.search(_SSN, text)
    right = (chinese and is_chinese_id(chinese[1].upper())) or (
        social and is_social_security(social[1])
    )
    return ["national_id_form", "national_id"] if right else ["national_id_form"]


def _having(form: str, frame: pl.DataFrame) -> list[tuple[str, str]]:
    """The texts, and what they are folded, in which the form is found."""
    return frame.filter(_has(form)).rows()


def _has(form: str) -> pl.Expr:
    # \d takes in the digits of all scripts, and is several times slower
    return pl.col("folded").str.contains(form.replace(r"\d", "[0-9]"))


def _folded(texts: Collection[str]) -> pl.DataFrame:
    """The texts, and beside them full-width letters and digits as plain ones."""
    frame = pl.DataFrame({"text": list(texts)}, schema={"text": pl.String})
    is_plain = all(map(str.isascii, texts))
    folded = pl.col("text") if is_plain else pl.col("text").str.normalize("NFKC")
    return frame.with_columns(folded=folded)
