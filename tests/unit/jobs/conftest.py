"""The command by which Snakemake runs jobs, as a module."""

import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

import pytest

MAIN = Path(__file__).resolve().parents[3] / "workflow/__main__.py"


@pytest.fixture
def main(monkeypatch) -> ModuleType:
    # it puts the workflow's own packages first
    monkeypatch.setattr(sys, "path", list(sys.path))
    spec = spec_from_file_location("labcohort_main", MAIN)
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
