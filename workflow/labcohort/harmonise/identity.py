"""Who is who in the patient table: one id of two people, one person under two ids."""

from dataclasses import dataclass

import polars as pl

from labcohort.errors import place
from schemas.ingested import SAME_PERSON

ROW = ("file", "sheet", "row")
ONE_ID, TWO_IDS = "one_id_two_people", "one_person_two_ids"
IDENTITY_RULES = (ONE_ID, TWO_IDS)
# what a record shows in place of a value that names a person
HIDDEN = "(identifier)"
# other rows that a reason names
NAMED = 3
# ids that contradict themselves, at least, and their share of all ids: ids may begin anew
HINTED, HINTED_SHARE = 3, 0.2
# between the parts of a key; no part holds it
BETWEEN = "\n"


@dataclass(frozen=True)
class Conflicts:
    """`people` (column person) that nobody can tell apart, and the `records` of their cells."""

    people: pl.DataFrame
    records: pl.DataFrame


def conflicts(table: pl.DataFrame, cells: pl.DataFrame, how: dict) -> Conflicts:
    """Persons of the patient table who contradict themselves or each other.

    `table` has a row a row of the file: file, sheet, row, person and attributes; `cells` are the
    same rows' cells. Two rows of one id that differ in an attribute that both fill may be two
    people; two ids with the same columns `person: same` may be one. `records` have the columns of
    `cells`, marker, rule and reason.
    """
    own = _one_id(table, cells, how)
    double = _two_ids(cells, how)
    found = pl.concat([own, double]).sort("person", *ROW, "column", nulls_last=True)
    return Conflicts(found.select("person").unique().sort("person"), found)


def _one_id(table: pl.DataFrame, cells: pl.DataFrame, how: dict) -> pl.DataFrame:
    """The attribute cells in which rows of one id differ; an empty one says nothing."""
    different = []
    for name, entry in how["attributes"].items():
        filled = table.filter(pl.col(name).is_not_null())
        rows = filled.filter(pl.col(name).n_unique().over("person") > 1)
        different.append(rows.select("person", *ROW, column=pl.lit(entry["column"])))
    keys = ["person", *ROW, "column"]
    own = cells.join(pl.concat(different).unique(), on=keys, how="semi", nulls_equal=True)
    hint = _group_hint(table, how, own.get_column("person").n_unique())
    group = pl.concat_str("person", "column", separator=BETWEEN)
    return _with_others(
        own.with_columns(group=group), ONE_ID, "the same id says otherwise in ", hint
    )


def _two_ids(cells: pl.DataFrame, how: dict) -> pl.DataFrame:
    """The cells by which two ids are one human being; what they hold is hidden."""
    same = cells.filter((pl.col("column") == SAME_PERSON) & (pl.col("value_text") != ""))
    several = same.group_by("value_text").agg(ids=pl.col("person").n_unique())
    several = several.filter(pl.col("ids") > 1)
    own = same.join(several, on="value_text", how="semi").with_columns(group=pl.col("value_text"))
    columns = how.get("same") or [SAME_PERSON]
    listed = " and ".join(columns)
    words = f"the same {listed} stands under another id in "
    found = _with_others(own, TWO_IDS, words)
    return found.with_columns(column=pl.lit(columns[0]), value_text=pl.lit(HIDDEN))


def _with_others(own: pl.DataFrame, rule: str, before: str, after: str = "") -> pl.DataFrame:
    """`own` with the rule, and a reason: where the others of its `group` stand, between two
    texts."""
    places = own.select("group", *ROW).unique().sort("group", *ROW, nulls_last=True)
    # a row and as many others as are named: ids that stand in all rows are no square of rows
    first = places.group_by("group", maintain_order=True).head(NAMED + 1)
    texts = [place(*row) for row in first.select(ROW).iter_rows()]
    first = first.select("group", pl.Series("text", texts, dtype=pl.String), *ROW)
    same_row = pl.all_horizontal(pl.col(c).eq_missing(pl.col(f"own_{c}")) for c in ROW)
    listed = (
        places.rename({c: f"own_{c}" for c in ROW})
        .join(first, on="group", maintain_order="left_right")
        .filter(~same_row)
        .group_by("group", *(f"own_{c}" for c in ROW), maintain_order=True)
        .agg(others=pl.col("text").head(NAMED).str.join("; "))
    )
    return (
        own.join(
            listed,
            left_on=["group", *ROW],
            right_on=["group", *(f"own_{c}" for c in ROW)],
            how="left",
            nulls_equal=True,
        )
        .with_columns(
            marker=pl.lit(None, pl.String),
            rule=pl.lit(rule),
            # no `format`: a column's name may hold braces
            reason=pl.concat_str(
                pl.lit(before), pl.col("others").fill_null("another row"), pl.lit(after)
            ),
        )
        .drop("others", "group")
    )


def _group_hint(table: pl.DataFrame, how: dict, contradicted: int) -> str:
    """Where each id stands once within a column, its name: ids may begin anew in each group.

    Only where so many ids are `contradicted` that it is no slip of the pen, and by a column that
    can group people: two who differ in sex or a date are no proof of two groups.
    """
    people = table.get_column("person").n_unique()
    if contradicted < max(HINTED, HINTED_SHARE * people):
        return ""
    for name, entry in how["attributes"].items():
        if name == "sex" or not {"codes", "text"} & set(entry):
            continue
        alone = table.group_by("person", name).len().get_column("len").max() == 1
        if alone and table.get_column(name).n_unique() < people:
            column = entry["column"]
            return (
                f"; within '{column}' each id stands once: where ids begin anew in each group,"
                f" declare person: {{within: {column}}}"
            )
    return ""
