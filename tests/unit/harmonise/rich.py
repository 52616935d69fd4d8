"""Made-up cells of a source in which all happens that can: for tests of what must not matter."""

import random

import polars as pl
from labcohort.ingest.layouts import COLUMNS
from labcohort.study.source_defaults import HL7_STATUS

PERSONS = [f"p{n:016x}" for n in range(1, 41)]
ANALYTES = {
    "A1c": [
        "7.1",
        "6,2",
        "5.95",
        "<4",
        "<3.5",
        ">16",
        "24.5",
        "26",
        "71",
        "",
        "NA",
        "n o",
        "1 234",
    ],
    "a1C": ["7.3", "-", "8"],
    "Crea": ["80", "0.9", "1.1", "450", "5000", "3", "*90", "90 H", ""],
    "Sys": ["120", "90", "80", "70", "<85", "351"],
    "Dia": ["80", "90", "100", "70", ">95", "251"],
    "PLT": ["200", ""],
    "L07": ["7.2", "6.6", ""],
    "odd thing": ["7", ""],
}
NAMES = {"A1c": ["HbA1c", "Creatinine", None], "L07": ["hba1C"], "odd thing": ["Hb A1", ""]}
UNITS = {
    "A1c": ["%", "%", "%", "mmol/mol", "mg", None, ""],
    "Crea": ["umol/L", "umol/L", "\u00b5mol/L", "mg/dL", "7"],
    "Sys": ["mmHg"],
    "Dia": ["mmHg"],
}
RANGES = ["4-6", "<6", "6-4", "", None, None]
STATUS = ["F", "F", "F", "P", "C", "X", "W", "?", "", None]


def rich_cells(seed: int, n: int = 1500, **fixed) -> pl.DataFrame:
    """Cells of two files; what is `fixed` is the same in all of them."""
    draw = random.Random(seed)
    rows = []
    for row in range(2, n + 2):
        analyte = draw.choice(list(ANALYTES))
        file = draw.choice(["raw/a.csv", "raw/b.csv"])
        year, month, day = draw.choice([2019, 2020]), draw.randint(1, 3), draw.choice([3, 4, 21])
        written = [f"{day:02}/{month:02}/{year}", f"{year}-{month:02}-{day:02}"]
        cell = {
            "source": "site",
            "file": file,
            "sheet": None if file == "raw/a.csv" else draw.choice(["x", "y"]),
            "row": row,
            "column": "result",
            "person": draw.choice([*PERSONS, None]) if draw.random() < 0.2 else PERSONS[row % 40],
            "date_text": "" if draw.random() < 0.02 else written[file == "raw/b.csv"],
            "analyte": analyte,
            "analyte_name": draw.choice(NAMES.get(analyte, [None])),
            "value_text": draw.choice(ANALYTES[analyte]),
            "unit_text": draw.choice(UNITS.get(analyte, ["%"])),
            "range_text": draw.choice(RANGES),
            "visit": draw.choice(["v1", "v2", f"note {row}", None]),
            "status_text": draw.choice(STATUS),
            "reported_text": draw.choice([f"2020-02-{day:02}T0{month}:15", "soon", "", None]),
            "sex_text": draw.choice(["M", "F", "", "?"]) if draw.random() < 0.1 else "",
            "birth_text": "5/6/1960" if draw.random() < 0.9 else draw.choice(["6/5/1960", "?"]),
            "record": f"p{row // 3:016x}" if draw.random() < 0.5 else None,
            "version": draw.choice(["2020-01", "2020-02", "2020-03", "20"]),
            "ignored": "message A01" if draw.random() < 0.02 else None,
        }
        rows.append(cell | fixed)
    return pl.DataFrame(rows, schema=COLUMNS, orient="row")


def rich_mapping(mapping: dict) -> dict:
    """The mapping of the tests of harmonise, with all that a source may ask for."""
    analytes = mapping["analytes"] | {"HbA1c": {"marker": "HBA1C"}}
    analytes["A1c"] = analytes["A1c"] | {"unit": "%", "range": "4-6"}
    return mapping | {
        "analytes": analytes,
        "aliases": {"HbA1c": "HBA1C", "Creatinine": "CREAT"},
        "by_name": True,
        "marks": ["H", "*"],
        "units": {"7": "mg/dL"},
        "dates": {"column": "day"},
        "status": {"column": "Status", "codes": HL7_STATUS},
        "reported": {"column": "Reported", "formats": ["iso"]},
        "claims": {
            "sex": {"column": "Sex", "codes": {"M": "male", "F": "female"}},
            "birth_date": {"column": "Born", "formats": ["D/M/YYYY"]},
        },
        "exported": "2020-03-10",
        "shown": {
            marker: {"decimals": 1, "scale": "linear"}
            for marker in ("HBA1C", "CREAT", "SBP", "DBP")
        },
    }


def corrections_of(cells: pl.DataFrame) -> list[dict]:
    """Corrections of a value, a unit and a date of some of the cells."""
    own = cells.filter((pl.col("analyte") == "Crea") & pl.col("ignored").is_null())
    fields = {
        "value": ("value_text", "88"), "unit": ("unit_text", "mg/dL"),
        "date": ("date_text", "2020-02-04"),
    }  # fmt: skip
    own = own.filter((pl.col("file") == "raw/b.csv") & (pl.col("value_text") != ""))
    rows = own.sort("row").head(9).iter_rows(named=True)
    return [
        {k: cell[k] for k in ("file", "sheet", "row", "column")}
        | {"field": field, "old": cell[fields[field][0]], "new": fields[field][1], "who": "A. B."}
        for field, cell in zip(list(fields) * 3, rows, strict=True)
    ]


def patients_of() -> tuple[pl.DataFrame, pl.DataFrame]:
    """The patient table, and where it has each person (in words)."""
    from datetime import date

    born = [date(1960, 6, 5)] * 39
    people = pl.DataFrame(
        {"person": PERSONS[:39], "sex": ["male", None, "female"] * 13, "birth_date": born,
         "infusion_date": [date(2020, 1, 4), date(2019, 3, 3), None] * 13}
    )  # fmt: skip
    return people, people.select("person", place=pl.lit("p.csv"))
