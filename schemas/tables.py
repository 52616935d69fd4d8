"""What the tables of config/ and resources/ have in common.

Cells that list several names separate them by `|`; an empty cell means none or unknown.
Rules that span tables are in `labcohort.study.rules`.
"""

from schemas.frames import Model

CODE = r"^[A-Z][A-Z0-9_]*$"
NAME = r"^[a-z][a-z0-9_]*$"
CODES = r"^[A-Z][A-Z0-9_]*(\|[A-Z][A-Z0-9_]*)*$"
NAMES = r"^[a-z][a-z0-9_]*(\|[a-z][a-z0-9_]*)*$"
TESTS = ("paired_t", "wilcoxon_signed_rank")
SUMMARIES = ("mean_sem", "median_iqr")
SEVERITIES = ("none", "warn", "error", "critical")


class Table(Model):
    """A table of the study: exactly its columns."""

    class Config:
        strict = True
        ordered = False
