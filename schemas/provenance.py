"""What a run was made of: what results/provenance.json holds, as a JSON schema."""

TEXT = {"type": "string"}
TEXT_OR_NULL = {"type": ["string", "null"]}
TEXTS = {"type": "object", "additionalProperties": TEXT}
# a whole SHA-256, and the beginnings of one
SHA256 = {"type": "string", "pattern": "^[0-9a-f]{64}$"}
BEGINS = {"type": "string", "pattern": "^[0-9a-f]{16}$"}
# no path of a machine
RELATIVE = {"type": "string", "pattern": "^[^/]"}


def _exactly(**properties: dict) -> dict:
    """An object with these keys and no other."""
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def _list(items: dict) -> dict:
    return {"type": "array", "items": items}


FILE = _exactly(file=RELATIVE, sha256=SHA256)
DOCUMENT = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    **_exactly(
        study=_exactly(name=TEXT, title=TEXT, synthetic={"type": "boolean"}),
        # of the workflow: null where its folder does not tell
        labcohort=_exactly(
            version=TEXT_OR_NULL,
            revision={"type": ["string", "null"], "pattern": "^[0-9a-f]{40,64}$"},
            modified={"type": ["boolean", "null"]},
        ),
        seed={"type": "integer", "minimum": 0},
        configuration=_list(FILE),
        # raw files are large: of their SHA-256 the first 16 digits are known
        inputs=_list(_exactly(source=TEXT, file=RELATIVE, sha256_begins=BEGINS)),
        lock={"anyOf": [{"type": "null"}, FILE]},
        python=TEXT,
        packages=TEXTS,
        # module -> digest of its code without comments, template -> that of its text
        code=TEXTS,
        # config.yaml with defaults; of the key its fingerprint
        settings={
            "type": "object",
            "required": ["study", "privacy", "seed"],
            "properties": {
                "privacy": {
                    "type": "object",
                    "properties": {
                        "key_fingerprint": {"type": "string", "pattern": "^[0-9a-f]{12}$"},
                        "shift_days": {"type": "integer"},
                    },
                    "required": ["key_fingerprint"],
                    "additionalProperties": False,
                }
            },
        },
        # source -> its YAML as declared
        sources={"type": "object", "additionalProperties": {"type": "object"}},
        # table of config/ -> its rows, as texts
        tables={"type": "object", "additionalProperties": _list(TEXTS)},
        # table of resources/: what each row is called -> its digest
        facts=_list(
            _exactly(
                file=RELATIVE,
                sha256=SHA256,
                rows={"type": "object", "additionalProperties": BEGINS},
            )
        ),
    ),
}


def check_provenance(document: dict) -> None:
    """Refuse a record that is not of the schema: a fault of ours, never of the data."""
    from jsonschema import Draft202012Validator

    for error in Draft202012Validator(DOCUMENT).iter_errors(document):
        at = "/".join(map(str, error.absolute_path))
        raise RuntimeError(f"provenance.json at {at}: {error.validator} {error.validator_value}")
