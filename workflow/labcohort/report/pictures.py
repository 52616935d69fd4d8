"""Figures as data URIs, so that the page stands alone."""

from base64 import b64encode
from pathlib import Path

from labcohort.report.blocks import Picture

# bytes of an SVG above which the PNG stands for it
LARGEST_SVG = 1_000_000


def pictures(paths: dict, how: dict) -> list[Picture]:
    """The figures in their order; `paths` has svg, png and caption, a list each in that order."""
    found = []
    for about, svg, png, caption in zip(
        how["figures"], paths["svg"], paths["png"], paths["caption"], strict=True
    ):
        found.append(
            Picture(
                about["figure"],
                about["kind"],
                about["title"],
                data_uri(Path(svg), Path(png)),
                Path(caption).read_text("utf-8").strip(),
                tuple(about["panels"]),
            )
        )
    return found


def data_uri(svg: Path, png: Path) -> str:
    """The SVG, which keeps its ids to itself as an image; the PNG where the SVG is too large."""
    drawn = svg.read_bytes()
    if len(drawn) <= LARGEST_SVG:
        return f"data:image/svg+xml;base64,{b64encode(drawn).decode()}"
    return f"data:image/png;base64,{b64encode(png.read_bytes()).decode()}"
