"""Headers, layouts and dates of small files made here: their shape is what they were made with."""

import polars as pl
import pyreadstat
import pytest
import xlsxwriter
from labcohort.errors import UserError

VISITS = [(f"P-{n:02}", f"2020-0{1 + n % 9}-1{n % 9}", 60 + n, 5 + n / 10) for n in range(12)]
WIDE = "patient_id,visit date,Creatinine (umol/L),HbA1c (%)\n" + "".join(
    f"{p},{d},{c},{h}\n" for p, d, c, h in VISITS
)


def workbook(path, sheets: dict[str, list[list]], merged=()):
    with xlsxwriter.Workbook(path) as book:
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            for n, row in enumerate(rows):
                for m, cell in enumerate(row):
                    if cell is not None:
                        sheet.write(n, m, cell)
            for area, text in merged:
                sheet.merge_range(area, text)


def test_a_plain_wide_file(drafted):
    source, text = drafted("lab.csv", WIDE)
    assert source["layout"] == "wide"
    assert source["person"] == {"column": "patient_id"}
    assert source["date"] == {"column": "visit date", "formats": ["YYYY-M-D"]}
    assert source["analytes"] == {
        "Creatinine (umol/L)": {"marker": "CREAT", "unit": "umol/L"},
        "HbA1c (%)": {"marker": "HBA1C", "unit": "%"},
    }
    assert "header" not in source
    assert not any(person in text for person, *_ in VISITS)


def test_preamble_above_the_header(drafted):
    source, _ = drafted("lab.csv", "Hospital laboratory,,,\nexported,2021-05-05,,\n\n" + WIDE)
    assert source["header"] == 4
    assert len(source["analytes"]) == 2


def test_group_headings_above_names_units_and_ranges_below(drafted, tmp_path):
    rows = [
        ["", "", "Renal", "", "Glycaemic"],
        ["Patient ID", "Visit date", "Creatinine", "Uric acid", "HbA1c"],
        ["", "", "umol/L", "umol/L", "%"],
        ["", "", "45-84", "150-350", "4.0-6.0"],
        *[[p, d, c, 300 + c, h] for p, d, c, h in VISITS],
    ]
    workbook(tmp_path / "lab.xlsx", {"Data": rows})
    source, _ = drafted("lab.xlsx")
    assert source["format"] == {"type": "xlsx", "sheet": "Data"}
    assert (source["header"], source["units_row"], source["ranges_row"]) == ([1, 2], 3, 4)
    assert source["analytes"]["Renal / Creatinine"] == "CREAT"
    assert source["analytes"]["Glycaemic / HbA1c"] == "HBA1C"


def test_visits_below_merged_headings_of_analytes(drafted, tmp_path):
    rows = [
        [None, "HbA1c (%)", None, "ALT (U/L)", None],
        ["Patient", "Baseline", "Month 6", "Baseline", "Month 6"],
        *[[p, h, h + 1, c - 40, c - 39] for p, _, c, h in VISITS],
    ]
    workbook(tmp_path / "a.xlsx", {"A": rows}, [("B1:C1", "HbA1c (%)"), ("D1:E1", "ALT (U/L)")])
    source, _ = drafted("a.xlsx")
    assert source["header"] == [1, 2]
    assert (source["layout"], source["columns"]) == ("blocks", "{analyte} / {visit}")
    assert source["visits"] == {"Baseline": {"months": 0}, "Month 6": {"months": 6}}
    assert source["analytes"] == {
        "HbA1c (%)": {"marker": "HBA1C", "unit": "%"},
        "ALT (U/L)": {"marker": "ALT", "unit": "U/L"},
    }


def test_a_sheet_a_visit(drafted, tmp_path):
    rows = [["Subject", "Total cholesterol (mmol/L)", "ALT (U/L)"]]
    rows += [[p, 4 + h / 10, c / 2] for p, _, c, h in VISITS]
    workbook(
        tmp_path / "lab.xlsx", {"Baseline": rows, "M6": rows, "M12": rows, "Notes": [["by hand"]]}
    )
    source, text = drafted("lab.xlsx")
    assert source["format"]["sheets"] == ["Baseline", "M6", "M12"]
    assert source["visit"] == {"sheet": True}
    assert source["visits"] == {
        "Baseline": {"months": 0},
        "M6": {"months": 6},
        "M12": {"months": 12},
    }
    assert source["date"] == {"from": "infusion_date"}
    assert "sheets that are not read: Notes" in text


