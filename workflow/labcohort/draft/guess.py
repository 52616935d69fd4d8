"""What a draft says of a file: a value, how sure it is, and why."""

from dataclasses import dataclass
from typing import Any

# from here on a guess needs a look, below it needs a person who knows the file
SURE = 0.9
# below this nothing is written as a setting, only as a comment
LIKELY = 0.55


@dataclass(frozen=True)
class Guess:
    """A value of a setting, its score (0 to 1; no probability) and the reason, in words.

    `others` are readings that the file does not exclude.
    """

    value: Any
    score: float
    reason: str
    others: tuple[str, ...] = ()

    def said(self) -> str:
        """The reason with the score, as a comment says it."""
        others = f"; or {', '.join(self.others)}" if self.others else ""
        return f"{self.score:.2f}: {self.reason}{others}"
