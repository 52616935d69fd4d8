"""Several names in one sentence, several sentences in one paragraph."""

from collections.abc import Sequence

from labcohort.publish.words import say


def listed(how: dict, names: Sequence[str]) -> str:
    """`a, b and c` in the language of the report; '' for none."""
    if len(names) < 2:
        return "".join(names)
    first = names[0]
    for name in names[1:-1]:
        first = say(how, "{first}, {next}", first=first, next=name)
    return say(how, "{first} and {last}", first=first, last=names[-1])


def joined(how: dict, sentences: Sequence[str]) -> str:
    """Sentences as one paragraph: Chinese has no blank between them."""
    return ("" if how["language"] == "zh" else " ").join(sentences)
