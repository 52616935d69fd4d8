"""A draft as YAML with comments, written so that it is read back as it was meant."""

import json
import re
from typing import Any

from labcohort.draft.entries import Entry
from labcohort.study.yaml_files import parse_yaml

# texts that need no quotes: no sign of YAML's at any place, no number, no truth value
PLAIN = re.compile(r"^[^\W\d_][\w ./%()μµ\-]*(?<![ .])$|^[0-9]+-[0-9]$")
WORDS = {"true", "false", "null", "yes", "no", "on", "off", "y", "n", "nan"}
WIDTH, COMMENT_AT = 96, 28


def yaml_text(entries: list[Entry], remarks: list[str]) -> str:
    """The YAML of a draft; `remarks` are lines of comment at its head.

    AssertionError where it would be read back as something else, which is a fault of ours.
    """
    lines = [f"# {_one_line(remark)}" for remark in remarks]
    for entry in entries:
        lines += [f"# {_one_line(line)}" for line in entry.above]
        lines += _written(entry)
    text = "\n".join(lines) + "\n"
    meant = {entry.key: _as_read(entry.value) for entry in entries}
    assert parse_yaml(text.encode(), "draft") == meant, "the draft is not read back as written"
    return text


def _written(entry: Entry) -> list[str]:
    value = entry.value
    key = scalar(entry.key)
    if isinstance(value, dict) and (entry.comments is not None or len(flow(value)) > WIDTH):
        rows = [
            (f"  {scalar(k)}: {flow(v)}", (entry.comments or {}).get(k, ""))
            for k, v in value.items()
        ]
    elif isinstance(value, list) and any((entry.comments or {}).values()):
        rows = [(f"  - {flow(item)}", entry.comments.get(item, "")) for item in value]
    elif isinstance(value, list) and len(flow(value)) > WIDTH:
        return [_with_comment(f"{key}:", entry.comment), *_filled(value)]
    else:
        return [_with_comment(f"{key}: {flow(value)}", entry.comment)]
    # comments of a block stand under one another where the lines are short
    return [_with_comment(f"{key}:", entry.comment), *(_with_comment(*row) for row in rows)]


def _filled(items: list) -> list[str]:
    """A long list over several lines."""
    lines, line = [], "  ["
    for number, item in enumerate(items):
        text = flow(item) + ("]" if number == len(items) - 1 else ",")
        if len(line) + len(text) + 1 > WIDTH and line.strip() != "[":
            lines.append(line.rstrip())
            line = "   "
        line += text + " "
    return [*lines, line.rstrip()]


def _with_comment(line: str, comment: str) -> str:
    return f"{line:<{COMMENT_AT}}  # {_one_line(comment)}" if comment else line


def _one_line(text: str) -> str:
    """A comment ends no line, whatever a file's names hold."""
    return "".join(c if c.isprintable() else " " for c in text).strip()


def flow(value: Any) -> str:
    """A value on one line."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{scalar(str(k))}: {flow(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(flow, value)) + "]"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return repr(value)
    return scalar(value)


def scalar(text: str) -> str:
    """A text, in double quotes where YAML would read it as something else."""
    if PLAIN.match(text) and text.casefold() not in WORDS and text.isprintable():
        return text
    return "".join(map(_escaped, json.dumps(text, ensure_ascii=False)))


def _escaped(sign: str) -> str:
    """A sign that YAML may not hold as it is, by its number."""
    return sign if sign.isprintable() else f"\\U{ord(sign):08x}"


def _as_read(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(k): _as_read(v) for k, v in value.items()}
    return [_as_read(v) for v in value] if isinstance(value, list) else value
