"""Patient tables, identifiers that are dropped, and ids that point into a patient table."""

import pytest

SEXES = "MF" * 6
PATIENTS = "subject_id,sex,dob,arm,full name,phone,remark,city,enrolled\n" + "".join(
    f"S{n:03},{SEXES[n]},19{50 + n}-0{1 + n % 9}-11,{'AB'[n % 2]},Jane{n} Doe,0171-55{n:05},"
    f"said {n},{'XY'[n % 2]}town,2020-0{1 + n % 9}-1{n % 9}\n"
    for n in range(12)
)


def test_a_patient_table(drafted):
    source, text = drafted("people.csv", PATIENTS)
    assert source["content"] == "patients"
    assert source["person"] == {"column": "subject_id"}
    assert set(source["drop"]) == {"full name", "phone"}
    assert source["attributes"] == {
        "sex": {"column": "sex", "codes": {"F": "female", "M": "male"}},
        "birth_date": {"column": "dob", "dates": ["YYYY-M-D"]},
        "arm": {"column": "arm", "codes": {"A": "a", "B": "b"}},
        "enrolled": {"column": "enrolled", "dates": ["YYYY-M-D"]},
    }
    assert set(source["ignore"]) == {"remark", "city"}
    for word in ("Jane", "0171", "said", "S003", "1953", "town"):
        assert word not in text


@pytest.mark.parametrize(
    ("codes", "meanings"), [("12", ("male", "female")), ("男女", ("male", "female"))]
)
def test_codes_of_sex(drafted, codes, meanings):
    rows = "".join(f"{n},{codes[n % 2]},{30 + n}\n" for n in range(12))
    source, text = drafted("people.csv", f"patient_id,sex,age\n{rows}")
    assert source["attributes"]["sex"]["codes"] == dict(zip(codes, meanings, strict=True))
    marked = "# CHECK" in next(line for line in text.splitlines() if "column: sex" in line)
    assert marked == codes.isdigit()


def test_an_id_of_a_visit_is_cut_where_the_patient_table_shows_how(drafted, tmp_path):
    sources = tmp_path / "config" / "sources"
    sources.mkdir(parents=True)
    (tmp_path / "people.csv").write_text(PATIENTS)
    (sources / "people.yaml").write_text(
        "content: patients\nfile: people.csv\nformat: {type: text, encoding: utf-8,"
        " delimiter: ','}\nperson: {column: subject_id}\n"
        "attributes:\n  sex: {column: sex, text: true}\n"
        "  treated: {column: enrolled, dates: [YYYY-MM-DD]}\n"
    )
    rows = "".join(f"Z{n},S{n:03}/{v},{20 + n}\n" for n in range(12) for v in (1, 2))
    source, _ = drafted("lab.csv", f"sample_id,label,ALT (U/L)\n{rows}")
    assert source["person"] == {"column": "label", "before": "/"}


def test_without_a_name_for_ids_the_draft_asks(drafted):
    rows = "".join(f"x{n},{20 + n}\n" for n in range(12))
    source, text = drafted("lab.csv", f"what,ALT (U/L)\n{rows}")
    assert source["person"] == {"column": "what"}
    assert "CHECK 0.10" in next(line for line in text.splitlines() if line.startswith("person:"))


def test_the_order_of_rows_changes_no_long_draft(drafted):
    lines = [
        f"P{n:02},2020-01-{n:02},{t},{20 + n},U/L" for n in range(1, 20) for t in ("ALT", "AST")
    ]
    header = "patient_id,date,test,result,unit\n"
    _, one = drafted("a.csv", header + "\n".join(lines) + "\n")
    _, two = drafted("a.csv", header + "\n".join(reversed(lines)) + "\n")
    assert one == two
