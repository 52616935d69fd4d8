"""What the tests of harmonise share: cells as an export gives them, and a small mapping."""

from collections.abc import Callable

import polars as pl
import pytest
from labcohort.ingest.layouts import COLUMNS

LIMITS = ("hard_low", "hard_high", "soft_low", "soft_high")


@pytest.fixture
def cells() -> Callable[..., pl.DataFrame]:
    """Cells from dicts; what one does not say is that of a good HbA1c result."""

    def frame(*given: dict) -> pl.DataFrame:
        good = {
            "source": "site",
            "file": "raw/site.csv",
            "sheet": None,
            "column": "result",
            "person": "p0000000000000001",
            "date_text": "2020-01-02",
            "analyte": "A1c",
            "value_text": "7.1",
            "unit_text": "%",
            "range_text": None,
        }
        rows = [good | {"row": number} | cell for number, cell in enumerate(given, 2)]
        return pl.DataFrame(rows, schema=COLUMNS, orient="row")

    return frame


@pytest.fixture
def mapping() -> dict:
    """A long source of HbA1c, creatinine and both blood pressures, with round limits."""

    def marker(code: str, unit: str, *limits: float) -> dict:
        return {"marker": code, "unit": unit, **dict(zip(LIMITS, limits, strict=True))}

    def conversion(code: str, unit: str, slope: float, intercept: float = 0.0) -> dict:
        return {
            "marker": code, "analyte": None, "unit": unit, "slope": slope, "intercept": intercept,
        }  # fmt: skip

    return {
        "analytes": {
            "A1c": {"marker": "HBA1C"},
            "Crea": {"marker": "CREAT"},
            "Sys": {"marker": "SBP"},
            "Dia": {"marker": "DBP"},
        },
        "ignore": ["PLT"],
        "missing": ["NA", "-"],
        "decimal": ".",
        "dates": {"formats": ["YYYY-MM-DD"]},
        "layout": "long",
        "corrections": [],
        "markers": [
            marker("HBA1C", "%", 2, 25, 4, 16),
            marker("CREAT", "umol/L", 5, 4000, 25, 1500),
            marker("SBP", "mm[Hg]", 40, 350, 80, 240),
            marker("DBP", "mm[Hg]", 10, 250, 40, 140),
        ],
        "conversions": [
            conversion("HBA1C", "%", 1),
            conversion("HBA1C", "mmol/mol", 0.09148, 2.152),
            conversion("CREAT", "umol/L", 1),
            conversion("CREAT", "mg/dL", 88.4),
            conversion("SBP", "mmHg", 1),
            conversion("DBP", "mmHg", 1),
        ],
        "cross_checks": [
            {
                "check": "dbp_above_sbp",
                "greater": "SBP",
                "lesser": "DBP",
                "reason": "diastolic above systolic",
            }
        ],
    }
