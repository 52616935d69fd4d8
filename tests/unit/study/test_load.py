"""Loading a study: what it holds, defaults, overrides, and files that are missing."""

import json
import shutil

import pytest
from labcohort.errors import UserError
from labcohort.memory import Memory
from labcohort.study import validate
from labcohort.study.load import DEFAULTS, load_study


def test_a_study_is_plain_data(load):
    study = load()
    plain = [study.config, study.sources, study.tables, study.formulas]
    assert json.loads(json.dumps(plain)) == plain


def test_sources_by_what_they_hold(load):
    study = load()
    assert study.patients_source == "patients"
    assert study.result_sources == ["site_a", "site_b", "site_c"]


def test_the_row_of_a_marker(load):
    assert load().marker("HBA1C")["unit"] == "%"


REQUIRED = ("study:", "title:", "synthetic:", "privacy:", "  public_key:")


@pytest.fixture
def configure(folder):
    """Leave in config.yaml what it must have, and add these lines; figures and tables, which may
    need settings of the demo, are none."""

    def write(text: str = "") -> None:
        path = folder / "config/config.yaml"
        lines = path.read_text("utf-8").splitlines()
        kept = [line for line in lines if line.startswith(REQUIRED)]
        path.write_text("\n".join([*kept, text]), "utf-8")
        for table in (folder / "config/figures.tsv", folder / "config/tables.tsv"):
            header = table.read_text("utf-8").splitlines()[0]
            table.write_text(header + "\n", "utf-8")

    return write


def test_settings_that_a_study_leaves_out_have_their_defaults(configure, load):
    configure()
    config = load().config
    assert {k: config[k] for k in DEFAULTS} == {
        "title_zh": None,
        "date": None,
        "license": None,
        "organization": None,
        "derived": "all",
        "methods": {"EGFR": "ckd_epi_2021", "REMNANT_C": "measured"},
        "egfr_rounding": "half_up",
        "input_days": {},
        "censored": "lod_half",
        "detection": {"no_mean": 0.15, "no_median": 0.5},
        "repeats": "set_aside",
        "ceiling": 0.02,
        "confidence": 0.95,
        "quartiles": 6,
        "exact_below": 25,
        "power": 0.8,
        "seed": 1,
        "batch_size": 12,
        "buckets": 1,
        "regression": {
            "resamples": 2000, "minimum_pairs": 40, "minimum_selected": 10, "reliability": {},
        },
        "sensitivity": {
            "roles": ["primary"],
            "markers": [],
            "methods": {"EGFR": ["ckd_epi_2021", "ckd_epi_2009", "mdrd_4"]},
            "censored": ["lod_half", "lod", "sqrt2", "excluded"],
            "widths": [30, 45, 60, 90],
        },
        "units": {},
        "print": {
            "language": "en", "p": "plain", "minimum_cell": 5, "drawn_singly": 10, "font": None,
        },
        "data_folders": [],
        "declared": None,
        "published": None,
        "published_profile": "as_published",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("text", "group", "expected"),
    [
        ("detection: {no_mean: 0.2}", "detection", {"no_mean": 0.2, "no_median": 0.5}),
        ("detection: {no_median: 0.3}", "detection", {"no_mean": 0.15, "no_median": 0.3}),
        ("methods: {EGFR: mdrd_4}", "methods", {"EGFR": "mdrd_4", "REMNANT_C": "measured"}),
        (
            "regression: {resamples: 500}",
            "regression",
            {"resamples": 500, "minimum_pairs": 40, "minimum_selected": 10, "reliability": {}},
        ),
        ("units: {FBS: mg/dL}", "units", {"FBS": "mg/dL"}),
        ("input_days: {HOMA_IR: 2}", "input_days", {"HOMA_IR": 2}),
    ],
)
def test_within_a_group_what_is_not_given_keeps_its_default(configure, load, text, group, expected):
    configure(text)
    assert load().config[group] == expected


def test_a_study_says_when_its_families_were_declared(configure, load, refusal):
    configure("declared: in the registered protocol")
    assert load().config["declared"] == "in the registered protocol"
    configure('declared: ""')
    assert refusal().where.startswith("config/config.yaml")


def test_a_list_in_a_group_is_taken_as_it_is_given(configure, load):
    configure("sensitivity: {widths: [20], roles: [], markers: [TG, EGFR]}")
    found = load().config["sensitivity"]
    assert (found["widths"], found["roles"], found["markers"]) == ([20], [], ["TG", "EGFR"])
    assert found["censored"] == DEFAULTS["sensitivity"]["censored"]


def test_the_defaults_stay_what_they_are(configure, load):
    before = json.dumps(DEFAULTS)
    configure("detection: {no_mean: 0.2}\nregression: {reliability: {TG: {rho: 0.5, source: x}}}")
    load()
    assert json.dumps(DEFAULTS) == before


