"""The section that comes first: what was compared, what differs from baseline, in plain words."""

from labcohort.publish.lists import listed
from labcohort.publish.names import family_name, profile_name
from labcohort.publish.words import say
from labcohort.report.blocks import Block, Heading, Items, Paragraph, Section
from labcohort.report.compared import (
    adjusted_below_alpha,
    by_marker_and_group,
    change,
    is_higher,
    is_withheld,
)
from labcohort.report.found import Found
from labcohort.rounding import rounded
from labcohort.small_cells import FEW, is_few
from labcohort.study.names import ALL_FAMILIES


def section(found: Found, how: dict) -> Section:
    """What a reader who reads nothing else has to know."""
    blocks: list[Block] = [*_persons(found, how)]
    for profile in dict.fromkeys(row["profile"] for row in found.multiplicity):
        blocks += _profile(profile, found, how)
    blocks.append(Heading(say(how, "What must not be concluded")))
    blocks.append(Items(tuple(_must_not(found, how))))
    return Section("summary", say(how, "In short"), tuple(blocks))


def _persons(found: Found, how: dict) -> list[Block]:
    """Who was compared, and when."""
    followups = [t for t in how["orders"]["timepoint"] if t != how["baseline"]]
    said = say(
        how,
        "Laboratory results at {followups} were compared with the results of the same persons at"
        " baseline.",
        followups=listed(how, [how["timepoints"][t] for t in followups]),
    )
    counted = [
        say(how, "{n} at {followup}", n=_n(found.sizes[t], how), followup=how["timepoints"][t])
        for t in followups
    ]
    eligible = say(
        how,
        "{n} persons meet every criterion and have results at baseline; with results at follow-up"
        " there are {counted}.",
        n=_n(found.sizes[how["baseline"]], how),
        counted=listed(how, counted),
    )
    return [Paragraph(said), Paragraph(eligible)]


def _n(count: int, how: dict) -> str:
    few = is_few(count, how["minimum_cell"])
    return FEW.format(minimum=how["minimum_cell"]) if few else str(count)


def _profile(profile: str, found: Found, how: dict) -> list[Block]:
    """What one way of analysing finds, family by family."""
    blocks: list[Block] = [
        Heading(say(how, "Analysis: {profile}", profile=profile_name(profile, how)))
    ]
    for family in found.multiplicity:
        if family["profile"] == profile and family["family"] != ALL_FAMILIES:
            rows = [
                row
                for row in found.comparisons
                if (row["profile"], row["family"]) == (profile, family["family"])
                and not is_withheld(row, how)
            ]
            adjusted = family["correction"] not in (None, "none")
            blocks += (_adjusted if adjusted else _unadjusted)(family, rows, how)
    return blocks


def _adjusted(family: dict, rows: list[dict], how: dict) -> list[Block]:
    """A family whose p values are adjusted: what is below alpha, and what is not."""
    values = {
        "family": family_name(family["family"], how),
        "method": family_method(family, how),
        "n": family["n_counted"],
        "alpha": f"{family['alpha']:g}",
    }
    below = [row for row in rows if adjusted_below_alpha(row)]
    above = [row for row in rows if row["p_adjusted"] is not None and row not in below]
    if {row["role"] for row in rows} == {"primary"}:
        return [
            Paragraph(
                say(
                    how,
                    "Family: {family} ({method}; number of tests: {n}). Different from baseline at"
                    " the adjusted level of {alpha}:",
                    **values,
                )
            ),
            Items(tuple(change(row, how) for row in below) or (say(how, "none"),)),
            Paragraph(say(how, "Not different from baseline at that level:")),
            Items(tuple(change(row, how) for row in above) or (say(how, "none"),)),
        ]
    if not family["n_below_alpha_adjusted"]:
        return [
            Paragraph(
                say(
                    how,
                    "Family: {family} ({method}; number of tests: {n}). None differs from baseline"
                    " at the adjusted level of {alpha}.",
                    **values,
                )
            )
        ]
    higher = by_marker_and_group([row for row in below if is_higher(row)], how)
    lower = by_marker_and_group([row for row in below if not is_higher(row)], how)
    return [
        Paragraph(
            say(
                how,
                "Family: {family} ({method}; number of tests: {n}). At the adjusted level of"
                " {alpha}, {below} differ from baseline; the others do not.",
                below=family["n_below_alpha_adjusted"],
                **values,
            )
        ),
        Items(
            (
                say(how, "Lower than at baseline: {names}", names=_or_none(lower, how)),
                say(how, "Higher than at baseline: {names}", names=_or_none(higher, how)),
            )
        ),
    ]


def family_method(family: dict, how: dict) -> str:
    """How the p values of a family are adjusted, in words."""
    return {
        "holm": say(how, "adjusted by Holm's method"),
        "bh": say(how, "adjusted by the method of Benjamini and Hochberg"),
    }[family["correction"]]


def _or_none(names: list[str], how: dict) -> str:
    return listed(how, names) if names else say(how, "none")


def _unadjusted(family: dict, rows: list[dict], how: dict) -> list[Block]:
    """A family whose p values are not adjusted: how many are below alpha, and by chance."""
    return [
        Paragraph(
            say(
                how,
                "Family: {family} (not adjusted; number of tests: {n}). p is below {alpha} in"
                " {below}; {expected} would be expected below it if nothing differed at all.",
                family=family_name(family["family"], how),
                n=family["n_counted"],
                below=family["n_below_alpha"],
                alpha=f"{family['alpha']:g}",
                expected=rounded(family["expected_false_positives"], 1),
            )
        )
    ]


def _must_not(found: Found, how: dict) -> list[str]:
    """What the numbers do not say."""
    said = [
        say(
            how,
            "That a change follows from the treatment: there is no control group, and a change from"
            " baseline has many possible origins.",
        ),
        say(
            how,
            "That all who were treated changed in this way: only those who came back are compared.",
        ),
        say(how, "That what is not different from baseline has stayed the same."),
    ]
    if found.regression:
        said.append(
            say(
                how,
                "That a group chosen by a baseline value changed by more than such groups always"
                " do: see the lines of regression to the mean.",
            )
        )
    if how["synthetic"]:
        said.append(say(how, "Anything about real persons: the data are made up (SYNTHETIC)."))
    return said
