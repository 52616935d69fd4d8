"""The words that are printed, in the study's language."""

import re
from collections.abc import Iterable
from functools import lru_cache

# what joins the parts of a note
BETWEEN = "; "
NAME = re.compile(r"\{(\w+)\}")
# of a text with names in it, from which on it may stand for any that fills it in
OWN_LETTERS = 5
LETTER = re.compile(r"[^\W\d_]")


def say(how: dict, text: str, **values: object) -> str:
    """`text` in the language of `how["words"]` (English -> translation; what is not in it stays
    English), its `{name}` filled in."""
    return how["words"].get(text, text).format(**values)


def said(how: dict, text: str) -> str:
    """A text that an earlier stage has made, in the language of `how["words"]`.

    A text with `{name}` in it stands for all that fill it in; what stands for a name is translated
    too. Of parts joined by `; ` each is translated for itself. What is unknown stays English.
    """
    words = how["words"]
    if not words:
        return text
    parts, shown = text.split(BETWEEN), []
    while parts:
        # a known text may itself have a semicolon: the longest that begins here
        for end in range(len(parts), 0, -1):
            found = _translated(words, BETWEEN.join(parts[:end]))
            if found is not None:
                break
        shown.append(parts[0] if found is None else found)
        del parts[:end]
    return semicolons(how, shown)


def semicolons(how: dict, parts: Iterable[str]) -> str:
    """The parts of a note, joined as the language has it."""
    return say(how, "{first}; {next}", first="", next="").join(parts)


def _translated(words: dict[str, str], text: str) -> str | None:
    """The translation of one text; None where there is none."""
    if text in words:
        return words[text]
    for english, pattern in _templates(tuple(words)):
        if found := pattern.fullmatch(text):
            values = {
                name: (value, _translated(words, value))
                for name, value in found.groupdict().items()
            }
            # "{marker} at {timepoint}" is not every text with "at" in it
            if len(LETTER.findall(NAME.sub("", english))) < OWN_LETTERS and any(
                shown is None and LETTER.search(value) for value, shown in values.values()
            ):
                continue
            return words[english].format(
                **{n: shown or value for n, (value, shown) in values.items()}
            )
    return None


@lru_cache(maxsize=2)
def _templates(texts: tuple[str, ...]) -> list[tuple[str, re.Pattern]]:
    """Each text with names in it, as a pattern; those with the most words of their own first.

    One of names and signs alone, as `{name}: {number}`, would stand for too much.
    """
    named = [text for text in texts if NAME.search(text) and LETTER.search(NAME.sub("", text))]
    named.sort(key=lambda text: (-len(NAME.sub("", text)), text))
    return [(text, re.compile(_pattern(text))) for text in named]


def _pattern(text: str) -> str:
    """A pattern in which a name stands for any text without a semicolon."""
    known: set[str] = set()
    pattern = ""
    for position, part in enumerate(NAME.split(text)):
        if position % 2 == 0:
            pattern += re.escape(part)
        else:
            pattern += f"(?P={part})" if part in known else f"(?P<{part}>[^;]+?)"
            known.add(part)
    return pattern
