"""The harmonised artefacts: typed values in canonical units, and the patient table."""

import pandera.polars as pa
import polars as pl

from schemas.frames import Model
from schemas.ingested import Place


class Values(Place):
    """One row a value that was read, in its marker's canonical unit.

    `value_text`, `number`, `decimals` and `unit` are as the laboratory sent them, or but for
    `value_text` as a person corrected them (flag corrected_by_hand); `comparator` is
    < or > (or with =) where it sent a limit, and `value` is then that limit. `flag` names what
    is odd. `range_low` and `range_high` are the laboratory's own reference range of that very
    result in the canonical unit, both inclusive; null where it sent none. `visit` is the label
    that the file gives the visit; `reported` an ISO timestamp. What its source cancelled or
    withdrew is no value.
    """

    person: str
    marker: str
    sample_date: pl.Date
    value_text: str
    comparator: str = pa.Field(nullable=True, isin=["<", "<=", ">", ">="])
    number: float
    decimals: int = pa.Field(nullable=True, ge=0)
    unit: str
    value: float
    flag: str = pa.Field(nullable=True)
    range_low: float = pa.Field(nullable=True)
    range_high: float = pa.Field(nullable=True)
    visit: str = pa.Field(nullable=True)
    status: str = pa.Field(nullable=True, isin=["preliminary", "final", "corrected"])
    reported: str = pa.Field(nullable=True)

    class Config:
        unique = ("source", "file", "sheet", "row", "column")

    @pa.dataframe_check
    def values_are_finite(cls, data) -> bool:
        """No NaN and no infinity: either would pass a comparison unseen."""
        frame = data.lazyframe.select(
            pl.all_horizontal(pl.col("number", "value").is_finite()).all()
        )
        return bool(frame.collect().item())

    @pa.dataframe_check
    def ranges_are_in_order(cls, data) -> bool:
        """The low of a reference range is not above its high; no bound is infinite or NaN."""
        low, high = pl.col("range_low"), pl.col("range_high")
        fine = pl.all_horizontal(pl.col("range_low", "range_high").is_finite().fill_null(True))
        frame = data.lazyframe.select((fine & (low <= high).fill_null(True)).all())
        return bool(frame.collect().item())


class Patients(Model):
    """One row a person; the study's other attributes stand beside these."""

    person: str = pa.Field(unique=True)
    sex: str = pa.Field(nullable=True, isin=["male", "female"])
    birth_date: pl.Date = pa.Field(nullable=True)
    age: float = pa.Field(nullable=True, in_range={"min_value": 0, "max_value": 120})

    class Config:
        strict = False
