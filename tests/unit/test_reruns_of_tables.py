"""Which jobs each edit of a study's tables and YAML files makes run again: every column, every key.

Each row makes one edit in a copy of the demo's files, which stay a valid study, and names the jobs
that it must move, no more and no fewer (what a job is told and takes: tests/told.py). The names
come from what a column is for (config/README.md, resources/README.md, schemas/). That a job runs
where its text moves, and what follows from it, tests/workflow/test_reruns.py shows by runs of
Snakemake.
"""

import csv
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from itertools import pairwise
from pathlib import Path

import pytest
import yaml
from labcohort.memory import Memory
from labcohort.provenance import Code
from labcohort.study import load, validate
from labcohort.study.yaml_files import parse_yaml

from schemas.config import CONFIG
from schemas.resources import RESOURCES
from tests.running import HOME, make_demo
from tests.told import jobs_of

# ----------------------------------------------------------------- how files are edited


@dataclass
class Files:
    """A copy of the demo and of the facts, whose files can be edited and given back."""

    study: Path
    home: Path

    def __post_init__(self):
        self.before: dict[Path, bytes | None] = {}

    def table(self, name: str) -> Path:
        folder = self.study / "config" if name in CONFIG else self.home / "resources"
        return folder / f"{name}.tsv"

    def mapping(self, name: str) -> Path:
        folder = self.study / "config"
        return folder / "config.yaml" if name == "config" else folder / f"sources/{name}.yaml"

    def write(self, path: Path, text: str) -> None:
        self.before.setdefault(path, path.read_bytes() if path.exists() else None)
        path.write_text(text, encoding="utf-8")

    def give_back(self) -> None:
        for path, content in self.before.items():
            if content is None:
                path.unlink()
            else:
                path.write_bytes(content)
        self.before = {}


@dataclass(frozen=True)
class Edit:
    """An edit of files, and what it touches: (table, column), or ("config" or "source", key)."""

    make: Callable[[Files], None]
    touches: frozenset[tuple[str, str]]


def cell(table: str, /, *key: str, **columns: object) -> Edit:
    """Other values in columns of all rows that begin with the cells `key`."""

    def change(rows: list[dict]) -> list[dict]:
        own = [row for row in rows if tuple(row.values())[: len(key)] == key]
        assert own, f"{table} has no row {key}"
        for row in own:
            assert all(row[column] != str(value) for column, value in columns.items()), row
            row.update(columns)
        return rows

    return _table_edit(table, columns, change)


def row(table: str, /, *key: str, **columns: object) -> Edit:
    """A row more: a copy of the first that begins with the cells `key`, with these values."""

    def change(rows: list[dict]) -> list[dict]:
        first = next((r for r in rows if tuple(r.values())[: len(key)] == key), {})
        return [*rows, first | columns]

    return _table_edit(table, columns, change)


def _table_edit(table: str, columns: dict, change: Callable[[list[dict]], list[dict]]) -> Edit:
    def make(files: Files) -> None:
        path = files.table(table)
        header, *cells = (
            line.split("\t") for line in path.read_text("utf-8").rstrip("\n").split("\n")
        )
        rows = change([dict(zip(header, line, strict=True)) for line in cells])
        lines = [header, *([str(r.get(column, "")) for column in header] for r in rows)]
        files.write(path, "".join("\t".join(line) + "\n" for line in lines))

    return Edit(make, frozenset((table, column) for column in columns))


GONE = object()
# keys below these are a study's own names, which stand as OWN
OWN_NAMES, OWN = ("analytes", "attributes", "visits", "reliability"), "*"


def key(file: str, path: str, value: object) -> Edit:
    """Another value of a key of config.yaml or a source, its place as "date.formats"; or GONE."""
    parts = path.split(".")

    def make(files: Files) -> None:
        mapping = files.mapping(file)
        content = place = parse_yaml(mapping.read_bytes(), mapping.name)
        for part in parts[:-1]:
            place = place.setdefault(part, {})
        assert place.get(parts[-1], GONE) != value, f"{path} has that value"
        if value is GONE:
            del place[parts[-1]]
        else:
            place[parts[-1]] = value
        files.write(mapping, yaml.safe_dump(content, allow_unicode=True, sort_keys=False))

    kind = "config" if file == "config" else "source"
    named = [OWN if above in OWN_NAMES else part for above, part in pairwise(["", *parts])]
    return Edit(make, frozenset((kind, ".".join(named[: n + 1])) for n in range(len(named))))


def copied(source: str, name: str) -> Edit:
    """A source more, which is as another."""

    def make(files: Files) -> None:
        files.write(files.mapping(name), files.mapping(source).read_text("utf-8"))

    return Edit(make, frozenset({("source", "content")}))


def key_file(*names: str) -> Edit:
    """Files with one secret key."""

    def make(files: Files) -> None:
        for name in names:
            files.write(files.study / name, "a secret key of some length")

    return Edit(make, frozenset())


def both(*edits: Edit) -> Edit:
    """Several edits that make one valid study."""

    def make(files: Files) -> None:
        for edit in edits:
            edit.make(files)

    return Edit(make, frozenset().union(*(edit.touches for edit in edits)))


# ---------------------------------------------------------------------- names of jobs

INGESTS = {f"ingest {source}" for source in ("patients", "site_a", "site_b", "site_c")}
EVERY_SITE = {f"harmonise site_{x}" for x in "abc"}
PANELS = ("anthropometric", "blood_pressure", "glycaemic", "lipid", "liver", "renal", "hormone",
          "inflammation")  # fmt: skip
DERIVES = {f"derive {panel}" for panel in PANELS}
COMPARES = {f"compare {panel}" for panel in PANELS}
with (HOME / "config/figures.tsv").open(encoding="utf-8", newline="") as file:
    DRAWN = [*csv.DictReader(file, delimiter="\t")]


def drawn(of: Callable[[dict], bool]) -> set[str]:
    """The jobs of the figures whose row of config/figures.tsv is such."""
    return {f"figure {figure['figure']}" for figure in DRAWN if of(figure)}


def figures_of(name: str) -> set[str]:
    """Those whose row names a marker, cohort or timepoint."""
    columns = ("markers", "cohorts", "timepoints")
    return drawn(lambda figure: any(name in figure[c].split("|") for c in columns))


def of_kind(*kinds: str) -> set[str]:
    return drawn(lambda figure: figure["kind"] in kinds)


FIGURES = drawn(lambda figure: True)
PRESSURES, HORMONES = "figure figure_2_blood_pressure", "figure figure_5_hormones"
FLOW, MISSINGNESS, DAYS = (of_kind(kind) for kind in ("flow", "missingness", "visit_timing"))
# the forest has what its profile compares, by panel; this one the markers that choose cohorts
FOREST, REGRESSION = of_kind("forest"), of_kind("regression_to_the_mean")
STAGES, SINGLY = of_kind("transitions"), of_kind("paired_changes")
OF_GRID = "figure specifications_primary", "figure specifications_egfr"
# what calls the markers that are compared by their labels
NAMED = {"tables", "validate", "report"} | FOREST | MISSINGNESS
PATIENTS = "patients patients"
# who belongs where and when; the grid makes the calendar anew for other windows
PLACES = {"cohorts", "sensitivity"}
NOTHING: set[str] = set()

# ------------------------------------------------------------------ studies to begin with

