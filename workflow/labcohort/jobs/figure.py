"""Job `figure`: one figure from the comparisons of its markers."""

import polars as pl

from labcohort.publish.figures import figure
from labcohort.publish.style import save
from labcohort.publish.units import shown

LISTS = ("comparisons",)
EACH = ("figure",)


def main(paths: dict, key: str, settings: dict) -> str:
    """Draw the figure; the line to report."""
    markers = [marker["marker"] for marker in settings["markers"]]
    comparisons = pl.concat(pl.read_parquet(path) for path in paths["comparisons"])
    own = comparisons.filter(
        pl.col("primary"),
        pl.col("profile") == settings["profile"],
        pl.col("cohort") == settings["cohort"]["cohort"],
        pl.col("marker").is_in(markers),
    )
    save(figure(shown(own, settings["units"]).to_dicts(), settings), paths["figure"])
    return settings["title"]
