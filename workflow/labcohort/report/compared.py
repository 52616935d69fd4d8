"""Single comparisons in words: what they are of, their change, whether they are below alpha."""

from labcohort.publish.lists import listed
from labcohort.publish.text import p_text, unit_text, within
from labcohort.publish.words import say
from labcohort.rounding import rounded
from labcohort.small_cells import is_few


def is_withheld(row: dict, how: dict) -> bool:
    """Whether no number of a comparison is printed: of few persons, or telling of them."""
    return row["n_pairs"] is None or is_few(row["n_pairs"], how["minimum_cell"])


def adjusted_below_alpha(row: dict) -> bool:
    """Whether the adjusted p of a comparison is below the alpha of its family."""
    return row["p_adjusted"] is not None and row["p_adjusted"] < row["alpha"]


def is_higher(row: dict) -> bool:
    """Whether follow-up lies above baseline by the row's own test (schemas.comparison)."""
    return row["statistic"] > 0


def subject(row: dict, how: dict) -> str:
    """What a comparison is of: marker, group and follow-up."""
    return say(
        how,
        "{marker}, {group}, {followup}",
        marker=how["markers"][row["marker"]]["label"],
        group=within(how["cohorts"][row["cohort"]]),
        followup=how["timepoints"][row["timepoint"]],
    )


def change(row: dict, how: dict) -> str:
    """A comparison in one line: its estimate of the change with interval, n and adjusted p."""
    of_t = row["test"] == "paired_t"
    name, ends = ("change_mean", "change_ci") if of_t else ("hodges_lehmann", "hl_ci")
    marker = how["markers"][row["marker"]]
    estimate = rounded(row[name], marker["decimals"])
    values = {
        "subject": subject(row, how),
        "change": f"{estimate} {unit_text(marker['unit'])}".strip(),
        "interval": _interval(row, ends, marker["decimals"], how),
        "n": row["n_pairs"],
        "p": p_text(row["p_adjusted"], how),
    }
    if of_t:
        return say(
            how,
            "{subject}: mean change from baseline {change} ({interval}), n = {n}, adjusted p {p}",
            **values,
        )
    return say(
        how,
        "{subject}: Hodges-Lehmann estimate of the change from baseline {change} ({interval}),"
        " n = {n}, adjusted p {p}",
        **values,
    )


def _interval(row: dict, name: str, decimals: int, how: dict) -> str:
    """The confidence interval of an estimate."""
    if row[f"{name}_low"] is None:
        return say(how, "no confidence interval")
    return say(
        how,
        "{level} % CI {low} to {high}",
        level=f"{100 * how['confidence']:g}",
        low=rounded(row[f"{name}_low"], decimals),
        high=rounded(row[f"{name}_high"], decimals),
    )


def by_marker_and_group(rows: list[dict], how: dict) -> list[str]:
    """Comparisons named in short: marker (group; follow-ups), each marker and group once."""
    found: dict[tuple[str, str], list[str]] = {}
    for row in rows:
        at = how["timepoints"][row["timepoint"]]
        found.setdefault((row["marker"], row["cohort"]), []).append(at)
    return [
        say(
            how,
            "{marker} ({group}; {followups})",
            marker=how["markers"][marker]["label"],
            group=within(how["cohorts"][cohort]),
            followups=listed(how, list(dict.fromkeys(followups))),
        )
        for (marker, cohort), followups in found.items()
    ]
