"""Several names in one sentence, several sentences in one paragraph."""

from collections.abc import Iterable, Sequence

from labcohort.publish.words import say


def commas(how: dict, names: Iterable[str]) -> str:
    """`a, b, c` in the language of `how`."""
    return say(how, "{first}, {next}", first="", next="").join(names)


def listed(how: dict, names: Sequence[str]) -> str:
    """`a, b and c` in the language of `how`; '' for none."""
    if len(names) < 2:
        return "".join(names)
    return say(how, "{first} and {last}", first=commas(how, names[:-1]), last=names[-1])


def paragraph(how: dict, sentences: Iterable[str]) -> str:
    """Sentences one after the other, without those that are empty: Chinese has no blank between
    them."""
    return ("" if how["language"] == "zh" else " ").join(s for s in sentences if s)
