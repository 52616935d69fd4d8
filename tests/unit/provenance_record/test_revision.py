"""The revision of the workflow, of repositories that git itself makes here."""

import subprocess
from pathlib import Path

import pytest
from labcohort.provenance_record.revision import revision

NONE = {"revision": None, "modified": None}


def git(folder: Path, *arguments: str) -> str:
    who = ["-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false"]
    command = ["git", "-C", str(folder), *who, *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


@pytest.fixture
def home(tmp_path) -> Path:
    """A repository with a committed Snakefile and a study's configuration beside it."""
    folder = tmp_path / "home"
    (folder / "config").mkdir(parents=True)
    for name in ("Snakefile", "config/config.yaml"):
        (folder / name).write_text("one\n")
    git(tmp_path, "init", "--quiet", "home")
    git(folder, "add", ".")
    git(folder, "commit", "--quiet", "--message", "first")
    return folder


def test_the_commit_that_is_checked_out(home):
    assert revision(home) == {"revision": git(home, "rev-parse", "HEAD"), "modified": False}


def test_a_changed_file_of_the_workflow_is_told(home):
    (home / "Snakefile").write_text("two\n")
    assert revision(home)["modified"] is True


def test_a_study_in_the_checkout_and_new_files_are_no_change_of_the_workflow(home):
    (home / "config/config.yaml").write_text("two\n")
    (home / "workflow").mkdir()
    (home / "workflow/notes.txt").write_text("new\n")
    assert revision(home)["modified"] is False


def test_a_copy_within_another_repository_has_no_revision(home):
    inner = home / "vendored"
    inner.mkdir()
    assert revision(inner) == NONE


def test_without_a_repository_or_a_commit_or_git_there_is_none(tmp_path, home, monkeypatch):
    (tmp_path / "plain").mkdir()
    assert revision(tmp_path / "plain") == NONE
    git(tmp_path, "init", "--quiet", "empty")
    assert revision(tmp_path / "empty") == NONE
    monkeypatch.setenv("PATH", str(tmp_path))
    assert revision(home) == NONE
