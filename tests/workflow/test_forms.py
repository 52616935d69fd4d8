"""One small registry in each form that a laboratory may send: every form gives the same values.

The expected values are the plain numbers below; a form is its writer and its YAML, nothing else.
"""

import gzip
import json
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import polars as pl
import pyreadstat
import pytest
import xlsxwriter
import xlwt
import yaml
from labcohort import settings
from labcohort.derive.repeats import settle_repeats
from labcohort.ingest.pseudonym import Pseudonyms
from labcohort.jobs import harmonise, ingest, patients, quality
from labcohort.memory import Memory
from labcohort.provenance import Code
from labcohort.study.load import Study, load_study
from labcohort.study.raw import key_of, raw_digests
from labcohort.study.rules import check_rules
from labcohort.study.source_defaults import with_format_defaults, with_recognised
from labcohort.study.yaml_files import check_schema, parse_yaml

from tests.running import HOME

KEY = "key of the forms"
INFUSED = {"A-1": date(2020, 1, 13), "A-2": date(2020, 2, 28), "B-1": date(2021, 8, 31)}
VISITS = {"0": 0, "6": 182, "12": 365}
# person -> visit -> HbA1c in %, triglycerides in mmol/L, creatinine in umol/L; None: not measured
RESULTS = {
    "A-1": {"0": (8.1, 2.31, 80), "6": (7.2, 1.9, 82), "12": (7.4, None, 1084)},
    "A-2": {"0": (9.0, 1.1, 101), "6": (8.25, 1.25, None)},
    "B-1": {"0": (10.5, 0.5, 64), "12": (6.9, 3.75, 66.5)},
}
NAMES = ("HbA1c", "TG", "Creatinine")
UNITS = ("%", "mmol/L", "umol/L")
MARKERS = ("HBA1C", "TG", "CREAT")
MAPPED = {
    name: {"marker": marker, "unit": unit}
    for name, marker, unit in zip(NAMES, MARKERS, UNITS, strict=True)
}
UNMARKED = dict(zip(NAMES, MARKERS, strict=True))


def day(person, visit):
    return INFUSED[person] + timedelta(days=VISITS[visit])


def months_later(person, visit):
    """The day of the month of the infusion, or the month's last (31 August + 6 months)."""
    start, months = INFUSED[person], int(visit)
    year, month = divmod(start.month - 1 + months, 12)
    for days in (start.day, 30, 29, 28):
        try:
            return date(start.year + year, month + 1, days)
        except ValueError:
            continue


def expected(dated=day):
    """(person, marker, date, value) of all results."""
    return sorted(
        (person, marker, dated(person, visit), float(value))
        for person, visits in RESULTS.items()
        for visit, values in visits.items()
        for marker, value in zip(MARKERS, values, strict=True)
        if value is not None
    )


def text(value):
    return "" if value is None else f"{value:g}" if isinstance(value, float) else str(value)


def wide(dates=str, number=text):
    """Header and rows: a row a visit."""
    rows = [
        [person, dates(day(person, visit)), *map(number, values)]
        for person, visits in RESULTS.items()
        for visit, values in visits.items()
    ]
    return ["id", "day", *NAMES], rows


def long(dates=str, number=text):
    rows = [
        [person, dates(day(person, visit)), name, number(value), unit]
        for person, visits in RESULTS.items()
        for visit, values in visits.items()
        for name, value, unit in zip(NAMES, values, UNITS, strict=True)
    ]
    return ["id", "day", "test", "result", "unit"], rows


def blocks(dated=True):
    """A row a person, a column an analyte and visit."""
    names = [f"{n}_{v}" for v in VISITS for n in ((("day",) if dated else ()) + NAMES)]
    rows = []
    for person, visits in RESULTS.items():
        row = [person]
        for visit in VISITS:
            values = visits.get(visit, (None,) * 3)
            row += [str(day(person, visit)) if visit in visits else ""] if dated else []
            row += map(text, values)
        rows.append(row)
    return ["id", *names], rows


