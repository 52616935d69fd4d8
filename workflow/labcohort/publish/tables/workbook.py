"""Printed tables as workbooks: numbers as numbers, each in a cell of its own."""

from datetime import UTC, datetime
from pathlib import Path
from unicodedata import east_asian_width

import xlsxwriter

from labcohort.publish.tables.table import Cell, Column, Line, Printed
from labcohort.publish.words import say

# a workbook says when it was made: the same day always, so that the same rows are the same bytes
MADE = datetime(2000, 1, 1, tzinfo=UTC).replace(tzinfo=None)
# what a spreadsheet takes for a formula (labcohort.spreadsheet)
FORMULA_BEGINNINGS = tuple("=+-@\t\r")
# characters of a column, at most
WIDEST, NUMBER, NOTE_WIDTH = 30, 10, 60
# a text keeps away from the number before it
INDENTED = {"align": "left", "indent": 1}
# points of a line of text
HEIGHT = 13.5
P_FORMATS = {
    # below .001 and, in one style, above .99 a p is not written as a number
    "plain": '[<0.001]"<0.001";0.{zeros}',
    "ama": '[<0.001]"<.001";[>0.99]">.99";.{zeros}',
    "nejm": '[<0.001]"<0.001";0.{zeros}',
}
BASE = {"font_name": "Calibri", "font_size": 10, "valign": "top"}


def write(path: Path, table: Printed, how: dict) -> None:
    """Write a workbook of one sheet: title, header, lines, footnotes, the word SYNTHETIC.

    A column of several numbers is as many columns, with its name above. Texts are texts: none is
    a formula, a link or a number, also after someone has edited it.
    """
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    book = xlsxwriter.Workbook(str(path), options)
    book.set_properties({"title": table.title, "author": "labcohort", "created": MADE})
    sheet = book.add_worksheet(table.name[:31])
    formats = _Formats(book)
    top = _title(sheet, formats, table, how)
    places, width = _places(table.columns)
    _header(sheet, formats, table.columns, places, top, say(how, "Note"))
    sheet.set_row(top, 2 * HEIGHT)
    sheet.set_row(top + 1, 2 * HEIGHT)
    row = top + 2
    for line in table.lines:
        if line.heading:
            sheet.write_string(row, 0, line.heading, formats.of(bold=True, bg_color="#F3F3F3"))
            row += 1
        _line(sheet, formats, table.columns, places, line, row, how)
        sheet.set_row(row, HEIGHT * _lines_of(line))
        row += 1
    for i in range(width + 1):
        sheet.write_blank(row, i, None, formats.of(top=2))
    for number, note in enumerate(table.footnotes, 1):
        sheet.write_string(row + number, 0, note, formats.text(note))
    _widths(sheet, table, places, width)
    sheet.freeze_panes(top + 2, 1)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.repeat_rows(top, top + 1)
    sheet.fit_to_pages(1, 0)
    sheet.set_footer("&C&P/&N" + ("&RSYNTHETIC" if how["synthetic"] else ""))
    book.close()


class _Formats:
    """Formats of cells, each made once."""

    def __init__(self, book: xlsxwriter.Workbook):
        self._book = book
        self._made: dict[tuple, object] = {}

    def of(self, **properties: object):
        """The format with these properties."""
        key = tuple(sorted(properties.items()))
        if key not in self._made:
            self._made[key] = self._book.add_format(BASE | properties)
        return self._made[key]

    def text(self, text: str, **properties: object):
        """The format of a text; one that would be a formula once edited is marked as a text."""
        starts = text[:1] in FORMULA_BEGINNINGS
        return self.of(**properties, **({"quote_prefix": True} if starts else {}))


def _title(sheet, formats: _Formats, table: Printed, how: dict) -> int:
    """Title, study and the word SYNTHETIC; the row of the header."""
    sheet.write_string(0, 0, table.title, formats.text(table.title, bold=True, font_size=12))
    sheet.write_string(1, 0, how["title"], formats.text(how["title"], font_color="#555555"))
    if not how["synthetic"]:
        return 3
    words = say(how, "SYNTHETIC: made-up data of a demo registry. No real person, no finding.")
    sheet.write_string(2, 0, words, formats.of(bold=True, font_color="#8A3D00"))
    return 4


