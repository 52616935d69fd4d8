"""A model asks Pandera only where something is wrong, and never misses what Pandera refuses."""

import pandera.polars as pa
import polars as pl
import pytest

from schemas.frames import Model, holds
from tests.schemas.test_artefacts import GOOD, MODELS, framed


class Every(Model):
    """Every check of a column that the house's models make."""

    key: str = pa.Field(unique=True, str_matches=r"^a|b$")
    code: str = pa.Field(nullable=True, str_matches=r"[0-9]$")
    text: str = pa.Field(str_length={"min_value": 2, "max_value": 3})
    exact: str = pa.Field(nullable=True, str_length={"exact_value": 2})
    choice: str = pa.Field(nullable=True, isin=["x", "y"])
    above: float = pa.Field(gt=0, lt=1)
    share: float = pa.Field(nullable=True, ge=0, le=1)
    within: float = pa.Field(in_range={"min_value": 0, "max_value": 1, "include_min": False})
    count: int = pa.Field(nullable=True, ge=0)
    again: int

    class Config:
        strict = True
        ordered = True
        unique = ("choice", "again")


FINE = {
    "key": "b", "code": "7", "text": "ab", "exact": "ab", "choice": "x", "above": 0.5,
    "share": 1.0, "within": 1.0, "count": 0, "again": 1,
}  # fmt: skip
NAN = float("nan")


def refused_by_pandera(frame: pl.DataFrame) -> bool:
    """The verdict of Pandera itself, which the house's way must come to."""
    try:
        Every.to_schema().validate(frame, lazy=True)
    except pa.errors.SchemaErrors:
        return True
    return False


@pytest.mark.parametrize(
    "other",
    [
        {}, {"code": None, "exact": None, "share": None, "count": None},
        {"text": "abc"}, {"text": "abcd"}, {"text": "a"}, {"text": ""}, {"text": None},
        {"key": "a"}, {"key": "cb"}, {"key": "bc"}, {"key": ""}, {"key": "b"},
        {"code": "77"}, {"code": "x7"}, {"code": ""}, {"exact": "a"}, {"exact": "abc"},
        {"choice": "z"}, {"choice": None}, {"choice": "x", "again": 1}, {"again": None},
        {"above": 0.0}, {"above": 1.0}, {"above": NAN}, {"above": None},
        {"share": 0.0}, {"share": -0.1}, {"share": 1.1}, {"share": NAN},
        {"within": 0.0}, {"within": 1.1}, {"within": NAN}, {"within": None}, {"count": -1},
    ],
    ids=str,
)  # fmt: skip
def test_a_frame_is_refused_where_pandera_refuses_it(other):
    frame = framed(Every, FINE, FINE | {"key": "a", "again": 2} | other)
    assert holds(Every.to_schema(), frame) != refused_by_pandera(frame)


def test_pandera_names_what_is_wrong():
    with pytest.raises(pa.errors.SchemaErrors) as caught:
        Every.validate(framed(Every, FINE, FINE | {"key": "a", "above": 2.0}), lazy=True)
    failed = caught.value.failure_cases.filter(pl.col("column") == "above")
    assert failed.select("index", "failure_case", "check").rows() == [(1, "2.0", "less_than(1)")]


@MODELS
def test_a_good_frame_does_without_pandera(model, monkeypatch):
    frame = framed(model, GOOD[model])
    monkeypatch.setattr(pa.DataFrameModel, "validate", lambda *_, **__: pytest.fail("asked"))
    assert model.validate(frame, lazy=True) is frame


def test_a_check_of_another_kind_is_left_to_pandera():
    class Own(Model):
        word: str = pa.Field(str_startswith="a")

    frame = pl.DataFrame({"word": ["ab"]})
    assert not holds(Own.to_schema(), frame)
    assert Own.validate(frame, lazy=True).equals(frame)
    with pytest.raises(pa.errors.SchemaErrors):
        Own.validate(pl.DataFrame({"word": ["b"]}), lazy=True)