SITE_A = "resources/demo/site_a_results.csv"
OTHER_KEY = key("config", "privacy.public_key", "another public key")
GIVEN = {
    "a correction": row(
        "corrections", source="site_a", file=SITE_A, row=7, column="result", field="value",
        old="1", new="2", who="A. B.", why="typed", date="2025-01-31",
    ),
    "a unit to show": key("config", "units.FBS", "mg/dL"),
    "names of analytes": both(
        key("site_a", "analyte_name", "name"), key("site_a", "recognise", ["aliases"])
    ),
    "codes of analytes": key("site_a", "recognise", ["loinc"]),
    "another key": OTHER_KEY,
    "a key file": both(
        key_file("one.key", "other.key"), key("config", "privacy", {"key_file": "one.key"})
    ),
    "no criterion of the calendar": cell(
        "eligibility", "2", criterion="attribute_is", subject="sex", values="male|female"
    ),
    "SPSS": key("site_a", "format", {"type": "sav", "labels": True}),
    "HL7": key("site_a", "format", {"type": "hl7", "identifier": "MR"}),
    "sheets": key("site_b", "format", {"type": "xlsx", "sheets": ["V1", "V2"]}),
    "rows": key("site_a", "rows", {"column": "event", "values": ["baseline"]}),
    "two columns of ranges": key("site_a", "range", {"low": "from", "high": "to"}),
    "counted dates": key(
        "site_a", "date", {"column": "day", "from": "infusion_date", "unit": "days"}
    ),
    "visits": both(
        key("site_a", "visit", {"column": "visit"}),
        key("site_a", "visits", {"V1": {"months": 0}, "V2": {"days": 180}}),
    ),
    "blocks": both(
        key("site_b", "layout", "blocks"),
        key("site_b", "columns", "{analyte}_{visit}"),
        key("site_b", "visits", {"V1": {"date": "day 1"}, "V2": {"date": "day 2"}}),
    ),
    "status": both(
        key("site_a", "status", {"column": "state", "codes": {"F": "final"}}),
        key("site_a", "reported", {"column": "sent", "formats": ["iso"]}),
    ),
    "claims": key("site_a", "claims", {
        "sex": {"column": "sex", "codes": {"M": "male"}},
        "birth_date": {"column": "born", "formats": ["YYYY-MM-DD"]},
    }),
    "columns beside a result": key("site_b", "analytes.LH", {
        "marker": "LH", "unit_column": "LH unit",
        "below": {"column": "LH below", "codes": ["1"], "limit": 0.1},
    }),
    "a declared analyte": key(
        "site_b", "analytes.LH", {"marker": "LH", "unit": "IU/L", "range": "1-2"}
    ),
    "an earlier delivery": key("site_a", "previous", "resources/demo/site_c_visits.txt"),
    "in Chinese": key("config", "print.language", "zh"),
    "an organization": key("config", "organization", {"name": "x", "url": "https://example.org"}),
}  # fmt: skip

# ------------------------------------------------------------------------ the table


@dataclass(frozen=True)
class Row:
    """An edit and the jobs that it moves, in the demo or in a study of GIVEN."""

    edit: Edit
    moves: set[str]
    given: str = ""


MARKERS = [
    # one that no source has: nothing of it is known to any job. A marker's kind cannot change
    # alone: what is derived has a function
    Row(both(row("markers", "PLT", marker="MPV", kind="measured"),
             row("conversions", "PLT", "", "10*9/L", marker="MPV")), NOTHING),
    Row(cell("markers", "HBA1C", label="A1c"), NAMED | figures_of("HBA1C")),
    Row(cell("markers", "UA", label="Urate"), NAMED | figures_of("UA")),
    # compared, and in no figure's row
    Row(cell("markers", "BMI", label="Quetelet index"), NAMED),
    # it chooses a cohort
    Row(cell("markers", "HSCRP", label="CRP"), NAMED | figures_of("HSCRP") | REGRESSION),
    # neither compared nor choosing; described at baseline as a class, and drawn as one
    Row(cell("markers", "CKD_STAGE", label="Stage"),
        {"tables", "validate"} | MISSINGNESS | STAGES),
    Row(cell("markers", "PLT", label="Thrombocytes"), NOTHING),
    Row(cell("markers", "HBA1C", label_zh="x"), NOTHING),
    # the validation is in English
    Row(cell("markers", "HBA1C", label_zh="x"), (NAMED - {"validate"}) | figures_of("HBA1C"),
        "in Chinese"),
    Row(cell("markers", "HBA1C", label="A1c"), {"validate"}, "in Chinese"),
    # its values and comparisons go to another file, with the cohorts that they are compared in;
    # the forest and the missing values are sorted by panel, the report has a section of each
    Row(cell("markers", "DHEAS", panel="liver"),
        EVERY_SITE | {"derive hormone", "derive liver", "compare hormone", "compare liver"}
        | {"cohorts", "tables", "report"} | figures_of("DHEAS") | FOREST | MISSINGNESS),
    Row(cell("markers", "HBA1C", loinc="0000-0"), NOTHING),
    # printed, in the lists of values to look at, too; what it converts to stays. Standardised
    # changes and shares have no unit
    Row(cell("markers", "FBS", unit="mmol/l"),
        {"tables", "validate", "quality", "report"} | figures_of("FBS")),
    Row(cell("markers", "BMI", unit="kg/m^2"), {"tables", "validate", "quality", "report"}),
    # a value is held against its range as it is reported; the profiles of the sources give
    # quantiles with these decimals
    Row(cell("markers", "UA", decimals=2),
        EVERY_SITE | {"tables", "validate", "in_range", "report"}),
    Row(cell("markers", "HBA1C", decimals=1),
        EVERY_SITE | {"tables", "validate", "in_range", "report"}),
    # figures draw what is not rounded; this one prints the bounds of cohorts
    Row(cell("markers", "HSCRP", decimals=1),
        EVERY_SITE | {"tables", "validate", "in_range", "report"} | REGRESSION),
    Row(cell("markers", "BMI", decimals=2), {"tables", "in_range", "report"}),
    # the waist is compared by its ratios only
    Row(cell("markers", "WAIST", decimals=3), EVERY_SITE | {"validate"}),
    Row(cell("markers", "HBA1C", scale="log"),
        EVERY_SITE | {"compare glycaemic", "attenders", "baseline"}
        | (SINGLY & figures_of("HBA1C"))),
    Row(cell("markers", "HSCRP", scale="linear"),
        EVERY_SITE | {"compare inflammation", "attenders", "regression", "baseline"} | REGRESSION
        | (SINGLY & figures_of("HSCRP"))),
    Row(cell("markers", "WAIST", scale="log"), EVERY_SITE),
    *(Row(cell("markers", "HBA1C", **edit), EVERY_SITE | {"validate"}) for edit in (
        {"hard_low": 1}, {"hard_high": 26}, {"soft_low": 3}, {"soft_high": 17})),
    # those of a derived marker are checked where it is derived
    *(Row(cell("markers", "HOMA_IR", **edit), {"derive glycaemic", "sensitivity"})
      for edit in ({"hard_low": 0.01}, {"hard_high": 4000}, {"soft_low": 0.2}, {"soft_high": 90})),
    Row(cell("markers", "LDL_SAMPSON", soft_high=11), {"derive lipid"}),
    Row(cell("markers", "GLOB_REPORTED", hard_low=2), NOTHING),
    Row(cell("markers", "HBA1C", source="x"), NOTHING),
]  # fmt: skip

