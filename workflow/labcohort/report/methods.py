"""Section: the methods in the words of a paper, from what ran."""

from labcohort.publish.lists import listed, paragraph
from labcohort.publish.names import correction_name, family_name, profile_name
from labcohort.publish.text import TESTS, within
from labcohort.publish.words import said, say, semicolons
from labcohort.report.blocks import Heading, Paragraph, Section
from labcohort.report.found import Found

# packages that compute or draw; name as written -> name of the distribution
PACKAGES = {
    "Snakemake": "snakemake",
    "Polars": "polars",
    "NumPy": "numpy",
    "SciPy": "scipy",
    "Pandera": "pandera",
    "Matplotlib": "matplotlib",
}


def section(found: Found, how: dict) -> Section:
    """Paragraphs to be taken over, each of sentences that hold for this run alone."""
    parts = (
        (say(how, "Persons and visits"), [*persons(found, how), *visits(how)]),
        (say(how, "Data"), data(found, how)),
        (say(how, "Statistics"), [*statistics(found, how), *multiple_testing(found, how)]),
        (say(how, "Software"), software(found, how)),
    )
    blocks = [
        block
        for heading, sentences in parts
        for block in (Heading(heading), Paragraph(paragraph(how, sentences)))
    ]
    return Section("methods", say(how, "Methods, as they were run"), tuple(blocks))


def persons(found: Found, how: dict) -> list[str]:
    """Criteria in their order, and how many were eligible."""
    labels = [within(label) for label in how["eligibility"]]
    return [
        say(
            how,
            "Single-group before/after study without a control group. Criteria, in this order:"
            " {criteria}.",
            criteria=listed(how, labels),
        )
    ]


def visits(how: dict) -> list[str]:
    """The window of each timepoint, and which of several results stands for it."""
    return [_visit(row, how) for row in how["visits"]]


def _visit(row: dict, how: dict) -> str:
    choices = {
        "nearest": say(how, "the result nearest to the target day"),
        "first": say(how, "the first result"),
        "last": say(how, "the last result"),
        "mean": say(how, "the mean of the results"),
    }
    scopes = {
        "marker": say(how, "chosen for each marker"),
        "person": say(how, "of one day for all markers"),
    }
    values = {
        "name": how["timepoints"][row["timepoint"]],
        "first": row["target_day"] - row["before"],
        "last": row["target_day"] + row["after"],
        "anchor": say(how, "first result") if how["day_0"] is None else how["day_0"],
        "choice": choices[row["choice"]],
        "scope": scopes[row["scope"]],
    }
    text = say(
        how,
        "{name}: days {first} to {last} counted from the {anchor} (both included), {choice},"
        " {scope}.",
        **values,
    )
    if row["choice"] != "nearest":
        return text
    ties = {
        "earlier": say(how, "Of two equally near the earlier counts."),
        "later": say(how, "Of two equally near the later counts."),
    }
    return paragraph(how, [text, ties[row["tie"]]])


def data(found: Found, how: dict) -> list[str]:
    """Sources, units, formulas, limits of detection, repeats."""
    censored = {
        "lod_half": say(how, "A result below a limit of detection counts as half the limit."),
        "lod": say(how, "A result below a limit of detection counts as the limit."),
        "sqrt2": say(how, "A result below a limit of detection counts as the limit divided by √2."),
        "excluded": say(how, "Pairs with a result below a limit of detection are left out."),
    }
    repeats = {
        "set_aside": say(
            how, "Results of one marker, person and day that contradict each other are set aside."
        ),
        "first": say(how, "Of contradicting results of one day the first counts."),
        "last": say(how, "Of contradicting results of one day the last counts."),
        "mean": say(how, "Of contradicting results of one day the mean counts."),
        "latest_final": say(
            how, "Of contradicting results of one day the one reported last counts."
        ),
    }
    sentences = [
        say(
            how,
            "Results of {n} sources were converted to one unit a marker and checked by {rules}"
            " rules.",
            n=len(how["sources"]),
            rules=len(found.validation["rules"]),
        ),
        censored[how["censored"]],
        say(
            how,
            "No mean is given where more than {mean} % of a visit's values rest on limits, and from"
            " {median} % on the median is below detection.",
            mean=f"{100 * how['detection']['no_mean']:g}",
            median=f"{100 * how['detection']['no_median']:g}",
        ),
        repeats[how["repeats"]],
    ]
    if how["equation"]:
        sentences.append(
            say(
                how,
                "eGFR: {equation}.",
                equation=listed(how, [how["methods"][m] for m in how["equation"].split("|")]),
            )
        )
        rounding = {
            "half_up": say(how, "eGFR was rounded half up to whole numbers before it was staged."),
            "none": say(how, "eGFR was staged without rounding."),
        }
        sentences += [rounding[how["egfr_rounding"]]] if how["staged"] else []
    return sentences