def delimited(table, sign=",", end="\n", quote=""):
    header, rows = table
    lines = [sign.join(f"{quote}{cell}{quote}" for cell in row) for row in [header, *rows]]
    return end.join(lines) + end


def source(form, **more):
    return {
        "content": "results",
        "file": "raw/export",
        "format": form,
        "person": {"column": "id"},
    } | more


TEXT = {"type": "text", "encoding": "utf-8", "delimiter": ","}
WIDE = {"layout": "wide", "date": {"column": "day", "formats": ["YYYY-MM-DD"]}, "analytes": MAPPED}
LONG = {
    "layout": "long", "analyte": "test", "value": "result", "unit": "unit",
    "date": {"column": "day", "formats": ["YYYY-MM-DD"]}, "analytes": UNMARKED,
}  # fmt: skip
# Creatinine is mapped under the very name that facts know too
NAMES_RECOGNISED = {"analytes": {"Creatinine": "CREAT"}, "recognise": ["aliases"]}


def written(content, encoding="utf-8"):
    def write(path):
        path.write_bytes(content if isinstance(content, bytes) else content.encode(encoding))

    return write


def comma(value):
    return text(value).replace(".", ",")


def grouped(value):
    return "" if value is None else f"{value:,.10g}"


def as_xlsx(fill):
    def write(path):
        with xlsxwriter.Workbook(path) as book:
            fill(book)

    return write


def visits_sheet(sheet, table, start=0, **formats):
    header, rows = table
    sheet.write_row(start, 0, header)
    for n, row in enumerate(rows, start + 1):
        for m, cell in enumerate(row):
            if isinstance(cell, date):
                sheet.write_datetime(n, m, cell, formats.get("dates"))
            else:
                sheet.write(n, m, cell)


def numbers(value):
    return value


def plain_workbook(book):
    """Numbers as numbers, true dates, a preamble above the header."""
    style = book.add_format({"num_format": "dd/mm/yyyy"})
    sheet = book.add_worksheet("Cover")
    sheet.write(0, 0, "Laboratory of somewhere")
    sheet = book.add_worksheet("Results")
    sheet.write(0, 0, "Results of the registry")
    visits_sheet(sheet, wide(dates=lambda d: d, number=numbers), start=3, dates=style)


def textual_workbook(book):
    """Numbers stored as text, dates stored as numbers of days."""
    count = lambda d: (d - date(1899, 12, 30)).days  # noqa: E731
    visits_sheet(book.add_worksheet("Results"), wide(dates=count))


def sheet_a_visit(book):
    for visit in VISITS:
        rows = [
            [person, *map(numbers, values[visit])]
            for person, values in RESULTS.items()
            if visit in values
        ]
        visits_sheet(book.add_worksheet(f"Month {visit}"), (["id", *NAMES], rows))


def grouped_workbook(book):
    """Group headings merged over names, a row of units, the person merged over the visits."""
    sheet = book.add_worksheet("Results")
    sheet.merge_range(0, 0, 1, 0, "id")
    sheet.merge_range(0, 1, 1, 1, "day")
    sheet.merge_range(0, 2, 0, 3, "Metabolism")
    sheet.write(0, 4, "Kidney")
    sheet.write_row(1, 2, NAMES)
    sheet.write_row(2, 2, UNITS)
    row = 3
    for person, visits in RESULTS.items():
        if len(visits) > 1:
            sheet.merge_range(row, 0, row + len(visits) - 1, 0, person)
        for visit, values in visits.items():
            sheet.write(row, 1, str(day(person, visit)))
            for column, value in enumerate(values, 2):
                sheet.write(row, column, value)
            row += 1


