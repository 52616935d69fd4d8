"""Job `validate`: what all stages found, judged by the study's rules; the report of it."""

import json
from collections.abc import Iterator
from pathlib import Path

import polars as pl

from labcohort.buckets import by_bucket
from labcohort.json_files import write_json
from labcohort.ledger import SCHEMA
from labcohort.provenance import digest
from labcohort.quarantine import PLACE
from labcohort.validate.extract import write_extract
from labcohort.validate.flagged import COUNTS
from labcohort.validate.missingness import missingness
from labcohort.validate.profile import merged
from labcohort.validate.report import page
from labcohort.validate.verdict import Evidence, document, summary
from schemas.validation import check_document

LISTS = ("profiles", "deliveries", "extracts", "values", "membership", "people")


def main(paths: dict, key: str, settings: dict) -> str:
    """Write the report, its JSON, the summary and a workbook a source; the line to report."""
    quarantine = pl.read_parquet(paths["quarantine"])
    validation = document(_evidence(paths, quarantine, settings), settings)
    check_document(validation)
    text = write_json(paths["json"], validation)
    Path(paths["html"]).write_text(page(validation, settings), encoding="utf-8")
    digests = settings["digests"] | {"validation": digest(text)}
    short = summary(validation, digests) | {"versions": settings["versions"]}
    write_json(paths["summary"], short)
    for path in map(Path, paths["extracts"]):
        source = path.stem.removeprefix("set_aside_")
        write_extract(path, quarantine.filter(pl.col("source") == source), settings, source)
    over = len(short["over_threshold"])
    return f"verdict {validation['verdict']}, {over} times a rule is over its threshold"


def _evidence(paths: dict, quarantine: pl.DataFrame, settings: dict) -> Evidence:
    """What the stages wrote, read."""
    derived = _table(paths["derived"], {"n": pl.Int64})
    return Evidence(
        ledger=_table(paths["ledger"], SCHEMA),
        quarantine=quarantine,
        flags=_table(paths["flags"], COUNTS),
        flagged=pl.read_parquet(paths["flagged"], columns=[*PLACE, "flag"]),
        computed=derived.get_column("n").sum(),
        profiles=_profiles(paths["profiles"]),
        patients=json.loads(Path(paths["patients"]).read_text("utf-8")),
        deliveries=_by_source(paths.get("deliveries", [])),
        missingness=missingness(_buckets(paths), settings),
    )


def _buckets(paths: dict) -> Iterator[tuple[pl.DataFrame, pl.DataFrame, list[pl.LazyFrame]]]:
    """The members of each bucket of persons, who is eligible, and its values at the timepoints by
    panel."""
    names = ("membership", "people", "values")
    membership, people, values = (by_bucket(paths[name]) for name in names)
    columns = ("person", "marker", "timepoint")
    for bucket, members in membership.items():
        own = [pl.scan_parquet(path).select(columns) for path in values.get(bucket, [])]
        yield pl.read_parquet(members), pl.read_parquet(people[bucket]), own


def _table(path: str, schema: dict) -> pl.DataFrame:
    """Columns of a tab-separated table in their types; others, as `synthetic`, are passed over."""
    frame = pl.read_csv(path, separator="\t", infer_schema=False)
    return frame.select(pl.col(name).cast(kind) for name, kind in schema.items())


def _profiles(paths: list[str]) -> dict[str, dict]:
    """…/{source}/{bucket}.profile.json of all buckets -> the profile of each source."""
    parts: dict[str, list[dict]] = {}
    for path in map(Path, paths):
        parts.setdefault(path.parent.name, []).append(json.loads(path.read_text("utf-8")))
    return {source: merged(own) for source, own in sorted(parts.items())}


def _by_source(paths: list[str]) -> dict[str, dict]:
    """{source}.…json -> its content, by source."""
    return {
        Path(path).name.partition(".")[0]: json.loads(Path(path).read_text("utf-8"))
        for path in sorted(paths)
    }
