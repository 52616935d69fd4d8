"""Entities of a crate."""

import pytest
from labcohort.crate.entities import kept_back, licence, media_type, named_by_hash, part, to


def test_a_reference_to_one_and_to_several():
    assert to("./") == {"@id": "./"}
    assert to("a", "b") == [{"@id": "a"}, {"@id": "b"}]


@pytest.mark.parametrize(
    ("name", "kind"),
    [("a.svg", "image/svg+xml"), ("a.b.csv", "text/csv"), ("Snakefile", "text/plain")],
)
def test_the_media_type_is_that_of_the_ending(name, kind):
    assert media_type(name) == kind


def test_a_hash_is_named_as_rfc_6920_does():
    # section 8.1 has the whole hash of "Hello World!", f4OxZX_x_FO5LcGBSKHWXfwtSx-j1ncoSt3SABJtkGk:
    # its first 64 bits are 7f83b1657ff1fc53
    name = named_by_hash("7f83b1657ff1fc53")
    assert name == "ni:///sha-256-64;f4OxZX_x_FM"
    whole = "f4OxZX_x_FO5LcGBSKHWXfwtSx-j1ncoSt3SABJtkGk"
    assert whole.startswith(name.rpartition(";")[2][:10])


def test_ids_are_paths_as_uris():
    assert part("a b.csv", 7, "00")["@id"] == "a%20b.csv"
    assert kept_back("export/site_a/1", "data/*.hl7 (file 1)")["@id"] == "#export/site_a/1"


@pytest.mark.parametrize(
    ("said", "address"),
    [
        ("CC-BY-4.0", "https://spdx.org/licenses/CC-BY-4.0"),
        ("https://example.org/terms", "https://example.org/terms"),
    ],
)
def test_a_licence_has_an_address(said, address):
    assert licence(said)["@id"] == address
