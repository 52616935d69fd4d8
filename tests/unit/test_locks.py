"""Who works in a study's directory: what is taken from a dead run, and what never."""

import fcntl
import socket

from labcohort.locks import RUNS, enter


def _locked_by(folder, host):
    """Snakemake's locks, and the host whose run made them."""
    (folder / "locks").mkdir()
    lock = folder / "locks" / "0.output.lock"
    lock.write_text("results/x\n")
    (folder / RUNS).write_text(host)
    return lock


def test_locks_of_a_dead_run_of_this_host_are_taken_away(tmp_path):
    lock = _locked_by(tmp_path, socket.gethostname())
    enter(tmp_path).close()
    assert not lock.exists()


def test_locks_of_a_live_run_stay(tmp_path):
    lock = _locked_by(tmp_path, socket.gethostname())
    with (tmp_path / RUNS).open() as alive:
        fcntl.flock(alive, fcntl.LOCK_SH)
        enter(tmp_path).close()
        assert lock.exists()


def test_locks_of_another_host_stay_with_its_name(tmp_path):
    # a file system may keep the system's locks to one host: the run there may be alive
    lock = _locked_by(tmp_path, "elsewhere")
    enter(tmp_path).close()
    assert lock.exists()
    assert (tmp_path / RUNS).read_text() == "elsewhere"


def test_a_run_names_its_host(tmp_path):
    enter(tmp_path / "new").close()
    assert (tmp_path / "new" / RUNS).read_text() == socket.gethostname()
