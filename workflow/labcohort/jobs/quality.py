"""Job `quality`: the parts of ledger, quarantine and duplicates, put together and checked."""

import polars as pl

from labcohort.flags import words
from labcohort.ledger import SCHEMA, check, check_chain, joined
from labcohort.quarantine import PLACE
from labcohort.spreadsheet import inert, marked
from schemas.quality import Duplicates, Ledger, Quarantine

LISTS = ("ledgers", "quarantines", "duplicates", "balances", "flags", "proposals")

FLAGS = {"marker": pl.String, "flag": pl.String, "n": pl.Int64}
BALANCE = {"marker": pl.String, "reason": pl.String, "n": pl.Int64}


def main(paths: dict, key: str, settings: dict) -> str:
    """Write the whole ledger, quarantine and duplicates; the line to report."""
    parts = [pl.read_csv(path, separator="\t", schema=SCHEMA) for path in paths["ledgers"]]
    # panels of one source and stage come as parts of their own
    ledger = Ledger.validate(joined(parts), lazy=True)
    check(ledger)
    check_chain(ledger)
    quarantine = _all(paths["quarantines"])
    duplicates = _all(paths["duplicates"])
    Quarantine.validate(quarantine, lazy=True)
    Duplicates.validate(duplicates, lazy=True)
    marked(ledger, settings["synthetic"]).write_csv(paths["ledger"], separator="\t")
    quarantine.write_parquet(paths["quarantine"])
    duplicates.write_parquet(paths["all_duplicates"])
    balances = pl.concat(
        pl.read_csv(path, separator="\t", schema=BALANCE) for path in paths["balances"]
    )
    method = pl.col("marker").replace_strict(
        settings["methods"], default=None, return_dtype=pl.String
    )
    balances = balances.sort("marker", "reason").insert_column(1, method.alias("method"))
    marked(balances, settings["synthetic"]).write_csv(paths["derived"], separator="\t")
    _write_flags(paths, settings)
    _write_proposals(paths)
    shown = marked(quarantine.drop("person"), settings["synthetic"])
    inert(shown).write_csv(paths["set_aside"])
    total = ledger.filter((pl.col("stage") == "ingest") & (pl.col("kind") == "in"))
    used = ledger.filter((pl.col("stage") == "cohorts") & (pl.col("kind") == "out"))
    return (
        f"{total.get_column('cells').sum():,} result cells,"
        f" {used.get_column('cells').sum():,} used, {quarantine.height:,} set aside"
    )


def _write_flags(paths: dict, settings: dict) -> None:
    """How many values have which flag, in words, by marker."""
    parts = [pl.read_csv(path, separator="\t", schema=FLAGS) for path in paths["flags"]]
    flags = pl.concat(parts).sort("marker", "flag")
    said = [words(flag) for flag in flags.get_column("flag")]
    flags = flags.with_columns(meaning=pl.Series(said, dtype=pl.String))
    marked(flags, settings["synthetic"]).write_csv(paths["flagged"], separator="\t")


def _write_proposals(paths: dict) -> None:
    """Units that a person may accept, in the columns of config/corrections.tsv, without a sign."""
    # a text may begin with a quote, which quotes nothing there
    how = {"separator": "\t", "quote_char": None, "infer_schema": False}
    parts = [pl.read_csv(path, **how) for path in paths["proposals"]]
    inert(pl.concat(parts)).write_csv(paths["unit_proposals"], separator="\t", quote_style="never")


def _all(paths: list[str]) -> pl.DataFrame:
    return pl.concat(pl.read_parquet(path) for path in paths).sort(*PLACE, nulls_last=True)
