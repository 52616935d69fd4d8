"""Paths of a configuration: inside the study, or declared, whatever `..` and links make of them."""

from pathlib import Path

import pytest
from labcohort.errors import UserError
from labcohort.study.paths import study_path, study_paths

WHERE = "config/sources/site.yaml, file"


@pytest.fixture
def study(tmp_path) -> Path:
    """A study with some files, and beside it a folder that is not its own."""
    for name in (
        *("study/raw/a.hl7", "study/raw/b.hl7", "study/raw/c.csv", "study/raw/.hidden.hl7"),
        *("study/raw/deep/er/d.hl7", "study/.git/e.hl7", "elsewhere/x.hl7", "elsewhere/sub/y.hl7"),
    ):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name)
    return tmp_path / "study"


@pytest.mark.parametrize("name", ["raw/a.hl7", "raw/deep/../a.hl7", "./raw/a.hl7", "raw/none.csv"])
def test_a_path_inside_the_study(study, name):
    assert study_path(study, name, WHERE, []) == study / name


def test_a_path_from_the_working_directory(study, monkeypatch):
    # Snakemake runs in the study's directory and knows it as `.`
    monkeypatch.chdir(study)
    assert study_path(Path(), "raw/a.hl7", WHERE, []) == Path("raw/a.hl7")
    assert study_paths(Path(), "raw/*.hl7", WHERE, []) == [Path("raw/a.hl7"), Path("raw/b.hl7")]


@pytest.mark.parametrize(
    ("name", "way"),
    [
        ("../elsewhere/x.hl7", "by `..`"),
        ("raw/../../elsewhere/x.hl7", "by `..`"),
        ("/etc/passwd", "it is an absolute path"),
        ("..", "by `..`"),
        ("../study-2/a.csv", "by `..`"),
    ],
)
def test_a_path_out_of_the_study(study, name, way):
    with pytest.raises(UserError, match="leads out of the study's directory") as caught:
        study_path(study, name, WHERE, [])
    assert way in caught.value.what
    assert caught.value.where == WHERE
    assert "data_folders" in caught.value.do


def test_a_declared_folder_holds_for_all_below_it_and_for_no_other(study):
    outside = study.parent / "elsewhere"
    for declared in (str(outside), "../elsewhere"):
        assert study_path(study, "../elsewhere/sub/y.hl7", WHERE, [declared])
        assert study_path(study, str(outside / "x.hl7"), WHERE, [declared])
        with pytest.raises(UserError, match="leads out"):
            study_path(study, "../elsewhere/../other/x.hl7", WHERE, [declared])
    with pytest.raises(UserError, match="leads out"):
        study_path(study, "../elsewhere/x.hl7", WHERE, ["../elsewhere/sub"])


def test_a_declared_folder_that_is_not_there(study):
    with pytest.raises(UserError, match="declared folder is not there") as caught:
        study_path(study, "raw/a.hl7", WHERE, ["../nowhere"])
    assert caught.value.where == "config/config.yaml, data_folders: ../nowhere"


def test_a_link_that_leads_out_is_followed_only_where_it_is_declared(study):
    (study / "data").symlink_to(study.parent / "elsewhere")
    (study / "raw" / "one.hl7").symlink_to(study.parent / "elsewhere" / "x.hl7")
    for name, link in {"data/x.hl7": "data", "raw/one.hl7": "raw/one.hl7"}.items():
        with pytest.raises(UserError, match="leads out") as caught:
            study_path(study, name, WHERE, [])
        assert caught.value.what.endswith(f"by the link {link}")
    # by the link's own name: no path of a machine stands in the configuration
    assert study_path(study, "data/x.hl7", WHERE, ["data"]).read_text() == "elsewhere/x.hl7"
    assert study_paths(study, "data/**/*.hl7", WHERE, ["data"]) == [
        study / "data/sub/y.hl7",
        study / "data/x.hl7",
    ]


def test_a_link_inside_the_study_is_followed(study):
    (study / "latest").symlink_to("raw")
    assert study_path(study, "latest/a.hl7", WHERE, []).read_text() == "study/raw/a.hl7"


