"""Rules that span the study's tables: every name used is defined, and definitions agree."""

from labcohort.study.rules import corrections, decisions, facts, people, plan, reading, sources


def check_rules(study) -> None:
    """Run every rule in turn; the first that is broken is raised as a UserError."""
    for room in (facts, decisions, sources, corrections, reading, people, plan):
        for rule in room.RULES:
            rule(study)
