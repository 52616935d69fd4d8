"""Files of a study as a run began with them, and their rows."""

from hashlib import sha256

import pytest
from labcohort.errors import UserError
from labcohort.provenance_record.given_files import digests_of_rows, read_given, rows_of


@pytest.fixture
def given(tmp_path, monkeypatch):
    """A study that is here, and a workflow elsewhere; the digests of their files."""
    texts = {
        "config/visits.tsv": b"timepoint\tbefore\nbaseline\t90\n",
        "resources/a.tsv": b"a\n1\n",
    }
    study, home = tmp_path / "study", tmp_path / "home"
    for name, text in texts.items():
        path = (study if name.startswith("config/") else home) / name
        path.parent.mkdir(parents=True)
        path.write_bytes(text)
    monkeypatch.chdir(study)
    return home, texts, {name: sha256(text).hexdigest() for name, text in texts.items()}


def test_files_come_from_the_study_and_from_the_workflow(given):
    home, texts, digests = given
    assert read_given(digests, home) == texts


@pytest.mark.parametrize("name", ["config/visits.tsv", "resources/a.tsv"])
def test_a_file_that_changed_in_the_run_is_refused(given, name):
    home, _, digests = given
    with pytest.raises(UserError) as caught:
        read_given(digests | {name: "0" * 64}, home)
    assert caught.value.what == "the file changed while the run went on"
    assert caught.value.where == name


def test_rows_are_texts_without_empty_cells():
    table = '\ufeffname\tvalue\tlabel\none\t\t"two"\nthree\t4\t\n'.encode()
    assert rows_of(table) == [{"name": "one", "label": '"two"'}, {"name": "three", "value": "4"}]


def whole(text: str) -> str:
    """In place of a digest."""
    return text


@pytest.mark.parametrize(
    ("rows", "named"),
    [
        # the first column tells them apart
        ([{"m": "B", "u": "x"}, {"m": "A", "u": "x"}], {"A": "A\tx", "B": "B\tx"}),
        # two columns are needed, and an empty cell is not said
        ([{"m": "A", "u": "x"}, {"m": "A"}], {"A": "A\t", "A, x": "A\tx"}),
        # equal rows are one
        ([{"m": "A"}, {"m": "A"}], {"A": "A"}),
        ([], {}),
    ],
)
def test_a_row_is_called_by_the_fewest_first_columns(rows, named):
    assert digests_of_rows(rows, whole) == named
