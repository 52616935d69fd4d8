"""Figures of kind quality: where every result cell went, by source, and how the rules judged."""

READS = ("ledger", "validation")
