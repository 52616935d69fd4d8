"""The demo registry through the whole workflow: the study's numbers, each planted defect's fate."""

import csv
import hashlib
import hmac
import json
import random
import re
import shutil
import socket
import zipfile
from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from tests.demo.plain_reading import patients, sound_results
from tests.running import HOME, digests, finished, make_demo, snakemake

RAW = HOME / "resources" / "demo"
WINDOWS = {"baseline": (-90, 0), "month_6": (182 - 45, 182 + 45), "month_12": (365 - 60, 365 + 60)}


def table(study: Path, name: str, folder: str = "tables") -> list[dict]:
    with (study / "results" / folder / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def assessed(study: Path, name: str) -> list[dict]:
    """An assessment as the text that a CSV of it has, nothing withheld."""
    frame = pl.read_parquet(study / f"results/assessments/{name}.parquet")
    return list(csv.DictReader(frame.write_csv().splitlines()))


def published() -> list[dict]:
    with (HOME / "resources/published_results.tsv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t"))


def configured(name: str) -> list[dict]:
    with (HOME / "config" / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t"))


def place(row: dict) -> tuple[str, str, str]:
    return row["marker"], row["cohort"], row["timepoint"]


@pytest.fixture(scope="module")
def rows(demo) -> list[dict]:
    return table(demo, "comparisons.csv", "restricted")


@pytest.fixture(scope="module")
def primary(rows) -> dict[str, dict[tuple[str, str, str], dict]]:
    """The primary tests of the plan, by profile and place."""
    found = defaultdict(dict)
    for row in rows:
        if row["primary"] == "true" and row["role"] != "post_hoc":
            assert place(row) not in found[row["profile"]]
            found[row["profile"]][place(row)] = row
    return found


@pytest.mark.parametrize(
    ("page", "marker", "group", "followup", "before", "after"),
    [
        # printed in the study (resources/published_results.tsv and its sources)
        ("glycaemic", "HbA1c", "All patients", "6 months", "7.77 ± 0.10", "7.52 ± 0.10"),
        ("glycaemic", "HbA1c", "All patients", "12 months", "7.50 [1.40]", "7.30 [1.60]"),
        ("glycaemic", "HOMA-IR", "All patients", "12 months", "5.86 [6.85]", "5.33 [4.71]"),
        ("inflammation", "C-reactive", "≥ 1.50", "6 months", "6.58 ± 1.16", "4.98 ± 0.82"),
        ("inflammation", "C-reactive", "≥ 1.50", "12 months", "3.39 [4.41]", "1.45 [3.16]"),
    ],
)
def test_known_results_to_their_printed_digits(demo, page, marker, group, followup, before, after):
    lines = [
        line
        for line in table(demo, f"{page}.csv")
        if marker in line["Marker"] and group in line["Group"] and line["Follow-up"] == followup
    ]
    # a unit that holds for all rows stands in the headers
    visits = [
        next(text for name, text in line.items() if name.split(",")[0] == visit)
        for line in lines
        for visit in ("Baseline", "At follow-up")
    ]
    assert visits == [before, after]
    html = (demo / f"results/tables/{page}.html").read_text("utf-8")
    assert before in html and after in html


@pytest.mark.parametrize(
    "row", published(), ids=lambda r: "-".join((r["marker"], r["cohort"], r["timepoint"]))
)
def test_published_rows_agree_in_test_significance_and_direction(primary, row):
    ours = primary["as_published"][place(row)]
    assert (ours["test"], ours["summary"]) == (row["test"], row["summary"])
    p = float(ours["p_value"])
    if row["significant"] != "unknown":
        assert (p < 0.05) == (row["significant"] == "yes")
    if row["direction"] in ("up", "down"):
        # by convention: t by the mean change, Wilcoxon by the difference of medians
        change = (
            float(ours["change_mean"])
            if row["test"] == "paired_t"
            else float(ours["followup_median"]) - float(ours["baseline_median"])
        )
        assert (change > 0) == (row["direction"] == "up") and change != 0
    elif row["direction"] == "none":
        assert p >= 0.05


def test_groups_of_few_pairs_and_what_would_tell_them_are_withheld(demo, rows):
    """The demo has 4 pairs of CKD stage 5 at six months, and 34 of stages 3 to 5 with 24 and 6 in
    stages 3 and 4: by these 4 could be told."""
    shown = {
        (*place(row), row["profile"], row["test"]): row for row in table(demo, "comparisons.csv")
    }
    assert len(shown) == len(rows)
    for row in rows:
        public = shown[(*place(row), row["profile"], row["test"])]
        if 0 < int(row["n_pairs"]) < 5:
            assert public["withheld"] == "fewer than 5 persons"
            names = ("n_pairs", "n_members", "n_lost", "p_value", "change_mean", "note")
            assert [public[name] for name in names] == [""] * len(names)
        assert [
            public[f"{v}_{end}"] for v in ("baseline", "followup") for end in ("min", "max")
        ] == [""] * 4
    numbers = {
        (row["cohort"], row["timepoint"]): row["n_pairs"]
        for row in shown.values()
        if row["marker"] == "CREAT"
    }
    assert [numbers[c, "month_6"] for c in ("ckd_3_5", "ckd_3", "ckd_4", "ckd_5")] == [
        "34",
        "24",
        "",
        "",
    ]
    assert [numbers[c, "month_12"] for c in ("ckd_3_5", "ckd_3", "ckd_4", "ckd_5")] == [
        "12",
        "7",
        "",
        "",
    ]
    printed = {
        (line["Group"], line["Follow-up"]): line["n pairs"]
        for line in table(demo, "renal.csv")
        if line["Marker"].startswith("Creatinine")
    }
    assert printed["CKD stage 5", "6 months"] == "<5"
    assert printed["CKD stage 4", "6 months"] == "withheld"


def test_selection_and_renal_counts_are_the_study_s(demo):
    flow = table(demo, "selection_flow.csv")
    eligible = {line["step"]: int(line["remained"]) for line in flow if not line["entered"]}
    assert eligible == {
        "Eligible, with results at baseline": 301,
        "Eligible, with results at 6 months": 218,
        "Eligible, with results at 12 months": 83,
        "Eligible, with results at 6 months and 12 months": 0,
    }
    steps = [line for line in flow if line["entered"]]
    assert all(int(s["entered"]) - int(s["excluded"]) == int(s["remained"]) for s in steps)
    with (demo / "results/quality/cohorts/1-of-1.sizes.tsv").open(newline="") as file:
        sizes = {
            (row["cohort"], row["timepoint"]): int(row["members"])
            for row in csv.DictReader(file, delimiter="\t")
        }
    for timepoint, by_stage in {"month_6": (106, 24, 6, 4), "month_12": (39, 7, 3, 2)}.items():
        stages = tuple(sizes[f"ckd_{stage}", timepoint] for stage in (2, 3, 4, 5))
        assert stages == by_stage
        assert sizes["ckd_2_5", timepoint] == sum(by_stage)


def test_each_planted_defect_meets_its_fate_and_no_other_cell_is_set_aside(demo):
    with (RAW / "defects.tsv").open(encoding="utf-8", newline="") as file:
        planted = list(csv.DictReader(file, delimiter="\t"))

    def cells(fate: str) -> set:
        return {
            (d["source"], int(d["row"]), d["column"], d["rule"])
            + ((d["raw_value"],) if fate == "set_aside" else ())
            for d in planted
            if d["fate"] == fate
        }

    assert len(planted) == len(cells("set_aside")) + len(cells("duplicate")) == 30
    quarantine = pl.read_parquet(demo / "results/restricted/quarantine.parquet")
    columns = ["source", "row", "column", "rule", "raw_value"]
    assert set(quarantine.select(columns).iter_rows()) == cells("set_aside")
    assert quarantine.height == len(cells("set_aside"))
    duplicates = pl.read_parquet(demo / "results/restricted/duplicates.parquet")
    assert set(duplicates.select(columns[:4]).iter_rows()) == cells("duplicate")
    with (demo / "results/restricted/set_aside.csv").open(encoding="utf-8", newline="") as file:
        shown = list(csv.DictReader(file))
    assert len(shown) == quarantine.height
    assert all(line["reason"] and line["file"] and line["synthetic"] for line in shown)


def raw_result_cells() -> dict[str, int]:
    """Result cells of the raw files, counted by the plainest means."""
    from python_calamine import CalamineWorkbook

    with (RAW / "site_a_results.csv").open(newline="", encoding="utf-8") as file:
        long = sum(1 for _ in csv.reader(file)) - 1
    sheet = CalamineWorkbook.from_path(RAW / "site_b_visits.xlsx").get_sheet_by_name("Visits")
    rows = sheet.to_python()
    text = (RAW / "site_c_visits.txt").read_bytes().decode("gb18030").split("\r\n")
    lines = [line.split(";") for line in text if line]
    return {
        "site_a": long,
        # two columns are id and date, two rows header and units
        "site_b": (len(rows) - 2) * (len(rows[0]) - 2),
        "site_c": (len(lines) - 1) * (len(lines[0]) - 2),
    }


def test_every_raw_cell_is_in_the_ledger_once_and_its_stages_join(demo):
    ledger = pl.read_csv(demo / "results/quality/ledger.tsv", separator="\t")
    read = ledger.filter(pl.col("stage") == "ingest", pl.col("kind") == "in")
    assert dict(read.select("source", "cells").iter_rows()) == raw_result_cells()
    for source in raw_result_cells():
        own = ledger.filter(pl.col("source") == source)
        fates = own.filter(pl.col("kind") == "fate")["cells"].sum()
        used = own.filter(pl.col("stage") == "cohorts", pl.col("kind") == "out")["cells"].sum()
        assert fates + used == raw_result_cells()[source]


def test_all_that_a_reader_sees_says_synthetic(demo):
    read = [*(demo / "results/tables").iterdir(), demo / "results/restricted/set_aside.csv"]
    for path in read:
        text = texts(path)
        assert "SYNTHETIC" in text, path
        if path.suffix == ".csv":
            assert all("SYNTHETIC" in line for line in text.splitlines()[1:]), path
    # letters of an SVG are outlines; the texts that they are of stand beside them as comments, and
    # the other formats are of the same drawing
    words = {".svg": "SYNTHETIC DATA", ".txt": "SYNTHETIC data. ", ".csv": "SYNTHETIC"}
    figures = [path for path in (demo / "results/figures").iterdir() if path.suffix in words]
    assert figures
    for path in figures:
        assert words[path.suffix] in path.read_text("utf-8"), path


def test_figures_draw_the_pairs_and_print_the_p_of_the_comparisons(demo, primary):
    for line in configured("figures.tsv"):
        if line["kind"] not in ("before_after", "paired_changes"):
            continue
        with (demo / f"results/figures/{line['figure']}.csv").open(newline="") as file:
            drawn = [row for row in csv.DictReader(file) if row["p_value"]]
        assert drawn
        for row in drawn:
            ours = primary[line["profile"]][place(row)]
            assert float(row["p_value"]) == float(ours["p_value"])
            if row.get("what") != "bar":
                assert int(row.get("n_pairs") or row["n"]) == int(ours["n_pairs"]) >= 5


def test_single_persons_are_as_many_as_pairs_and_stay_on_the_site(demo, primary):
    for line in configured("figures.tsv"):
        if line["kind"] != "paired_changes":
            continue
        path = demo / f"results/restricted/figures/{line['figure']}.csv"
        with path.open(newline="") as file:
            persons = list(csv.DictReader(file))
        counted = Counter(place(row) for row in persons)
        assert counted
        for where, n in counted.items():
            ours = primary["recommended"][where]
            assert n == int(ours["n_pairs"])
            # the plain mean of the plain differences is the mean change
            changes = [
                float(row["followup"]) - float(row["baseline"])
                for row in persons
                if place(row) == where
            ]
            if ours["change_mean"]:
                assert sum(changes) / n == pytest.approx(float(ours["change_mean"]), abs=1e-9)


def test_no_patient_id_leaves_the_ingest(demo):
    with (RAW / "patients.csv").open(newline="") as file:
        ids = [row["patient_id"] for row in csv.DictReader(file)] + ["A-999", "C-999"]
    pattern = re.compile("|".join(map(re.escape, ids)))
    for path in (demo / "results").rglob("*"):
        if path.is_file():
            assert not pattern.search(texts(path)), path
    assert not pattern.search(demo.with_name(f"{demo.name}.output.txt").read_text("utf-8"))


def texts(path: Path) -> str:
    """All text of a file of results: that of a workbook's parts, of a Parquet file's columns."""
    if path.suffix == ".parquet":
        return "\n".join(map(str, pl.read_parquet(path).rows()))
    if path.suffix in (".xlsx", ".docx"):
        with zipfile.ZipFile(path) as book:
            parts = (part for part in book.namelist() if part.endswith((".xml", ".rels")))
            return "\n".join(book.read(part).decode() for part in parts)
    if path.suffix in (".png", ".pdf"):
        return path.read_bytes().decode("latin-1")
    return path.read_text("utf-8")


def shareable(study: Path) -> list[Path]:
    """The files of results that are counts, rules, places and numbers of groups."""
    folders = ("quality", "tables", "report", "figures", "workflow", "logs")
    inner = [path for of in folders for path in (study / "results" / of).rglob("*.*")]
    return [*inner, *(path for path in (study / "results").glob("*.*") if path.is_file())]


def test_pseudonyms_birth_dates_and_raw_values_are_not_in_what_may_be_shown(demo):
    with (RAW / "patients.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    # as `openssl dgst -sha256 -hmac KEY` prints it, and not by the workflow
    key = b"labcohort demo key"
    pseudonyms = {
        "p" + hmac.digest(key, row["patient_id"].encode(), "sha256").hex()[:16] for row in rows
    }
    with (RAW / "defects.tsv").open(encoding="utf-8", newline="") as file:
        bad = {row["raw_value"] for row in csv.DictReader(file, delimiter="\t")}
    # a short number stands in a hundred other places; these texts are a person's alone
    own = {row["birth_date"] for row in rows} | {text for text in bad if len(text) > 5}
    assert len(pseudonyms) == 341 and len(own) > 300
    pattern = re.compile("|".join(map(re.escape, sorted(pseudonyms | own))))
    # of the folders for persons all is found: the search can find
    people = texts(demo / "results/cohorts/people/1-of-1.parquet")
    assert set(pattern.findall(people)) == pseudonyms
    restricted = texts(demo / "results/restricted/quarantine.parquet")
    assert set(pattern.findall(restricted)) & pseudonyms
    paths = shareable(demo)
    assert {"validation.html", "validation.json", "comparisons.csv"} <= {p.name for p in paths}
    for path in paths:
        assert path.suffix != ".parquet", path
        assert not pattern.search(texts(path)), path


def test_what_is_restricted_says_so_and_git_ignores_it(demo):
    folder = demo / "results/restricted"
    assert (folder / ".gitignore").read_text("utf-8") == "*\n"
    assert "single persons" in (folder / "README.txt").read_text("utf-8")


# ------------------------------------------- what the run was made of


def test_the_record_has_the_digests_of_the_very_files(demo):
    made = json.loads((demo / "results/provenance.json").read_text("utf-8"))

    def sha256_of(path: Path) -> str:
        return hashlib.sha256(path.read_bytes()).hexdigest()

    assert {row["file"]: row["sha256_begins"] for row in made["inputs"]} == {
        str(path.relative_to(demo)): sha256_of(path)[:16]
        for path in (demo / "resources/demo").iterdir()
        if path.name.startswith(("site_", "patients"))
    }
    config = [path for path in (demo / "config").rglob("*") if path.suffix in (".tsv", ".yaml")]
    assert {row["file"]: row["sha256"] for row in made["configuration"]} == {
        str(path.relative_to(demo)): sha256_of(path) for path in config
    }
    assert made["lock"]["sha256"] == sha256_of(HOME / "requirements.lock")
    assert made["study"]["synthetic"] is True and made["seed"] == 1
    # nothing of this machine
    text = (demo / "results/provenance.json").read_text("utf-8")
    assert str(demo) not in text and str(HOME) not in text and socket.gethostname() not in text


def test_the_crate_describes_every_result_that_people_read_and_no_other(demo):
    results = demo / "results"
    graph = json.loads((results / "ro-crate-metadata.json").read_text("utf-8"))["@graph"]
    parts = {each["@id"]: each for each in graph if "contentSize" in each}
    folders = ("tables", "figures", "workflow")
    read = [path for of in folders for path in (results / of).rglob("*")]
    read += [*(results / "quality").glob("*.*"), results / "provenance.json", results / "README.md"]
    # the rest of report/ is for programs
    read.append(results / "report/report.html")
    assert parts.keys() == {path.relative_to(results).as_posix() for path in read if path.is_file()}
    for name, part in parts.items():
        data = (results / name).read_bytes()
        assert part["sha256"] == hashlib.sha256(data).hexdigest()
        assert part["contentSize"] == str(len(data))
    for name in ("Snakefile", "workflow/rules/compare.smk"):
        assert (results / "workflow" / name).read_bytes() == (HOME / name).read_bytes()


# ------------------------------------------- the plan as a whole


def test_both_tests_stand_for_each_planned_row(rows):
    planned = {
        (
            row["profile"],
            row.get("family", "post_hoc"),
            marker,
            row["cohort"],
            row["timepoint"],
        ): row["test"]
        for name in ("plan.tsv", "post_hoc.tsv")
        for row in configured(name)
        for marker in row["markers"].split("|")
    }
    tests = defaultdict(dict)
    for row in rows:
        tests[row["profile"], row["family"], *place(row)][row["test"]] = row["primary"]
    assert tests == {
        key: {t: "true" if t == test else "false" for t in ("paired_t", "wilcoxon_signed_rank")}
        for key, test in planned.items()
    }


def test_post_hoc_rows_are_labelled_and_the_others_carry_one_plan(rows):
    post_hoc = [row for row in rows if "post hoc" in row["plan"] or "post_hoc" in row["role"]]
    named = {
        (row["profile"], marker, row["cohort"], row["timepoint"])
        for row in configured("post_hoc.tsv")
        for marker in row["markers"].split("|")
    }
    assert named and {(row["profile"], *place(row)) for row in post_hoc} == named
    labels = {(row["plan"], row["role"], row["family"]) for row in post_hoc}
    assert labels == {("post hoc", "post_hoc", "post_hoc")}
    (plan,) = {row["plan"] for row in rows} - {"post hoc"}
    assert re.fullmatch("[0-9a-f]{16,}", plan)


def test_scorecard_holds_the_98_published_rows_and_none_contradicts(demo, primary):
    card = assessed(demo, "scorecard")

    def can_disagree(row: dict) -> bool:
        # Wilcoxon's z is √n at most: under four pairs, .083 and more, never significant at .05
        n = int(primary["as_published"][place(row)]["n_pairs"])
        says_no = row["significant"] == "no" and row["direction"] == "none"
        return not (row["test"] == "wilcoxon_signed_rank" and says_no and n < 4)

    assert sorted(map(place, card)) == sorted(map(place, published())) and len(card) == 98
    verdicts = {place(row): row["verdict"] for row in card}
    says = {
        place(row): "reproduced"
        if row["baseline_centre"]
        else "not comparable"
        if row["significant"] == row["direction"] == "unknown" or not can_disagree(row)
        else "same direction"
        for row in published()
    }
    assert verdicts == says
    assert Counter(verdicts.values())["reproduced"] == 5
    assert all(row["why"] for row in card)


def test_expected_false_positives_are_counted(demo, primary):
    families = {(row["profile"], row["family"]): row for row in table(demo, "multiplicity.csv")}
    for profile, tests in primary.items():
        for family in {row["family"] for row in tests.values()}:
            own = [row for row in tests.values() if row["family"] == family]
            told = families[profile, family]
            assert int(told["n_tests"]) == int(told["n_counted"]) == len(own)
            below = sum(float(row["p_value"]) < 0.05 for row in own)
            assert int(told["n_below_alpha"]) == below
    # conventions: m = 6 with Holm, all else BH; 4.9 false positives to expect of 98 tests
    assert {families["recommended", "primary"][k] for k in ("correction", "n_tests")} == {
        "holm",
        "6",
    }
    corrections = {f: row["correction"] for (p, f), row in families.items() if p == "recommended"}
    assert set(corrections) >= {"primary", "exploratory", "post_hoc", "all"}
    for family, correction in corrections.items():
        if family not in ("primary", "post_hoc", "all"):
            assert correction == "bh", family
    as_published = families["as_published", "all"]
    assert primary["as_published"].keys() == {place(row) for row in published()}
    assert int(as_published["n_tests"]) == len(primary["as_published"]) == 98
    assert float(as_published["expected_false_positives"]) == pytest.approx(4.9)


def test_stages_3_to_5_together_are_of_the_recommended_profile_only(demo, rows):
    # no published table has them: the source claims something of them in words
    together = [row for row in rows if row["cohort"] == "ckd_3_5"]
    assert {row["profile"] for row in together} == {"recommended"}
    assert {row["marker"] for row in together} == {"EGFR", "CREAT", "BUN", "UA"}


def test_adjusted_p_are_those_of_the_families(rows):
    def holm(p: list[float]) -> list[float]:
        order = sorted(range(len(p)), key=p.__getitem__)
        adjusted, top = [0.0] * len(p), 0.0
        for rank, i in enumerate(order):
            top = max(top, min(1.0, p[i] * (len(p) - rank)))
            adjusted[i] = top
        return adjusted

    def bh(p: list[float]) -> list[float]:
        order = sorted(range(len(p)), key=p.__getitem__)
        adjusted, low = [0.0] * len(p), 1.0
        for rank in range(len(p), 0, -1):
            i = order[rank - 1]
            low = min(low, p[i] * len(p) / rank)
            adjusted[i] = low
        return adjusted

    families = defaultdict(list)
    for row in rows:
        if row["primary"] == "true":
            families[row["profile"], row["family"], row["correction"]].append(row)
        else:
            assert row["p_adjusted"] == ""
    for (*_, correction), own in families.items():
        ours = [row["p_adjusted"] for row in own]
        if correction == "none":
            assert set(ours) == {""}
            continue
        expected = {"holm": holm, "bh": bh}[correction]([float(row["p_value"]) for row in own])
        assert [float(p) for p in ours] == pytest.approx(expected, rel=1e-12)


# ------------------------------------------- what a comparison is worth beside the others


def of_both_visits(markers: tuple[str, ...], timepoint: str) -> set[str]:
    """Ids of those whom type and date admit, with the markers on one day of both visits."""
    days = defaultdict(lambda: defaultdict(set))
    for result in sound_results():
        if result.marker in markers:
            days[result.patient_id][result.day].add(result.marker)

    def at(patient_id: str, visit: str) -> bool:
        low, high = WINDOWS[visit]
        infusion = patients()[patient_id].infusion_date
        own = days[patient_id].items()
        return any(len(m) == len(markers) and low <= (d - infusion).days <= high for d, m in own)

    return {
        i
        for i, patient in patients().items()
        if patient.diabetes_type == "type 2"
        and date(2014, 11, 1) <= patient.infusion_date <= date(2022, 7, 31)
        and at(i, "baseline")
        and at(i, timepoint)
    }


@pytest.mark.parametrize("timepoint", ["month_6", "month_12"])
def test_homa_ir_of_the_recommended_profile_is_without_insulin_treated(primary, timepoint):
    with (RAW / "patients.csv").open(encoding="utf-8", newline="") as file:
        insulin = {row["patient_id"]: row["insulin_treatment"] for row in csv.DictReader(file)}
    pairs = of_both_visits(("FBS", "INSULIN"), timepoint)
    of = Counter(insulin[i] for i in pairs)
    assert of["yes"] and of["unknown"]
    key = ("HOMA_IR", "all", timepoint)
    assert int(primary["as_published"][key]["n_pairs"]) == len(pairs)
    recommended = primary["recommended"][key]
    assert int(recommended["n_pairs"]) == of["no"]
    assert f"insulin-treated: {of['yes']}" in recommended["lost"]
    assert f"insulin treatment not known: {of['unknown']}" in recommended["lost"]


def test_profiles_that_disagree_say_so(primary):
    for key, row in primary["recommended"].items():
        other = primary["as_published"].get(key)
        if other is None:
            assert row["profiles_agree"] == ""
            continue
        assert row["profiles_agree"] == other["profiles_agree"] != ""
        # by what each profile concludes: as published nothing is adjusted
        crosses = (float(row["p_adjusted"]) < 0.05) != (float(other["p_value"]) < 0.05)
        assert ("alpha" in row["profiles_agree"]) == crosses, key


def test_cohorts_chosen_on_a_baseline_value_stand_beside_regression_to_the_mean(demo, rows):
    chosen = {
        row["cohort"]
        for row in configured("cohorts.tsv")
        if row["criterion"].startswith("baseline_")
    }
    tested = {place(row) for row in rows if row["cohort"] in chosen}
    assert {row["selected_on_baseline"] for row in rows if row["cohort"] in chosen} == {"true"}
    estimates = defaultdict(list)
    for row in assessed(demo, "regression_to_the_mean"):
        key = (row["statistic"], row["estimator"], row["rho_source"])
        estimates[place(row)].append(key)
        numbers = [row[k] for k in ("observed", "expected", "difference_ci_low")]
        assert all(numbers) or (row["note"] and not any(numbers)), row
        assert "not an effect" in row["label"]
    assert set(estimates) == tested
    for (marker, cohort, _), found in estimates.items():
        expected = [
            (statistic, estimator, "data")
            for statistic in ("mean", "median")
            for estimator in ("truncated_normal", "time_reversed")
        ]
        if (marker, cohort) == ("HSCRP", "hscrp_ge_1_50"):
            expected += [(s, "truncated_normal", "external") for s in ("mean", "median")]
        assert sorted(found) == sorted(expected)


def test_sensitivity_names_its_denominators_and_begins_at_the_declared(demo, rows):
    grid = pl.read_parquet(demo / "results/assessments/specifications.parquet")
    tests = {
        (row["profile"], row["family"], *place(row), row["test"]): row
        for row in rows
        if row["role"] == "primary" or row["marker"] == "EGFR"
    }
    planned = {key[:-1] for key in tests}
    shown = assessed(demo, "sensitivity")
    assert {(row["profile"], row["family"], *place(row)) for row in shown} == planned
    for row in shown:
        key = (row["profile"], row["family"], *place(row))
        own = grid.filter(
            [pl.col(k) == row[k] for k in ("profile", "family", "marker", "cohort", "timepoint")]
        )
        valid = own.filter(pl.col("p_value").is_not_null())
        assert (int(row["n_grid"]), int(row["n_valid"])) == (own.height, valid.height)
        assert int(row["n_distinct"]) <= valid.height <= own.height
        below = valid.filter(pl.col("p_value") < 0.05).height
        assert int(row["n_below_alpha"]) == below
        assert float(row["share_below_alpha"]) == pytest.approx(below / valid.height)
        (declared,) = own.filter(pl.col("declared")).to_dicts()
        ours = tests[*key, row["reference_test"]]
        assert ours["primary"] == "true"
        assert declared["test"] == row["reference_test"]
        assert declared["n_pairs"] == int(ours["n_pairs"])
        assert declared["p_value"] == pytest.approx(float(ours["p_value"]), rel=1e-12)
        # the other test of the declared specification is the one beside it
        (other,) = own.filter(
            pl.col("test") != declared["test"],
            *(
                pl.col(k).eq_missing(declared[k])
                for k in ("equation", "censored", "window_before", "window_after")
            ),
        ).to_dicts()
        beside = tests[*key, other["test"]]
        assert other["p_value"] == pytest.approx(float(beside["p_value"]), rel=1e-12)


def test_attenders_are_compared_in_three_ways(demo, rows):
    told = assessed(demo, "attenders")
    groups = defaultdict(list)
    for row in told:
        groups[row["comparison"]].append(row)
        # a property of the demo's data: nobody came twice
        assert row["n_both"] == "0"
        assert bool(row["standardised_difference"]) != bool(row["note"])

    def largest(rows: Iterable[dict]) -> tuple[int, int]:
        return tuple(max(int(row[n]) for row in rows) for n in ("n_a", "n_b"))

    assert set(groups) == {"followup_sets", "any_followup", "paired"}
    assert largest(groups["followup_sets"]) == (218, 83)
    # resources/demo/README.md: 301 eligible, 10 more lack follow-up alone
    assert largest(groups["any_followup"]) == (301, 10)
    everyone = {
        place(row): row
        for row in rows
        if row["cohort"] == "all" and row["profile"] == "as_published"
    }
    ages = {
        (row["marker"], row["timepoint"]): row
        for row in groups["paired"]
        if row["variable"] == "age"
    }
    for (marker, _, timepoint), row in everyone.items():
        age = ages[marker, timepoint]
        assert int(age["n_a"]) == int(row["n_pairs"])
        # of those who have the marker at baseline
        assert int(age["n_a"]) + int(age["n_b"]) == int(row["n_baseline"])


def test_in_range_adds_up_and_uses_each_laboratory_s_own_range(demo, rows):
    told = assessed(demo, "in_range")
    assert {place(row) for row in told} == {place(row) for row in rows}
    for row in told:
        n = {k: int(v) for k, v in row.items() if k[:2] in ("n_", "in", "ou", "be", "ab") and v}
        assert n["n_judged"] + n["n_without_range"] == n["n_pairs"]
        assert n["in_in"] + n["in_out"] + n["out_in"] + n["out_out"] == n["n_judged"]
        assert n["below_baseline"] + n["above_baseline"] == n["out_in"] + n["out_out"]
        assert n["below_followup"] + n["above_followup"] == n["in_out"] + n["out_out"]
        assert n["n_own_range"] <= 2 * n["n_judged"]
        if n["n_judged"]:
            assert float(row["share_baseline"]) == pytest.approx(
                (n["in_in"] + n["in_out"]) / n["n_judged"]
            )
        else:
            assert row["share_baseline"] == "" and row["note"]
    # site A alone sends ranges, with each of its results
    for marker, timepoint in (("HSCRP", "month_6"), ("HBA1C", "month_6"), ("TG", "month_12")):
        pairs = of_both_visits((marker,), timepoint)
        (row,) = (row for row in told if place(row) == (marker, "all", timepoint))
        assert int(row["n_pairs"]) == len(pairs)
        own = [i for i in pairs if i.startswith("A-")]
        assert own and int(row["n_own_range"]) == 2 * len(own)


# ------------------------------------------- whole runs again


def test_figures_count_the_persons_of_their_artefacts(demo):
    results = demo / "results"
    regression = pl.read_parquet(results / "assessments/regression_to_the_mean.parquet")
    itself = regression.filter(pl.col("marker") == pl.col("selecting_marker"))
    counts = {(r["cohort"], r["timepoint"]): r for r in itself.iter_rows(named=True)}
    drawn = pl.read_csv(results / "figures/regression_to_the_mean.csv")
    assert drawn.height
    for row in drawn.iter_rows(named=True):
        of = counts[row["cohort"], row["timepoint"]]
        assert row["n_all"] == of["n_all"]
        assert row["n_selected"] == (None if row["withheld"] else of["n_selected"])
        # nothing of a group of one to four
        assert of["n_selected"] >= 5 or row["withheld"]
        assert of["n_selected"] >= 5 or row["observed"] is None
    changes = pl.read_parquet(results / "assessments/transitions.parquet")
    sizes = changes.group_by("timepoint").agg(pl.col("n").sum())
    # the study's own 218 and 83
    assert dict(sizes.iter_rows()) == {"month_6": 218, "month_12": 83}
    shown = pl.read_csv(results / "figures/ckd_stages.csv")
    assert shown.filter(pl.col("n").is_between(1, 4)).is_empty()
    assert shown.filter("withheld").height
    # the numbers of all are shown, and counts beside them: few take not the whole matrix with them
    assert shown.filter(~pl.col("withheld"), pl.col("n") > 0).height > 15
    whole = shown.filter(category_baseline="all", category_followup="all")
    assert dict(whole.select("timepoint", "n").iter_rows()) == {"month_6": 218, "month_12": 83}


def test_one_core_gives_the_bytes_of_two_and_a_second_run_does_nothing(demo, tmp_path):
    one = make_demo(tmp_path)
    code, text = snakemake(one, cores=1)
    assert code == 0, text
    assert digests(one) == digests(demo)
    code, text = snakemake(one, cores=1)
    assert code == 0 and "Nothing to be done" in text
    assert digests(one) == digests(demo)


def test_the_order_of_rows_changes_no_number(demo, tmp_path):
    study = shutil.copytree(demo, tmp_path / "study")
    path = study / "resources/demo/site_a_results.csv"
    header, *rows = path.read_text("utf-8").splitlines()
    random.Random(1).shuffle(rows)
    path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    finished(study)

    after, before = digests(study), digests(demo)
    # the rows were read anew, and have other numbers
    for moved in ("ingested/site_a/1-of-1.parquet", "derived/lipid/1-of-1.parquet"):
        assert after[moved] != before[moved]
    # chosen values bear their places: all that is computed from them was made again
    shown = ("comparisons/", "assessments/", "tables/", "figures/")
    same = {path for path in before if path.startswith(shown)}
    assert {path: after[path] for path in same} == {path: before[path] for path in same}


def test_the_last_lines_say_where_the_results_are(demo):
    last = demo.with_name(f"{demo.name}.output.txt").read_text("utf-8").splitlines()[-6:]
    for path in ("results/tables/", "results/figures/", "results/restricted/set_aside.csv"):
        assert any(path in line for line in last)


def test_a_timepoint_at_which_nobody_is_says_so_and_the_run_goes_on(demo, tmp_path):
    study = shutil.copytree(demo, tmp_path / "study")
    path = study / "config/visits.tsv"
    text = path.read_text("utf-8")
    path.write_text(
        text.replace(
            "month_6\tinfusion_date\tmarker\t182\t45\t45",
            "month_6\tinfusion_date\tmarker\t230\t0\t0",
        ),
        encoding="utf-8",
    )
    finished(study)
    every = table(study, "comparisons.csv", "restricted")
    rows = [r for r in every if r["timepoint"] == "month_6"]
    empty = [r for r in rows if r["n_members"] == "0"]
    assert empty and all("nobody" in r["note"] and r["p_value"] == "" for r in empty)
    places = {place(r) for r in empty}
    nobody = [r for r in table(study, "scorecard.csv") if place(r) in places]
    assert nobody and {r["verdict"] for r in nobody} == {"not comparable"}
    for name in ("regression_to_the_mean.csv", "in_range.csv"):
        told = [r for r in table(study, name) if place(r) in places]
        assert told and all(r["difference"] == "" and r["note"] for r in told)
    counted = {(r["profile"], r["family"]): r for r in table(study, "multiplicity.csv")}
    missing = Counter(
        (r["profile"], r["family"]) for r in empty if r["primary"] == "true" and not r["p_value"]
    )
    for key, n in missing.items():
        assert int(counted[key]["n_missing"]) >= n


def test_the_pictures_of_the_readme_are_the_demo_s(demo):
    pictures = sorted((HOME / "resources/demo/pictures").iterdir())
    shown = re.findall(r"\]\((resources/demo/pictures/[^)]+)\)", (HOME / "README.md").read_text())
    assert sorted(shown) == [str(path.relative_to(HOME)) for path in pictures]
    # `make pictures` makes them again; the report's is of what a browser draws
    drawn = [path for path in pictures if path.name != "report.png"]
    assert len(drawn) == 2
    for picture in drawn:
        assert picture.read_bytes() == (demo / "results/figures" / picture.name).read_bytes()
