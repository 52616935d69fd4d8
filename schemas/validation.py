"""The validation of a study: what results/quality/validation.json holds, as a JSON schema."""

VERDICTS = ["ok", "warn", "error", "critical"]
SEVERITIES = ["none", *VERDICTS[1:]]
COUNT = {"type": "integer", "minimum": 0}
SHARE = {"type": "number", "minimum": 0, "maximum": 1}
TEXT = {"type": "string"}
TEXT_OR_NULL = {"type": ["string", "null"]}
LIMIT = {"type": ["number", "null"], "minimum": 0}
COUNTS = {"type": "object", "additionalProperties": COUNT}


def _exactly(**properties: dict) -> dict:
    """An object with these keys and no other."""
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def _list(items: dict, **more: int) -> dict:
    return {"type": "array", "items": items, **more}


# rows count from 1; no raw value and no person is anywhere
PLACE = {
    "file": TEXT,
    "sheet": TEXT_OR_NULL,
    "row": {"type": "integer", "minimum": 0},
    "column": TEXT,
}
FIRST = _list(_exactly(**PLACE), maxItems=5)
# a rule in one source (null: of several together, of a flag the computed values)
PART = _exactly(
    source=TEXT_OR_NULL,
    tried=COUNT,
    failed=COUNT,
    share={"type": "number", "minimum": 0},
    severity={"enum": SEVERITIES},
    threshold=LIMIT,
    why=TEXT_OR_NULL,
    verdict={"enum": VERDICTS},
    first=FIRST,
    found=_list(
        _exactly(subject=TEXT, n=COUNT, measure={"type": "number", "minimum": 0}, note=TEXT)
    ),
)
RULE = _exactly(
    rule=TEXT,
    stage=TEXT,
    kind=TEXT,
    text=TEXT,
    do=TEXT,
    trials=TEXT,
    severity={"enum": SEVERITIES},
    threshold=LIMIT,
    why=TEXT_OR_NULL,
    verdict={"enum": VERDICTS},
    tried=COUNT,
    failed=COUNT,
    share={"type": "number", "minimum": 0},
    sources=_list(PART),
    first=_list(_exactly(source=TEXT, **PLACE)),
)
HISTOGRAM = _exactly(
    low={"type": "number"},
    high={"type": "number"},
    counts=_list(
        # null: some, but fewer than 5
        {"anyOf": [{"type": "null"}, {"const": 0}, {"type": "integer", "minimum": 5}]},
        maxItems=20,
    ),
    scale={"enum": ["linear", "log"]},
)
QUANTILES = _exactly(**{p: {"type": ["number", "null"]} for p in ("5", "25", "50", "75", "95")})
MARKER = _exactly(
    marker=TEXT,
    **dict.fromkeys(("n", "set_aside", "below_detection", "above_detection"), COUNT),
    **dict.fromkeys(("hard_low", "soft_low", "soft_high", "hard_high"), COUNT),
    quantiles={"anyOf": [{"type": "null"}, QUANTILES]},
    histogram={"anyOf": [{"type": "null"}, HISTOGRAM]},
)
ANALYTE = _exactly(
    analyte=TEXT,
    marker=TEXT_OR_NULL,
    visit=TEXT_OR_NULL,
    **dict.fromkeys(("cells", "missing", "ignored", "set_aside", "used"), COUNT),
)
PROFILE = _exactly(
    cells=COUNT,
    analytes=_list(ANALYTE),
    # of each analyte whose unit is declared: filled cells, those sent with a unit, with another
    declared=_list(
        _exactly(
            analyte=TEXT, unit=TEXT, n=COUNT, compared=COUNT, contradicted=COUNT, sent=_list(TEXT)
        )
    ),
    # of each analyte with names of another marker beside its code: cells whose names are known
    misnamed=_list(_exactly(analyte=TEXT, marker=TEXT, means=TEXT, n=COUNT, failed=COUNT)),
    units=_list(_exactly(analyte=TEXT, marker=TEXT_OR_NULL, unit=TEXT_OR_NULL, n=COUNT)),
    markers=_list(MARKER),
    flags=_list(_exactly(flag=TEXT, n=COUNT, first=FIRST)),
    corrections=COUNTS,
    names_folded=_list(_exactly(seen=TEXT, key=TEXT, how=TEXT)),
    proposals=_exactly(n=COUNT, first=FIRST),
)
PATIENTS = {
    "rows": COUNT,
    "columns": _list(_exactly(column=TEXT, cells=COUNT, filled=COUNT, set_aside=COUNT)),
}
MOVED = _exactly(analyte=TEXT, **dict.fromkeys(("same", "added", "gone", "changed"), COUNT))
SOURCE = _exactly(
    source=TEXT,
    verdict={"enum": VERDICTS},
    stages=_list(_exactly(stage=TEXT, fates=COUNTS, **{"in": COUNT, "out": COUNT})),
    fates=COUNTS,
    profile=PROFILE,
    # what another delivery of the source changed, where it has one
    delivery={
        "anyOf": [
            {"type": "null"},
            {
                "type": "object",
                "properties": {
                    "cells": COUNTS,
                    "persons": COUNTS,
                    "analytes": _list(MOVED),
                    "first": _exactly(gone=FIRST, changed=FIRST),
                },
                "required": ["cells", "persons", "first"],
            },
        ]
    },
)
DOCUMENT = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    **_exactly(
        study=TEXT,
        title=TEXT,
        synthetic={"type": "boolean"},
        verdict={"enum": VERDICTS},
        rules=_list(RULE),
        sources=_list(SOURCE),
        patients=_exactly(source=TEXT, verdict={"enum": VERDICTS}, **PATIENTS),
        missingness=_list(_exactly(marker=TEXT, timepoint=TEXT, members=COUNT, with_value=COUNT)),
    ),
}


def check_document(document: dict) -> None:
    """Refuse a validation that is not of the schema: a fault of ours, never of the data."""
    from jsonschema import Draft202012Validator

    for error in Draft202012Validator(DOCUMENT).iter_errors(document):
        at = "/".join(map(str, error.absolute_path))
        raise RuntimeError(f"validation.json at {at}: {error.validator} {error.validator_value}")


def check_profile(profile: dict) -> None:
    """Refuse the profile of a source that is not of the schema."""
    from jsonschema import Draft202012Validator

    for error in Draft202012Validator(PROFILE).iter_errors(profile):
        at = "/".join(map(str, error.absolute_path))
        raise RuntimeError(f"profile at {at}: {error.validator} {error.validator_value}")
