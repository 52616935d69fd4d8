"""Parts of FHIR resources as text. Where versions differ, one object and a list of it are alike."""

LOINC = ("http://loinc.org", "https://loinc.org", "urn:oid:2.16.840.1.113883.6.1")
UCUM = ("http://unitsofmeasure.org", "https://unitsofmeasure.org", "urn:oid:2.16.840.1.113883.6.8")


class Misshapen(ValueError):
    """An element is not of the kind that FHIR gives it; the text names the element."""


def many(node: dict, key: str) -> list[dict]:
    """The objects under a key: none, one or several."""
    found = node.get(key)
    found = [] if found is None else found if isinstance(found, list) else [found]
    if not all(isinstance(part, dict) for part in found):
        raise Misshapen(key)
    return found


def one(node: dict, key: str) -> dict:
    """The object under a key, empty where there is none; Misshapen where there are several."""
    found = many(node, key)
    if len(found) > 1:
        raise Misshapen(key)
    return found[0] if found else {}


def texts(node: dict, key: str) -> list[str]:
    """The plain values under a key as text: none, one or several."""
    found = node.get(key)
    found = [] if found is None else found if isinstance(found, list) else [found]
    if any(isinstance(part, dict | list) for part in found):
        raise Misshapen(key)
    return [_plain(part) for part in found if part is not None]


def text(node: dict, key: str) -> str:
    """The plain value under a key as text, empty where there is none; Misshapen: several."""
    found = texts(node, key)
    if len(found) > 1:
        raise Misshapen(key)
    return found[0] if found else ""


def _plain(part: object) -> str:
    return str(part).lower() if isinstance(part, bool) else str(part)


def analyte(concept: dict) -> dict[str, str]:
    """`analyte` (the LOINC code, else another one, else the text), its name, the local code."""
    codings = [coding for coding in many(concept, "coding") if text(coding, "code")]
    loinc = [coding for coding in codings if _system(coding) in LOINC]
    local = [coding for coding in codings if coding not in loinc]
    chosen = (loinc + local + [{}])[0]
    shown = (text(coding, "display") for coding in [chosen, *codings])
    name = text(concept, "text") or next(filter(None, shown), "")
    return {
        "analyte": text(chosen, "code") or name,
        "analyte_name": name,
        "local_code": text(local[0], "code") if local else "",
    }


def _system(coding: dict) -> str:
    return text(coding, "system").strip().rstrip("/")


def unit(quantity: dict) -> str:
    """The UCUM code where there is one, else the unit for people, else another code."""
    code = text(quantity, "code")
    return code if code and _system(quantity) in UCUM else text(quantity, "unit") or code


def quantity(node: dict) -> str:
    """Comparator and number, as the file writes them."""
    return text(node, "comparator") + text(node, "value") if text(node, "value") else ""


def value_keys(node: dict) -> list[str]:
    """The keys of value[x], of which there should be one."""
    return [key for key in node if key[:5] == "value" and key[5:6].isupper()]


def value(node: dict, key: str) -> tuple[str, str]:
    """Text and unit of value[x].

    Range as a reference range is written, Ratio as `1:128`, CodeableConcept by its text, else a
    display, else a code, Period as start/end, SampledData by its data; others as they stand.
    """
    if key in ("valueQuantity", "valueAge", "valueCount", "valueDuration", "valueMoney"):
        found = one(node, key)
        return quantity(found), unit(found)
    if key == "valueRange":
        found = one(node, key)
        return between(found), unit(one(found, "low")) or unit(one(found, "high"))
    if key == "valueRatio":
        parts = [quantity(one(one(node, key), part)) for part in ("numerator", "denominator")]
        return ":".join(filter(None, parts)), unit(one(one(node, key), "numerator"))
    if key in ("valueCodeableConcept", "valueCoding"):
        return concept(one(node, key)), ""
    if key == "valuePeriod":
        return "/".join(text(one(node, key), part) for part in ("start", "end")), ""
    if key == "valueSampledData":
        return text(one(node, key), "data"), ""
    if key in ("valueAttachment", "valueReference"):
        found = one(node, key)
        names = ("title", "url", "display", "reference", "contentType")
        return next(filter(None, (text(found, part) for part in names)), ""), ""
    return text(node, key), ""


def concept(node: dict) -> str:
    """A CodeableConcept or Coding as its text, else its first display, else its first code."""
    parts = [node, *many(node, "coding")]
    found = [text(part, key) for key in ("display", "code") for part in parts]
    return text(node, "text") or next(filter(None, found), "")


def between(node: dict) -> str:
    """Low and high of a Range as `3.9-6.1`, `<5` or `>60`; empty where there is neither."""
    low, high = quantity(one(node, "low")), quantity(one(node, "high"))
    if low and high:
        return f"{low}-{high}" if low[0] != "-" else f"{low} to {high}"
    return f"<{high}" if high else f">{low}" if low else ""


def reference_range(node: dict, value_unit: str) -> str:
    """The normal range in the unit of the value; else its text; else empty.

    Empty too where several ranges (of ages or sexes) leave open which holds.
    """
    normal = [r for r in many(node, "referenceRange") if _is_normal(r)]
    bounds = sorted({between(r) for r in normal if _same_unit(r, value_unit)} - {""})
    written = sorted({text(r, "text") for r in normal} - {""})
    found = bounds or written
    return found[0] if len(found) == 1 else ""


def _is_normal(node: dict) -> bool:
    """Whether a reference range is the normal one (DSTU2: meaning), not one of a treatment."""
    kinds = many(node, "type") or many(node, "meaning")
    codes = {text(coding, "code") for kind in kinds for coding in many(kind, "coding")} - {""}
    return not codes or bool(codes & {"normal", "N", "17621005"})


def _same_unit(node: dict, value_unit: str) -> bool:
    units = {unit(one(node, "low")), unit(one(node, "high"))} - {""}
    return not value_unit or units <= {value_unit}
