"""Rounding on decimals; more cases stand with the printed texts (publish/test_text.py)."""

import pytest
from labcohort.rounding import decimals_of, rounded


@pytest.mark.parametrize(
    ("value", "decimals", "text"),
    [
        (8.905 - 7.5, 2, "1.41"),  # 1.4049999999999994 in binary
        (305.205 - 305.1, 2, "0.11"),  # 0.10499999999996
        (1.1 * 1.1 * 2.5, 2, "3.03"),  # 3.025
        (1.40499, 2, "1.40"),
        (0.1 + 0.2 - 0.3, 2, "0.00"),
        (None, 1, ""),
    ],
)
def test_what_arithmetic_leaves_of_binary_is_no_digit(value, decimals, text):
    assert rounded(value, decimals) == text


@pytest.mark.parametrize(("text", "n"), [("7.50", 2), ("12", 0), ("-0.1", 1), ("3.", 0)])
def test_decimals_of_a_printed_number(text, n):
    assert decimals_of(text) == n
