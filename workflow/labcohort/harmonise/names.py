"""Names of analytes as files spell them, matched to the names that a mapping gives."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from labcohort.errors import UserError

# what may differ between two spellings of one name
CASE, BLANKS, WIDTH, LOOK_ALIKE = "case", "blanks", "width", "look-alike"
DIFFERENCES = (CASE, BLANKS, WIDTH, LOOK_ALIKE)

# letters that no reader tells from Latin ones; Greek small letters stay, for they have meanings
_ALIKE = {
    "CYRILLIC CAPITAL LETTER": {
        "A": "A", "VE": "B", "IE": "E", "BYELORUSSIAN-UKRAINIAN I": "I", "JE": "J", "KA": "K",
        "EM": "M", "EN": "H", "O": "O", "ER": "P", "ES": "C", "DZE": "S", "TE": "T", "U": "Y",
        "HA": "X",
    },
    "CYRILLIC SMALL LETTER": {
        "A": "a", "IE": "e", "BYELORUSSIAN-UKRAINIAN I": "i", "JE": "j", "O": "o", "ER": "p",
        "ES": "c", "DZE": "s", "U": "y", "HA": "x",
    },
    "GREEK CAPITAL LETTER": {
        "ALPHA": "A", "BETA": "B", "EPSILON": "E", "ZETA": "Z", "ETA": "H", "IOTA": "I",
        "KAPPA": "K", "MU": "M", "NU": "N", "OMICRON": "O", "RHO": "P", "TAU": "T",
        "UPSILON": "Y", "CHI": "X",
    },
    "GREEK SMALL LETTER": {"OMICRON": "o"},
}  # fmt: skip
LOOK_ALIKES = {
    unicodedata.lookup(f"{script} {letter}"): latin
    for script, letters in _ALIKE.items()
    for letter, latin in letters.items()
}
INVISIBLE = re.compile("[\u00ad\u200b-\u200d\u2060\ufeff]")
# blanks, and punctuation that one typist sets and another leaves out; all kinds of dashes
SEPARATORS = re.compile(r"[\s_./·・\-\u2010-\u2015\u2212]+")
# Chinese, Japanese and Korean words need no blank between them, nor do signs
UNNEEDED = re.compile(r"(?<![^\W\u2e80-\u9fff\uac00-\ud7af]) | (?![^\W\u2e80-\u9fff\uac00-\ud7af])")
WORD = re.compile(r"[^\W_]+")
# a LOINC code: what it means is known, and when it is of no marker, no name makes it one
LOINC = re.compile(r"[0-9]{1,7}-[0-9]")


@dataclass(frozen=True)
class FoldedName:
    """A `name` of the file that is `key` but for how they differ: `how`, of DIFFERENCES."""

    name: str
    key: str
    how: str


@dataclass(frozen=True)
class Matches:
    """What the names of a file mean.

    `keys`: name -> key of the mapping; `folded`: matches that are not exact.
    """

    keys: dict[str, str]
    folded: list[FoldedName]


@dataclass(frozen=True)
class Named:
    """What the names of a source mean.

    `keys`: code of the file -> key of the mapping; `markers`: name beside a code -> the marker
    that it is of; `folded`: the matches of codes that are not exact.
    """

    keys: dict[str, str]
    markers: dict[str, str]
    folded: list[FoldedName]


def names_of(pairs: Iterable[tuple[str, str]], how: dict) -> Named:
    """What all (code, name beside it; '' for none) of a source mean by its settings `how`.

    A code that the mapping does not have is looked up by its name where the source asks for that.
    """
    own = [*how["analytes"], *how["ignore"]]
    pairs = sorted(pairs)
    matches = match_names((code for code, _ in pairs), own)
    keys, folded = matches.keys, matches.folded
    aliases = how.get("aliases", {})
    called = match_names((name for _, name in pairs), aliases).keys
    if how.get("by_name"):
        names = {c: n for c, n in names_of_codes(pairs).items() if c not in keys and n in called}
        by_name = match_names(names.values(), own)
        keys = keys | {code: by_name.keys[name] for code, name in names.items()}
        folded = folded + by_name.folded
    return Named(keys, {name: aliases[alias] for name, alias in called.items()}, folded)


def folded_name(text: str) -> str:
    """A name without accidents of type, by which names are compared.

    Unicode compatibility forms (NFKC) and case are folded. Blanks, `_`, `-`, `.` and `/` become
    one blank between letters or digits and nothing beside signs and Chinese: `HDL-C` is `hdl_c`,
    never `HDLC`. A Cyrillic or Greek letter that looks like a Latin one becomes that one where
    the rest of its word is Latin.
    """
    return _folded(text, DIFFERENCES)


def match_names(
    seen: Iterable[str],
    keys: Iterable[str] | Mapping[str, object],
    where: str = "the source's YAML",
) -> Matches:
    """Each name of `seen` with the key that it means: as it is written, else folded.

    UserError where a name is not written as any key and folds to two, unless both mean the same
    (equal values of a mapping).
    """
    matched, folded = {}, []
    keys = keys if isinstance(keys, Mapping) else frozenset(keys)
    own = _by_fold(keys)
    for name in sorted(set(seen)):
        key = _key_of(name, keys, own, where)
        if key is not None:
            matched[name] = key
            if key != name:
                folded.append(FoldedName(name, key, difference(name, key)))
    return Matches(matched, folded)


def names_of_codes(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Code -> the name that stands beside it, of (code, name), where one belongs to the other.

    A code with two names, however typed, and a name with two codes are left out: in one of two
    panels `Creatinine` may be that of urine. So are LOINC codes. An empty name is none.
    """
    names: dict[str, set[str]] = {}
    codes: dict[str, set[str]] = {}
    written: dict[str, str] = {}
    for code, name in sorted(pairs):
        if called := folded_name(name):
            names.setdefault(code, set()).add(called)
            codes.setdefault(called, set()).add(code)
            written.setdefault(code, name)
    return {
        code: written[code]
        for code, called in names.items()
        if len(called) == 1 and len(codes[min(called)]) == 1 and not LOINC.fullmatch(code)
    }


