"""Captions for Snakemake's own report, which takes each from a file of reStructuredText."""

import re

# whatever could begin or end markup, a list, a heading; and, of `{`, an expression of the Jinja
# template that Snakemake makes of the text
PUNCTUATION = re.compile(r"([!-/:-@\[-`{-~])")


def restructured(paragraphs: list[str]) -> str:
    """Plain paragraphs as reStructuredText (and Jinja) that reads as they do."""
    lines = [" ".join(paragraph.split()) for paragraph in paragraphs if paragraph.strip()]
    return "".join(PUNCTUATION.sub(r"\\\1", line) + "\n\n" for line in lines)
