"""Validation: what the rules found in each source, how grave it is, and the report of it."""
