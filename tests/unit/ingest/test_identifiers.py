"""Direct identifiers in an export: found where they are, and not where they are not.

National numbers were made and judged valid by python-stdnum 2.2; telephone numbers are those that
the authorities keep for fiction (555-01xx, Ofcom's drama numbers) or of the form that Faker 40.54
gives for the country; the real files are those of ../shared/data.
"""

import csv
import time
from pathlib import Path

import polars as pl
import pytest
from labcohort.errors import UserError
from labcohort.ingest.identifiers.check_digits import (
    is_chinese_id,
    is_danish,
    is_finnish,
    is_nhs_number,
    is_norwegian,
    is_social_security,
    is_swedish,
)
from labcohort.ingest.identifiers.column import FIRST, REMEMBERED
from labcohort.ingest.identifiers.scan import (
    Scan,
    check_dropped,
    find_identifiers,
    refuse_identifiers,
)

from tests.running import HOME, SHARED

NHS = ["3982597919", "6786981984", "6346484850", "1718615981"]
NORWEGIAN = ["14126067918", "24042678194", "25017431547", "13023437850"]
NORWEGIAN_OTHERS = ["60056540787", "27485133297", "02036759561"]
NORWEGIAN_WRONG = ["16047488900", "04106575318", "29022637426", "29022261094"]
SWEDISH = ["871222-3349", "950408-0335", "670906-7547", "500203-9609"]
FINNISH = ["181098-5302", "060442-460S", "030193-2936", "190371-8724"]
DANISH = ["140979-9228", "140757-1343", "210976-2051", "100190-2497"]
CHINESE = ["310104197003076330", "310104196506137858", "110101197107235272", "510107199508141383"]
AMERICAN = ["598-64-3113", "174-15-9875", "068-42-9680", "897-09-9858"]
CHECKS = {
    is_nhs_number: NHS,
    is_norwegian: NORWEGIAN,
    is_swedish: SWEDISH,
    is_finnish: FINNISH,
    is_danish: DANISH,
    is_chinese_id: CHINESE,
}


def kinds(values: list[str], header: str = "x", **how) -> list[str]:
    """Kinds that are found in one column."""
    rows = [(number, [value]) for number, value in enumerate(values, 2)]
    return [finding.kind for finding in find_identifiers([header], rows, **how)]


@pytest.mark.parametrize(
    ("header", "kind"),
    [
        ("lname", "name"),
        ("fname", "name"),
        ("First Name", "name"),
        ("patient_name", "name"),
        ("PatientName", "name"),
        ("patient's name", "name"),
        ("SURNAME", "name"),
        ("Nachname", "name"),
        ("Prénom", "name"),
        ("姓名", "name"),
        ("患者姓名", "name"),
        ("phone", "telephone"),
        ("Mobile No.", "telephone"),
        ("cell phone", "telephone"),
        ("telecom", "telephone"),
        ("Téléphone", "telephone"),
        ("联系电话", "telephone"),
        ("手机号", "telephone"),
        ("email", "e-mail"),
        ("E-mail", "e-mail"),
        ("EMail_Address", "e-mail"),
        ("电子邮箱", "e-mail"),
        ("address", "address"),
        ("addr1", "address"),
        ("Street", "address"),
        ("ZIP", "address"),
        ("pcode", "address"),
        ("Straße", "address"),
        ("家庭住址", "address"),
        ("SSN", "national id"),
        ("national_id", "national id"),
        ("passportNumber", "national id"),
        ("NHS number", "national id"),
        ("insurance_no", "national id"),
        ("身份证号", "national id"),
        ("医保号", "national id"),
        ("MRN", "medical record number"),
        ("medical record no", "medical record number"),
        ("住院号", "medical record number"),
        ("place of birth", "birth place"),
        ("出生地", "birth place"),
    ],
)
def test_a_header_names_an_identifier(header, kind):
    assert kinds(["something"], header) == [kind]


@pytest.mark.parametrize(
    "header",
    [
        *("HOMA_IR", "cell_count", "named", "Addressograph", "name", "test_name", "Unit Name"),
        *("cell", "cells", "CELL", "home", "White blood cell", "dose_million_cells", "RBC"),
        *("emailed", "streetlight", "mobility", "Telomere", "phonetic", "zipper", "SSNA", "mrna"),
        *("birth_date", "person_id", "sample", "initial_weight", "insurance", "sex", "CRP"),
        *("项目名称", "白细胞", "年龄", "单位", "体重", "标本号", "检验项目"),
    ],
)
def test_a_header_of_another_meaning(header):
    assert kinds(["5.1", "6.2", "4.9", "7.0"], header) == []


