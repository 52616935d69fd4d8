"""The transitions artefact: persons by their class at baseline and at a visit."""

import pandera.polars as pa
import polars as pl

from schemas.frames import Model

PLACE = ("marker", "cohort", "timepoint")


class Transitions(Model):
    """One row a (marker, cohort, timepoint) and pair of classes; `n` members are in it.

    All pairs of the marker's classes are there, zeros too, in the order of its scheme. A class
    that is null is no value at the visit: the counts of a timepoint add up to its members.
    """

    marker: str
    cohort: str
    timepoint: str
    category_baseline: str = pa.Field(nullable=True)
    category_followup: str = pa.Field(nullable=True)
    n: int = pa.Field(ge=0)

    class Config:
        strict = True
        ordered = True
        unique = (*PLACE, "category_baseline", "category_followup")

    @pa.dataframe_check
    def all_pairs_are_there(cls, data) -> bool:
        """As many classes before as after, null among them, and a row for each pair."""
        before, after = pl.col("category_baseline"), pl.col("category_followup")
        sizes = data.lazyframe.group_by(PLACE).agg(
            fine=(pl.len() == before.n_unique() * after.n_unique())
            & (before.n_unique() == after.n_unique())
            & before.is_null().any()
            & after.is_null().any()
        )
        return bool(sizes.select(pl.col("fine").all()).collect().item())