@pytest.mark.parametrize(
    ("header", "columns", "visits"),
    [
        ("HbA1c_0,HbA1c_6,ALT_0,ALT_6", "{analyte}_{visit}", {"0": 0, "6": 6}),
        (
            "HbA1c.baseline,HbA1c.m6,ALT.baseline,ALT.m6",
            "{analyte}.{visit}",
            {"baseline": 0, "m6": 6},
        ),
        ("V1 HbA1c,V2 HbA1c,V1 ALT,V2 ALT", "{visit} {analyte}", {"V1": None, "V2": None}),
    ],
)
def test_blocks(drafted, header, columns, visits):
    rows = "".join(f"{p},{h},{h + 1},{c - 40},{c - 39}\n" for p, _, c, h in VISITS)
    source, _ = drafted("lab.csv", f"subject_id,{header}\n{rows}")
    assert (source["layout"], source["columns"]) == ("blocks", columns)
    assert {v: e.get("months") for v, e in source["visits"].items()} == visits
    assert {e["marker"] for e in source["analytes"].values()} == {"HBA1C", "ALT"}


def test_blocks_with_a_date_each(drafted):
    rows = "".join(f"{p},{d},{h},{d.replace('2020', '2021')},{h}\n" for p, d, _, h in VISITS)
    source, _ = drafted("lab.csv", f"subject_id,date_0,HbA1c_0,date_6,HbA1c_6\n{rows}")
    assert source["date"] == {"column": "date_{visit}", "formats": ["YYYY-M-D"]}
    assert source["visits"] == {"0": {}, "6": {}}
    assert list(source["analytes"]) == ["HbA1c"]


def test_redcap_events(drafted):
    events = ("baseline_arm_1", "month_6_arm_1")
    rows = "".join(f"{n},{e},{60 + n},{5 + n / 9:.1f}\n" for n in range(1, 12) for e in events)
    source, _ = drafted("lab.csv", f"record_id,redcap_event_name,creatinine,hba1c\n{rows}")
    assert source["person"] == {"column": "record_id"}
    assert source["visit"] == {"column": "redcap_event_name"}
    assert set(source["visits"]) == set(events)


def test_redcap_events_with_dates_have_follow_ups(drafted, tmp_path):
    (tmp_path / "config" / "visits.tsv").write_text(
        "timepoint\tanchor\tscope\ttarget_day\tbefore\tafter\tchoice\ttie\tlabel\tlabel_zh\n"
        "baseline\tinfusion_date\tmarker\t0\t90\t0\tlast\tearlier\tBaseline\t基线\n",
        "utf-8",
    )
    events = ("baseline_arm_1", "month_6_arm_1")
    rows = "".join(
        f"{n},{e},20{20 + k}-01-{n + 10},{60 + n},{5 + n / 9:.1f}\n"
        for n in range(1, 12) for k, e in enumerate(events)
    )  # fmt: skip
    header = "record_id,redcap_event_name,visit_date,creatinine,hba1c\n"
    source, text = drafted("lab.csv", header + rows)
    assert source["visits"] == {"baseline_arm_1": {}, "month_6_arm_1": {"follow_up": True}}
    line = next(line for line in text.splitlines() if line.startswith("  month_6_arm_1:"))
    assert "CHECK" in line and "infusion_date" in line


def test_a_long_table_has_its_visits(drafted):
    rows = "".join(
        f"{p},{v},{t},{c},umol/L\n" for p, _, c, _ in VISITS for v in ("Baseline", "Month 6")
        for t in ("Creatinine", "Uric acid")
    )  # fmt: skip
    source, _ = drafted("lab.csv", f"subject_id,Visit,test,result,unit\n{rows}")
    assert (source["layout"], source["visit"]) == ("long", {"column": "Visit"})
    assert source["visits"] == {"Baseline": {"months": 0}, "Month 6": {"months": 6}}
    assert source["date"] == {"from": "infusion_date"}


def test_the_unit_of_a_group_heading(drafted, tmp_path):
    rows = [
        ["", "", "Lipids (mmol/L)", None, "Liver"],
        ["Patient ID", "Visit date", "LDL", "HDL", "ALT (U/L)"],
        *[[p, d, h / 3, h / 6, c] for p, d, c, h in VISITS],
    ]
    workbook(tmp_path / "a.xlsx", {"A": rows}, [("C1:D1", "Lipids (mmol/L)")])
    source, text = drafted("a.xlsx")
    ldl = "Lipids (mmol/L) / LDL"
    assert source["analytes"][ldl] == {"marker": "LDL", "unit": "mmol/L"}
    assert "CHECK" not in next(line for line in text.splitlines() if line.startswith(f"  {ldl}"))


