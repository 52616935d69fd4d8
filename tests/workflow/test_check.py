"""What a check sees in the first rows of all sources together, before anything is run."""

import csv
import re
from collections import Counter
from collections.abc import Callable

import pytest
from labcohort.check import check

from tests.running import HOME

PATIENTS, SITE_A = "resources/demo/patients.csv", "resources/demo/site_a_results.csv"
A_YAML, B_YAML = "config/sources/site_a.yaml", "config/sources/site_b.yaml"


@pytest.fixture
def checked(make_study, capsys) -> Callable[..., tuple[int, str]]:
    """Exit code and words of a check of the demo after these changes: file -> its text anew."""

    def run(**changes: Callable[[str], str]) -> tuple[int, str]:
        study = make_study()
        for name, change in changes.items():
            path = study / FILES[name]
            before = path.read_text("utf-8") if path.exists() else ""
            after = change(before)
            assert after != before
            path.write_text(after, "utf-8")
        code = check(study, HOME)
        said = capsys.readouterr()
        return code, said.out + said.err

    return run


FILES = {
    "patients": PATIENTS, "site_a": SITE_A, "a_yaml": A_YAML, "b_yaml": B_YAML,
    "patients_yaml": "config/sources/patients.yaml", "before": "resources/demo/before.csv",
}  # fmt: skip


def counted(said: str) -> dict[str, Counter]:
    """Source -> rule -> how many, as a check prints them."""
    found: dict[str, Counter] = {}
    for line in said.splitlines():
        if head := re.match(r"  (\w+): [\d,]+ of [\d,]+ values would be set aside$", line):
            own = found.setdefault(head.group(1), Counter())
        elif of := re.match(r"    ([\d,]+) (\w+): ", line):
            own[of.group(2)] = int(of.group(1).replace(",", ""))
    return found


def test_a_check_counts_the_defects_that_the_demo_says_it_has(checked):
    """Expected: resources/demo/defects.tsv, written by the generator of the demo."""
    planted: dict[str, Counter] = {}
    with (HOME / "resources/demo/defects.tsv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file, delimiter="\t"):
            if row["fate"] == "set_aside":
                planted.setdefault(row["source"], Counter())[row["rule"]] += 1
    code, said = checked()
    assert code == 0 and counted(said) == planted


def rows_of(text: str) -> list[list[str]]:
    return [line.split(",") for line in text.splitlines()]


def text_of(rows: list[list[str]]) -> str:
    return "".join(",".join(row) + "\n" for row in rows)


def spoiled(text: str) -> str:
    """The patient table with a twin of another sex, a birth after the infusion, a code unknown."""
    rows = rows_of(text)
    at = {name: position for position, name in enumerate(rows[0])}
    twin = list(rows[1])
    twin[at["sex"]] = "M" if twin[at["sex"]] == "F" else "F"
    rows[2][at["birth_date"]] = "2023-01-01"
    rows[3][at["sex"]] = "X"
    return text_of([*rows, twin])


def test_conflicts_of_the_patient_table_are_counted_and_their_results_too(checked):
    code, said = checked(patients=spoiled)
    assert code == 0, said
    found = counted(said)
    assert found["patients"] == {"one_id_two_people": 2, "birth_after": 1, "unknown_code": 1}
    # the results of the one whom nobody can tell, counted in the file itself
    text = (HOME / SITE_A).read_text("utf-8")
    first = rows_of((HOME / PATIENTS).read_text("utf-8"))[1][0]
    lost = [row for row in rows_of(text) if row[0] == first]
    assert found["site_a"]["person_set_aside"] == len(lost) > 0
    assert not re.search(r"\b[ABC]-\d{3}\b", said)


def test_one_person_under_two_ids_is_counted(checked):
    def again(text: str) -> str:
        rows = rows_of(text)
        return text_of([*rows, ["A-999", *rows[1][1:]]])

    code, said = checked(
        patients=again,
        patients_yaml=lambda text: text.replace(
            "person: {column: patient_id}",
            "person: {column: patient_id, same: [sex, birth_date, infusion_date]}",
        ),
    )
    # of two rows each the digest that is the same
    assert code == 0 and counted(said)["patients"] == {"one_person_two_ids": 2}


def test_a_source_whose_ids_nobody_has_is_stopped(checked):
    code, said = checked(site_a=lambda text: re.sub("(?m)^A-", "Z-", text))
    assert code == 1
    assert re.search(r"of site_a \(9\d\.\d %|of site_a \(100", said) and "unknown_person" in said
    assert "Z-0" not in said


def test_the_previous_delivery_is_there(checked):
    previous = "previous: resources/demo/before.csv\n"
    code, said = checked(a_yaml=lambda text: text + previous)
    assert code == 1 and "site_a.yaml, previous: resources/demo/before.csv" in said


def test_the_previous_delivery_has_the_mapped_columns(checked):
    lines = (HOME / SITE_A).read_text("utf-8").splitlines(keepends=True)
    previous = "previous: resources/demo/before.csv\n"
    code, said = checked(
        a_yaml=lambda text: text + previous,
        before=lambda _: lines[0].replace("result", "value") + lines[1],
    )
    assert code == 1 and "the file has no column 'result'" in said
    assert "where: resources/demo/before.csv, row 1" in said


def test_a_previous_delivery_that_fits_passes(checked):
    lines = (HOME / SITE_A).read_text("utf-8").splitlines(keepends=True)
    previous = "previous: resources/demo/before.csv\n"
    code, said = checked(a_yaml=lambda text: text + previous, before=lambda _: lines[0] + lines[1])
    assert code == 0, said


def test_a_marker_under_ignore_is_said_and_stops_nothing(checked):
    def ignored(text: str) -> str:
        text = re.sub(r"(?m)^  HbA1c: .*\n", "", text)
        return text.replace("ignore: [Platelets]", "ignore: [Platelets, HbA1c]")

    code, said = checked(b_yaml=ignored)
    assert code == 0 and "site_b: 'HbA1c' under ignore is a name of HBA1C" in said


def test_a_column_that_nothing_maps_comes_with_the_line_to_add(checked):
    code, said = checked(b_yaml=lambda text: re.sub(r"(?m)^  HbA1c: .*\n", "", text))
    assert code == 1
    assert "\n    'HbA1c' is a name of HBA1C: under analytes, \"HbA1c\": HBA1C\n" in said