TO_MG_DL = ("conversions", "HSCRP", "", "mg/dL")
FROM_IFCC = ("conversions", "HBA1C", "", "mmol/mol")
FBS_PRINTED = {"tables", "report"} | figures_of("FBS")
FACTS_OF_UNITS = [
    # the medians of two sources are held against the units of a marker in the report
    Row(cell(*TO_MG_DL, marker="PLT"), EVERY_SITE | {"validate"}),
    Row(cell(*TO_MG_DL, unit="mg/dl CRP"), EVERY_SITE | {"validate"}),
    Row(cell(*FROM_IFCC, slope=0.0915), EVERY_SITE | {"validate"}),
    Row(cell(*FROM_IFCC, intercept=2.15), EVERY_SITE | {"validate"}),
    Row(cell("conversions", "BUN", "urea_nitrogen", "mg/dL", slope=0.36),
        EVERY_SITE | {"validate"}),
    # a unit that nothing converts is refused with the analytes that have it, declared or not
    Row(cell("conversions", "HBA1C", "jds", "% JDS", analyte="jds_2012"),
        EVERY_SITE | {"validate"}),
    Row(cell("conversions", "PLT", "", "10^9/L", slope=2), NOTHING),
    Row(cell(*TO_MG_DL, source="x"), NOTHING),
    # printed in another unit only where the study asks for it
    Row(cell("shown_units", "FBS", "mg/dL", slope=18), NOTHING),
    Row(row("shown_units", "FBS", "mg/dL", marker="EAG"), NOTHING, "a unit to show"),
    Row(both(cell("shown_units", "FBS", "mg/dL", unit="mg/100mL"),
             key("config", "units.FBS", "mg/100mL")), FBS_PRINTED, "a unit to show"),
    Row(cell("shown_units", "FBS", "mg/dL", slope=18), FBS_PRINTED, "a unit to show"),
    Row(cell("shown_units", "FBS", "mg/dL", intercept=1), FBS_PRINTED, "a unit to show"),
    Row(cell("shown_units", "FBS", "mg/dL", decimals=2), {"tables", "report"}, "a unit to show"),
    Row(cell("shown_units", "FBS", "mg/dL", source="x"), NOTHING, "a unit to show"),
]  # fmt: skip

NAMES_OF_ANALYTES = [
    # the report says which analytes are named as another marker; site_b calls the weight so
    Row(cell("aliases", "WEIGHT", "Weight", marker="HEIGHT"), {"validate"}),
    Row(cell("aliases", "WEIGHT", "Body mass", alias="Mass of the body"), NOTHING),
    Row(cell("loinc", "WEIGHT", "29463-7", marker="HEIGHT"), {"validate"}),
    Row(cell("loinc", "WEIGHT", "3141-9", loinc="3141-8"), NOTHING),
    # where a source has its analytes recognised (and the report the digest of its mapping)
    *(Row(cell("aliases", "WEIGHT", "Body mass", **edit), {"harmonise site_a", "validate"},
          "names of analytes")
      for edit in ({"marker": "HEIGHT"}, {"alias": "Mass of the body"}, {"ambiguous": "yes"})),
    Row(cell("aliases", "WEIGHT", "Body mass", language="code", source="x"), NOTHING,
        "names of analytes"),
    *(Row(cell("loinc", "BUN", "3094-0", **edit), {"harmonise site_a", "validate"},
          "codes of analytes")
      for edit in ({"marker": "UA", "analyte": ""}, {"loinc": "3094-9"}, {"analyte": "urea"})),
    Row(cell("loinc", "BUN", "3094-0", property="x", long_name="x", source="x"), NOTHING,
        "codes of analytes"),
]  # fmt: skip

OF_TWO = ("cross_checks", "diastolic_above_systolic")
OF_WOMEN = ("sex_limits", "TESTO", "female")
CHECKS = [
    # a check of another name has no row in rules.tsv: the report takes its reason
    Row(cell(*OF_TWO, check="pressures_exchanged"), EVERY_SITE | {"validate"}),
    # no source measures both
    Row(cell(*OF_TWO, greater="PLT"), EVERY_SITE),
    Row(cell(*OF_TWO, lesser="PLT"), EVERY_SITE),
    Row(cell(*OF_TWO, equal="aside"), EVERY_SITE),
    Row(cell(*OF_TWO, reason="x"), EVERY_SITE),
    Row(cell(*OF_TWO, source="x"), NOTHING),
    # who is a man or a woman is known from derive on
    Row(cell(*OF_WOMEN, marker="E2", sex="male"), {"derive hormone"}),
    *(Row(cell(*OF_WOMEN, **edit), {"derive hormone"}) for edit in (
        {"hard_low": 0}, {"hard_high": 90}, {"soft_low": 0.1}, {"soft_high": 9})),
    Row(row(*OF_WOMEN, marker="PLT"), NOTHING),
    Row(cell(*OF_WOMEN, source="x"), NOTHING),
    Row(cell("biological_variation", "ALT", marker="LH"), {"derive liver", "derive hormone"}),
    Row(cell("biological_variation", "ALT", cv_within=9), {"derive liver"}),
    Row(cell("biological_variation", "ALT", cv_analytical=9), {"derive liver"}),
    # a comparison may leave out what changed too much, and the grid derives anew
    Row(cell("biological_variation", "HBA1C", cv_within=9), {"derive glycaemic", "sensitivity"}),
    Row(cell("biological_variation", "PLT", cv_within=9), NOTHING),
    Row(cell("biological_variation", "ALT", source="x"), NOTHING),
]  # fmt: skip

G5 = ("ckd_stages", "kdigo_g", "G5")
STAGE_2 = ("ckd_stages", "kdoqi", "2")
STAGED = {"derive renal", "sensitivity"}
# what names the equation of eGFR; neither does of a standardised change or a baseline value
BY_EQUATION = {"tables", "report"} | figures_of("EGFR") | figures_of("CKD_STAGE")
STRATUM = ("martin_hopkins", "50", "56", "100", "129")
FACTS_OF_FORMULAS = [
    # the grid derives eGFR and its stages anew
    # a class more, where they are counted and drawn
    Row(cell(*G5, scheme="kdoqi"), STAGED | STAGES | {"transitions", "baseline", "tables"}),
    Row(cell(*G5, category="G6"), STAGED),
    Row(cell("ckd_stages", "kdoqi", "1", low=91), STAGED),
    # stage 2 is a cohort: the band in which regression to the mean is judged
    Row(cell(*STAGE_2, low=61), STAGED | {"regression"} | REGRESSION),
    Row(cell(*STAGE_2, high=91), STAGED | {"regression"} | REGRESSION),
    # of those below it some share is told
    Row(cell("ckd_stages", "kdoqi", "2", high=60), STAGED | REGRESSION
        | {"regression", "baseline", "tables"}),
    Row(cell(*STAGE_2, label="x"), {"tables"} | STAGES),
    Row(cell(*STAGE_2, label_zh="x"), {"tables"} | STAGES, "in Chinese"),
    Row(cell(*STAGE_2, label_zh="x", source="x"), NOTHING),
    # nobody shows this scheme
    Row(cell(*G5, label="x"), NOTHING),
    *(Row(cell(*STRATUM, **edit), {"derive lipid"}) for edit in (
        {"tg_low": 51}, {"tg_high": 55}, {"non_hdl_low": 101}, {"non_hdl_high": 128},
        {"factor": 9})),
    Row(cell(*STRATUM, source="x"), NOTHING),
    # names of formulas are fixed by the formulas: two rows exchange them, and so their labels;
    # the grid has all of eGFR
    Row(both(cell("methods", "EGFR", "ckd_epi_2009", method="x"),
             cell("methods", "EGFR", "ckd_epi_2021", method="ckd_epi_2009"),
             cell("methods", "EGFR", "x", method="ckd_epi_2021")), BY_EQUATION),
    Row(both(cell("methods", "EGFR", "reported", marker="x", method="x"),
             cell("methods", "REMNANT_C", "measured", marker="EGFR", method="reported"),
             cell("methods", "x", "x", marker="REMNANT_C", method="measured")), {"tables"}),
    Row(cell("methods", "EGFR", "ckd_epi_2021", label="x"), BY_EQUATION),
    Row(cell("methods", "EGFR", "mdrd_4", label="x"), {"tables", "report", OF_GRID[1]}),
    Row(cell("methods", "EGFR", "ckd_epi_2021", label_zh="x", source="x"), NOTHING),
]  # fmt: skip

