"""The small-groups artefact: which groups of pairs are withheld from what may leave the site."""

from schemas.frames import Model


class SmallGroups(Model):
    """One row a group that is withheld: the pairs of a marker, cohort and timepoint in a profile.

    `few`: it is of fewer persons than the smallest group that is shown; else it would tell one of
    these by subtraction. The profile `all pairs` is that of the shares in range, which leave no
    pair out.
    """

    profile: str
    marker: str
    cohort: str
    timepoint: str
    few: bool

    class Config:
        strict = True
        ordered = True
        unique = ("profile", "marker", "cohort", "timepoint")
