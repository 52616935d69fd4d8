"""The fonts of the figures: the bundled one, and an installed one for Chinese or by its name.

What a cache in somebody's home directory lists has no say: it may be older than the fonts.
"""

import struct
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import matplotlib
from fontTools.subset import Options
from matplotlib import font_manager
from matplotlib.ft2font import FT2Font

from labcohort.errors import UserError

OURS = "DejaVu Sans"
OUR_FILES = ("DejaVuSans.ttf", "DejaVuSans-Bold.ttf")
# simplified Chinese, the first that is installed
CHINESE = (
    "Noto Sans CJK SC",
    "Noto Sans SC",
    "Source Han Sans SC",
    "Source Han Sans CN",
    "WenQuanYi Zen Hei",
    "WenQuanYi Micro Hei",
    "Microsoft YaHei",
    "SimHei",
    "PingFang SC",
    "Heiti SC",
    "Droid Sans Fallback",
)
TRUETYPE = (b"\x00\x01\x00\x00", b"true")
# letters are placed before a PDF is written: it needs none of a font's tables for that, and to cut
# these down to the letters in use takes a second a file
LAYOUT_TABLES = ("GDEF", "GPOS", "GSUB", "kern")
TRUETYPE_IN_PDF, OUTLINES_IN_PDF = 42, 3
RULE = "figures are drawn with a font that has a letter for each sign, never with boxes"
DO = "install one, for instance Debian's fonts-noto-cjk, or name an installed one in print: font:"


def use(language: str, name: str | None) -> None:
    """Use these fonts, and no other, for every figure made from here on.

    `name` is a font's family, or None: then the bundled font in English, and in Chinese (`zh`)
    the first of CHINESE that is installed. UserError where it is not installed.
    """
    wanted = [name] if name else list(CHINESE) if language == "zh" else []
    family, files = _first(wanted, installed()) if wanted else (None, [])
    bundled = Path(matplotlib.get_data_path(), "fonts/ttf")
    manager = font_manager.fontManager
    manager.ttflist = []
    for path in (*files, *(str(bundled / file) for file in OUR_FILES)):
        manager.addfont(path)
    matplotlib.rcParams["font.family"] = [family, OURS] if family else [OURS]
    matplotlib.rcParams["pdf.fonttype"] = pdf_type(files)
    # matplotlib adds to these, and has no setting for it
    kept = [table for table in Options._drop_tables_default if table not in LAYOUT_TABLES]
    Options._drop_tables_default = [*kept, *LAYOUT_TABLES]


def installed() -> dict[str, list[str]]:
    """Family -> its files, sorted, of all fonts of this machine that can be read."""
    found: dict[str, list[str]] = {}
    for path in sorted(font_manager.findSystemFonts()):
        for family in _families(path):
            found.setdefault(family, []).append(path)
    return found


def pdf_type(files: Sequence[str]) -> int:
    """How a PDF embeds the fonts: as TrueType, which a journal's software can edit.

    Collections and fonts of PostScript outlines cannot be TrueType, and go in as outlines.
    """
    plain = all(Path(file).read_bytes()[:4] in TRUETYPE for file in files)
    return TRUETYPE_IN_PDF if plain else OUTLINES_IN_PDF


@contextmanager
def complete() -> Iterator[None]:
    """UserError where a text is drawn for which the fonts have no letter."""
    with warnings.catch_warnings():
        warnings.filterwarnings("error", message="Glyph .* missing from font")
        try:
            yield
        except UserWarning as warning:
            if "missing from font" not in str(warning):
                raise
            raise UserError(
                f"a figure has a sign that no font in use has: {warning}",
                where="config/config.yaml, print: font:",
                rule=RULE,
                do=DO,
            ) from None


def _first(wanted: Sequence[str], known: Mapping[str, Sequence[str]]) -> tuple[str, Sequence[str]]:
    """The first wanted family that is installed, and its files."""
    for family in wanted:
        if family in known:
            return family, known[family]
    named = len(wanted) == 1
    raise UserError(
        f"the font '{wanted[0]}' is not installed" if named else "no font for Chinese is installed",
        where="config/config.yaml, print: " + ("font:" if named else "language: zh"),
        rule=RULE,
        do=DO + ("" if named else "; looked for: " + ", ".join(wanted)),
    )


def _families(path: str) -> list[str]:
    """The families in a font's file; none where it cannot be read."""
    try:
        faces = FT2Font(path).num_faces
        return list(dict.fromkeys(FT2Font(path, face_index=i).family_name for i in range(faces)))
    except (OSError, RuntimeError, ValueError, struct.error):
        return []
