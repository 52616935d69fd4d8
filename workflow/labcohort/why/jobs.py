"""What Snakemake knows of a study's jobs: how they are now, and how they were when last run."""

import ast
import hashlib
import json
import logging
import os
from collections.abc import Iterable
from contextlib import redirect_stdout
from dataclasses import dataclass, field
from pathlib import Path

from labcohort.errors import UserError

# what the file of a gate between the stages is called: it orders jobs and holds nothing
GATE = "done"
# the bucket of persons of a study that has one
ONLY_BUCKET = "1-of-1"


@dataclass
class Job:
    """A job of the study's next run.

    `now`, `was`: what it is told (settings.text.job_text), and what it was told when it last ran,
    None where there is no record of that; `after`: rule of a job above that will run -> the inputs
    that it may make anew.
    """

    name: str
    rule: str
    inputs: list[str]
    outputs: list[str]
    now: dict
    was: dict | None = None
    made: float | None = None
    missing: list[str] = field(default_factory=list)
    incomplete: list[str] = field(default_factory=list)
    unrecorded: list[str] = field(default_factory=list)
    newer: list[str] = field(default_factory=list)
    new_inputs: list[str] = field(default_factory=list)
    gone_inputs: list[str] = field(default_factory=list)
    told_other: bool = False
    other_command: bool = False
    after: dict[str, list[str]] = field(default_factory=dict)

    @property
    def contents(self) -> list[str]:
        """The inputs that hold something."""
        return [file for file in self.inputs if Path(file).name != GATE]

    @property
    def due(self) -> bool:
        """Whether the next run has to do it, as far as can be known before."""
        # without a record of each output Snakemake goes by files and times alone
        is_other = not self.unrecorded and (
            self.told_other or self.new_inputs or self.gone_inputs or self.other_command
        )
        return bool(is_other or self.missing or self.incomplete or self.newer or self.after)


def study_jobs(directory: Path, home: Path) -> list[Job]:
    """The jobs of the study in `directory`, each behind those that it depends on.

    Nothing is run. UserError where the workflow in `home` refuses the study.
    """
    # Snakemake takes a second to import
    from snakemake.api import OutputSettings, ResourceSettings, SnakemakeApi
    from snakemake.exceptions import WorkflowError

    settings = OutputSettings(dryrun=True, log_level_override=logging.CRITICAL)
    with SnakemakeApi(settings) as api, open(os.devnull, "w") as nowhere:
        try:
            of = api.workflow(
                ResourceSettings(cores=1), snakefile=home / "Snakefile", workdir=directory
            )
            with redirect_stdout(nowhere):
                of.dag().summary()
        except SystemExit as stop:
            raise UserError(str(stop.code).removeprefix("labcohort: ")) from None
        except WorkflowError as error:
            raise UserError(f"Snakemake cannot look at the study: {error}") from None
        return _jobs(of._workflow)


def _jobs(workflow) -> list[Job]:
    """Jobs of Snakemake's own graph, in their order; the gates that hold nothing are left out."""
    jobs: list[Job] = []
    maker: dict[str, Job] = {}
    for level in workflow.dag.toposorted():
        for job in sorted(filter(_is_told, level), key=_name):
            own = _job(workflow, job)
            for file in own.contents:
                if file in maker and maker[file].due:
                    own.after.setdefault(maker[file].name, []).append(file)
            jobs.append(own)
            maker |= dict.fromkeys(own.outputs, own)
    return jobs


def _name(job) -> str:
    values = _texts(job.wildcards_dict.values())
    return " ".join([job.rule.name, *(value for value in values if value != ONLY_BUCKET)])


def _is_told(job) -> bool:
    return bool(job.output) and hasattr(job.params, "job")


def _texts(files: Iterable[object]) -> list[str]:
    return [str(file) for file in files]


def _job(workflow, job) -> Job:
    """One of Snakemake's jobs, with its records and what has changed since.

    Below a job that will run Snakemake asks for no other reason: those are found here.
    """
    records = {str(file): workflow.persistence.metadata(file) for file in job.output}
    known = {file: record for file, record in records.items() if record and record.params}
    own = Job(
        name=_name(job),
        rule=job.rule.name,
        inputs=_texts(job.input),
        outputs=list(records),
        now=json.loads(job.params.job),
        missing=sorted(_texts(workflow.dag.reason(job).missing_output)),
        incomplete=sorted(_texts(workflow.async_run(workflow.persistence.incomplete(job)))),
        unrecorded=[file for file in records if file not in known and Path(file).exists()],
    )
    # all outputs of one run have the same text, unless only some are of the last
    texts = sorted({record.params[0] for record in known.values()})
    told = [json.loads(ast.literal_eval(text)) for text in texts]
    own.was = next((was for was in told if was != own.now), told[0] if told else None)
    own.told_other = any(text != repr(job.params.job) for text in texts)
    own.made = max((record.endtime or 0 for record in known.values()), default=None)
    own.newer = _newer(
        [str(file) for file in job.input if not file.is_ancient],
        own.outputs,
        [record.input_checksums or {} for record in known.values()],
    )
    for record in known.values():
        own.new_inputs = own.new_inputs or sorted({*own.inputs} - {*record.input})
        own.gone_inputs = own.gone_inputs or sorted({*record.input} - {*own.inputs})
        own.other_command = own.other_command or record.code != job.rule.shellcmd
    return own


def _newer(inputs: list[str], outputs: list[str], recorded: list[dict[str, str]]) -> list[str]:
    """The inputs that are newer than an output, and not of the `recorded` content."""
    times = [os.stat(file).st_mtime for file in outputs if os.path.exists(file)]
    late = [f for f in inputs if os.path.exists(f) and os.stat(f).st_mtime > min(times, default=0)]
    return sorted(
        file for file in late if times and {_sha256(file)} != {of.get(file) for of in recorded}
    )


def _sha256(file: str) -> str:
    with open(file, "rb") as opened:
        return f"sha256:{hashlib.file_digest(opened, 'sha256').hexdigest()}"
