"""Withheld counts cannot be told from what is printed: held against all tables that could be."""

import random
from itertools import product

import pytest
from labcohort.small_cells import is_few, withheld, withheld_flow, withheld_table


@pytest.mark.parametrize(
    ("counts", "mask"),
    [
        # nothing is few
        ([0, 5, 7], [False, False, False]),
        ([], []),
        # one alone is the total less the others: the smallest other goes as well
        ([2, 7, 30], [True, True, False]),
        # 4 and 4 add up to the most that two of few can: a third
        ([4, 4, 20], [True, True, True]),
        # 1 and 5 add up to the least that one of few and one other can: 9 is enough
        ([1, 5, 9], [True, False, True]),
        ([3, 0, 0, 300], [True, False, False, True]),
        # nothing else is left
        ([3], [True]),
        ([0, 0, 3], [True, True, True]),
    ],
)
def test_which_counts_of_a_line_are_withheld(counts, mask):
    assert withheld(counts, 5) == mask


def test_a_minimum_of_one_withholds_nothing():
    assert withheld([1, 2, 3], 1) == [False] * 3
    assert withheld_table([[1, 2], [3, 4]], 1) == [[False] * 2] * 2


@pytest.mark.parametrize(
    ("count", "few"), [(None, False), (0, False), (1, True), (4, True), (5, False)]
)
def test_what_is_few(count, few):
    assert is_few(count, 5) == few


def test_a_line_of_few_persons_in_all_takes_no_other_line_with_it():
    # its total is the caller's to withhold
    assert withheld_table([[2, 1], [20, 30]], 5, column_totals=False) == [[True] * 2, [False] * 2]


def possible(table, mask, minimum: int, column_totals: bool):
    """All tables that have the counts that are shown and the totals, with what a reader knows of
    withheld counts: few ones are 1 to minimum - 1, others 0 or at least the minimum."""
    rows, columns = len(table), len(table[0])
    lines = []
    for counts, hidden in zip(table, mask, strict=True):
        places = [c for c in range(columns) if hidden[c]]
        left = sum(counts[c] for c in places)
        ranges = [
            range(1, minimum) if 0 < counts[c] < minimum else [0, *range(minimum, left + 1)]
            for c in places
        ]
        lines.append(
            [
                [dict(zip(places, values, strict=True)).get(c, counts[c]) for c in range(columns)]
                for values in product(*ranges)
                if sum(values) == left
            ]
        )
    totals = [sum(line[c] for line in table) for c in range(columns)]
    for filled in product(*lines):
        if not column_totals or [sum(line[c] for line in filled) for c in range(columns)] == totals:
            yield {(r, c): filled[r][c] for r in range(rows) for c in range(columns) if mask[r][c]}


@pytest.mark.parametrize("column_totals", [True, False])
def test_no_withheld_count_can_be_told_from_totals_and_bounds(column_totals):
    """By listing all tables that could be: linear algebra and bounds of intervals find no more."""
    draw, told, looked_at = random.Random(20), 0, 0
    for _ in range(150):
        rows = draw.randint(1, 3) if column_totals else 1
        columns = draw.randint(2, 3) if rows > 1 else draw.randint(2, 4)
        minimum = draw.randint(2, 4)
        table = [[draw.choice([0, 1, 2, 3, 4, 5, 6]) for _ in range(columns)] for _ in range(rows)]
        mask = withheld_table(table, minimum, column_totals)
        few = [(r, c) for r in range(rows) for c in range(columns) if 0 < table[r][c] < minimum]
        assert all(mask[r][c] for r, c in few)
        if not few or all(all(line) for line in mask):
            # where all are withheld nothing more can be
            continue
        looked_at += 1
        tables = list(possible(table, mask, minimum, column_totals))
        for cell in few:
            told += len({found[cell] for found in tables}) == 1
    assert looked_at > 10
    assert told == 0


