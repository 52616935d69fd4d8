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


@dataclass(frozen=True)
class Conflicts:
    """`people` (column person) that nobody can tell apart, and the `records` of their cells."""

    people: pl.DataFrame
    records: pl.DataFrame


def conflicts(table: pl.DataFrame, cells: pl.DataFrame, how: dict) -> Conflicts:
    """Persons of the patient table who contradict themselves or each other.

    `table` has a row a row of the file: file, sheet, row, person and attributes; `cells` are the
    same rows' cells. Two rows of one id that differ in an attribute may be two people; two ids
    with the same columns `person: same` may be one. `records` have the columns of `cells`, marker,
    rule and reason.
    """
    own = _one_id(table, cells, how)
    double = _two_ids(cells, how)
    found = pl.concat([own, double]).sort("person", *ROW, "column", nulls_last=True)
    return Conflicts(found.select("person").unique().sort("person"), found)


def _one_id(table: pl.DataFrame, cells: pl.DataFrame, how: dict) -> pl.DataFrame:
    """The attribute cells in which rows of one id differ."""
    columns = {name: entry["column"] for name, entry in how["attributes"].items()}
    names = list(columns)
    counts = table.group_by("person").agg(pl.col(names).n_unique())
    different = (
        counts.unpivot(names, index="person", variable_name="attribute", value_name="values")
        .filter(pl.col("values") > 1)
        .with_columns(column=pl.col("attribute").replace_strict(columns, return_dtype=pl.String))
        .select("person", "column")
        .unique()
    )
    own = cells.join(different, on=["person", "column"], how="semi")
    hint = _group_hint(table, columns) if own.height else ""
    return _with_others(own, ONE_ID, "the same id says otherwise in ", hint)


def _two_ids(cells: pl.DataFrame, how: dict) -> pl.DataFrame:
    """The cells by which two ids are one human being; what they hold is hidden."""
    same = cells.filter((pl.col("column") == SAME_PERSON) & (pl.col("value_text") != ""))
    several = same.group_by("value_text").agg(ids=pl.col("person").n_unique())
    several = several.filter(pl.col("ids") > 1)
    own = same.join(several, on="value_text", how="semi").with_columns(group=pl.col("value_text"))
    columns = how.get("same") or [SAME_PERSON]
    listed = " and ".join(columns)
    words = f"the same {listed} stands under another id in "
    found = _with_others(own, TWO_IDS, words, group="group")
    return found.with_columns(column=pl.lit(columns[0]), value_text=pl.lit(HIDDEN))


def _with_others(
    own: pl.DataFrame, rule: str, before: str, after: str = "", group: str = "person"
) -> pl.DataFrame:
    """`own` with the rule, and a reason: where the others of its group stand, between two texts."""
    places = own.select(group, *ROW).unique().sort(group, *ROW, nulls_last=True)
    # a row and as many others as are named: ids that stand in all rows are no square of rows
    first = places.group_by(group, maintain_order=True).head(NAMED + 1)
    texts = [place(*row) for row in first.select(ROW).iter_rows()]
    first = first.select(group, pl.Series("text", texts, dtype=pl.String), *ROW)
    same_row = pl.all_horizontal(pl.col(c).eq_missing(pl.col(f"own_{c}")) for c in ROW)
    listed = (
        places.rename({c: f"own_{c}" for c in ROW})
        .join(first, on=group, maintain_order="left_right")
        .filter(~same_row)
        .group_by(group, *(f"own_{c}" for c in ROW), maintain_order=True)
        .agg(others=pl.col("text").head(NAMED).str.join("; "))
    )
    return (
        own.join(
            listed,
            left_on=[group, *ROW],
            right_on=[group, *(f"own_{c}" for c in ROW)],
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
        .drop("others", *([group] if group != "person" else []))
    )


def _group_hint(table: pl.DataFrame, columns: dict[str, str]) -> str:
    """Where each id stands once within a column, its name: ids may begin anew in each group."""
    for name, column in columns.items():
        alone = table.group_by("person", name).len().get_column("len").max() == 1
        if alone and table.get_column(name).n_unique() < table.get_column("person").n_unique():
            return (
                f"; within '{column}' each id stands once: where ids begin anew in each group,"
                f" declare person: {{within: {column}}}"
            )
    return ""