def statistics(found: Found, how: dict) -> list[str]:
    """Tests and summaries of each analysis, quartiles, exact p, intervals, resampling."""
    sentences = [_tests_of(profile, found, how) for profile in _profiles(found)]
    tests = {row["test"] for row in found.comparisons}
    if "wilcoxon_signed_rank" in tests:
        sentences.append(
            say(
                how,
                "Wilcoxon's test drops zero differences, ranks ties by their mean rank, corrects"
                " the variance for ties and not for continuity; below {n} non-zero differences the"
                " exact p is given beside it.",
                n=how["exact_below"],
            )
        )
    sentences += [
        say(how, "Quartiles are of Hyndman-Fan type {type}.", type=how["quartiles"]),
        say(
            how,
            "Confidence intervals are of {level} %, p values two-sided.",
            level=f"{100 * how['confidence']:g}",
        ),
    ]
    if found.regression:
        sentences.append(
            say(
                how,
                "Regression to the mean: {resamples} bootstrap resamples of persons (seed {seed}),"
                " of at least {pairs} pairs of all and {selected} of the group.",
                resamples=f"{how['regression']['resamples']:,}",
                seed=found.provenance["seed"],
                pairs=how["regression"]["minimum_pairs"],
                selected=how["regression"]["minimum_selected"],
            )
        )
    sentences.append(
        say(how, "Printed numbers are rounded half away from zero from their full precision.")
    )
    return sentences


def _profiles(found: Found) -> list[str]:
    return list(dict.fromkeys(row["profile"] for row in found.multiplicity))


def _tests_of(profile: str, found: Found, how: dict) -> str:
    """The tests and summaries of a profile by follow-up, in one sentence."""
    summaries = {
        "mean_sem": say(how, "mean and standard error"),
        "median_iqr": say(how, "median and interquartile range"),
    }
    parts = []
    for timepoint in how["orders"]["timepoint"]:
        rows = [
            row
            for row in found.comparisons
            if (row["profile"], row["timepoint"]) == (profile, timepoint)
        ]
        forms = sorted({(row["test"], row["summary"]) for row in rows})
        if forms:
            named = [
                say(
                    how,
                    "{test} test ({summary})",
                    test=said(how, TESTS[test]),
                    summary=summaries[summary],
                )
                for test, summary in forms
            ]
            parts.append(
                say(
                    how,
                    "at {followup} {tests}",
                    followup=how["timepoints"][timepoint],
                    tests=listed(how, named),
                )
            )
    return say(
        how,
        "Analysis {profile}: {tests}.",
        profile=profile_name(profile, how),
        tests=semicolons(how, parts),
    )


def multiple_testing(found: Found, how: dict) -> list[str]:
    """How each family is adjusted."""
    return [
        say(
            how,
            "Analysis {profile}, family {family}: number of tests {n}, alpha {alpha}, adjusted:"
            " {method}.",
            profile=profile_name(row["profile"], how),
            family=family_name(row["family"], how),
            n=row["n_counted"],
            alpha=f"{row['alpha']:g}",
            method=correction_name(row["correction"], how),
        )
        for row in found.multiplicity
        if row["correction"]
    ]


def software(found: Found, how: dict) -> list[str]:
    """Names and versions of what computed."""
    made = found.provenance
    used = [
        f"{name} {made['packages'][d]}" for name, d in PACKAGES.items() if d in made["packages"]
    ]
    return [
        say(
            how,
            "labcohort {version}, Python {python}, {packages}.",
            version=made["labcohort"]["version"],
            python=made["python"],
            packages=listed(how, used),
        )
    ]
