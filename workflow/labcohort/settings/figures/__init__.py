"""What a figure is told and what it is drawn from: a module a kind.

Each has READS, the artefacts that the kind is drawn from (names of DRAWN_FROM in
workflow/rules/publish.smk), and told(study, row), what the job is told beside `common`: `row` is
the figure's row of config/figures.tsv. PRINT names the keys of `print:` of config.yaml that the
kind goes by, beside language and font. One that draws values of markers which its row does not name
has panels(study, row), those of these markers. PERSONS says that single persons are drawn: the data
of the drawing then lie in results/restricted/figures/.
"""

from collections.abc import Collection, Sequence
from importlib import import_module

from labcohort.settings.available import equation, planned_panels
from labcohort.settings.batches import batches
from labcohort.settings.printing import label_of, printing
from labcohort.study.load import Study
from labcohort.study.names import BASELINE, names

MODULE = "labcohort.publish.figures."
# a figure takes as long as so many other jobs: an edit of one draws those of its process anew
COUNTS_FOR = 3


def figure(study: Study, name: str) -> dict:
    """What one figure shows and how it is called."""
    row = next(row for row in study.tables["figures"] if row["figure"] == name)
    kind = _kind(row)
    return (
        common(study, row)
        | {"modules": [MODULE + row["kind"]]}
        | (kind.told(study, row) if hasattr(kind, "told") else {})
    )


def common(study: Study, row: dict) -> dict:
    """What the job of a figure of any kind is told: its row, with the labels of what it names."""
    shown = printing(study)
    markers = names(row["markers"])
    # without decimals: none are drawn
    units = {
        marker: {k: unit[k] for k in ("unit", "slope", "intercept")}
        for marker, unit in shown["units"].items()
        if marker in markers
    }
    timepoints = names(row["timepoints"])
    return {
        "figure": row["figure"],
        "kind": row["kind"],
        "profile": row["profile"],
        "title": label_of(shown["language"], row, "title"),
        "synthetic": shown["synthetic"],
        "language": shown["language"],
        "words": shown["words"],
        "font": study.config["print"]["font"],
        **{k: study.config["print"][k] for k in getattr(_kind(row), "PRINT", ())},
        "markers": [
            {
                "marker": m,
                "label": shown["markers"][m]["label"],
                "unit": units.get(m, shown["markers"][m])["unit"],
            }
            for m in markers
        ],
        "cohorts": [{"cohort": c, "label": shown["cohorts"][c]} for c in names(row["cohorts"])],
        "timepoints": [{"timepoint": t, "label": shown["timepoints"][t]} for t in timepoints],
        "baseline": shown["timepoints"][BASELINE],
        "methods": {
            method: shown["methods"][method]
            for marker in markers
            for method in (equation(study, marker) or "").split("|")
            if method
        },
        "units": units,
    }


def by_process(study: Study) -> dict[str, list[str]]:
    """Name of a process -> the figures that it draws: of one kind, at most a third of a batch."""
    found = {}
    size = max(1, study.config["batch_size"] // COUNTS_FOR)
    kinds = dict.fromkeys(row["kind"] for row in study.tables["figures"])
    for kind in kinds:
        own = [row["figure"] for row in study.tables["figures"] if row["kind"] == kind]
        for part, figures in batches(own, size).items():
            found[kind if part == "all" else f"{kind}_{part}"] = figures
    return found


def reads(study: Study, figures: Sequence[str]) -> tuple[str, ...]:
    """The artefacts that figures of one kind are drawn from."""
    return _kind(_rows(study, figures)[0]).READS


def draws_persons(study: Study, figures: Sequence[str]) -> bool:
    """Whether figures of one kind draw single persons."""
    return getattr(_kind(_rows(study, figures)[0]), "PERSONS", False)


def figure_panels(study: Study, figures: Collection[str]) -> list[str]:
    """Panels of the markers that the figures show; of those that name none all that are planned,
    or those that the kind itself names (`panels`)."""
    rows = _rows(study, figures)
    if rows and hasattr(_kind(rows[0]), "panels"):
        return sorted({panel for row in rows for panel in _kind(row).panels(study, row)})
    if not all(row["markers"] for row in rows):
        return planned_panels(study)
    shown = {marker for row in rows for marker in names(row["markers"])}
    return sorted({study.marker(marker)["panel"] for marker in shown})


def _rows(study: Study, figures: Collection[str]) -> list[dict]:
    return [row for row in study.tables["figures"] if row["figure"] in figures]


def _kind(row: dict):
    return import_module(f"labcohort.settings.figures.{row['kind']}")
