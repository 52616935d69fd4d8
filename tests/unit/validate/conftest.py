"""What the tests of validate share: rules, a small study and what its stages wrote, by hand."""

import json
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest
from labcohort.jobs import validate
from labcohort.quarantine import PLACE
from labcohort.study.tables import read_table
from labcohort.validate.flagged import COUNTS
from labcohort.validate.rules import rules_of
from labcohort.validate.verdict import Evidence

from schemas.resources import Rules
from tests.unit.validate.made import PERSON, ledger_of, marker_row, profile_of, set_aside

RESOURCES = Path(__file__).parents[3] / "resources"


@pytest.fixture(scope="session")
def rows() -> list[dict]:
    """The rows of resources/rules.tsv."""
    return read_table(RESOURCES / "rules.tsv", "resources/rules.tsv", Rules)


@pytest.fixture
def study(rows) -> Callable[..., dict]:
    """What the job is told; settings of rules are given as (rule, source, severity, threshold)."""

    def told(*settings: tuple, ceiling: float = 0.02, **more) -> dict:
        keys = ("rule", "source", "severity", "threshold", "why")
        given = [dict(zip(keys, (*row, "because"), strict=True)) for row in settings]
        limits = {"hard_low": 0.5, "hard_high": 60, "soft_low": 2, "soft_high": 15}
        return {
            "study": "small",
            "title": "A small study",
            "synthetic": True,
            "patients": "people",
            "sources": ["a", "b"],
            "rules": rules_of(rows, [], given, ceiling),
            "markers": [
                {"marker": "TC", "label": "Cholesterol", "unit": "mmol/L", "decimals": 2} | limits
            ],
            "conversions": [],
            "ranges": {"TC": {"low": 3.0, "high": 5.2}},
            "everyone": "all",
            "timepoints": [{"timepoint": "baseline", "label": "Baseline"}],
            "digests": {"raw": {}, "rules": "0"},
            "files": {},
            "misnamed": [],
            "left_out": [],
            "versions": {"polars": "2"},
            "visits": {"a": [], "b": []},
            "made_from": {
                source: {"mapping": "m" * 16, "files": {f"raw/{source}.csv": source * 16}}
                for source in ("a", "b", "people")
            },
        } | more

    return told


@pytest.fixture
def evidence() -> Callable[..., Evidence]:
    """Two sources of cholesterol, 100 cells each of which 10 are empty; `a` has two bad ones."""

    def wrote(**more) -> Evidence:
        flags = pl.DataFrame(
            [(None, "TC", "near_pole", 3), ("a", "TC", "delta_check", 2)],
            schema=COUNTS,
            orient="row",
        )
        flagged = set_aside("a", "x", "x").with_columns(
            value=pl.lit(4.5), flag=pl.lit("delta_check")
        )
        of_a = {"unparseable_value": 1, "hard_limit": 1}
        given = {
            "ledger": pl.concat([ledger_of("a", 100, 10, **of_a), ledger_of("b", 100, 10)]),
            "quarantine": set_aside("a", *of_a),
            "flags": flags,
            "flagged": flagged.select(*PLACE, "marker", "value", "flag"),
            "computed": 50,
            "profiles": {
                "a": profile_of(marker_row("TC", 88, 4.5, set_aside=2, hard_high=1)),
                "b": profile_of(marker_row("TC", 90, 5.0)),
            },
            "patients": {
                "rows": 30,
                "columns": [{"column": "sex", "cells": 30, "filled": 28, "set_aside": 0}],
            },
        }
        return Evidence(**(given | more))

    return wrote


@pytest.fixture
def files(tmp_path, evidence, monkeypatch) -> dict:
    """The files of the job `validate`: what the stages of the small study wrote."""
    wrote = evidence()
    paths = {
        "quarantine": "quarantine.parquet", "ledger": "ledger.tsv", "flags": "flags.tsv",
        "flagged": "flagged.parquet",
        "derived": "derived.tsv", "patients": "patients.json",
        "json": "validation.json", "html": "validation.html", "summary": "summary.json",
    }  # fmt: skip
    paths = {name: str(tmp_path / file) for name, file in paths.items()}
    wrote.quarantine.write_parquet(paths["quarantine"])
    wrote.flagged.write_parquet(paths["flagged"])
    synthetic = pl.lit("SYNTHETIC")
    wrote.ledger.with_columns(synthetic=synthetic).write_csv(paths["ledger"], separator="\t")
    wrote.flags.with_columns(meaning=synthetic).write_csv(paths["flags"], separator="\t")
    derived = pl.DataFrame({"marker": ["X", "X"], "reason": [None, "why"], "n": [40, 10]})
    derived.write_csv(paths["derived"], separator="\t")
    Path(paths["patients"]).write_text(json.dumps(wrote.patients), "utf-8")
    # of one bucket, and merged as they are: how counts are merged is test_profile's
    monkeypatch.setattr(validate, "merged", lambda parts: parts[0])
    paths["profiles"] = [str(tmp_path / s / "1-of-1.profile.json") for s in wrote.profiles]
    for path, of in zip(map(Path, paths["profiles"]), wrote.profiles.values(), strict=True):
        path.parent.mkdir()
        path.write_text(json.dumps(of), "utf-8")
    paths["membership"] = [str(tmp_path / "membership" / "1-of-1.parquet")]
    paths["people"] = [str(tmp_path / "people" / "1-of-1.parquet")]
    paths["values"] = [str(tmp_path / "lipid" / "1-of-1.parquet")]
    for path in (*paths["membership"], *paths["people"], *paths["values"]):
        Path(path).parent.mkdir()
    pl.DataFrame(
        {"cohort": ["all"] * 3, "timepoint": ["baseline"] * 3, "person": [PERSON, "p2", "p3"]}
    ).write_parquet(paths["membership"][0])
    # p9 never came back
    pl.DataFrame(
        {
            "person": [PERSON, "p2", "p3", "p9"],
            "failed": [None, None, None, 2],
            "lacks_followup_only": [False, False, False, True],
        }
    ).write_parquet(paths["people"][0])
    pl.DataFrame(
        {"person": [PERSON, "p2", "p9"], "marker": ["TC"] * 3, "timepoint": ["baseline"] * 3}
    ).write_parquet(paths["values"][0])
    sources = ("a", "b", "people")
    paths["extracts"] = [str(tmp_path / f"set_aside_{source}.xlsx") for source in sources]
    return paths
