"""Who a row is of: the column of the person's id, and whether a table lists the patients."""

import re
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from labcohort.draft.columns import Column
from labcohort.draft.guess import Guess

_WHO = (
    "patient(?:en)?|pat|subject|subj|usubj|participant|person|proband|donor|client|member|case"
    "|study|screening"
)
NAMED = re.compile(rf"^(?:{_WHO})[ _.-]?(?:id|no|nr|number|code|identifier|num)?$", re.IGNORECASE)
USUAL = re.compile(
    r"^(?:pid|seqn|record_?id|u?subjid|eid)$|^(?:患者|受试者|病人|病例)(?:编号|号|id|序号)?$",
    re.IGNORECASE,
)
PERHAPS = re.compile(r"^id$|^code$|id$|编号|号$|mrn|病历|住院|登记", re.IGNORECASE)
VISIT = re.compile(
    r"visit|sample|specimen|encounter|order|row|accession|barcode|样本|条码|就诊", re.IGNORECASE
)
IDENTIFIER = re.compile(r"^[^\s.,;]{1,40}$")
SEPARATORS = "-_/."
SEX = re.compile(
    r"^(?:(?:patient|pat|subject|birth|biological|administrative|demo?g?)[ _.]?)?"
    r"(?:sex|gender|geschlecht|sexe|sexo|riagendr)(?:[ _.]?(?:code|cd|at[ _]birth)|[ _]?\(.*)?$"
    r"|性别",
    re.IGNORECASE,
)
AGE = re.compile(
    r"^(?:(?:patient|pat|subject|demo?g?)[ _.]?)?(?:age|alter|edad|ridageyr)(?:[ _(].*)?$|年龄",
    re.IGNORECASE,
)
SEX_CODES = {
    **dict.fromkeys(("m", "male", "man", "männlich", "homme", "男", "男性", "1"), "male"),
    **dict.fromkeys(
        ("f", "female", "woman", "w", "weiblich", "femme", "女", "女性", "2"), "female"
    ),
}


@dataclass(frozen=True)
class KnownPatients:
    """Of a study's patient table, as far as there is one: ids, dates' names, all attributes."""

    ids: frozenset[str] = frozenset()
    dates: list[str] = field(default_factory=list)
    attributes: frozenset[str] = frozenset()


def known_patients(directory: Path) -> KnownPatients:
    """Ids in the patient table that the study has already; they are only compared."""
    from labcohort.errors import UserError
    from labcohort.study.source_defaults import with_format_defaults
    from labcohort.study.yaml_files import parse_yaml

    for path in sorted((directory / "config" / "sources").glob("*.yaml")):
        try:
            source = with_format_defaults(parse_yaml(path.read_bytes(), path.name))
            if source.get("content") != "patients":
                continue
            names = source["attributes"]
            dates = [n for n, a in names.items() if "dates" in a and n != "birth_date"]
            return KnownPatients(_ids(directory, source, path.name), dates, frozenset(names))
        except (UserError, OSError, KeyError, TypeError, ValueError, AttributeError):
            # a source that cannot be read is `check`'s to say
            continue
    return KnownPatients()


def _ids(directory: Path, source: dict, name: str) -> frozenset[str]:
    from labcohort.draft.file_form import ROWS
    from labcohort.ingest.header import header_cells
    from labcohort.ingest.readers import read_tables
    from labcohort.study.paths import MAGIC

    how, file = source["format"] | {"content": "patients"}, source["file"]
    is_pattern = MAGIC & set(file) and not (directory / file).exists()
    ids: set[str] = set()
    for path in sorted(directory.glob(file)) if is_pattern else [directory / file]:
        for table in read_tables(path, name, how):
            rows = iter(table.rows)
            _, header = header_cells(rows, source.get("header"), name)
            at = header.index(source["person"]["column"])
            ids |= {cells[at] for (_, cells), _ in zip(rows, range(ROWS), strict=False)}
        if len(ids) > ROWS:
            break
    return frozenset(ids - {""})


