# The study (loaded and validated), the names of all artefacts, and what each job is told.

import atexit
import gc
import os
import sys
from functools import partial
from pathlib import Path

HOME = Path(str(workflow.current_basedir)).parents[1]
sys.path[:0] = [str(HOME / "workflow"), str(HOME)]
# how a job finds interpreter and code: not in the shell text, where a move would rerun all
os.environ["LABCOHORT_PYTHON"] = sys.executable
os.environ["LABCOHORT_HOME"] = str(HOME)
os.environ["LABCOHORT_RUN"] = "1"

from snakemake.io import _IOFile
from snakemake.logging import logger

from labcohort import locks, run, settings
from labcohort.errors import UserError
from labcohort.memory import Memory
from labcohort.provenance import Code
from labcohort.restricted import make_restricted
from labcohort.study.load import load_study
from labcohort.study.names import SIBLINGS
from labcohort.study.raw import check_corrected, key_of, raw_digests

# Snakemake's modules and what Python makes of rules stay until the end: to look among them for what
# nobody refers to, again and again and once more then, takes a quarter of a run that has nothing
# to do
gc.freeze()
atexit.register(gc.freeze)

# where the study is: here, or where a workflow that uses this one as a module has it (`prefix:`)
STUDY_AT = Path(workflow.modifier.path_modifier.replace_prefix("config")).parent
RESULTS = STUDY_AT / "results"
IS_MODULE = not workflow.modifier.is_main_snakefile()
if not IS_MODULE:
    run.quiet(logger)
    _IOFile.checksum = run.remembered(_IOFile.checksum)
    # no shell stays beside a job, to print the whole of it when it is killed
    shell.prefix("exec ")

# open as long as this process lives
ALIVE = locks.enter(Path(".snakemake")) if workflow.is_main_process else None
RECORDS = Path(".snakemake/metadata")
MEMORY = Memory(Path(".snakemake/labcohort.json").resolve())
atexit.register(MEMORY.save)
CODE = Code(HOME, MEMORY)
try:
    if workflow.is_main_process:
        # of a module nothing is cached: no rule here says `cache:`
        run.refuse_cache(workflow.enable_cache and not IS_MODULE)
        run.refuse_unwritable(Path(".snakemake"), RESULTS)
        # not in a job of a cluster, which sees the first results before there is any record
        run.refuse_unrecorded(RESULTS, RECORDS)
    STUDY = load_study(STUDY_AT, HOME, MEMORY, CODE, config)
    KEY = key_of(STUDY, STUDY_AT)
    RAW = {source: raw_digests(STUDY, source, STUDY_AT, MEMORY) for source in STUDY.sources}
    check_corrected(STUDY, RAW)
    PREVIOUS = {
        source: raw_digests(STUDY, source, STUDY_AT, MEMORY, "previous")
        for source in STUDY.result_sources
        if "previous" in STUDY.sources[source]
    }
except UserError as error:
    sys.exit(f"labcohort: {error}")


scattergather:
    buckets=STUDY.config["buckets"],


PATIENTS = STUDY.patients_source
SOURCES = STUDY.result_sources
PANELS = settings.panels(STUDY)
PLANNED = settings.planned_panels(STUDY)
PLACED = settings.placed_panels(STUDY)
# parts of the study's persons (labcohort.buckets), each in a file of its own until all are compared
BUCKETS = gather.buckets("{scatteritem}")
FIGURE_NAMES = [row["figure"] for row in STUDY.tables["figures"]]
TABLE_NAMES = [row["table"] for row in STUDY.tables["tables"]]

