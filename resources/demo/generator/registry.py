"""The whole registry, and its files."""

from pathlib import Path

from . import defects, people, visits
from .exports import patients, site_a, site_b, site_c, truth
from .exports.rows import in_file_order
from .panels import (
    anthropometric,
    blood_pressure,
    glycaemic,
    hormone,
    inflammation,
    lipid,
    liver,
    renal,
)
from .person import Person

PANELS = (
    anthropometric,
    blood_pressure,
    glycaemic,
    lipid,
    liver,
    renal,
    hormone,
    inflammation,
)


def registry() -> list[Person]:
    """Everybody with all their visits."""
    everybody = people.enrol()
    for timepoint in people.ELIGIBLE:
        group = [person for person in everybody if person.status == timepoint]
        for panel in PANELS:
            panel.fill(group, timepoint)
    visits.give_results_to_the_ineligible(everybody)
    visits.arrange(everybody)
    return everybody


def write(folder: Path, everybody: list[Person]) -> None:
    """The patient table, the three exports and the truth file."""
    folder.mkdir(parents=True, exist_ok=True)
    at = {site: [p for p in everybody if p.site == site] for site in people.SITES}
    regular = site_a.rows(at["site_a"])
    long = in_file_order(regular + defects.site_a_rows(everybody, regular))
    workbook = in_file_order(site_b.rows(at["site_b"]) + defects.site_b_rows(everybody))
    wide = in_file_order(site_c.rows(at["site_c"]) + defects.site_c_rows(everybody))
    patients.write(folder, everybody)
    site_a.write(folder, long, at["site_a"])
    site_b.write(folder, workbook)
    site_c.write(folder, wide)
    truth.write(
        folder,
        truth.lines("site_a", site_a.FILE, "", site_a.FIRST_ROW, long)
        + truth.lines("site_b", site_b.FILE, site_b.SHEET, site_b.FIRST_ROW, workbook)
        + truth.lines("site_c", site_c.FILE, "", site_c.FIRST_ROW, wide),
    )
