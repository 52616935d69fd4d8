"""Printed tables as Word documents: a table that can be edited, in the style of a journal."""

import re
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from unicodedata import east_asian_width
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from docx import Document
from docx.enum.section import WD_ORIENT
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt, RGBColor

from labcohort.publish.tables.table import Column, Line, Printed
from labcohort.publish.words import say

# a document says when it was made: the same day always, so that the same rows are the same bytes
MADE = datetime(2000, 1, 1, tzinfo=UTC)
ARCHIVED = (2000, 1, 1, 0, 0, 0)
# columns from which a page lies on its side
WIDE = 7
# centimetres: of a sheet of A4, and of its margins
SHORT, LONG, MARGIN = 21.0, 29.7, 1.5
# half points; a table that is too wide for BODY goes down to LEAST
BODY, SMALL, LEAST = 15, 14, 12
# eighths of a point: the rules above and below a table, and below its header
HEAVY, LIGHT = 12, 6
# twentieths of a point in a centimetre
TWIPS = 1440 / 2.54
# twentieths of a point: of a letter, and beside the text of a cell
LETTER, PADDING = 88, 130
# letters of a text for which a column has room, if there is any
LONGEST = 30
CHINESE_FONT = "SimSun"


def write(path: Path, table: Printed, how: dict) -> None:
    """Write a document: title as a caption, the lines under a header that each page repeats,
    footnotes, the word SYNTHETIC."""
    document = Document()
    _styles(document, how)
    _page(document, wide=len(table.columns) >= WIDE)
    document.add_paragraph(table.title, style="Caption")
    document.add_paragraph(how["title"])
    if how["synthetic"]:
        words = say(how, "SYNTHETIC: made-up data of a demo registry. No real person, no finding.")
        document.add_paragraph().add_run(words).bold = True
        document.sections[0].footer.paragraphs[0].text = "SYNTHETIC"
    last = document.element.body[-1]
    last.addprevious(_table(table))
    for note in table.footnotes:
        document.add_paragraph(note, style="footnote")
    _properties(document, table)
    path.write_bytes(_archived(document))


def _styles(document, how: dict) -> None:
    """Plain styles: small type, little space, black."""
    normal = document.styles["Normal"]
    normal.font.name, normal.font.size = "Times New Roman", Pt(9)
    normal.paragraph_format.space_after = Pt(2)
    if how["language"] == "zh":
        normal.element.rPr.rFonts.set(qn("w:eastAsia"), CHINESE_FONT)
        # where that font is missing another is taken by the language: it has letters of its own
        document.styles.element.find(".//" + qn("w:lang")).set(qn("w:eastAsia"), "zh-CN")
    caption = document.styles["Caption"]
    caption.font.size, caption.font.bold = Pt(11), True
    caption.font.color.rgb = RGBColor(0, 0, 0)
    caption.paragraph_format.keep_with_next = True
    footnote = document.styles.add_style("footnote", 1)
    footnote.base_style = normal
    footnote.font.size = Pt(SMALL / 2)


def _page(document, wide: bool) -> None:
    """A sheet of A4, on its side where the table is wide."""
    section = document.sections[0]
    section.orientation = WD_ORIENT.LANDSCAPE if wide else WD_ORIENT.PORTRAIT
    width, height = (LONG, SHORT) if wide else (SHORT, LONG)
    section.page_width, section.page_height = Cm(width), Cm(height)
    for side in ("left_margin", "right_margin", "top_margin", "bottom_margin"):
        setattr(section, side, Cm(MARGIN))


def _table(table: Printed):
    """The table of a printed one: three rules, no lines between the columns."""
    widths, size = _widths(table)
    properties = _element("w:tblPr")
    properties.append(_element("w:tblW", w=str(sum(widths)), type="dxa"))
    borders = _element("w:tblBorders")
    borders.append(_element("w:top", val="single", sz=str(HEAVY), space="0", color="000000"))
    borders.append(_element("w:bottom", val="single", sz=str(HEAVY), space="0", color="000000"))
    properties.append(borders)
    properties.append(_element("w:tblLayout", type="fixed"))
    margins = _element("w:tblCellMar")
    for side in ("left", "right"):
        margins.append(_element(f"w:{side}", w="60", type="dxa"))
    properties.append(margins)
    grid = _element("w:tblGrid")
    for width in widths:
        grid.append(_element("w:gridCol", w=str(width)))
    made = _element("w:tbl")
    made.append(properties)
    made.append(grid)
    made.append(_header(table.columns, widths, size))
    for line in table.lines:
        for row in _rows(line, table.columns, widths, size):
            made.append(row)
    return made


