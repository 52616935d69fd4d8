"""Cohorts that were chosen on a baseline value: their persons and bands at each timepoint, and who
of them may be drawn one by one."""

from collections.abc import Sequence

import numpy as np
import polars as pl

from labcohort.assess.band import Band
from labcohort.buckets import by_bucket
from labcohort.compare.markers import by_marker, panels_of
from labcohort.small_cells import is_few

# of more persons a sample is drawn: more points would hide each other
MOST = 5_000


def chosen_groups(paths: dict, how: dict) -> list[dict]:
    """A panel a cohort and timepoint: its persons, its band and its estimates, in canonical units.

    The persons are members of everyone at the timepoint with the selecting marker at both visits.
    """
    regression = pl.concat(pl.read_parquet(path) for path in paths["regression"])
    itself = regression.filter(pl.col("marker") == pl.col("selecting_marker"))
    changes = _changes(paths, how)
    labels = {c["cohort"]: c["label"] for c in how["cohorts"]}
    panels = []
    for selection in how["selections"]:
        for timepoint in how["timepoints"]:
            marker, at = selection["marker"], timepoint["timepoint"]
            persons = changes.get((marker, at))
            of = itself.filter(marker=marker, timepoint=at)
            selected = _holds(selection, persons.get_column("x").to_numpy())
            panels.append(
                {
                    "selection": selection,
                    "label": labels[selection["cohort"]],
                    "timepoint": timepoint,
                    "persons": persons.with_columns(selected=pl.Series(selected, dtype=pl.Boolean)),
                    "rows": of.filter(cohort=selection["cohort"]).to_dicts(),
                    "model": _model(of),
                }
            )
    _hide(panels, pl.read_parquet(paths["small_groups"][0]), how)
    return panels


def hidden_bands(bands: Sequence[np.ndarray], minimum: int) -> list[bool]:
    """Which groups' sizes are withheld; `bands` say of each group who is in it, shape (persons,).

    Small ones are, and as many more, the smallest first, as it takes that the sizes of the others
    and the number of all who are in a group (other results tell how many are in none) determine
    none of the small.
    """
    sizes = [int(band.sum()) for band in bands]
    few = [i for i, n in enumerate(sizes) if is_few(n, minimum)]
    hidden = [i in few for i in range(len(bands))]
    # persons who are in the same groups, as columns of the groups
    codes = np.unique(sum(band.astype(np.int64) << i for i, band in enumerate(bands)))
    kinds = np.array([[code >> i & 1 for code in codes if code] for i in range(len(bands))])
    inside = np.logical_or.reduce(bands)
    while few:
        shown = [i for i in range(len(bands)) if not hidden[i]]
        known = np.vstack([np.ones(kinds.shape[1]), kinds[shown]])
        rank = np.linalg.matrix_rank(known)
        left = inside & ~np.logical_or.reduce([bands[i] for i in shown] or [~inside])
        told = any(np.linalg.matrix_rank(np.vstack([known, kinds[i]])) == rank for i in few)
        others = [i for i in shown if sizes[i]]
        if not others or not (told or is_few(int(left.sum()), minimum)):
            break
        hidden[min(others, key=lambda i: (sizes[i], i))] = True
    return hidden


def drawable(panel: dict, panels: Sequence[dict], how: dict) -> np.ndarray:
    """Which persons of a panel are drawn: nobody of a chosen group that is too small to be drawn
    one by one, or whose size is withheld, in none of the panels of its marker and timepoint;
    nobody where all are too few."""
    x = panel["persons"].get_column("x").to_numpy()
    if x.size < how["drawn_singly"]:
        return np.zeros(x.size, bool)
    fine = sampled(x.size)
    for other in panels:
        same = other["selection"]["marker"] == panel["selection"]["marker"]
        if same and other["timepoint"] == panel["timepoint"]:
            inside = _holds(other["selection"], x)
            if other["hidden"] or inside.sum() < how["drawn_singly"]:
                fine &= ~inside
    return fine


def sampled(persons: int) -> np.ndarray:
    """Which of so many persons stand for all: of more than MOST every so many-th. They come in the
    order of their pseudonyms, which says nothing of them."""
    return np.arange(persons) % -(-persons // MOST) == 0 if persons else np.ones(0, bool)


def _hide(panels: list[dict], small_groups: pl.DataFrame, how: dict) -> None:
    """Mark the panels (`hidden`) whose number of selected is withheld: here or in any profile."""
    elsewhere = {*small_groups.select("marker", "cohort", "timepoint").iter_rows()}
    groups: dict[tuple[str, str], list[dict]] = {}
    for panel in panels:
        key = panel["selection"]["marker"], panel["timepoint"]["timepoint"]
        groups.setdefault(key, []).append(panel)
    for own in groups.values():
        bands = [panel["persons"].get_column("selected").to_numpy() for panel in own]
        for panel, hidden in zip(own, hidden_bands(bands, how["minimum_cell"]), strict=True):
            one = panel["selection"]
            place = one["marker"], one["cohort"], panel["timepoint"]["timepoint"]
            panel["hidden"] = hidden or place in elsewhere


def _changes(paths: dict, how: dict) -> dict[tuple[str, str], pl.DataFrame]:
    """(marker, timepoint) -> person, x (at baseline) and change, by person."""
    membership = by_bucket(paths["membership"])
    everyone = pl.col("cohort") == how["everyone"]
    timepoints = [t["timepoint"] for t in how["timepoints"]]
    members = [
        pl.scan_parquet(own).filter(everyone, pl.col("timepoint").is_in(timepoints)).collect()
        for own in membership.values()
    ]
    markers = {selection["marker"] for selection in how["selections"]}
    empty = pl.DataFrame(schema={"person": pl.String, "x": pl.Float64, "change": pl.Float64})
    found = {(marker, t): [empty] for marker in markers for t in timepoints}
    for marker, buckets in by_marker(panels_of(paths["values"], list(membership)), markers):
        for own, inside in zip(buckets, members, strict=True):
            values = own.filter(pl.col("timepoint").is_in([how["at"], *timepoints])).select(
                "person", "timepoint", "value"
            ).collect()  # fmt: skip
            before = values.filter(timepoint=how["at"]).select("person", x="value")
            for t in timepoints:
                after = values.filter(timepoint=t).select("person", "value")
                both = before.join(after, on="person", validate="1:1")
                both = both.join(inside.filter(timepoint=t), on="person", how="semi")
                found[marker, t].append(
                    both.select("person", "x", change=pl.col("value") - pl.col("x"))
                )
    return {key: pl.concat(parts).sort("person") for key, parts in found.items()}


def _holds(selection: dict, x: np.ndarray) -> np.ndarray:
    """Who is in the band; nobody where the cohort is no one band."""
    low, high = selection["low"], selection["high"]
    if low is None and high is None:
        return np.zeros(x.size, bool)
    return Band(
        -np.inf if low is None else low,
        np.inf if high is None else high,
        selection["low_inclusive"],
        selection["high_inclusive"],
    ).holds(x)


def _model(of: pl.DataFrame) -> dict | None:
    """mu, scale and both rho of a selecting marker at a timepoint: the same for all its bands."""
    own = of.filter(pl.col("mu").is_not_null()).sort("cohort", "statistic")
    data = own.filter(rho_source="data").head(1).to_dicts()
    if not data:
        return None
    external = own.filter(rho_source="external").head(1).to_dicts()
    return {
        "mu": data[0]["mu"],
        "scale": data[0]["selecting_scale"],
        "rho": data[0]["rho"],
        "external": external[0]["rho"] if external else None,
    }