def test_a_bare_name_is_a_person_s_in_a_table_of_patients_only():
    analytes = [
        "Glucose SerPl-mCnc",
        "Total Protein",
        "Uric Acid",
        "Albumin",
        "Blood Urea Nitrogen",
    ]
    assert kinds(analytes, "NAME") == []
    assert kinds(analytes, "NAME", patients=True) == ["name"]
    # and in any table where its content says so (surnames of the 2010 census, one word each)
    assert kinds(["Smith", "Garcia", "Nguyen", "Obi"], "NAME") == ["name"]


def test_an_ambiguous_header_is_judged_by_its_content():
    assert kinds(["4500", "6100", "250000", "4500000", "100000000", "1000000000"], "cell") == []
    assert kinds(["800-471-8810", "2125550123", "", "212 555 0187"], "cell") == ["telephone"]
    # the same numbers without such a header are ids of samples
    assert kinds(["8004718810", "2125550123", "2125550187"], "sample") == []


def test_an_empty_column_and_one_of_yes_and_no_hold_no_identifier():
    assert kinds(["", "", ""], "email") == []
    assert kinds(["yes", "No", "1", ""], "phone") == []
    assert kinds(["NA", ".", ""], "phone", missing=["NA", "."]) == []
    assert kinds(["yes", "no", "555-0123"], "phone") == ["telephone"]


def test_results_under_a_header_that_has_another_meaning_too():
    # TEL, telomere length; a column of post codes of four digits is none of results
    assert kinds(["5.1", "<6,25", "12", "111"], "TEL") == []
    assert kinds(["8001", "3011"], "PLZ") == ["address"]


def test_a_hostile_text_is_judged_in_time():
    text = "tel" * 200_000 + " 212-555-0123"
    start = time.process_time()
    assert kinds([text], "comment") == ["telephone"]
    assert time.process_time() - start < 5


@pytest.mark.parametrize(
    "values",
    [
        ["13800138000", "15912345678", "18666012345"],
        ["+86 138 0013 8000", "86-13912345678", "139-1234-5678"],
        ["010-12345678", "0755-8765432", "(021) 62345678"],
        ["(212) 555-0123", "212-555-0187", "+1 415 555 0199", "1-800-555-0100"],
        ["(206)3345232", "(206)752-121", "(905)111-1111"],
        ["020 7946 0958", "07700 900123", "+44 1632 960001"],
        ["+49 30 901820", "030/9018200", "0170 1234567"],
        ["01 23 45 67 89", "+33 1 23 45 67 89", "06.12.34.56.78"],
        ["090-1490-4232", "03-1234-5678", "+81 90 1490 4232"],
        ["１３８００１３８０００", "１５９１２３４５６７８", "18666012345"],
        ["", "13800138000", "", "15912345678", "18666012345", "see below"],
    ],
)
def test_telephone_numbers_of_many_countries(values):
    assert kinds(values) == ["telephone"]


@pytest.mark.parametrize(
    "values",
    [
        ["13800.5", "15912.25", "18666.125"],
        ["13800138000", "13800138000", "13800138000"],
        # counted up; or the day first; or padded
        [str(15000000000 + i) for i in range(200)],
        [f"1{i % 6 + 3}{i % 12 + 1:02d}{i % 28 + 1:02d}{i:05d}" for i in range(200)],
        [f"{i:011d}" for i in range(200)],
        ["13800138000", "15912345678", "18666012345", "A1", "A2", "A3", "A4"],
        ["2008-01-24", "2009-11-02", "2010-05-17"],
        ["01.02.2003", "03.04.2005", "05.06.2007"],
        ["2006-12-27T15:53:00", "2007-04-18T13:32:00", "2007-07-18T12:49:00"],
        ["20190412-0600", "201410061026-0600", "201410061030-0600"],
        ["2085-9", "17861-6", "1968-7"],
        ["0.123456789", "1234567.8901", "123.4567890"],
        ["3.9-6.1", "100-200", "0.50-1.25"],
        ["+", "++", "+++"],
        ["1.2E+10", "12 345 678", "1 234 567,8"],
        ["2.16.840.1.113883.6.1", "2.16.840.1.113883.6.8", "2.16.840.1.113883.6.96"],
    ],
)
def test_numbers_of_a_laboratory_are_no_telephones(values):
    assert kinds(values) == []


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_check_digits(check):
    numbers = CHECKS[check]
    assert all(map(check, numbers))
    changed = {n[:-1] + sign for n in numbers for sign in "0123456789X" if n[-1] != sign}
    assert not any(map(check, changed))


