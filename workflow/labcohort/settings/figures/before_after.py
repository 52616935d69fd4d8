"""Figures of kind before_after: centre and spread at both visits, from the comparisons alone."""

READS = ("comparisons", "small_groups")
PRINT = ("p", "minimum_cell")
