"""Analyte, value and unit of an OBX segment as text."""

import re

from labcohort.ingest.readers.hl7_escapes import Separators

_CODED = ("CE", "CWE", "CNE", "CF")
# where coded elements have code, text and system, in OBX-3 (v2.7 added the third)
_CODINGS = ((0, 1, 2), (3, 4, 5), (9, 10, 11))


def analyte(field: str, by: Separators) -> dict[str, str]:
    """`analyte` (the LOINC code, else the local one, else the text), its name, the local code."""
    parts = [*by.parts(by.repetitions(field)[0]), *[""] * 12][:12]
    codings = [tuple(parts[i] for i in places) for places in _CODINGS]
    loinc = [c for c in codings if c[0] and c[2].strip().upper() == "LN"]
    local = [c for c in codings if c[0] and c not in loinc]
    chosen = (loinc + local + [("", "", "")])[0]
    # CWE.9 is the text that the sender's people see
    name = chosen[1] or next((c[1] for c in codings if c[1]), parts[8])
    return {
        "analyte": chosen[0] or name,
        "analyte_name": name,
        "local_code": local[0][0] if local else "",
    }


def value(kind: str, text: str, by: Separators) -> str:
    """The value of one repetition of OBX-5, whose type is `kind` (OBX-2).

    SN: comparator, number, separator and number in a row (`<5`, `1:128`). Coded: its text (.2,
    .9, .5), else its code. RP: the address. ED: all but the data. Others as they stand.
    """
    if kind == "SN":
        parts = by.parts(text)
        return ("" if parts[0] == "=" else parts[0]) + "".join(parts[1:4])
    if kind in _CODED:
        parts = [*by.parts(text), *[""] * 9]
        return parts[1] or parts[8] or parts[4] or parts[0]
    if kind == "RP":
        return by.part(text, 1)
    if kind == "ED":
        return by.component.join(by.parts(text)[:4])
    return by.plain(text)


def unit(field: str, by: Separators) -> str:
    """OBX-6: its code (.1), else its text (.2)."""
    parts = [*by.parts(by.repetitions(field)[0]), ""]
    # 10^3/uL whose ^ was not escaped: a unit of 10 is none
    if re.fullmatch("[xX*]?10", parts[0]) and re.match(r"\d{1,2}(/|$)", parts[1]):
        return f"{parts[0]}^{parts[1]}"
    return parts[0] or parts[1]