INGESTED = expand(
    "results/ingested/{source}/{bucket}.parquet", source=[PATIENTS, *SOURCES], bucket=BUCKETS
)
# what all buckets of a source together tell: of one the job that harmonises it sees for itself
SURVEYS = expand("results/surveyed/{source}.json", source=SOURCES) if len(BUCKETS) > 1 else []
PATIENT_TABLE = [
    *expand("results/harmonised/patients/{bucket}.parquet", bucket=BUCKETS),
    "results/harmonised/patients.places.parquet",
]
# sources of which dates or persons are held to the patient table
HELD = [source for source in SOURCES if settings.needs_patients(STUDY, source)]
# what harmonising takes besides a source's own cells
SURVEYED = [*SURVEYS, *(PATIENT_TABLE if HELD else [])]
HARMONISED = [
    *PATIENT_TABLE,
    "results/harmonised/patients.set_aside.parquet",
    *expand(
        "results/harmonised/{source}/{panel}/{bucket}.parquet",
        source=SOURCES,
        panel=PANELS,
        bucket=BUCKETS,
    ),
]
DERIVED = expand("results/derived/{panel}/{bucket}.parquet", panel=PANELS, bucket=BUCKETS)
COHORTS = [
    *expand(
        "results/cohorts/{part}/{bucket}.parquet",
        part=["membership", "people", "dates"],
        bucket=BUCKETS,
    ),
    *expand(
        "results/cohorts/{part}/{panel}/{bucket}.parquet",
        part=["values", "members"],
        panel=PLACED,
        bucket=BUCKETS,
    ),
]
COMPARISONS = expand("results/comparisons/{panel}.parquet", panel=PLANNED)
ASSESSMENTS = expand(
    "results/assessments/{part}.parquet",
    part=[
        "comparisons",
        "multiplicity",
        "scorecard",
        "regression_to_the_mean",
        "in_range",
        "attenders",
        "baseline",
        "small_groups",
        "sensitivity",
        "specifications",
        "transitions",
    ],
)
TABLES = [
    *expand("results/tables/{table}.csv", table=SIBLINGS),
    *expand(
        "results/tables/{table}.{form}", table=TABLE_NAMES, form=["csv", "html", "xlsx", "docx"]
    ),
    "results/report/tables.json",
    "results/restricted/comparisons.csv",
]
FIGURES = expand(
    "results/figures/{figure}.{form}", figure=FIGURE_NAMES, form=["svg", "pdf", "png", "csv", "txt"]
)
QUALITY = [
    "results/quality/validation.html",
    "results/quality/validation.json",
    "results/quality/summary.json",
    "results/quality/ledger.tsv",
    "results/quality/derived.tsv",
    "results/quality/against_reported.tsv",
    "results/quality/flags.tsv",
    "results/restricted/flagged.parquet",
    "results/restricted/flagged.csv",
    "results/restricted/quarantine.parquet",
    "results/restricted/duplicates.parquet",
    "results/restricted/set_aside.csv",
    "results/restricted/unit_proposals.tsv",
    *expand("results/restricted/set_aside_{source}.xlsx", source=[PATIENTS, *SOURCES]),
    *expand("results/restricted/delivery_{source}.csv", source=PREVIOUS),
]


wildcard_constraints:
    source="|".join([PATIENTS, *SOURCES]),
    panel="|".join(PANELS),
    figure="|".join(FIGURE_NAMES) or "none",
    scatteritem="|".join(BUCKETS),


if workflow.is_main_process:
    make_restricted(RESULTS / "restricted")
    run.open_gates(
        RESULTS,
        {
            "ingested": INGESTED,
            "surveyed": SURVEYED,
            "harmonised": HARMONISED,
            "derived": DERIVED,
            "cohorts": COHORTS,
            "quality": QUALITY,
            "comparisons": COMPARISONS,
            "assessments": ASSESSMENTS,
        },
    )

TEMPLATES = HOME / "workflow/labcohort/publish/templates"
REPORT = HOME / "workflow/labcohort/validate/templates/validation.html.j2"
job_text = partial(settings.job_text, CODE, directory=STUDY_AT)
batches = partial(settings.batches, size=STUDY.config["batch_size"])


def jobs(told, files=()):
    """The text of a process: told(wildcards) are its jobs (stage, key, settings), done in turn.

    It is worked out once: Snakemake asks at every look.
    """
    known = {}

    def text(wildcards):
        key = tuple(wildcards)
        if key not in known:
            known[key] = job_text(*told(wildcards), files=files)
        return known[key]

    return text


def batch(stage, keys, told):
    """The text of a job for each of `keys`, done in one process; told(STUDY, key) is its own."""
    return jobs(lambda wildcards: [(stage, key, told(STUDY, key)) for key in keys])


def memory(per_mb):
    """MB that a job may take: Python and its packages, and so many for each MB of its input; more
    when retried."""
    return lambda wildcards, input, attempt: attempt * int(1000 + per_mb * input.size_mb)


def memory_of_reading(wildcards, input, attempt):
    """A text file is read in pieces, others whole."""
    per_mb = 1 if STUDY.sources[wildcards.source]["format"]["type"] == "text" else 20
    return memory(per_mb)(wildcards, input, attempt)


# what is read whole is unpacked; what gathers all buckets of persons reads a part at a time
WHOLE, IN_PARTS = memory(20), memory(1)


def minutes(wildcards, input, attempt):
    """Minutes that a job may take; more when retried."""
    return attempt * int(10 + input.size_mb / 10)


def after(stage):
    """The gate of a stage, as an input: what comes out of it in the same bytes reruns nothing.

    The gate is a checkpoint with a constant file. Once the stage is done Snakemake looks anew
    at all that asked for it, and finds inputs of the same content unchanged.
    """

    def gate(wildcards):
        getattr(checkpoints, f"{stage}_gate").get()
        return f"results/{stage}/done"

    return gate
