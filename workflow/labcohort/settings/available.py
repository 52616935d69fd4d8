"""What a study has: markers measured and computed, panels, formulas, and what is compared."""

from labcohort.provenance import canonical_json
from labcohort.study.load import Study
from labcohort.study.names import CLASSES, POST_HOC, is_selected_on_baseline, names


def available_markers(study: Study) -> set[str]:
    """Markers that the study measures or can compute."""
    return mapped_markers(study) | set(computable_markers(study))


def made_markers(study: Study) -> set[str]:
    """Markers that the study measures or computes."""
    return mapped_markers(study) | set(derived_markers(study))


def panels(study: Study) -> list[str]:
    """Panels with a marker that is made, in the order of markers.tsv."""
    known = made_markers(study)
    rows = study.tables["markers"]
    return list(dict.fromkeys(row["panel"] for row in rows if row["marker"] in known))


def compared_rows(study: Study) -> list[dict]:
    """The rows of the plan and of what is post hoc, one for each marker that they name."""
    post_hoc = {"family": POST_HOC, "role": POST_HOC, "correction": "none"}
    rows = [*study.tables["plan"], *(post_hoc | row for row in study.tables["post_hoc"])]
    return [
        {k: v for k, v in row.items() if k != "markers"} | {"marker": marker}
        for row in rows
        for marker in names(row["markers"])
    ]


def planned_markers(study: Study) -> set[str]:
    """Markers that the study compares."""
    return {row["marker"] for row in compared_rows(study)}


def planned_panels(study: Study) -> list[str]:
    """Panels that the study compares something of, in the order of markers.tsv."""
    planned = planned_markers(study)
    rows = study.tables["markers"]
    return list(dict.fromkeys(row["panel"] for row in rows if row["marker"] in planned))


def panel_markers(study: Study, panel: str) -> list[str]:
    """Codes of a panel's markers that are made."""
    known = made_markers(study)
    return [
        r["marker"] for r in study.tables["markers"] if r["panel"] == panel and r["marker"] in known
    ]


def mapped_markers(study: Study) -> set[str]:
    """Measured markers that some source's analytes are mapped to."""
    return {
        long_entry(entry)["marker"]
        for name in study.result_sources
        for entry in study.sources[name]["analytes"].values()
    }


def computable_markers(study: Study) -> list[str]:
    """Derived markers all of whose measured inputs are mapped by some source."""
    mapped = mapped_markers(study)

    def measured(marker: str) -> set[str]:
        direct = formula_of(study, marker)["inputs"]
        return {
            m for code in direct for m in (measured(code) if code in study.formulas else {code})
        }

    return [marker for marker in study.formulas if measured(marker) <= mapped]


def derived_markers(study: Study) -> list[str]:
    """Derived markers that the study computes: all that it can, or (`derived: used`) those that it
    compares, chooses cohorts by or draws transitions of, and what they are computed from."""
    computable = computable_markers(study)
    if study.config["derived"] == "all":
        return computable
    chosen_by = {row["subject"] for row in study.tables["cohorts"] if is_selected_on_baseline(row)}
    asked = planned_markers(study) | chosen_by | set(study.config["sensitivity"]["markers"])
    asked |= drawn_classes(study)
    used = with_derived_inputs(study, [marker for marker in computable if marker in asked])
    return [marker for marker in computable if marker in used]


def everyone(study: Study) -> str:
    """Name of the cohort of all the eligible."""
    rows = study.tables["cohorts"]
    return next(row["cohort"] for row in rows if row["criterion"] == "everyone")


def equation(study: Study, marker: str) -> str | None:
    """The method, chosen among several, that a derived marker or one of its inputs rests on."""
    if marker not in study.formulas:
        return None
    if len(study.formulas[marker]) > 1:
        return study.config["methods"][marker]
    found = {equation(study, m) for m in formula_of(study, marker)["inputs"]} - {None}
    return "|".join(sorted(found)) or None


def all_inputs(study: Study, marker: str) -> set[str]:
    """The markers, measured and derived, that a marker is computed from."""
    if marker not in study.formulas:
        return set()
    direct = set(formula_of(study, marker)["inputs"])
    return direct | {m for code in direct for m in all_inputs(study, code)}


def log_markers(study: Study, markers: set[str]) -> list[str]:
    """Those of the markers whose changes are ratios."""
    rows = study.tables["markers"]
    return [r["marker"] for r in rows if r["marker"] in markers and r["scale"] == "log"]


def in_marker_order(study: Study, rows: list[dict]) -> list[dict]:
    """Compared rows by marker; the order of the plan says nothing."""
    order = [row["marker"] for row in study.tables["markers"]]
    return sorted(rows, key=lambda row: (order.index(row["marker"]), canonical_json(row)))


def formula_of(study: Study, marker: str) -> dict:
    """The formula that the study uses for a derived marker."""
    methods = study.formulas[marker]
    return methods[study.config["methods"].get(marker, next(iter(methods)))]


def with_derived_inputs(study: Study, markers: list[str]) -> list[str]:
    """These derived markers and the derived ones that they are computed from."""
    found = set(markers)
    for marker in markers:
        direct = [m for m in formula_of(study, marker)["inputs"] if m in study.formulas]
        found |= set(with_derived_inputs(study, direct))
    return sorted(found)


def bands(study: Study) -> list[dict]:
    """The bands of eGFR without what is only printed."""
    return [
        {k: row[k] for k in ("scheme", "category", "low", "high")}
        for row in study.tables["ckd_stages"]
    ]


def classes(study: Study, marker: str) -> list[dict]:
    """The rows of ckd_stages.tsv of a marker that is a class, from the highest eGFR down."""
    own = [row for row in study.tables["ckd_stages"] if row["scheme"] == CLASSES[marker]]
    return sorted(own, key=lambda row: row["low"] or 0, reverse=True)


def drawn_classes(study: Study) -> set[str]:
    """Markers of which a figure shows who went from which class to which."""
    rows = [row for row in study.tables["figures"] if row["kind"] == "transitions"]
    return {marker for row in rows for marker in names(row["markers"])}


def long_entry(entry: str | dict) -> dict:
    """An analyte's mapping in its long form."""
    return {"marker": entry} if isinstance(entry, str) else entry
