"""Phrases that the figures of comparisons share: names of tests, of summaries, small groups."""

from collections.abc import Iterable, Mapping, Sequence

from labcohort.publish.figures.rows import FEW_PAIRS, n_text
from labcohort.publish.lists import commas
from labcohort.publish.names import profile_name
from labcohort.publish.text import BELOW_DETECTION, p_text, unit_text, within
from labcohort.publish.words import say


def test_name(test: str, how: dict) -> str:
    """The name of a test within a sentence."""
    return {
        "paired_t": say(how, "paired t test"),
        "wilcoxon_signed_rank": say(how, "Wilcoxon signed-rank test"),
    }[test]


def summary_name(summary: str, how: dict) -> str:
    """The name of a form of summary within a sentence."""
    return {
        "mean_sem": say(how, "mean ± standard error of the mean"),
        "median_iqr": say(how, "median and quartiles"),
    }[summary]


def p_label(p: float, how: dict) -> str:
    """A p value as it stands beside a drawing: `p = 0.012`, `p < 0.001`."""
    text = p_text(p, how)
    return f"p {text[0]} {text[1:]}" if text[0] in "<>" else f"p = {text}"


def marker_title(marker: Mapping) -> str:
    """A marker's label with its unit."""
    # kept together where the title is cut into lines
    unit = unit_text(marker["unit"]).replace(" ", "\N{NO-BREAK SPACE}")
    return marker["label"] + (f", {unit}" if unit else "")


def nothing_drawn(row: Mapping, how: dict) -> str:
    """What stands in place of a comparison that is not drawn."""
    if row["withheld"] == FEW_PAIRS:
        return say(how, "fewer than {minimum} pairs", minimum=how["minimum_cell"])
    if row["withheld"]:
        return say(how, "withheld")
    return BELOW_DETECTION if row["n_pairs"] else say(how, "no pairs")


def n_label(row: Mapping, how: dict) -> str:
    """The number of pairs as it stands under a drawing: `n = 83`, `n < 5`; '' if withheld."""
    text = n_text(row, how)
    return f"n {text[0]} {text[1:]}" if text[:1] == "<" else text and f"n = {text}"


def no_control(how: dict) -> str:
    """The line at the foot of every figure that shows changes."""
    return say(how, "Change from baseline, no control group")


def profile_sentence(how: dict) -> str:
    """By which profile of the plan the figure is drawn."""
    profile = profile_name(how["profile"], how)
    return say(how, "Comparisons of the profile “{profile}” of the plan.", profile=profile)


def tests_sentences(rows: Sequence[Mapping], how: dict) -> list[str]:
    """By which tests the p values are: by timepoint, and by marker, where they differ."""
    labels = {marker["marker"]: marker["label"] for marker in how["markers"]}
    by_time = {}
    for timepoint in how["timepoints"]:
        own = [row for row in rows if row["timepoint"] == timepoint["timepoint"]]
        tests = sorted({row["test"] for row in own})
        of = {t: dict.fromkeys(r["marker"] for r in own if r["test"] == t) for t in tests}
        by_time[timepoint["label"]] = [
            test_name(test, how)
            + (f" ({commas(how, (labels[m] for m in of[test]))})" if len(tests) > 1 else "")
            for test in tests
        ]
    found = {label: commas(how, tests) for label, tests in by_time.items() if tests}
    if len(set(found.values())) == 1:
        return [say(how, "p values: {tests}.", tests=next(iter(found.values())))]
    return [
        say(how, "p values at {timepoint}: {tests}.", timepoint=within(label), tests=tests)
        for label, tests in found.items()
    ]


def equation_sentences(rows: Iterable[Mapping], how: dict) -> list[str]:
    """By which of several formulas each derived marker of the rows was computed."""
    labels = {marker["marker"]: marker["label"] for marker in how["markers"]}
    used = {(row["marker"], row["equation"]) for row in rows if row["equation"]}
    return [
        say(
            how,
            "{marker} was computed by {equation}.",
            marker=labels[marker],
            equation=commas(how, (how["methods"][m] for m in equation.split("|"))),
        )
        for marker, equation in sorted(used)
    ]


def testing_sentences(rows: Sequence[Mapping], how: dict) -> list[str]:
    """What the p values are of, and by what the comparisons were made."""
    return [
        *tests_sentences(rows, how),
        say(how, "The p values are two-sided and not adjusted for multiple testing."),
        profile_sentence(how),
        *equation_sentences(rows, how),
    ]


def closing_sentences(rows: Sequence[Mapping], how: dict) -> list[str]:
    """What is not shown of the rows, and what a figure of changes ends with."""
    seen = [row for row in rows if not row["withheld"]]
    return [
        withheld_sentence(len(seen) < len(rows), how),
        chosen_sentence(seen, how),
        closing_sentence(how),
    ]


def withheld_sentence(any_withheld: bool, how: dict) -> str:
    """That small groups are not shown, where there are any."""
    if not any_withheld:
        return ""
    return say(
        how,
        "Groups of fewer than {minimum} pairs, and those that would give their number away, are"
        " not shown.",
        minimum=how["minimum_cell"],
    )


def chosen_sentence(rows: Iterable[Mapping], how: dict) -> str:
    """That regression to the mean moves some of the groups, where they are chosen by a value."""
    if not any(row["selected_on_baseline"] for row in rows):
        return ""
    return say(
        how,
        "Groups that were chosen by a value at baseline change by regression to the mean alone.",
    )


def closing_sentence(how: dict) -> str:
    """What every figure of changes ends with."""
    return say(
        how,
        "The changes are changes from baseline; there is no control group.",
    )
