"""The command `trace`: from a number in a results table to the cells of the raw files behind it."""
