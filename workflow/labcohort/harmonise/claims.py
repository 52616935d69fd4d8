"""What a row of results says of its person, held against the patient table."""

import polars as pl

from labcohort.errors import place
from labcohort.harmonise.dates import parsed_date

RULE = "one_id_two_people"
WORDS = {"sex": "sex", "birth_date": "date of birth"}


def with_claims(
    cells: pl.DataFrame, claims: dict, patients: pl.DataFrame, places: pl.DataFrame
) -> pl.DataFrame:
    """`cells` with claim_rule and claim_reason where the row's sex or date of birth is not the
    patient table's.

    `claims` is the source's setting: sex {codes}, birth_date {formats}. What the row leaves
    empty, or cannot be read, claims nothing. `places` (person, place) says where the patient
    table has the person.
    """
    read = {}
    if "sex" in claims:
        codes = claims["sex"]["codes"]
        text = pl.col("sex_text")
        read["sex"] = text.replace_strict(codes, default=None, return_dtype=pl.String)
    if "birth_date" in claims:
        text = pl.col("birth_text").fill_null("")
        read["birth_date"] = parsed_date(text, claims["birth_date"]["formats"])
    known = patients.select("person", *(pl.col(name).alias(f"known_{name}") for name in read))
    cells = cells.join(known, on="person", how="left", maintain_order="left")
    cells = cells.join(places, on="person", how="left", maintain_order="left")
    differs = {name: claim != pl.col(f"known_{name}") for name, claim in read.items()}
    which = pl.concat_str(
        [pl.when(d).then(pl.lit(WORDS[name])) for name, d in differs.items()],
        separator=" and ",
        ignore_nulls=True,
    )
    other = pl.any_horizontal(differs.values()).fill_null(False)
    return cells.with_columns(
        claim_rule=pl.when(other).then(pl.lit(RULE)),
        claim_reason=pl.when(other).then(
            pl.format("the {} of this row is not that of the id's person in {}", which, "place")
        ),
    ).drop(*(f"known_{name}" for name in read), "place")


def place_texts(places: pl.DataFrame) -> pl.DataFrame:
    """Columns person and place (in words) of the patient table's rows: person, file, sheet, row."""
    texts = [place(*row) for row in places.select("file", "sheet", "row").iter_rows()]
    return places.select("person", pl.Series("place", texts, dtype=pl.String))
