"""Begin a study, draft its sources, check it, make its key; or run jobs of the workflow.

python workflow new DIRECTORY                    a study's directory, to be decided and completed
python workflow draft FILE|FOLDER|'PATTERN' [--study DIRECTORY] [--name NAME]
                     [--content results|patients]
                                                 a draft of config/sources/NAME.yaml, to confirm
python workflow check [DIRECTORY]                a study's configuration, without running it
python workflow why [RESULT|RULE] [--study DIRECTORY]
                                                 why the next run makes it anew, or does not
python workflow compare RESULTS_A RESULTS_B [--all]
                                                 what two runs print differently, and why: 0 no
                                                 number, 1 some, 2 could not be compared
python workflow trace MARKER COHORT TIMEPOINT [--profile PROFILE] [--study DIRECTORY]
                     [--csv FILE]
                                                 the pairs behind a result, and their raw cells
python workflow key FILE                         a new secret key, outside every repository
python workflow job --NAME PATH … < JOBS.json    jobs in turn, as Snakemake runs them
"""

import atexit
import gc
import json
import os
import sys
import traceback
from importlib import import_module
from pathlib import Path
from types import ModuleType

HOME = Path(__file__).resolve().parents[1]
# the workflow's own packages go before anything of the same name in a study's directory
sys.path[:1] = [str(HOME / "workflow"), str(HOME)]

from labcohort.errors import UserError, refused  # noqa: E402


def main(arguments: list[str]) -> int:
    """Exit code: 0 done, 1 a mistake in the study (said in one message) or a fault of ours."""
    if {"-h", "--help"} & set(arguments):
        print(__doc__.strip())
        return 0
    if arguments[:1] == ["check"] and len(arguments) <= 2:
        # by name: what a job imports is in its provenance, and no job checks a study
        check = import_module("labcohort.check").check
        return check(Path(arguments[1] if len(arguments) == 2 else "."), HOME)
    if arguments[:1] == ["draft"] and len(arguments) > 1:
        return import_module("labcohort.draft.command").draft(arguments[1:], HOME)
    if arguments[:1] == ["key"] and len(arguments) == 2:
        return import_module("labcohort.new_key").new_key(arguments[1], HOME)
    if arguments[:1] == ["why"]:
        return import_module("labcohort.why.command").why(arguments[1:], HOME)
    if arguments[:1] == ["compare"]:
        return import_module("labcohort.compare_runs.command").compare(arguments[1:])
    if arguments[:1] == ["trace"]:
        return import_module("labcohort.trace.command").trace(arguments[1:], HOME)
    if arguments[:1] == ["new"] and len(arguments) == 2:
        return import_module("labcohort.new_study").new_study(arguments[1])
    if arguments[:1] == ["job"]:
        return run_jobs(arguments[1:], json.load(sys.stdin))
    print(__doc__.strip(), file=sys.stderr)
    return 2


def run_jobs(arguments: list[str], told: dict) -> int:
    """Run the jobs' adapters in turn; what there is to say goes to the log, a mistake also to
    stderr. The first that fails ends all."""
    paths = _paths(arguments)
    # by name, as above: no result depends on it
    alive = import_module("labcohort.locks").work(Path(".snakemake"))
    if "directory" in told:
        paths = _from(told["directory"], paths)
    log = Path(paths.pop("log")[0]) if "log" in paths else None
    # the rule's threads, of which Snakemake tells the others: one, so that sums of floats come in
    # the same order, and so the same bytes
    os.environ.setdefault("POLARS_MAX_THREADS", os.environ.get("OMP_NUM_THREADS", "1"))
    # what Polars' allocator gives back at once the next column asks for anew: a quarter of the time
    os.environ.setdefault("_RJEM_MALLOC_CONF", "dirty_decay_ms:10000")
    done: dict[str, int] = {}
    lines = []
    for job in told["jobs"]:
        stage = job["stage"]
        number = done[stage] = done.get(stage, -1) + 1
        # what stands in the log of a process that is killed
        _write(log, f"labcohort: {_killed(stage, job['key'])}")
        try:
            adapter = import_module(f"labcohort.jobs.{stage}")
            # what is imported stays: what refers to itself is looked for among what a job made
            gc.freeze()
            own = _named(paths, adapter, number, job["key"])
            report = adapter.main(own, job["key"], job["settings"])
            gc.collect()
        except UserError as error:
            return _failed(log, f"labcohort: {error}")
        except Exception as error:
            if refusal := refused(error, str(Path("results").resolve())):
                return _failed(log, f"labcohort: {refusal}")
            return _failed(
                log,
                f"labcohort: a fault in the workflow's own code, in {stage} {job['key']}\n"
                "  do:    report it with the lines below\n" + traceback.format_exc(),
            )
        lines.append(f"{stage} {job['key']}: {report}")
        print(lines[-1], file=sys.stderr)
    _write(log, "\n".join(lines))
    if alive:
        alive.close()
    return 0


def _killed(stage: str, key: str) -> UserError:
    return UserError(
        f"{stage} {key} was ended before it was done",
        rule="nobody kills a job, and the system only one that takes more memory than there is",
        do="see to the memory (fewer --cores at a time, or a larger machine), and run again: what"
        " is finished is kept",
    )


def _from(directory: str, paths: dict[str, list[str]]) -> dict[str, list[str]]:
    """Go to the study's directory, where a workflow that uses this one as a module has it; the
    paths from there."""
    own = {n: [os.path.relpath(path, directory) for path in each] for n, each in paths.items()}
    os.chdir(directory)
    return own


def _named(paths: dict[str, list[str]], adapter: ModuleType, number: int, key: str) -> dict:
    """The paths of an adapter's call: LISTS whole, of FOLDERS those in the folder that is called
    as the job's key, of EACH the one of this `number`, others the only one there is."""
    lists, folders, each = (getattr(adapter, n, ()) for n in ("LISTS", "FOLDERS", "EACH"))
    named = {}
    for name, own in paths.items():
        if name in folders:
            named[name] = [path for path in own if Path(path).parent.name == key]
        elif name in lists:
            named[name] = own
        # what only another job of the batch has may be empty
        elif own:
            named[name] = own[number if name in each else 0]
    return named


def _paths(arguments: list[str]) -> dict[str, list[str]]:
    """`--name path path …` as name -> paths."""
    paths: dict[str, list[str]] = {}
    for argument in arguments:
        if argument.startswith("--"):
            name = argument[2:].replace("-", "_")
            paths[name] = []
        else:
            paths[name].append(argument)
    return paths


def _failed(log: Path | None, message: str) -> int:
    """Say a failure: Snakemake's run prints the logs of its failed jobs, a person sees stderr."""
    written = _write(log, message)
    if not written or "LABCOHORT_RUN" not in os.environ:
        print(message, file=sys.stderr)
    return 1


def _write(log: Path | None, text: str) -> bool:
    """Whether the log could be written: on a full disk a job must still say why it failed."""
    if not log:
        return False
    try:
        log.parent.mkdir(parents=True, exist_ok=True)
        log.write_text(text + "\n", encoding="utf-8")
    except OSError:
        return False
    return True


if __name__ == "__main__":
    # to look for what refers to itself again and again while modules are imported, figures drawn,
    # and once more at the end, takes a third of a small job's time: it is done once a job
    gc.disable()
    atexit.register(gc.freeze)
    sys.exit(main(sys.argv[1:]))
