"""Set-aside records, and the ceiling on how many there may be."""

import polars as pl
import pytest
from labcohort.errors import UserError
from labcohort.quarantine import PLACE, SCHEMA, check_ceiling, records


def bad_cells(*rules: str) -> pl.DataFrame:
    """A cell a rule, in rows 2, 3, … of one file."""
    rows = [
        {
            "source": "site", "file": "raw/a.csv", "sheet": None, "row": row, "column": "result",
            "marker": "HBA1C", "person": "p1", "raw_value": "x", "rule": rule,
            "reason": f"because of {rule}", "more": 1,
        }
        for row, rule in enumerate(rules, 2)
    ]  # fmt: skip
    return pl.DataFrame(rows, schema_overrides={"sheet": pl.String})


def test_records_have_their_columns_and_stand_in_the_order_of_their_places():
    shuffled = bad_cells("a", "b", "c").sample(fraction=1, shuffle=True, seed=3).reverse()
    result = records(shuffled, "harmonise")
    assert dict(result.schema) == SCHEMA
    assert result.get_column("row").to_list() == [2, 3, 4]
    assert set(result.get_column("stage")) == {"harmonise"}


def test_no_cells_give_no_records():
    empty = records(bad_cells("a").clear(), "derive")
    assert empty.is_empty() and dict(empty.schema) == SCHEMA


def test_files_sort_before_their_rows():
    other = bad_cells("a").with_columns(file=pl.lit("raw/0.csv"), row=pl.lit(9, pl.Int64))
    result = records(pl.concat([bad_cells("a"), other]), "derive")
    assert result.select(PLACE[1], PLACE[3]).rows() == [("raw/0.csv", 9), ("raw/a.csv", 2)]


@pytest.mark.parametrize(
    ("bad", "tried", "ceiling"),
    [(2, 100, 0.02), (0, 100, 0), (0, 0, 0), (1, 1, 1), (3, 0, 0.02)],
)
def test_up_to_the_ceiling_goes_on(bad, tried, ceiling):
    check_ceiling(records(bad_cells("a").head(0), "x") if not bad else
                  records(bad_cells(*["a"] * bad), "x"), tried, ceiling, "site")  # fmt: skip


@pytest.mark.parametrize(("bad", "tried", "ceiling"), [(3, 100, 0.02), (1, 1000, 0), (2, 99, 0.02)])
def test_over_the_ceiling_stops(bad, tried, ceiling):
    with pytest.raises(UserError, match=f"{bad} of {tried} values of site"):
        check_ceiling(records(bad_cells(*["a"] * bad), "x"), tried, ceiling, "site")


def test_the_message_names_the_commonest_rules_first_with_their_first_places():
    quarantine = records(bad_cells("rare", "often", "once", "often", "rare", "often"), "x")
    with pytest.raises(UserError) as caught:
        check_ceiling(quarantine, 10, 0.02, "site")
    assert caught.value.where == (
        "often 3 times, first in raw/a.csv, row 3, column 'result'; "
        "rare 2 times, first in raw/a.csv, row 2, column 'result'; "
        "once 1 times, first in raw/a.csv, row 4, column 'result'"
    )
    # a reason may quote what the cell holds, and a message goes to logs
    assert "because of" not in str(caught.value)
    assert "60.0 %" in caught.value.what
    assert "at most 2 %" in caught.value.rule


def test_the_message_says_what_to_do_about_the_commonest_rule_and_what_was_seen():
    quarantine = records(bad_cells("often", "often", "rare"), "x")
    words = {"often": "of often", "rare": "of rare"}
    with pytest.raises(UserError) as caught:
        check_ceiling(quarantine, 10, 0.02, "site", words, {"often": "seen 99.99", "rare": "no"})
    assert caught.value.do.splitlines()[0] == "of often"
    assert caught.value.where.splitlines()[-1] == "seen 99.99"