OF_HSCRP = ("reference_ranges", "HSCRP")
OUTSIDE = ("rules", "hard_limit")
PUBLISHED = ("published_results", "chin_2025", "glycaemic", "HBA1C", "all", "month_6")
FACTS_OF_JUDGEMENT = [
    # the report holds medians against the widest of a marker's ranges, of any sex and age
    Row(cell(*OF_HSCRP, marker="CPEPTIDE"), {"in_range", "validate"}),
    Row(cell(*OF_HSCRP, sex="male"), {"in_range"}),
    Row(cell(*OF_HSCRP, age_low=19), {"in_range"}),
    Row(cell(*OF_HSCRP, age_high=90), {"in_range"}),
    Row(cell(*OF_HSCRP, low=0.1), {"in_range", "validate"}),
    Row(cell(*OF_HSCRP, high=2), {"in_range", "validate"}),
    # the waist is compared by its ratios only
    Row(cell("reference_ranges", "WAIST", "male", high=95), {"validate"}),
    Row(cell("reference_ranges", "PLT", high=360), NOTHING),
    Row(cell(*OF_HSCRP, source="x"), NOTHING),
    *(Row(cell(*OUTSIDE, **edit), {"validate"}) for edit in (
        {"rule": "outside"}, {"stage": "derive"}, {"kind": "flag"}, {"text": "x"}, {"do": "x"},
        {"severity": "critical"}, {"threshold": 0.5}, {"trials": "values"})),
    # flags that nobody judges are left out of the lists of values to look at
    Row(cell("rules", "delta_check", severity="warn"), {"validate", "quality"}),
    Row(cell("rules", "delta_check", rule="changed_too_much"), {"validate", "quality"}),
    Row(cell(*OUTSIDE, text_zh="x", do_zh="x"), NOTHING),
    # the report tells of every rule that the study judges by otherwise
    Row(cell("rules", "missing_share", text="x"), {"validate", "report"}),
    # in Chinese it translates what the validation found
    Row(cell(*OUTSIDE, text_zh="x"), {"report"}, "in Chinese"),
    Row(cell(*OUTSIDE, do_zh="x"), NOTHING, "in Chinese"),
    *(Row(cell(*PUBLISHED, **edit), {"scorecard"}) for edit in (
        {"publication": "other_2025"}, {"marker": "EAG"}, {"cohort": "male"},
        {"timepoint": "month_9"}, {"test": "wilcoxon_signed_rank"}, {"baseline_centre": "7.8"},
        {"baseline_spread": "0.2"}, {"followup_centre": "7.8"}, {"followup_spread": "0.2"},
        {"summary": "median_iqr"}, {"significant": "no"}, {"direction": "up"},
        # where it is reported stands in scorecard.csv
        {"source": "x"})),
    # for people
    Row(cell(*PUBLISHED, figure="9", in_range_claim="x"), NOTHING),
    Row(cell(*PUBLISHED, panel="lipid"), NOTHING),
]  # fmt: skip

MONTH_6 = ("visits", "month_6")
# what withholds by which cohort lies in which
PARTS = {"small_groups", "tables"}
WHO_AND_WHEN = [
    Row(cell("eligibility", "4", order=5), PLACES | {"tables"} | FLOW),
    Row(cell("eligibility", "3", criterion="attribute_is", subject="sex", values="male"), PLACES),
    Row(cell("eligibility", "4", subject="month_6"), PLACES),
    Row(cell("eligibility", "1", values="type_1"), PLACES),
    Row(cell("eligibility", "1", label="x"), {"tables", "report"} | FLOW),
    Row(cell("eligibility", "1", label_zh="x"), NOTHING),
    Row(cell("eligibility", "1", label_zh="x"), {"tables", "report"} | FLOW, "in Chinese"),
    # who came then is compared with who did not
    Row(row("visits", "month_12", timepoint="month_24", target_day=730, label="24 months"),
        PLACES | {"attenders", "baseline", "tables", "validate", "report"}
        | FLOW | MISSINGNESS | DAYS),
    # windows are drawn over the days, and the report says how a value is chosen
    Row(cell("visits", anchor="birth_date"), PLACES | {"report"} | DAYS),
    *(Row(cell(*MONTH_6, **edit), PLACES | {"report"} | DAYS) for edit in (
        {"scope": "person"}, {"target_day": 180}, {"before": 40}, {"after": 40})),
    *(Row(cell(*MONTH_6, **edit), PLACES | {"report"}) for edit in (
        {"choice": "first"}, {"tie": "later"})),
    Row(cell(*MONTH_6, label="x"),
        {"tables", "validate", "report"} | figures_of("month_6") | FLOW | MISSINGNESS | DAYS),
    Row(cell(*MONTH_6, label_zh="x"), NOTHING),
    # in which nothing is compared; what it has of other cohorts may give small groups away
    Row(cell("cohorts", "ckd_2_5", cohort="ckd_2_to_5"), {"cohorts"} | PARTS),
    Row(cell("cohorts", "ckd_2_5", subject="GFR_CATEGORY", values="G2|G3a|G3b|G4|G5"),
        {"cohorts"} | PARTS),
    # eGFR goes through the grid in its stages, hs-CRP in the cohort of all
    *(Row(cell("cohorts", "hscrp_ge_1_50", **edit), {"cohorts", "regression"} | REGRESSION)
      for edit in ({"criterion": "baseline_above"}, {"values": "2"})),
    Row(cell("cohorts", "ckd_3", values="3|4"), PLACES | PARTS | {"regression"} | REGRESSION),
    # no longer chosen on a value at baseline, which is said wherever it is compared
    Row(both(cell("cohorts", "ckd_3", criterion="attribute_is", subject="sex", values="male"),
             cell("figures", "regression_to_the_mean", cohorts="ckd_2|hscrp_ge_1_50")),
        PLACES | PARTS | {"compare renal", "regression", "in_range", "report"} | REGRESSION),
    Row(cell("cohorts", "male", values="female"), {"cohorts"} | PARTS),
    # the other profile compares it, and so the forest has it
    Row(cell("cohorts", "ckd_3", label="x"), {"tables", "report"} | figures_of("ckd_3") | FOREST),
    Row(cell("cohorts", "all", label="x"), {"tables", "report"} | figures_of("all") | FOREST),
    Row(cell("cohorts", "all", label_zh="x"), NOTHING),
    Row(cell("cohorts", "all", label_zh="x"),
        {"tables", "report"} | figures_of("all") | FOREST, "in Chinese"),
    Row(cell("cohorts", "ckd_2_5", label="x"), {"tables"}),
]  # fmt: skip

