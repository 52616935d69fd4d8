"""What a study's tables ask of its patients: names of attributes, and values that they may have."""

from dataclasses import dataclass, field
from pathlib import Path

from labcohort.errors import UserError
from labcohort.study.names import FIRST_RESULT, names
from labcohort.study.tables import read_table


@dataclass(frozen=True)
class Wanted:
    """Attributes that visits, eligibility and cohorts name.

    `anchors`: dates that visits count from; `dates`: these and the dates of criteria; `values`:
    attribute -> values that a criterion asks for.
    """

    anchors: tuple[str, ...] = ()
    dates: tuple[str, ...] = ()
    values: dict[str, tuple[str, ...]] = field(default_factory=dict)


def wanted_of(directory: Path) -> Wanted:
    """The attributes that the tables in config/ of the study name; none where a table is missing
    or wrong, which is `check`'s to say."""
    criteria = [*_rows(directory, "eligibility"), *_rows(directory, "cohorts")]
    anchors = [r["anchor"] for r in _rows(directory, "visits") if r["anchor"] != FIRST_RESULT]
    dated = [r["subject"] for r in criteria if r["criterion"] == "date_within"]
    values: dict[str, list[str]] = {}
    for row in criteria:
        if row["criterion"] == "attribute_is":
            values.setdefault(row["subject"], []).extend(names(row["values"]))
    return Wanted(
        tuple(dict.fromkeys(anchors)),
        tuple(dict.fromkeys([*anchors, *dated])),
        {name: tuple(dict.fromkeys(own)) for name, own in values.items()},
    )


def _rows(directory: Path, name: str) -> list[dict]:
    from schemas.config import CONFIG

    try:
        return read_table(directory / "config" / f"{name}.tsv", f"{name}.tsv", CONFIG[name])
    except (UserError, OSError):
        return []
