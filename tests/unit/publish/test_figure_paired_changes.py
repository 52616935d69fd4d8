"""Figures of kind paired_changes: the pairs are the comparison's own, persons stay behind."""

import re
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from labcohort.jobs import figure as job
from labcohort.publish import style
from labcohort.publish.figures import paired_changes
from matplotlib.collections import LineCollection

from tests.unit.publish.compared import ONE, compared, frame, small_groups, texts

PLACE = {"marker": "SBP", "cohort": "all", "timepoint": "month_6"}
N = 30
NAMES = [f"p{i:03}" for i in range(N)]
BEFORE = [100 + 3.7 * ((7 * i) % N) for i in range(N)]
AFTER = [b + d for b, d in zip(BEFORE, [((11 * i) % N) - 16.5 for i in range(N)], strict=True)]


@pytest.fixture(autouse=True)
def styled():
    style.apply(ONE)


def told(**more) -> dict:
    compared_rows = [PLACE | {"family": "f", "exclude": ["insulin_treated"]}]
    return ONE | {"compared": compared_rows} | more


def study(path: Path, persons=range(N), flagged=(), buckets: int = 1, n=None, withheld=(),
          **row) -> dict:  # fmt: skip
    """Values, members and the comparison of so many persons, and the paths of them."""
    paths = {"comparisons": [str(path / "comparisons.parquet")], "values": [], "members": []}
    for bucket in range(buckets):
        own = [i for i in persons if i % buckets == bucket]
        values = [
            {"person": NAMES[i], "marker": "SBP", "timepoint": time, "value": float(numbers[i]),
             "comparator": None, "flag": "insulin_treated" if i in flagged else None}
            for time, numbers in (("baseline", BEFORE), ("month_6", AFTER)) for i in own
        ]  # fmt: skip
        schema = {"comparator": pl.String, "flag": pl.String}
        members = [{"person": NAMES[i], "cohort": "all", "timepoint": "month_6"} for i in own]
        frames = {
            "values": pl.DataFrame(values, schema_overrides=schema),
            "members": pl.DataFrame(members),
        }
        for name, table in frames.items():
            file = path / name / "blood_pressure" / f"{bucket}.parquet"
            file.parent.mkdir(parents=True, exist_ok=True)
            table.write_parquet(file)
            paths[name].append(str(file))
            # of another panel of the same process: not read
            paths[name].append(str(path / name / "lipid" / f"{bucket}.parquet"))
    n_pairs = len(persons) - len(flagged) if n is None else n
    frame(compared(n_pairs=n_pairs, **row)).write_parquet(paths["comparisons"][0])
    paths["small_groups"] = [str(path / "small_groups.parquet")]
    small_groups(*withheld).write_parquet(paths["small_groups"][0])
    return paths


def lines_of(drawn) -> np.ndarray:
    """The values that lines join, in the order of drawing."""
    found = [c for c in drawn.axes[0].collections if isinstance(c, LineCollection)]
    return np.array([line[:, 1] for c in found for line in c.get_segments()])


@pytest.mark.parametrize("buckets", [1, 3])
def test_each_line_joins_the_values_of_one_person(tmp_path, buckets):
    rows = paired_changes.read(study(tmp_path, buckets=buckets), told())
    lines = lines_of(paired_changes.draw(rows, told()))
    assert lines.tolist() == [[b, a] for b, a in zip(BEFORE, AFTER, strict=True)]
    persons = paired_changes.persons(rows, told())
    assert persons["person"].to_list() == NAMES
    assert persons["baseline"].to_list() == BEFORE
    change = np.subtract(AFTER, BEFORE)
    assert persons["change"].to_numpy() == pytest.approx(change, abs=1e-9)
    assert persons["unit"].unique().to_list() == ["mm[Hg]"]


def test_pairs_that_the_comparison_leaves_out_are_left_out(tmp_path):
    rows = paired_changes.read(study(tmp_path, flagged=(2, 5)), told())
    persons = paired_changes.persons(rows, told())["person"].to_list()
    assert persons == [name for i, name in enumerate(NAMES) if i not in (2, 5)]


def test_another_number_of_pairs_than_the_comparison_has_stops_the_job(tmp_path):
    with pytest.raises(RuntimeError, match="30 pairs of SBP all month_6, and 29"):
        paired_changes.read(study(tmp_path, n=29), told())


def test_values_and_changes_in_another_unit(tmp_path):
    # NGSP to IFCC has a slope and an intercept: a change takes the slope alone
    units = {"SBP": {"unit": "x", "slope": 10.93, "intercept": -23.5}}
    rows = paired_changes.read(study(tmp_path), told(units=units))
    first = paired_changes.persons(rows, told(units=units)).row(0, named=True)
    assert first["baseline"] == pytest.approx(10.93 * BEFORE[0] - 23.5)
    assert first["change"] == pytest.approx(10.93 * (AFTER[0] - BEFORE[0]))
    estimates = paired_changes.source(rows, told(units=units)).filter(pl.col("what") == "change")
    assert estimates["centre"].item() == pytest.approx(10.93 * -4.0)


