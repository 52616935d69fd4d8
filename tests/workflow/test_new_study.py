"""The way of a newcomer: a new study, drafts of its sources, what is asked for, a run."""

import csv
import re
import shutil
from datetime import date
from pathlib import Path

import pytest
import yaml
from labcohort.check import check as check_here
from labcohort.draft.command import draft
from labcohort.new_key import make_key
from labcohort.new_study import TEMPLATE, new_study
from labcohort.study.load import CONFIG_TABLES, DEFAULTS

from tests.running import HOME, finished, ran

DEMO = HOME / "resources" / "demo"
HBA1C = "4548-4"  # LOINC of the percentage


def test_the_template_has_every_table_in_the_demo_s_columns():
    for name in CONFIG_TABLES:
        own, demo = (
            folder.joinpath(f"{name}.tsv").read_text("utf-8").splitlines()[0]
            for folder in (TEMPLATE / "config", HOME / "config")
        )
        assert own == demo, name


def test_the_template_s_settings_are_the_defaults():
    config = yaml.safe_load((TEMPLATE / "config" / "config.yaml").read_text("utf-8"))
    own = {"undecided", "study", "title", "synthetic", "privacy"}
    settings = {k: v for k, v in config.items() if k not in own}
    assert settings and settings == {k: DEFAULTS[k] for k in settings}
    assert own <= config.keys() and not {"declared", "published"} & config.keys()


def test_a_new_study_is_written_over_nothing(tmp_path, capsys):
    (tmp_path / "file").write_text("")
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "notes.txt").write_text("mine")
    for name in ("file", "full"):
        assert new_study(str(tmp_path / name)) == 1
        assert "a new study is written over nothing" in capsys.readouterr().err
    assert [p.name for p in (tmp_path / "full").iterdir()] == ["notes.txt"]


def test_without_arguments_the_commands_are_listed(tmp_path):
    code, said = ran([str(HOME / "workflow")], tmp_path / "none")
    assert code == 2
    listed = re.findall(r"^python workflow (\w+)", said, re.MULTILINE)
    assert listed == ["new", "draft", "check", "why", "compare", "trace", "key", "job"]


def test_check_without_a_study_says_how_to_begin_one(tmp_path, capsys):
    assert check_here(tmp_path / "nowhere", HOME) == 1
    said = capsys.readouterr().err
    assert str(tmp_path / "nowhere") in said and "python workflow new" in said


def pairs_by_hand() -> int:
    """Persons with an HbA1c 137 to 227 days after their first one, read with the csv module."""
    dates: dict[str, list[date]] = {}
    with (DEMO / "site_a_results.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if row["loinc"] == HBA1C and re.fullmatch(r"[\d.]+", row["result"]):
                day = date.fromisoformat(row["collected"])
                dates.setdefault(row["patient_id"], []).append(day)
    return sum(any(137 <= (day - min(days)).days <= 227 for day in days) for days in dates.values())


@pytest.fixture(scope="module")
def study(tmp_path_factory) -> Path:
    """A new study with the demo's first laboratory drafted, everything asked for not yet given."""
    folder = tmp_path_factory.mktemp("new") / "my-study"
    assert new_study(str(folder)) == 0
    (folder / "data").mkdir()
    for name in ("patients.csv", "site_a_results.csv"):
        shutil.copy(DEMO / name, folder / "data")
        assert draft([str(folder / "data" / name), "--study", str(folder)], HOME) == 0
    return folder


def test_a_new_study_asks_for_what_is_to_decide_and_runs(study, capsys):
    def asked() -> str:
        assert check_here(study, HOME) == 1
        return capsys.readouterr().err

    def rewritten(name: str, pattern: str, text: str) -> None:
        path = study / "config" / name
        path.write_text(re.sub(pattern, text, path.read_text("utf-8"), flags=re.M), "utf-8")

    assert "not decided: study, title, synthetic, privacy, eligibility, visits, plan" in asked()
    rewritten("config.yaml", r"^undecided: .*\n", "")
    assert "not confirmed" in asked()
    for name in ("patients", "site_a_results"):
        rewritten(f"sources/{name}.yaml", r"^unconfirmed: .*\n", "")
    assert "config/plan.tsv" in asked()
    with (study / "config" / "plan.tsv").open("a", encoding="utf-8") as file:
        file.write(
            "plan\tprimary\tprimary\tHBA1C\tall\tmonth_6\tpaired_t\tmean_sem\t\tholm\t0.05\n"
        )
    assert "python workflow key" in asked()
    make_key(study.parent / "labcohort.key", HOME)
    assert check_here(study, HOME) == 0, capsys.readouterr().err
    path = finished(study) / "results" / "tables" / "comparisons.csv"
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert {int(row["n_pairs"]) for row in rows} == {pairs_by_hand()} and pairs_by_hand() > 50
