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


VISITS = (
    "timepoint\tanchor\tscope\ttarget_day\tbefore\tafter\tchoice\ttie\tlabel\tlabel_zh\n"
    "baseline\tinfusion_date\tmarker\t0\t90\t0\tlast\tearlier\tBaseline\t基线\n"
)
COHORTS = (
    "cohort\tcriterion\tsubject\tvalues\tlabel\tlabel_zh\n"
    "t2\tattribute_is\tdiabetes_type\ttype_2\tType 2\t2型\n"
)
# names of the attributes: of formulas (config/README.md, For patients) and of the tables above
ENGLISH = ("Gender", "DOB", "Date of infusion", "Insulin", "Type of diabetes", "Y", "N", "T1DM",
           "T2DM", "F", "M")  # fmt: skip
CHINESE = ("性别", "出生日期", "回输日期", "是否使用胰岛素", "糖尿病分型", "是", "否", "Ⅰ型", "Ⅱ型",
           "女", "男")  # fmt: skip


@pytest.mark.parametrize("words", [ENGLISH, CHINESE])
def test_attributes_have_the_names_that_formulas_and_the_study_know(drafted, tmp_path, words):
    (tmp_path / "config" / "visits.tsv").write_text(VISITS, "utf-8")
    (tmp_path / "config" / "cohorts.tsv").write_text(COHORTS, "utf-8")
    *names, yes, no, one, two, female, male = words
    rows = "".join(
        f"S{n},{(female, male)[n % 2]},19{50 + n}-03-{n + 10},2020-01-{n + 10},"
        f"{(no, yes)[n % 3 == 0]},{(two, one)[n % 4 == 0]}\n"
        for n in range(12)
    )
    source, text = drafted("people.csv", f"subject_id,{','.join(names)}\n{rows}")
    columns = dict(zip(["sex", "birth_date", "infusion_date", "insulin_treated", "diabetes_type"],
                       names, strict=True))  # fmt: skip
    read = source["attributes"]
    assert {name: entry["column"] for name, entry in read.items()} == columns
    assert read["sex"]["codes"] == {female: "female", male: "male"}
    assert read["insulin_treated"]["codes"] == {yes: "yes", no: "no"}
    assert read["diabetes_type"]["codes"] == {one: "type_1", two: "type_2"}
    lines = text.splitlines()
    for name in ("insulin_treated", "diabetes_type"):
        assert "# CHECK" in next(line for line in lines if line.startswith(f"  {name}:"))


def test_a_date_that_visits_count_from_is_asked_for_where_no_column_is_called_so(drafted, tmp_path):
    (tmp_path / "config" / "visits.tsv").write_text(VISITS, "utf-8")
    source, text = drafted("people.csv", PATIENTS)
    assert "infusion_date" not in source["attributes"]
    assert "CHECK the study's tables name infusion_date" in text
    source, text = drafted("other.csv", PATIENTS.replace("enrolled", "therapy start"))
    assert source["attributes"]["infusion_date"]["column"] == "therapy start"
    line = next(line for line in text.splitlines() if line.startswith("  infusion_date:"))
    assert "# CHECK 0.60" in line


def test_a_level_of_insulin_is_no_treatment(drafted):
    rows = "".join(f"S{n},{'MF'[n % 2]},{4 + n / 2},{'YN'[n % 2]}\n" for n in range(12))
    source, text = drafted("a.csv", f"subject_id,sex,insulin,insulin resistance\n{rows}")
    assert source["attributes"]["insulin"] == {"column": "insulin", "number": True}
    assert "insulin_treated" not in source["attributes"]
    # a marker among the attributes is in no formula, and the draft says so
    line = next(line for line in text.splitlines() if line.startswith("  insulin:"))
    assert "INSULIN" in line and "CHECK" in line


def test_codes_of_sex_that_say_nothing_are_asked_for(drafted):
    rows = "".join(f"{n},{n % 2},{30 + n}\n" for n in range(12))
    source, _ = drafted("people.csv", f"patient_id,patient_sex,age\n{rows}")
    # no word of a sex: the study is refused until both are written
    assert source["attributes"]["sex"]["codes"] == {"0": "CHECK", "1": "CHECK"}


def test_claims_are_drafted_where_the_patients_have_them(drafted, tmp_path):
    sources = tmp_path / "config" / "sources"
    sources.mkdir(parents=True)
    rows = "".join(
        f"S{n:03},{SEXES[n]},20{y}-01-{n + 10},{y + n}\n" for n in range(12) for y in (20, 21)
    )
    (tmp_path / "lab.csv").write_text(f"subject_id,Sex,sampled,ALT (U/L)\n{rows}")
    assert "claims" not in drafted("lab.csv")[0]
    (tmp_path / "people.csv").write_text(PATIENTS)
    (sources / "people.yaml").write_text(
        "content: patients\nfile: people.csv\nformat: {type: text, encoding: utf-8,"
        " delimiter: ','}\nperson: {column: subject_id}\n"
        "attributes:\n  sex: {column: sex, codes: {M: male, F: female}}\n"
    )
    source, _ = drafted("lab.csv")
    codes = {"F": "female", "M": "male"}
    assert source["claims"] == {"sex": {"column": "Sex", "codes": codes}}
    assert "Sex" not in source.get("context", [])


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
