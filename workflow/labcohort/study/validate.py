"""Validate a study: each table and YAML by its schema, then the rules that span them."""

from pathlib import Path

from labcohort.derive.index import index
from labcohort.errors import UserError
from labcohort.settings import available_markers
from labcohort.study.load import (
    CONFIG_TABLES,
    DEFAULTS,
    OPTIONAL_TABLES,
    RESOURCE_TABLES,
    Study,
)
from labcohort.study.names import is_selected_on_baseline, names
from labcohort.study.own_facts import check_own_conversions, check_own_markers, joined
from labcohort.study.rules import check_rules
from labcohort.study.source_defaults import (
    check_confirmed,
    with_format_defaults,
    with_recognised,
)
from labcohort.study.tables import key_columns, read_table
from labcohort.study.yaml_files import check_schema, parse_yaml
from schemas.config import CONFIG
from schemas.resources import RESOURCES

DEMO_KEY = "labcohort demo key"


def validate_study(files: dict[str, Path], home: Path, config: dict, name: str) -> Study:
    """The Study that `files` (name -> path) and `config` make, or the first fault as UserError.

    `name` says where `config` comes from.
    """
    check_schema(config, home / "schemas" / "config.schema.yaml", name)
    _check_decided(config, name)
    sources = {}
    for name, path in files.items():
        if name.startswith("config/sources/"):
            source = with_format_defaults(parse_yaml(path.read_bytes(), name))
            check_confirmed(source, name)
            check_schema(source, home / "schemas" / "source.schema.yaml", name)
            sources[path.stem] = source
    tables, places, replaced = _facts(files)
    tables |= {name: _table(files, name, CONFIG[name]) for name in CONFIG_TABLES}
    for name in OPTIONAL_TABLES:
        known = f"config/{name}.tsv" in files
        tables[name] = _table(files, name, CONFIG[name]) if known else []
    sources = {
        name: with_recognised(source, tables) if source["content"] == "results" else source
        for name, source in sources.items()
    }
    patients = [name for name, source in sources.items() if source["content"] == "patients"]
    if len(patients) != 1:
        raise UserError(
            f"{len(patients)} sources list the patients"
            + (f": {', '.join(patients)}" if patients else ""),
            where="config/sources/",
            rule="exactly one source has `content: patients`",
            do="write one source for the patient table",
        )
    study = Study(_with_defaults(config), sources, tables, index(), places, replaced)
    check_rules(study)
    _check_key(study)
    _check_methods(study, config)
    _check_available(study)
    return study


def _check_decided(config: dict, name: str) -> None:
    """Refuse a new study in which something is left to decide."""
    if config.get("undecided"):
        raise UserError(
            f"the study is new; not decided: {', '.join(config['undecided'])}",
            where=f"{name}, at undecided",
            rule="what a new study brings is an example, and a person decides",
            do="set each in config.yaml, or in its table beside it, and take its name out of"
            " `undecided:`; remove the key when it is empty",
        )


def _table(files: dict[str, Path], name: str, model, folder: str = "config") -> list[dict]:
    """The rows of a table of one of the two folders."""
    file = f"{folder}/{name}.tsv"
    return read_table(files[file], file, model)


def _facts(files: dict[str, Path]) -> tuple[dict[str, list], dict[str, list], list[str]]:
    """The tables of facts with the study's own rows, where each row stands, what they replace."""
    tables, places, replaced = {}, {}, []
    for name in RESOURCE_TABLES:
        model = RESOURCES[name]
        rows, own = _table(files, name, model, "resources"), []
        if f"config/{name}.tsv" in files:
            own = _table(files, name, model)
        if name == "markers":
            check_own_markers(rows, own)
        if name == "conversions":
            check_own_conversions(tables["markers"], own)
        facts = joined(name, rows, own, key_columns(model))
        tables[name], places[name] = facts.rows, facts.places
        replaced += facts.replaced
    return tables, places, replaced


def _with_defaults(config: dict) -> dict:
    """The settings given, and the defaults of the others, within groups of settings too."""
    given = {
        name: default | config.get(name, {}) if isinstance(default, dict) else default
        for name, default in DEFAULTS.items()
    }
    return given | {k: v for k, v in config.items() if not isinstance(DEFAULTS.get(k), dict)}


def _check_available(study: Study) -> None:
    """Refuse a plan or cohort on a marker that no source measures and no formula can compute."""
    available = available_markers(study)
    uses = [
        (marker, f"config/{table}.tsv, row {number}")
        for table in ("plan", "post_hoc")
        for number, row in enumerate(study.tables[table], 2)
        for marker in names(row["markers"])
    ] + [
        (row["subject"], f"config/cohorts.tsv, cohort {row['cohort']}")
        for row in study.tables["cohorts"]
        if is_selected_on_baseline(row)
    ]
    for marker, where in uses:
        if marker not in available:
            raise UserError(
                f"{marker} is neither measured nor computable in this study",
                where=where,
                rule="a marker is mapped by a source, or derived from markers that are",
                do="map it (or its inputs) in config/sources/, or remove it here",
            )


def _check_methods(study: Study, config: dict) -> None:
    """Refuse a method that `config` chooses or tries and whose inputs this study has not."""
    available = available_markers(study)
    asked = [(m, [method], "methods") for m, method in config.get("methods", {}).items()]
    tried = config.get("sensitivity", {}).get("methods", {})
    asked += [(m, methods, "sensitivity > methods") for m, methods in tried.items()]
    for marker, methods, where in asked:
        formulas = study.formulas[marker]
        # where no formula can be computed nobody has chosen: the marker is not in use
        possible = [m for m, formula in formulas.items() if set(formula["inputs"]) <= available]
        for method in methods:
            if possible and method not in possible:
                missing = sorted(set(formulas[method]["inputs"]) - available)
                raise UserError(
                    f"{marker} by method {method} needs {', '.join(missing)}, which is"
                    " neither measured nor computable in this study",
                    where=f"config/config.yaml, {where} > {marker}",
                    rule="the inputs of a formula are at hand; possible here: "
                    + ", ".join(possible),
                    do="choose another method, or map what is missing in config/sources/",
                )


def _check_key(study: Study) -> None:
    """Refuse the demo's key for data that are not synthetic: whoever has it can find the ids."""
    if study.config["privacy"].get("public_key") == DEMO_KEY and not study.config["synthetic"]:
        raise UserError(
            "the pseudonyms of a real study would be made with the demo's key",
            where="config/config.yaml, privacy > public_key",
            rule="the demo's key is public: with it, pseudonyms can be traced to ids",
            do="make a key once, outside the repository (python workflow key FILE), and name it:"
            " key_file: FILE",
        )
