"""What a run remembers: only under the same key, and never in the way."""

import json

import pytest
from labcohort.memory import Memory


@pytest.fixture
def counted():
    """Work that says how often it was done."""
    done = []

    def work():
        done.append(1)
        return {"answer": len(done)}

    work.done = done
    return work


def test_the_same_key_is_not_worked_out_again(tmp_path, counted):
    memory = Memory(tmp_path / "kept.json")
    assert memory.recall("files", "a", "key", counted) == {"answer": 1}
    assert memory.recall("files", "a", "key", counted) == {"answer": 1}
    assert len(counted.done) == 1


@pytest.mark.parametrize("other", [("files", "a", "k2"), ("files", "b", "k"), ("code", "a", "k")])
def test_another_key_name_or_kind_is_worked_out(tmp_path, counted, other):
    memory = Memory(tmp_path / "kept.json")
    memory.recall("files", "a", "k", counted)
    assert memory.recall(*other, counted) == {"answer": 2}


def test_it_remembers_the_next_time(tmp_path, counted):
    path = tmp_path / "folder" / "kept.json"
    first = Memory(path)
    first.recall("files", "a", "k", counted)
    first.save()
    assert Memory(path).recall("files", "a", "k", counted) == {"answer": 1}
    assert [p.name for p in path.parent.iterdir()] == ["kept.json"]


def test_names_stay_in_their_order(tmp_path):
    """The visits of a source come in the order in which it declares them, remembered or not."""
    path, visits = tmp_path / "kept.json", {"V9": 0, "V10": 6, "V1": 12}
    first = Memory(path)
    first.recall("study", "a", "k", lambda: visits)
    first.save()
    assert list(Memory(path).recall("study", "a", "k", dict)) == list(visits)


def test_what_did_not_change_is_not_written(tmp_path, counted):
    path = tmp_path / "kept.json"
    first = Memory(path)
    first.recall("files", "a", "k", counted)
    first.save()
    path.unlink()
    first.recall("files", "a", "k", counted)
    first.save()
    assert not path.exists()


@pytest.mark.parametrize("text", ["", "{", '{"files": {"a"', "\x00"])
def test_a_broken_file_counts_as_empty(tmp_path, counted, text):
    path = tmp_path / "kept.json"
    path.write_text(text)
    memory = Memory(path)
    assert memory.recall("files", "a", "k", counted) == {"answer": 1}
    memory.save()
    assert json.loads(path.read_text())["files"]["a"]["key"] == "k"


def test_a_place_that_cannot_be_written_is_left_alone(tmp_path, counted):
    (tmp_path / "file").write_text("")
    memory = Memory(tmp_path / "file" / "kept.json")
    memory.recall("files", "a", "k", counted)
    memory.save()
    assert (tmp_path / "file").read_text() == ""
