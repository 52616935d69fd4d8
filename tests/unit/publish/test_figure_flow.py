"""The selection flow: every step, and no count that gives a small one away."""

import json
from itertools import pairwise

import numpy as np
import polars as pl
import pytest
from labcohort.cohorts.eligibility import FLOW
from labcohort.cohorts.subgroups import SIZES
from labcohort.publish.figures import flow

HOW = {
    "title": "Selection", "words": {}, "language": "en", "minimum_cell": 5, "everyone": "all",
    "eligibility": [{"order": i, "label": f"criterion {i}"} for i in range(1, 7)],
    "timepoints": [
        {"timepoint": "baseline", "label": "Baseline"},
        {"timepoint": "month_6", "label": "6 months"},
        {"timepoint": "month_12", "label": "12 months"},
    ],
}  # fmt: skip


def data(entered: int, failed: list[int], **more) -> dict:
    """The counts of a flow in which so many failed each criterion."""
    steps, left = [], entered
    for order, n in enumerate(failed, 1):
        steps.append({"order": order, "entered": left, "failed": n, "remained": left - n})
        left -= n
    members = {"baseline": left, "month_6": left - 10, "month_12": 10, "month_6 & month_12": 0}
    fates = {"missing": 7, "set_aside": 2}
    return {"flow": steps, "members": members, "rows": entered + 3, "cells": 900,
            "fates": fates} | more  # fmt: skip


def texts(drawn) -> list[str]:
    return [t.get_text().replace(flow.HELD, " ") for t in drawn.axes[0].texts]


def printed(counts: dict, **how) -> dict[str, int | None]:
    return dict(flow.source(counts, HOW | how).select("step", "n").iter_rows())


def test_every_step_is_drawn_also_where_nobody_failed():
    shown = texts(flow.draw(data(60, [12, 0, 8]), HOW))
    for text in (
        "Persons\nn = 60", "Not met: criterion 1\nn = 12", "Remaining\nn = 48",
        "Not met: criterion 2\nn = 0", "Not met: criterion 3\nn = 8", "Eligible\nn = 40",
        "Baseline\nn = 40", "6 months\nn = 30", "12 months\nn = 10",
        "With results at both 6 months and 12 months: n = 0",
    ):  # fmt: skip
        assert text in shown
    # 63 rows of 60 persons; of 900 cells 7 were empty and 2 set aside
    (lost,) = [text for text in shown if "Rows that add no person" in text]
    assert "Rows that add no person: n = 3" in lost
    assert "Result cells without a value: n = 7" in lost
    assert "Result cells set aside: n = 2" in lost
    assert "Result cells that repeat another: n = 0" in lost


def test_without_criteria_all_persons_are_eligible():
    shown = texts(flow.draw(data(30, []), HOW))
    assert "Persons\nn = 30" in shown and not any("Not met" in text for text in shown)


def test_a_small_exclusion_is_withheld_with_another_and_what_lies_between():
    counts = data(100, [20, 3, 15, 0, 30])
    shown = printed(counts)
    # 3 is small, 15 the smallest other; 100 - 20 = 80 before and 32 after them stay
    assert [shown[f"excluded_{i}"] for i in range(1, 6)] == [20, None, None, 0, 30]
    assert [shown[f"remained_{i}"] for i in range(1, 6)] == [80, None, 62, 62, 32]
    drawn = texts(flow.draw(counts, HOW))
    assert "Not met: criterion 2\nn < 5" in drawn
    assert "Not met: criterion 3\nn withheld" in drawn
    assert "Counts of 1 to 4 persons are withheld" in flow.caption(counts, HOW)
    assert "withheld" not in flow.caption(data(60, [12, 0, 8]), HOW)


def test_where_all_exclusions_are_few_the_number_of_persons_is_withheld_too():
    shown = printed(data(40, [2, 0, 1]))
    # that nobody failed the second tells nothing of the others
    assert [shown[f"excluded_{i}"] for i in (1, 2, 3)] == [None, 0, None]
    assert shown["persons"] is shown["rows"] is shown["rows_without"] is None
    assert [shown[f"remained_{i}"] for i in (1, 2, 3)] == [None, None, 37]


def test_few_eligible_are_withheld_at_every_step_and_timepoint():
    counts = data(40, [26, 11], members={"baseline": 3, "month_6": 3, "month_6 & month_12": 0})
    shown = printed(counts)
    # 40 - 26 - 11 would be the 3 who are left
    assert (shown["persons"], shown["excluded_1"], shown["remained_1"]) == (40, 26, 14)
    for step in ("excluded_2", "remained_2", "baseline", "month_6"):
        assert shown[step] is None