def person_column(columns: list[Column], known: KnownPatients, n_rows: int) -> Guess | None:
    """`{column}` or `{column, before}` of the persons, by known ids, its name and its values."""
    scored = []
    for column in columns:
        if len(column.values) < 0.9 * n_rows or not column.values or column.is_dates:
            continue
        shared, before = _shared(column, known)
        if shared >= 0.5:
            how = {"column": column.name} | ({"before": before} if before else {})
            part = f"the part before '{before}'" if before else "its values"
            said = f"{shared:.0%} of {part} are ids of the patient table"
            scored.append((2 + shared, Guess(how, 0.98, said)))
            continue
        named = max(_name_score(column.name), _name_score(column.own_name))
        formed = sum(bool(IDENTIFIER.match(v)) for v in column.counts) / len(column.counts)
        if named and formed > 0.9 and (len(column.counts) > 1 or n_rows < 3):
            # an id whose first part repeats is of a visit: the person is that part
            how, said = {"column": column.name}, "by its name and the form of its values"
            if (sign := _repeated_before(column)) and VISIT.search(column.name):
                how, said = how | {"before": sign}, f"ids whose part before '{sign}' repeats"
            scored.append((named, Guess(how, named * 0.95, said)))
    if not scored:
        return None
    scored.sort(key=lambda pair: -pair[0])
    best = scored[0][1]
    others = tuple(_told(g.value) for _, g in scored[1:4])
    return Guess(best.value, best.score, best.reason, others)


def is_patient_table(columns: list[Column], person: str) -> tuple[bool, str]:
    """Whether a table has one row a person and says who they are; and why."""
    ids = next(c for c in columns if c.name == person)
    once = len(ids.counts) / max(len(ids.values), 1)
    told = [c.name for c in columns if _is_of_person(c)]
    results = [c for c in columns if c.candidate and c.candidate.score >= 0.8 and c.is_numeric]
    said = f"{once:.0%} of ids stand once; of persons: {', '.join(told) or 'nothing'}"
    return once > 0.9 and bool(told) and len(results) < 3, said


def sex_codes(counts: Counter) -> dict[str, str] | None:
    """Meanings of the codes of a column of sexes, where nearly all are known."""
    codes = {code: SEX_CODES.get(code.casefold()) for code in sorted(counts)}
    known = {code: meaning for code, meaning in codes.items() if meaning}
    is_known = sum(counts[code] for code in known) >= 0.9 * counts.total()
    return known if known and is_known else None


def _is_of_person(column: Column) -> bool:
    from labcohort.draft.dates import BIRTH

    if SEX.search(column.own_name) or AGE.search(column.own_name):
        return True
    return bool(BIRTH.search(column.own_name)) and column.is_dates


def _name_score(name: str) -> float:
    if NAMED.match(name) or USUAL.search(name):
        return 1.0
    if PERHAPS.search(name):
        return 0.4 if VISIT.search(name) else 0.6
    return 0.0


def _shared(column: Column, known: KnownPatients) -> tuple[float, str | None]:
    """Share of a column's different ids, or of their first parts, that the patient table has."""
    if not known.ids:
        return 0.0, None
    best = (len(column.counts.keys() & known.ids) / len(column.counts), None)
    for sign in SEPARATORS:
        parts = {v.split(sign)[0] for v in column.counts if sign in v}
        if parts and (share := len(parts & known.ids) / len(parts)) > best[0]:
            best = (share, sign)
    return best


def _repeated_before(column: Column) -> str | None:
    for sign in SEPARATORS:
        parts = [v.split(sign)[0] for v in column.counts]
        if all(sign in v for v in column.counts) and 1 < len(set(parts)) < 0.7 * len(parts):
            return sign
    return None


def _told(how: dict) -> str:
    return how["column"] + (f" before '{how['before']}'" if "before" in how else "")
