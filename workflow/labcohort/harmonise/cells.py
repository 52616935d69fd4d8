"""Settle each ingested cell of a source: a value in its canonical unit, or another fate."""

from dataclasses import dataclass

import polars as pl

from labcohort.errors import place
from labcohort.harmonise.claims import UNREAD as UNREAD_CLAIM
from labcohort.harmonise.claims import with_claims
from labcohort.harmonise.corrections import CORRECTED, FIELDS, corrected, refuse_unread
from labcohort.harmonise.cross_checks import check_pairs
from labcohort.harmonise.missing import is_missing
from labcohort.harmonise.names import FoldedName, match_names, names_of_codes
from labcohort.harmonise.numbers import parsed_number
from labcohort.harmonise.proposals import PROPOSED, proposal_rows, with_proposals
from labcohort.harmonise.ranges import with_ranges
from labcohort.harmonise.rules import broken_rules, with_reasons
from labcohort.harmonise.sample_dates import with_sample_dates
from labcohort.harmonise.sent_units import CONTRADICTS, with_sent_units
from labcohort.harmonise.status import UNREAD as UNREAD_REPORTED
from labcohort.harmonise.status import with_status
from labcohort.harmonise.units import check_declared_unit, conversion_table
from labcohort.harmonise.withdrawn import takes_back, with_versions, with_withdrawn
from labcohort.quarantine import records

# 0.57 mg/dL is 5.7 mg/L, which it is not in binary: the dust of a conversion is taken off
DIGITS = 14
VALUES = (
    "source",
    "file",
    "sheet",
    "row",
    "column",
    "person",
    "marker",
    "sample_date",
    "value_text",
    "comparator",
    "number",
    "decimals",
    "unit",
    "value",
    "flag",
    "range_low",
    "range_high",
    "visit",
    "status",
    "reported",
)


@dataclass(frozen=True)
class Harmonised:
    """What became of a source's cells: `values`, `quarantine` and the `unused` (fate, reason).

    `settled` are all cells with what was read of them; `proposals` are units for a person to
    accept (columns of config/corrections.tsv); `folded` the names that were not written as the
    mapping writes them.
    """

    values: pl.DataFrame
    quarantine: pl.DataFrame
    unused: pl.DataFrame
    settled: pl.DataFrame
    proposals: pl.DataFrame
    folded: list[FoldedName]


def harmonise_cells(
    cells: pl.DataFrame,
    how: dict,
    patients: pl.DataFrame | None = None,
    places: pl.DataFrame | None = None,
) -> Harmonised:
    """Values of `cells` (schemas.ingested.Cells) by the source's mapping `how`.

    Every cell ends in one of values, quarantine and unused. `patients` and `places` (where the
    patient table has each person) are needed where dates are counted from a date of the person,
    or rows say who they are. UserError where the fault is the mapping's: a unit that nobody
    declares for a whole column, or one that no conversion knows.
    """
    named, folds = _with_names(corrected(cells, how["corrections"]), how)
    named = with_versions(named).with_columns(**_unused_fate(how))
    unused = named.filter(pl.col("fate").is_not_null())
    read = named.filter(pl.col("fate").is_null() | takes_back(how))
    read = with_status(with_sample_dates(_with_values(read, how), how, patients), how)
    read = _with_claims(read, how, patients, places)
    empty = read.filter(pl.col("fate").is_not_null())
    read = read.filter(pl.col("fate").is_null())
    table = conversion_table(how["conversions"], how["analytes"])
    read = _with_units(read, how, table)
    refuse_unread(read, how)
    _check_columns(read, how)
    read = _with_limits(read, how["markers"])
    read = with_proposals(read, how["conversions"], table)
    read = with_ranges(_with_flags(read), how, DIGITS).with_columns(
        rule=pl.coalesce(pl.when(broken).then(pl.lit(rule)) for rule, broken in broken_rules()),
        reason=pl.lit(None, pl.String),
    )
    sample = ["person", "sample_date"] if how["layout"] == "long" else ["file", "sheet", "row"]
    if how["layout"] == "blocks":
        sample.append("visit")
    checked = with_withdrawn(check_pairs(read, how["cross_checks"], sample), empty)
    # what is kept of a corrected value is the file's text, and what was read of the new one
    checked = with_reasons(checked, how).with_columns(value_text="sent_text")
    good = checked.filter(pl.col("rule").is_null())
    return Harmonised(
        good.select(VALUES).sort("marker", "person", "sample_date", "file", "row", "column"),
        records(
            checked.filter(pl.col("rule").is_not_null()).rename({"value_text": "raw_value"}),
            "harmonise",
        ),
        unused,
        checked,
        proposal_rows(checked),
        folds,
    )


