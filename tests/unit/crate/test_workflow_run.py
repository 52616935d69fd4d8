"""The graph of a run: of a small record, what refers to what. What the profiles ask for a public
validator tells (tests/crate)."""

import json

import pytest
from labcohort.crate.workflow_run import workflow_run

RECORD = {
    "study": {"name": "demo", "title": "Demo", "synthetic": True},
    "labcohort": {"version": "0.1.0", "revision": "a" * 40, "modified": True},
    "configuration": [{"file": "config/plan.tsv", "sha256": "1" * 64}],
    "facts": [{"file": "resources/markers.tsv", "sha256": "2" * 64, "rows": {}}],
    "inputs": [
        {"source": "site_a", "file": "data/*.hl7 (file 1)", "sha256_begins": "7f83b1657ff1fc53"},
        {"source": "site_a", "file": "data/*.hl7 (file 2)", "sha256_begins": "7f83b1657ff1fc53"},
    ],
    "packages": {"snakemake": "9.27.0"},
    "settings": {
        "study": "demo", "title": "Demo", "synthetic": True,
        "privacy": {"key_fingerprint": "0" * 12}, "data_folders": ["data"],
        "seed": 1, "declared": None, "methods": {"EGFR": "mdrd_4"}, "ceiling": 0.02,
    },
}  # fmt: skip
TOLD = {
    "workflow": {
        "title": "labcohort", "date-released": "2026-11-22", "license": "MIT",
        "repository-code": None,
    },
    "date": "2026-11-01", "license": "CC-BY-4.0", "organization": None,
}  # fmt: skip
WORKFLOW = [
    {"path": "workflow/Snakefile", "size": 5, "sha256": "3" * 64},
    {"path": "workflow/workflow/rules/common.smk", "size": 6, "sha256": "4" * 64},
]
RESULTS = [
    {"path": "provenance.json", "size": 7, "sha256": "5" * 64},
    {"path": "tables/comparisons.csv", "size": 8, "sha256": "6" * 64},
]


def graph(record=RECORD, **told) -> dict[str, dict]:
    """Id -> entity."""
    made = workflow_run(record, TOLD | told, WORKFLOW, RESULTS)["@graph"]
    assert len({each["@id"] for each in made}) == len(made)
    return {each["@id"]: each for each in made}


def ids(references) -> list[str]:
    references = references if isinstance(references, list) else [references]
    return [each["@id"] for each in references]


def referred(value) -> set[str]:
    """All ids that a value refers to."""
    if isinstance(value, dict):
        own = {value["@id"]} if value.keys() == {"@id"} else set()
        return own.union(*map(referred, value.values()))
    return set().union(*map(referred, value)) if isinstance(value, list) else set()


def test_all_that_is_referred_to_is_described_or_an_address():
    made = graph()
    left = referred(list(made.values())) - made.keys()
    assert left == {"https://w3id.org/ro/crate/1.1", "https://snakemake.github.io"}


def test_the_crate_holds_the_workflow_and_the_results_with_size_and_hash():
    made = graph()
    held = [file["path"] for file in [*WORKFLOW, *RESULTS]]
    assert ids(made["./"]["hasPart"]) == held
    for file in [*WORKFLOW, *RESULTS]:
        entity = made[file["path"]]
        assert (entity["contentSize"], entity["sha256"]) == (str(file["size"]), file["sha256"])
    assert ids(made["#run"]["result"]) == [file["path"] for file in RESULTS]
    assert ids(made["#run"]["instrument"]) == ids(made["./"]["mainEntity"]) == held[:1]


def test_raw_exports_are_told_by_their_hash_and_are_no_part():
    made = graph()
    exports = ["#export/site_a/1", "#export/site_a/2"]
    assert set(exports) < set(ids(made["#run"]["object"]))
    assert not set(exports) & set(ids(made["./"]["hasPart"]))
    # two files of one content are two
    assert [made[e]["identifier"] for e in exports] == ["ni:///sha-256-64;f4OxZX_x_FM"] * 2
    assert made[exports[1]]["name"] == "data/*.hl7 (file 2)"
    assert ids(made["#input/site_a"]["workExample"]) == exports[:1]


def test_settings_that_have_a_value_are_parameters():
    made = graph()
    own = {each["name"]: each for each in made.values() if each["@type"] == "PropertyValue"}
    assert {name: each["value"] for name, each in own.items()} == {
        "seed": 1,
        "ceiling": 0.02,
        "methods": '{"EGFR":"mdrd_4"}',
    }
    kinds = {name: made[f"#parameter/{name}"]["additionalType"] for name in own}
    assert kinds == {"seed": "Integer", "ceiling": "Float", "methods": "PropertyValue"}


def test_configuration_and_facts_are_told_by_their_whole_hash():
    made = graph()
    assert made["#configuration/config/plan.tsv"]["sha256"] == "1" * 64
    assert made["#configuration/resources/markers.tsv"]["sha256"] == "2" * 64


@pytest.mark.parametrize(
    ("date", "published", "text", "end"),
    [
        ("2026-11-01", "2026-11-01", "The date is that of the analysis", "2026-11-01"),
        (None, "2026-11-22", "the date is that of the workflow's release", None),
    ],
)
def test_the_date_is_the_study_s_or_said_to_be_the_release_s(date, published, text, end):
    made = graph(date=date)
    assert made["./"]["datePublished"] == published
    assert text in made["./"]["description"]
    assert made["#run"].get("endTime") == end


def test_nobody_is_named_unasked():
    plain = graph()
    assert not {"author", "publisher"} & plain["./"].keys() and "agent" not in plain["#run"]
    named = graph(organization={"name": "A hospital"})
    assert ids(named["./"]["author"]) == ids(named["#run"]["agent"]) == ["#organization"]
    assert named["#organization"] == {
        "@id": "#organization", "@type": "Organization", "name": "A hospital",
    }  # fmt: skip
    there = graph(organization={"name": "A hospital", "url": "https://example.org"})
    assert ids(there["./"]["publisher"]) == ["https://example.org"]


def test_a_licence_that_is_not_stated_is_said_not_to_be():
    assert graph(license=None)["./"]["license"] == "The study states no licence."
    assert ids(graph()["./"]["license"]) == ["https://spdx.org/licenses/CC-BY-4.0"]
    # the workflow's own is another matter
    assert ids(graph(license=None)["workflow/Snakefile"]["license"]) == [
        "https://spdx.org/licenses/MIT"
    ]


def test_synthetic_data_say_so_and_others_do_not():
    assert "SYNTHETIC" in graph()["./"]["name"] and "SYNTHETIC" in graph()["#run"]["name"]
    real = RECORD | {"study": RECORD["study"] | {"synthetic": False}}
    assert "SYNTHETIC" not in json.dumps(graph(real))


def test_a_workflow_that_tells_nothing_of_itself():
    bare = {"title": None, "date-released": None, "license": None, "repository-code": None}
    own = {"version": None, "revision": None, "modified": None}
    made = graph(RECORD | {"labcohort": own}, workflow=bare, date=None)
    assert "datePublished" not in made["./"]
    main = made["workflow/Snakefile"]
    assert main["name"] == "labcohort" and not {"version", "license", "url"} & main.keys()
    assert "revision" not in main["description"]
    assert f"revision {'a' * 40}, with changes" in graph()["workflow/Snakefile"]["description"]