def old_workbook(path):
    book = xlwt.Workbook()
    sheet = book.add_sheet("Results")
    header, rows = wide(number=numbers)
    for n, row in enumerate([header, *rows]):
        for m, cell in enumerate(row):
            if cell is not None:
                sheet.write(n, m, cell)
    book.save(str(path))


def frame(number=numbers):
    header, rows = wide(dates=lambda d: d, number=number)
    schema = {"id": pl.String, "day": pl.Date} | dict.fromkeys(NAMES, pl.Float64)
    return pl.DataFrame(rows, schema=schema, orient="row").select(header)


def statistical(write):
    def done(path):
        write(frame(), str(path))

    return done


def labelled(path):
    """Triglycerides as a code whose label is the number."""
    data = frame()
    known = sorted(set(data["TG"].drop_nulls()))
    codes = {value: float(n) for n, value in enumerate(known, 1)}
    coded = data.with_columns(pl.col("TG").replace_strict(codes, default=None))
    labels = {"TG": {code: f"{value:g}" for value, code in codes.items()}}
    pyreadstat.write_sav(coded, str(path), variable_value_labels=labels)


def messages(path):
    """HL7 v2: one ORU^R01 a visit, all in one file."""
    lines = []
    for person, visits in RESULTS.items():
        for visit, values in visits.items():
            stamp = f"{day(person, visit):%Y%m%d}0730+0800"
            lines += [f"MSH|^~\\&|LAB|X|REG|Y|{stamp}||ORU^R01|1|P|2.5.1", f"PID|1||{person}^^^^MR"]
            lines.append(f"OBR|1|||panel^Panel^L|||{stamp}")
            for n, (name, value, unit) in enumerate(zip(NAMES, values, UNITS, strict=True), 1):
                lines.append(f"OBX|{n}|NM|{name}^{name}^L||{text(value)}|{unit}|||||F|||{stamp}")
    path.write_bytes("\r".join(lines).encode() + b"\r")


def local_codes(write, before, after):
    """What `write` writes, with codes that nobody lists and the names beside them."""

    def changed(path):
        write(path)
        content = path.read_bytes().decode()
        for number, name in enumerate(NAMES):
            assert before.format(name) in content
            content = content.replace(before.format(name), after.format(name, f"L{number}"))
        path.write_bytes(content.encode())

    return changed


def resources():
    for person, visits in RESULTS.items():
        for visit, values in visits.items():
            for name, value, unit in zip(NAMES, values, UNITS, strict=True):
                quantity = {"valueQuantity": {"value": value, "unit": unit}} if value else {}
                yield {
                    "resourceType": "Observation", "status": "final",
                    "code": {"coding": [{"code": name}]},
                    "subject": {"reference": f"Patient/{person}"},
                    "effectiveDateTime": f"{day(person, visit)}T07:30:00+08:00",
                } | quantity  # fmt: skip


def bundle(path):
    entries = [{"resource": resource} for resource in resources()]
    bundled = {"resourceType": "Bundle", "type": "collection", "entry": entries}
    path.write_text(json.dumps(bundled))


def newline_json(path):
    path.write_text("".join(json.dumps(resource) + "\n" for resource in resources()))


def redcap():
    """An event a row; who the person is stands in the rows of the first event only."""
    header = ["id", "redcap_event_name", "sex", *NAMES]
    rows = []
    for person, visits in RESULTS.items():
        for visit, values in visits.items():
            sex = "F" if visit == "0" else ""
            rows.append([person, f"month_{visit}_arm_1", sex, *map(text, values)])
    return header, rows


def several_files(path):
    header, rows = wide()
    folder = path.with_name("files")
    folder.mkdir()
    for person in RESULTS:
        own = [row for row in rows if row[0] == person]
        (folder / f"{person}.csv").write_text(delimited((header, own)))


def prefixed(dates=str):
    """The id with the number of the visit behind it."""
    header, rows = wide()
    return header, [[f"{row[0]}/{n}", *row[1:]] for n, row in enumerate(rows)]