def test_a_study_may_have_nothing_post_hoc(folder, load):
    (folder / "config/post_hoc.tsv").unlink()
    assert load().tables["post_hoc"] == []


def test_what_is_post_hoc_is_read(load):
    assert [row["markers"] for row in load().tables["post_hoc"]] == ["UA", "UA"]


def test_a_setting_of_the_command_line_replaces_that_of_the_file(load):
    assert load(ceiling=0.5).config["ceiling"] == 0.5


def test_a_setting_of_the_command_line_is_checked_too(refusal):
    error = refusal(ceilings=0.5)
    assert error.what.startswith("unknown key 'ceilings'; nearest known: 'ceiling'")


@pytest.mark.parametrize(
    "name",
    ["config/plan.tsv", "config/visits.tsv", "resources/markers.tsv"],
)
def test_a_file_that_is_not_there_is_named(folder, refusal, name):
    (folder / name).unlink()
    error = refusal()
    assert error.where == name
    assert "cannot be read" in error.what


def test_a_directory_without_a_study_is_named_with_the_way_to_begin_one(folder, refusal):
    (folder / "config/config.yaml").unlink()
    error = refusal()
    assert error.where == str(folder.resolve())
    assert "config/config.yaml" in error.what and "python workflow new" in error.do


def test_what_a_new_study_leaves_undecided_is_named(configure, load, refusal):
    configure("undecided: [visits, plan]")
    error = refusal()
    assert error.what.endswith("not decided: visits, plan")
    assert error.where == "config/config.yaml, at undecided"
    configure("undecided: []")
    assert load().config["title"]


@pytest.mark.parametrize(
    ("name", "near"),
    [
        # an optional table, which its absence would not betray
        ("post-hoc.tsv", "post_hoc.tsv"),
        ("cohort.tsv", "cohorts.tsv"),
        ("plan_old.tsv", "plan.tsv"),
    ],
)
def test_a_table_that_nobody_would_read_is_refused(folder, refusal, name, near):
    shutil.copy(folder / "config" / near, folder / "config" / name)
    error = refusal()
    assert error.what.startswith(f"the table '{name}' would not be read; nearest known: '{near}'")
    assert error.where == f"config/{name}"
    assert "plan.tsv" in error.rule and "post_hoc.tsv" in error.rule


def test_files_in_config_that_are_no_tables_are_nobodys_business(folder, load):
    for name in ("notes.md", "old.csv", "plan.tsv.bak"):
        (folder / "config" / name).write_text("x", "utf-8")
    assert load().config["study"] == "demo"


def test_a_study_without_sources(folder, refusal):
    for path in (folder / "config/sources").iterdir():
        path.unlink()
    assert refusal().what == "no source is configured"


def test_a_study_without_a_patient_table(folder, refusal):
    (folder / "config/sources/patients.yaml").unlink()
    assert refusal().what == "0 sources list the patients"


def test_a_study_with_two_patient_tables(folder, refusal):
    path = folder / "config/sources/patients.yaml"
    (path.parent / "others.yaml").write_text(path.read_text("utf-8"), "utf-8")
    assert refusal().what == "2 sources list the patients: others, patients"


def test_what_was_valid_is_not_validated_again_until_a_file_changes(folder, code, monkeypatch):
    memory = Memory(folder / "kept.json")

    def loaded():
        return load_study(folder, folder, memory, code)

    first = loaded()
    monkeypatch.setattr(validate, "validate_study", lambda *_: pytest.fail("validated again"))
    assert loaded() == first
    path = folder / "config/plan.tsv"
    path.write_text(path.read_text("utf-8").replace("primary\tprimary", "first\tprimary"), "utf-8")
    with pytest.raises(pytest.fail.Exception, match="validated again"):
        loaded()


def test_a_fault_is_not_remembered(folder, code, edit):
    memory = Memory(folder / "kept.json")
    edit("config/plan.tsv", "HOMA_IR", "HOMA")
    for _ in range(2):
        with pytest.raises(UserError, match="unknown marker 'HOMA'"):
            load_study(folder, folder, memory, code)
    edit("config/plan.tsv", "HOMA", "HOMA_IR")
    assert load_study(folder, folder, memory, code).config["study"] == "demo"


def test_a_remembered_study_is_the_same_as_one_just_loaded(folder, code, edit):
    # codes that look like numbers: JSON knows keys of text only
    edit("config/sources/patients.yaml", "{M: male, F: female}", "{1: male, 2: female, U: male}")
    first, again = Memory(folder / "kept.json"), None
    loaded = load_study(folder, folder, first, code)
    first.save()
    again = load_study(folder, folder, Memory(folder / "kept.json"), code)
    assert again == loaded
