"""Read what the report is written from."""

import json
from pathlib import Path

import polars as pl

from labcohort.cohorts.subgroups import SIZES, joined_sizes
from labcohort.ledger import SCHEMA
from labcohort.publish.siblings import in_order
from labcohort.publish.tables.table import Cell, Column, Line, Printed
from labcohort.publish.units import shown
from labcohort.report.found import Found
from labcohort.report.pictures import pictures

# the columns of results/tables/ that are read, of those that their schemas have
TEXT, NUMBER, COUNT, TRUTH = pl.String, pl.Float64, pl.Int64, pl.Boolean
FLOW = {"step": TEXT, **dict.fromkeys(("entered", "excluded", "remained"), COUNT)}
COMPARISONS = {
    **dict.fromkeys(("profile", "family", "role", "marker", "cohort", "timepoint", "test"), TEXT),
    **dict.fromkeys(("primary", "selected_on_baseline"), TRUTH),
    "n_pairs": COUNT,
    **dict.fromkeys(("summary", "agrees", "note"), TEXT),
    **dict.fromkeys(("alpha", "statistic", "p_value", "p_adjusted"), NUMBER),
    **dict.fromkeys(("change_mean", "change_ci_low", "change_ci_high"), NUMBER),
    **dict.fromkeys(("hodges_lehmann", "hl_ci_low", "hl_ci_high"), NUMBER),
}
REGRESSION = {
    **dict.fromkeys(("cohort", "timepoint", "marker", "statistic", "estimator"), TEXT),
    **dict.fromkeys(("rho_source", "reliability_source", "note"), TEXT),
    "n_selected": COUNT,
    **{
        f"{name}{end}": NUMBER
        for name in ("observed", "expected", "difference")
        for end in ("", "_ci_low", "_ci_high")
    },
}
SCORECARD = {"verdict": TEXT}
SENSITIVITY = {
    **dict.fromkeys(("profile", "marker", "cohort", "timepoint", "crosses_alpha_by"), TEXT),
    **dict.fromkeys(("n_valid", "n_below_alpha"), COUNT),
    "alpha": NUMBER,
}


def read(paths: dict, how: dict) -> Found:
    """All of it; `paths` are those of jobs.report."""
    comparisons = published(paths["comparisons"], COMPARISONS).filter("primary")
    ordered = in_order(comparisons.sort("profile", "family", "test"), how)
    sensitivity = published(paths["sensitivity"], SENSITIVITY)
    return Found(
        comparisons=shown(ordered, how["units"]).to_dicts(),
        multiplicity=pl.read_parquet(paths["multiplicity"]).to_dicts(),
        regression=published(paths["regression"], REGRESSION).to_dicts(),
        scorecard=published(paths["scorecard"], SCORECARD).to_dicts(),
        sensitivity=in_order(sensitivity, how).to_dicts(),
        validation=_json(paths["validation"]),
        ledger=_ledger(paths["ledger"]),
        flow=published(paths["flow"], FLOW).to_dicts(),
        sizes=_sizes(paths["sizes"], how),
        provenance=_json(paths["provenance"]),
        tables=[printed(table) for table in _json(paths["tables"])],
        pictures=pictures(paths, how),
    )


def published(path: str, kinds: dict[str, pl.DataType]) -> pl.DataFrame:
    """Columns of a table of results/tables/: what is withheld there is null, as `withheld` says."""
    frame = pl.read_csv(path, infer_schema=False)
    if "withheld" not in frame.columns:
        frame = frame.with_columns(withheld=pl.lit(None, TEXT))
    return frame.select(
        pl.col(name) == "true" if kind == TRUTH else pl.col(name).cast(kind)
        for name, kind in (kinds | {"withheld": TEXT}).items()
    )


def printed(table: dict) -> Printed:
    """A table from its JSON (dataclasses.asdict of a Printed)."""
    lines = tuple(
        Line(
            tuple(Cell(c["text"], tuple(c["numbers"]), c["decimals"]) for c in line["cells"]),
            line["note"],
            line["about"],
            line["heading"],
        )
        for line in table["lines"]
    )
    columns = tuple(
        Column(column["header"], column["numeric"], tuple(column["parts"]))
        for column in table["columns"]
    )
    return Printed(
        table["name"], table["kind"], table["title"], columns, lines, tuple(table["footnotes"])
    )


def _json(path: str) -> dict | list:
    return json.loads(Path(path).read_text("utf-8"))


def _ledger(path: str) -> list[dict]:
    frame = pl.read_csv(path, separator="\t", infer_schema=False)
    return frame.select(pl.col(name).cast(kind) for name, kind in SCHEMA.items()).to_dicts()


def _sizes(paths: list[str], how: dict) -> dict[str, int]:
    """Members of the cohort of everyone at each timepoint, and at two (`a & b`)."""
    parts = [pl.read_csv(path, separator="\t", schema=SIZES) for path in paths]
    own = joined_sizes(parts).filter(pl.col("cohort") == how["everyone"])
    return dict(own.select("timepoint", "members").iter_rows())
