"""The comparisons that a figure shows, and which of them are of too few persons to be shown."""

from collections.abc import Iterable, Mapping, Sequence

import polars as pl

from labcohort.small_cells import FEW
from labcohort.study.names import ROLES

Place = tuple[str, str, str]
VISITS = ("baseline", "followup")
# why a row's numbers are withheld
FEW_PAIRS, GIVES_AWAY = "few pairs", "gives away"


def shown_comparisons(
    comparisons: pl.DataFrame, small_groups: pl.DataFrame, how: dict
) -> list[dict]:
    """The row of each marker, cohort and timepoint that a figure shows, with `withheld`.

    That is the primary test in the figure's profile; of several, that of the foremost role.
    `withheld` is FEW_PAIRS or GIVES_AWAY where its numbers are not shown (`small_groups`:
    schemas.small_groups), else None.
    """
    wanted = {
        name: [row[name] for row in how[f"{name}s"]] for name in ("marker", "cohort", "timepoint")
    }
    primary = comparisons.filter(
        pl.col("primary"),
        pl.col("profile") == how["profile"],
        *(pl.col(name).is_in(values) for name, values in wanted.items()),
    ).to_dicts()
    found: dict[Place, dict] = {}
    for row in sorted(primary, key=lambda r: (ROLES.index(r["role"]), r["family"])):
        found.setdefault(place(row), row)
    hidden = withheld_places(small_groups, how)
    return [row | {"withheld": hidden.get(where)} for where, row in found.items()]


def by_place(rows: Iterable[dict]) -> dict[Place, dict]:
    """The rows by marker, cohort and timepoint."""
    return {place(row): row for row in rows}


def place(row: Mapping) -> Place:
    """What a row compares, where and when."""
    return row["marker"], row["cohort"], row["timepoint"]


def panels(rows: Iterable[dict], how: dict) -> list[tuple[dict, dict, list[dict]]]:
    """(marker, cohort, its row at each timepoint) of all that is planned at every timepoint.

    Cohort by cohort where these differ in their markers, else marker by marker.
    """
    known = by_place(rows)
    times = [timepoint["timepoint"] for timepoint in how["timepoints"]]
    found = []
    for marker in how["markers"]:
        for cohort in how["cohorts"]:
            places = [(marker["marker"], cohort["cohort"], time) for time in times]
            if all(each in known for each in places):
                found.append((marker, cohort, [known[each] for each in places]))
    if not is_grid(found, how):
        order = [cohort["cohort"] for cohort in how["cohorts"]]
        found.sort(key=lambda panel: order.index(panel[1]["cohort"]))
    return found


def is_grid(panels: Sequence, how: dict) -> bool:
    """Whether every marker is shown in every cohort, and there are several of both."""
    several = min(len(how["markers"]), len(how["cohorts"])) > 1
    return several and len(panels) == len(how["markers"]) * len(how["cohorts"])


def withheld_places(small_groups: pl.DataFrame, how: dict) -> dict[Place, str]:
    """Why each group of the figure's profile that is withheld is so."""
    own = small_groups.filter(profile=how["profile"])
    return {place(row): FEW_PAIRS if row["few"] else GIVES_AWAY for row in own.to_dicts()}


def n_text(row: Mapping, how: dict) -> str:
    """A row's number of pairs; `<5` where it is too small, nothing where it would tell another."""
    if row["withheld"] == FEW_PAIRS:
        return FEW.format(minimum=how["minimum_cell"])
    return "" if row["withheld"] else str(row["n_pairs"])