OFFSETS = {f"month_{v}_arm_1": {"months": int(v)} for v in VISITS}
FORMS = {
    "wide": (written(delimited(wide())), source(TEXT, **WIDE)),
    "long": (written(delimited(long())), source(TEXT, **LONG)),
    "tab-separated, CRLF": (
        written(delimited(long(), "\t", "\r\n")),
        source(TEXT | {"delimiter": "\t"}, **LONG),
    ),
    "quoted, CR, pipes": (
        written(delimited(long(), "|", "\r", '"')),
        source(TEXT | {"delimiter": "|"}, **LONG),
    ),
    "gzip": (written(gzip.compress(delimited(wide()).encode())), source(TEXT, **WIDE)),
    "with a byte order mark": (written(delimited(wide()), "utf-8-sig"), source(TEXT, **WIDE)),
    "UTF-16": (written(delimited(wide()), "utf-16"), source(TEXT | {"encoding": "utf-16"}, **WIDE)),
    "GB18030": (
        written(delimited(wide()).replace("Creatinine", "肌酐"), "gb18030"),
        source(TEXT | {"encoding": "gb18030"}, **WIDE)
        | {"analytes": {("肌酐" if n == "Creatinine" else n): e for n, e in MAPPED.items()}},
    ),
    "Windows-1252": (
        written(delimited(long()).replace("umol", "µmol"), "cp1252"),
        source(TEXT | {"encoding": "cp1252"}, **LONG),
    ),
    "decimal comma": (
        written(delimited(wide(number=comma), ";")),
        source(TEXT | {"delimiter": ";"}, **WIDE, decimal=","),
    ),
    "thousands apart": (
        written(delimited(wide(number=grouped), ";")),
        source(TEXT | {"delimiter": ";"}, **WIDE, thousands=","),
    ),
    "dates D/M/YY": (
        written(delimited(wide(dates=lambda d: f"{d.day}/{d.month}/{d:%y}"))),
        source(TEXT, **WIDE) | {"date": {"column": "day", "formats": ["D/M/YY"]}},
    ),
    "dates that prove their order": (
        written(delimited(wide(dates=lambda d: f"{d.day}/{d.month}/{d.year}"))),
        source(TEXT, **WIDE) | {"date": {"column": "day"}},
    ),
    "times with a zone": (
        # 07:30 in Shanghai is half past eleven of the day before in UTC
        written(delimited(wide(dates=lambda d: f"{d - timedelta(days=1)}T23:30:00Z"))),
        source(TEXT, **WIDE)
        | {"date": {"column": "day", "formats": ["iso"], "zone": "Asia/Shanghai"}},
    ),
    "a row of units": (
        written(delimited((wide()[0], [["", "", *UNITS], *wide()[1]]))),
        source(TEXT, **WIDE) | {"analytes": UNMARKED, "units_row": 2},
    ),
    "units in the header": (
        written(
            delimited(([*wide()[0][:2], *(f"{n} ({u})" for n, u in zip(NAMES, UNITS, strict=True))],
                       wide()[1]))
        ),
        source(TEXT, **WIDE) | {"analytes": UNMARKED, "units_in_header": True},
    ),
    "units as codes": (
        written(delimited(long()).replace("mmol/L", "2").replace("umol/L", "3")),
        source(TEXT, **LONG, units={"2": "mmol/L", "3": "umol/L"}),
    ),
    "missing as tokens": (
        written(delimited(wide(number=lambda v: "n.d." if v is None else text(v)))),
        source(TEXT, **WIDE, missing=["n.d."]),
    ),
    "missing as a sentinel": (
        written(delimited(wide(number=lambda v: "9999999.0" if v is None else text(v)))),
        source(TEXT, **WIDE, missing=["9999999"]),
    ),
    "names with other letters": (
        written(delimited(([*wide()[0][:2], "HBА1C", "ｔｇ", "creatinine "], wide()[1]))),
        source(TEXT, **WIDE),
    ),
    "names that are recognised": (
        written(delimited(long()).replace("HbA1c", "4548-4").replace("TG", "14927-8")),
        source(TEXT, **LONG) | {"analytes": {"Creatinine": "CREAT"}, "recognise": ["loinc"]},
    ),
    "local codes with names beside them": (
        local_codes(written(delimited(long()).replace("test", "test,called")),
                    ",{0},", ",{1},{0},"),
        source(TEXT, **LONG, analyte_name="called") | NAMES_RECOGNISED,
    ),
    "HL7 v2 with local codes": (
        local_codes(messages, "|{0}^{0}^L|", "|{1}^{0}^L|"),
        {"content": "results", "file": "raw/export", "format": {"type": "hl7"}} | NAMES_RECOGNISED,
    ),
    "FHIR with local codes": (
        local_codes(bundle, '"code": "{0}"', '"code": "{1}", "display": "{0}"'),
        {"content": "results", "file": "raw/export", "format": {"type": "fhir"}} | NAMES_RECOGNISED,
    ),
    "a file a person": (several_files, source(TEXT, **WIDE) | {"file": "raw/files/*.csv"}),
    "ids with a visit behind": (
        written(delimited(prefixed())),
        source(TEXT, **WIDE) | {"person": {"column": "id", "before": "/"}},
    ),
    "ids by their first characters": (
        written(delimited(prefixed())),
        source(TEXT, **WIDE) | {"person": {"column": "id", "length": 3}},
    ),
    "blocks with dates": (
        written(delimited(blocks())),
        source(TEXT, layout="blocks", columns="{analyte}_{visit}", analytes=MAPPED,
               visits={v: {} for v in VISITS},
               date={"column": "day_{visit}", "formats": ["YYYY-MM-DD"]}),
    ),
    "an Excel workbook": (
        as_xlsx(plain_workbook),
        source({"type": "xlsx", "sheet": "Results", "ignore_sheets": ["Cover"]}, **WIDE, header=4),
    ),
    "a workbook of texts": (
        as_xlsx(textual_workbook),
        source({"type": "xlsx", "sheet": "Results"}, **WIDE)
        | {"date": {"column": "day", "formats": ["excel"]}},
    ),
    "merged cells and headers of two rows": (
        as_xlsx(grouped_workbook),
        source({"type": "xlsx", "sheet": "Results"}, **WIDE)
        | {"header": [1, 2], "units_row": 3,
           "analytes": {"Metabolism / HbA1c": "HBA1C", "Metabolism / TG": "TG",
                        "Kidney / Creatinine": "CREAT"}},
    ),
    "an old Excel workbook": (old_workbook, source({"type": "xls", "sheet": "Results"}, **WIDE)),
    "SAS": (statistical(pyreadstat.write_xport), source({"type": "xpt"}, **WIDE)),
    "SPSS": (statistical(pyreadstat.write_sav), source({"type": "sav", "labels": False}, **WIDE)),
    "SPSS with labels": (labelled, source({"type": "sav", "labels": True}, **WIDE)),
    "Stata": (statistical(pyreadstat.write_dta), source({"type": "dta", "labels": False}, **WIDE)),
    "Parquet": (lambda path: frame().write_parquet(path), source({"type": "parquet"}, **WIDE)),
    "HL7 v2": (messages, {"content": "results", "file": "raw/export", "format": {"type": "hl7"},
                          "analytes": UNMARKED}),
    "FHIR bundle": (bundle, {"content": "results", "file": "raw/export",
                             "format": {"type": "fhir"}, "analytes": UNMARKED}),
    "FHIR lines": (newline_json, {"content": "results", "file": "raw/export",
                                  "format": {"type": "fhir"}, "analytes": UNMARKED}),
}  # fmt: skip
# what has no date of its own: counted in months from the infusion
COUNTED = {
    "blocks counted in months": (
        written(delimited(blocks(dated=False))),
        source(TEXT, layout="blocks", columns="{analyte}_{visit}", analytes=MAPPED,
               visits={v: {"months": int(v)} for v in VISITS}, date={"from": "infusion_date"}),
    ),
    "a sheet a visit": (
        as_xlsx(sheet_a_visit),
        source({"type": "xlsx", "sheets": [f"Month {v}" for v in VISITS]}, layout="wide",
               analytes=MAPPED, visit={"sheet": True}, date={"from": "infusion_date"},
               visits={f"Month {v}": {"months": int(v)} for v in VISITS}),
    ),
    "REDCap events": (
        written(delimited(redcap())),
        source(TEXT, layout="wide", analytes=MAPPED, context=["sex"], visits=OFFSETS,
               visit={"column": "redcap_event_name"}, date={"from": "infusion_date"}),
    ),
    "a column of months": (
        written(delimited((
            ["id", "month", *NAMES],
            [[p, v, *map(text, values)] for p, vs in RESULTS.items() for v, values in vs.items()],
        ))),
        source(TEXT, layout="wide", analytes=MAPPED,
               date={"from": "infusion_date", "column": "month", "unit": "months"}),
    ),
}  # fmt: skip


