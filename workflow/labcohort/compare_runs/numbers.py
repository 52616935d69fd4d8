"""What is other in the printed tables of two runs."""

from collections.abc import Mapping
from dataclasses import dataclass

from labcohort.compare_runs.folders import COMPARISONS
from labcohort.compare_runs.rows import Changes, Name, Row, changes, columns
from labcohort.study.names import ROLES

# table -> the columns that name its rows; of a table that is not here the first that do
KEYS = {
    COMPARISONS: ("profile", "family", "marker", "cohort", "timepoint", "test"),
    "multiplicity": ("profile", "family"),
    "sensitivity": ("profile", "family", "marker", "cohort", "timepoint"),
    "scorecard": ("publication", "marker", "cohort", "timepoint", "test"),
    "selection_flow": ("step",),
    "regression_to_the_mean": (
        "cohort", "timepoint", "marker", "statistic", "estimator", "rho_source",
    ),
    "attenders": ("comparison", "group_a", "group_b", "timepoint", "marker", "variable"),
}  # fmt: skip
# of tables as people read them
READ = ("Marker", "Group", "Follow-up")
# p values that are held against alpha
TESTED = ("p_value", "p_adjusted")


@dataclass(frozen=True)
class Crossing:
    """A p value that is below alpha in one run and not in the other (or not there)."""

    name: Name
    column: str
    old: str
    new: str
    alpha: str
    primary: bool


def changed_tables(
    old: Mapping[str, list[Row]], new: Mapping[str, list[Row]]
) -> dict[str, tuple[Changes, Changes]]:
    """Each table that both runs have -> what is other in its numbers, and in its words."""
    found = {}
    for name in sorted(old.keys() & new.keys()):
        keys = KEYS.get(name, READ)
        words = {column for column in columns([*old[name], *new[name]]) if is_words(column)}
        whole = changes(old[name], new[name], keys)
        sides = [
            Changes(
                whole.keys,
                [
                    (row, own)
                    for row, cells in whole.changed
                    if (own := {c: v for c, v in cells.items() if (c in words) == of_words})
                ],
                [] if of_words else whole.gone,
                [] if of_words else whole.come,
            )
            for of_words in (False, True)
        ]
        if any(sides):
            found[name] = (sides[0], sides[1])
    return found


def is_words(column: str) -> bool:
    """Whether a column holds names for people, which say nothing of a number."""
    return column == "synthetic" or column.endswith("label")


def crossings(old: list[Row], new: list[Row]) -> list[Crossing]:
    """Comparisons whose p value, or adjusted p, is on another side of alpha; the primary tests
    first, and of these the foremost roles."""
    keys = KEYS[COMPARISONS]
    before = {tuple(row.get(k, "") for k in keys): row for row in old}
    found = []
    for row in new:
        name = tuple(row.get(key, "") for key in keys)
        was = before.get(name)
        if was is None:
            continue
        for column in TESTED:
            if _is_below(was, column) != _is_below(row, column):
                alpha = dict.fromkeys([was.get("alpha", ""), row.get("alpha", "")])
                is_primary = row.get("primary") == "true"
                crossing = Crossing(
                    name,
                    column,
                    was.get(column, ""),
                    row.get(column, ""),
                    " -> ".join(alpha),
                    is_primary,
                )
                found.append((not is_primary, _rank(row), crossing))
    return [crossing for *_, crossing in sorted(found, key=lambda each: each[:2])]


def _rank(row: Row) -> int:
    """The place of a row's role among the roles."""
    return ROLES.index(row["role"]) if row.get("role") in ROLES else len(ROLES)


def _is_below(row: Row, column: str) -> bool:
    """Whether a p value is below its row's alpha; one that is not there is not."""
    p, alpha = row.get(column, ""), row.get("alpha", "")
    return bool(p and alpha) and float(p) < float(alpha)
