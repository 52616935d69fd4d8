"""Raw files and the key: that they are there, and what tells one version from another."""

import pytest
from labcohort.errors import UserError
from labcohort.memory import Memory
from labcohort.study.load import Study
from labcohort.study.raw import check_corrected, key_of, raw_digests, raw_files


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


PATTERN = "raw/*.csv"
# SHA-256 of "abc" and "" (FIPS 180-2, appendix B; NIST's example values), as their jobs know them
ABC, NOTHING = "ba7816bf8f01cfea", "e3b0c44298fc1c14"


@pytest.fixture
def corrected(study):
    """Check one correction of the file and digest, where these files have these digests."""

    def check(file: str, sha256: str | None, pattern: str, **files: str) -> None:
        study.sources["site"]["file"] = pattern
        study.tables["corrections"] = [{"source": "site", "file": file, "sha256": sha256}]
        check_corrected(study, {"site": {f"raw/{name}.csv": d for name, d in files.items()}})

    return check


@pytest.mark.parametrize(
    "given", [ABC, "BA7816BF", f"{ABC}414140de5dae2223b00361a396177a9cb410ff61f20015ad"]
)
def test_a_correction_of_the_file_that_has_the_digest(corrected, given):
    corrected(f"{PATTERN} (file 2)", given, PATTERN, a=NOTHING, b=ABC)
    corrected("raw/a.csv", given, "raw/a.csv", a=ABC)


def test_a_correction_of_a_lone_file_needs_no_digest(corrected):
    corrected("raw/a.csv", None, "raw/a.csv", a=ABC)


def test_a_file_that_is_added_takes_no_correction_of_another(corrected):
    corrected(f"{PATTERN} (file 1)", ABC, PATTERN, roe=ABC, stiles=NOTHING)
    for added in ({"doe": NOTHING}, {f"doe_{n}": NOTHING for n in range(9)}):
        with pytest.raises(UserError, match="not the one that is called so now") as caught:
            corrected(f"{PATTERN} (file 1)", ABC, PATTERN, roe=ABC, **added)
        assert caught.value.where == "config/corrections.tsv, row 2, column 'sha256'"
        number = {1: "2", 9: "10"}[len(added)]
        assert f"now called '{PATTERN} (file {number})'" in caught.value.do
        # the name of a file may be a person's
        assert "roe" not in str(caught.value) and "doe" not in str(caught.value)


@pytest.mark.parametrize("file", [f"{PATTERN} (file 1)", f"{PATTERN} (file 7)"])
def test_a_corrected_file_that_is_gone(corrected, file):
    with pytest.raises(UserError, match="not the one that is called so now") as caught:
        corrected(file, ABC, PATTERN, roe=NOTHING)
    assert "not there any more" in caught.value.do


def test_a_lone_file_that_was_sent_anew(corrected):
    with pytest.raises(UserError, match="not the one that is called so now"):
        corrected("raw/a.csv", ABC, "raw/a.csv", a=NOTHING)


def test_another_key_is_seen_without_being_told(study, tmp_path):
    path = tmp_path / "study.key"
    path.write_text("the first of the keys")
    first = key_of(study, tmp_path)
    path.write_text("the second of the keys")
    assert key_of(study, tmp_path) != first
    assert "first" not in first
