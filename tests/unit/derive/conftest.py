"""What the tests of derive share: the fact tables, and a formula applied to single numbers."""

import csv
import re
from collections.abc import Callable
from datetime import date
from pathlib import Path

import polars as pl
import pytest
from labcohort.derive import registry
from labcohort.derive.evaluate import evaluate
from labcohort.derive.index import import_formulas

RESOURCES = Path(__file__).parents[3] / "resources"
SHARED = Path(__file__).parents[4] / "shared" / "data"
METHODS = {"EGFR": "ckd_epi_2021", "REMNANT_C": "measured"}
SAMPLED = date(2020, 6, 30)

# a formula is registered when its module is imported, whichever test runs first
import_formulas()


@pytest.fixture(scope="session")
def facts() -> Callable[[str], list[dict[str, str]]]:
    """Rows of a table in resources/, as text."""

    def read(name: str) -> list[dict[str, str]]:
        with (RESOURCES / f"{name}.tsv").open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))

    return read


@pytest.fixture(scope="session")
def methods() -> dict[str, str]:
    """A method for each marker that has more than one."""
    return METHODS


@pytest.fixture(scope="session")
def tables(facts) -> dict[str, object]:
    strata = [
        {name: _number(text) for name, text in row.items() if name != "source"}
        for row in facts("martin_hopkins")
    ]
    return {
        "ckd_stages": facts("ckd_stages"),
        "egfr_rounding": "half_up",
        "martin_hopkins": strata,
    }


def _number(text: str) -> float | None:
    return float(text) if text else None


@pytest.fixture
def register(monkeypatch) -> dict[str, dict[str, registry.Function]]:
    """The register of formulas as a copy of its own, so that a test may add to it."""
    copy = {marker: dict(methods) for marker, methods in registry.registered().items()}
    monkeypatch.setattr(registry, "_functions", copy)
    return copy


@pytest.fixture(scope="session")
def ipop() -> Callable[..., list[tuple[float, ...]]]:
    """Numbers of the real iPOP visits that have all of the named tests; skips without the file."""
    path = SHARED / "ipop" / "clinical_tests.txt"
    if not path.is_file():
        pytest.skip("the iPOP file does not lie beside the project")

    def read(*tests: str) -> list[tuple[float, ...]]:
        # its lines end in a lone CR, which only newline=None reads as such
        with path.open(encoding="utf-8", newline=None) as file:
            visits = [[visit[t] for t in tests] for visit in csv.DictReader(file, delimiter="\t")]
        numbers = [v for v in visits if all(re.fullmatch(r"\d+(\.\d+)?", text) for text in v)]
        return [tuple(map(float, visit)) for visit in numbers]

    return read


@pytest.fixture
def samples() -> Callable[..., pl.DataFrame]:
    """Inputs of `evaluate` from columns; what is not given is a person's default."""

    def frame(**columns: list) -> pl.DataFrame:
        n = len(next(iter(columns.values())))
        defaults = {
            "person": [f"p{i:03}" for i in range(n)],
            "sample_date": [SAMPLED] * n,
            "sex": ["female"] * n,
            "birth_date": [None] * n,
            "age": [50.0] * n,
        }
        types = {"birth_date": pl.Date, "sex": pl.String, "age": pl.Float64}
        return pl.DataFrame(defaults | columns, schema_overrides=types, strict=False)

    return frame


@pytest.fixture
def derive(samples, tables) -> Callable[..., dict]:
    """The one row that a marker gives for single numbers; by a method where it has several."""

    def row(marker: str, method: str | None = None, **numbers: object) -> dict:
        inputs = samples(**{name: [number] for name, number in numbers.items()})
        methods = METHODS if method is None else METHODS | {marker: method}
        return evaluate(inputs, [marker], methods, tables).row(0, named=True)

    return row
