"""What the separators of an HL7 v2 message mean: repetitions, components, escape sequences.

The four levels are `str.split` here and not python-hl7, which the tests hold them against: it
takes 0.25 ms and 24 kB of memory for a segment (60 times as much), its `unescape` logs the text
of the field, and `\\.br999999999\\` makes it fill the memory.
"""

import re
from functools import cache
from typing import NamedTuple

# formatting commands of HL7 v2.5.1, 2.7.6: those that begin a line, and one that skips blanks
_LINE, _BLANK = ("br", "sp", "ce"), ("sk",)


class Separators(NamedTuple):
    """Separators as MSH-1 and MSH-2 declare them, and the encoding of the file."""

    field: str
    component: str
    repetition: str
    escape: str
    subcomponent: str
    encoding: str

    def repetitions(self, field: str) -> list[str]:
        """A field's repetitions, of which there is one at least. The null value is empty."""
        return ["" if part == '""' else part for part in field.split(self.repetition)]

    def parts(self, text: str) -> list[str]:
        """A repetition's components as plain text; the null value `""` is empty."""
        parts = text.split(self.component)
        return ["" if part == '""' else self.plain(part) for part in parts]

    def part(self, text: str, number: int) -> str:
        """Component `number` (from 1) of a field's first repetition, as plain text."""
        parts = self.parts(self.repetitions(text)[0])
        return parts[number - 1] if number <= len(parts) else ""

    def date(self, text: str) -> str:
        """The date and time in a TS, DTM or DR field, as sent."""
        return self.part(text, 1).split(self.subcomponent)[0]

    def plain(self, text: str) -> str:
        """The text without its escape sequences (HL7 v2.5.1, 2.7). Unknown ones stay."""
        if self.escape not in text:
            return text
        return _sequences(self.escape).sub(lambda found: self._meant(found), text)

    def _meant(self, found: re.Match) -> str:
        code = found[1]
        if code[0] == "X":
            try:
                return bytes.fromhex(code[1:]).decode(self.encoding)
            except ValueError:  # half a byte, or no text in this encoding
                return found[0]
        if code[0] == ".":
            command = code[1:3]
            return "\n" if command in _LINE else " " if command in _BLANK else ""
        return {
            "F": self.field,
            "S": self.component,
            "T": self.subcomponent,
            "R": self.repetition,
            "E": self.escape,
        }.get(code, "")


@cache
def _sequences(escape: str) -> re.Pattern:
    """Escape sequences: separators, highlighting (H, N), bytes in hex, formatting commands."""
    mark = re.escape(escape)
    return re.compile(rf"{mark}([FSTREHN]|X[0-9A-Fa-f]+|\.[a-z]{{2}}[+-]?\d{{0,9}}){mark}")
