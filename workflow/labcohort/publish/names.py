"""What profiles, families and panels are called in print."""

from labcohort.publish.words import say


def spaced(name: str) -> str:
    """A name of the configuration as words."""
    return name.replace("_", " ")


def panel_name(panel: str, how: dict) -> str:
    """What a panel of markers is called; one of the study's own by its name."""
    known = {
        "anthropometric": say(how, "Body measures"),
        "blood_pressure": say(how, "Blood pressure"),
        "glycaemic": say(how, "Glycaemia"),
        "lipid": say(how, "Lipids"),
        "liver": say(how, "Liver"),
        "renal": say(how, "Kidney function"),
        "hormone": say(how, "Hormones"),
        "inflammation": say(how, "Inflammation"),
    }
    return known.get(panel, spaced(panel).capitalize())


def correction_name(correction: str | None, how: dict) -> str:
    """How p values of a family are adjusted."""
    return {
        "holm": say(how, "Holm"),
        "bh": say(how, "Benjamini-Hochberg"),
        "none": say(how, "none"),
    }.get(correction or "", "")


def family_name(family: str, how: dict) -> str:
    """A family of tests as it is called; those of the project have a name in every language."""
    return {
        "primary": say(how, "primary"),
        "exploratory": say(how, "exploratory"),
        "post_hoc": say(how, "post hoc"),
        "all": say(how, "all families"),
    }.get(family, spaced(family))


def profile_name(profile: str, how: dict) -> str:
    """A profile of the plan as it is called."""
    return {
        "as_published": say(how, "as published"),
        "recommended": say(how, "recommended"),
    }.get(profile, spaced(profile))
