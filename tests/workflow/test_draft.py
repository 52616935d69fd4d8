"""Drafts of files that the command has never seen, held against the YAML that a person wrote for
them (config/sources and tests/studies/*/config/sources), and run."""

import re
import shutil
from dataclasses import dataclass
from pathlib import Path

import polars as pl
import pytest
from labcohort.check import check as check_here
from labcohort.draft.command import draft, write_draft
from labcohort.draft.facts import load_facts
from labcohort.draft.write import scalar
from labcohort.harmonise.dates import parsed_date
from labcohort.harmonise.units import folded
from labcohort.ingest.readers import read_tables
from labcohort.study.source_defaults import with_format_defaults
from labcohort.study.yaml_files import check_schema, parse_yaml

from tests.running import HOME, SHARED, ran

DEMO = {
    "patients.csv": "patients",
    "site_a_results.csv": "site_a",
    "site_b_visits.xlsx": "site_b",
    "site_c_visits.txt": "site_c",
}
# study -> raw file -> source of the person's YAML
STUDIES = {
    "demo": DEMO,
    "ipop": {"SubjectInfo.csv": "subjects", "clinical_tests.txt": "clinical"},
    "nhanes": {
        "DEMO_J.XPT": "demographics", "BIOPRO_J.XPT": "biochemistry", "GHB_J.XPT": "hba1c",
        "GLU_J.XPT": "glucose", "HDL_J.XPT": "hdl", "HSCRP_J.XPT": "hscrp", "INS_J.XPT": "insulin",
    },
    "smart": {"patients.txt": "patients", "labs.txt": "laboratory", "vitals.txt": "vitals"},
    "fhir": {"argonaut-lab-data.fhir.json": "bundles", "diabetes.json": "bundles",
             "heathedatainc-labs.fhir.xml": "urinalysis"},
    "hl7v2": {"ms_LAB-ORU-2.hl7": "messages", "nist_ORU_R01_case1.hl7": "messages"},
}  # fmt: skip


@dataclass
class Held:
    """One draft against the YAML of a person."""

    ours: dict
    theirs: dict
    text: str
    facts: object
    raw: Path

    def texts(self) -> set[str]:
        """All texts of the raw file's cells."""
        how = self.theirs["format"] | {"content": self.theirs["content"]}
        tables = read_tables(self.raw, "raw", how)
        return {cell for table in tables for _, cells in table.rows for cell in cells}

    def is_sure(self, key: str) -> bool:
        """Whether the line of an analyte is not marked for a look."""
        start = f"  {scalar(key)}: "
        return "# CHECK" not in next(x for x in self.text.splitlines() if x.startswith(start))

    @property
    def mapped(self) -> dict[str, dict]:
        """Their analytes, with those that `recognise: [loinc]` maps of this file."""
        found = {k: _entry(e) for k, e in self.theirs.get("analytes", {}).items()}
        keys = [*self.ours.get("analytes", {}), *self.ours.get("ignore", [])]
        for key in keys:
            row = self.facts.loinc.get(key)
            ignored = key in self.theirs.get("ignore", []) or key in found
            if row and not ignored and "loinc" in self.theirs.get("recognise", []):
                found[key] = {"marker": row["marker"]}
        return {k: e for k, e in found.items() if k in keys}

    @property
    def drafted(self) -> dict[str, dict]:
        return {k: _entry(e) for k, e in self.ours.get("analytes", {}).items()}

    def right(self) -> tuple[int, int]:
        """Analytes that the draft maps as the person did, of how many."""
        same = sum(
            self.drafted.get(k, {}).get("marker") == e["marker"] for k, e in self.mapped.items()
        )
        return same, len(self.mapped)

    def wrong(self) -> list[str]:
        """Analytes that the draft maps to another marker than the person."""
        both = self.drafted.keys() & self.mapped.keys()
        return [k for k in both if self.drafted[k]["marker"] != self.mapped[k]["marker"]]

    def extra(self) -> list[str]:
        """Analytes that the draft maps and the person does not use."""
        return sorted(self.drafted.keys() - self.mapped.keys())

    def units(self) -> tuple[int, int]:
        """Units that the draft declares as the person did, of those that both declare or should."""
        told = {k: e for k, e in self.mapped.items() if "unit" in e and k in self.drafted}
        return sum(self._same_unit(e, self.drafted[k]) for k, e in told.items()), len(told)

    def _same_unit(self, one: dict, other: dict) -> bool:
        if "unit" not in other:
            return False
        a, b = (
            self.facts.units(e["marker"], e.get("analyte"))[folded(e["unit"])] for e in (one, other)
        )
        return (a["slope"], a["intercept"]) == (b["slope"], b["intercept"])

    def reads_dates_alike(self) -> bool:
        """Whether the dates' column is the same, and its formats read each text to the same day."""
        ours, theirs = self.ours["date"], self.theirs["date"]
        if "column" not in theirs:
            return "on" in theirs and "CHECK no column of dates" in self.text
        if ours["column"] != theirs["column"]:
            return False
        texts: set[str] = set()
        for table in read_tables(self.raw, "raw", self.theirs["format"] | {"content": "results"}):
            rows = iter(table.rows)
            at = next(rows)[1].index(ours["column"])
            texts |= {cells[at] for _, cells in rows}
        frame = pl.DataFrame({"t": sorted(texts)})
        read = [
            frame.select(parsed_date(pl.col("t"), d["formats"])).to_series() for d in (ours, theirs)
        ]
        return read[0].equals(read[1], null_equal=True)


