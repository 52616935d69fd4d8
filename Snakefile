# labcohort: raw laboratory exports in, tables and figures out.
#
# The order of the data, a file a stage; each says what comes in and what goes out.
# Decisions are in config/, facts in resources/, contracts in schemas/, arithmetic in
# workflow/labcohort/.


include: "workflow/rules/common.smk"  # the study, and what each job is told
include: "workflow/rules/ingest.smk"  # results/ingested/{source}.parquet
include: "workflow/rules/harmonise.smk"  # results/harmonised/{source}/{panel}.parquet
include: "workflow/rules/derive.smk"  # results/derived/{panel}.parquet
include: "workflow/rules/cohorts.smk"  # results/cohorts/
include: "workflow/rules/compare.smk"  # results/comparisons/{panel}.parquet
include: "workflow/rules/assess.smk"  # results/assessments/
include: "workflow/rules/publish.smk"  # results/tables/, results/figures/
include: "workflow/rules/report.smk"  # results/report/
include: "workflow/rules/quality.smk"  # results/quality/
include: "workflow/rules/provenance.smk"  # results/provenance.json, results/ro-crate-metadata.json
include: "workflow/rules/ending.smk"  # what is said and left when a run ends


rule all:
    default_target: True
    input:
        # what people read
        "results/report/report.html",
        TABLES,
        FIGURES,
        QUALITY,
        "results/provenance.json",
        "results/ro-crate-metadata.json",
        RULES,
        "results/README.md",
        # and every artefact on the way: a missing one is remade, never passed over
        INGESTED,
        SURVEYS,
        HARMONISED,
        DERIVED,
        COHORTS,
        COMPARISONS,
        ASSESSMENTS,
