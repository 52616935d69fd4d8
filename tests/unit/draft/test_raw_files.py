"""Drafts of folders, patterns, and files that have others of their kind beside them.

What a pattern means is what pathlib.Path.glob finds, by which the run reads it.
"""

from zipfile import ZipFile

import pytest
from labcohort.draft.command import write_draft
from labcohort.errors import UserError
from labcohort.study.paths import study_paths
from labcohort.study.yaml_files import parse_yaml

from tests.running import HOME


def message(person: str, *codes: str) -> str:
    """An ORU^R01 of one person with a result of each code."""
    segments = [
        f"MSH|^~\\&|LAB|H|X|Y|20200101||ORU^R01|{person}|P|2.5",
        f"PID|1||{person}^^^H^MR||Doe^Jane||19500101|F",
        "OBR|1||1|P^Panel|||202001050800",
        *(f"OBX|{n}|NM|{code}^x^LN||{60 + n}|umol/L|||||F|||202001050800"
          for n, code in enumerate(codes, 1)),
    ]  # fmt: skip
    return "\r".join(segments) + "\r"


@pytest.fixture
def messages(tmp_path):
    """A folder of messages whose names are of persons; only one of them has uric acid."""
    folder = tmp_path / "raw" / "hl7"
    folder.mkdir(parents=True)
    names = ("Mueller", "Schmidt", "Weber")
    for name in names:
        codes = ("14682-9",) + (("14933-6",) if name == "Weber" else ())
        (folder / f"{name}_Anna.hl7").write_text(message(f"P{len(name)}", *codes))
    return names


@pytest.mark.parametrize("raw", ["raw/hl7/Mueller_Anna.hl7", "raw/hl7", "raw/hl7/*.hl7"])
def test_a_folder_of_messages_is_one_pattern(drafted, tmp_path, messages, raw):
    source, text = drafted(raw, file="raw/hl7/*.hl7")
    # creatinine of all, uric acid of one that is not the first
    assert source["analytes"] == {"14682-9": "CREAT", "14933-6": "UA"}
    line = next(line for line in text.splitlines() if line.startswith("file:"))
    assert "CHECK 3 files match" in line
    # names of persons are nowhere, and the source is called as its folder
    assert not any(name in text for name in messages)
    _, path, _ = write_draft(tmp_path / raw, tmp_path, HOME)
    assert path.name == "hl7.yaml"
    assert len(study_paths(tmp_path, source["file"], "", [])) == 3


def test_what_is_no_export_in_a_folder_does_not_matter(drafted, tmp_path, messages):
    (tmp_path / "raw" / "hl7" / "README.md").write_text("# Messages\n\nfrom the ward, by hand,\n")
    (tmp_path / "raw" / "hl7" / "scan.pdf").write_bytes(b"%PDF-1.7 and more")
    (tmp_path / "raw" / "hl7" / "empty.hl7").touch()
    drafted("raw/hl7", file="raw/hl7/*.hl7")


def table(columns: str, first: int) -> str:
    rows = "".join(f"P{n},2020-01-{n},{n + 20}\n" for n in range(first, first + 10))
    return f"subject_id,date,{columns}\n{rows}"


def test_files_of_the_same_columns_are_a_pattern_and_others_not(drafted, tmp_path):
    for name, columns in (
        ("lab_2020.csv", "ALT (U/L)"),
        ("lab_2021.csv", "ALT (U/L)"),
        ("vitals.csv", "SBP (mmHg)"),
    ):
        (tmp_path / name).write_text(table(columns, 10))
    drafted("lab_2020.csv", file="lab_*.csv")
    _, path, _ = write_draft(tmp_path / "lab_2021.csv", tmp_path, HOME)
    assert path.name == "lab.yaml"
    drafted("vitals.csv")


def test_a_file_that_no_pattern_tells_from_others_stands_alone(drafted, tmp_path):
    for name, columns in (("a.csv", "ALT (U/L)"), ("b.csv", "SBP (mmHg)"), ("c.csv", "ALT (U/L)")):
        (tmp_path / name).write_text(table(columns, 10))
    source, text = drafted("a.csv")
    assert "CHECK 1 files beside it have the same columns" in text
    assert list(source["analytes"]) == ["ALT (U/L)"]


