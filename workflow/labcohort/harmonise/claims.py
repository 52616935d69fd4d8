"""What a row of results says of its person, held against the patient table."""

from collections.abc import Iterable

import polars as pl

from labcohort.errors import place
from labcohort.harmonise.date_formats import unanchored_pattern
from labcohort.harmonise.dates import parsed_date
from labcohort.harmonise.missing import is_missing

RULE = "one_id_two_people"
UNREAD = "unreadable_claim"
WORDS = {"sex": "sex", "birth_date": "date of birth"}


def what_claims(claims: dict) -> list[str]:
    """The columns on which a row's claims depend, by the source's setting."""
    texts = {"sex": "sex_text", "birth_date": "birth_text"}
    return ["person", *(text for name, text in texts.items() if name in claims)]


def with_claims(
    cells: pl.DataFrame,
    claims: dict,
    patients: pl.DataFrame,
    places: pl.DataFrame,
    missing: Iterable[str] = (),
) -> pl.DataFrame:
    """`cells` with claim_rule and claim_reason where the row's sex or date of birth is not the
    patient table's, and claim_unread where one of them cannot be read.

    `claims` is the source's setting: sex {codes}, birth_date {formats}; `missing` are its texts
    that mean no value. What the row leaves empty, or cannot be read, claims nothing. `places`
    (person, place) says where the patient table has the person.
    """
    read, texts = {}, {}
    if "sex" in claims:
        codes = claims["sex"]["codes"]
        texts["sex"] = text = pl.col("sex_text").str.strip_chars()
        read["sex"] = text.replace_strict(codes, default=None, return_dtype=pl.String)
    if "birth_date" in claims:
        texts["birth_date"] = text = pl.col("birth_text").fill_null("").str.strip_chars()
        read["birth_date"] = parsed_date(text, claims["birth_date"]["formats"])
    known = patients.select("person", *(pl.col(name).alias(f"known_{name}") for name in read))
    cells = cells.join(known, on="person", how="left", maintain_order="left")
    cells = cells.join(places, on="person", how="left", maintain_order="left")
    differs = {name: claim != pl.col(f"known_{name}") for name, claim in read.items()}
    formats = claims.get("birth_date", {}).get("formats", [])
    if any("<short>" in unanchored_pattern(form) for form in formats):
        differs["birth_date"] = _differs_but_for_century(read["birth_date"])
    which = pl.concat_str(
        [pl.when(d).then(pl.lit(WORDS[name])) for name, d in differs.items()],
        separator=" and ",
        ignore_nulls=True,
    )
    other = pl.any_horizontal(differs.values()).fill_null(False)
    unread = [~is_missing(texts[name], list(missing)) & read[name].is_null() for name in read]
    return cells.with_columns(
        claim_rule=pl.when(other).then(pl.lit(RULE)),
        claim_reason=pl.when(other).then(
            pl.format("the {} of this row is not that of the id's person in {}", which, "place")
        ),
        claim_unread=pl.any_horizontal(unread),
    ).drop(*(f"known_{name}" for name in read), "place")


def _differs_but_for_century(claim: pl.Expr) -> pl.Expr:
    """Whether a date of birth is another one, where its year has two digits."""
    known = pl.col("known_birth_date")
    same = (claim.dt.year() - known.dt.year()) % 100 == 0
    return ~(same & (claim.dt.month() == known.dt.month()) & (claim.dt.day() == known.dt.day()))


def place_texts(places: pl.DataFrame) -> pl.DataFrame:
    """Columns person and place (in words) of the patient table's rows: person, file, sheet, row."""
    texts = [place(*row) for row in places.select("file", "sheet", "row").iter_rows()]
    return places.select("person", pl.Series("place", texts, dtype=pl.String))
