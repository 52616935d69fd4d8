"""The parts of a draft: keys of the YAML, each with its value and the reasons beside it."""

from dataclasses import dataclass, field
from typing import Any

from labcohort.draft.guess import SURE, Guess

TO_CHECK = "CHECK "


@dataclass
class Entry:
    """A key with its value and comment; `above` are lines of comment before it.

    A value that is a dict or list with `comments` (key or item -> comment) is written a line
    each. `is_guess` puts the key under `unconfirmed`.
    """

    key: str
    value: Any
    comment: str = ""
    above: list[str] = field(default_factory=list)
    comments: dict[str, str] | None = None
    is_guess: bool = True


def guessed(key: str, guess: Guess) -> Entry:
    """The entry of a guess, whose comment is its score and reason."""
    return Entry(key, guess.value, remark(guess.score, guess.said()))


def remark(score: float, text: str) -> str:
    """A comment, marked where a person who knows the file has to look."""
    return text if score >= SURE else TO_CHECK + text
