"""Work by runs against work row by row; places of cells against a set of them."""

import random

import polars as pl
import pytest
from labcohort.ingest.places import Places
from labcohort.runs import by_run


@pytest.mark.parametrize("columns", [1, 2])
def test_by_run_is_row_by_row(columns):
    draw = random.Random(1)
    for _ in range(50):
        length = draw.randrange(30)
        given = [pl.Series([draw.choice(["a", "b", None]) for _ in range(length)], dtype=pl.String)
                 for _ in range(columns)]  # fmt: skip
        asked = []

        def work(*some, asked=asked):
            asked.append(len(some[0]))
            return pl.Series(
                ["/".join(map(str, row)) for row in zip(*some, strict=True)], dtype=pl.String
            )

        found = by_run(work, *given)
        rows = list(zip(*given, strict=True))
        assert found.to_list() == ["/".join(map(str, row)) for row in rows]
        changes = sum(1 for n, row in enumerate(rows) if n == 0 or rows[n - 1] != row)
        assert asked == [changes]


def taken(*batches, columns=()):
    """The batches of (row, place) or of row, as they are taken."""
    places = Places(list(columns))
    for batch in batches:
        pairs = batch and isinstance(batch[0], tuple)
        schema = ["row", "place"] if pairs else ["row"]
        places.take(pl.DataFrame(batch, schema=schema, orient="row" if pairs else "col"))


def test_rows_that_ascend_have_each_a_place_of_their_own():
    taken([2, 3, 5], [6, 9], columns=["TC", "TG"])


@pytest.mark.parametrize(
    "batches",
    [([2, 3, 3],), ([2, 3], [3, 4]), ([3, 2],), ([5], [4])],
    ids=["twice", "twice in two batches", "backwards", "backwards in two batches"],
)
def test_a_row_that_comes_twice_or_backwards_is_a_fault(batches):
    with pytest.raises(RuntimeError, match="one place"):
        taken(*batches)


def test_a_column_that_comes_twice_is_a_fault():
    with pytest.raises(RuntimeError, match="one name"):
        Places(["TC", "TG", "TC"])


def test_places_of_a_row_are_looked_at_over_batches_as_well():
    draw = random.Random(2)
    refused = 0
    for _ in range(200):
        pairs = sorted(
            (draw.randrange(4), draw.choice("abcdefgh")) for _ in range(draw.randrange(1, 8))
        )
        pairs.sort(key=lambda pair: pair[0])
        cut = draw.randrange(len(pairs) + 1)
        batches = [part for part in (pairs[:cut], pairs[cut:]) if part]
        if len(set(pairs)) < len(pairs):
            refused += 1
            with pytest.raises(RuntimeError):
                taken(*batches)
        else:
            taken(*batches)
    assert 0 < refused < 200
