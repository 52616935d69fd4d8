"""What rows of results say of their person, where the patient table says it too."""

from labcohort.draft.columns import Column
from labcohort.draft.dates import BIRTH, date_formats
from labcohort.draft.entries import Entry, remark
from labcohort.draft.people import SEX, KnownPatients, sex_codes


def claims(
    columns: list[Column], taken: set[str], known: KnownPatients, times: list[str] | None = None
) -> list[Entry]:
    """`claims` of sex and date of birth, for what the study's patients have; their columns are
    then `taken`. `times` are the formats of dates where the file's format says them."""
    found: dict[str, dict] = {}
    for column in columns:
        if column.name in taken or not column.values:
            continue
        codes = sex_codes(column.counts) if SEX.search(column.own_name) else None
        if codes and "sex" in known.attributes - found.keys():
            found["sex"] = {"column": column.name, "codes": codes}
        elif column.is_dates and BIRTH.search(column.own_name) and "birth_date" not in found:
            formats = times or date_formats(column.values).value
            if formats and "birth_date" in known.attributes:
                found["birth_date"] = {"column": column.name, "formats": formats}
    taken |= {entry["column"] for entry in found.values()}
    said = remark(0.8, "0.80: rows that contradict the patient table will be set aside")
    return [Entry("claims", found, said)] if found else []
