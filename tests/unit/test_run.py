"""What a run of Snakemake leaves besides its outputs."""

from labcohort.run import EARLIER, mark_earlier


def test_after_a_failed_run_tables_and_figures_say_that_they_are_of_an_earlier_one(tmp_path):
    for folder in ("tables", "figures"):
        (tmp_path / folder).mkdir()
    (tmp_path / "tables" / "comparisons.csv").write_text("x")
    mark_earlier(tmp_path, failed=True)
    mark_earlier(tmp_path, failed=True)
    assert "of an earlier run" in (tmp_path / "tables" / EARLIER).read_text()
    # an empty folder holds nothing that could be taken for current
    assert not (tmp_path / "figures" / EARLIER).exists()
    mark_earlier(tmp_path, failed=False)
    assert sorted(p.name for p in tmp_path.rglob("*.*")) == ["comparisons.csv"]


def test_a_study_without_results_is_left_alone(tmp_path):
    mark_earlier(tmp_path, failed=True)
    assert not list(tmp_path.iterdir())