def _entry(entry: str | dict) -> dict:
    return {"marker": entry} if isinstance(entry, str) else entry


def study_of(name: str, folder: Path) -> tuple[Path, Path, Path]:
    """A study without sources, its raw files' folder in it, and the person's sources."""
    home = HOME if name == "demo" else HOME / "tests" / "studies" / name
    raw = HOME / "resources" / "demo" if name == "demo" else SHARED / name
    for needed in (home / "config", raw):
        if not needed.is_dir():
            pytest.skip(f"{needed.name} of {name} is not here")
    shutil.copytree(home / "config", folder / "config", ignore=shutil.ignore_patterns("sources"))
    (folder / "config" / "sources").mkdir()
    below = folder / ("resources/demo" if name == "demo" else "data")
    below.parent.mkdir(parents=True, exist_ok=True)
    if name == "demo":
        below.mkdir()
        for file in DEMO:
            shutil.copy(raw / file, below)
    else:
        below.symlink_to(raw)
    return folder, below, home / "config" / "sources"


def drafts_of(name: str, folder: Path) -> dict[str, Held]:
    """The drafts of a study's files, by source; each may use those before it."""
    study, below, sources = study_of(name, folder)
    facts = load_facts(HOME, study)
    found = {}
    for file, source in STUDIES[name].items():
        own = source if source not in found else f"{source}_{len(found)}"
        text, path, _ = write_draft(below / file, study, HOME, own)
        path.write_text(text, "utf-8")
        ours = parse_yaml(text.encode(), path.name)
        theirs = parse_yaml((sources / f"{source}.yaml").read_bytes(), source)
        found[own] = Held(ours, with_format_defaults(theirs), text, facts, below / file)
    return found


@pytest.fixture(scope="module", params=STUDIES)
def study(request, tmp_path_factory) -> tuple[str, Path, dict[str, Held]]:
    folder = tmp_path_factory.mktemp(request.param)
    return request.param, folder, drafts_of(request.param, folder)


def test_a_draft_is_a_source_but_for_its_confirmation(study):
    _, _, drafts = study
    for name, held in drafts.items():
        source = dict(held.ours)
        assert source.pop("unconfirmed"), name
        check_schema(source, HOME / "schemas" / "source.schema.yaml", name)


def test_format_person_and_content_are_right(study):
    _, _, drafts = study
    for name, held in drafts.items():
        ours, theirs = held.ours, held.theirs
        assert ours["content"] == theirs["content"], name
        own, wanted = dict(ours["format"]), dict(theirs["format"])
        # ASCII is a part of UTF-8; which of several ids is meant cannot be seen in one file
        wanted |= {"encoding": "utf-8"} if wanted.get("encoding", "ascii") == "ascii" else {}
        for how in (own, wanted):
            for key in (
                "identifier",
                "ignore_messages",
                *(["encoding"] if how["type"] != "text" else []),
            ):
                how.pop(key, None)
            if how.get("quote") == "":
                how.pop("quote")
        assert own == wanted, name
        person = {k: v for k, v in theirs["person"].items() if k != "same"}
        assert ours["person"] == person, name


def test_layout_and_dates_are_right(study):
    _, _, drafts = study
    for name, held in drafts.items():
        if held.theirs["content"] == "results":
            for key in ("layout", "analyte", "value", "unit", "units_row"):
                assert held.ours.get(key) == held.theirs.get(key), (name, key)
            assert held.reads_dates_alike(), name
            assert held.ours.get("decimal", ".") == held.theirs.get("decimal", "."), name
            # a person may declare what this delivery does not have
            declared, found = (set(h.get("missing", [])) for h in (held.theirs, held.ours))
            assert found <= declared, name
            assert {t for t in declared - found if t in held.texts()} == set(), name


# share of the person's mappings that a draft has, at least
FLOOR = {"demo": 0.95, "ipop": 0.9, "nhanes": 0.7, "smart": 0.8, "fhir": 0.8, "hl7v2": 0.0}


def test_analytes_and_units(study):
    name, _, drafts = study
    results = {n: h for n, h in drafts.items() if h.theirs["content"] == "results"}
    right, wanted = (sum(h.right()[i] for h in results.values()) for i in (0, 1))
    assert right >= FLOOR[name] * wanted
    for source, held in results.items():
        assert [k for k in held.wrong() if held.is_sure(k)] == [], source
        same, told = held.units()
        assert same == told, source


