"""The multiplicity artefact: tests counted by family, and the false positives to expect."""

import pandera.polars as pa

from schemas.frames import Model


class Multiplicity(Model):
    """One row a family of a profile, and a row `all` a profile; counts are of primary tests.

    `n_counted` have a p value; `expected_false_positives` is alpha times these: so many come out
    below alpha where nothing changes at all. `n_duplicates` are of markers computed from others
    that are compared beside them, `n_selected_on_baseline` in cohorts chosen on a baseline value.
    `declared` says when the families were. Shares in range are tested in no family.
    """

    profile: str
    family: str
    correction: str = pa.Field(nullable=True, isin=["holm", "bh", "none"])
    alpha: float = pa.Field(nullable=True, gt=0, lt=1)
    n_tests: int = pa.Field(ge=0)
    n_missing: int = pa.Field(ge=0)
    n_counted: int = pa.Field(ge=0)
    expected_false_positives: float = pa.Field(ge=0)
    n_below_alpha: int = pa.Field(ge=0)
    n_below_alpha_adjusted: int = pa.Field(nullable=True, ge=0)
    n_duplicates: int = pa.Field(ge=0)
    n_selected_on_baseline: int = pa.Field(ge=0)
    declared: str = pa.Field(nullable=True)

    class Config:
        strict = True
        ordered = True
        unique = ("profile", "family")
