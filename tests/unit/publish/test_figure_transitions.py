"""The matrix of classes: counts, shares, and what is withheld so that nothing small is told."""

from itertools import product

import numpy as np
import polars as pl
import pytest
from labcohort.publish.figures import transitions

CLASSES = [{"category": c, "label": f"Stage {c}"} for c in "123"]
HOW = {
    "title": "Stages", "words": {}, "language": "en", "minimum_cell": 5, "baseline": "Baseline",
    "markers": [{"marker": "CKD_STAGE", "label": "CKD stage", "unit": "1"}],
    "cohorts": [{"cohort": "all", "label": "All"}],
    "timepoints": [{"timepoint": "month_6", "label": "6 months"}],
    "classes": {"CKD_STAGE": CLASSES}, "methods": {"ckd_epi_2021": "CKD-EPI 2021"},
}  # fmt: skip
CODES = ["1", "2", "3", None]
SCHEMA = dict.fromkeys(
    ("marker", "cohort", "timepoint", "category_baseline", "category_followup"), pl.String
) | {"n": pl.Int64}


def matrix(tmp_path, table: list[list[int]], **how) -> list[dict]:
    """What is read of an artefact with these counts, and with others beside them."""
    rows = [
        ("CKD_STAGE", cohort, "month_6", before, after, n + more)
        for cohort, more in (("men", 100), ("all", 0))
        for before, line in zip(CODES, table, strict=True)
        for after, n in zip(CODES, line, strict=True)
    ]
    path = tmp_path / "transitions.parquet"
    pl.DataFrame(rows, SCHEMA, orient="row").write_parquet(path)
    return transitions.read({"transitions": [str(path)]}, HOW | how)


LARGE = [[30, 10, 0, 0], [8, 50, 12, 10], [0, 6, 20, 14], [0, 0, 0, 40]]


def test_counts_totals_and_shares_are_printed(tmp_path):
    drawn = transitions.draw(matrix(tmp_path, LARGE), HOW)
    texts = [t.get_text() for t in drawn.axes[0].texts]
    assert texts[:5] == ["30\n75 %", "10\n25 %", "0", "0", "40"]
    # 8, 50, 12 and 10 of 80: 10, 62.5, 15 and 12.5 per cent
    assert texts[5:10] == ["8\n10 %", "50\n63 %", "12\n15 %", "10\n13 %", "80"]
    assert texts[20:25] == ["38", "66", "32", "64", "200"]
    assert "6 months (n = 200)" in texts
    assert [t.get_text() for t in drawn.axes[0].get_yticklabels()] == [
        "Stage 1", "Stage 2", "Stage 3", "no value", "all"
    ]  # fmt: skip


def test_a_small_count_is_withheld_with_others_and_none_has_a_share(tmp_path):
    table = [list(line) for line in LARGE]
    table[0][2] = 3
    matrices = matrix(tmp_path, table)
    texts = [t.get_text() for t in transitions.draw(matrices, HOW).axes[0].texts]
    assert texts[2] == "<5"
    assert transitions.WITHHELD in texts
    hidden = np.array(matrices[0]["withheld"])
    # in its row, in its column, and where these two meet others
    assert hidden[0].sum() >= 2 and hidden[:, 2].sum() >= 2
    said = transitions.caption(matrices, HOW)
    assert "<5: 1 to 4 persons; –: withheld" in said
    assert "withheld" not in transitions.caption(matrix(tmp_path, LARGE), HOW)
    rows = transitions.source(matrices, HOW)
    assert rows.filter("withheld").get_column("n").null_count() == hidden.sum()
    assert rows.filter(pl.col("n").is_between(1, 4)).is_empty()
    assert rows.height == 25


def test_of_few_persons_nothing_is_printed(tmp_path):
    matrices = matrix(tmp_path, [[2, 0, 0, 0], [0, 1, 0, 0], [0] * 4, [0] * 4])
    texts = [t.get_text() for t in transitions.draw(matrices, HOW).axes[0].texts]
    assert "6 months (n < 5)" in texts
    assert transitions.source(matrices, HOW).get_column("n").null_count() == 25


def test_a_cohort_that_nobody_is_in_has_zeros(tmp_path):
    matrices = matrix(tmp_path, [[0] * 4] * 4)
    assert {t.get_text() for t in transitions.draw(matrices, HOW).axes[0].texts[:25]} == {"0"}