def test_a_study_that_is_itself_reached_by_a_link(study):
    by_link = study.parent / "by_link"
    by_link.symlink_to(study)
    assert study_path(by_link, "raw/a.hl7", WHERE, []) == by_link / "raw/a.hl7"


def test_links_in_a_circle_and_impossible_names(study):
    (study / "one").symlink_to("two")
    (study / "two").symlink_to("one")
    for name in ("one/a.csv", "raw/\0.csv"):
        with pytest.raises(UserError, match="leads nowhere"):
            study_path(study, name, WHERE, [])


def test_a_pattern_gives_the_files_sorted_without_the_hidden_ones(study):
    assert study_paths(study, "raw/*.hl7", WHERE, []) == [study / "raw/a.hl7", study / "raw/b.hl7"]
    assert study_paths(study, "**/*.hl7", WHERE, []) == [
        study / "raw/a.hl7",
        study / "raw/b.hl7",
        study / "raw/deep/er/d.hl7",
    ]
    assert study_paths(study, "raw/?.csv", WHERE, []) == [study / "raw/c.csv"]
    # folders are no files
    assert study_paths(study, "raw/*", WHERE, []) == [
        study / f"raw/{n}" for n in ("a.hl7", "b.hl7", "c.csv")
    ]


def test_a_plain_path_is_itself_even_with_brackets_in_its_name(study):
    (study / "raw" / "x[1].csv").write_text("x")
    assert study_paths(study, "raw/x[1].csv", WHERE, []) == [study / "raw/x[1].csv"]
    assert study_paths(study, "raw/none.csv", WHERE, []) == [study / "raw/none.csv"]


@pytest.mark.parametrize("pattern", ["raw/*.xml", "nowhere/*.hl7", "raw/.*.hl7"])
def test_a_pattern_without_a_file(study, pattern):
    with pytest.raises(UserError, match="no file matches the pattern"):
        study_paths(study, pattern, WHERE, [])


@pytest.mark.parametrize("pattern", ["../elsewhere/*.hl7", "/etc/*", "raw/*.hl7"])
def test_each_hit_of_a_pattern_stays_inside(study, pattern):
    (study / "raw" / "z.hl7").symlink_to(study.parent / "elsewhere" / "x.hl7")
    with pytest.raises(UserError, match="leads out of the study's directory"):
        study_paths(study, pattern, WHERE, [])


@pytest.mark.parametrize("pattern", ["raw/*.hl7", "raw/*/x.hl7", "raw/**/*.hl7"])
def test_a_link_among_the_hits_of_a_pattern_is_called_by_its_number(study, pattern):
    """Who sends a file names it, or its folder, after the person at times."""
    elsewhere = study.parent / "elsewhere"
    if pattern == "raw/*.hl7":
        (study / "raw" / "ROE_JANE.hl7").symlink_to(elsewhere / "x.hl7")
    else:
        (study / "raw" / "ROE_JANE").mkdir()
        (study / "raw" / "ROE_JANE" / "x.hl7").symlink_to(elsewhere / "x.hl7")
    with pytest.raises(UserError, match="leads out of the study's directory") as caught:
        study_paths(study, pattern, WHERE, [])
    # capitals come first in the order of names
    assert caught.value.what.endswith(f" by the link {pattern} (file 1)")
    assert "ROE" not in str(caught.value)


@pytest.mark.parametrize("pattern", ["raw/*/../../../elsewhere/*", "raw/a**/x.hl7"])
def test_a_pattern_that_cannot_be_read(study, pattern):
    with pytest.raises(UserError, match="the pattern cannot be read"):
        study_paths(study, pattern, WHERE, [])


def test_a_linked_folder_below_a_double_star_is_not_walked(study):
    # two links to their own parent would be walked without end
    for name in ("up", "again"):
        (study / "raw" / name).symlink_to(study / "raw")
    assert len(study_paths(study, "raw/**/*.hl7", WHERE, [])) == 3
