# in:  the configuration, which raw file is which; results/tables/, results/figures/, results/quality/
# out: results/provenance.json          what the run was made of: inputs, decisions, code, packages
#      results/ro-crate-metadata.json   the same as a Workflow Run RO-Crate, with each result's hash
#      results/workflow/                 the rules that made it


# what may leave the site, and what people read of it
READ = [
    *(file for file in TABLES if file.startswith("results/tables/")),
    *FIGURES,
    "results/README.md",
    *(file for file in QUALITY if file.startswith("results/quality/")),
]
# what the crate holds of the workflow itself
RULES = [f"results/workflow/{name}" for name in settings.crate(STUDY, HOME)["files"]]


rule provenance:
    input:
        # a record is of the tables beside it: a run that fails before leaves that of the run before
        gate=after("assessments"),
        files=expand("results/restricted/files_{source}.tsv", source=[PATIENTS, *SOURCES]),
    output:
        provenance="results/provenance.json",
    log:
        "results/logs/publish/provenance.log",
    # where the run was started the workflow's repository and git are at hand
    localrule: True
    params:
        job=jobs(
            lambda wildcards: [
                ("provenance", "all", settings.provenance(STUDY, STUDY_AT, HOME, CODE, KEY))
            ]
        ),
    shell:
        '"$LABCOHORT_PYTHON" "$LABCOHORT_HOME/workflow" job --files {input.files:q}'
        " --provenance {output.provenance:q}"
        " --log {log:q} <<< {params.job:q}"


rule crate:
    input:
        # asked for, or what a lost artefact leaves in the same bytes would be described once more
        gate=after("assessments"),
        provenance="results/provenance.json",
        read=READ,
        page=ancient("results/report/report.html"),
        digest="results/report/report.sha256",
    output:
        crate="results/ro-crate-metadata.json",
        workflow=RULES,
    log:
        "results/logs/publish/crate.log",
    localrule: True
    params:
        job=jobs(lambda wildcards: [("crate", "all", settings.crate(STUDY, HOME))]),
    shell:
        '"$LABCOHORT_PYTHON" "$LABCOHORT_HOME/workflow" job --provenance {input.provenance:q}'
        " --read {input.read:q} {input.page:q} --crate {output.crate:q} --workflow {output.workflow:q}"
        " --log {log:q} <<< {params.job:q}"
