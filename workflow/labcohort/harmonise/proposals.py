"""Values that only another unit would make plausible: proposals for a person to accept.

A proposal is a row for config/corrections.tsv that lacks the signature. None is ever applied.
"""

import polars as pl

from labcohort.keys import sorted_by

PROPOSED = "unit_proposed"
# the same value by two spellings of one unit, beyond the dust of binary fractions
SAME = 9


def with_proposals(
    cells: pl.DataFrame, conversions: list[dict], table: pl.DataFrame
) -> pl.DataFrame:
    """`cells` with proposed_unit and proposed_value, null where there is nothing to propose.

    `cells` have number, comparator, value, unit and the marker's limits; `table` is
    `units.conversion_table`. A unit is proposed where the value is outside its marker's soft
    limits (hard ones where there are no soft ones), all units but one leave it there, and the
    value in that one is inside. Nothing is proposed for a value sent as a limit: where the value
    itself lies is not known.
    """
    low, high = pl.coalesce("soft_low", "hard_low"), pl.coalesce("soft_high", "hard_high")
    odd = cells.with_row_index("cell").filter(
        pl.col("value").is_not_null(),
        pl.col("comparator").is_null(),
        (pl.col("value") < low) | (pl.col("value") > high),
    )
    # spellings in the order of conversions.tsv: the canonical one first
    order = {row["unit"]: n for n, row in reversed(list(enumerate(conversions)))}
    others = table.select(
        key="analyte", proposed_unit="unit", other_slope="slope", other_intercept="intercept"
    ).with_columns(
        order=pl.col("proposed_unit").replace_strict(
            order, default=len(order), return_dtype=pl.Int64
        )
    )
    tried = (
        odd.select("cell", "key", "number", "value", low=low, high=high)
        .join(others, on="key", how="left")
        .with_columns(
            proposed_value=(
                pl.col("number") * pl.col("other_slope") + pl.col("other_intercept")
            ).round_sig_figs(SAME)
        )
        .filter(
            (pl.col("proposed_value") >= pl.col("low"))
            & (pl.col("proposed_value") <= pl.col("high"))
        )
        .sort("cell", "order", "proposed_unit")
    )
    chosen = (
        tried.group_by("cell", maintain_order=True)
        .agg(
            pl.col("proposed_unit", "proposed_value").first(),
            kinds=pl.col("proposed_value").n_unique(),
        )
        .filter(pl.col("kinds") == 1)
        .drop("kinds")
    )
    return (
        cells.with_row_index("cell")
        .join(chosen, on="cell", how="left", maintain_order="left")
        .drop("cell")
    )


def proposal_rows(cells: pl.DataFrame) -> pl.DataFrame:
    """The proposals among `cells`, in the columns of config/corrections.tsv."""
    rows = cells.filter(pl.col("proposed_unit").is_not_null()).select(
        "source", "file",
        # digests of files are the job quality's to know: a file may change, and no cell of it
        pl.lit("").alias("sha256"),
        "sheet", "row", "column",
        field=pl.lit("unit"),
        old=pl.col("unit_text").fill_null(""),
        new="proposed_unit",
        who=pl.lit(""),
        why=pl.lit(""),
        date=pl.lit(""),
    )  # fmt: skip
    return sorted_by(rows, "source", "file", "sheet", "row", "column")
