"""What is judged of a source as a whole: each marker, analyte and column by a measure of its own.

Single values can pass every limit and a source still be mapped wrongly: a wrong unit shifts all
of a marker's values together.
"""

from collections.abc import Iterator
from itertools import combinations

from labcohort.validate.distribution import MINIMUM

# ratio of medians and of two conversions that are taken for the same
NEAR = 0.08


def findings(
    profiles: dict[str, dict],
    patients: dict,
    aside: dict[tuple[str, str], int],
    lost: dict[str, dict],
    study: dict,
) -> list[dict]:
    """All that is judged: rule, source (None: several), subject, n, measure, note.

    `profiles` are those of the result sources, `patients` that of the patient table; `aside`
    counts set-aside cells of all stages by source and marker (`counts.as_bad`), `lost` what became
    of a source's values after harmonise (`counts.losses`). `study` holds
    patients (the source's name), conversions, ranges (marker -> low, high) misnamed (analytes
    whose name is another marker's) and left_out (columns that a mapping passes over and that have
    a marker's name). Of fewer than MINIMUM values no distribution is judged.
    """
    found = [*_columns(study["patients"], patients), *_left_out(study["left_out"])]
    for source, of in sorted(profiles.items()):
        found += [*_set_aside(source, of, aside), *_limits(source, of), *_missing(source, of)]
        found += _against_reference(source, of, study["ranges"])
        found += [*_unused(source, of, lost[source]), *_misnamed(source, of, study["misnamed"])]
        found += _contradicted(source, of)
    return [*found, *_differences(profiles, study["conversions"])]


def _finding(rule: str, source: str | None, subject: str, n: int, measure: float, note="") -> dict:
    """A measure to four significant digits, so that it is the same text everywhere."""
    return {
        "rule": rule,
        "source": source,
        "subject": subject,
        "n": n,
        "measure": float(f"{measure:.4g}"),
        "note": note,
    }


def _unused(source: str, of: dict, lost: dict) -> Iterator[dict]:
    """Whether no cell of a source is used, and the share of its values that are lost once read."""
    filled = sum(row["cells"] - row["missing"] - row["ignored"] for row in of["analytes"])
    why = ", ".join(f"{reason}: {n}" for reason, n in lost["why"].items())
    nothing = lost["used"] == 0
    yield _finding("nothing_used", source, source, filled, float(nothing), why if nothing else "")
    if lost["values"] >= MINIMUM:
        share = sum(lost["why"].values()) / lost["values"]
        yield _finding("mostly_unused", source, source, lost["values"], share, why)


def _misnamed(source: str, of: dict, rows: list[dict]) -> Iterator[dict]:
    """Of each mapped analyte, whether its name, or the one beside its code, is another marker's."""
    for row in rows:
        if row["source"] == source:
            note = f"mapped to {row['marker']}; '{row['analyte']}' is a name of {row['means']}"
            yield _finding("name_of_another_marker", source, row["analyte"], 1, 1.0, note)
    yield from _called_otherwise(source, of)
    bad = {row["analyte"] for row in rows if row["source"] == source}
    bad |= {row["analyte"] for row in of["misnamed"]}
    for analyte in sorted({row["analyte"] for row in of["analytes"] if row["marker"]} - bad):
        yield _finding("name_of_another_marker", source, analyte, 1, 0.0)


def _left_out(rows: list[dict]) -> Iterator[dict]:
    """Columns and analytes that a mapping passes over and that are named as a marker."""
    for row in rows:
        note = f"under {row['under']}; it is a name of {row['marker']}"
        yield _finding("marker_left_out", row["source"], row["column"], 1, 1.0, note)


def _called_otherwise(source: str, of: dict) -> Iterator[dict]:
    """Share of an analyte's cells beside whose code the file has the name of another marker."""
    for row in of["misnamed"]:
        share = row["failed"] / row["n"]
        note = f"mapped to {row['marker']}; the file calls it by a name of {row['means']}"
        yield _finding("name_of_another_marker", source, row["analyte"], row["n"], share, note)


def _contradicted(source: str, of: dict) -> Iterator[dict]:
    """Share of an analyte's filled cells that are sent in another unit than the declared one;
    of analytes that come with a unit."""
    for row in of["declared"]:
        if not row["compared"]:
            continue
        share = row["contradicted"] / row["n"]
        note = f"declared {row['unit']}, sent {', '.join(row['sent'])}" if row["sent"] else ""
        yield _finding("unit_contradicts_mapping", source, row["analyte"], row["n"], share, note)


def _columns(source: str, patients: dict) -> Iterator[dict]:
    """Share of the filled cells of a column of the patient table that was set aside."""
    for row in patients["columns"]:
        if row["filled"]:
            share = row["set_aside"] / row["filled"]
            yield _finding("attribute_set_aside_share", source, row["column"], row["filled"], share)