def _widths(table: Printed) -> tuple[list[int], int]:
    """Widths of the columns in twentieths of a point, which together fill the page: room for the
    longest word of each, and more for those with long texts; and the size of the letters."""
    least, more = [], []
    for i, column in enumerate(table.columns):
        texts = [_kept(line.cells[i].text, column) for line in table.lines]
        word = max((_letters(part) for text in texts for part in text.split(" ")), default=0)
        # bold letters are wider
        word = max(word, *(_letters(part) + 2 for part in column.header.split(" ")))
        # a p may come out as <0.001 in a font that is wider
        word = max(word, 8 if column.is_p else 0)
        longest = max(map(_letters, texts), default=0)
        least.append(LETTER * word + PADDING)
        more.append(max(0, min(longest, LONGEST) - word))
    sheet = LONG if len(table.columns) >= WIDE else SHORT
    room = round((sheet - 2 * MARGIN) * TWIPS)
    if (left := room - sum(least)) < 0:
        return [room * each // sum(least) for each in least], max(LEAST, BODY * room // sum(least))
    parts = sum(more)
    # where nothing is long all have the same
    shares = [part / parts if parts else 1 / len(more) for part in more]
    return [each + int(left * share) for each, share in zip(least, shares, strict=True)], BODY


def _kept(text: str, column: Column) -> str:
    """The text of a cell; one of numbers breaks before a bracket only, and has minus signs."""
    if not column.numeric:
        return text
    return re.sub(r"-(?=\d)", "\u2212", re.sub(r" (?![(\[])", "\u00a0", text))


def _letters(text: str) -> int:
    """How wide a text is, in Latin letters."""
    return sum(2 if east_asian_width(letter) in "WF" else 1 for letter in text)


def _header(columns: tuple[Column, ...], widths: list[int], size: int):
    """The row of headers, which every page repeats."""
    cells = [
        _cell(column.header, width, size, bold=True, right=column.numeric, below=True)
        for column, width in zip(columns, widths, strict=True)
    ]
    return _row(cells, header=True)


def _rows(line: Line, columns: tuple[Column, ...], widths: list[int], size: int) -> list:
    """A line, after the heading of its group and before its note, a row each."""
    span, whole, rows = len(columns), sum(widths), []
    if line.heading:
        rows.append(_row([_cell(line.heading, whole, size, span=span, bold=True, next_too=True)]))
    cells = [
        _cell(_kept(cell.text, column), width, size, right=column.numeric, next_too=bool(line.note))
        for cell, column, width in zip(line.cells, columns, widths, strict=True)
    ]
    rows.append(_row(cells))
    if line.note:
        rows.append(_row([_cell(line.note, whole, min(size, SMALL), span=span, indented=True)]))
    return rows


def _row(cells: list, header: bool = False):
    """A row that no page break cuts."""
    row, properties = _element("w:tr"), _element("w:trPr")
    properties.append(_element("w:cantSplit"))
    if header:
        properties.append(_element("w:tblHeader"))
    row.append(properties)
    for cell in cells:
        row.append(cell)
    return row


def _cell(
    text: str,
    width: int,
    size: int,
    span: int = 1,
    bold: bool = False,
    right: bool = False,
    below: bool = False,
    indented: bool = False,
    next_too: bool = False,
):
    """A cell of one paragraph. `below` draws the rule below the header, `next_too` keeps it on the
    page of the row that follows."""
    cell, properties = _element("w:tc"), _element("w:tcPr")
    properties.append(_element("w:tcW", w=str(width), type="dxa"))
    if span > 1:
        properties.append(_element("w:gridSpan", val=str(span)))
    if below:
        borders = _element("w:tcBorders")
        borders.append(_element("w:bottom", val="single", sz=str(LIGHT), space="0", color="000000"))
        properties.append(borders)
        properties.append(_element("w:vAlign", val="bottom"))
    cell.append(properties)
    paragraph, of_paragraph = _element("w:p"), _element("w:pPr")
    if next_too:
        of_paragraph.append(_element("w:keepNext"))
    of_paragraph.append(_element("w:spacing", before="20", after="20"))
    if indented:
        of_paragraph.append(_element("w:ind", left="200"))
    if right:
        of_paragraph.append(_element("w:jc", val="right"))
    paragraph.append(of_paragraph)
    run, of_run = _element("w:r"), _element("w:rPr")
    if bold:
        of_run.append(_element("w:b"))
    of_run.append(_element("w:sz", val=str(size)))
    words = _element("w:t")
    words.text = text
    words.set(qn("xml:space"), "preserve")
    for part in (of_run, words):
        run.append(part)
    paragraph.append(run)
    cell.append(paragraph)
    return cell


def _element(name: str, **attributes: str):
    """An element of WordprocessingML."""
    element = OxmlElement(name)
    for key, value in attributes.items():
        element.set(qn(f"w:{key}"), value)
    return element


def _properties(document, table: Printed) -> None:
    """What the document says of itself: no date but the fixed one, no name of a person."""
    core = document.core_properties
    core.title, core.author, core.last_modified_by = table.title, "labcohort", "labcohort"
    core.created = core.modified = MADE.replace(tzinfo=None)
    core.revision, core.comments, core.keywords = 1, "", ""


def _archived(document) -> bytes:
    """The document's archive with entries in the order of their names, of a fixed day."""
    saved, written = BytesIO(), BytesIO()
    document.save(saved)
    with ZipFile(saved) as source, ZipFile(written, "w") as target:
        for name in sorted(source.namelist()):
            entry = ZipInfo(name, ARCHIVED)
            entry.compress_type = ZIP_DEFLATED
            target.writestr(entry, source.read(name))
    return written.getvalue()