ROWS = {
    "visits": "baseline\tinfusion_date\tmarker\t0\t90\t0\tnearest\tearlier\tBaseline\t\n"
    "month_6\tinfusion_date\tmarker\t182\t45\t45\tnearest\tearlier\tMonth 6\t",
    "eligibility": "1\tresult_at\tbaseline\t\thas a baseline\t",
    "cohorts": "all\teveryone\t\t\tAll\t",
    "plan": "p\tf\tprimary\tTG\tall\tmonth_6\tpaired_t\tmean_sem\t\tnone\t0.05",
}
PEOPLE = {
    "content": "patients", "file": "raw/people.csv", "format": TEXT, "person": {"column": "id"},
    "attributes": {
        "sex": {"column": "sex", "codes": {"F": "female"}},
        "infusion_date": {"column": "infused", "dates": ["YYYY-MM-DD"]},
    },
}  # fmt: skip


@pytest.fixture(scope="module")
def decided(tmp_path_factory) -> Study:
    """The study but for its sources: its tables are validated once for all forms."""
    folder = tmp_path_factory.mktemp("decided")
    (folder / "config" / "sources").mkdir(parents=True)
    for path in (HOME / "config").glob("*.tsv"):
        header = path.read_text("utf-8").splitlines()[0]
        text = "".join(f"{line}\n" for line in (header, ROWS.get(path.stem)) if line)
        (folder / "config" / path.name).write_text(text, "utf-8")
    config = {"study": "forms", "title": "Forms", "synthetic": True, "privacy": {"public_key": KEY}}
    (folder / "config" / "config.yaml").write_text(yaml.safe_dump(config))
    for name, how in {"patients": PEOPLE, "lab": source(TEXT, **WIDE)}.items():
        (folder / "config" / "sources" / f"{name}.yaml").write_text(yaml.safe_dump(how))
    memory = Memory(folder / "memory.json")
    return load_study(folder, HOME, memory, Code(HOME, memory))


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """The directory of a study with a patient table; its export is to come."""
    (tmp_path / "raw").mkdir()
    people = "id,sex,infused\n" + "".join(f"{p},F,{d}\n" for p, d in INFUSED.items())
    (tmp_path / "raw" / "people.csv").write_text(people)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def with_source(study, how, people):
    """The study with its sources as their YAML files say, checked as a run checks them."""
    sources = {"patients": people, "lab": how}
    for name, given in sources.items():
        read = with_format_defaults(parse_yaml(yaml.safe_dump(given).encode(), name))
        check_schema(read, HOME / "schemas" / "source.schema.yaml", name)
        sources[name] = read
    sources["lab"] = with_recognised(sources["lab"], study.tables)
    study = replace(study, sources=sources)
    check_rules(study)
    return study


