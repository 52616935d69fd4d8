"""Raw files and the key: that they are there, and what tells one version from another."""

import pytest
from labcohort.errors import UserError
from labcohort.memory import Memory
from labcohort.study.load import Study
from labcohort.study.raw import key_of, raw_digests, raw_files


@pytest.fixture
def study() -> Study:
    source = {"content": "results", "file": "raw/a.csv"}
    config = {"privacy": {"key_file": "study.key"}, "data_folders": []}
    return Study(config, {"site": source}, {}, {})


@pytest.fixture
def raw(tmp_path):
    (tmp_path / "raw").mkdir()
    return tmp_path / "raw" / "a.csv"


def test_the_path_is_from_the_directory_of_the_study(study, raw, tmp_path):
    raw.write_text("x")
    assert raw_files(study, "site", tmp_path) == ["raw/a.csv"]


def test_a_pattern_means_all_its_files_in_the_order_of_their_names(study, raw, tmp_path):
    for name in ("b.csv", "a.csv", "c.txt"):
        raw.with_name(name).write_text("x")
    study.sources["site"]["file"] = "raw/*.csv"
    assert raw_files(study, "site", tmp_path) == ["raw/a.csv", "raw/b.csv"]


def test_the_previous_delivery_is_named_by_its_own_key(study, raw, tmp_path):
    study.sources["site"]["previous"] = "raw/old.csv"
    with pytest.raises(UserError, match="the raw file is not there") as caught:
        raw_files(study, "site", tmp_path, "previous")
    assert caught.value.where == "config/sources/site.yaml, previous: raw/old.csv"


def test_a_path_out_of_the_study_is_refused(study, tmp_path):
    study.sources["site"]["file"] = "../a.csv"
    with pytest.raises(UserError, match="leads out of the study's directory"):
        raw_files(study, "site", tmp_path)


@pytest.mark.parametrize(
    ("make", "what"),
    [
        (lambda path: None, "the raw file is not there"),
        (lambda path: path.mkdir(), "the raw file is a directory"),
        (lambda path: path.touch(), "the raw file is empty"),
    ],
    ids=["nothing", "directory", "empty"],
)
def test_a_raw_file_that_cannot_be_used(study, raw, tmp_path, make, what):
    make(raw)
    with pytest.raises(UserError, match=what) as caught:
        raw_files(study, "site", tmp_path)
    assert caught.value.where == "config/sources/site.yaml, file: raw/a.csv"


def test_a_file_that_cannot_be_read_is_called_as_the_results_do(study, raw, tmp_path, monkeypatch):
    def unreadable(path, memory):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("labcohort.study.raw.file_digest", unreadable)
    raw.with_name("ROE_JANE.csv").write_text("x")
    for file, name in (("raw/*.csv", "raw/*.csv (file 1)"), *[("raw/ROE_JANE.csv",) * 2]):
        study.sources["site"]["file"] = file
        with pytest.raises(UserError, match="cannot be read: Permission denied") as caught:
            raw_digests(study, "site", tmp_path, Memory(tmp_path / "kept.json"))
        assert caught.value.where == f"config/sources/site.yaml, file: {name}"


def test_the_digest_follows_the_content(study, raw, tmp_path):
    memory = Memory(tmp_path / "kept.json")
    digests = []
    for text in ("x", "y", "x"):
        raw.write_text(text)
        digests.append(raw_digests(study, "site", tmp_path, memory)["raw/a.csv"])
    assert digests[0] == digests[2] != digests[1]


def test_another_key_is_seen_without_being_told(study, tmp_path):
    path = tmp_path / "study.key"
    path.write_text("the first of the keys")
    first = key_of(study, tmp_path)
    path.write_text("the second of the keys")
    assert key_of(study, tmp_path) != first
    assert "first" not in first