def test_a_norwegian_number_has_a_birth_of_its_century():
    # made and judged by python-stdnum 2.2: a D-number, an H-number and one of 1867; orders of no
    # century, and 29 February of 1926 and of 2022
    assert all(map(is_norwegian, NORWEGIAN_OTHERS))
    assert not any(map(is_norwegian, NORWEGIAN_WRONG))


def test_the_published_examples_of_check_digits():
    # NHS data dictionary; GB 11643-1999, annex
    assert is_nhs_number("943 476 5919")
    assert is_chinese_id("11010519491231002X")
    assert is_chinese_id("440524188001010014")


def test_a_social_security_number_is_one_that_may_be_given_out():
    assert all(map(is_social_security, AMERICAN))
    # never given out (Social Security Administration, randomisation of 2011)
    assert not any(map(is_social_security, ["000-12-3456", "666-12-3456", "900-12-3456"]))
    assert not any(map(is_social_security, ["123-00-4567", "123-45-0000", "12-345-6789"]))


@pytest.mark.parametrize("values", [NHS, NORWEGIAN, SWEDISH, FINNISH, DANISH, CHINESE, AMERICAN])
def test_a_column_of_national_numbers(values):
    assert kinds(values) == ["national id"]


def test_numbers_that_bear_a_check_digit_by_chance_are_no_national_numbers():
    # of consecutive numbers one in eleven
    assert kinds([str(4000000000 + 7 * i) for i in range(500)]) == []
    assert kinds([f"11010119700307{i:04d}" for i in range(500)]) == []


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("result sent to jane.doe@example.org on request", "e-mail"),
        ("结果已发到zhang@example.cn", "e-mail"),
        ("ｊａｎｅ＠ｅｘａｍｐｌｅ．ｏｒｇ", "e-mail"),
        ("id 110101197107235272, fasting", "national id"),
        ("身份证110101197107235272", "national id"),
        ("SSN 174-15-9875", "national id"),
        ("please call 212-555-0123", "telephone"),
        ("患者电话13800138000", "telephone"),
    ],
)
def test_one_identifier_in_a_column_of_comments_is_enough(text, kind):
    assert kinds([*["haemolysed"] * 3000, text]) == [kind]


def test_telephone_numbers_among_words_without_a_word_for_them():
    comments = ["fasting, 212-555-0123", "haemolysed +44 1632 960001", "Mrs B. 13800138000"]
    assert kinds([*["fasting"] * 50, *comments]) == ["telephone"]
    assert kinds(["haemolysed 1, diluted 1:10", "repeat of 2019-04-12 10:30", "IgG4 > 1.35"]) == []


# Taiwan's mobiles (a trunk zero, ten digits), Ofcom's and ACMA's numbers for drama, ARCEP's pairs
@pytest.mark.parametrize(
    "numbers",
    [
        ["0912-345-678", "0923 456 789", "0934-567-890"],
        ["020 7946 0958", "01632 960001", "07700 900123"],
        ["03 5550 1234", "02-7010-4321", "(03) 7010 1234"],
        ["01 99 00 12 34", "06.39.98.12.34", "02-61-91-56-78"],
        ["010-12345678", "0755-8765-4321", "(021) 62345678"],
        ["030/9018200", "0170 1234567", "0151-23456789"],
    ],
)
def test_a_trunk_zero_among_words(numbers):
    comments = [f"spoke to Anna Berg on {number}" for number in numbers]
    assert kinds([*["fasting"] * 50, *comments]) == ["telephone"]
    assert kinds([*["fasting"] * 50, f"tel {numbers[0]}, wife"]) == ["telephone"]


def test_a_telephone_that_is_said_to_be_one_needs_no_blanks():
    assert kinds([*["fasting"] * 50, "call 0912345678"]) == ["telephone"]
    # without the word it may be a sample
    assert kinds([f"tube 09123456{n}" for n in range(10, 60)]) == []


@pytest.mark.parametrize(
    "form",
    [
        *("repeat of {d:02}.02.2003 10:30", "drawn 05-06-20{d:02} 0915", "on {d:02}/04/2005"),
        *("OGTT 0800 0900 10{d:02}", "fasting 0800-10{d:02}", "0915 to 09{d:02}, haemolysed"),
        *("lot 00{d:02}-345-678", "range 0.{d:02}-1.25 of 2019", "ratio 05:{d:02} after 120 min"),
        *("tube 0{d:02}", "dilution 01:{d:02}:100, 2000 rpm", "{d:02}-01-2019 and 02-01-2019"),
    ],
)
def test_dates_and_times_among_words_are_no_telephones(form):
    assert kinds([form.format(d=d) for d in range(1, 29)]) == []


