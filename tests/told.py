"""What every job of a study is told and takes: workflow/rules/ without Snakemake, in one process.

tests/unit/test_reruns_of_code.py holds it against the jobs that a run of Snakemake has recorded.
"""

from collections.abc import Callable
from pathlib import Path

from labcohort import settings
from labcohort.memory import Memory
from labcohort.provenance import Code, canonical_json
from labcohort.study.load import Study, load_study
from labcohort.study.raw import key_of, raw_digests

from tests.running import HOME

ASSESSMENTS = (
    "families", "scorecard", "regression", "in_range", "attenders", "transitions", "baseline",
    "small_groups", "sensitivity",
)  # fmt: skip

# what figures are drawn from that has a file for each bucket (DRAWN_FROM of rules/publish.smk)
PER_BUCKET = {
    "values", "members", "flow", "sizes", "dates", "people", "patients", "membership",
}  # fmt: skip


def jobs_of(directory: Path, home: Path, memory: Memory, code: Code) -> dict[str, str]:
    """The jobs of the study in `directory`, with the facts and schemas of `home`: `jobs`."""
    study = load_study(directory, home, memory, code)
    raw = {source: raw_digests(study, source, directory, memory) for source in study.sources}
    previous = {
        source: raw_digests(study, source, directory, memory, "previous")
        for source in study.result_sources
        if "previous" in study.sources[source]
    }
    return jobs(study, raw, key_of(study, directory), previous)


def jobs(study: Study, raw: dict, key: str, previous: dict | None = None) -> dict[str, str]:
    """Name of each job ('STAGE', or 'STAGE KEY') -> all that makes it run, as a text.

    That is what it is told, the process that it is part of, and what its files are named by.
    `raw` and `previous` are source -> file -> digest, `key` is the fingerprint of the key.
    """
    previous = previous or {}
    told = told_of(study, raw, key, previous)
    part_of, files = _processes(study), _files(study, previous)
    return {
        " ".join(job): canonical_json([what, part_of.get(job), files(*job)])
        for job, what in told.items()
    }


def told_of(study: Study, raw: dict, key: str, previous: dict) -> dict[tuple[str, ...], dict]:
    """(stage, key where a stage has several) -> the settings of that job."""
    sources, patients = study.result_sources, study.patients_source
    told = {("ingest", s): settings.ingest(study, s, raw[s], key) for s in study.sources}
    told |= {("delivery", s): settings.delivery(study, s, previous[s], key) for s in previous}
    told |= {("harmonise", s): settings.harmonise(study, s, key) for s in sources}
    if study.config["buckets"] > 1:
        told |= {("survey", s): told["harmonise", s] for s in sources}
    told["patients", patients] = settings.patients(study, key)
    told |= {("derive", p): settings.derive(study, p) for p in settings.panels(study)}
    told["cohorts",] = settings.cohorts(study)
    told |= {("compare", p): settings.compare(study, p) for p in settings.planned_panels(study)}
    told |= {(name,): getattr(settings, name)(study) for name in (*ASSESSMENTS, "tables", "report")}
    told |= {("figure", f): settings.figure(study, f) for f in _named(study, "figure")}
    told |= {("quality",): settings.quality(study, raw)}
    told |= {("crate",): settings.crate(study, HOME)}
    return told | {("validate",): settings.validation(study, raw)}


def record_of(study: Study, directory: Path, code: Code, key: str) -> dict[tuple[str, ...], dict]:
    """The same of the job that records the run, apart: every edit of a file or module moves it."""
    return {("provenance",): settings.provenance(study, directory, HOME, code, key)}


def _processes(study: Study) -> dict[tuple[str, str], str]:
    """Job -> what the batch is called that it is done in, where a stage has batches."""
    stages = {
        "derive": settings.panels(study),
        "compare": settings.planned_panels(study),
    }
    size = study.config["batch_size"]
    batched = {
        (stage, key): name
        for stage, keys in stages.items()
        for name, own in settings.batches(keys, size).items()
        for key in own
    }
    figures = settings.by_process(study).items()
    return batched | {("figure", f): name for name, own in figures for f in own}


def _files(study: Study, previous: dict) -> Callable[..., object]:
    """(stage, key) -> what the paths of a job's input and output are made of, beside these two."""
    panels, sources = settings.panels(study), study.result_sources
    planned, placed = settings.planned_panels(study), settings.placed_panels(study)
    buckets = study.config["buckets"]
    of_stage = {
        "ingest": [buckets],
        "delivery": [buckets],
        "survey": [buckets],
        "patients": [buckets],
        "cohorts": [buckets, panels, placed],
        "quality": [buckets, panels, sources],
        "validate": [buckets, placed, sources, sorted(previous)],
        "compare": [buckets],
        "families": [planned],
        "scorecard": [planned],
        "regression": [buckets, placed],
        "in_range": [buckets, placed],
        "attenders": [buckets, placed],
        "transitions": [buckets, placed],
        "baseline": [buckets, placed],
        "small_groups": [planned],
        "sensitivity": [buckets, sources, settings.sensitivity_inputs(study)],
        "tables": [buckets, _named(study, "table")],
        "crate": [_named(study, "table"), _named(study, "figure")],
        "report": [buckets, _named(study, "figure"), _named(study, "table")],
    }
    of_key = {
        "harmonise": lambda key: [buckets, panels, settings.needs_patients(study, key)],
        "derive": lambda key: [buckets, sources, settings.derive_inputs(study, [key])],
        "figure": lambda key: [
            settings.reads(study, [key]),
            settings.draws_persons(study, [key]),
            settings.figure_panels(study, [key]),
            buckets if PER_BUCKET & {*settings.reads(study, [key])} else 1,
        ],
    }
    return lambda stage, key="": of_key[stage](key) if stage in of_key else of_stage[stage]


def _named(study: Study, kind: str) -> list[str]:
    return [row[kind] for row in study.tables[f"{kind}s"]]
