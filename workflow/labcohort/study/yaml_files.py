"""YAML as people mean it: no dates made of text, no key twice, checked against a schema."""

import math
import re
from functools import cache
from pathlib import Path

import yaml

from labcohort.errors import UserError, nearest

# JSON schema's types as a message calls them
TYPES = {
    "string": "text (a number, true or null needs quotes to be one)",
    "number": "a number",
    "integer": "a whole number",
    "boolean": "true or false",
    "array": "a list: [a, b]",
    "object": "a mapping: {key: value}",
}


class _Loader(yaml.CSafeLoader if hasattr(yaml, "CSafeLoader") else yaml.SafeLoader):
    """A safe loader that keeps dates as text and refuses what stands twice or is not finite."""

    def construct_mapping(self, node, deep=False):
        seen = set()
        for key_node, _ in node.value:
            # codes are text also where they look like numbers: 1, 007
            if not isinstance(key_node, yaml.ScalarNode):
                raise yaml.constructor.ConstructorError(
                    None, None, "a key is a single text", key_node.start_mark
                )
            key_node.tag = "tag:yaml.org,2002:str"
            key = self.construct_object(key_node, deep=True)
            if key in seen:
                raise UserError(
                    f"key '{key}' stands twice",
                    where=f"{self.name}, line {key_node.start_mark.line + 1}",
                    rule="a key of a YAML mapping stands once",
                    do="remove one of the two",
                )
            seen.add(key)
        return super().construct_mapping(node, deep)

    def construct_yaml_float(self, node):
        value = super().construct_yaml_float(node)
        if not math.isfinite(value):
            raise UserError(
                f"'{node.value}' is no number",
                where=f"{self.name}, line {node.start_mark.line + 1}",
                rule="a number is finite",
                do="write the number, text in quotes, or null where there is none",
            )
        return value


_Loader.add_constructor("tag:yaml.org,2002:float", _Loader.construct_yaml_float)

# YAML 1.1 reads yes, no, on and off as truth values, and 2014-11-01 as a date
_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if not tag.endswith(":timestamp")]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
for _first, _resolvers in _Loader.yaml_implicit_resolvers.items():
    _Loader.yaml_implicit_resolvers[_first] = [
        (tag, re.compile(r"^(?:true|false)$") if tag.endswith(":bool") else pattern)
        for tag, pattern in _resolvers
    ]


def parse_yaml(data: bytes, name: str) -> dict:
    """The mapping that the bytes of the YAML file `name` hold; UserError where it is broken."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UserError(
            f"the file is not UTF-8: byte 0x{data[error.start]:02x} does not fit",
            where=f"{name}, line {data.count(10, 0, error.start) + 1}",
            rule="a configuration is text in UTF-8",
            do="save it as UTF-8",
        ) from None
    try:
        loader = _Loader(text)
        loader.name = name
        try:
            value = loader.get_single_data()
        finally:
            loader.dispose()
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        # a character that YAML forbids has a position and no line
        row = mark.line if mark else text.count("\n", 0, getattr(error, "position", 0))
        raise UserError(
            f"not valid YAML: {getattr(error, 'problem', None) or error.reason}",
            where=f"{name}, line {row + 1}",
            rule="a configuration is a YAML mapping",
            do="correct that line or one above (indentation; a missing colon, quote or bracket)",
        ) from None
    if not isinstance(value, dict):
        raise UserError(
            "the file holds no settings",
            where=name,
            rule="a configuration is a YAML mapping",
            do="fill it in; the demo's file is a commented example",
        )
    return value


def check_schema(value: dict, schema: Path, name: str) -> None:
    """Refuse `value` (of the file `name`) where it breaks the JSON schema in the file `schema`."""
    from jsonschema.exceptions import best_match

    validator = _validator(schema)
    errors = [leaf for error in validator.iter_errors(value) for leaf in _leaves(error)]
    # a key that is misspelt goes before the one that seems to be missing for it
    for error in errors:
        if error.validator in ("additionalProperties", "unevaluatedProperties"):
            known = _known_keys(error.schema, error.instance, validator)
            for key in sorted(set(error.instance) - known):
                raise UserError(
                    f"unknown key '{key}'{nearest(key, known)}",
                    where=f"{name}, at {_path(error)}",
                    rule=f"known keys here: {', '.join(sorted(known))}",
                    do="correct or remove the key",
                )
    # where a branch of a schema fails, all of its keys count as unknown too
    error = best_match(e for e in errors if e.validator != "unevaluatedProperties")
    if error is None:
        return
    what, rule = _in_words(error)
    raise UserError(
        what,
        where=f"{name}, at {_path(error)}",
        rule=rule,
        do="correct it; the config/README.md of the workflow explains every key",
    )


@cache
def _validator(schema: Path):
    """What holds values against the JSON schema in a file, which no run changes."""
    from jsonschema import Draft202012Validator

    return Draft202012Validator(parse_yaml(schema.read_bytes(), schema.name))


def _leaves(error) -> list:
    """The errors below one of several allowed forms: those of the form that `value` has."""
    if _keys_of(error.validator_value):
        return [error]
    meant = [e for e in error.context or [] if e.validator != "type"]
    return [leaf for e in meant for leaf in _leaves(e)] or [error]


def _keys_of(options) -> list[str]:
    """The keys of which a mapping must have one, where a schema's alternatives are such."""
    alike = isinstance(options, list) and all(
        isinstance(option, dict) and list(option) == ["required"] for option in options
    )
    return [key for option in options for key in option["required"]] if alike else []


