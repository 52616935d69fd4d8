"""Section: where the run departs from its plan, and what the plan leaves out."""

from labcohort.flags import FLAGS
from labcohort.publish.lists import listed
from labcohort.publish.names import profile_name
from labcohort.publish.words import said, say
from labcohort.report.blocks import Block, Heading, Items, Paragraph, Section
from labcohort.report.compared import is_withheld, subject
from labcohort.report.found import Found
from labcohort.report.selection import overlap
from labcohort.study.names import POST_HOC


def section(found: Found, how: dict) -> Section:
    """What the run knows of departures: each kind with its list, or with `none`."""
    parts = (
        (say(how, "Comparisons that the plan does not name (post hoc)"), _post_hoc(found, how)),
        (say(how, "Values that the plan leaves out"), _left_out(how)),
        (say(how, "Planned comparisons without a test"), _without_test(found, how)),
        (
            say(how, "Comparisons that are withheld, of few persons or next to them"),
            _few(found, how),
        ),
        (say(how, "Results that depend on the choice of the test"), _disagreeing(found, how)),
        (say(how, "Single values corrected by a signed decision"), _corrected(found, how)),
        (say(how, "Rules of the data that the study judges otherwise"), _rules(how)),
    )
    blocks: list[Block] = [Paragraph(_declared(how)), Paragraph(overlap(found, how))]
    for heading, items in parts:
        blocks += [Heading(heading), Items(tuple(items) or (say(how, "none"),))]
    return Section("deviations", say(how, "Deviations from the plan"), tuple(blocks))


def _declared(how: dict) -> str:
    if how["declared"]:
        when = said(how, how["declared"])
        return say(how, "The plan and its families of tests were declared {when}.", when=when)
    return say(how, "When the plan and its families of tests were declared is not recorded.")


def _post_hoc(found: Found, how: dict) -> list[str]:
    return [_with_profile(row, how) for row in found.comparisons if row["role"] == POST_HOC]


def _with_profile(row: dict, how: dict) -> str:
    return say(
        how,
        "{subject} ({profile})",
        subject=subject(row, how),
        profile=profile_name(row["profile"], how),
    )


def _left_out(how: dict) -> list[str]:
    """Flags whose values the plan leaves out, with the markers of which it does."""
    items = []
    for rule in how["excluded"]:
        labels = list(dict.fromkeys(how["markers"][m]["label"] for m in rule["markers"]))
        items.append(
            say(
                how,
                "{markers} ({profile}): values flagged as {flags}",
                markers=listed(how, labels),
                profile=profile_name(rule["profile"], how),
                flags=listed(how, [said(how, FLAGS.get(f, f)) for f in rule["flags"]]),
            )
        )
    return items


def _without_test(found: Found, how: dict) -> list[str]:
    return [
        say(how, "{what}: {why}", what=_with_profile(row, how), why=said(how, row["note"] or "–"))
        for row in found.comparisons
        if row["p_value"] is None and not is_withheld(row, how)
    ]


def _few(found: Found, how: dict) -> list[str]:
    """Groups whose numbers are withheld, with the markers that are compared in them."""
    labels: dict[tuple, list[str]] = {}
    for row in found.comparisons:
        if is_withheld(row, how):
            key = (row["cohort"], row["timepoint"], row["profile"])
            labels.setdefault(key, []).append(how["markers"][row["marker"]]["label"])
    return [
        say(
            how,
            "{group}, {followup} ({profile}): {markers}",
            group=how["cohorts"][cohort],
            followup=how["timepoints"][timepoint],
            profile=profile_name(profile, how),
            markers=listed(how, list(dict.fromkeys(own))),
        )
        for (cohort, timepoint, profile), own in labels.items()
    ]


def _disagreeing(found: Found, how: dict) -> list[str]:
    """Comparisons whose two tests differ in sign or in their place against alpha."""
    words = {
        "no: sign": say(how, "another sign"),
        "no: alpha": say(how, "the other side of alpha"),
        "no: sign and alpha": say(how, "another sign, and the other side of alpha"),
    }
    return [
        say(
            how,
            "{what}: by the other test {differs}",
            what=_with_profile(row, how),
            differs=words[row["agrees"]],
        )
        for row in found.comparisons
        if row["agrees"] in words and not is_withheld(row, how)
    ]


def _corrected(found: Found, how: dict) -> list[str]:
    counted = {
        source["source"]: sum(source["profile"]["corrections"].values())
        for source in found.validation["sources"]
    }
    return [
        say(how, "{source}: {n} values", source=source, n=n) for source, n in counted.items() if n
    ]


def _rules(how: dict) -> list[str]:
    return [
        say(
            how,
            "{rule} ({source}): {severity}, threshold {threshold}; {why}",
            rule=how["rules"].get(row["rule"], row["rule"]),
            source=row["source"] or say(how, "all sources"),
            severity=row["severity"],
            threshold="–" if row["threshold"] is None else f"{row['threshold']:g}",
            why=row["why"] or "–",
        )
        for row in how["rule_settings"]
    ]
