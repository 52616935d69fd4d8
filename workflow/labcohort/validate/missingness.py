"""Who lacks a value of which marker at which timepoint."""

from collections import Counter
from collections.abc import Iterable

import polars as pl


def missingness(
    buckets: Iterable[tuple[pl.DataFrame, pl.DataFrame, Iterable[pl.LazyFrame]]], study: dict
) -> list[dict]:
    """Members of everyone's cohort at each timepoint, and those with a value, by marker.

    Of each bucket of persons its members (schemas.cohort.Membership), who is eligible
    (schemas.cohort.People) and the values at the timepoints (schemas.cohort.Chosen), a frame a
    panel. Members have some result in the timepoint's window, so that whoever is eligible and has
    a value is one; rows come in the order of the study's markers and timepoints. A marker
    that nobody has is not among them.
    """
    sizes, known = Counter(), Counter()
    for members, people, panels in buckets:
        everyone = members.filter(pl.col("cohort") == study["everyone"])
        sizes.update(dict(everyone.group_by("timepoint").len().iter_rows()))
        # few, and a third of the time of looking every value up among the members
        others = people.filter(pl.col("failed").is_not_null() & pl.col("lacks_followup_only"))
        of_others = pl.col("person").is_in(others.get_column("person").implode())
        for chosen in panels:
            own = chosen.filter(~of_others)
            # a person has one value of a marker at a timepoint
            counts = own.group_by("marker", "timepoint").len().collect()
            known.update({(marker, timepoint): n for marker, timepoint, n in counts.iter_rows()})
    markers = {marker for marker, _ in known}
    return [
        {
            "marker": marker,
            "timepoint": row["timepoint"],
            "members": sizes[row["timepoint"]],
            "with_value": known[marker, row["timepoint"]],
        }
        for marker in (row["marker"] for row in study["markers"])
        if marker in markers
        for row in study["timepoints"]
    ]
