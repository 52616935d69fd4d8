"""Site A sends its own reference ranges beside its results; they reach each value it gives."""

import csv
from pathlib import Path
from types import SimpleNamespace

import polars as pl
import pytest
from labcohort import settings
from labcohort.harmonise.cells import harmonise_cells
from labcohort.ingest.pseudonym import Pseudonyms
from labcohort.ingest.source import parts_of
from labcohort.study.source_defaults import with_recognised
from labcohort.study.tables import read_table
from labcohort.study.yaml_files import parse_yaml

from schemas.harmonised import Values
from schemas.ingested import Cells
from schemas.resources import RESOURCES
from tests.demo.plain_reading import LOINC, patients

HOME = Path(__file__).resolve().parents[2]
SITES = ("site_a", "site_b", "site_c")
UNRANGED = {"WEIGHT", "HEIGHT", "WAIST", "HIP", "SBP", "DBP"}
OF_CYCLE = {"E2", "LH", "FSH"}


def source(name: str) -> dict:
    path = f"config/sources/{name}.yaml"
    return with_recognised(parse_yaml((HOME / path).read_bytes(), path), {})


def table(name: str) -> list[dict]:
    path = f"resources/{name}.tsv"
    return read_table(HOME / path, path, RESOURCES[name])


@pytest.fixture(scope="module")
def study() -> SimpleNamespace:
    return SimpleNamespace(
        sources={name: source(name) for name in SITES},
        config={"ceiling": 0.02, "privacy": {"public_key": "0123456789abcdef"}},
        tables={name: table(name) for name in ("markers", "conversions", "cross_checks")}
        | {"corrections": []},
    )


class Known(Pseudonyms):
    """Persons keep their ids, so that they are found in the file."""

    def _pseudonym(self, text, group):
        return text or None


def harmonised(study: SimpleNamespace, name: str):
    """A site's cells and what became of them; persons keep their ids."""
    how = settings.ingest(study, name, {study.sources[name]["file"]: "digest"}, "key")
    parts = parts_of(how, name, HOME, Known(b"", how["person"]))
    cells = pl.concat(batch for part in parts for batch in part.cells())
    assert list(Cells.to_schema().columns) == cells.columns
    return cells, harmonise_cells(cells, settings.harmonise(study, name, "key"))


def test_each_value_of_site_a_carries_the_range_that_stands_beside_it(study):
    _, result = harmonised(study, "site_a")
    values = Values.validate(result.values, lazy=True)
    printed = {}
    with (HOME / "resources/demo/site_a_results.csv").open(encoding="utf-8", newline="") as file:
        for number, row in enumerate(csv.DictReader(file), 2):
            assert list(row)[-1] == "reference_range"
            printed[number] = row["reference_range"]
    read = {}
    for row, low, high in values.select("row", "range_low", "range_high").iter_rows():
        text = printed[row]
        if text.startswith("<"):
            read[row] = (low, high) == (None, float(text[1:]))
        elif text.startswith(">"):
            read[row] = (low, high) == (float(text[1:]), None)
        else:
            bounds = tuple(map(float, text.split("-"))) if text else (None, None)
            read[row] = (low, high) == bounds
    # site A reports in canonical units: what is printed is what is kept
    assert len(read) > 6900 and all(read.values())
    assert not values.get_column("flag").fill_null("").str.contains("unreadable_range").any()


def test_site_a_has_a_range_for_every_laboratory_marker(study):
    _, result = harmonised(study, "site_a")
    sexes = {patient_id: patient.sex for patient_id, patient in patients().items()}
    of_sex = pl.col("person").replace_strict(sexes, default=None, return_dtype=pl.String)
    ranged = pl.any_horizontal(pl.col("range_low", "range_high").is_not_null())
    values = result.values.with_columns(sex=of_sex, ranged=ranged).filter(
        pl.col("sex").is_not_null()
    )
    shares = values.group_by("marker", "sex").agg(pl.col("ranged").mean())
    for marker, sex, share in shares.iter_rows():
        none = marker in UNRANGED or (sex == "F" and marker in OF_CYCLE)
        assert share == (0 if none else 1), (marker, sex)
    assert set(values.get_column("marker")) == set(LOINC.values())


@pytest.mark.parametrize("name", ["site_b", "site_c"])
def test_the_other_sites_send_none(study, name):
    _, result = harmonised(study, name)
    bounds = Values.validate(result.values, lazy=True).select("range_low", "range_high")
    assert bounds.null_count().row(0) == (bounds.height, bounds.height)


def test_ranges_change_no_fate(study):
    """Without the column of ranges every cell of site A ends as it does with it."""
    cells, result = harmonised(study, "site_a")
    how = settings.harmonise(study, "site_a", "key")
    bare = harmonise_cells(cells.with_columns(range_text=pl.lit(None, pl.String)), how)
    ranges = ["range_low", "range_high"]
    assert bare.values.drop(ranges).equals(result.values.drop(ranges))
    assert bare.quarantine.equals(result.quarantine) and bare.unused.equals(result.unused)