PRIMARY = ("plan", "as_published", "primary", "primary")
OF_ALL = (*PRIMARY, "HBA1C|HOMA_IR|HSCRP", "all", "month_6")
OF_WAIST = ("plan", "recommended", "exploratory", "secondary", "WHTR", "all", "month_6")
OF_BODY = ("plan", "recommended", "exploratory", "secondary", "BMI|WHR", "all", "month_6")
OF_PRESSURE = ("plan", "recommended", "exploratory", "secondary", "SBP|DBP", "all", "month_6")
WAIST = {"compare anthropometric", "families"}
THREE = {"compare glycaemic", "compare inflammation", "families"}
OF_UA = ("post_hoc", "recommended", "UA", "all", "month_6")
PLANNED = [
    Row(cell(*OF_WAIST, profile="third"), WAIST),
    Row(cell(*OF_WAIST, family="other"), WAIST),
    Row(cell(*OF_WAIST, role="sensitivity"), WAIST),
    # what is primary goes through the grid
    Row(cell(*OF_WAIST, role="primary"), WAIST | {"sensitivity"}),
    # the other profile has the other marker, too
    Row(cell(*OF_BODY, markers="BMI"), WAIST),
    # the fatty liver index rests on the waist, and is no finding beside it
    Row(cell(*OF_BODY, markers="BMI|WHR|WAIST"),
        WAIST | FOREST
        | {"compare liver", "in_range", "attenders", "baseline", "tables", "report"}),
    # more to follow among its members, and into its ranges
    Row(cell(*OF_WAIST, cohort="male"), WAIST | {"cohorts", "in_range"}),
    Row(cell(*OF_WAIST, cohort="ckd_3"), WAIST | {"cohorts", "in_range", "regression"}),
    Row(cell(*OF_WAIST, profile="third", timepoint="month_12"), WAIST | {"in_range"}),
    Row(cell(*OF_WAIST, test="wilcoxon_signed_rank"), WAIST),
    Row(cell(*OF_WAIST, summary="median_iqr"), WAIST),
    # the report lists what is left out
    Row(cell(*OF_WAIST, exclude="soft_high"), WAIST | {"report"}),
    # drawn by persons, too: one figure has the other markers of the panel
    Row(cell(*OF_PRESSURE, exclude="soft_high"),
        {"compare blood_pressure", "families", "report", "figure changes_blood_pressure"}),
    Row(cell(*OF_PRESSURE, family="other"),
        {"compare blood_pressure", "families", "figure changes_blood_pressure"}),
    Row(cell("plan", "recommended", "exploratory", correction="holm"), COMPARES | {"families"}),
    Row(cell("plan", "recommended", "exploratory", alpha=0.01),
        COMPARES | {"families", "sensitivity"}),
    Row(cell(*OF_ALL, test="wilcoxon_signed_rank"), THREE | {"sensitivity"}),
    Row(cell(*OF_ALL, exclude="soft_high"), THREE | {"sensitivity", "report"}),
    # the grid has neither descriptives nor adjusted p
    Row(cell(*OF_ALL, summary="median_iqr"), THREE),
    Row(cell(*PRIMARY, correction="holm"), THREE),
    Row(cell(*PRIMARY, alpha=0.01), THREE | {"sensitivity"}),
    # what is post hoc is in no family; nothing else compares uric acid in all patients
    *(Row(cell(*OF_UA, **edit), {"compare renal"}) for edit in (
        {"profile": "as_published"}, {"test": "wilcoxon_signed_rank"}, {"summary": "median_iqr"})),
    # one alpha for all that is post hoc in a profile
    Row(cell("post_hoc", "recommended", alpha=0.01), {"compare renal"}),
    Row(cell(*OF_UA, exclude="soft_high"), {"compare renal", "report"}),
    Row(cell(*OF_UA, markers="CREAT"), {"compare renal", "in_range"}),
    Row(cell(*OF_UA, cohort="male"), {"compare renal", "in_range", "cohorts"}),
    Row(cell(*OF_UA, profile="as_published", timepoint="month_12"), {"compare renal", "in_range"}),
    Row(row("post_hoc", "recommended", markers="ALT", cohort="ckd_3"),
        {"compare liver", "cohorts", "in_range", "regression"}),
    # which goes through the grid whatever its role
    Row(row("post_hoc", "recommended", markers="EGFR", cohort="male"),
        {"compare renal", "cohorts", "in_range", "sensitivity"}),
]  # fmt: skip

SIGNED = "a correction"
SHARE = ("rule_settings", "missing_share")
BARS = ("figures", "figure_2_blood_pressure")
WORDS = {"chinese": "x"}, {"english": "Tables of the study"}
PRINTED = {"tables", "report"} | FIGURES
DECIDED = [
    Row(cell("corrections", "site_a", source="site_b", file="resources/demo/site_b_visits.xlsx"),
        {"harmonise site_a", "harmonise site_b"}, SIGNED),
    # the report counts corrections by who made them
    *(Row(cell("corrections", "site_a", **edit), {"harmonise site_a"}, SIGNED) for edit in (
        {"sheet": "x"}, {"row": 8}, {"column": "unit"}, {"field": "unit"}, {"old": "3"},
        {"new": "3"}, {"who": "C. D."})),
    # which file it is of is known before any job
    Row(cell("corrections", "site_a",
             sha256=sha256((HOME / SITE_A).read_bytes()).hexdigest()[:8]), NOTHING, SIGNED),
    Row(cell("corrections", "site_a", why="x", date="2025-02-01"), NOTHING, SIGNED),
    # the report says how the study judges, and why
    *(Row(cell(*SHARE, **edit), {"validate", "report"}) for edit in (
        {"rule": "mostly_unused"}, {"source": "site_a"}, {"severity": "error"},
        {"threshold": 0.7}, {"why": "x"})),
    Row(cell(*SHARE, rule="delta_check", threshold=""), {"validate", "quality", "report"}),
    Row(row(*SHARE, rule="hard_limit", source="site_a"), {"validate", "report"}),
    # the report places figures by kind and panel under their titles; the crate describes files
    Row(cell(*BARS, figure="figure_9"), {"figure figure_9", "report", "crate"}),
    Row(row(*BARS, figure="figure_9"), {"figure figure_9", "report", "crate"}),
    *(Row(cell(*BARS, **edit), {PRESSURES, "report"}) for edit in (
        {"title": "x"}, {"markers": "SBP|FBS"})),
    # nine of a kind are drawn in three processes, where eight were in two; the fifth of its old
    # kind comes to the first process
    Row(cell(*BARS, kind="paired_changes", profile="recommended"),
        {PRESSURES, "figure renal_by_ckd_stage", "report"} | of_kind("paired_changes")),
    *(Row(cell(*BARS, **edit), {PRESSURES}) for edit in (
        {"profile": "recommended"}, {"markers": "SBP"}, {"timepoints": "month_6"})),
    Row(cell("figures", "figure_5_hormones", cohorts="male"), {HORMONES}),
    Row(cell(*BARS, title_zh="x"), NOTHING),
    Row(cell(*BARS, title_zh="x"), {PRESSURES, "report"}, "in Chinese"),
    # who went from which class to which is counted as it is drawn
    *(Row(cell("figures", "ckd_stages", **edit), {"transitions"} | STAGES) for edit in (
        {"markers": "GFR_CATEGORY"}, {"cohorts": "male"}, {"timepoints": "month_6"})),
    # the report places tables by panel, and has their titles from them
    Row(cell("tables", "lipid", table="lipids"), {"tables", "report", "crate"}),
    Row(cell("tables", "lipid", panel="liver"), {"tables", "report"}),
    *(Row(cell("tables", "lipid", **edit), {"tables"}) for edit in (
        {"kind": "estimates"}, {"profile": "recommended"}, {"title": "x"})),
    Row(cell("tables", "baseline_by_sex", cohorts="female|male"), {"tables", "baseline"}),
    Row(cell("tables", "lipid", title_zh="x"), NOTHING),
    Row(cell("tables", "lipid", title_zh="x"), {"tables"}, "in Chinese"),
    # words are told where they are printed, in a study that is printed in Chinese
    *(Row(cell("chinese", "Tables", **edit), NOTHING) for edit in WORDS),
    *(Row(cell("chinese", "Tables", **edit), PRINTED, "in Chinese") for edit in WORDS),
]  # fmt: skip

