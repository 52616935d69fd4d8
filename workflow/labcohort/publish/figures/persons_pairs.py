"""The pairs of single persons that a figure's comparisons rest on, in the units to show."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import numpy as np
import polars as pl

from labcohort.buckets import by_bucket
from labcohort.compare.pairs import Pairing
from labcohort.compare.ties import clean_differences
from labcohort.study.names import BASELINE

COLUMNS = {
    "person": pl.String, "marker": pl.String, "cohort": pl.String, "timepoint": pl.String,
    "baseline": pl.Float64, "followup": pl.Float64, "change": pl.Float64,
}  # fmt: skip


def with_pairs(rows: Sequence[dict], paths: Mapping, how: dict) -> list[dict]:
    """The rows of comparisons, each with its pairs as a frame of COLUMNS under `pairs`.

    The pairs are those of the comparison itself: of the values and members at the same paths, and
    without the flags that it excludes. RuntimeError where their number is not the row's own.
    """
    found = []
    # of one marker after the other: the values of one are in memory at a time
    for panel in sorted({row["panel"] for row in rows}):
        own = sorted((r for r in rows if r["panel"] == panel), key=lambda row: row["marker"])
        pairing, names = _pairing(paths, panel)
        found += [row | {"pairs": _pairs(row, pairing, names, how)} for row in own]
    return found


def _pairing(paths: Mapping, panel: str) -> tuple[Pairing, pl.Series]:
    """What makes the pairs of a panel's markers, and the persons by their numbers."""
    values, members = (
        by_bucket(path for path in paths[name] if Path(path).parent.name == panel)
        for name in ("values", "members")
    )
    buckets = [(pl.scan_parquet(own), pl.scan_parquet(members[b])) for b, own in values.items()]
    persons = (own.select("person").unique().collect() for _, own in buckets)
    # as Persons numbers them: in the order of the pseudonyms of all
    return Pairing(buckets, BASELINE), pl.concat(persons).to_series().sort()


def _pairs(row: Mapping, pairing: Pairing, names: pl.Series, how: dict) -> pl.DataFrame:
    """The pairs of one comparison."""
    place = [row[name] for name in ("marker", "cohort", "timepoint")]
    data = pairing.pairs(*place, _exclude(row, how["compared"]))
    if len(data.baseline) != row["n_pairs"]:
        raise RuntimeError(
            f"{len(data.baseline)} pairs of {' '.join(place)}, and {row['n_pairs']} in the"
            " comparison: the values are not those that were compared"
        )
    unit = how["units"].get(row["marker"], {"slope": 1, "intercept": 0})
    slope, intercept = float(unit["slope"]), float(unit["intercept"])
    columns = {
        "person": names.gather(data.who),
        **{name: np.full(len(data.who), value) for name, value in
           zip(("marker", "cohort", "timepoint"), place, strict=True)},
        "baseline": data.baseline * slope + intercept,
        "followup": data.followup * slope + intercept,
        # of the values as they were compared, with the ties and zeros that were counted there
        "change": clean_differences(data.baseline, data.followup) * slope,
    }  # fmt: skip
    return pl.DataFrame(columns, schema=COLUMNS)


def _exclude(row: Mapping, compared: Iterable[Mapping]) -> list[str]:
    """The flags whose values a comparison leaves out."""
    key = ("marker", "cohort", "timepoint", "family")
    return next(one["exclude"] for one in compared if all(one[k] == row[k] for k in key))
