"""Write a SYNTHETIC study of N patients: `python benchmarks/generate.py N DIRECTORY [--seed SEED]`.

One long CSV of three visits and thirty analytes a person (87 rows a person, some 37 bytes each)
and a patient table, below `data/`, and a configuration. The same N and seed give the same bytes;
the first patients of a larger study are those of a smaller one. Memory does not grow with N.
"""

import argparse
import shutil
import sys
from pathlib import Path

import numpy as np
import polars as pl

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from benchmarks.population import ANALYTES, VISITS, values

STUDY = Path(__file__).resolve().parent / "study"
CHUNK = 20_000  # patients made at a time
STAYS = (1.0, 0.985, 0.96)  # share of the people who come to each visit
NOT_DONE = 0.013  # share of the results of a visit that have no row
EMPTY = 0.002  # … that have a row without a value
SPOILT = 0.00005  # … that are a remark instead of a value
FIRST_DAY = np.datetime64("2015-01-01")
LAST_DAY = np.datetime64("2021-12-31")


def generate(patients: int, study: Path, seed: int = 1) -> None:
    """Write the study; its results file is there only once all is written."""
    shutil.copytree(STUDY, study, dirs_exist_ok=True)
    data = study / "data"
    data.mkdir(exist_ok=True)
    unfinished = data / "results.csv.unfinished"
    with (data / "patients.csv").open("wb") as people, unfinished.open("wb") as results:
        for first in range(0, patients, CHUNK):
            draw = np.random.default_rng([seed, first])
            # always whole chunks: who comes first does not depend on how many there are
            table, exported = _chunk(draw, first)
            wanted = min(CHUNK, patients - first)
            if wanted < CHUNK:
                ids = table.get_column("patient_id").head(wanted)
                table = table.head(wanted)
                exported = exported.join(ids.to_frame(), on="patient_id", maintain_order="left")
            table.write_csv(people, include_header=first == 0)
            exported.write_csv(results, include_header=first == 0)
    unfinished.rename(data / "results.csv")


def _chunk(draw: np.random.Generator, first: int) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The patient table of a chunk, and its results in the order of their days."""
    male = draw.random(CHUNK) < 0.55
    age = np.clip(draw.normal(56, 10, CHUNK), 25, 85)
    infusion = FIRST_DAY + draw.integers(0, (LAST_DAY - FIRST_DAY).astype(int), CHUNK)
    ids = np.arange(first + 1, first + CHUNK + 1)
    treated = draw.random(CHUNK) < 0.3
    of_type_1 = draw.random(CHUNK) < 0.02
    table = pl.DataFrame({"number": ids, "infusion_date": infusion}).select(
        patient_id="P" + pl.col("number").cast(pl.String).str.zfill(7),
        sex=pl.Series(np.where(male, "M", "F")),
        birth_date=pl.Series(infusion - (age * 365.25).astype(int)).cast(pl.Date),
        diabetes_type=pl.Series(np.where(of_type_1, "type 1", "type 2")),
        infusion_date=pl.col("infusion_date").cast(pl.Date),
        insulin_treatment=pl.Series(np.where(treated, "yes", "no")),
    )
    days = np.stack(
        [
            -draw.integers(0, 60, CHUNK),
            np.clip(draw.normal(182, 14, CHUNK), 140, 224).astype(int),
            np.clip(draw.normal(365, 18, CHUNK), 310, 420).astype(int),
        ],
        axis=1,
    )
    comes = draw.random((CHUNK, VISITS)) < STAYS
    collected = infusion[:, None] + days
    order = np.argsort(collected[comes], kind="stable")
    who = np.nonzero(comes)[0][order]
    visits = pl.DataFrame({"collected": collected[comes][order]}).select(
        table.get_column("patient_id").gather(who), pl.col("collected").cast(pl.Date)
    )
    made = values(draw, male, age)
    printed = [_printed(draw, name, made[name][comes][order]) for name in ANALYTES]
    return table, _long(visits, printed)


def _printed(draw: np.random.Generator, name: str, numbers: np.ndarray) -> pl.Series:
    """The results as a laboratory prints them; null where there is no row."""
    how = ANALYTES[name]
    chance = draw.random(numbers.size)
    frame = pl.DataFrame({"number": np.round(numbers, how.decimals), "chance": chance})
    text = pl.col("number").cast(pl.Decimal(12, how.decimals)).cast(pl.String)
    if how.detection is not None:
        below = f"<{how.detection:.{how.decimals}f}"
        text = pl.when(pl.col("number") < how.detection).then(pl.lit(below)).otherwise(text)
    gone, empty, spoilt = np.cumsum([NOT_DONE, EMPTY, SPOILT])
    text = (
        pl.when(pl.col("chance") < gone)
        .then(None)
        .when(pl.col("chance") < empty)
        .then(pl.lit(""))
        .when(pl.col("chance") < spoilt)
        .then(pl.lit("haemolysed"))
        .otherwise(text)
    )
    return frame.select(text.alias(name)).to_series()


def _long(visits: pl.DataFrame, printed: list[pl.Series]) -> pl.DataFrame:
    """A row a result: the results of a visit after one another."""
    count = visits.height
    # results stand analyte by analyte, and are taken visit by visit
    taken = np.arange(count * len(printed)).reshape(len(printed), count).T.ravel()
    names = pl.DataFrame({"analyte": list(ANALYTES), "unit": [a.unit for a in ANALYTES.values()]})
    long = visits.select(pl.all().repeat_by(len(printed)).explode(empty_as_null=False))
    return long.with_columns(
        pl.concat([names] * count).get_column("analyte"),
        pl.concat([series.rename("result") for series in printed]).gather(taken),
        pl.concat([names] * count).get_column("unit"),
    ).filter(pl.col("result").is_not_null())


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("patients", type=int)
    parser.add_argument("directory", type=Path)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    generate(given.patients, given.directory, given.seed)