def values_of(folder, study):
    """(person, marker, date, value) that the source's jobs make, and what they set aside."""
    memory = Memory(folder / "memory.json")
    key = key_of(study, folder)
    for name in ("patients", "lab"):
        told = settings.ingest(study, name, raw_digests(study, name, folder, memory), key)
        paths = {k: f"{name}.{k}" for k in ("ledger", "files")} | {"cells": [f"{name}.cells"]}
        ingest.main(paths, name, told)
    paths = {
        "cells": ["patients.cells"],
        "patients": ["people"],
        "places": "places",
        "quarantine": "people.bad",
        "set_aside": "people.aside",
        "profile": "people.json",
    }
    patients.main(paths, "patients", settings.patients(study, key))
    needed = ["people", "places"] if settings.needs_patients(study, "lab") else []
    panels = [f"{panel}/1-of-1.parquet" for panel in settings.panels(study)]
    for panel in panels:
        Path(panel).parent.mkdir(exist_ok=True)
    paths = {
        "cells": "lab.cells",
        "patients": needed,
        "values": panels,
        "quarantine": "lab.bad",
        "ledger": "lab.ledger",
        "profile": "lab.json",
        "proposals": "lab.proposals",
    }
    harmonise.main(paths, "lab", settings.harmonise(study, "lab", key))
    values = pl.concat(pl.read_parquet(panel) for panel in panels)
    known = Pseudonyms(KEY.encode(), {}).of(pl.Series(list(INFUSED)))
    names = dict(zip(known, INFUSED, strict=True))
    found = values.select("person", "marker", "sample_date", "value").rows()
    return sorted((names[p], m, d, v) for p, m, d, v in found), pl.read_parquet("lab.bad")