def _set_aside(source: str, of: dict, aside: dict[tuple[str, str], int]) -> Iterator[dict]:
    """Share of a marker's results that was set aside in any stage."""
    for row in of["markers"]:
        tried = row["n"] + row["set_aside"]
        if tried >= MINIMUM:
            share = aside.get((source, row["marker"]), 0) / tried
            yield _finding("marker_set_aside_share", source, row["marker"], tried, share)


def _limits(source: str, of: dict) -> Iterator[dict]:
    """Share of a marker's values outside the soft limits, and on one side of them.

    Values over a hard limit count too, though they were set aside; those sent as limits do not,
    for it is not known where they lie. The median is outside where more than half of the values
    are on one side.
    """
    for row in of["markers"]:
        low, high = (row[f"soft_{side}"] + row[f"hard_{side}"] for side in ("low", "high"))
        sent_as_limits = row["below_detection"] + row["above_detection"]
        n = row["n"] - sent_as_limits + row["hard_low"] + row["hard_high"]
        if n < MINIMUM:
            continue
        side = f"{low} below, {high} above"
        yield _finding("outside_soft_limits", source, row["marker"], n, (low + high) / n, side)
        yield _finding(
            "median_outside_soft_limits", source, row["marker"], n, max(low, high) / n, side
        )


def _missing(source: str, of: dict) -> Iterator[dict]:
    """Share of an analyte's cells that are empty; a long file has none."""
    counts: dict[str, list[int]] = {}
    for row in of["analytes"]:
        if row["marker"]:
            n, empty = counts.setdefault(row["analyte"], [0, 0])
            counts[row["analyte"]] = [n + row["cells"], empty + row["missing"]]
    for analyte, (n, empty) in sorted(counts.items()):
        if n >= MINIMUM:
            yield _finding("missing_share", source, analyte, n, empty / n)


def _against_reference(source: str, of: dict, ranges: dict[str, dict]) -> Iterator[dict]:
    """How many times the median is above the reference range, or below it (1 where inside)."""
    for row in of["markers"]:
        known, median = ranges.get(row["marker"]), (row["quantiles"] or {}).get("50")
        if not known or not median or median < 0:
            continue
        times = [1.0]
        times += [median / known["high"]] if known["high"] else []
        times += [known["low"] / median] if known["low"] else []
        side = "above" if known["high"] and median > known["high"] else "below"
        note = f"{side} the reference range" if max(times) > 1 else ""
        for rule in ("median_beyond_reference", "median_far_beyond_reference"):
            yield _finding(rule, source, row["marker"], row["n"], max(times), note)


def _differences(profiles: dict[str, dict], conversions: list[dict]) -> Iterator[dict]:
    """Ratio (of at least 1) of the medians of one marker in two sources."""
    medians = {
        (source, row["marker"]): (row["n"], row["quantiles"]["50"])
        for source, of in profiles.items()
        for row in of["markers"]
        if row["quantiles"] and row["quantiles"]["50"]
    }
    for marker in sorted({marker for _, marker in medians}):
        own = sorted(source for source, of in medians if of == marker)
        for one, other in combinations(own, 2):
            (n, a), (m, b) = medians[one, marker], medians[other, marker]
            if a * b <= 0:
                continue
            high, low = (one, other) if abs(a) >= abs(b) else (other, one)
            ratio = max(a / b, b / a)
            why = explained(ratio, marker, conversions)
            note = f"{high} over {low}{why}"
            # each pair is tried by both rules, and counts in one of them
            for rule, own in (("sources_differ", not why), ("sources_differ_as_units", why)):
                measure = ratio if own else 1.0
                yield _finding(rule, None, marker, min(n, m), measure, note)


def explained(ratio: float, marker: str, conversions: list[dict]) -> str:
    """The two conversions of a marker whose ratio is nearest to this one, in words; '' if none.

    Of units that are the same the first of conversions.tsv is named.
    """
    own = [r for r in conversions if r["marker"] == marker and r["intercept"] == 0]
    near = [
        (round(abs(one["slope"] / other["slope"] / ratio - 1), 6), i, k)
        for i, one in enumerate(own)
        for k, other in enumerate(own)
    ]
    distance, i, k = min(near, default=(1, 0, 0))
    if distance > NEAR or ratio <= 1 + NEAR:
        return ""
    factor = own[i]["slope"] / own[k]["slope"]
    return f"; {_unit(own[i])} instead of {_unit(own[k])} is a factor of {factor:.3g}"


def _unit(conversion: dict) -> str:
    """A conversion's unit, and its analyte where the unit holds for that one alone."""
    analyte = (conversion["analyte"] or "").replace("_", " ")
    return conversion["unit"] + (f" of {analyte}" if analyte else "")
