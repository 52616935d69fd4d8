"""Days of samples against the windows: how they are counted, and which weeks say how many."""

from datetime import date, timedelta

import polars as pl
import pytest
from labcohort.publish.figures import visit_timing

VISITS = [
    {"timepoint": "baseline", "anchor": "start", "scope": "marker", "target_day": 0, "before": 90,
     "after": 0, "label": "Baseline"},
    {"timepoint": "month_6", "anchor": "start", "scope": "marker", "target_day": 182, "before": 45,
     "after": 45, "label": "6 months"},
]  # fmt: skip
HOW = {
    "title": "Days",
    "words": {},
    "language": "en",
    "minimum_cell": 5,
    "visits": VISITS,
    "day_0": "start",
}
START = date(2020, 1, 1)


def on(day: int) -> date:
    return START + timedelta(days=day)


def dates(*rows: tuple[str, str | None, int]) -> pl.DataFrame:
    """From (person, marker, day)."""
    schema = {"person": pl.String, "marker": pl.String, "sample_date": pl.Date}
    return pl.DataFrame([(p, m, on(d)) for p, m, d in rows], schema, orient="row")


def people(*names: str, failed: tuple[str, ...] = ()) -> pl.DataFrame:
    rows = [(name, 2 if name in failed else None, False) for name in names]
    schema = {"person": pl.String, "failed": pl.Int64, "lacks_followup_only": pl.Boolean}
    return pl.DataFrame(rows, schema, orient="row")


def patients(**starts: date | None) -> pl.DataFrame:
    schema = {"person": pl.String, "start": pl.Date}
    return pl.DataFrame(list(starts.items()), schema, orient="row")


def counted(tmp_path, visits, *buckets: tuple) -> dict:
    """What is read of buckets of (dates, people, patients)."""
    paths = {"dates": [], "people": [], "patients": []}
    for i, frames in enumerate(buckets):
        for name, frame in zip(paths, frames, strict=True):
            path = tmp_path / name / f"{i}.parquet"
            path.parent.mkdir(exist_ok=True)
            frame.write_parquet(path)
            paths[name].append(str(path))
    return visit_timing.read(paths, HOW | {"visits": visits})


ONE = (
    # twice in a week is once; day -1 is the week before day 0
    dates(("a", None, -1), ("a", None, -3), ("a", None, 182), ("x", None, 182)),
    people("a", "x", failed=("x",)),
    patients(a=START, x=START),
)
OTHER = (
    dates(("b", None, 0), ("b", None, 190), ("c", None, 228), ("d", None, 5)),
    people("b", "c", "d"),
    # who has no day 0 is eligible, but counted on no day
    patients(b=START, c=START, d=None),
)


def test_days_count_from_the_anchor_of_the_eligible_in_all_buckets(tmp_path):
    assert counted(tmp_path, VISITS, ONE, OTHER) == {
        "eligible": 4,
        # days -7 to -1, 0 to 6, 182 to 188, 189 to 195, 224 to 230
        "weeks": {-1: 1, 0: 1, 26: 1, 27: 1, 32: 1},
        # day 228 is after the window of 182 ± 45
        "inside": {"baseline": 2, "month_6": 2},
    }


@pytest.mark.parametrize(
    ("scope", "weeks"),
    # glucose counts from day 10 and ALT from day 30 of the calendar; or both from day 10
    [("marker", {0: 1, 26: 1}), ("person", {0: 1, 2: 1, 26: 1, 28: 1})],
)
def test_days_count_from_the_first_result(tmp_path, scope, weeks):
    visits = [visit | {"anchor": "first_result", "scope": scope} for visit in VISITS]
    rows = dates(("a", "FBS", 10), ("a", "FBS", 192), ("a", "ALT", 30), ("a", "ALT", 212))
    found = counted(tmp_path, visits, (rows, people("a"), patients(a=START)))
    assert found["weeks"] == weeks
    assert found["inside"] == {"baseline": 1, "month_6": 1}


DATA = {
    "eligible": 40,
    "weeks": {-60: 9, -1: 30, 0: 4, 26: 5, 27: 1, 80: 2},
    "inside": {"baseline": 40, "month_6": 29},
}


def test_weeks_with_few_persons_are_all_of_one_height():
    axes = visit_timing.draw(DATA, HOW).axes[0]
    whole, small = axes.containers
    assert {bar.get_x(): bar.get_height() for bar in whole} == {-7: 30, 182: 5}
    # of 4 and of 1 person alike; weeks far outside the windows are not drawn
    assert {bar.get_x(): bar.get_height() for bar in small} == {0: 4, 189: 4}
    assert all(bar.get_hatch() for bar in small)
    assert [t.get_text() for t in axes.get_legend().get_texts()] == ["<5 persons"]


def test_each_window_says_its_days_and_the_share_of_the_eligible():
    axes = visit_timing.draw(DATA, HOW).axes[0]
    assert [t.get_text() for t in axes.texts] == [
        "Baseline\ndays -90 to 0\n40/40 (100.0 %)",
        # 29/40 = 72.5 %
        "6 months\ndays 137 to 227\n29/40 (72.5 %)",
    ]
    assert axes.get_xlabel() == "day, from start"


def test_the_table_withholds_weeks_with_few_persons():
    rows = visit_timing.source(DATA, HOW)
    weeks = rows.filter(what="week").select("first_day", "last_day", "persons").rows()
    assert weeks == [
        (-420, -414, 9), (-7, -1, 30), (0, 6, None), (182, 188, 5), (189, 195, None),
        (560, 566, None),
    ]  # fmt: skip
    assert rows.filter(what="window").get_column("persons").to_list() == [40, 29]


def test_the_caption_says_what_is_not_drawn():
    said = visit_timing.caption(DATA, HOW)
    assert "1 to 4 persons are hatched" in said
    assert "are not drawn" in said
    plain = DATA | {"weeks": {-1: 30, 26: 5}}
    assert "hatched" not in visit_timing.caption(plain, HOW)
    assert "not drawn" not in visit_timing.caption(plain, HOW)
    assert len(visit_timing.draw(plain, HOW).axes[0].containers) == 2


def test_where_nobody_is_eligible_there_is_no_share():
    nobody = {"eligible": 0, "weeks": {}, "inside": {"baseline": 0, "month_6": 0}}
    assert "0/0 (– %)" in visit_timing.draw(nobody, HOW).axes[0].texts[0].get_text()
