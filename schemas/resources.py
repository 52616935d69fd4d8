"""The tables of resources/ (facts): columns, types, allowed values."""

import pandera.polars as pa

from schemas.tables import CODE, NAME, SEVERITIES, SUMMARIES, TESTS, Table

RULE_KINDS = ("aside", "flag", "repeat", "note", "delivery", "share", "finding")


class Markers(Table):
    """resources/markers.tsv: one row a marker, measured or derived; limits in its unit.

    `scale` is log for markers skewed to the right, whose changes are ratios.
    """

    marker: str = pa.Field(unique=True, str_matches=CODE)
    label: str = pa.Field(str_length={"min_value": 1})
    label_zh: str = pa.Field(nullable=True)
    panel: str = pa.Field(str_matches=NAME)
    loinc: str = pa.Field(nullable=True)
    unit: str = pa.Field(nullable=True)
    decimals: int = pa.Field(ge=0, le=6)
    scale: str = pa.Field(isin=["linear", "log"])
    kind: str = pa.Field(isin=["measured", "derived"])
    hard_low: float = pa.Field(nullable=True)
    hard_high: float = pa.Field(nullable=True)
    soft_low: float = pa.Field(nullable=True)
    soft_high: float = pa.Field(nullable=True)
    source: str = pa.Field(str_length={"min_value": 1})


class Conversions(Table):
    """resources/conversions.tsv: canonical value = slope * value + intercept."""

    marker: str = pa.Field(str_matches=CODE)
    analyte: str = pa.Field(nullable=True)
    unit: str = pa.Field(str_length={"min_value": 1})
    slope: float = pa.Field(gt=0)
    intercept: float
    source: str = pa.Field(str_length={"min_value": 1})

    class Config:
        unique = ("marker", "analyte", "unit")


class CkdStages(Table):
    """resources/ckd_stages.tsv: bands of eGFR, low inclusive, high exclusive."""

    scheme: str = pa.Field(isin=["kdigo_g", "kdoqi"])
    category: str
    low: float = pa.Field(nullable=True)
    high: float = pa.Field(nullable=True)
    label: str
    label_zh: str = pa.Field(nullable=True)
    source: str = pa.Field(str_length={"min_value": 1})

    class Config:
        unique = ("scheme", "category")


class Methods(Table):
    """resources/methods.tsv: how the formulas of a derived marker with several are called."""

    marker: str = pa.Field(str_matches=CODE)
    # a method's name says which it is by itself: comparisons name it without its marker
    method: str = pa.Field(unique=True, str_matches=NAME)
    label: str = pa.Field(str_length={"min_value": 1})
    label_zh: str = pa.Field(nullable=True)
    source: str = pa.Field(str_length={"min_value": 1})


class Chinese(Table):
    """resources/chinese.tsv: what is printed in place of our own English words.

    Names in braces are filled in, and stand in both.
    """

    english: str = pa.Field(unique=True, str_length={"min_value": 1})
    chinese: str = pa.Field(str_length={"min_value": 1})


class MartinHopkins(Table):
    """resources/martin_hopkins.tsv: the divisor of triglycerides by strata, in whole mg/dL."""

    tg_low: int = pa.Field(nullable=True)
    tg_high: int = pa.Field(nullable=True)
    non_hdl_low: int = pa.Field(nullable=True)
    non_hdl_high: int = pa.Field(nullable=True)
    factor: float = pa.Field(gt=0)
    source: str = pa.Field(str_length={"min_value": 1})

    class Config:
        unique = ("tg_low", "non_hdl_low")


class ReferenceRanges(Table):
    """resources/reference_ranges.tsv: ranges by sex and age, bounds inclusive.

    Ages in years: `age_low` inclusive, `age_high` exclusive. An empty sex or age holds for all.
    """

    marker: str = pa.Field(str_matches=CODE)
    sex: str = pa.Field(nullable=True, isin=["male", "female"])
    age_low: float = pa.Field(nullable=True, ge=0)
    age_high: float = pa.Field(nullable=True, gt=0)
    low: float = pa.Field(nullable=True)
    high: float = pa.Field(nullable=True)
    source: str = pa.Field(str_length={"min_value": 1})

    class Config:
        unique = ("marker", "sex", "age_low")


class ShownUnits(Table):
    """resources/shown_units.tsv: shown value = slope * canonical value + intercept."""

    marker: str = pa.Field(str_matches=CODE)
    unit: str = pa.Field(str_length={"min_value": 1})
    slope: float = pa.Field(gt=0)
    intercept: float
    decimals: int = pa.Field(ge=0, le=6)
    source: str = pa.Field(str_length={"min_value": 1})

    class Config:
        unique = ("marker", "unit")


class Aliases(Table):
    """resources/aliases.tsv: what a marker is called in files; names are compared folded.

    `ambiguous` names may mean another thing too: they are proposed, and never read as the marker.
    """

    marker: str = pa.Field(str_matches=CODE)
    alias: str = pa.Field(unique=True, str_length={"min_value": 1})
    language: str = pa.Field(isin=["en", "zh", "code"])
    ambiguous: str = pa.Field(isin=["yes", "no"])
    source: str = pa.Field(str_length={"min_value": 1})