def _path(error) -> str:
    return " > ".join(str(step) for step in error.absolute_path) or "top level"


def _in_words(error) -> tuple[str, str]:
    """A schema's error as what is wrong, and the rule."""
    value, limit = error.instance, error.validator_value
    shown = f"'{value}'" if isinstance(value, str | int | float) else "this value"
    if error.validator == "required":
        missing = [key for key in limit if key not in value]
        return f"key '{missing[0]}' is missing", f"keys needed here: {', '.join(limit)}"
    if keys := _keys_of(limit):
        given = [key for key in keys if key in value]
        said = f"{' and '.join(given)} exclude each other" if given else f"no {' or '.join(keys)}"
        return said, f"one key of: {', '.join(keys)}"
    if error.validator == "not":
        # dependentSchemas: {other: {not: {anyOf: [{required: [key]}, …]}}}
        other = error.absolute_schema_path[-2]
        key = next(key for key in _keys_of(limit["anyOf"]) if key in value)
        return f"{other} and {key} exclude each other", f"one key of: {other}, {key}"
    if error.validator == "dependentRequired":
        key, missing = next((k, n) for k in limit if k in value for n in limit[k] if n not in value)
        return f"key '{missing}' is missing", f"keys needed beside {key}: {', '.join(limit[key])}"
    if error.validator in ("minProperties", "maxProperties"):
        bound = "at least" if error.validator == "minProperties" else "at most"
        given = ", ".join(value) or "no key"
        return f"{given}: that is not allowed together" if value else "no key is here", (
            f"{bound} {limit} of: {', '.join(error.schema.get('properties', value))}"
        )
    if error.validator == "oneOf":
        kinds = " or ".join(TYPES[option["type"]] for option in limit)
        return f"{shown} is not allowed", f"a value here is {kinds}"
    if error.validator == "type":
        return f"{shown} is not {TYPES[limit]}", f"a value here is {TYPES[limit]}"
    if error.validator in ("enum", "const"):
        known = [str(option) for option in (limit if error.validator == "enum" else [limit])]
        return (
            f"{shown} is not allowed{nearest(str(value), known)}",
            f"one of: {', '.join(known)}",
        )
    if error.validator == "pattern":
        return f"{shown} is not allowed", f"a text here has the form {limit}"
    return error.message, f"the schema says {error.validator}: {limit}"[:300]


def _known_keys(schema: dict, value: dict, validator) -> set[str]:
    """Keys that a schema knows in a mapping, those of the then/else branch that holds included."""
    keys = set(schema.get("properties", {}))
    if "if" in schema:
        branch = "then" if validator.evolve(schema=schema["if"]).is_valid(value) else "else"
        keys |= _known_keys(schema.get(branch, {}), value, validator)
    return keys