@pytest.mark.parametrize(
    "values",
    [
        ["80 Mill St", "27 South Ave", "52 Highland Street", "12B King's Road"],
        ["Hauptstraße 12", "Lindenweg 3a", "Junkgasse 3"],
        ["12, rue de la Paix", "3 bis avenue Foch", "99 boulevard Voltaire"],
        ["北京市朝阳区建国路88号", "上海市徐汇区漕溪北路18号", "广东省深圳市南山区科技路1号"],
    ],
)
def test_addresses(values):
    assert kinds(values) == ["address"]


# given names and surnames of US lists, Chinese names of the surnames' list, HL7's form
@pytest.mark.parametrize(
    "values",
    [
        ["Kevin Lee", "Susan Williams", "Mary J. Clark", "Amy Shaw", "Joseph Ross"],
        ["Lee, Kevin", "Williams, Susan", "Clark, Mary", "Shaw, Amy", "Ross, Joseph"],
        ["LEE^KEVIN", "WILLIAMS^SUSAN", "CLARK^MARY^J", "SHAW^AMY", "ROSS^JOSEPH"],
        ["王伟", "李秀英", "张敏", "刘洋", "陈静", "杨丽华"],
    ],
)
def test_names_of_persons(values):
    assert kinds(values) == ["name"]


@pytest.mark.parametrize(
    "names",
    [
        ["Kevin Lee", "Susan Williams", "Obi Okafor", "Mary J. Clark"],
        ["王伟", "李秀英", "张敏"],
        ["Williams, Susan", "Lee, Kevin"],
    ],
)
def test_names_in_a_pilot_of_few_patients(names):
    assert kinds(names, "label", patients=True) == ["name"]
    # among results the same few may be of laboratories
    assert kinds(names, "label") == []


def test_a_few_places_with_the_names_of_persons_are_no_patients():
    sites = ["Mary Hill", "Saint Thomas", "Queen Charlotte"] * 20
    assert kinds(sites, "site", patients=True) == []


@pytest.mark.parametrize(
    "values",
    [
        ["Total Protein", "Uric Acid", "Blood Urea Nitrogen", "Free Thyroxine", "Red Cell Count"],
        ["Sand Springs", "New York", "San Diego", "Oklahoma City", "Broken Arrow", "Baton Rouge"],
        ["HMP, Exercise", "Not Hispanic", "African American", "Pacific Islander", "White British"],
        ["白蛋白", "尿素氮", "肌酐", "总胆固醇", "高密度脂蛋白", "甘油三酯", "葡萄糖", "钾", "钠"],
        ["高血压", "糖尿病", "冠心病", "脂肪肝", "慢性肾病", "甲亢", "贫血", "痛风"],
        ["阴性", "阳性", "弱阳性", "未见异常", "溶血", "脂血"],
    ],
)
def test_words_that_are_no_names(values):
    assert kinds(values * 3) == []


def _read(path: Path, delimiter: str, encoding: str = "utf-8") -> tuple[list[str], list]:
    with path.open(encoding=encoding) as file:
        rows = [(n, cells) for n, cells in enumerate(csv.reader(file, delimiter=delimiter), 1)]
    filled = [(n, [cell.strip() for cell in cells]) for n, cells in rows if any(cells)]
    return filled[0][1], filled[1:]


def test_the_patients_of_the_smart_set():
    path = SHARED / "smart" / "patients.txt"
    if not path.is_file():
        pytest.skip("the SMART files are not here (../shared/data/smart)")
    found = find_identifiers(*_read(path, "\t"), patients=True, exempt=["PID"])
    # read by eye in the file
    assert {finding.column: finding.kind for finding in found} == {
        **dict.fromkeys(("lname", "fname"), "name"),
        **dict.fromkeys(("street", "apartment", "pcode"), "address"),
        **dict.fromkeys(("cell", "home"), "telephone"),
        "email": "e-mail",
    }
    # awk -F'\t' 'FNR > 1 && $5 != "" {print FNR}' patients.txt | head -5
    assert next(f for f in found if f.column == "cell").rows == (3, 5, 6, 7, 9)


@pytest.mark.parametrize(
    ("name", "delimiter"),
    [
        ("smart/labs.txt", "\t"),
        ("smart/vitals.txt", "\t"),
        ("ipop/clinical_tests.txt", "\t"),
        ("ipop/SubjectInfo.csv", ","),
    ],
)
def test_real_results_hold_none(name, delimiter):
    path = SHARED / name
    if not path.is_file():
        pytest.skip(f"the file is not here (../shared/data/{name})")
    header, rows = _read(path, delimiter)
    assert len(rows) > 50
    assert find_identifiers(header, rows) == []