@pytest.mark.parametrize("form", FORMS)
def test_each_form_gives_the_same_values(decided, folder, form):
    write, how = FORMS[form]
    write(folder / "raw" / "export")
    found, bad = values_of(folder, with_source(decided, how, PEOPLE))
    assert found == expected()
    assert bad.height == 0


@pytest.mark.parametrize("form", COUNTED)
def test_each_form_that_counts_from_the_infusion_gives_the_same_values(decided, folder, form):
    write, how = COUNTED[form]
    write(folder / "raw" / "export")
    found, bad = values_of(folder, with_source(decided, how, PEOPLE))
    assert found == expected(months_later)
    assert bad.height == 0


def test_the_rows_of_one_event_are_the_patient_table(decided, folder):
    """REDCap: who the person is stands in the rows of the first event."""
    header, rows = redcap()
    table = [*header, "infused"], [[*row, str(INFUSED[row[0]]) if row[2] else ""] for row in rows]
    (folder / "raw" / "export").write_text(delimited(table))
    people = PEOPLE | {
        "file": "raw/export",
        "rows": {"column": "redcap_event_name", "values": ["month_0_arm_1"]},
        "ignore": list(NAMES),
    }
    how = COUNTED["REDCap events"][1] | {"context": ["sex", "infused"]}
    found, bad = values_of(folder, with_source(decided, how, people))
    assert found == expected(months_later)
    assert bad.height == 0
    assert pl.read_parquet("people").get_column("sex").to_list() == ["female"] * len(RESULTS)