def _with_names(cells: pl.DataFrame, how: dict) -> tuple[pl.DataFrame, list[FoldedName]]:
    """`cells` with `key`, the analyte as the mapping calls it, its marker, and the marker that
    the name beside it is of (`named`); the names that were matched with accidents of type folded.
    """
    own = [*how["analytes"], *how["ignore"]]
    pairs = cells.select("analyte", pl.col("analyte_name").fill_null("")).unique().rows()
    matches = match_names((code for code, _ in pairs), own)
    keys, folded = matches.keys, matches.folded
    aliases = how.get("aliases", {})
    called = match_names((name for _, name in pairs), aliases).keys
    if how.get("by_name"):
        names = {c: n for c, n in names_of_codes(pairs).items() if c not in keys and n in called}
        by_name = match_names(names.values(), own)
        keys = keys | {code: by_name.keys[name] for code, name in names.items()}
        folded = folded + by_name.folded
    markers = {name: entry["marker"] for name, entry in how["analytes"].items()}
    named = {name: aliases[alias] for name, alias in called.items()}
    cells = cells.with_columns(
        key=pl.col("analyte").replace_strict(keys, default=None, return_dtype=pl.String),
        named=pl.col("analyte_name").replace_strict(named, default=None, return_dtype=pl.String),
    ).with_columns(
        marker=pl.col("key").replace_strict(markers, default=None, return_dtype=pl.String)
    )
    return cells, folded


def _unused_fate(how: dict) -> dict[str, pl.Expr]:
    """Columns fate (ignored or missing, where it is that) and reason.

    An ignored analyte stays so when empty, and so does what a reader holds back.
    """
    missing = is_missing(pl.col("value_text"), how["missing"], how["decimal"])
    ignored = pl.col("key").is_in(how["ignore"])
    held = pl.col("ignored").is_not_null()
    return {
        "fate": pl.when(ignored | held)
        .then(pl.lit("ignored"))
        .when(missing)
        .then(pl.lit("missing")),
        "reason": pl.coalesce("ignored", pl.when(ignored).then(pl.col("key"))),
    }


def _with_values(cells: pl.DataFrame, how: dict) -> pl.DataFrame:
    """Comparator, number and decimals of each cell as far as they can be read."""
    return cells.with_columns(
        **parsed_number(
            pl.col("value_text"), how["decimal"], how.get("thousands"), how.get("marks", ())
        )
    )


def _with_claims(
    cells: pl.DataFrame, how: dict, patients: pl.DataFrame | None, places: pl.DataFrame | None
) -> pl.DataFrame:
    if "claims" in how:
        return with_claims(cells, how["claims"], patients, places, how["missing"])
    nothing = pl.lit(None, pl.String)
    return cells.with_columns(claim_rule=nothing, claim_reason=nothing, claim_unread=pl.lit(False))


def _with_units(cells: pl.DataFrame, how: dict, table: pl.DataFrame) -> pl.DataFrame:
    """Unit and canonical value of each cell, and the unit that contradicts it (contradicted).

    A unit that a person corrected goes before the mapping's own, and that before the file's,
    whose codes `units` puts into words.
    """
    by_hand = pl.when("unit_corrected").then("sent_unit")
    cells = with_sent_units(cells, how, table).with_columns(
        unit=pl.coalesce(by_hand, "declared_unit", "sent_unit").fill_null("")
    )
    return cells.join(
        table.rename({"analyte": "key"}), on=["key", "unit"], how="left", maintain_order="left"
    ).with_columns(
        value=(pl.col("number") * pl.col("slope") + pl.col("intercept")).round_sig_figs(DIGITS)
    )


def _check_columns(cells: pl.DataFrame, how: dict) -> None:
    """Stop where a whole analyte has no unit, or a wide column one that no conversion knows."""
    units = (
        cells.filter(pl.col("marker").is_not_null())
        .group_by("key")
        .agg(
            pl.col("unit").unique().sort(),
            pl.col("file").first(),
            pl.col("sheet").first(),
            pl.col("column").first(),
        )
    )
    own_units = {n for n, entry in how["analytes"].items() if {"unit", "unit_by_row"} & set(entry)}
    for name, spellings, file, sheet, column in units.sort("key").iter_rows():
        of_column = how["layout"] != "long" and name not in own_units
        if spellings == [""] or of_column:
            where = place(file, sheet, None, column) + f", analyte {name}"
            for unit in spellings:
                check_declared_unit(how["conversions"], how["analytes"][name], unit, where)


def _with_limits(cells: pl.DataFrame, markers: list[dict]) -> pl.DataFrame:
    """The marker's hard and soft limits as columns, while the rules are applied."""
    schema = {name: pl.Float64 for name in ("hard_low", "hard_high", "soft_low", "soft_high")}
    limits = pl.DataFrame(
        [{k: v for k, v in row.items() if k != "panel"} for row in markers],
        schema={"marker": pl.String, **schema},
    )
    return cells.join(limits, on="marker", how="left", maintain_order="left")


def _with_flags(cells: pl.DataFrame) -> pl.DataFrame:
    """What is odd about a value that is kept, joined by `|`."""
    # of a value sent as a limit it is not known on which side of another limit it lies
    value = pl.when(pl.col("comparator").is_null()).then("value")
    flags = {
        "soft_low": value < pl.col("soft_low"),
        "soft_high": value > pl.col("soft_high"),
        CONTRADICTS: pl.col("contradicted").is_not_null(),
        PROPOSED: pl.col("proposed_unit").is_not_null(),
        CORRECTED: pl.any_horizontal(f"{field}_corrected" for field in FIELDS),
        UNREAD_REPORTED: pl.col("reported_unread"),
        UNREAD_CLAIM: pl.col("claim_unread"),
    }
    said = [pl.when(odd).then(pl.lit(flag)) for flag, odd in flags.items()]
    flag = pl.concat_str(said, separator="|", ignore_nulls=True)
    return cells.with_columns(flag=pl.when(flag != "").then(flag))
