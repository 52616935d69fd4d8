"""The job `derive` on a study's persons at once and in buckets: the same, put together."""

import random
from datetime import date, timedelta

import polars as pl
import pytest
from labcohort.buckets import bucket_of
from labcohort.derive.against_reported import counted
from labcohort.jobs import derive
from labcohort.ledger import joined
from labcohort.quarantine import PLACE

from schemas.harmonised import Patients, Values

PERSONS = [f"p{number:03}" for number in range(40)]
PANELS = {"protein": ["TP", "ALB", "GLOB_REPORTED"], "glycaemic": ["FBS"], "other": ["UA"]}
MARKERS = [marker for markers in PANELS.values() for marker in markers]
NUMBERS = {"TP": [70, 77, 90], "ALB": [40, 44], "GLOB_REPORTED": [30, 33]}
SETTINGS = {
    "panel": "protein", "panels": ["protein", "glycaemic"], "measured": PANELS["protein"],
    "inputs": ["TP", "ALB", "FBS"], "derived": ["GLOB", "EAG"], "methods": {}, "tables": {},
    "modules": ["labcohort.derive.formulas.liver"], "limits": {"GLOB": {"soft_high": 40.0}},
    "input_days": {}, "censored": "lod_half", "repeats": "set_aside",
    "date_columns": [{"source": "site_a", "visit": None, "column": "drawn"}],
    "sex_limits": [
        {"marker": "TP", "sex": "male", "hard_low": None, "hard_high": 80.0, "soft_low": None,
         "soft_high": 75.0},
    ],
    "variation": [{"marker": "TP", "cv_within": 2.0, "cv_analytical": None}],
}  # fmt: skip


def values() -> pl.DataFrame:
    """Results of two sources, a few for each person, with repeats, limits and odd dates."""
    draw = random.Random(1)
    rows = [
        {
            "source": draw.choice(["site_a", "site_b"]), "file": "raw/a.csv", "row": row,
            "column": "result", "person": draw.choice([*PERSONS, "p_lost", "p_unknown"]),
            "marker": marker, "value": float(draw.choice(NUMBERS.get(marker, [5, 6]))),
            "sample_date": date(2020, 1, 1) + timedelta(draw.randrange(12)),
            "value_text": "x", "unit": "g/L", "decimals": 0,
            "comparator": draw.choice([None] * 19 + ["<"]),
            "flag": draw.choice([None, None, "soft_low"]),
            "status": draw.choice([None, None, "preliminary", "corrected"]),
        }
        for row, marker in enumerate(draw.choices(MARKERS, k=2000), 2)
    ]  # fmt: skip
    schema = {name: c.dtype.type for name, c in Values.to_schema().columns.items()}
    found = pl.DataFrame(rows, schema=schema, orient="row")
    return Values.validate(found.with_columns(number=pl.col("value")), lazy=True)


def patients() -> pl.DataFrame:
    return Patients.validate(
        pl.DataFrame(
            {
                "person": PERSONS,
                "sex": [("male", "female", None)[i % 3] for i in range(len(PERSONS))],
                "birth_date": [date(2020, 1, 2) if i % 10 == 0 else None for i in range(40)],
                "age": 50.0,
            }
        ),
        lazy=True,
    )


@pytest.fixture
def run(tmp_path):
    """What all buckets of a number of them give together, by name."""

    def gathered(buckets: int) -> dict[str, pl.DataFrame]:
        parts = {name: [] for name in derive.EACH}
        for number in range(buckets):
            for name, part in job(number, buckets).items():
                parts[name].append(part)
        whole = {name: pl.concat(own) for name, own in parts.items()}
        return {
            "derived": whole["derived"].sort("marker", "person", "sample_date"),
            "quarantine": whole["quarantine"].sort(PLACE),
            "duplicates": whole["duplicates"].sort(PLACE),
            "ledger": joined(parts["ledger"]),
            "balance": whole["balance"].group_by("marker", "reason").sum().sort(pl.all()),
            "against_reported": counted(parts["against_reported"]),
        }

    def job(number: int, buckets: int) -> dict[str, pl.DataFrame]:
        def own(frame: pl.DataFrame) -> pl.DataFrame:
            return frame.filter(bucket_of(frame["person"], buckets) == number)

        at = tmp_path / str(buckets)
        paths = {"values": []}
        for panel, markers in PANELS.items():
            path = at / "values" / panel / f"{number}.parquet"
            path.parent.mkdir(parents=True, exist_ok=True)
            own(values()).filter(pl.col("marker").is_in(markers)).write_parquet(path)
            paths["values"].append(str(path))
        paths |= {name: str(at / f"{name}.parquet") for name in ("patients", "set_aside")}
        own(patients()).write_parquet(paths["patients"])
        lost = pl.DataFrame({"person": ["p_lost"], "rule": ["one_person_two_ids"]})
        lost.write_parquet(paths["set_aside"])
        paths |= {name: str(at / f"{number}.{name}") for name in derive.EACH}
        derive.main(paths, "protein", SETTINGS)
        return {
            name: pl.read_csv(paths[name], separator="\t", schema_overrides=TYPES[name])
            if name in TYPES
            else pl.read_parquet(paths[name])
            for name in derive.EACH
        }

    return gathered


TYPES = {
    "ledger": dict.fromkeys(("source", "stage", "kind", "fate", "reason"), pl.String),
    "balance": dict.fromkeys(("marker", "reason"), pl.String),
}


@pytest.mark.parametrize("buckets", [3, 8])
def test_buckets_of_persons_give_together_what_all_at_once_do(run, buckets):
    whole, parts = run(1), run(buckets)
    for name, frame in whole.items():
        assert frame.height and parts[name].equals(frame), name


def test_every_cell_of_the_panel_is_counted_once(run):
    found = run(1)
    given = values().filter(pl.col("marker").is_in(PANELS["protein"]))
    used = found["derived"].filter(pl.col("origin") == "measured")
    rows = [row for f in (used, found["quarantine"], found["duplicates"]) for row in f["row"]]
    assert sorted(rows) == sorted(given["row"])
    rules = set(found["quarantine"]["rule"])
    assert rules == {
        "before_birth", "contradictory_repeat", "hard_limit_of_sex", "person_set_aside",
        "unknown_person",
    }  # fmt: skip
    ledger = found["ledger"]
    entered = ledger.filter(pl.col("kind") == "in").get_column("cells").sum()
    assert entered == given.height


def test_ours_against_theirs_is_counted_over_all_buckets(run):
    """Each pair by hand from the rows, and the median of all their ratios."""
    found = run(3)
    rows = {(r["marker"], r["person"], r["sample_date"]): r for r in found["derived"].to_dicts()}
    ratios = []
    for (marker, person, day), theirs in rows.items():
        ours = rows.get(("GLOB", person, day))
        if marker != "GLOB_REPORTED" or theirs["comparator"] or not ours or ours["value"] is None:
            continue
        if "censored_input" not in (ours["flag"] or ""):
            ratios.append(ours["value"] / theirs["value"])
    (row,) = found["against_reported"].to_dicts()
    assert len(ratios) > 20 and row["compared"] == len(ratios)
    assert row["median_ratio"] == pytest.approx(pl.Series(ratios).median(), rel=1e-15)
    flagged = found["derived"]["flag"].fill_null("").str.contains("differs_from_reported").sum()
    assert row["beyond"] == flagged and row["within"] == len(ratios) - flagged