def difference(name: str, key: str) -> str:
    """In what two names of one fold differ: one or more of DIFFERENCES, joined by commas."""
    needed = [
        kind
        for kind in DIFFERENCES
        if _folded(name, {*DIFFERENCES} - {kind}) != _folded(key, {*DIFFERENCES} - {kind})
    ]
    # either of two folds would do, as for the micro sign
    return ", ".join(needed) or WIDTH


def _by_fold(keys: Iterable[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for key in sorted(keys):
        found.setdefault(folded_name(key), []).append(key)
    found.pop("", None)
    return found


def _key_of(name: str, keys, by_fold: dict[str, list[str]], where: str) -> str | None:
    if name in keys:
        return name
    found = by_fold.get(folded_name(name), [])
    if len(found) > 1 and not _mean_the_same(found, keys):
        raise UserError(
            f"the file's '{name}' may be " + " or ".join(f"'{key}'" for key in found),
            where=where,
            rule="a name that the mapping does not write so is compared with case, blanks and"
            " look-alike letters folded, and must then be one",
            do=f"list '{name}' too, written as in the file",
        )
    return found[0] if found else None


def _mean_the_same(found: list[str], keys) -> bool:
    return isinstance(keys, Mapping) and all(keys[key] == keys[found[0]] for key in found)


def _folded(text: str, kinds: Iterable[str]) -> str:
    if WIDTH in kinds:
        text = unicodedata.normalize("NFKC", text)
    if LOOK_ALIKE in kinds:
        text = WORD.sub(_latin, text)
    if CASE in kinds:
        text = text.casefold()
    if BLANKS in kinds:
        text = SEPARATORS.sub(" ", INVISIBLE.sub("", text))
        text = UNNEEDED.sub("", text)
    return text


def _latin(word: re.Match) -> str:
    """A word with its look-alike letters in Latin, where all its other letters are Latin."""
    letters = word.group()
    if letters.isascii():
        return letters
    scripts = {letter: unicodedata.name(letter, "").partition(" ")[0] for letter in letters}
    foreign = [letter for letter in letters if scripts[letter] in ("CYRILLIC", "GREEK")]
    latin = any(script == "LATIN" for script in scripts.values())
    if latin and all(letter in LOOK_ALIKES for letter in foreign):
        return "".join(LOOK_ALIKES.get(letter, letter) for letter in letters)
    return letters
