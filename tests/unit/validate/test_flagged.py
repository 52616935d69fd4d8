"""Flags of derived panels, counted by hand, and the values that have them."""

from datetime import date

import polars as pl
import pytest
from labcohort.validate.flagged import COUNTS, flag_counts, flagged_values, flags_of, listed

from schemas.derived import Derived

SCHEMA = {name: column.dtype.type for name, column in Derived.to_schema().columns.items()}
UNITS = {"FBS": "mmol/L", "HOMA_IR": "1", "ALT": "U/L"}


def panel(*rows: tuple) -> pl.LazyFrame:
    """Rows of (source or None, marker, row, flag); a computed value has no place."""
    frame = [
        dict.fromkeys(SCHEMA)
        | {"person": f"p{n}", "marker": marker, "sample_date": date(2020, 1, 1), "value": 4.5,
           "origin": "measured" if source else "derived", "flag": flag, "source": source}
        | ({"file": f"{source}.csv", "row": row, "column": "x"} if source else {})
        for n, (source, marker, row, flag) in enumerate(rows)
    ]  # fmt: skip
    return pl.DataFrame(frame, schema=SCHEMA, orient="row").lazy()


PANELS = [
    panel(
        ("b", "FBS", 10, "soft_high|delta_check"), ("b", "FBS", 9, "delta_check"),
        ("a", "FBS", 2, None), ("a", "FBS", 3, "delta_check"), (None, "HOMA_IR", None, "near_pole"),
        (None, "HOMA_IR", None, "near_pole|soft_high"),
    ),
    panel(("a", "ALT", 7, "preliminary")),
]  # fmt: skip


def test_flags_are_counted_one_by_one_and_by_source_and_marker():
    counts = flag_counts(flags_of(PANELS))
    assert dict(counts.schema) == COUNTS
    assert counts.rows() == [
        ("a", "ALT", "preliminary", 1),
        ("a", "FBS", "delta_check", 1),
        ("b", "FBS", "delta_check", 2),
        ("b", "FBS", "soft_high", 1),
        (None, "HOMA_IR", "near_pole", 2),
        (None, "HOMA_IR", "soft_high", 1),
    ]


def test_measured_values_are_listed_by_their_places_and_computed_ones_not():
    found = flagged_values(flags_of(PANELS))
    assert found.select("source", "row", "marker", "flag").rows() == [
        ("a", 3, "FBS", "delta_check"), ("a", 7, "ALT", "preliminary"),
        ("b", 9, "FBS", "delta_check"),
        # as numbers, not as texts
        ("b", 10, "FBS", "delta_check"), ("b", 10, "FBS", "soft_high"),
    ]  # fmt: skip
    assert "person" not in found.columns
    mixed = [part.collect().sample(fraction=1, shuffle=True, seed=3).lazy() for part in PANELS]
    assert flagged_values(flags_of(mixed[::-1])).equals(found)


def test_what_the_study_does_not_judge_is_not_listed():
    unjudged = {"delta_check": ["b"], "soft_high": ["a", "b"]}
    found = listed(flagged_values(flags_of(PANELS)), {"units": UNITS, "unjudged": unjudged})
    assert found.select("source", "marker", "value", "unit", "flag", "meaning").rows() == [
        ("a", "FBS", 4.5, "mmol/L", "delta_check",
         "changed by more than biological and analytical variation"),
        ("a", "ALT", 4.5, "U/L", "preliminary",
         "a preliminary result, with no final one of that day"),
    ]  # fmt: skip


@pytest.mark.parametrize("rows", [(), (("a", "FBS", 2, None),)])
def test_without_flags_nothing_is_counted(rows):
    flags = flags_of([panel(*rows)])
    assert flag_counts(flags).is_empty()
    assert listed(flagged_values(flags), {"units": UNITS, "unjudged": {}}).is_empty()
