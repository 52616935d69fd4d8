"""What a job leaves behind in a process that does more than one."""

import gc
import sys
import weakref
from types import ModuleType

import pytest


class Drawing:
    """Something large that refers to itself."""

    def __init__(self):
        self.own = self


@pytest.fixture
def adapter(monkeypatch) -> ModuleType:
    """Of a job that leaves a drawing, and says how many of the earlier ones are still there."""
    left = []

    def job(paths: dict, key: str, settings: dict) -> str:
        there = sum(drawing() is not None for drawing in left)
        left.append(weakref.ref(Drawing()))
        return f"{there} left"

    module = ModuleType("labcohort.jobs.drawing")
    module.main = job
    monkeypatch.setitem(sys.modules, module.__name__, module)
    return module


def test_what_refers_to_itself_is_gone_when_the_next_job_begins(
    main, adapter, tmp_path, monkeypatch, capsys
):
    monkeypatch.chdir(tmp_path)
    jobs = [{"stage": "drawing", "key": str(n), "settings": {}} for n in range(3)]
    gc.disable()  # as in a process of its own
    try:
        assert main.run_jobs([], {"jobs": jobs}) == 0
    finally:
        gc.unfreeze()
        gc.enable()
    said = capsys.readouterr().err.splitlines()
    assert said == [f"drawing {n}: 0 left" for n in range(3)]