def test_nhanes_holds_none():
    paths = sorted((SHARED / "nhanes").glob("*.XPT"))
    if not paths:
        pytest.skip("the NHANES files are not here (../shared/data/nhanes)")
    import pyreadstat

    for path in paths:
        frame, _ = pyreadstat.read_xport(str(path), output_format="polars")
        text = frame.with_columns(pl.all().cast(pl.String).str.strip_suffix(".0").fill_null(""))
        rows = [(n, list(cells)) for n, cells in enumerate(text.iter_rows(), 1)]
        assert find_identifiers(text.columns, rows) == [], path.name


@pytest.mark.parametrize(
    ("name", "delimiter", "encoding"),
    [
        ("site_a_results.csv", ",", "utf-8"),
        ("site_c_visits.txt", ";", "gb18030"),
        ("patients.csv", ",", "utf-8"),
    ],
)
def test_the_demo_holds_none(name, delimiter, encoding):
    header, rows = _read(HOME / "resources" / "demo" / name, delimiter, encoding)
    assert find_identifiers(header, rows, patients=name == "patients.csv") == []


def test_in_batches_the_same_is_found_as_at_once():
    # more distinct values than are remembered, in a column that is telephones and one that is not
    count = 5 * REMEMBERED
    rows = [
        (n, [f"1{3 + n % 7}{n * 7919 % 10**9:09d}", f"note {n}", str(n), "a@b.org" * (n == 4900)])
        for n in range(2, count)
    ]
    header = ["contact", "comment", "sample", "remark"]
    whole = find_identifiers(header, rows)
    scan = Scan(header)
    for start in range(0, len(rows), 700):
        scan.see(rows[start : start + 700])
    scan.see([])
    assert scan.findings() == _in_frames(header, rows)
    assert [(f.column, f.kind) for f in scan.findings()] == [(f.column, f.kind) for f in whole]
    assert [(f.column, f.kind) for f in whole] == [("contact", "telephone"), ("remark", "e-mail")]
    assert whole[1].rows == scan.findings()[1].rows == (4900,)


def _in_frames(header: list[str], rows: list) -> list:
    """Findings in the same batches of 700, each in columns."""
    scan = Scan(header)
    for start in range(0, len(rows), 700):
        part = rows[start : start + 700]
        columns = {str(i): [cells[i] for _, cells in part] for i in range(len(header))}
        scan.see_frame(pl.DataFrame({"row": [number for number, _ in part], **columns}))
    return scan.findings()


def test_the_memory_of_values_is_bounded():
    scan = Scan(["text"])
    for batch in range(20):
        scan.see([(n, [f"value {batch} {n}"]) for n in range(2, 2000)])
        seen = scan.columns[0].all
        assert len(seen.plain) + len(seen.marked) <= 2 * REMEMBERED


def test_dropped_columns_and_ids_are_not_looked_at():
    rows = [(2, ["jane@example.org", "174-15-9875", "5.1"])]
    header = ["email", "SSN", "value"]
    assert find_identifiers(header, rows, exempt=["email", "SSN"]) == []
    assert [f.column for f in find_identifiers(header, rows, exempt=["SSN"])] == ["email"]


def test_the_refusal_names_columns_kinds_and_rows_and_no_value():
    rows = [(n, ["Jane", f"jane{n}@example.org", "5.1"]) for n in range(2, 20)]
    found = find_identifiers(["fname", "comment", "value"], rows)
    with pytest.raises(UserError, match="2 columns") as caught:
        refuse_identifiers(found, "raw/a.csv")
    text = str(caught.value)
    assert "'fname' (name, by its header, rows 2, 3, 4, 5, 6)" in text
    assert "'comment' (e-mail, by its content, rows 2, 3, 4, 5, 6)" in text
    assert 'drop: ["fname", "comment"]' in text
    assert caught.value.where == "raw/a.csv"
    assert "Jane" not in text and "example" not in text
    assert len(found[0].rows) == FIRST


def test_nothing_found_is_no_refusal():
    refuse_identifiers([], "raw/a.csv")


def test_a_dropped_column_that_is_not_there():
    with pytest.raises(UserError, match="no column 'E-Mail' to drop; nearest known: 'email'"):
        check_dropped(["id", "email"], ["E-Mail"], "raw/a.csv")
    check_dropped(["id", "email"], ["email"], "raw/a.csv")
