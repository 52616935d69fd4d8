"""Section: the quality of the data: the verdict, where each result cell went, what was found."""

from labcohort.publish.tables.table import Column
from labcohort.publish.words import said, say
from labcohort.report.blocks import Block, Paragraph, Section, Sheet, count, sheet
from labcohort.report.found import Found
from labcohort.rounding import rounded

FATES = ("missing", "ignored", "set_aside", "duplicate", "ineligible", "out_of_window")


def section(found: Found, how: dict) -> Section:
    """What the validation says, in short; its own report has the places."""
    blocks: list[Block] = [
        Paragraph(verdict(found.validation["verdict"], how), found.validation["verdict"]),
        *found.pictures_of("quality", "missingness"),
        cells_by_fate(found.ledger, how),
        _rules(found.validation, how),
        Paragraph(
            say(
                how,
                "The validation report (results/quality/validation.html) has the places, units,"
                " distributions and missing values.",
            )
        ),
    ]
    return Section("quality", say(how, "Quality of the data"), tuple(blocks))


def verdict(word: str, how: dict) -> str:
    """The verdict of the validation in words."""
    return {
        "ok": say(how, "Validation: nothing to look at."),
        "warn": say(how, "Validation: there is something to look at."),
        "error": say(how, "Validation: there is something to answer before the results are used."),
        "critical": say(how, "Validation: the data break a rule that stops a run."),
    }[word]


def cells_by_fate(ledger: list[dict], how: dict) -> Sheet:
    """Result cells of each source: how many there were, and where they went."""
    headers = (
        say(how, "Result cells"),
        say(how, "Empty"),
        say(how, "Not used by the study"),
        say(how, "Set aside"),
        say(how, "Repeats"),
        say(how, "Of persons not eligible"),
        say(how, "Outside all visits"),
        say(how, "Used"),
    )
    sources = list(dict.fromkeys(row["source"] for row in ledger))
    rows = [
        [source, *_counts([row for row in ledger if row["source"] == source])] for source in sources
    ]
    rows.append([say(how, "All sources"), *_counts(ledger)])
    return sheet(
        "cells",
        say(how, "Result cells by source and by what became of them"),
        (Column(say(how, "Source")), *(Column(header, numeric=True) for header in headers)),
        rows,
        (say(how, "Each result cell has one fate; the counts of a row add up."),),
    )


def _counts(rows: list[dict]) -> list:
    """Cells that came in, those of each fate, those that went out of the last stage."""

    def cells(**wanted: str) -> int:
        return sum(r["cells"] for r in rows if all(r[k] == v for k, v in wanted.items()))

    return [
        count(cells(stage="ingest", kind="in")),
        *(count(cells(fate=fate)) for fate in FATES),
        count(cells(stage="cohorts", kind="out")),
    ]


def _rules(validation: dict, how: dict) -> Sheet:
    """The rules that are over their threshold."""
    words = {
        "warn": say(how, "look"),
        "error": say(how, "answer"),
        "critical": say(how, "stop"),
    }
    texts = how["rules"]
    rows = [
        (
            texts.get(rule["rule"], rule["text"]),
            part["source"] or say(how, "all sources"),
            count(part["failed"]),
            count(part["tried"]),
            f"{rounded(100 * part['share'], 2)} %" if rule["kind"] != "finding" else "",
            words[part["verdict"]],
        )
        for rule in validation["rules"]
        for part in rule["sources"]
        if part["verdict"] != "ok"
    ]
    notes = [
        said(how, part["why"] or "")
        for rule in validation["rules"]
        for part in rule["sources"]
        if part["verdict"] != "ok"
    ]
    headers = (say(how, "Broken"), say(how, "Tried"), say(how, "Share"))
    return sheet(
        "rules",
        say(how, "Rules over their threshold"),
        (
            Column(say(how, "Rule")),
            Column(say(how, "Source")),
            *(Column(header, numeric=True) for header in headers),
            Column(say(how, "Verdict")),
        ),
        rows,
        notes=notes,
    )
