"""What each job is told: just the rows and settings that it uses, so that it reruns for these only.

Each function returns plain data for one job; `job_text` makes it the job's one `params`.
"""

from labcohort.settings.assessments import (
    attenders,
    families,
    in_range,
    regression,
    regression_panels,
    scorecard,
    sensitivity,
    sensitivity_inputs,
)
from labcohort.settings.available import available_markers, panels, planned_panels
from labcohort.settings.marker_names import names_of_markers
from labcohort.settings.printing import figure, figure_panels, tables
from labcohort.settings.sources import (
    delivery,
    harmonise,
    ingest,
    needs_patients,
    patients,
    reader,
)
from labcohort.settings.stages import (
    cohorts,
    compare,
    derive,
    derive_panels,
    placed_panels,
)
from labcohort.settings.text import job_text
from labcohort.settings.validation import judged_rules, quality, validation

__all__ = [
    "attenders", "available_markers", "cohorts", "compare", "delivery", "derive", "derive_panels",
    "families", "figure", "figure_panels", "harmonise", "in_range", "ingest", "job_text",
    "judged_rules", "names_of_markers", "needs_patients", "panels", "patients", "placed_panels",
    "planned_panels", "quality", "reader", "regression", "regression_panels", "scorecard",
    "sensitivity", "sensitivity_inputs", "tables", "validation",
]  # fmt: skip
