"""Profiles, set-aside records and ledgers by hand, for the tests of validate."""

import polars as pl
from labcohort import ledger, quarantine

# what must be in no file that may be passed on
RAW, PERSON = "raw-text-of-a-cell", "p00000000deadbeef"


def marker_row(marker: str, n: int, median: float | None = None, **more: int) -> dict:
    """A marker of a profile; what is not said is zero."""
    counts = ("set_aside", "below_detection", "above_detection")
    limits = ("hard_low", "soft_low", "soft_high", "hard_high")
    spread = {"5": None, "25": None, "50": median, "75": None, "95": None}
    return {
        "marker": marker,
        "n": n,
        **dict.fromkeys((*counts, *limits), 0),
        "quantiles": spread if median is not None else None,
        "histogram": None,
    } | more


def profile_of(*markers: dict, **more) -> dict:
    """A profile of markers, an analyte each."""
    return {
        "cells": 0,
        "analytes": [
            {"analyte": f"<{m['marker']}>", "marker": m["marker"], "visit": None, "cells": m["n"],
             "missing": 0, "ignored": 0, "set_aside": 0, "used": m["n"]}
            for m in markers
        ],
        "declared": [],
        "misnamed": [],
        "units": [],
        "markers": list(markers),
        "flags": [],
        "corrections": {},
        "names_folded": [],
        "proposals": {"n": 0, "first": []},
    } | more  # fmt: skip


def set_aside(source: str, *rules: str, marker: str | None = "TC", stage="harmonise"):
    """A record a rule, in rows 2, 3, … of one file."""
    return pl.DataFrame(
        [
            {"source": source, "file": f"raw/{source}.csv", "sheet": None, "row": row,
             "column": "result", "stage": stage, "marker": marker, "person": PERSON,
             "raw_value": RAW, "rule": rule, "reason": f"{RAW} broke it"}
            for row, rule in enumerate(rules, 2)
        ],
        schema=quarantine.SCHEMA,
        orient="row",
    )  # fmt: skip


def ledger_of(source: str, cells: int, missing: int, **aside: int) -> pl.DataFrame:
    """A ledger of one source: cells in, some missing, some set aside in harmonise by rule."""
    used = cells - missing - sum(aside.values())
    counted = [
        ("ingest", "in", None, None, cells), ("ingest", "out", None, None, cells),
        ("harmonise", "in", None, None, cells), ("harmonise", "fate", "missing", None, missing),
        *(("harmonise", "fate", "set_aside", rule, n) for rule, n in aside.items()),
        ("harmonise", "out", None, None, used), ("derive", "in", None, None, used),
        ("derive", "out", None, None, used), ("cohorts", "in", None, None, used),
        ("cohorts", "out", None, None, used),
    ]  # fmt: skip
    found = [(source, *row) for row in counted]
    return pl.DataFrame(found, schema=ledger.SCHEMA, orient="row")
