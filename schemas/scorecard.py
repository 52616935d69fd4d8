"""The scorecard artefact: what a publication reports, and what this run finds for it."""

import pandera.polars as pa

from schemas.frames import Model

VERDICTS = ("reproduced", "same direction", "contradicts", "not comparable")


class Scorecard(Model):
    """One row a published result. Numbers are texts, ours with the decimals that the source has.

    `why` says in words what the verdict rests on. Under synthetic data a verdict is about a
    made-up demo, not about the publication.
    """

    publication: str
    marker: str
    cohort: str
    timepoint: str
    test: str
    summary: str
    published_baseline: str = pa.Field(nullable=True)
    published_followup: str = pa.Field(nullable=True)
    ours_baseline: str = pa.Field(nullable=True)
    ours_followup: str = pa.Field(nullable=True)
    published_significant: str = pa.Field(isin=["yes", "no", "unknown"])
    ours_significant: str = pa.Field(nullable=True, isin=["yes", "no"])
    published_direction: str = pa.Field(isin=["down", "up", "none", "unknown"])
    ours_direction: str = pa.Field(nullable=True, isin=["down", "up", "none"])
    n_pairs: int = pa.Field(nullable=True, ge=0)
    p_value: float = pa.Field(nullable=True, in_range={"min_value": 0, "max_value": 1})
    verdict: str = pa.Field(isin=list(VERDICTS))
    why: str = pa.Field(str_length={"min_value": 1})
    source: str

    class Config:
        strict = True
        ordered = True
        unique = ("publication", "marker", "cohort", "timepoint")
