"""Pulse pressure and mean arterial pressure."""

import polars as pl

from labcohort.derive.registry import Formula, derives


@derives("PULSE_PRESSURE")
def pulse_pressure(sbp: pl.Expr, dbp: pl.Expr) -> Formula:
    """Pulse pressure in mmHg: systolic less diastolic pressure, both in mmHg.

    Undefined for a diastolic pressure of zero or less, or above the systolic; flagged where the
    two are equal. Definition.
    """
    return Formula(sbp - dbp, _contradictions(sbp, dbp), flags=_oddities(sbp, dbp))


@derives("MAP")
def mean_arterial_pressure(sbp: pl.Expr, dbp: pl.Expr) -> Formula:
    """Mean arterial pressure in mmHg by the one-third rule: (systolic + 2 * diastolic) / 3.

    Without the heart rate; other rules (0.4 of the pulse pressure, or by heart rate) differ.
    Undefined and flagged as the pulse pressure. Conventional definition, as in CDISC's MAP.
    """
    return Formula((sbp + 2 * dbp) / 3, _contradictions(sbp, dbp), flags=_oddities(sbp, dbp))


def _contradictions(sbp: pl.Expr, dbp: pl.Expr) -> tuple[tuple[pl.Expr, str], ...]:
    return (
        (dbp <= 0, "diastolic pressure is not above zero"),
        (dbp > sbp, "diastolic pressure is above systolic pressure"),
    )


def _oddities(sbp: pl.Expr, dbp: pl.Expr) -> tuple[tuple[pl.Expr, str], ...]:
    return ((sbp == dbp, "pressures_equal"),)
