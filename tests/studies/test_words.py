"""Every file that a finished demo run makes for people: honest words, and the word SYNTHETIC."""

from tests.words import files, says_synthetic, scanned, text_of


def test_no_file_claims_a_cause(demo):
    paths = files(demo)
    assert {path.suffix for path in paths} >= {".csv", ".html", ".txt", ".svg"}
    found = [hit for path in paths for hit in scanned(text_of(path), path.name)]
    assert found == []


def test_every_file_that_a_person_opens_says_synthetic(demo):
    """A caption stands below its figure, which says it; of PDF and PNG the text cannot be read."""
    opened = [path for path in files(demo) if path.suffix != ".txt"]
    opened += [p for p in (demo / "results/restricted").glob("*") if p.suffix in (".csv", ".xlsx")]
    silent = [path.name for path in opened if not says_synthetic(path)]
    assert silent == []
