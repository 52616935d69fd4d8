"""Polars reading the file, every column of it: the unit of all ratios.

`python polars_read.py RESULTS.csv`: prints the rows and a checksum of each column, so that no
column can be left unread.
"""

import sys

import polars as pl

whole = pl.scan_csv(sys.argv[1], infer_schema=False)
read = whole.select(pl.len(), pl.all().str.len_bytes().sum().name.suffix("_bytes"))
print(read.collect(engine="streaming").row(0))
