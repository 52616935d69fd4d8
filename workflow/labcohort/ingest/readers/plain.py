"""Plain blocks of delimited text, split by Polars into the cells that the csv reader would give.

A block is taken for plain only where its bytes prove it; what is not plain is nobody's fault.
"""

import numpy as np
import polars as pl

from labcohort.ingest.readers.limits import MAX_CELL

LINE_END = b"\n"
# a byte that no text in UTF-8 has
NO_TEXT = b"\xff"
# what ends lines, is no text, or is white space to Python alone: in no cell of a plain block
ODD = b"\r\0\x1c\x1d\x1e\x1f"
# what may have to be stripped
BLANK = b" \t\v\f"


def plain_cells(block: str, width: int, delimiter: str, quote: str) -> pl.DataFrame | None:
    """Stripped cells of whole lines, a row a line, in `width` columns named by their position.

    None where the block is not plain: each line has `width` cells, and ends in LF or CRLF (the
    last one may have no end); quotes stand around whole cells, without a line break in them; no
    text comes near the limits of a cell.
    """
    # Polars knows delimiters of one byte; the csv reader's lines have no mark at their start
    if len(delimiter.encode()) > 1 or len(quote.encode()) > 1 or "\ufeff" in block:
        return None
    data = block.encode()
    data = data if data.endswith(LINE_END) else data + LINE_END
    if b"\r" in data:
        data = data.replace(b"\r\n", LINE_END)
    has_quotes = bool(quote) and quote.encode() in data
    outside, inside = _by_quotes(data, delimiter, quote) if has_quotes else (data, b"")
    marks = LINE_END + delimiter.encode() + quote.encode() + ODD
    found, blanks = _only(outside, marks + BLANK), _only(inside, BLANK)
    lines = found.count(LINE_END)
    expected = (delimiter.encode() * (width - 1) + LINE_END) * lines
    has_blanks = found != expected or blanks
    if (has_blanks and _only(outside, marks) != expected) or _only(inside, ODD + LINE_END):
        return None
    cells = pl.read_csv(
        data,
        has_header=False,
        schema={str(position): pl.String for position in range(width)},
        separator=delimiter,
        quote_char=quote if has_quotes else None,
        empty_string_is_null=False,
        glob=False,
    )
    longest = cells.select(pl.all().str.len_bytes().max()).sum_horizontal().item()
    if cells.height != lines or longest + width > MAX_CELL:
        return None
    if data.isascii() and not has_blanks:
        return cells
    # white space beyond ASCII is known to Python and Polars alike
    return cells.with_columns(pl.all().str.strip_chars())


def _only(data: bytes, kept: bytes) -> bytes:
    """Those of the bytes that are among `kept`."""
    return data.translate(None, bytes(set(range(256)) - set(kept)))


def _by_quotes(data: bytes, delimiter: str, quote: str) -> tuple[bytes, bytes]:
    """What stands outside quotes, each quoted text as one byte of none, and what stands inside.

    All of it counts as outside where quotes do not stand around whole cells. A doubled quote in
    a quoted text is as good as two such texts side by side.
    """
    text = np.frombuffer(data, np.uint8)
    quotes = np.flatnonzero(text == ord(quote))
    # what ends a cell before the opening ones and after the others; the data end with a line's end
    beside = np.concatenate([text[quotes[::2] - 1], text[quotes[1::2] + 1]])
    ends = np.frombuffer((delimiter + quote).encode() + LINE_END, np.uint8)
    if len(quotes) % 2 or not np.isin(beside, ends).all():
        return data, b""
    pieces = data.split(quote.encode())
    return NO_TEXT.join(pieces[::2]), b"".join(pieces[1::2])