HSCRP = "regression.reliability.HSCRP"
SETTINGS = [
    Row(key("config", "undecided", []), NOTHING),
    Row(key("config", "study", "other"), {"validate"}),
    Row(key("config", "title", "x"), {"tables", "validate", "report"}),
    Row(key("config", "title_zh", "x"), NOTHING),
    Row(key("config", "title_zh", "x"), {"tables", "report"}, "in Chinese"),
    Row(key("config", "synthetic", False), PRINTED | {"validate", "quality"}, "another key"),
    # how the results are published
    *(Row(key("config", name, value), {"crate"}) for name, value in {
        "date": "2026-11-02", "license": "CC-BY-4.0", "organization": {"name": "x"}}.items()),
    *(Row(key("config", f"organization.{name}", value), {"crate"}, "an organization")
      for name, value in {"name": "y", "url": "https://example.com"}.items()),
    Row(OTHER_KEY, INGESTS),
    Row(key("config", "privacy.key_file", "other.key"), INGESTS, "a key file"),
    # dates are shifted where they become dates: ingest hands them on as text
    Row(key("config", "privacy.shift_days", 90), EVERY_SITE | {PATIENTS},
        "no criterion of the calendar"),
    Row(key("config", "data_folders", ["resources"]), NOTHING),
    # of all markers only KDIGO's category is in no comparison and chooses no cohort
    Row(key("config", "derived", "used"), {"derive renal", "sensitivity", "quality", "validate"}
        | MISSINGNESS),
    Row(key("config", "methods.EGFR", "mdrd_4"),
        # the figure of the grid names all of them, whichever is declared
        (BY_EQUATION - {OF_GRID[1]})
        | {"derive renal", "compare renal", "quality", "sensitivity"}),
    # a marker of several formulas is printed with the one that made it
    Row(key("config", "methods.REMNANT_C", "friedewald"),
        {"derive lipid", "compare lipid", "tables", "quality"}),
    Row(key("config", "egfr_rounding", "none"), STAGED | {"regression", "report"} | REGRESSION),
    Row(key("config", "input_days", {"HOMA_IR": 3}), {"derive glycaemic", "sensitivity"}),
    Row(key("config", "input_days", {"EGFR": 3}), STAGED),
    # the fatty liver index takes the body mass index
    Row(key("config", "input_days", {"BMI": 3}), {"derive anthropometric", "derive liver"}),
    Row(key("config", "censored", "lod"),
        DERIVES | COMPARES | {"in_range", "sensitivity", "report"}),
    # limits are left out where timepoints are chosen
    Row(key("config", "censored", "excluded"),
        DERIVES | COMPARES | {"in_range", "sensitivity", "cohorts", "report"}),
    # wherever a mean is given
    Row(key("config", "detection.no_mean", 0.2),
        COMPARES | {"regression", "attenders", "baseline", "sensitivity", "report"}),
    Row(key("config", "detection.no_median", 0.6), COMPARES | {"baseline", "report"}),
    Row(key("config", "repeats", "mean"), DERIVES | {"sensitivity", "report"}),
    # nothing stops at it before the report is written
    Row(key("config", "ceiling", 0.03), {"validate"}),
    Row(key("config", "confidence", 0.9),
        COMPARES | {"tables", "regression", "in_range", "attenders", "baseline", "report"}
        | FOREST | SINGLY | REGRESSION),
    Row(key("config", "quartiles", 7), COMPARES | {"baseline", "report"}),
    Row(key("config", "exact_below", 20), COMPARES | {"report"}),
    Row(key("config", "power", 0.9), COMPARES),
    Row(key("config", "seed", 2), {"regression"}),
    # others of a stage, or of a kind of figures, share their process
    Row(key("config", "batch_size", 1),
        DERIVES | COMPARES | of_kind("before_after", "paired_changes", "specifications")),
    # a file for each; adjusted is what comes out of all, and surveyed what is cut. Of figures those
    # read persons, or what is counted of them
    Row(key("config", "buckets", 2),
        INGESTS | EVERY_SITE | {PATIENTS} | DERIVES | COMPARES | PLACES
        | {f"survey site_{x}" for x in "abc"}
        | {"quality", "validate", "regression", "in_range", "attenders", "transitions", "baseline"}
        | {"tables", "report"} | SINGLY | REGRESSION | FLOW | DAYS),
    Row(key("config", "regression.resamples", 500), {"regression", "report"}),
    Row(key("config", "regression.minimum_pairs", 50), {"regression", "report"}),
    Row(key("config", "regression.minimum_selected", 11), {"regression", "report"} | REGRESSION),
    Row(key("config", "regression.reliability", {}), {"regression"}),
    Row(key("config", f"{HSCRP}.rho", 0.62), {"regression"}),
    Row(key("config", f"{HSCRP}.source", "x"), {"regression"}),
    # in no cohort that is chosen on a baseline value
    Row(key("config", "regression.reliability.HBA1C", {"rho": 0.9, "source": "x"}), NOTHING),
    # a figure of the grid shows what is in it; the report places it by panel
    Row(both(key("config", "sensitivity.roles", []),
             cell("figures", "specifications_primary", markers="EGFR")),
        {"sensitivity", "report", OF_GRID[0]}),
    Row(both(key("config", "sensitivity.markers", []),
             cell("figures", "specifications_egfr", markers="HBA1C")),
        {"sensitivity", "report", OF_GRID[1]}),
    # one that is primary already
    Row(key("config", "sensitivity.markers", ["EGFR", "HBA1C"]), NOTHING),
    # named where the grid is shown
    Row(key("config", "sensitivity.methods", {"EGFR": ["mdrd_4"]}),
        {"sensitivity", "report", OF_GRID[1]}),
    # no cohort or marker of the grid rests on remnant cholesterol
    Row(key("config", "sensitivity.methods.REMNANT_C", ["friedewald"]), NOTHING),
    Row(key("config", "sensitivity.censored", ["lod"]), {"sensitivity"}),
    Row(key("config", "sensitivity.widths", [30]), {"sensitivity"}),
    Row(key("config", "units", {"FBS": "mg/dL"}), FBS_PRINTED),
    Row(key("config", "units", {"TC": "mg/dL"}), {"tables", "report"} | figures_of("TC")),
    # it chooses a cohort: the band is in its unit
    Row(key("config", "units", {"HSCRP": "mg/dL"}),
        {"tables", "report"} | figures_of("HSCRP") | REGRESSION),
    # one that is not compared
    Row(key("config", "units", {"WEIGHT": "lb"}), NOTHING),
    Row(key("config", "declared", "in the protocol"),
        {"families", "tables", "report"} | FOREST),
    Row(key("config", "declared", GONE), {"families", "tables", "report"} | FOREST),
    # without one no table can show it
    Row(both(key("config", "published", GONE),
             cell("tables", "published_against_recomputed", kind="attenders")),
        {"scorecard", "tables"}),
    # the table names it
    Row(key("config", "published_profile", "recommended"), {"scorecard", "tables"}),
    # lists for those who work with the files, and the validation, are in English
    Row(key("config", "print.language", "zh"), PRINTED),
    Row(key("config", "print.font", "DejaVu Serif"), FIGURES),
    # p stands where both visits of a comparison are drawn
    Row(key("config", "print.p", "nejm"), {"tables", "report"} | of_kind("before_after") | SINGLY),
    # these show no counts of persons known by something of theirs
    Row(key("config", "print.minimum_cell", 6),
        (PRINTED | {"small_groups"}) - of_kind("missingness", "quality")),
    Row(key("config", "print.drawn_singly", 12), SINGLY | REGRESSION),
]  # fmt: skip

