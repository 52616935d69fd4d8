"""Snakemake's cache between workflows (`--cache`) is refused: nobody can be served wrong data."""

import re

import pytest

from tests.running import HOME, snakemake


@pytest.mark.parametrize("arguments", [["--cache"], ["--cache", "ingest"], ["--cache", "-n"]])
def test_the_cache_is_refused_with_a_reason_and_nothing_runs(
    make_study, tmp_path, monkeypatch, arguments
):
    store = tmp_path / "store"
    store.mkdir()
    monkeypatch.setenv("SNAKEMAKE_OUTPUT_CACHE", str(store))
    study = make_study()
    code, text = snakemake(study, *arguments)
    assert code == 1
    assert "labcohort: --cache: no result goes into a store that workflows share" in text
    assert "run without --cache" in text and "Traceback" not in text
    assert not list(store.iterdir())
    assert not list((study / "results").glob("ingested/*"))


def test_no_rule_may_be_cached_where_another_workflow_uses_ours():
    # there --cache is the other workflow's; Snakemake caches only rules with this directive
    rules = [HOME / "Snakefile", *(HOME / "workflow/rules").glob("*.smk")]
    assert len(rules) > 5
    for path in rules:
        assert not re.search(r"^\s*cache\s*:", path.read_text("utf-8"), re.MULTILINE), path
