"""The graph of a Workflow Run RO-Crate 0.5 (https://w3id.org/ro/wfrun/workflow/0.5)."""

from labcohort.crate.entities import licence, part, to
from labcohort.crate.parameters import PROFILE, configuration, exports, settings

CRATE = "https://w3id.org/ro/crate/1.1"
WORKFLOW_CRATE = "https://w3id.org/workflowhub/workflow-ro-crate/1.0"
PROFILES = {
    "https://w3id.org/ro/wfrun/process/0.5": ("Process Run Crate", "0.5"),
    "https://w3id.org/ro/wfrun/workflow/0.5": ("Workflow Run Crate", "0.5"),
    WORKFLOW_CRATE: ("Workflow RO-Crate", "1.0"),
}
# the term is younger than the context of RO-Crate 1.1
SHA256 = {"sha256": "https://w3id.org/ro/terms/workflow-run#sha256"}
BIOSCHEMAS = "https://bioschemas.org/profiles/ComputationalWorkflow/1.0-RELEASE"
LANGUAGE = "https://w3id.org/workflowhub/workflow-ro-crate#snakemake"
SNAKEMAKE = "https://snakemake.github.io"
METADATA = "ro-crate-metadata.json"
RECORD = "provenance.json"
RUN = "#run"
NO_LICENCE = "The study states no licence."


def workflow_run(
    record: dict, told: dict, workflow: list[dict], results: list[dict]
) -> dict[str, object]:
    """The document of results/ro-crate-metadata.json.

    `record` is results/provenance.json, `told` what the job is told, `workflow` and `results` are
    {path, size, sha256} of the copied files of the workflow, its Snakefile first, and of what
    people read; paths from the crate's root.
    """
    slots, values = settings(record["settings"])
    inputs, raw = exports(record["inputs"])
    decided = configuration([*record["configuration"], *record["facts"]])
    code = [part(**file) for file in workflow]
    about = {"README.md": {"about": to("./")}, RECORD: {"about": to(RUN)}}
    made = [part(**file, **about.get(file["path"], {})) for file in results]
    main = _main_workflow(code[0], record, told["workflow"], [*inputs, *slots], code[1:])
    graph = [
        {
            "@id": METADATA,
            "@type": "CreativeWork",
            "about": to("./"),
            "conformsTo": to(CRATE, WORKFLOW_CRATE),
        },
        _root(record, told, [*code, *made]),
        main,
        *code[1:],
        {
            "@id": LANGUAGE,
            "@type": ["ComputerLanguage", "SoftwareApplication"],
            "name": "Snakemake",
            "identifier": to(SNAKEMAKE),
            "url": to(SNAKEMAKE),
            "version": record["packages"]["snakemake"],
        },
        _action(record, told, [*raw, *decided, *values], made),
        *inputs,
        *slots,
        *raw,
        *decided,
        *values,
        *made,
        *_contexts(told),
    ]
    return {"@context": [f"{CRATE}/context", SHA256], "@graph": graph}


def _root(record: dict, told: dict, parts: list[dict]) -> dict:
    study, cited = record["study"], told["workflow"]
    published = told["date"] or cited["date-released"]
    said = (
        "The date is that of the analysis, as the study declares it."
        if told["date"]
        else "The study declares no date of its analysis: the date is that of the workflow's"
        " release."
    )
    return {
        "@id": "./",
        "@type": "Dataset",
        "name": _marked(study["title"], study),
        "identifier": study["name"],
        "description": _marked(
            f"Results of a before/after laboratory study, of groups. {said} Raw exports and lines"
            " of single persons are no part of this crate.",
            study,
        ),
        **({"datePublished": published} if published else {}),
        **({"keywords": "SYNTHETIC"} if study["synthetic"] else {}),
        "license": to(licence(told["license"])["@id"]) if told["license"] else NO_LICENCE,
        **({"author": by, "publisher": by} if (by := _organization(told)) else {}),
        "conformsTo": to(*PROFILES),
        "mainEntity": to(parts[0]["@id"]),
        "mentions": to(RUN),
        "hasPart": [to(each["@id"]) for each in parts],
    }


def _main_workflow(
    snakefile: dict, record: dict, cited: dict, inputs: list[dict], others: list[dict]
) -> dict:
    own = record["labcohort"]
    state = {True: ", with changes that are in no commit", False: "", None: ""}[own["modified"]]
    revision = f", revision {own['revision']}{state}" if own["revision"] else ""
    return snakefile | {
        "@type": ["File", "SoftwareSourceCode", "ComputationalWorkflow"],
        "name": cited["title"] or "labcohort",
        "description": f"A copy of the Snakefile and of the rules that it includes{revision}. The"
        f" modules that the rules run are listed in {RECORD}, each with its digest.",
        **({"version": own["version"]} if own["version"] else {}),
        **({"url": to(cited["repository-code"])} if cited["repository-code"] else {}),
        "conformsTo": to(BIOSCHEMAS),
        "programmingLanguage": to(LANGUAGE),
        **({"license": to(licence(cited["license"])["@id"])} if cited["license"] else {}),
        "input": [to(each["@id"]) for each in inputs],
        "hasPart": [to(each["@id"]) for each in others],
    }


def _action(record: dict, told: dict, objects: list[dict], made: list[dict]) -> dict:
    return {
        "@id": RUN,
        "@type": "CreateAction",
        "name": _marked(f"Run of labcohort: {record['study']['title']}", record["study"]),
        "description": "From raw laboratory exports to what people read. Files of the study and"
        " of facts, settings and raw exports are its objects.",
        **({"agent": by} if (by := _organization(told)) else {}),
        **({"endTime": told["date"]} if told["date"] else {}),
        "actionStatus": "http://schema.org/CompletedActionStatus",
        "instrument": to("workflow/Snakefile"),
        "object": [to(each["@id"]) for each in objects],
        "result": [to(each["@id"]) for each in made],
    }


def _contexts(told: dict) -> list[dict]:
    """What is referred to and lies elsewhere: profiles, licences."""
    works = {
        **PROFILES,
        BIOSCHEMAS: ("Bioschemas ComputationalWorkflow", "1.0-RELEASE"),
        PROFILE: ("Bioschemas FormalParameter", "1.0-RELEASE"),
    }
    licences = {
        said: licence(said) for said in (told["license"], told["workflow"]["license"]) if said
    }
    return [
        *(
            {"@id": address, "@type": "CreativeWork", "name": name, "version": number}
            for address, (name, number) in works.items()
        ),
        *licences.values(),
        *_organizations(told),
    ]


def _organization(told: dict) -> dict | None:
    """A reference to the organization that the study names: nobody is named unasked."""
    return next((to(each["@id"]) for each in _organizations(told)), None)


def _organizations(told: dict) -> list[dict]:
    named = told["organization"]
    if not named:
        return []
    return [{"@id": named.get("url", "#organization"), "@type": "Organization", **named}]


def _marked(text: str, study: dict) -> str:
    return f"{text} (SYNTHETIC)" if study["synthetic"] else text
