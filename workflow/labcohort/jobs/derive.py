"""Job `derive`: a panel's markers of a bucket's persons from all sources, with its derived ones."""

from importlib import import_module
from pathlib import Path

import polars as pl

from labcohort.artefacts import write_parquet
from labcohort.derive.panel import cells_of_derived, derive_panel, derived_balance
from labcohort.ledger import balance
from schemas.derived import Derived
from schemas.quality import Duplicates, Quarantine

LISTS = ("values",)
EACH = ("derived", "quarantine", "duplicates", "ledger", "balance", "against_reported")


def main(paths: dict, key: str, settings: dict) -> str:
    """Write the panel, what was set aside or repeated, and the ledger's part."""
    for module in settings["modules"]:
        import_module(module)
    needed = [*settings["measured"], *settings["inputs"]]
    values = pl.concat(
        pl.scan_parquet(path).filter(pl.col("marker").is_in(needed))
        for path in map(Path, paths["values"])
        if path.parent.name in settings["panels"]
    ).collect()
    patients = pl.read_parquet(paths["patients"])
    panel = derive_panel(values, patients, settings, pl.read_parquet(paths["set_aside"]))
    derived = Derived.validate(panel.derived, lazy=True)
    quarantine = Quarantine.validate(panel.quarantine, lazy=True)
    duplicates = Duplicates.validate(panel.duplicates, lazy=True)
    own = values.lazy().filter(pl.col("marker").is_in(settings["measured"])).select("source")
    fates = [
        quarantine.select("source", fate=pl.lit("set_aside"), reason=pl.col("rule")),
        duplicates.select("source", fate=pl.lit("duplicate"), reason=pl.col("rule")),
    ]
    ledger = balance("derive", own.collect(), fates, cells_of_derived(derived, ["source"]))
    write_parquet(derived, paths["derived"])
    quarantine.write_parquet(paths["quarantine"])
    duplicates.write_parquet(paths["duplicates"])
    ledger.write_csv(paths["ledger"], separator="\t")
    counts = derived_balance(derived)
    counts.write_csv(paths["balance"], separator="\t")
    panel.against_reported.write_parquet(paths["against_reported"])
    computed = counts.filter(pl.col("reason").is_null()).get_column("n").sum()
    without = counts.get_column("n").sum() - computed
    measured = derived.height - computed - without
    return f"{measured:,} measured values, {computed:,} derived, {without:,} without a value"