class Loinc(Table):
    """resources/loinc.tsv: LOINC codes that mean a marker, by `property` (MCnc, SCnc, …).

    `analyte` is that of conversions.tsv, where the unit does not decide the factor.
    """

    marker: str = pa.Field(str_matches=CODE)
    loinc: str = pa.Field(unique=True, str_matches=r"^[0-9]{1,5}-[0-9]$")
    analyte: str = pa.Field(nullable=True)
    property: str = pa.Field(str_matches=r"^[A-Za-z]+$")
    long_name: str = pa.Field(str_length={"min_value": 1})
    source: str = pa.Field(str_length={"min_value": 1})


class CrossChecks(Table):
    """resources/cross_checks.tsv: of one sample, `greater` may not be below `lesser`.

    Where they are `equal` both are flagged or set aside.
    """

    check: str = pa.Field(unique=True, str_matches=NAME)
    greater: str = pa.Field(str_matches=CODE)
    lesser: str = pa.Field(str_matches=CODE)
    equal: str = pa.Field(isin=["flag", "aside"])
    reason: str = pa.Field(str_length={"min_value": 1})
    source: str = pa.Field(str_length={"min_value": 1})


class BiologicalVariation(Table):
    """resources/biological_variation.tsv: coefficients of variation of a marker, in per cent.

    `cv_within`: of one person in a steady state; `cv_analytical`: of the measurement, where the
    source gives one. Empty: half of `cv_within`, the desirable imprecision; 0: within the other.
    """

    marker: str = pa.Field(unique=True, str_matches=CODE)
    cv_within: float = pa.Field(gt=0, le=200)
    cv_analytical: float = pa.Field(nullable=True, ge=0, le=200)
    source: str = pa.Field(str_length={"min_value": 1})


class SexLimits(Table):
    """resources/sex_limits.tsv: limits of a marker in one sex, in its canonical unit, inclusive.

    A row without any limit says that the analyte does not exist in that sex.
    """

    marker: str = pa.Field(str_matches=CODE)
    sex: str = pa.Field(isin=["male", "female"])
    hard_low: float = pa.Field(nullable=True)
    hard_high: float = pa.Field(nullable=True)
    soft_low: float = pa.Field(nullable=True)
    soft_high: float = pa.Field(nullable=True)
    source: str = pa.Field(str_length={"min_value": 1})

    class Config:
        unique = ("marker", "sex")


class Rules(Table):
    """resources/rules.tsv: every rule of the house, what it says, and how grave it is.

    `kind`: aside (a cell set aside), flag (a value kept), repeat (a cell settled as one), note (a
    source's names and units), delivery (against the previous one), share (of a source's cells)
    or finding (each marker, column or analyte of a source judged by a measure of its own).
    `severity` holds above `threshold`: a share of what was tried (`trials`), of a finding its
    measure; empty means any. `none` counts and never judges.
    """

    rule: str = pa.Field(unique=True, str_matches=NAME)
    stage: str = pa.Field(isin=["ingest", "patients", "harmonise", "derive", "source"])
    kind: str = pa.Field(isin=list(RULE_KINDS))
    text: str = pa.Field(str_length={"min_value": 1})
    text_zh: str = pa.Field(str_length={"min_value": 1})
    do: str = pa.Field(str_length={"min_value": 1})
    do_zh: str = pa.Field(str_length={"min_value": 1})
    severity: str = pa.Field(isin=list(SEVERITIES))
    threshold: float = pa.Field(nullable=True, ge=0)
    trials: str = pa.Field(str_length={"min_value": 1})


class PublishedResults(Table):
    """resources/published_results.tsv: what a publication reports, as printed there."""

    publication: str = pa.Field(str_matches=NAME)
    panel: str = pa.Field(str_matches=NAME)
    marker: str = pa.Field(str_matches=CODE)
    cohort: str = pa.Field(str_matches=NAME)
    timepoint: str = pa.Field(str_matches=NAME)
    test: str = pa.Field(isin=list(TESTS))
    baseline_centre: str = pa.Field(nullable=True)
    baseline_spread: str = pa.Field(nullable=True)
    followup_centre: str = pa.Field(nullable=True)
    followup_spread: str = pa.Field(nullable=True)
    summary: str = pa.Field(isin=list(SUMMARIES))
    significant: str = pa.Field(isin=["yes", "no", "unknown"])
    direction: str = pa.Field(isin=["down", "up", "none", "unknown"])
    figure: str = pa.Field(nullable=True)
    in_range_claim: str = pa.Field(nullable=True)
    source: str = pa.Field(str_length={"min_value": 1})

    class Config:
        unique = ("publication", "marker", "cohort", "timepoint")


RESOURCES = {
    "markers": Markers,
    "conversions": Conversions,
    "aliases": Aliases,
    "loinc": Loinc,
    "ckd_stages": CkdStages,
    "cross_checks": CrossChecks,
    "biological_variation": BiologicalVariation,
    "sex_limits": SexLimits,
    "methods": Methods,
    "chinese": Chinese,
    "martin_hopkins": MartinHopkins,
    "reference_ranges": ReferenceRanges,
    "shown_units": ShownUnits,
    "published_results": PublishedResults,
    "rules": Rules,
}
