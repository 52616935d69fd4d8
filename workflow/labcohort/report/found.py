"""All that a run found and the report prints, read once."""

from dataclasses import dataclass

from labcohort.publish.tables.table import Printed
from labcohort.report.blocks import Picture


@dataclass(frozen=True)
class Found:
    """What the report is written from.

    `comparisons`, `regression`, `scorecard` and `sensitivity` are rows of results/tables/: of the
    schema of that name, with nulls for what is withheld there, so that no number stands here that
    does not there. Comparisons are of primary tests only, in the units to show, in reading order.
    `multiplicity` are rows of its schema. `validation` is schemas.validation's document, `ledger`
    rows of schemas.quality.Ledger, `flow` the lines of selection_flow.csv, `sizes` the eligible
    with results at each timepoint, and at two of them (`a & b`); `provenance` what the run was
    made from.
    """

    comparisons: list[dict]
    multiplicity: list[dict]
    regression: list[dict]
    scorecard: list[dict]
    sensitivity: list[dict]
    validation: dict
    ledger: list[dict]
    flow: list[dict]
    sizes: dict[str, int]
    provenance: dict
    tables: list[Printed]
    pictures: list[Picture]

    def tables_of(self, *kinds: str) -> list[Printed]:
        """The printed tables of some kinds, in the order of config/tables.tsv."""
        return [table for table in self.tables if table.kind in kinds]

    def pictures_of(self, *kinds: str) -> list[Picture]:
        """The figures of some kinds, in the order of config/figures.tsv."""
        return [picture for picture in self.pictures if picture.kind in kinds]
