"""The restricted folder: marked as such, and ignored by git."""

import subprocess

from labcohort.restricted import make_restricted


def test_git_ignores_all_that_lies_in_it(tmp_path):
    subprocess.run(["git", "init", "--quiet", tmp_path], check=True)
    folder = make_restricted(tmp_path / "results" / "restricted")
    (folder / "set_aside.csv").write_text("p1\n")
    (tmp_path / "open.csv").write_text("1\n")
    status = ["git", "-C", tmp_path, "status", "--porcelain", "--untracked-files=all"]
    said = subprocess.run(status, check=True, capture_output=True, text=True).stdout
    assert said.split() == ["??", "open.csv"]


def test_it_says_what_it_holds_and_is_made_once(tmp_path):
    folder = make_restricted(tmp_path / "restricted")
    readme = folder / "README.txt"
    assert "single persons" in readme.read_text("utf-8")
    before = readme.stat().st_mtime_ns
    assert make_restricted(folder) == folder
    assert readme.stat().st_mtime_ns == before
    readme.write_text("changed")
    make_restricted(folder)
    assert "single persons" in readme.read_text("utf-8")