def test_few_persons_without_any_criterion_are_withheld():
    shown = printed(data(3, [], members={"baseline": 3, "month_6": 3, "month_6 & month_12": 0}))
    for step in ("persons", "rows", "rows_without", "baseline", "month_6"):
        assert shown[step] is None


def solved(shown: dict, steps: int) -> dict[str, int]:
    """What linear algebra finds of the counts that are withheld, from those that are printed:
    who entered a step failed it or went on."""
    names = ["persons", *(f"{what}_{i}" for i in range(1, steps + 1)
                          for what in ("excluded", "remained"))]  # fmt: skip
    stays = ["persons", *(f"remained_{i}" for i in range(1, steps + 1))]
    rows, right = [], []
    for i, (before, after) in enumerate(pairwise(stays), 1):
        rows.append([(n == before) - (n == after) - (n == f"excluded_{i}") for n in names])
        right.append(0)
    for name in names:
        if shown[name] is not None:
            rows.append([n == name for n in names])
            right.append(shown[name])
    matrix = np.array(rows, float)
    rank = np.linalg.matrix_rank(matrix)
    found = np.linalg.lstsq(matrix, np.array(right, float), rcond=None)[0]
    known = {}
    for i, name in enumerate(names):
        unit = np.zeros((1, len(names)))
        unit[0, i] = 1
        if np.linalg.matrix_rank(np.vstack([matrix, unit])) == rank:
            known[name] = round(float(found[i]))
    return known


@pytest.mark.parametrize("seed", range(60))
def test_no_subtraction_gives_a_small_count_back(seed):
    draw = np.random.default_rng(seed)
    failed = draw.choice([0, 0, 1, 2, 4, 5, 6, 9, 40], size=draw.integers(1, 7)).tolist()
    left = int(draw.choice([3, 50]))
    members = {"baseline": left, "month_6": left, "month_6 & month_12": 0}
    counts = data(sum(failed) + left, failed, members=members)
    known = solved(printed(counts), len(failed))
    small = [f"excluded_{i}" for i, n in enumerate(failed, 1) if 0 < n < 5]
    assert not [name for name in small if name in known]
    if left < 5:
        assert f"remained_{len(failed)}" not in known


def test_the_counts_of_buckets_add_up(tmp_path):
    paths = {"flow": [], "sizes": []}
    for i, (entered, failed) in enumerate([(40, 8), (20, 4)]):
        rows = [(1, "attribute_is", "type", entered, failed, entered - failed)]
        sizes = [("all", "baseline", entered - failed), ("men", "baseline", 1)]
        for name, (own, schema) in {"flow": (rows, FLOW), "sizes": (sizes, SIZES)}.items():
            path = tmp_path / f"{name}_{i}.tsv"
            pl.DataFrame(own, schema, orient="row").write_csv(path, separator="\t")
            paths[name].append(str(path))
    ledger = tmp_path / "ledger.tsv"
    ledger.write_text(
        "source\tstage\tkind\tfate\treason\tcells\n"
        "a\tingest\tin\t\t\t50\nb\tingest\tin\t\t\t60\n"
        "a\tharmonise\tin\t\t\t50\nb\tharmonise\tfate\tset_aside\tx\t4\n"
        "a\tderive\tfate\tset_aside\ty\t1\n"
    )
    validation = tmp_path / "validation.json"
    validation.write_text(json.dumps({"patients": {"rows": 61}}))
    found = flow.read(paths | {"ledger": [str(ledger)], "validation": [str(validation)]}, HOW)
    assert [(s["entered"], s["failed"], s["remained"]) for s in found["flow"]] == [(60, 12, 48)]
    assert found["members"] == {"baseline": 48}
    assert (found["rows"], found["cells"], found["fates"]) == (61, 110, {"set_aside": 5})


def test_lines_are_broken_at_blanks_and_between_chinese_signs():
    assert flow.broken("any result at follow-up", 12) == ["any result", "at follow-up"]
    # a sign is two letters wide
    assert flow.broken("有随访检验结果", 8) == ["有随访检", "验结果"]
    assert flow.broken("Remaining: n = 12", 12) == ["Remaining:", f"n{flow.HELD}={flow.HELD}12"]
