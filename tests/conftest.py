"""Whole studies, run once for all tests that look at their results."""

from pathlib import Path

import pytest

from tests.running import finished, make_demo, make_ipop

HERE = Path(__file__).parent
# of tests that run whole studies; a file of them takes up to some minutes
SLOW = (HERE / "workflow", HERE / "studies")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The slow first: a file is of one core, and one begun last would leave the others idle."""
    items.sort(key=lambda item: not any(item.path.is_relative_to(folder) for folder in SLOW))


@pytest.fixture(scope="session")
def demo(tmp_path_factory) -> Path:
    """The demo registry, run."""
    return finished(make_demo(tmp_path_factory.mktemp("demo")))


@pytest.fixture(scope="session")
def ipop(tmp_path_factory) -> Path:
    """The iPOP study, run."""
    return finished(make_ipop(tmp_path_factory.mktemp("ipop")))