def test_a_file_of_another_source_is_no_part_of_the_pattern(drafted, tmp_path):
    for name in ("site_a.csv", "site_b.csv"):
        (tmp_path / name).write_text(table("ALT (U/L)", 10))
    (tmp_path / "vitals.csv").write_text(table("SBP (mmHg)", 10))
    drafted("site_a.csv", file="site_*.csv")
    sources = tmp_path / "config" / "sources"
    sources.mkdir()
    text, _, _ = write_draft(tmp_path / "site_a.csv", tmp_path, HOME)
    (sources / "a.yaml").write_text(text.replace('"site_*.csv"', "site_a.csv"), "utf-8")
    drafted("site_b.csv")


def test_an_encoding_that_only_another_file_shows(drafted, tmp_path):
    (tmp_path / "a.csv").write_text(table("ALT (U/L)", 10) + "P9,2020-01-09,20\n")
    rest = table("ALT (U/L)", 10) + "P9,未查,未查\n"
    (tmp_path / "b.csv").write_bytes(rest.encode("gb18030"))
    source, _ = drafted("a.csv", file="*.csv")
    assert source["format"]["encoding"] == "gb18030"


@pytest.mark.parametrize(
    ("raw", "says", "do"),
    [
        ("empty", "the folder holds no file", "correct the path"),
        ("mixed", "the folder holds exports of several kinds: *.csv (1), *.hl7 (1)", "name one"),
        ("bad", "the folder holds no export that a reader knows: *.md (1), *.png (1)", "name one"),
        ("other/*.csv", "1 of 2 files cannot be read as the first of them is", "name one file"),
        ("none/*.csv", "no file matches the pattern", "correct the path"),
        ("bad/a.png", "the file is a picture, which no reader knows", "ask for the same results"),
        ("a.zip", "the file is a ZIP archive, which no reader knows", "unpack it"),
        ("bad/README.md", "nothing in the file is as in an export", "--content results"),
    ],
)
def test_what_makes_no_draft_is_said_in_one_message(tmp_path, raw, says, do):
    for folder in ("config", "empty", "mixed", "bad", "other"):
        (tmp_path / folder).mkdir()
    (tmp_path / "mixed" / "a.csv").write_text(table("ALT (U/L)", 10))
    (tmp_path / "mixed" / "a.hl7").write_text(message("P1", "14682-9"))
    (tmp_path / "bad" / "README.md").write_text("# About\n\nExports, of 2020,\nby site, and day.\n")
    (tmp_path / "bad" / "a.png").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(range(256)))
    with ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("a.csv", "a,b")
    (tmp_path / "other" / "a.csv").write_text(table("ALT (U/L)", 10))
    (tmp_path / "other" / "b.csv").write_text(table("SBP (mmHg)", 10))
    with pytest.raises(UserError) as error:
        write_draft(tmp_path / raw, tmp_path, HOME)
    assert says in error.value.what
    assert do in error.value.do


def test_a_folder_that_is_declared_is_not_told(tmp_path):
    study = tmp_path / "study"
    (study / "config").mkdir(parents=True)
    (tmp_path / "lab").mkdir()
    (tmp_path / "lab" / "a.csv").write_text(table("ALT (U/L)", 10))
    text, _, _ = write_draft(tmp_path / "lab" / "a.csv", study, HOME)
    assert "file" in parse_yaml(text.encode(), "a")["unconfirmed"]
    assert "declare its folder under data_folders" in text
    (study / "config" / "config.yaml").write_text("data_folders: [../lab]\n")
    text, _, _ = write_draft(tmp_path / "lab" / "a.csv", study, HOME)
    assert parse_yaml(text.encode(), "a")["file"] == "../lab/a.csv"
    assert "data_folders" not in text


def test_patients_of_fhir_resources_are_found_without_being_told(drafted):
    person = '{"resourceType": "Patient", "id": "p%d", "gender": "male", "birthDate": "1950-01-01"}'
    source, _ = drafted("Patient.ndjson", "\n".join(person % n for n in range(3)) + "\n")
    assert source["content"] == "patients"
    assert source["attributes"]["sex"]["codes"] == {"male": "male"}