@pytest.mark.parametrize(
    ("test", "estimate"),
    [("paired_t", (-4.0, -6.0, -2.0)), ("wilcoxon_signed_rank", (-3.0, -5.0, -1.0))],
)
def test_the_estimate_is_that_of_the_comparison_s_test(tmp_path, test, estimate):
    rows = paired_changes.read(study(tmp_path, test=test), told())
    row = paired_changes.source(rows, told()).filter(pl.col("what") == "change")
    assert row.select("centre", "low", "high").row(0) == estimate
    name = "Hodges-Lehmann" if test == "wilcoxon_signed_rank" else "mean change"
    assert name in paired_changes.caption(rows, told())


def test_what_may_leave_the_site_has_no_line_of_a_person_and_no_count_of_few(tmp_path):
    rows = paired_changes.read(study(tmp_path), told())
    source = paired_changes.source(rows, told())
    bars = source.filter(pl.col("what") == "bar")
    assert bars["n"].cast(pl.Int64).sum() == N and bars["n"].cast(pl.Int64).min() >= 5
    assert "p0" not in source.write_csv()


@pytest.mark.parametrize(
    ("n", "withheld", "lines", "estimate"),
    [
        (9, (), 0, True), (10, (), 10, True), (4, ({"few": True},), 0, False),
        # many, whose number would tell that of a small group
        (30, ({"few": False},), 0, False),
    ],
)  # fmt: skip
def test_persons_are_drawn_singly_in_large_groups_only(tmp_path, n, withheld, lines, estimate):
    rows = paired_changes.read(study(tmp_path, persons=range(n), withheld=withheld), told())
    drawn = paired_changes.draw(rows, told())
    assert len(lines_of(drawn)) == lines
    source = paired_changes.source(rows, told())
    assert set(source["what"]) == {"baseline", "followup", "change"}
    assert source["centre"].is_not_null().all() == estimate
    assert ("p < 0.001" in texts(drawn)) == estimate
    if n == 9:
        assert "fewer than 10 pairs patients are not drawn" in paired_changes.caption(rows, told())


def test_persons_are_pixels_in_every_format(tmp_path):
    rows = paired_changes.read(study(tmp_path), told())
    drawn = paired_changes.draw(rows, told())
    (collection,) = (c for c in drawn.axes[0].collections if isinstance(c, LineCollection))
    assert collection.get_rasterized()
    style.save(drawn, str(tmp_path / "figure.svg"))
    svg = (tmp_path / "figure.svg").read_text("utf-8")
    assert "data:image/png;base64" in svg and "stroke: #666666" not in svg
    # the axis ends at round numbers, not at the extremes
    low, high = drawn.axes[0].get_ylim()
    assert low <= min(BEFORE + AFTER) and max(BEFORE + AFTER) <= high
    assert not re.search(r"\.\d{2}", f"{low} {high}")


@pytest.mark.parametrize(("log", "factor", "scale"), [(["SBP"], 0.01, "log"),
                                                      (["SBP"], 1, "linear"),
                                                      ([], 0.01, "linear")])  # fmt: skip
def test_skewed_markers_of_a_wide_range_have_a_log_axis(tmp_path, log, factor, scale):
    # 100 to 207 less 99.9 in hundredths: from 0.001 to 1
    shift = 0 if factor == 1 else -83.4
    units = {"SBP": {"unit": "x", "slope": factor, "intercept": shift * factor}}
    how = told(log=log, units=units)
    rows = paired_changes.read(study(tmp_path), how)
    assert paired_changes.draw(rows, how).axes[0].get_yscale() == scale
    assert ("logarithmic" in paired_changes.caption(rows, how)) == (scale == "log")


def test_the_job_writes_the_persons_apart(tmp_path):
    paths = study(tmp_path) | {
        form: str(tmp_path / f"figure.{form}")
        for form in ("svg", "pdf", "png", "source", "caption", "persons")
    }
    job.main(paths, "figure_1", told(kind="paired_changes"))
    persons = (tmp_path / "figure.persons").read_text("utf-8")
    assert persons.count("\n") == N + 1 and "p007" in persons and "SYNTHETIC" in persons
    for form in ("svg", "source", "caption"):
        assert "p007" not in (tmp_path / f"figure.{form}").read_text("utf-8")


def test_a_timepoint_at_which_nobody_is_says_so(tmp_path):
    paths = study(tmp_path)
    numbers = ("baseline_", "followup_", "change_", "hodges", "hl_", "p_", "d_z", "dz_")
    empty = {k: None if k.startswith(numbers) else v for k, v in compared().items()}
    nobody = empty | {"timepoint": "month_12", "n_pairs": 0}
    frame(compared(n_pairs=N), nobody).write_parquet(paths["comparisons"][0])
    times = [*ONE["timepoints"], {"timepoint": "month_12", "label": "12 months"}]
    more = PLACE | {"timepoint": "month_12", "family": "f", "exclude": []}
    how = told(timepoints=times)
    how["compared"] = [*how["compared"], more]
    rows = paired_changes.read(paths, how)
    assert "no pairs" in texts(paired_changes.draw(rows, how)).replace("\n", " ")
    assert len(paired_changes.persons(rows, how)) == N
    assert "n = 0" in texts(paired_changes.draw(rows, how))
