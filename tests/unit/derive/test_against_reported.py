"""A laboratory's own calculations against ours: by hand, and on the real iPOP visits."""

from datetime import date, timedelta

import polars as pl
import pytest
from labcohort.derive.against_reported import against_reported, counted, pairs_to_compare

DAY = date(2020, 1, 1)
MG_PER_DL = 1 / 38.6664


@pytest.mark.parametrize(
    ("measured", "derived", "methods", "expected"),
    [
        (["GLOB_REPORTED", "TP"], ["GLOB", "AG_RATIO"], {}, ["GLOB"]),
        (["GLOB_REPORTED"], ["AG_RATIO"], {}, []),
        (["TP"], ["GLOB"], {}, []),
        (["EGFR_REPORTED"], ["EGFR"], {"EGFR": "ckd_epi_2021"}, ["EGFR"]),
        # ours is theirs
        (["EGFR_REPORTED"], ["EGFR"], {"EGFR": "reported"}, []),
    ],
)
def test_what_is_compared(measured, derived, methods, expected):
    assert pairs_to_compare(measured, derived, methods) == expected


def sent(*values: float, marker: str = "GLOB_REPORTED", decimals: int = 0, slope: float = 1.0):
    """Reported values a day each, as sent with so many decimals in a unit of that slope."""
    n = len(values)
    return pl.DataFrame(
        {
            "marker": marker, "person": "p1", "sample_date": [DAY + timedelta(i) for i in range(n)],
            "comparator": None, "number": [float(v) for v in values], "decimals": decimals,
            "value": [v * slope for v in values], "flag": None,
        },
        schema_overrides={"comparator": pl.String, "flag": pl.String, "marker": pl.String},
    )  # fmt: skip


def ours(*values: float | None, marker: str = "GLOB", flag: str | None = None) -> pl.DataFrame:
    n = len(values)
    return pl.DataFrame(
        {
            "marker": marker, "person": "p1", "sample_date": [DAY + timedelta(i) for i in range(n)],
            "value": values, "flag": flag,
        },
        schema_overrides={"value": pl.Float64, "flag": pl.String},
    )  # fmt: skip


def compared(theirs: pl.DataFrame, derived: pl.DataFrame, marker="GLOB", **methods) -> tuple:
    flagged, pairs = against_reported(theirs, derived, [marker], methods)
    assert flagged.drop("flag").equals(theirs.drop("flag"))
    (row,) = counted([pairs]).to_dicts()
    assert row["compared"] == row["within"] + row["beyond"]
    return flagged["flag"].to_list(), row


DIFFERS = "differs_from_reported"


@pytest.mark.parametrize(
    ("theirs", "mine", "decimals", "flag"),
    [
        # 5 % of 20 is 1, half of the last digit 0.5
        (20, 21.5, 0, None), (20, 18.5, 0, None), (20, 21.6, 0, DIFFERS), (20, 18.4, 0, DIFFERS),
        # with a decimal more, 1.05
        (20, 21.05, 1, None), (20, 21.1, 1, DIFFERS),
        # an exponent says nothing of decimals: 1
        (20, 21, None, None), (20, 21.1, None, DIFFERS),
    ],
)  # fmt: skip
def test_the_tolerance_is_5_percent_and_the_rounding(theirs, mine, decimals, flag):
    given = sent(theirs).with_columns(decimals=pl.lit(decimals, pl.Int64))
    flags, row = compared(given, ours(mine))
    assert flags == [flag] and (row["beyond"] == 1) == (flag is not None)
    assert row["median_ratio"] == pytest.approx(mine / theirs, rel=1e-15)


@pytest.mark.parametrize(("mine", "flag"), [(2.6, None), (2.64, DIFFERS)])
def test_rounding_is_converted_with_the_value(mine, flag):
    # 96 mg/dL are 2.4828 mmol/L: 5 % are 0.1241, half a mg/dL 0.0129, together up to 2.6198
    given = sent(96, marker="NON_HDL_REPORTED", slope=MG_PER_DL)
    assert compared(given, ours(mine, marker="NON_HDL"), "NON_HDL")[0] == [flag]


@pytest.mark.parametrize(("mine", "flag"), [(66.5, None), (53.5, None), (66.6, DIFFERS)])
def test_egfr_may_differ_by_10_percent_for_its_equation_is_not_known(mine, flag):
    given, derived = sent(60, marker="EGFR_REPORTED"), ours(mine, marker="EGFR")
    flags, row = compared(given, derived, "EGFR", EGFR="ckd_epi_2009")
    assert flags == [flag] and row["method"] == "ckd_epi_2009"


def test_counts():
    flags, row = compared(sent(20, 20, 20, 20), ours(20, 22, 40))
    assert flags == [None, DIFFERS, DIFFERS, None]
    assert row == {
        "marker": "GLOB", "method": None, "compared": 3, "within": 1, "beyond": 2,
        "median_ratio": 1.1,
    }  # fmt: skip


def test_what_is_not_compared():
    limit = sent(20).with_columns(comparator=pl.lit(">"))
    on_limit = ours(40, flag="soft_high|censored_input")
    other = ours(40).with_columns(person=pl.lit("p2"))
    cases = [
        (limit, ours(40)), (sent(20), on_limit), (sent(20), ours(None)), (sent(0), ours(40)),
        (sent(20), other), (sent(20).clear(), ours(40)),
    ]  # fmt: skip
    for theirs, derived in cases:
        flags, row = compared(theirs, derived)
        assert flags == [None] * theirs.height
        assert (row["compared"], row["within"], row["beyond"]) == (0, 0, 0)
        assert row["median_ratio"] is None


def test_no_pairs_change_nothing():
    flagged, pairs = against_reported(sent(20), ours(40), [], {})
    assert flagged.equals(sent(20)) and counted([pairs]).is_empty()


def test_the_visits_of_ipop(ipop):
    # total less HDL cholesterol, in mg/dL, against the column NHDL: read apart from the workflow,
    # two of 962 visits contradict themselves: 191 - 72 = 119 is sent as 96, and
    # 173 - 62 = 111 as 112, which is within the tolerance
    visits = ipop("CHOL", "HDL", "NHDL")
    given = sent(*(non_hdl for _, _, non_hdl in visits), marker="NON_HDL_REPORTED", slope=MG_PER_DL)
    derived = ours(*((tc - hdl) * MG_PER_DL for tc, hdl, _ in visits), marker="NON_HDL")
    flags, row = compared(given, derived, "NON_HDL")
    assert (row["compared"], row["beyond"]) == (962, 1)
    assert row["median_ratio"] == pytest.approx(1, abs=1e-12)
    assert [visits[i] for i, flag in enumerate(flags) if flag] == [(191, 72, 96)]