def told(full: list[list[int]], hidden: list[list[bool]]) -> set[tuple[int, int]]:
    """Which withheld cells linear algebra finds from what is printed: each line adds up to its
    total, which stands last in it, and the number of all is known."""
    size = len(full)
    cells = [(i, j) for i in range(size) for j in range(size)]
    lines = [[(i, j) for j in range(size)] for i in range(size)]
    lines += [[(i, j) for i in range(size)] for j in range(size)]
    equations = [[(c in line) * (-1 if c == line[-1] else 1) for c in cells] for line in lines]
    shown = [c for c in cells if not hidden[c[0]][c[1]] or c == (size - 1, size - 1)]
    equations += [[c == one for c in cells] for one in shown]
    known = np.array(equations, float)
    rank = np.linalg.matrix_rank(known)
    found = set()
    for i, cell in enumerate(cells):
        unit = np.zeros((1, len(cells)))
        unit[0, i] = 1
        if cell not in shown and np.linalg.matrix_rank(np.vstack([known, unit])) == rank:
            found.add(cell)
    return found


@pytest.mark.parametrize("seed", range(40))
def test_no_subtraction_gives_a_small_count_or_total_back(seed):
    draw = np.random.default_rng(seed)
    table = draw.choice([0, 0, 0, 1, 2, 4, 5, 8, 30], size=(5, 5))
    full = np.vstack([table, table.sum(0)])
    full = np.hstack([full, full.sum(1, keepdims=True)]).tolist()
    hidden = transitions.withheld_with_totals(full, 5)
    small = {(i, j) for i in range(6) for j in range(6) if 0 < full[i][j] < 5}
    assert all(hidden[i][j] for i, j in small)
    assert not small & told(full, hidden)


def possible(full: list[list[int]], hidden: list[list[bool]], minimum: int):
    """Inner cells of all tables of two classes that could be, with what a reader knows: withheld
    counts and totals that are few are 1 to minimum - 1, the others 0 or at least the minimum."""
    everyone = full[-1][-1]

    def known(n: int, withheld: bool) -> list[int]:
        if not withheld:
            return [n]
        return [*range(1, minimum)] if 0 < n < minimum else [0, *range(minimum, everyone + 1)]

    may = [
        [known(n, h) for n, h in zip(*line, strict=True)] for line in zip(full, hidden, strict=True)
    ]
    for a, b, c in product(may[0][0], may[0][1], may[1][0]):
        d = everyone - a - b - c
        sums = [[a, b, a + b], [c, d, c + d], [a + c, b + d, everyone]]
        if all(sums[i][j] in may[i][j] for i in range(3) for j in range(3)):
            yield sums


def test_no_small_count_or_total_can_be_told_from_bounds_either():
    draw, looked_at = np.random.default_rng(5), 0
    for _ in range(150):
        table = draw.choice([0, 0, 1, 2, 3, 5, 9], size=(2, 2))
        full = np.vstack([table, table.sum(0)])
        full = np.hstack([full, full.sum(1, keepdims=True)]).tolist()
        hidden = transitions.withheld_with_totals(full, 4)
        small = [(i, j) for i in range(3) for j in range(3) if 0 < full[i][j] < 4]
        if not small or full[-1][-1] < 4 or sum(map(sum, hidden)) == 8:
            # where all but the known number of all are withheld nothing more can be
            continue
        looked_at += 1
        found = list(possible(full, hidden, 4))
        assert full in found
        assert all(len({sums[i][j] for sums in found}) > 1 for i, j in small), full
    assert looked_at > 10


def test_a_class_of_few_who_all_stayed_does_not_take_the_whole_matrix_with_it():
    """Its total is withheld with it and can be another, as theirs is; the number of all stays."""
    table = [[55, 5, 0, 0], [11, 91, 14, 0], [0, 6, 21, 0], [0, 0, 0, 4]]
    full = [[*line, sum(line)] for line in [*table, [sum(c) for c in zip(*table, strict=True)]]]
    hidden = transitions.withheld_with_totals(full, 5)
    assert hidden[3][3] and hidden[3][4] and hidden[4][3] and not hidden[4][4]
    # what is needed beside them is among the smaller: the largest two counts stay
    assert not hidden[0][0] and not hidden[1][1]


def test_the_caption_names_the_equation_and_makes_no_diagnosis(tmp_path):
    said = transitions.caption(matrix(tmp_path, LARGE), HOW)
    assert "not a diagnosis" in said and "eGFR by CKD-EPI 2021." in said
    assert "eGFR by" not in transitions.caption(matrix(tmp_path, LARGE), HOW | {"methods": {}})


def test_panels_are_named_by_what_differs(tmp_path):
    how = HOW | {"cohorts": [*HOW["cohorts"], {"cohort": "men", "label": "Men"}]}
    drawn = transitions.draw(matrix(tmp_path, LARGE, cohorts=how["cohorts"]), how)
    headings = [[t.get_text() for t in axes.texts][-1] for axes in drawn.axes]
    assert headings == ["All, 6 months (n = 200)", "Men, 6 months (n = 1,800)"]