def _places(columns: tuple[Column, ...]) -> tuple[list[int], int]:
    """Where each column begins, and where the notes are: after the last."""
    places, at = [], 0
    for column in columns:
        places.append(at)
        at += max(1, len(column.parts))
    return places, at


def _header(sheet, formats: _Formats, columns, places: list[int], top: int, note: str) -> None:
    """Two rows: names of columns, and of their parts where they have several."""
    above = {"bold": True, "text_wrap": True, "top": 2}
    below = {"bold": True, "text_wrap": True, "bottom": 1}
    for column, at in zip(columns, places, strict=True):
        side = {"align": "right"} if column.numeric else (INDENTED if at else {})
        if len(column.parts) > 1:
            middle = formats.text(column.header, **above, align="center")
            sheet.merge_range(top, at, top, at + len(column.parts) - 1, "", middle)
            sheet.write_string(top, at, column.header, middle)
        else:
            sheet.write_string(top, at, column.header, formats.text(column.header, **above, **side))
            sheet.write_blank(top + 1, at, None, formats.of(**below))
            continue
        for i, part in enumerate(column.parts):
            sheet.write_string(top + 1, at + i, part, formats.text(part, **below, **side))
    end = places[-1] + max(1, len(columns[-1].parts))
    sheet.write_string(top, end, note, formats.of(**above, **INDENTED))
    sheet.write_blank(top + 1, end, None, formats.of(**below))


def _line(sheet, formats: _Formats, columns, places, line: Line, row: int, how: dict) -> None:
    """One line: numbers, or the text where a cell has none; its note in the last column."""
    for column, cell, at in zip(columns, line.cells, places, strict=True):
        numbers = cell.numbers if column.parts else ()
        if all(number is None for number in numbers):
            side = {"align": "right"} if column.numeric else _beside(at)
            sheet.write_string(row, at, cell.text, formats.text(cell.text, **side))
            continue
        for i, number in enumerate(numbers):
            if number is not None:
                shown = formats.of(num_format=_number_format(column, cell, number, how))
                sheet.write_number(row, at + i, number, shown)
    if line.note:
        end = places[-1] + max(1, len(columns[-1].parts))
        sheet.write_string(row, end, line.note, formats.text(line.note, **_beside(end)))


def _lines_of(line: Line) -> int:
    """Lines of text that a row needs, whose texts break where a column is full."""
    texts = [(cell.text, WIDEST) for cell in line.cells] + [(line.note, NOTE_WIDTH)]
    return max(-(-_letters(text) // (width - 2)) for text, width in texts) or 1


def _letters(text: str) -> int:
    """How wide a text is, in Latin letters."""
    return sum(2 if east_asian_width(letter) in "WF" else 1 for letter in text)


def _beside(at: int) -> dict:
    """How a text is set: away from the number before it."""
    return {"text_wrap": True, **(INDENTED if at else {})}


def _number_format(column: Column, cell: Cell, number: float, how: dict) -> str:
    """How a number is shown: with its cell's decimals, a count without, p in the study's style."""
    decimals = 0 if isinstance(number, int) else cell.decimals or 0
    if column.is_p:
        return P_FORMATS[how["p"]].format(zeros="0" * (decimals or 3))
    return "0." + "0" * decimals if decimals else "0"


def _widths(sheet, table: Printed, places: list[int], end: int) -> None:
    """Columns as wide as their texts, within limits; numbers as wide as numbers are."""
    for i, (column, at) in enumerate(zip(table.columns, places, strict=True)):
        if column.parts:
            longest = max(_letters(part) for part in " ".join(column.parts).split(" "))
            sheet.set_column(at, at + len(column.parts) - 1, max(longest, NUMBER))
        else:
            longest = max([_letters(line.cells[i].text) for line in table.lines], default=0)
            word = max(_letters(part) for part in column.header.split(" "))
            sheet.set_column(at, at, min(max(longest, word, NUMBER) + 1, WIDEST))
    sheet.set_column(end, end, NOTE_WIDTH)