def test_sex_and_birth_date_of_patients(study):
    _, _, drafts = study
    for name, held in drafts.items():
        if held.theirs["content"] == "patients":
            for key in {"sex", "birth_date", "age"} & held.theirs["attributes"].keys():
                ours, theirs = held.ours["attributes"][key], held.theirs["attributes"][key]
                assert ours.keys() == theirs.keys(), (name, key)
            # what identifies is dropped, or not read at all
            read = {e["column"] for e in held.ours["attributes"].values()}
            identifying = {"lname", "fname", "street", "apartment", "cell", "home", "email",
                           "pcode", "city", "name", "telecom", "address",
                           "national_id"}  # fmt: skip
            assert not read & identifying


def test_no_id_of_a_person_is_in_a_draft(study):
    _, _, drafts = study
    for name, held in drafts.items():
        how = held.theirs["format"] | {"content": held.theirs["content"]}
        for table in read_tables(held.raw, "raw", how):
            rows = iter(table.rows)
            at = next(rows)[1].index(held.theirs["person"]["column"])
            ids = {cells[at] for _, cells in rows} - {""}
            words = set(re.findall(r"[\w-]+", held.text))
            # short numbers are row counts as well
            assert not {i for i in ids if len(i) > 4} & words, name


# what the drafts ask a person for, before the study can be used
ASKED = {
    "demo": {},
    "ipop": {"clinical": ("INSF", "{marker: INSULIN, unit: uIU/mL}")},
    "smart": {"vitals": ("WEIGHT", "{marker: WEIGHT, unit: kg}")},
}


@pytest.mark.parametrize("name", ASKED)
def test_confirmed_drafts_go_through_ingest_and_harmonise(name, tmp_path, capsys):
    drafts_of(name, tmp_path)
    assert check_here(tmp_path, HOME) == 1
    assert "is a draft; not confirmed" in capsys.readouterr().err
    for path in (tmp_path / "config" / "sources").glob("*.yaml"):
        text = re.sub(r"(?m)^unconfirmed: .*\n", "", path.read_text("utf-8"))
        if asked := ASKED[name].get(path.stem):
            key, entry = asked
            text, n = re.subn(rf"(?m)^  - {key} .*# CHECK.*unit\?.*\n", "", text)
            assert n == 1, "the draft asks for its unit"
            text = text.replace("analytes:\n", f"analytes:\n  {key}: {entry}\n")
        path.write_text(text, "utf-8")
    assert check_here(tmp_path, HOME) == 0, capsys.readouterr().err


# ------------------------------------------------------------------------------- the command itself


def test_command_writes_a_draft_and_over_nothing(tmp_path, capsys):
    study, below, _ = study_of("demo", tmp_path)
    arguments = [str(below / "patients.csv"), "--study", str(study), "--name", "people"]
    assert draft(arguments, HOME) == 0
    path = study / "config" / "sources" / "people.yaml"
    before = path.read_bytes()
    assert parse_yaml(before, "people")["file"] == "resources/demo/patients.csv"
    assert draft(arguments, HOME) == 1
    assert "the source is there already" in capsys.readouterr().err
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ([], "these arguments make no draft"),
        (["a.csv", "b.csv"], "these arguments make no draft"),
        (["--study"], "these arguments make no draft"),
        (["none.csv"], "the raw file is not there"),
        (["config"], "the folder holds no file"),
        (["*.xlsx"], "no file matches the pattern"),
        (["a.csv", "--name", "Site A"], "a source cannot be called 'Site A'"),
        (["a.csv", "--content", "both"], "these arguments make no draft"),
        (["a.csv", "--study", "elsewhere"], "this is no study"),
    ],
)
def test_mistakes_are_said_in_one_message(tmp_path, monkeypatch, capsys, arguments, says):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "config").mkdir()
    (tmp_path / "a.csv").write_text("patient_id,date,ALT (U/L)\nP1,2020-01-01,30\n")
    assert draft(arguments, HOME) == 1
    assert says in capsys.readouterr().err
    assert not (tmp_path / "config" / "sources").exists()


def test_the_command_line(tmp_path):
    study, below, _ = study_of("demo", tmp_path / "study")
    command = [
        str(HOME / "workflow"),
        "draft",
        str(below / "site_c_visits.txt"),
        f"--study={study}",
    ]
    code, said = ran(command, study)
    assert code == 0, said
    assert "site_c_visits.yaml: a draft of results: 29 analytes mapped, 0 not" in said
    code, said = ran([str(HOME / "workflow"), "check", str(study)], study)
    assert code == 1


def test_a_file_outside_of_the_study_is_told(tmp_path):
    study, _, _ = study_of("demo", tmp_path / "study")
    (tmp_path / "a.csv").write_text(
        "patient_id,date,ALT (U/L)\nP1,2020-01-01,30\nP2,2020-01-22,31\n"
    )
    text, _, _ = write_draft(tmp_path / "a.csv", study, HOME)
    assert parse_yaml(text.encode(), "a")["file"] == "../a.csv"
    assert "declare its folder under data_folders" in text
