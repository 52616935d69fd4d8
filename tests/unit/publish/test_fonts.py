"""Fonts of the figures: by name, never boxes, and the same whatever lies in a home directory."""

import re
from pathlib import Path

import matplotlib
import pytest
from labcohort.errors import UserError
from labcohort.publish import fonts, style
from matplotlib import font_manager
from matplotlib.figure import Figure

BUNDLED = Path(matplotlib.get_data_path(), "fonts/ttf")
INSTALLED = [name for name in fonts.CHINESE if name in fonts.installed()]


def using(language: str = "en", font: str | None = None) -> dict:
    return {"language": language, "font": font, "words": {}}


@pytest.fixture(autouse=True)
def restored():
    """The style of other tests is not that of these."""
    yield
    style.apply(using())


def test_english_needs_no_font_that_is_installed(monkeypatch):
    monkeypatch.setattr(fonts, "installed", lambda: pytest.fail("looked for fonts"))
    style.apply(using())
    found = font_manager.findfont("DejaVu Sans")
    assert Path(found) == (BUNDLED / "DejaVuSans.ttf").resolve()


def test_a_font_that_an_old_cache_lists_is_not_used():
    stale = font_manager.FontEntry("/gone/DejaVuSans.ttf", 0, "DejaVu Sans")
    font_manager.fontManager.ttflist.insert(0, stale)
    style.apply(using())
    assert {Path(e.fname).parent for e in font_manager.fontManager.ttflist} == {BUNDLED}


@pytest.mark.parametrize("known", [{}, {"Noto Sans CJK JP": ["x.ttc"]}])
def test_without_a_chinese_font_the_run_stops_and_says_what_to_install(monkeypatch, known):
    monkeypatch.setattr(fonts, "installed", lambda: known)
    with pytest.raises(UserError, match="no font for Chinese") as error:
        style.apply(using("zh"))
    assert "fonts-noto-cjk" in str(error.value) and "print: font:" in str(error.value)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_font_that_is_named_must_be_installed(monkeypatch, language):
    monkeypatch.setattr(fonts, "installed", lambda: {"Noto Sans CJK SC": ["x.ttc"]})
    with pytest.raises(UserError, match="'Kai' is not installed"):
        style.apply(using(language, "Kai"))


def test_a_named_font_goes_before_the_list_in_any_language(monkeypatch):
    serif = str(BUNDLED / "DejaVuSerif.ttf")
    monkeypatch.setattr(fonts, "installed", lambda: {"DejaVu Serif": [serif], "SimHei": ["x"]})
    for language in ("en", "zh"):
        style.apply(using(language, "DejaVu Serif"))
        assert matplotlib.rcParams["font.family"] == ["DejaVu Serif", "DejaVu Sans"]
        assert Path(font_manager.findfont("DejaVu Serif")) == Path(serif).resolve()


def test_the_first_chinese_font_of_the_list_is_taken(monkeypatch):
    own = str(BUNDLED / "DejaVuSans.ttf")
    monkeypatch.setattr(fonts, "installed", lambda: {"SimHei": [own], "Noto Sans SC": [own]})
    style.apply(using("zh"))
    assert matplotlib.rcParams["font.family"][0] == "Noto Sans SC"


def test_a_sign_that_no_font_has_is_an_error_and_no_box(tmp_path):
    style.apply(using())
    figure = Figure()
    figure.text(0.5, 0.5, "血压")
    for kind in style.FORMATS:
        with pytest.raises(UserError, match="no font in use has"):
            style.save(figure, str(tmp_path / f"figure.{kind}"))


def test_collections_and_postscript_outlines_go_into_a_pdf_as_outlines(tmp_path):
    # the first four bytes of a font's file: OpenType specification, "Organization of an OpenType
    # Font": 0x00010000 for TrueType outlines, OTTO for CFF, ttcf for a collection
    files = {}
    for tag in (b"\x00\x01\x00\x00", b"OTTO", b"ttcf"):
        files[tag] = tmp_path / repr(tag)[-5:-1].replace("\\", "")
        files[tag].write_bytes(tag + bytes(8))
    assert fonts.pdf_type([str(files[b"\x00\x01\x00\x00"])]) == 42
    assert fonts.pdf_type([str(files[b"OTTO"])]) == 3
    assert fonts.pdf_type([str(files[b"\x00\x01\x00\x00"]), str(files[b"ttcf"])]) == 3


@pytest.mark.skipif(not INSTALLED, reason="no Chinese font is installed on this machine")
def test_chinese_is_drawn_in_all_formats_the_same_each_time(tmp_path):
    style.apply(using("zh"))
    figure = Figure(figsize=(2, 1))
    figure.text(0.1, 0.5, "收缩压 ± ≥ −3 10⁻⁹ µ × †", fontweight="bold")
    for kind in style.FORMATS:
        paths = [tmp_path / f"{i}.{kind}" for i in (1, 2)]
        for path in paths:
            style.save(figure, str(path))
        assert paths[0].read_bytes() == paths[1].read_bytes()
    assert re.search(rb"/Subtype /Type3", (tmp_path / "1.pdf").read_bytes())