# all that a source's YAML says is in its digest, which the report has: it is added to each below
A, B = ({f"ingest site_{x}"} for x in "ab")
READ_A, READ_B = ({f"harmonise site_{x}"} for x in "ab")
FORM_A = "site_a", "format"
READ = [
    # its dates are told where a result is held against its person
    Row(copied("site_a", "site_d"),
        {"ingest site_d", "harmonise site_d", "quality", "sensitivity", "report"} | DERIVES),
    Row(key("site_a", "unconfirmed", []), NOTHING),
    # messages, lists and the report call files by what the YAML calls them
    Row(key("site_a", "file", "resources/demo/site_a_*.csv"), A | {"quality"}),
    Row(key(*FORM_A, {"type": "parquet"}), A),
    Row(both(key("site_a", "format.type", "xlsx"), key("site_a", "format.sheet", "1"),
             key("site_a", "format.encoding", GONE), key("site_a", "format.delimiter", GONE)), A),
    Row(key("site_a", "format.encoding", "utf-16-le"), A),
    Row(key("site_a", "format.delimiter", ";"), A),
    Row(key("site_a", "format.quote", "'"), A),
    Row(key("site_b", "format.sheet", "Other"), B),
    Row(key("site_b", "format.sheets", ["V1"]), B, "sheets"),
    Row(key("site_b", "format.ignore_sheets", ["Notes"]), B),
    Row(key("site_a", "format.labels", False), A, "SPSS"),
    Row(key("site_a", "format.identifier", "PI"), A, "HL7"),
    Row(key("site_a", "format.ignore_messages", ["ADT^A01"]), A, "HL7"),
    Row(key("site_a", "header", 3), A),
    Row(key("site_a", "header", [3, 4]), A),
    Row(key("site_a", "fill_down", ["loinc"]), A),
    Row(key("site_a", "person.column", "id"), A),
    Row(key("site_a", "person.before", "-"), A),
    Row(key("site_a", "person.length", 4), A),
    Row(key("site_a", "person.within", "ward"), A),
    # two ids of one human being are found in the patient table
    Row(key("patients", "person.same", ["birth_date"]), {"ingest patients", PATIENTS}),
    Row(key("site_a", "drop", ["name"]), A),
    Row(key("site_a", "missing", ["ND"]), READ_A),
    Row(key("patients", "missing", ["NA"]), {PATIENTS}),
    Row(key("site_a", "decimal", ","), READ_A),
    Row(key("patients", "decimal", ","), {PATIENTS}),
    Row(key("site_a", "thousands", ","), READ_A),
    Row(key("patients", "thousands", ","), {PATIENTS}),
    # the limit of a marked value is written as the source writes its numbers
    *(Row(key("site_b", name, value), B | READ_B, "columns beside a result")
      for name, value in {"missing": ["NA"], "decimal": ","}.items()),
    Row(key("site_a", "rows", {"column": "event", "values": ["1"]}), A),
    Row(key("site_a", "rows.column", "visit"), A, "rows"),
    Row(key("site_a", "rows.values", ["1"]), A, "rows"),
    Row(key("patients", "ignore", ["remarks"]), {"ingest patients"}),
    Row(key("patients", "attributes.adverse_events", GONE),
        {"ingest patients", PATIENTS, "baseline"}),
    Row(key("patients", "attributes.age", {"column": "age", "number": True}),
        {"ingest patients", PATIENTS}),
    Row(key("patients", "attributes.sex.column", "gender"), {"ingest patients", PATIENTS}),
    Row(key("patients", "attributes.infusion_date.dates", ["YYYY/MM/DD"]), {PATIENTS}),
    Row(key("patients", "attributes.sex.codes", {"M": "male", "W": "female"}), {PATIENTS}),
    Row(both(key("patients", "attributes.dose_million_cells.number", GONE),
             key("patients", "attributes.dose_million_cells.text", True)),
        # texts are not described
        {PATIENTS, "baseline", "tables"}),
    # tables of baseline characteristics call it so
    Row(key("patients", "attributes.sex.label", "x"), {"tables"}),
    Row(key("patients", "attributes.sex.labels", {"male": "x"}), {"tables"}),
    Row(key("patients", "attributes.sex.label_zh", "x"), NOTHING),
    Row(key("patients", "attributes.sex.labels_zh", {"male": "x"}), NOTHING),
    Row(key("patients", "attributes.sex.label_zh", "x"), {"tables"}, "in Chinese"),
    Row(key("patients", "attributes.sex.labels_zh", {"male": "x"}), {"tables"}, "in Chinese"),
    # a date is not described
    # what visits count from is named where they are
    Row(key("patients", "attributes.infusion_date.label", "x"),
        {"report"} | of_kind("visit_timing")),
    Row(key("patients", "attributes.birth_date.label", "x"), NOTHING),
    # of columns, or of rows
    Row(GIVEN["blocks"], B | READ_B | DERIVES),
    # where a date is bad the reason names its column, of what is set aside later too
    Row(key("site_a", "date.column", "drawn"), A | READ_A | DERIVES),
    Row(both(key("site_a", "date.column", GONE), key("site_a", "date.formats", GONE),
             key("site_a", "date.on", "2025-01-31")), A | READ_A | DERIVES),
    Row(key("site_a", "date.formats", ["D/M/YYYY"]), READ_A),
    Row(key("site_a", "date.zone", "Asia/Shanghai"), READ_A),
    Row(key("site_a", "date.from", "birth_date"), READ_A, "counted dates"),
    Row(key("site_a", "date.unit", "months"), READ_A, "counted dates"),
    Row(key("site_a", "exported", "2025-01-01"), READ_A),
    # the delivery before has a job of its own
    Row(key("site_a", "previous", "resources/demo/site_c_visits.txt"), {"delivery site_a"}),
    Row(key("site_a", "person.length", 4), A | {"delivery site_a"}, "an earlier delivery"),
    Row(key("site_a", "analytes.new", "LH"), READ_A | {"delivery site_a"}, "an earlier delivery"),
    Row(key("site_b", "units_row", 3), B),
    Row(key("site_b", "ranges_row", 3), B),
    Row(both(key("site_b", "units_row", GONE), key("site_b", "units_in_header", True)), B),
    Row(key("site_a", "units", {"P": "%"}), READ_A),
    Row(key("site_a", "marks", ["H"]), READ_A),
    Row(key("site_a", "range", GONE), A),
    Row(key("site_a", "range.column", "normal"), A),
    Row(key("site_a", "range.low", "lower"), A, "two columns of ranges"),
    Row(key("site_a", "range.high", "upper"), A, "two columns of ranges"),
    Row(key("site_a", "analyte", "code"), A),
    # a name beside a code is held against what facts know
    Row(key("site_a", "analyte_name", "name"), A | READ_A),
    Row(key("site_a", "analyte_name", "text"), A, "names of analytes"),
    Row(key("site_a", "value", "number"), A),
    Row(key("site_a", "unit", "units"), A),
    Row(key("site_b", "columns", "{visit}_{analyte}"), B, "blocks"),
    Row(key("site_a", "visit", {"column": "visit"}), A),
    Row(key("site_a", "visit.column", "event"), A, "visits"),
    Row(key("site_b", "visit", {"sheet": True}), B, "sheets"),
    Row(both(key("site_a", "visit.column", GONE), key("site_a", "visit.sheet", True),
             key("site_a", "format", {"type": "xlsx", "sheet": "1"})), A, "visits"),
    # in names of columns a visit is told from an analyte; a column of visits is read as it is
    Row(key("site_b", "visits.V3", {"date": "day 3"}), B | READ_B | DERIVES, "blocks"),
    Row(key("site_a", "visits", {"V1": {"months": 0}}), READ_A, "visits"),
    Row(key("site_a", "visits.V1.months", 6), READ_A, "visits"),
    Row(key("site_a", "visits.V2.days", 182), READ_A, "visits"),
    Row(key("site_a", "visits.V1.follow_up", True), READ_A, "visits"),
    Row(key("site_b", "visits.V2.date", "second day"), B | READ_B | DERIVES, "blocks"),
    Row(key("site_a", "status", {"column": "state", "codes": {"F": "final"}}), A | READ_A),
    Row(key("site_a", "status.column", "state of it"), A, "status"),
    Row(key("site_a", "status.codes", {"F": "final", "P": "preliminary"}), READ_A, "status"),
    Row(key("site_a", "reported", {"column": "sent"}), A | READ_A),
    # where no format is declared, a message about times names their column
    Row(key("site_a", "reported.column", "sent at"), A | READ_A, "status"),
    Row(key("site_a", "reported.formats", ["hl7"]), READ_A, "status"),
    Row(key("site_a", "claims", {"sex": {"column": "sex", "codes": {"M": "male"}}}), A | READ_A),
    Row(key("site_a", "claims.sex", GONE), A | READ_A, "claims"),
    Row(key("site_a", "claims.sex.column", "gender"), A, "claims"),
    Row(key("site_a", "claims.sex.codes", {"F": "female"}), READ_A, "claims"),
    Row(key("site_a", "claims.birth_date", GONE), A | READ_A, "claims"),
    Row(key("site_a", "claims.birth_date.column", "birthday"), A, "claims"),
    Row(key("site_a", "claims.birth_date.formats", ["DD/MM/YYYY"]), READ_A, "claims"),
    Row(key("site_b", "context", ["Remarks"]), B),
    Row(key("site_b", "ignore", ["Platelets", "Bilirubin"]), B | READ_B),
    # of a long file the rows are there, and harmonise counts them
    Row(key("site_a", "ignore", ["1975-2"]), READ_A),
    # its names mean every marker that there is: more is measured, and more can be computed
    Row(key("site_b", "recognise", ["aliases"]),
        B | READ_B | {f"derive {p}" for p in ("glycaemic", "lipid", "liver", "renal", "hormone")}
        | {"quality", "sensitivity"} | MISSINGNESS),
    Row(key("site_b", "analytes.hs-CRP", GONE), B | READ_B),
    Row(key("site_a", "analytes.hs-CRP", "HSCRP"), READ_A),
    Row(key("site_b", "analytes.LH", "FSH"), READ_B),
    Row(key("site_b", "analytes.LH.marker", "FSH"), READ_B, "columns beside a result"),
    Row(key("site_b", "analytes.BUN.analyte", "urea"), READ_B),
    Row(key("site_b", "analytes.LH.unit", "[IU]/L"), READ_B, "a declared analyte"),
    Row(key("site_b", "analytes.LH.range", "1-3"), READ_B, "a declared analyte"),
    Row(key("site_b", "analytes.LH.unit_column", "unit of LH"), B, "columns beside a result"),
    # marked values become limits where they are read
    Row(key("site_b", "analytes.LH", {
        "marker": "LH", "below": {"column": "LH below", "codes": ["1"], "limit": 0.1}}), B),
    *(Row(key("site_b", f"analytes.LH.below.{name}", value), B, "columns beside a result")
      for name, value in {"column": "L", "codes": ["2"], "limit": 1}.items()),
]  # fmt: skip
READ = [Row(r.edit, r.moves | {"validate"}, r.given) for r in READ]