def test_long_with_codes_of_the_laboratory(drafted):
    tests = [("Kreatinin-X", "n.d.", "umol/L"), ("Creatinine", 70, "umol/L"), ("ALT", 22, "IU/L"),
             ("Sodium", 140, "mmol/L"), ("HDL-C", 1.3, "mmol/L")]  # fmt: skip
    rows = "".join(
        f"{p};{d[8:]}.{d[5:7]}.{d[:4]};{t};{str(v).replace('.', ',') if v == 1.3 else v};{u};F\n"
        for p, d, *_ in VISITS for t, v, u in tests
    )  # fmt: skip
    source, _ = drafted("lab.csv", f"Patient;Datum;Test;Ergebnis;Einheit;Status\n{rows}")
    assert (source["layout"], source["analyte"], source["value"]) == ("long", "Test", "Ergebnis")
    assert source["unit"] == "Einheit"
    assert source["decimal"] == ","
    assert source["date"]["formats"] == ["D.M.YYYY"]
    assert source["status"]["codes"] == {"F": "final"}
    assert source["analytes"]["Creatinine"] == "CREAT"
    assert source["analytes"]["HDL-C"] == "HDL"
    assert "Sodium" in source["ignore"]


def test_dates_that_prove_no_order_are_left_to_a_person(drafted):
    rows = "".join(
        f"{p},0{1 + n % 9}/0{1 + n % 8}/2020,{c}\n" for n, (p, _, c, _) in enumerate(VISITS)
    )
    source, text = drafted("lab.csv", f"patient_id,date,Creatinine (umol/L)\n{rows}")
    assert source["date"] == {"column": "date"}
    line = next(line for line in text.splitlines() if line.startswith("date:"))
    assert "CHECK" in line and "D/M/YYYY" in line and "M/D/YYYY" in line


def test_missing_tokens_sentinels_and_thousands(drafted):
    cells = ["NA", ".", "未查", '"1,250"', "-9", "-9"] + [str(70 + n) for n in range(12)]
    rows = "".join(f"P{n:02},2020-01-05,{c}\n" for n, c in enumerate(cells))
    source, _ = drafted("lab.csv", f"patient_id,date,Creatinine (umol/L)\n{rows}")
    assert set(source["missing"]) == {"NA", ".", "未查", "-9"}
    assert source["thousands"] == ","


def test_a_number_that_other_analytes_have_is_no_sentinel(drafted):
    rows = "".join(f"P{n:02},2020-01-05,{99 if n < 3 else 2},{90 + n}\n" for n in range(12))
    header = "patient_id,date,HbA1c (%),Creatinine (umol/L)\n"
    source, _ = drafted("lab.csv", header + rows)
    assert "missing" not in source


def test_statistical_formats(drafted, tmp_path):
    frame = pl.DataFrame(
        {"subjid": [p for p, *_ in VISITS], "sex": [1, 2] * 6, "age": [40 + n for n in range(12)],
         "arm": [1, 1, 2] * 4}
    )  # fmt: skip
    labels = {"sex": {1: "Male", 2: "Female"}, "arm": {1: "control", 2: "treated"}}
    pyreadstat.write_sav(frame, tmp_path / "a.sav", variable_value_labels=labels)
    pyreadstat.write_dta(frame, tmp_path / "a.dta", variable_value_labels=labels)
    frame.write_parquet(tmp_path / "a.parquet")
    for name in ("a.sav", "a.dta"):
        source, _ = drafted(name)
        assert source["format"] == {"type": name[2:], "labels": True}
        assert source["content"] == "patients"
        assert source["attributes"]["sex"]["codes"] == {"Female": "female", "Male": "male"}
        assert set(source["attributes"]["arm"]["codes"]) == {"control", "treated"}
    source, _ = drafted("a.parquet")
    assert source["attributes"]["sex"]["codes"] == {"1": "male", "2": "female"}
    assert source["attributes"]["age"] == {"column": "age", "number": True}


@pytest.mark.parametrize(
    "data",
    [b"", b"id\n", b"\n\n\n", b"%PDF-1.7 and more", b"<html><table></table></html>",
     b"PK\x03\x04 no archive", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 no book", b"\0" * 400,
     b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 9,
     b"\xff\xd8\xff\xe0\0\x10JFIF" + bytes(range(256)),
     b"\x7fELF" + bytes(range(256)) * 9, b"# About\n\nThe exports, of 2020,\nby year, and site.\n",
     b"study: one\nprivacy: {a, b}\nlist: [1, 2]\n",
     b"MSH|^~\\&|a", b'{"resourceType": "Bundle"', b"<Bundle xmlns='http://hl7.org/fhir'>"],
)  # fmt: skip
def test_what_no_reader_knows_is_refused_in_one_message(drafted, data):
    with pytest.raises(UserError) as error:
        drafted("lab.dat", data)
    assert error.value.what and error.value.do
