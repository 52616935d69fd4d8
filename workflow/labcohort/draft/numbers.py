"""How a file writes its numbers: decimal sign, thousands, marks, and what means no value."""

import re
from collections import Counter
from collections.abc import Iterable

from labcohort.draft.cells import GROUPED, MARKED, as_float, is_number, is_token
from labcohort.draft.guess import Guess

DECIMALS = re.compile(r"^[^0-9]*[0-9]*([.,])([0-9]*)$")
# codes that programs write where a number is missing
SENTINELS = re.compile(r"^-[1-9]$|^-?(?:9{2,})(?:\.9{1,2}|\.0{1,2})?$|^-?8{3,}$|^-?9{2,}[6-8]$")
NUMERIC = 0.6


def is_numeric(counts: Counter) -> bool:
    """Whether most cells of a column (text -> cells) are numbers, tokens for no value aside."""
    texts = {v: n for v, n in counts.items() if not is_token(v)}
    numbers = sum(n for v, n in texts.items() if is_number(v) or _unmarked(v))
    return bool(texts) and numbers >= NUMERIC * sum(texts.values())


def _unmarked(text: str) -> bool:
    found = MARKED.match(text)
    return bool(found and is_number(found.group(1)))


def decimal_sign(columns: Iterable[list[str]]) -> Guess:
    """`.` or `,` by the numbers of numeric columns; three digits after it may be thousands."""
    signs: Counter[str] = Counter()
    for values in columns:
        for text in values:
            if (found := DECIMALS.match(text)) and found.group(2) and len(found.group(2)) != 3:
                signs[found.group(1)] += 1
    if not signs:
        return Guess(".", 0.6, "no decimals were seen")
    sign, n = signs.most_common(1)[0]
    return Guess(
        sign, 0.5 + 0.48 * n / signs.total(), f"{n:,} of {signs.total():,} decimals have it"
    )


def thousands_sign(columns: Iterable[list[str]], decimal: str) -> Guess | None:
    """What separates thousands, where numbers are grouped; sure where a second group shows it."""
    signs: Counter[str] = Counter()
    proved = set()
    for values in columns:
        for text in values:
            found = GROUPED.match(text)
            if found and found.group("sign") != decimal:
                signs[found.group("sign")] += 1
                if len(re.findall(r"[,.' \u00a0\u2019]", text)) > 1:
                    proved.add(found.group("sign"))
    if not signs:
        return None
    sign, n = signs.most_common(1)[0]
    plain = {"\u00a0": " ", "\u2019": "'"}.get(sign, sign)
    return Guess(plain, 0.95 if sign in proved else 0.6, f"{n:,} numbers are in groups of three")


def missing_tokens(columns: Iterable[list[str]]) -> Guess | None:
    """Texts of numeric columns that commonly mean no value."""
    seen: Counter[str] = Counter()
    for values in columns:
        seen.update(v for v in values if is_token(v))
    if not seen:
        return None
    tokens = [token for token, _ in seen.most_common()]
    said = ", ".join(f"{token} ({n:,})" for token, n in seen.most_common(8))
    return Guess(tokens, 0.9, f"no numbers, where numbers stand: {said}")


def sentinels(columns: Iterable[list[str]], decimal: str) -> Guess | None:
    """Numbers such as -9 and 9999999 that stand far from all other values of their columns.

    One that is an ordinary value of another column is left out: tokens hold for the whole source.
    """
    found: Counter[str] = Counter()
    ordinary: set[str] = set()
    for values in columns:
        counted = Counter(values)
        suspects = {v for v in counted if SENTINELS.match(v)}
        others = [
            x for v in counted if v not in suspects and (x := as_float(v, decimal)) is not None
        ]
        for text in suspects:
            number = as_float(text, decimal)
            is_far = others and (number < 0 <= min(others) or number > 10 * max(others))
            if is_far and counted[text] >= 2:
                found[text] += counted[text]
            else:
                ordinary.add(text)
    tokens = [token for token, _ in found.most_common() if token not in ordinary]
    if not tokens:
        return None
    return Guess(tokens, 0.6, "far from all other values of its columns, and repeated")


def marks(columns: Iterable[list[str]]) -> Guess | None:
    """What a laboratory sets after a number: H, L, *."""
    seen: Counter[str] = Counter()
    for values in columns:
        seen.update(m.group(2) for v in values if (m := MARKED.match(v)) and is_number(m.group(1)))
    if not seen:
        return None
    return Guess(sorted(seen), 0.85, f"{seen.total():,} numbers are followed by it")
