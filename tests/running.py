"""Make studies and run the workflow on them, for tests."""

import shutil
import subprocess
import sys
from hashlib import sha256
from pathlib import Path

import pytest

HOME = Path(__file__).resolve().parents[1]
SHARED = HOME.parent / "shared" / "data"


def ran(command: list[str], study: Path) -> tuple[int, str]:
    """Run Python with these arguments; exit code and all that was printed."""
    output = study.with_name(f"{study.name}.output.txt")
    with output.open("wb") as file:  # a file, never a pipe: one closed early hangs Snakemake
        done = subprocess.run(
            [sys.executable, *command],
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=subprocess.STDOUT,
            cwd=study.parent,
            timeout=600,
            check=False,
        )
    return done.returncode, output.read_text("utf-8")


def snakemake(study: Path, *arguments: str, cores: int = 2, home: Path = HOME) -> tuple[int, str]:
    """Run the workflow in `home` on the study; exit code and all that was printed."""
    command = ["-m", "snakemake", "--snakefile", str(home / "Snakefile")]
    return ran([*command, "--directory", str(study), "--cores", str(cores), *arguments], study)


def check(study: Path) -> tuple[int, str]:
    """Check the study without running it; exit code and all that was printed."""
    return ran([str(HOME / "workflow"), "check", str(study)], study)


def digests(study: Path) -> dict[str, str]:
    """Digests of all that a study's results hold, logs aside, by path below results/."""
    results = study / "results"
    return {
        str(path.relative_to(results)): sha256(path.read_bytes()).hexdigest()
        for path in sorted(results.rglob("*"))
        if path.is_file() and "logs" not in path.relative_to(results).parts
    }


def make_demo(folder: Path) -> Path:
    """The demo registry as a study of its own."""
    shutil.copytree(HOME / "config", folder / "config")
    raw = folder / "resources" / "demo"
    raw.mkdir(parents=True)
    for path in (HOME / "resources" / "demo").iterdir():
        if path.is_file():
            shutil.copy(path, raw)
    return folder


def make_ipop(folder: Path) -> Path:
    """The iPOP study: its configuration, and a link to the real files."""
    return _over_shared(folder, "ipop", "ipop")


def make_nhanes(folder: Path) -> Path:
    """NHANES 2017-2018, in the units of the United States."""
    return _over_shared(folder, "nhanes", "nhanes")


def make_nhanes_si(folder: Path) -> Path:
    """The same in SI units: its configuration is that of `nhanes` but for what it says itself."""
    return _over_shared(folder, "nhanes", "nhanes", "nhanes_si")


def make_smart(folder: Path) -> Path:
    """The SMART sample patients."""
    return _over_shared(folder, "smart", "smart")


def make_fhir(folder: Path) -> Path:
    """The FHIR samples."""
    return _over_shared(folder, "fhir", "fhir")


def make_hl7v2(folder: Path) -> Path:
    """The HL7 v2 samples."""
    return _over_shared(folder, "hl7v2", "hl7v2")


def _over_shared(folder: Path, files: str, *studies: str) -> Path:
    """A study of the configurations of `studies`, one over the other, and a link to its files."""
    if not (SHARED / files).is_dir():
        pytest.skip(f"the files are not here (../shared/data/{files})")
    for study in studies:
        source = HOME / "tests" / "studies" / study / "config"
        shutil.copytree(source, folder / "config", dirs_exist_ok=True)
    (folder / "data").symlink_to(SHARED / files)
    return folder


def finished(study: Path) -> Path:
    """The study after a run, which must succeed."""
    code, text = snakemake(study)
    assert code == 0, text
    return study
