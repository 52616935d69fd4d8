"""Who lacks a value of which marker at which timepoint."""

import polars as pl


def missingness(members: pl.DataFrame, chosen: pl.LazyFrame, study: dict) -> list[dict]:
    """Members of everyone's cohort at each timepoint, and those with a value, by marker.

    `members` is schemas.cohort.Membership, `chosen` the values at the timepoints
    (schemas.cohort.Chosen) of any panels. Members have some result in the timepoint's window;
    rows come in the order of the study's markers and timepoints. A marker that nobody has is
    not among them.
    """
    everyone = members.filter(pl.col("cohort") == study["everyone"])
    sizes = dict(everyone.group_by("timepoint").len().iter_rows())
    own = chosen.join(everyone.lazy(), on=["person", "timepoint"], how="semi")
    counts = own.group_by("marker", "timepoint").agg(pl.col("person").n_unique()).collect()
    known = {(marker, timepoint): n for marker, timepoint, n in counts.iter_rows()}
    markers = {marker for marker, _ in known}
    return [
        {
            "marker": marker,
            "timepoint": row["timepoint"],
            "members": sizes.get(row["timepoint"], 0),
            "with_value": known.get((marker, row["timepoint"]), 0),
        }
        for marker in (row["marker"] for row in study["markers"])
        if marker in markers
        for row in study["timepoints"]
    ]
