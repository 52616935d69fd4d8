"""Job `baseline`: baseline characteristics of the groups that the tables of this kind show."""

import polars as pl

from labcohort.assess.baseline import Bucket, baseline
from labcohort.buckets import by_bucket
from labcohort.compare.markers import panels_of
from schemas.baseline import Baseline
from schemas.frames import checked

FRAMES = ("membership", "patients")
LISTS = ("values", *FRAMES)


def main(paths: dict, key: str, settings: dict) -> str:
    """Write the characteristics; the line to report."""
    membership, patients = (by_bucket(paths[name]) for name in FRAMES)
    named = sorted({cohort for cohorts in settings["sets"] for cohort in cohorts})
    asked = pl.col("cohort").is_in(named)
    buckets = [
        Bucket(
            pl.scan_parquet(own).filter(asked).collect(),
            pl.read_parquet(patients[bucket]),
        )
        for bucket, own in membership.items()
    ]
    rows = baseline(panels_of(paths["values"], list(membership)), buckets, settings)
    table = checked(Baseline, rows)
    table.write_parquet(paths["baseline"])
    return f"{table.height:,} baseline characteristics of groups"
