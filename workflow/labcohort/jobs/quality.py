"""Job `quality`: the parts of ledger, quarantine and duplicates, put together and checked."""

import polars as pl

from labcohort.derive.against_reported import counted
from labcohort.ledger import SCHEMA, check, check_chain, joined
from labcohort.quarantine import PLACE
from labcohort.spreadsheet import inert, marked
from labcohort.validate.flagged import flag_counts, flagged_values, flags_of, listed, with_words
from schemas.quality import Duplicates, Ledger, Quarantine

LISTS = (*("ledgers", "quarantines", "duplicates", "balances", "compared", "panels", "proposals"),)

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
    # buckets of persons come as parts of their own
    balances = balances.group_by("marker", "reason").agg(pl.col("n").sum())
    balances = balances.sort("marker", "reason").insert_column(1, method.alias("method"))
    marked(balances, settings["synthetic"]).write_csv(paths["derived"], separator="\t")
    compared = counted(map(pl.read_parquet, paths["compared"]))
    marked(compared, settings["synthetic"]).write_csv(paths["against_reported"], separator="\t")
    _write_flags(paths, settings)
    _write_proposals(paths, settings["digests"])
    shown = marked(quarantine.drop("person"), settings["synthetic"])
    inert(shown).write_csv(paths["set_aside"])
    return _said(ledger, quarantine)


def _said(ledger: pl.DataFrame, quarantine: pl.DataFrame) -> str:
    """How many results there are, are used and are set aside; the patient table has none."""
    total = ledger.filter((pl.col("stage") == "ingest") & (pl.col("kind") == "in"))
    used = ledger.filter((pl.col("stage") == "cohorts") & (pl.col("kind") == "out"))
    aside = ledger.filter(pl.col("fate") == "set_aside")
    cells, kept, lost = (f.get_column("cells").sum() for f in (total, used, aside))
    said = f"{cells:,} result cells, {kept:,} used, {lost:,} set aside"
    attributes = quarantine.height - lost
    if not attributes:
        return said
    one = "attribute" if attributes == 1 else "attributes"
    return f"{said}, and {attributes:,} {one} of the patient table"


def _write_flags(paths: dict, settings: dict) -> None:
    """How many values have which flag, by source and marker; and which, those to look at."""
    flags = flags_of(pl.scan_parquet(path) for path in paths["panels"])
    counts = with_words(flag_counts(flags))
    marked(counts, settings["synthetic"]).write_csv(paths["flags"], separator="\t")
    flagged = flagged_values(flags)
    flagged.write_parquet(paths["flagged"])
    shown = marked(listed(flagged, settings), settings["synthetic"])
    inert(shown).write_csv(paths["to_look_at"])


def _write_proposals(paths: dict, digests: dict[str, dict[str, str]]) -> None:
    """Units that a person may accept, in the columns of config/corrections.tsv, without a sign;
    `digests` are those of the files: source -> file -> digest."""
    # a text may begin with a quote, which quotes nothing there
    how = {"separator": "\t", "quote_char": None, "infer_schema": False}
    parts = [pl.read_csv(path, **how) for path in paths["proposals"]]
    rows = [(s, f, digest) for s, files in digests.items() for f, digest in files.items()]
    known = pl.DataFrame(
        rows, schema=dict.fromkeys(("source", "file", "sha256"), pl.String), orient="row"
    )
    proposals = pl.concat(parts).update(known, on=["source", "file"])
    at = [pl.col(name).cast(pl.Int64) if name == "row" else pl.col(name) for name in PLACE]
    proposals = proposals.sort(*at, "field", nulls_last=True)
    path = paths["unit_proposals"]
    inert(proposals).write_csv(path, separator="\t", quote_style="never")


def _all(paths: list[str]) -> pl.DataFrame:
    return pl.concat(pl.read_parquet(path) for path in paths).sort(*PLACE, nulls_last=True)
