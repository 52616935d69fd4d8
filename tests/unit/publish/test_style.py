"""The style of the figures: files without dates, round axes, texts that fit."""

import pytest
from labcohort.publish import style
from matplotlib.figure import Figure

HOW = {"title": "Blood pressure", "synthetic": True, "language": "en", "font": None, "words": {}}


@pytest.fixture(autouse=True)
def styled():
    style.apply(HOW)


@pytest.mark.parametrize("kind", style.FORMATS)
def test_a_file_has_no_date_and_no_version_of_software(tmp_path, kind):
    figure = Figure(figsize=(2, 1))
    figure.text(0.1, 0.5, "n")
    paths = [tmp_path / f"{i}.{kind}" for i in (1, 2)]
    for path in paths:
        style.save(figure, str(path))
    written = paths[0].read_bytes()
    assert written == paths[1].read_bytes()
    for word in (b"Date", b"Matplotlib v", b"Software", b"dc:date"):
        assert word not in written


@pytest.mark.parametrize(
    ("low", "high", "first", "last"),
    [(4.37, 13.7, 4, 14), (-0.31, 2.2, -0.5, 2.5), (81, 119, 80, 120)],
)
def test_the_limits_of_an_axis_are_round_and_do_not_tell_the_extremes(low, high, first, last):
    # by eye: the next multiples of a round step beyond both ends
    ticks = style.round_ticks(low, high)
    assert (ticks[0], ticks[-1]) == (first, last)


@pytest.mark.parametrize(("low", "high", "ends"), [(1.3, 48, (1, 50)), (0.2, 1.0, (0.1, 2))])
def test_the_limits_of_a_logarithmic_axis_are_ones_twos_and_fives(low, high, ends):
    assert style.round_log_limits(low, high) == pytest.approx(ends)


def test_a_text_is_cut_between_words_and_chinese_between_signs():
    lines = style.wrapped("Estimated glomerular filtration rate", 25, 8)
    assert " ".join(lines) == "Estimated glomerular filtration rate" and len(lines) > 1
    assert all(style.text_width(line, 8) <= 25 for line in lines)
    # a word that is too long by itself stays whole
    assert style.wrapped("Dehydroepiandrosterone", 5, 8) == ["Dehydroepiandrosterone"]


@pytest.mark.parametrize(("number", "text"), [(0, "A"), (25, "Z"), (26, "AA"), (52, "BA")])
def test_letters_of_panels_go_on_after_z(number, text):
    assert style.letter(number) == text


def test_a_sheet_fits_a_page_or_a_column():
    figure, boxes = style.sheet(HOW, [60] * 6, 2, "foot")
    width, height = figure.get_size_inches() / style.MM
    assert (round(width), round(height)) == (180, 240)
    assert boxes[0][0].bottom > boxes[1][0].bottom >= style.FOOT
    assert boxes[0][0].bottom + boxes[0][0].height == pytest.approx(height - style.HEAD)
    narrow, _ = style.sheet(HOW, [60], 1)
    assert round(narrow.get_size_inches()[0] / style.MM) == 88
    tall, _ = style.sheet(HOW, [60] * 6, 2, least=50)
    assert tall.get_size_inches()[1] / style.MM > 300
