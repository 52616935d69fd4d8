"""Which of the paths of a process each of its jobs is given."""

from types import SimpleNamespace

import pytest

ADAPTER = SimpleNamespace(LISTS=("all",), FOLDERS=("values",), EACH=("out",))
PATHS = {
    "all": ["a", "b"],
    "values": [f"values/{panel}/{b}-of-2.parquet" for panel in ("lipid", "renal") for b in (1, 2)],
    "out": ["out/lipid.parquet", "out/renal.parquet"],
    "patients": ["patients.parquet"],
}


@pytest.mark.parametrize(("number", "key"), [(0, "lipid"), (1, "renal")])
def test_lists_are_whole_folders_are_of_the_key_and_each_is_of_the_number(main, number, key):
    assert main._named(PATHS, ADAPTER, number, key) == {
        "all": ["a", "b"],
        "values": [f"values/{key}/1-of-2.parquet", f"values/{key}/2-of-2.parquet"],
        "out": f"out/{key}.parquet",
        "patients": "patients.parquet",
    }


def test_a_job_without_files_of_its_own_has_empty_lists(main):
    empty = {"all": [], "values": PATHS["values"], "out": [], "patients": []}
    assert main._named(empty, ADAPTER, 0, "thyroid") == {"all": [], "values": []}
