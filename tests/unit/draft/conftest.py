"""Drafts of small files: a study of nothing but a folder config/, and the YAML that comes out."""

from collections.abc import Callable
from pathlib import Path

import pytest
from labcohort.draft.command import write_draft
from labcohort.draft.facts import load_facts
from labcohort.study.yaml_files import check_schema, parse_yaml

from tests.running import HOME

Made = tuple[dict, str]


@pytest.fixture(scope="session")
def facts():
    """The project's facts."""
    return load_facts(HOME, Path("no study"))


@pytest.fixture
def drafted(tmp_path) -> Callable[..., Made]:
    """Makes the draft of a file below `tmp_path`, as read back, and its text; `file` is the path
    that it names, where that is another.

    Each must pass the schema of a source once `unconfirmed` is gone.
    """
    (tmp_path / "config").mkdir(exist_ok=True)

    def make(
        name: str, content: bytes | str | None = None, file: str = "", **how
    ) -> tuple[dict, str]:
        if content is not None:
            data = content.encode() if isinstance(content, str) else content
            (tmp_path / name).write_bytes(data)
        text, path, _ = write_draft(tmp_path / name, tmp_path, HOME, **how)
        source = parse_yaml(text.encode(), path.name)
        assert source.pop("unconfirmed"), "a draft is never confirmed"
        check_schema(source, HOME / "schemas" / "source.schema.yaml", path.name)
        assert source["file"] == (file or name)
        return source, text

    return make
