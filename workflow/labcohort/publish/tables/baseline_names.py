"""What groups and variables of a table of baseline characteristics are called."""

from labcohort.publish.names import spaced
from labcohort.publish.text import unit_text, within
from labcohort.publish.words import say

AGE, SEX, BELOW_60, ADVERSE_EVENTS = "age", "sex", "EGFR_BELOW_60", "adverse_events"


def group_name(row: dict, how: dict) -> str:
    """What a group is called."""
    if row["members"] == "at_followup":
        timepoint = within(how["timepoints"][row["timepoint"]])
        return say(how, "Followed at {timepoint}", timepoint=timepoint)
    return how["cohorts"][row["cohort"]]


def variable_name(name: str, how: dict) -> str:
    """What a variable is called, with its unit."""
    stages = how["characteristics"]["stages"]
    if name in how["markers"]:
        marker = how["markers"][name]
        unit = unit_text(how["units"].get(name, marker)["unit"])
        return marker["label"] + (f", {unit}" if unit else "")
    if stages and name == stages["marker"]:
        return stages["label"]
    known = {
        AGE: say(how, "Age, years"),
        SEX: say(how, "Sex"),
        BELOW_60: say(how, "eGFR below 60 mL/min/1.73 m²"),
        ADVERSE_EVENTS: say(how, "Persons with any adverse event"),
    }
    label = how["characteristics"]["attributes"].get(name, {}).get("label")
    return label or known.get(name, spaced(name).capitalize())


def category_name(name: str, category: str, how: dict) -> str:
    """What a category of a variable is called; a stage's label says what it is of."""
    stages = how["characteristics"]["stages"]
    if stages and name == stages["marker"]:
        return stages["labels"][category]
    labels = how["characteristics"]["attributes"].get(name, {}).get("labels", {})
    known = {
        "male": say(how, "Male"),
        "female": say(how, "Female"),
        "yes": say(how, "Yes"),
        "no": say(how, "No"),
    }
    label = labels.get(category) or known.get(category, spaced(category).capitalize())
    return say(how, "{variable}: {category}", variable=variable_name(name, how), category=label)
