"""Numbers as texts of a stated number of decimals."""

from decimal import ROUND_HALF_UP, Decimal

# Of a double's 15 digits the last few may come from the arithmetic: 8.905 - 7.5 is
# 1.4049999999999994 and means 1.405.
SIGNIFICANT = 12


def rounded(value: float | None, decimals: int) -> str:
    """A number with so many decimals, half away from zero on its decimal form.

    Binary rounding would print 2.675 as 2.67. The decimal form is that of 12 significant digits.
    '' for None; never a minus sign before zero.
    """
    if value is None:
        return ""
    exact = Decimal(f"{value:.{SIGNIFICANT}g}")
    number = exact.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)
    return f"{abs(number) if number == 0 else number:f}"


def decimals_of(text: str) -> int:
    """How many decimals a printed number has: 2 of `7.50`, 0 of `12`."""
    return len(text.partition(".")[2])
