"""Encoding, delimiter, quote and line ends of a text file, by its bytes."""

import codecs
import csv
import re
from collections import Counter
from pathlib import Path

from labcohort.draft.guess import Guess
from labcohort.ingest.readers.limits import MAX_CELL
from labcohort.ingest.readers.unzip import open_raw

# bytes that are looked at: an encoding may show itself late, a delimiter does not
LOOKED_AT = 64 << 20
START = 1 << 20
LINES = 400
BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
HIGH = re.compile(b"[\x80-\xff]+")
# bytes that Windows-1252 leaves without a meaning
NOT_1252 = re.compile(b"[\x81\x8d\x8f\x90\x9d]")
DELIMITERS = "\t;|,"
NAMES = {"\t": "tab", ";": "semicolon", "|": "vertical bar", ",": "comma"}


def text_form(path: Path, name: str) -> tuple[dict[str, Guess], list[str]]:
    """Guesses of encoding, delimiter and quote, and remarks (line ends, gzip).

    `quote` is among the guesses only where it is not the double quote.
    """
    with open_raw(path, name) as file:
        start = file.read(START)
        encoding = _encoding(start, lambda: iter(lambda: file.read(START), b""))
    text = codecs.getincrementaldecoder(encoding.value)("replace").decode(start)
    text = text.removeprefix("\ufeff")
    quote = _quote(text)
    delimiter = _delimiter(text, quote.value)
    remarks = [_line_ends(text)]
    with path.open("rb") as file:
        if file.read(2) == b"\x1f\x8b":
            remarks.append("gzip, which is read as it is")
    found = {"encoding": encoding, "delimiter": delimiter}
    return found | ({} if quote.value == '"' else {"quote": quote}), remarks


def _encoding(start: bytes, more) -> Guess:
    for bom, encoding in BOMS:
        if start.startswith(bom):
            return Guess(encoding, 1.0, "byte order mark")
    if b"\0" in start:
        even, odd = start[::2].count(0), start[1::2].count(0)
        return Guess("utf-16-le" if odd >= even else "utf-16-be", 0.8, "every other byte is zero")
    decoder = codecs.getincrementaldecoder("utf-8")("strict")
    high, size = bytearray(), 0
    try:
        block = start
        blocks = more()
        while block and size < LOOKED_AT:
            size += len(block)
            decoder.decode(block)
            high += b" ".join(HIGH.findall(block))[:START]
            block = next(blocks, b"")
        if not high:
            return Guess("utf-8", 0.95, f"only ASCII in {size:,} bytes")
        return Guess("utf-8", 0.98, "all bytes are valid UTF-8")
    except UnicodeDecodeError:
        return _not_unicode(bytes(block))


def _not_unicode(block: bytes) -> Guess:
    """GB18030 or Windows-1252: Chinese stands in pairs of bytes, most of the common characters."""
    runs = HIGH.findall(block)
    paired = sum(len(run) for run in runs if len(run) % 2 == 0) / sum(map(len, runs))
    pairs = [run[i] for run in runs for i in range(0, len(run) - 1, 2)]
    # GB 2312 has the 3,755 most used characters at these first bytes
    common = sum(0xB0 <= first <= 0xD7 for first in pairs) / max(len(pairs), 1)
    try:
        block.decode("gb18030")
        is_chinese = paired > 0.8 and common > 0.5
    except UnicodeDecodeError as error:
        # the block may end within a character
        is_chinese = paired > 0.8 and common > 0.5 and error.start > len(block) - 4
    if is_chinese:
        said = f"no UTF-8; {paired:.0%} of high bytes in pairs, {common:.0%} common characters"
        return Guess("gb18030", 0.9, said, ("cp1252",) if paired < 0.95 else ())
    if NOT_1252.search(block):
        return Guess("latin-1", 0.5, "no UTF-8 and not Windows-1252", ("gb18030", "cp1250"))
    return Guess("cp1252", 0.7, "no UTF-8; single high bytes", ("latin-1", "cp1250"))


def _quote(text: str) -> Guess:
    opened = re.search(r'(?:^|[\t;|,\r\n])"', text)
    if '"' in text and not opened:
        return Guess("", 0.8, 'a " stands inside of cells and encloses none')
    return Guess('"', 0.95, "double quotes" if '"' in text else "no quote is used")


def _delimiter(text: str, quote: str) -> Guess:
    """The sign that splits most rows into the same number of cells, outside quotes."""
    lines = text.splitlines(keepends=True)[:LINES]
    if len(lines) == LINES or len(text) >= START // 2:
        lines = lines[:-1] or lines
    scores = {}
    for sign in DELIMITERS:
        widths = _widths(lines, sign, quote)
        width, _ = max(
            Counter(w for w in widths if w).items(), key=lambda x: (x[1], x[0]), default=(1, 0)
        )
        if width > 1:
            share = sum(w == width for w in widths if w) / max(sum(w > 0 for w in widths), 1)
            scores[sign] = (round(share, 2), width)
    if not scores:
        return Guess(",", 0.1, "no sign splits the rows alike: perhaps one column")
    # a comma may be in decimals, a blank in text: the rarer sign goes before at the same share
    best = max(scores, key=lambda sign: (scores[sign][0], -DELIMITERS.index(sign)))
    others = tuple(NAMES[s] for s in scores if s != best and scores[s][0] >= scores[best][0] - 0.05)
    share, width = scores[best]
    return Guess(
        best, 0.6 + 0.38 * share, f"{NAMES[best]}: {share:.0%} of rows have {width} cells", others
    )


def _widths(lines: list[str], sign: str, quote: str) -> list[int]:
    style = {"quotechar": quote} if quote else {"quoting": csv.QUOTE_NONE}
    csv.field_size_limit(MAX_CELL)
    try:
        rows = csv.reader(lines, delimiter=sign, **style)
        return [len(row) if any(cell.strip() for cell in row) else 0 for row in rows]
    except csv.Error:
        return []


def _line_ends(text: str) -> str:
    pairs = text.count("\r\n")
    counts = {"CRLF": pairs, "LF": text.count("\n") - pairs, "CR": text.count("\r") - pairs}
    used = [name for name, count in counts.items() if count]
    return f"line ends: {' and '.join(used) or 'none'}"
