"""What each job is told: just the rows and settings that it uses, so that it reruns for these only.

Each function returns plain data for one job; `job_text` makes it the job's one `params`.
"""

from labcohort.settings.assessments import (
    attenders,
    families,
    in_range,
    regression,
    scorecard,
    sensitivity,
    sensitivity_inputs,
    small_groups,
    transitions,
)
from labcohort.settings.available import available_markers, panels, planned_panels
from labcohort.settings.baseline import baseline
from labcohort.settings.batches import batches
from labcohort.settings.figures import by_process, draws_persons, figure, figure_panels, reads
from labcohort.settings.marker_names import names_of_markers
from labcohort.settings.printing import tables
from labcohort.settings.provenance import crate, provenance
from labcohort.settings.report import figure_in_report, report, table_in_report
from labcohort.settings.sources import (
    delivery,
    harmonise,
    ingest,
    needs_patients,
    patients,
)
from labcohort.settings.stages import (
    cohorts,
    compare,
    derive,
    derive_inputs,
    placed_panels,
)
from labcohort.settings.text import job_text
from labcohort.settings.validation import judged_rules, quality, validation

__all__ = [
    "attenders", "available_markers", "baseline", "batches", "by_process", "cohorts", "compare",
    "crate", "delivery", "derive", "derive_inputs", "draws_persons", "families", "figure",
    "figure_in_report", "figure_panels", "harmonise", "in_range", "ingest", "job_text",
    "judged_rules", "names_of_markers", "needs_patients", "panels", "patients", "placed_panels",
    "planned_panels", "provenance", "quality", "reads", "regression", "report", "scorecard",
    "sensitivity", "sensitivity_inputs", "small_groups", "table_in_report", "tables", "transitions",
    "validation",
]  # fmt: skip