def test_the_listing_finds_a_count_that_can_be_told():
    """The check above can fail: one count withheld alone is the total less the rest."""
    tables = list(possible([[2, 7, 9]], [[True, False, False]], 5, column_totals=False))
    assert tables == [{(0, 0): 2}]


def test_no_more_is_withheld_than_it_takes():
    # in each row and column of the 2 another goes, and the cell where these meet
    assert withheld_table([[2, 10, 30], [20, 40, 50], [60, 70, 80]], 5) == [
        [True, True, False],
        [True, True, False],
        [False, False, False],
    ]


def test_what_later_choices_made_needless_is_shown_after_all():
    # 1 and 2 protect each other, with the 9 and the 20 where their lines meet: of the first row
    # 6 and 9, chosen before, are not needed
    assert withheld_table([[20, 6, 9], [0, 1, 9], [9, 20, 2]], 5) == [
        [False, False, False],
        [False, True, True],
        [False, True, True],
    ]


@pytest.mark.parametrize(
    ("excluded", "eligible", "gone", "between"),
    [
        ([12, 0, 8], 40, [False] * 3, [False] * 4),
        ([], 30, [], [False]),
        # 3 and the smallest other, and the number between them
        ([12, 3, 9, 20], 56, [False, True, True, False], [False, False, True, False, False]),
        # there is no other, and the eligible are known: the number at the start
        ([0, 3, 0], 97, [False, True, False], [True, True, False, False]),
        # the eligible are few: nobody knows them, and 14 - 11 would tell
        ([26, 11], 3, [False, True], [False, False, True]),
        # 8 at the start could only be 4 and 4
        ([4], 4, [True], [True, True]),
        ([], 3, [], [True]),
    ],
)
def test_what_is_withheld_of_a_flow(excluded, eligible, gone, between):
    assert withheld_flow(excluded, eligible, 5) == (gone, between)


def flows(excluded: list[int], eligible: int, minimum: int, gone: list, between: list):
    """All flows (exclusions, eligible) that have the counts that are shown, with what a reader
    knows of those withheld: who entered a step failed it or went on."""
    counts = [*excluded, eligible]
    numbers = [sum(counts[i:]) for i in range(len(counts))]
    ranges = [
        [n] if not hidden
        else range(1, minimum) if 0 < n < minimum
        else [0, *range(minimum, sum(counts) + minimum)]
        for n, hidden in zip(counts, [*gone, between[-1]], strict=True)
    ]  # fmt: skip
    for found in product(*ranges):
        left = [sum(found[i:]) for i in range(len(found))]
        if all(h or a == b for a, b, h in zip(left, numbers, between, strict=True)):
            yield found


def test_no_withheld_count_of_a_flow_can_be_told():
    """By solving its equations: all flows that could be are listed."""
    draw, looked_at = random.Random(3), 0
    for _ in range(300):
        minimum = draw.randint(2, 4)
        excluded = [draw.choice([0, 0, 1, 2, 3, 4, 7]) for _ in range(draw.randint(0, 4))]
        eligible = draw.choice([1, 2, 3, 9])
        counts = [*excluded, eligible]
        few = [i for i, n in enumerate(counts) if 0 < n < minimum]
        gone, between = withheld_flow(excluded, eligible, minimum)
        assert all([*gone, between[-1]][i] for i in few)
        if minimum == 2 or not few:
            # a reader knows that a count of 1 to 1 is 1
            continue
        looked_at += 1
        possible = list(flows(excluded, eligible, minimum, gone, between))
        assert tuple(counts) in possible
        assert all(len({flow[i] for flow in possible}) > 1 for i in few), counts
    assert looked_at > 100


def test_the_listing_of_flows_finds_a_count_that_can_be_told():
    """The check above can fail: where the number at the start is printed, 100 - 97 are 3."""
    assert list(flows([3], 97, 5, [True], [False, False])) == [(3, 97)]
