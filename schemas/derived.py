"""The derived artefact: measured values after repeats are settled, and computed ones."""

import pandera.polars as pa
import polars as pl
from labcohort.keys import rises

from schemas.frames import Model


class Derived(Model):
    """One row a marker, person and sample date, in their order.

    A measured row has the value to analyse (of a result sent as a limit, by the study's rule) and
    the place of its cell. A derived row has a value (and, for a
    class, a category) or the reason why there is none; its place is empty.
    """

    person: str
    marker: str
    sample_date: pl.Date
    origin: str = pa.Field(isin=["measured", "derived"])
    value: float = pa.Field(nullable=True)
    category: str = pa.Field(nullable=True)
    reason: str = pa.Field(nullable=True)
    comparator: str = pa.Field(nullable=True, isin=["<", "<=", ">", ">="])
    flag: str = pa.Field(nullable=True)
    range_low: float = pa.Field(nullable=True)
    range_high: float = pa.Field(nullable=True)
    source: str = pa.Field(nullable=True)
    file: str = pa.Field(nullable=True)
    sheet: str = pa.Field(nullable=True)
    row: int = pa.Field(nullable=True, ge=1)
    column: str = pa.Field(nullable=True)

    class Config:
        strict = True
        ordered = True

    @pa.dataframe_check
    def in_order_without_repeats(cls, data) -> bool:
        """Each row is after the one before it by marker, person and sample date."""
        fine = rises(("marker", "person", "sample_date"), at_the_same=False).all()
        return bool(data.lazyframe.select(fine).collect().item())

    @pa.dataframe_check
    def value_or_reason(cls, data) -> bool:
        """Each row has a finite value or a reason, never both and never neither."""
        value, reason = pl.col("value"), pl.col("reason")
        fine = value.is_not_null().xor(reason.is_not_null()) & value.is_finite().fill_null(True)
        return bool(data.lazyframe.select(fine.all()).collect().item())
