"""A typed cell as the text that a person sees.

Numbers have at most 15 significant digits, as Excel, SAS and SPSS show them, and no `.0`: a
double that arithmetic left at 5.6000000000000005 is 5.6, and 7 and 7.0 are stored alike.
"""

import math
from datetime import date, datetime, time, timedelta

DIGITS = 15
_RARE = {"nan": "", "-0.0": "0"}
WHOLE_BELOW = 2**53  # whole doubles under it are exact to the unit


def number_text(number: float, digits: int = DIGITS) -> str:
    """A number in the shortest form with at most `digits` significant ones; '' for NaN."""
    text = repr(number)
    if len(text) <= digits + 1:  # the common case: no more digits than are shown
        return _RARE[text] if text in _RARE else text.removesuffix(".0")
    if math.isfinite(number) and abs(number) < WHOLE_BELOW and number == int(number):
        return str(int(number))
    return repr(float(f"{number:.{digits}g}")).removesuffix(".0")


def duration_text(seconds: float) -> str:
    """Seconds as h:mm:ss, the hours not cut at 24."""
    sign, rest = "-" if seconds < 0 else "", abs(round(seconds))
    return f"{sign}{rest // 3600:02}:{rest // 60 % 60:02}:{rest % 60:02}"


def cell_text(cell: object) -> str:
    """A workbook's cell as text: dates in ISO form, with the time where it is not midnight."""
    if isinstance(cell, float):  # the commonest first: workbooks have millions of cells
        return number_text(cell)
    if isinstance(cell, str):
        return cell.strip()
    if isinstance(cell, bool | int):
        return str(cell).upper()
    if isinstance(cell, timedelta):
        return duration_text(cell.total_seconds())
    if isinstance(cell, datetime) and cell.time() != time.min:
        return cell.isoformat(sep=" ")
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    return cell.isoformat() if isinstance(cell, date | time) else str(cell).strip()
