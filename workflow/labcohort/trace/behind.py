"""What stands behind a value: the cells of the raw files, through means and formulas."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from pathlib import Path

import polars as pl

from labcohort.derive.censored import rests_on_limit
from labcohort.derive.index import import_formulas
from labcohort.derive.registry import person_inputs
from labcohort.quarantine import PLACE
from labcohort.settings.available import all_inputs, formula_of
from labcohort.study.load import Study
from labcohort.trace.pairs import files

# rule of the cells whose mean stands in the place of the first of them (derive.repeats)
MEAN = "repeat_mean"
NO_PLACE = dict.fromkeys(PLACE)


@dataclass(frozen=True)
class Value:
    """A value, or what it is made of at a `depth` below it.

    `value` is in the marker's canonical unit; `text` and `sent_unit` are as the laboratory sent
    them; `place` is source, file, sheet, row and column of the cell, None for what is computed.
    """

    depth: int
    name: str
    sample_date: date | None
    value: float | str | None
    unit: str
    text: str
    sent_unit: str
    place: dict
    note: str


class Behind:
    """The results of a study's run, as far as they stand behind a marker of some persons."""

    def __init__(self, study: Study, results: Path, persons: pl.Series, marker: str):
        self._study, self._results = study, results
        self._persons = persons
        self._markers = sorted({marker} | all_inputs(study, marker))
        self._units = {m: study.marker(m)["unit"] for m in self._markers}
        import_formulas()

    def of_visit(
        self, person: str, marker: str, timepoint: str, sample_date: date, day: int
    ) -> list[Value]:
        """The values that stand for a timepoint: one, or of a mean all of them."""
        visit = next(v for v in self._study.tables["visits"] if v["timepoint"] == timepoint)
        if visit["choice"] != "mean":
            return list(self.of(person, marker, sample_date))
        anchor = sample_date - timedelta(days=day)
        first = anchor + timedelta(days=visit["target_day"] - visit["before"])
        last = anchor + timedelta(days=visit["target_day"] + visit["after"])
        dates = [
            row["sample_date"]
            for row in self._of_person[person, marker]
            if row["value"] is not None
            and first <= row["sample_date"] <= last
            and not (self._study.config["censored"] == "excluded" and row["limit"])
        ]
        note = f"one of {len(dates)}, of which the mean is taken" if len(dates) > 1 else ""
        return [value for each in dates for value in self.of(person, marker, each, note=note)]

    def of(self, person: str, marker: str, sample_date: date, note: str = "") -> Iterator[Value]:
        """A value of one date and all that it is made of, each input below what it is put into."""
        days = self._study.config["input_days"].get(marker, 0)
        first = self._first_measured(marker)
        yield from self._tree(person, marker, sample_date, 0, days, first, note)

    def _tree(
        self, person: str, marker: str, at: date, depth: int, days: int, first: str, note: str
    ) -> Iterator[Value]:
        """`days` and `first` are of the marker above all: how far its inputs may lie from it, and
        which of them says its date."""
        if marker not in self._study.formulas:
            near = 0 if marker == first else days
            yield from self._measured(person, marker, at, depth, near, note)
            return
        row = self._row(person, marker, at)
        # between a marker with inputs of other dates and these no value is kept
        known = row if depth == 0 or not days else None
        yield Value(
            depth,
            marker,
            at,
            (known or {}).get("value"),
            self._units[marker],
            "",
            "",
            NO_PLACE,
            "; ".join(filter(None, (note, self._computed(marker)))),
        )
        for code in formula_of(self._study, marker)["inputs"]:
            yield from self._tree(person, code, at, depth + 1, days, first, "")
        for fact in person_inputs(marker, self._study.config["methods"]):
            yield from self._of_person_table(person, fact, depth + 1)

    def _computed(self, marker: str) -> str:
        method = self._study.config["methods"].get(marker)
        return f"computed by {method}" if method else "computed"

    def _measured(
        self, person: str, marker: str, at: date, depth: int, days: int, note: str
    ) -> Iterator[Value]:
        """The cell of a measured value; all of them, where repeats of a day are averaged."""
        row = self._row(person, marker, at) or self._nearest(person, marker, at, days)
        if row is None:
            yield Value(depth, marker, at, None, self._units[marker], "", "", NO_PLACE, "no result")
            return
        first = {name: row[name] for name in PLACE}
        cells = [first, *self._averaged[tuple(first.values())]]
        for number, cell in enumerate(cells):
            sent = self._sent.get(tuple(cell.values()), {})
            several = f"one of {len(cells)} of this day, of which the mean is taken"
            # the mean stands in the first of them
            value = row["value"] if len(cells) == 1 else sent.get("value")
            yield Value(
                depth,
                marker,
                row["sample_date"],
                value,
                self._units[marker],
                sent.get("value_text", ""),
                sent.get("unit", ""),
                cell,
                "; ".join(
                    filter(
                        None,
                        (
                            note,
                            several if len(cells) > 1 else "",
                            _sent_as_limit(row) if not number else "",
                        ),
                    )
                ),
            )

    def _row(self, person: str, marker: str, at: date) -> dict | None:
        """The row of a marker at a date; None without one."""
        own = self._of_person[person, marker]
        return next((row for row in own if row["sample_date"] == at), None)

    def _nearest(self, person: str, marker: str, at: date, days: int) -> dict | None:
        """The row nearest to a date, at most so many days away; at a tie the earlier."""

        def distance(row: dict) -> tuple[int, date]:
            return abs((row["sample_date"] - at).days), row["sample_date"]

        own = [row for row in self._of_person[person, marker] if distance(row)[0] <= days]
        return min(own, key=distance, default=None)

    def _of_person_table(self, person: str, fact: str, depth: int) -> Iterator[Value]:
        """Sex, or what the age is taken from, with its cell in the patient table."""
        known = self._people[person]
        name = fact
        if fact == "age" and known.get("birth_date") is not None:
            name = "birth_date"
        entry = self._study.attributes.get(name)
        if not entry or known.get(name) is None:
            return
        place = {
            "source": self._study.patients_source,
            **{k: known[k] for k in ("file", "sheet", "row")},
            "column": entry["column"],
        }
        yield Value(depth, name, None, str(known[name]), "", "", "", place, "")

    def _first_measured(self, marker: str) -> str:
        """The measured marker that a formula takes first, through derived inputs too."""
        while marker in self._study.formulas:
            marker = formula_of(self._study, marker)["inputs"][0]
        return marker

    @cached_property
    def _of_person(self) -> dict[tuple[str, str], list[dict]]:
        """(person, marker) -> rows of schemas.derived.Derived, by date; `limit` beside them."""
        found = defaultdict(list)
        for panel in self._panels:
            rows = (
                self._scan(self._results / "derived" / panel)
                .filter(pl.col("marker").is_in(self._markers))
                .with_columns(limit=rests_on_limit())
                .sort("sample_date")
                .collect()
            )
            for row in rows.iter_rows(named=True):
                found[row["person"], row["marker"]].append(row)
        return found

    @cached_property
    def _sent(self) -> dict[tuple, dict]:
        """Place of a cell -> its row of schemas.harmonised.Values."""
        columns = (*PLACE, "value_text", "unit", "value")
        found = {}
        for source in self._study.result_sources:
            for panel in self._panels:
                rows = self._scan(self._results / "harmonised" / source / panel)
                own = rows.filter(pl.col("marker").is_in(self._markers)).select(columns)
                for row in own.collect().iter_rows(named=True):
                    found[tuple(row[name] for name in PLACE)] = row
        return found

    @cached_property
    def _averaged(self) -> dict[tuple, list[dict]]:
        """Place of a cell -> the cells that its value is the mean with."""
        found = defaultdict(list)
        path = self._results / "restricted" / "duplicates.parquet"
        rows = pl.scan_parquet(path).filter(pl.col("rule") == MEAN)
        own = rows.filter(pl.col("person").is_in(self._persons.implode()))
        for row in own.sort(PLACE).collect().iter_rows(named=True):
            kept = tuple(row[f"kept_{name}"] for name in PLACE)
            found[kept].append({name: row[name] for name in PLACE})
        return found

    @cached_property
    def _people(self) -> dict[str, dict]:
        """Person -> what the patient table says, and the place of its row."""
        harmonised = self._results / "harmonised"
        places = pl.scan_parquet(harmonised / "patients.places.parquet")
        people = self._scan(harmonised / "patients")
        rows = people.join(places.unique("person", keep="first", maintain_order=True), on="person")
        return {row["person"]: row for row in rows.collect().iter_rows(named=True)}

    @property
    def _panels(self) -> list[str]:
        return sorted({self._study.marker(marker)["panel"] for marker in self._markers})

    def _scan(self, folder: Path) -> pl.LazyFrame:
        """The rows of these persons in a folder of a stage."""
        rows = pl.scan_parquet(files(folder, self._study.config["buckets"]))
        return rows.filter(pl.col("person").is_in(self._persons.implode()))


def _sent_as_limit(row: dict) -> str:
    """What a value that was sent as a limit is taken for."""
    return f"sent as a limit ({row['comparator']})" if row["comparator"] else ""
