"""What only all cells of a source together can tell, as its survey finds it."""

from dataclasses import asdict, dataclass

from labcohort.harmonise.names import FoldedName, Named


@dataclass(frozen=True)
class Survey:
    """What holds for every cell of a source.

    `named`: what its names mean; `dates`: the formats that the texts of a column of dates prove
    (file, sheet, column, formats); `times`: those that the times of the reports of a file prove;
    `visits`: labels that stand with enough persons to be shown. It holds no text of a cell but
    names that the mapping has, but for accidents of type, and those labels.
    """

    named: Named
    dates: list[tuple[str, str | None, str, list[str]]]
    times: dict[str, list[str]]
    visits: list[str]

    def as_json(self) -> dict:
        """The survey as a JSON holds it."""
        return asdict(self)

    @staticmethod
    def of_json(found: dict) -> "Survey":
        """The survey that `as_json` gave."""
        names = found["named"]
        folded = [FoldedName(**row) for row in names["folded"]]
        named = Named(names["keys"], names["markers"], folded)
        dates = [tuple(row) for row in found["dates"]]
        return Survey(named, dates, found["times"], found["visits"])
