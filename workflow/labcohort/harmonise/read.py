"""A source's cells, and what was read of each: by the texts, the date, the time, the claim."""

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from labcohort.harmonise.claims import what_claims, with_claims
from labcohort.harmonise.kinds import kinds_of, lean
from labcohort.harmonise.known import Survey
from labcohort.harmonise.sample_dates import what_dates, with_anchor, with_sample_dates
from labcohort.harmonise.status import with_reported
from labcohort.harmonise.texts import TEXTS, read_texts
from labcohort.keys import ranks
from labcohort.runs import by_run


@dataclass(frozen=True)
class Read:
    """`cells`, and `parts`: tables of what was read, with the number of its row for each cell."""

    cells: pl.DataFrame
    parts: Sequence[tuple[pl.DataFrame, pl.Series]]

    def of(self, name: str) -> pl.Series:
        """One column, a value a cell."""
        for table, number in self.parts:
            if name in table.columns:
                return table.get_column(name).gather(number)
        return self.cells.select(name).to_series()

    def any_of(self, conditions: Sequence[pl.Expr]) -> pl.Series:
        """Whether one of the conditions, each on columns of one table, holds for each cell; null
        is no."""
        found = pl.repeat(False, self.cells.height, eager=True)
        left = list(conditions)
        for table, number in [*self.parts, (self.cells, None)]:
            own = [one for one in left if set(one.meta.root_names()) <= set(table.columns)]
            left = [one for one in left if not set(one.meta.root_names()) <= set(table.columns)]
            if own:
                holds = table.select(pl.any_horizontal(own).fill_null(False)).to_series()
                found |= holds if number is None else holds.gather(number)
        return found

    def at(self, rows: pl.Series, names: Sequence[str] | None = None) -> pl.DataFrame:
        """All columns, or those of `names`, of the cells in some `rows` (UInt32, their places)."""
        frames, known = [], set()
        for table, number in [*self.parts, (self.cells, None)]:
            own = [name for name in table.columns if name not in known]
            own = own if names is None else [name for name in own if name in names]
            known.update(own)
            if own:
                at = rows if number is None else number.gather(rows)
                frames.append(table.select(own)[at])
        found = pl.concat(frames, how="horizontal")
        return found if names is None else found.select(names)


def read_cells(
    cells: pl.DataFrame,
    how: dict,
    known: Survey,
    patients: pl.DataFrame | None = None,
    places: pl.DataFrame | None = None,
) -> Read:
    """What cells (of corrections.corrected) say, by the source's settings `how` and `known`, the
    survey of the source; person_order is the order of their persons. Without `patients` and
    `places` nothing is held to the patient table."""
    cells = with_anchor(lean(cells), how, patients)
    # of persons whose rows stand together a number for each is found once
    order = by_run(lambda persons: ranks(persons)[0], cells.get_column("person"))
    cells = cells.with_columns(order.alias("person_order"))
    texts, of_text = kinds_of(cells, TEXTS)
    dates, of_date = kinds_of(cells, what_dates(how))
    times, of_time = kinds_of(cells, ["file", "reported_text"])
    parts = [
        (read_texts(texts, how, known.named), of_text),
        (with_sample_dates(dates, how, known.dates), of_date),
        (with_reported(times, how, known.times), of_time),
    ]
    if "claims" in how and patients is not None:
        claims, of_claim = kinds_of(cells, what_claims(how["claims"]))
        claims = with_claims(claims, how["claims"], patients, places, how["missing"])
        parts.append((claims, of_claim))
    else:
        nothing = pl.lit(None, pl.String)
        none = {"claim_rule": nothing, "claim_reason": nothing, "claim_unread": pl.lit(False)}
        cells = cells.with_columns(**none)
    own = [name for name in cells.columns if name not in {n for t, _ in parts for n in t.columns}]
    return Read(cells.select(own), [(lean(table), number) for table, number in parts])