TABLE = [
    *MARKERS, *FACTS_OF_UNITS, *NAMES_OF_ANALYTES, *CHECKS, *FACTS_OF_FORMULAS,
    *FACTS_OF_JUDGEMENT, *WHO_AND_WHEN, *PLANNED, *DECIDED, *SETTINGS, *READ,
]  # fmt: skip


# ------------------------------------------------------------------------ the tests


@pytest.fixture(scope="module")
def files(tmp_path_factory) -> Files:
    home = tmp_path_factory.mktemp("home")
    for part in ("resources", "schemas"):
        (home / part).mkdir()
        for path in (HOME / part).iterdir():
            if path.is_file():
                shutil.copy(path, home / part)
    return Files(make_demo(tmp_path_factory.mktemp("studies") / "demo"), home)


@pytest.fixture(scope="module")
def jobs(files) -> Iterator[Callable[..., dict[str, str]]]:
    """The jobs of the demo after some edits, which are then taken back.

    A table that is not edited is not read again, nor are its rows copied: only to save time.
    """
    memory = Memory(files.home / "none.json")
    code = Code(HOME, memory)
    read = cache(lambda content, name, model, path: read_table(path, name, model))
    read_table = validate.read_table

    def after(*edits: Edit) -> dict[str, str]:
        try:
            for edit in edits:
                edit.make(files)
            return jobs_of(files.study, files.home, memory, code)
        finally:
            files.give_back()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(validate, "read_table", lambda p, *rest: read(p.read_bytes(), *rest, p))
        patch.setattr(load, "asdict", vars)
        begun = {"": after()} | {name: after(edit) for name, edit in GIVEN.items()}
        yield lambda given, edit: (
            begun[given],
            after(*([GIVEN[given]] if given else []), edit),
        )


def _called(row: Row) -> str:
    paths = {".".join(touch) for touch in row.edit.touches}
    lowest = sorted(p for p in paths if not any(o.startswith(f"{p}.") for o in paths))
    return f"{'+'.join(lowest)}, {row.given}" if row.given else "+".join(lowest)


@pytest.mark.parametrize("row", TABLE, ids=map(_called, TABLE))
def test_an_edit_moves_the_jobs_that_use_it_and_no_other(jobs, row):
    before, after = jobs(row.given, row.edit)
    assert {name for name in after if after[name] != before.get(name)} == row.moves


def test_every_column_of_every_table_is_edited():
    columns = {
        (name, column)
        for name, model in (RESOURCES | CONFIG).items()
        for column in model.to_schema().columns
    }
    touched = {touch for row in TABLE for touch in row.edit.touches}
    assert columns - touched == set()


def test_the_schemas_name_every_table_that_there_is():
    for folder, models in (("config", CONFIG), ("resources", RESOURCES)):
        assert {path.stem for path in (HOME / folder).glob("*.tsv")} == models.keys()
        for name, model in models.items():
            with (HOME / folder / f"{name}.tsv").open(encoding="utf-8", newline="") as file:
                header = next(csv.reader(file, delimiter="\t"))
            assert header == list(model.to_schema().columns)


def keys_of(schema: dict, whole: dict, path: str = "") -> set[str]:
    """All keys that a JSON schema knows, as "date.formats"; those of a study's own names as *."""
    found = set()
    for name, below in schema.get("properties", {}).items():
        found |= {path + name}
        if isinstance(below, dict):
            found |= keys_of(below, whole, f"{path}{name}.")
    own = schema.get("additionalProperties")
    if isinstance(own, dict):
        found |= keys_of(own, whole, f"{path}{OWN}.")
    if "$ref" in schema:
        found |= keys_of(whole["$defs"][schema["$ref"].removeprefix("#/$defs/")], whole, path)
    parts = [schema[name] for name in ("then", "else") if name in schema]
    parts += [part for name in ("oneOf", "anyOf", "allOf") for part in schema.get(name, [])]
    for part in parts:
        found |= keys_of(part, whole, path)
    return found


@pytest.mark.parametrize("kind", ["config", "source"])
def test_every_key_of_every_yaml_file_is_edited(kind):
    schema = yaml.safe_load((HOME / f"schemas/{kind}.schema.yaml").read_text("utf-8"))
    touched = {name for row in TABLE for of, name in row.edit.touches if of == kind}
    assert keys_of(schema, schema) - touched == set()
