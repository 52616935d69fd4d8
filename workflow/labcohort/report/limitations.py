"""Section: limitations, which stand in every report; and the tests counted."""

from labcohort.publish.lists import listed
from labcohort.publish.names import correction_name, family_name, profile_name
from labcohort.publish.tables.table import Cell, Column
from labcohort.publish.text import within
from labcohort.publish.words import said, say
from labcohort.report.blocks import Items, Section, Sheet, count, sheet
from labcohort.report.found import Found
from labcohort.rounding import rounded
from labcohort.study.names import ALL_FAMILIES


def section(found: Found, how: dict) -> Section:
    """What no number of the report can make up for."""
    return Section(
        "limitations",
        say(how, "Limitations"),
        (Items(tuple(limitations(found, how))), multiplicity(found.multiplicity, how)),
    )


def limitations(found: Found, how: dict) -> list[str]:
    """The limitations that always hold, with this run's numbers."""
    items = [
        say(
            how,
            "No control group: a change from baseline cannot be attributed to the treatment. Other"
            " treatment, time, season, the laboratories, and regression to the mean are left as"
            " explanations.",
        ),
        say(
            how,
            "Attenders only: persons without follow-up are not in the comparisons, and those who"
            " came back may differ from them.",
        ),
        *(
            _false_positives(row, how)
            for row in found.multiplicity
            if row["family"] == ALL_FAMILIES
        ),
    ]
    chosen = list(dict.fromkeys(row["cohort"] for row in found.regression))
    if chosen:
        names = listed(how, [within(how["cohorts"][c]) for c in chosen])
        items.append(
            say(
                how,
                "Regression to the mean: these groups are chosen on a baseline value and change by"
                " themselves: {groups}.",
                groups=names,
            )
        )
    if how["declared"]:
        items.append(
            say(
                how,
                "The plan and its families of tests were declared {when}.",
                when=said(how, how["declared"]),
            )
        )
    if how["staged"]:
        items.append(
            say(
                how,
                "CKD stages here rest on eGFR at baseline alone. That is a category of eGFR, not a"
                " diagnosis, which asks for three months and a marker of kidney damage (KDIGO).",
            )
        )
    duplicates = [row for row in found.multiplicity if row["n_duplicates"]]
    if duplicates:
        items.append(
            say(
                how,
                "Markers that are computed from the same results are no separate evidence; the"
                " tables name them.",
            )
        )
    items.append(
        say(
            how,
            "Data of routine care: what was measured, when, and by which method was not fixed by a"
            " protocol.",
        )
    )
    return items


def _false_positives(row: dict, how: dict) -> str:
    return say(
        how,
        "Multiplicity: the analysis {profile} makes {n} tests; {expected} would be expected below"
        " alpha if nothing differed from baseline at all, {below} are.",
        profile=profile_name(row["profile"], how),
        n=row["n_counted"],
        expected=rounded(row["expected_false_positives"], 1),
        below=row["n_below_alpha"],
    )


def multiplicity(rows: list[dict], how: dict) -> Sheet:
    """Tests by family, and the false positives to expect (schemas.multiplicity)."""
    headers = (
        say(how, "Alpha"),
        say(how, "Tests with a p"),
        say(how, "Expected below alpha by chance"),
        say(how, "Below alpha"),
        say(how, "Below alpha, adjusted"),
        say(how, "Of the same results"),
        say(how, "In groups chosen on a baseline value"),
    )
    return sheet(
        "multiplicity",
        say(how, "Tests by family, and false positives to expect"),
        (
            Column(say(how, "Analysis")),
            Column(say(how, "Family")),
            Column(say(how, "Adjusted by")),
            *(Column(header, numeric=True) for header in headers),
        ),
        [
            (
                profile_name(row["profile"], how),
                family_name(row["family"], how),
                correction_name(row["correction"], how),
                Cell("") if row["alpha"] is None else Cell(f"{row['alpha']:g}", (row["alpha"],), 2),
                count(row["n_counted"]),
                Cell(
                    rounded(row["expected_false_positives"], 1),
                    (row["expected_false_positives"],),
                    1,
                ),
                count(row["n_below_alpha"]),
                count(row["n_below_alpha_adjusted"]),
                count(row["n_duplicates"]),
                count(row["n_selected_on_baseline"]),
            )
            for row in rows
        ],
        (
            say(
                how,
                "Expected by chance: alpha times the number of tests, where nothing differs from"
                " baseline.",
            ),
        ),
    )
