"""What the report is written from, read: types, withheld numbers, tables, figures."""

from dataclasses import asdict

import polars as pl
from labcohort.report.pictures import LARGEST_SVG, data_uri
from labcohort.report.read import FLOW, printed, published

from tests.unit.report.made import table


def test_a_table_comes_back_from_its_json_as_it_was():
    assert printed(asdict(table())) == table()


def test_a_published_table_keeps_every_digit_and_nulls_what_is_withheld(tmp_path):
    value = 0.1 + 0.2
    frame = pl.DataFrame(
        {
            "a": [value, None], "n": [7, None], "yes": [True, False], "t": ["x", "007"],
            "withheld": [None, "fewer than 5 persons"], "other": [1, 2],
        }
    )  # fmt: skip
    frame.write_csv(tmp_path / "t.csv")
    kinds = {"n": pl.Int64, "a": pl.Float64, "yes": pl.Boolean, "t": pl.String}
    assert published(tmp_path / "t.csv", kinds).rows() == [
        (7, value, True, "x", None),
        (None, None, False, "007", "fewer than 5 persons"),
    ]


def test_a_table_that_withholds_nothing_has_a_column_of_nulls(tmp_path):
    (tmp_path / "flow.csv").write_text("step,entered,excluded,remained\nx,3,,3\n")
    assert published(tmp_path / "flow.csv", FLOW).rows() == [("x", 3, None, 3, None)]


def test_a_figure_is_its_svg_unless_that_is_too_large(tmp_path):
    svg, png = tmp_path / "f.svg", tmp_path / "f.png"
    png.write_bytes(b"png")
    svg.write_bytes(b"s" * LARGEST_SVG)
    assert data_uri(svg, png).startswith("data:image/svg+xml;base64,c3Nz")
    svg.write_bytes(b"s" * (LARGEST_SVG + 1))
    # base64 of b"png" (RFC 4648)
    assert data_uri(svg, png) == "data:image/png;base64,cG5n"
