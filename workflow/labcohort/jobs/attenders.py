"""Job `attenders`: baseline values of those who came back against those who did not."""

import polars as pl

from labcohort.assess.attenders import Bucket, attenders
from labcohort.buckets import by_bucket
from labcohort.compare.markers import panels_of
from schemas.attenders import Attenders
from schemas.frames import checked

FRAMES = ("membership", "people", "patients")
LISTS = ("values", *FRAMES)


def main(paths: dict, key: str, settings: dict) -> str:
    """Write the three comparisons of attenders; the line to report."""
    membership, people, patients = (by_bucket(paths[name]) for name in FRAMES)
    everyone = pl.col("cohort") == settings["everyone"]
    buckets = [
        Bucket(
            pl.scan_parquet(own).filter(everyone).collect(),
            pl.read_parquet(people[bucket]),
            pl.read_parquet(patients[bucket]),
        )
        for bucket, own in membership.items()
    ]
    rows = attenders(panels_of(paths["values"], list(membership)), buckets, settings)
    table = checked(Attenders, rows)
    table.write_parquet(paths["attenders"])
    return f"{table.height:,} comparisons of attenders"
