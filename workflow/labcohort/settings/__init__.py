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
)
from labcohort.settings.available import available_markers, panels, planned_panels
from labcohort.settings.batches import batches
from labcohort.settings.marker_names import names_of_markers
from labcohort.settings.printing import figure, figure_panels, tables
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
    "attenders", "available_markers", "batches", "cohorts", "compare", "delivery", "derive",
    "derive_inputs", "families", "figure", "figure_panels", "harmonise", "in_range", "ingest",
    "job_text", "judged_rules", "names_of_markers", "needs_patients", "panels", "patients",
    "placed_panels", "planned_panels", "quality", "regression", "scorecard", "sensitivity",
    "sensitivity_inputs", "tables", "validation",
]  # fmt: skip