def test_a_proposal_is_one_row_whatever_its_unit_holds(decided, folder):
    """150 mmol/L of triglycerides is 1.69 in mg/dL; the unit came with breaks and a quote."""
    sent = '"mmol\t/\r\nL'
    cells = ",".join('"' + cell.replace('"', '""') + '"' for cell in ("TG", "150", sent))
    (folder / "raw" / "export").write_text(f"id,day,test,result,unit\nA-1,2020-01-13,{cells}\n")
    how = source(TEXT, **LONG, units={sent: "mmol/L"}) | {"analytes": {"TG": "TG"}}
    values_of(folder, with_source(decided, how, PEOPLE))
    paths = {"proposals": ["lab.proposals"], "unit_proposals": "all.tsv"}
    quality._write_proposals(paths, {"lab": {"raw/export": "0123456789abcdef"}})
    # the columns of config/corrections.tsv, read as that file is: no sign quotes
    for path in ("lab.proposals", "all.tsv"):
        header, row = (folder / path).read_bytes().decode().splitlines()
        found = dict(zip(header.split("\t"), row.split("\t"), strict=True))
        assert (found["old"], found["new"], found["row"]) == ('"mmol / L', "mg/dL", "2")
    # as files_{source}.tsv has it: a row is copied as it is
    assert found["sha256"] == "0123456789abcdef"


def message_source():
    return {"content": "results", "file": "raw/export", "format": {"type": "hl7"},
            "analytes": UNMARKED}  # fmt: skip


def test_observations_with_sub_ids_are_repeats_of_their_analyte(decided, folder):
    """OBX-4 tells several observations of one code apart (HL7 v2.5.1, 7.4.2.4), and not which of
    them the marker means: those that agree are one, those that do not are set aside."""
    stamp = "202001130730+0800"
    head = [f"MSH|^~\\&|L|X|R|Y|{stamp}||ORU^R01|1|P|2.5.1", "PID|1||A-1^^^^MR", "OBR|1|||P|||x"]
    given = [("HbA1c", 1, "5.4", "%"), ("HbA1c", 2, "5.6", "%"), ("TG", 1, "1.1", "mmol/L"),
             ("TG", 2, "1.10", "mmol/L")]  # fmt: skip
    lines = [
        f"OBX|{n}|NM|{code}^{code}^L|{sub}|{value}|{unit}|||||F|||{stamp}"
        for n, (code, sub, value, unit) in enumerate(given, 1)
    ]
    (folder / "raw" / "export").write_bytes("\r".join([*head, *lines, ""]).encode())
    study = with_source(decided, message_source(), PEOPLE)
    found, bad = values_of(folder, study)
    assert (len(found), bad.height) == (4, 0)
    values = pl.concat(map(pl.read_parquet, folder.rglob("1-of-1.parquet")))
    settled = settle_repeats(values, "set_aside")
    assert settled.kept.select("marker", "row").rows() == [("TG", 6)]
    assert settled.duplicates.select("rule", "row").rows() == [("identical_repeat", 7)]
    assert settled.contradictory.select("marker", "row").rows() == [("HBA1C", 4), ("HBA1C", 5)]


def test_of_a_resource_in_several_versions_and_files_the_latest_is_used(decided, folder):
    """What a FHIR server exports twice under one id (R4, resource.html#Meta) is one resource."""
    new = [r | {"id": f"o{n}", "meta": {"versionId": "12"}} for n, r in enumerate(resources())]
    old = [
        r | {"meta": {"versionId": "9"}, "effectiveDateTime": "2019-12-30"}
        | ({"valueQuantity": r["valueQuantity"] | {"value": 1}} if "valueQuantity" in r else {})
        for r in new
    ]  # fmt: skip
    for name, versions in (("a", new), ("b", old)):
        lines = "".join(json.dumps(resource) + "\n" for resource in versions)
        (folder / "raw" / f"{name}.ndjson").write_text(lines)
    how = {"content": "results", "file": "raw/*.ndjson", "format": {"type": "fhir"},
           "analytes": UNMARKED}  # fmt: skip
    found, bad = values_of(folder, with_source(decided, how, PEOPLE))
    assert found == expected()
    filled = sum("valueQuantity" in r for r in old)
    assert bad.get_column("rule").to_list() == ["replaced_version"] * filled
    assert (
        bad.get_column("reason")
        .str.contains("stands in raw/*.ndjson (file 1), row", literal=True)
        .all()
    )
