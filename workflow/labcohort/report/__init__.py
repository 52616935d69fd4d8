"""The report: one page that stands alone, written from what a run found. A module a section."""
