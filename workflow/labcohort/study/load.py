"""Load a study: its YAML files and tables, validated one by one and against each other."""

from dataclasses import asdict, dataclass, field
from pathlib import Path

from labcohort.errors import UserError, nearest
from labcohort.memory import Memory
from labcohort.provenance import Code, canonical_json, digest
from labcohort.study.yaml_files import parse_yaml

# of a setting that is itself a group of settings, those not given keep their default
DEFAULTS = {
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
        "resamples": 2000,
        "minimum_pairs": 40,
        "minimum_selected": 10,
        "reliability": {},
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
        "language": "en",
        "p": "plain",
        "minimum_cell": 5,
        "drawn_singly": 10,
        "font": None,
    },
    "title_zh": None,
    "data_folders": [],
    "date": None,
    "license": None,
    "organization": None,
    "declared": None,
    "published": None,
    "published_profile": "as_published",
}
CONFIG_TABLES = ("eligibility", "visits", "cohorts", "plan", "figures", "tables")
# a study may do without these
OPTIONAL_TABLES = ("post_hoc", "corrections", "rule_settings")
RESOURCE_TABLES = (
    "markers",
    "conversions",
    "ckd_stages",
    "cross_checks",
    "methods",
    "chinese",
    "martin_hopkins",
    "reference_ranges",
    "sex_limits",
    "biological_variation",
    "shown_units",
    "published_results",
    "rules",
    "aliases",
    "loinc",
)
# facts that a study may add to in its config/; what formulas are written for is the project's
OWN_FACTS = (
    "markers",
    "conversions",
    "reference_ranges",
    "shown_units",
    "cross_checks",
    "aliases",
    "loinc",
    "sex_limits",
    "biological_variation",
)


@dataclass(frozen=True)
class Study:
    """All that a study decides and all the facts it rests on, as plain rows.

    `config`: config.yaml with defaults filled in; `sources`: source name -> its YAML;
    `tables`: table name -> rows; `formulas`: marker -> method -> {module, inputs};
    `places`: table of facts -> where each of its rows stands; `replaced`: which rows of a study's
    own facts stand in place of the project's, in words.
    """

    config: dict
    sources: dict[str, dict]
    tables: dict[str, list[dict]]
    formulas: dict[str, dict[str, dict]]
    places: dict[str, list[str]] = field(default_factory=dict)
    replaced: list[str] = field(default_factory=list)

    def marker(self, code: str) -> dict:
        """The row of markers.tsv of a marker."""
        return next(row for row in self.tables["markers"] if row["marker"] == code)

    @property
    def attributes(self) -> dict[str, dict]:
        """Attributes of the patients -> how each is read."""
        return self.sources[self.patients_source]["attributes"]

    @property
    def timepoints(self) -> list[str]:
        """Names of the timepoints, baseline first."""
        return [row["timepoint"] for row in self.tables["visits"]]

    @property
    def patients_source(self) -> str:
        """Name of the one source that lists the patients."""
        return next(n for n, s in self.sources.items() if s["content"] == "patients")

    @property
    def result_sources(self) -> list[str]:
        """Names of the sources that hold laboratory results, sorted."""
        return sorted(n for n, s in self.sources.items() if s["content"] == "results")


def load_study(
    directory: Path, home: Path, memory: Memory, code: Code, overrides: dict | None = None
) -> Study:
    """The study in `directory`, with the workflow in `home`.

    `overrides` replace single settings of config/config.yaml (Snakemake's `--config`).
    What was found valid before is not validated again: the key holds every byte and all code.
    """
    config, name = _config(directory, overrides or {})
    files = study_files(directory, home)
    key = digest(
        canonical_json(
            [
                config,
                {name: digest(_bytes(path, name)) for name, path in files.items()},
                code.versions(
                    "labcohort.study.validate", *code.modules("labcohort.derive.formulas")
                ),
                [digest(p.read_bytes()) for p in sorted((home / "schemas").glob("*.yaml"))],
            ]
        )
    )

    def validate() -> dict:
        from labcohort.study.validate import validate_study

        return asdict(validate_study(files, home, config, name))

    return Study(**memory.recall("study", str(directory), key, validate))


def _config(directory: Path, overrides: dict) -> tuple[dict, str]:
    """config/config.yaml with its overrides, and what messages call it."""
    name = "config/config.yaml"
    if not (directory / name).exists():
        raise UserError(
            f"this is no study: it has no {name}",
            where=str(directory.resolve()),
            rule="a study is a directory with its decisions in config/",
            do="name the study's directory (python workflow check STUDY, snakemake --directory"
            " STUDY …), or begin one: python workflow new STUDY",
        )
    config = parse_yaml(_bytes(directory / name, name), name) | overrides
    if overrides:
        name += ", changed by --config " + " ".join(f"{k}={v}" for k, v in overrides.items())
    return config, name


def study_files(directory: Path, home: Path) -> dict[str, Path]:
    """Every file that defines the study, by the name that messages give it."""
    files = {f"config/{name}.tsv": directory / "config" / f"{name}.tsv" for name in CONFIG_TABLES}
    optional = (*OPTIONAL_TABLES, *(name for name in RESOURCE_TABLES if name in OWN_FACTS))
    for name in optional:
        path = directory / "config" / f"{name}.tsv"
        if path.exists():
            files[f"config/{name}.tsv"] = path
    known = {f"{name}.tsv" for name in (*CONFIG_TABLES, *optional)}
    for path in sorted((directory / "config").glob("*.tsv")):
        if path.name not in known:
            raise UserError(
                f"the table '{path.name}' would not be read{nearest(path.name, known)}",
                where=f"config/{path.name}",
                rule=f"tables of a study are: {', '.join(sorted(known))}",
                do="rename it, or move it elsewhere",
            )
    sources = _source_files(directory / "config" / "sources")
    if not sources:
        raise UserError(
            "no source is configured",
            where="config/sources/",
            rule="each raw export has a file config/sources/NAME.yaml that says how to read it",
            do="draft one of each export: python workflow draft EXPORT --study STUDY",
        )
    files |= {f"config/sources/{path.name}": path for path in sources}
    files |= {
        f"resources/{name}.tsv": home / "resources" / f"{name}.tsv" for name in RESOURCE_TABLES
    }
    return files


def _source_files(folder: Path) -> list[Path]:
    """The YAML files of the sources; one that would be passed over for its ending is refused."""
    for path in sorted(folder.glob("*")):
        if path.suffix != ".yaml" and path.suffix.lower() in (".yaml", ".yml"):
            raise UserError(
                f"the source '{path.name}' would not be read",
                where=f"config/sources/{path.name}",
                rule="a source's file ends in .yaml",
                do=f"rename it to {path.stem}.yaml, or move it elsewhere",
            )
    return sorted(folder.glob("*.yaml"))


def _bytes(path: Path, name: str) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise UserError(
            f"the file cannot be read: {error.strerror}",
            where=name,
            rule="a study has this file",
            do="make it, if it is a table with its header alone; `python workflow new DIRECTORY`"
            " writes all of a new study's",
        ) from None
