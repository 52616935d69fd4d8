# in:  what each stage wrote of its cells: ledger, set-aside records, repeats, profiles; results/derived/
# out: results/quality/      counts, rules and places: the validation report, the ledger
#      results/restricted/   raw values and lines of persons: set aside, flagged, changed, and why


rule quality:
    input:
        gate=after("cohorts"),
        ledgers=[
            *expand(
                "results/quality/ingest/{source}.ledger.tsv",
                source=[PATIENTS, *SOURCES],
            ),
            *expand("results/quality/harmonise/{source}.ledger.tsv", source=SOURCES),
            *expand("results/quality/derive/{panel}.ledger.tsv", panel=PANELS),
            "results/quality/cohorts/ledger.tsv",
        ],
        quarantines=[
            "results/restricted/harmonise/patients.quarantine.parquet",
            *expand("results/restricted/harmonise/{source}.quarantine.parquet", source=SOURCES),
            *expand("results/restricted/derive/{panel}.quarantine.parquet", panel=PANELS),
        ],
        duplicates=expand("results/restricted/derive/{panel}.duplicates.parquet", panel=PANELS),
        balances=expand("results/quality/derive/{panel}.balance.tsv", panel=PANELS),
        panels=DERIVED,
        proposals=expand("results/restricted/harmonise/{source}.proposals.tsv", source=SOURCES),
        patients="results/quality/harmonise/patients.profile.json",
        profiles=expand("results/quality/harmonise/{source}.profile.json", source=SOURCES),
        deliveries=expand("results/quality/deliveries/{source}.json", source=PREVIOUS),
        membership="results/cohorts/membership.parquet",
        values=expand("results/cohorts/values/{panel}.parquet", panel=PLACED),
    output:
        ledger="results/quality/ledger.tsv",
        derived="results/quality/derived.tsv",
        flags="results/quality/flags.tsv",
        flagged="results/restricted/flagged.parquet",
        to_look_at="results/restricted/flagged.csv",
        quarantine="results/restricted/quarantine.parquet",
        duplicates="results/restricted/duplicates.parquet",
        set_aside="results/restricted/set_aside.csv",
        unit_proposals="results/restricted/unit_proposals.tsv",
        html="results/quality/validation.html",
        json="results/quality/validation.json",
        summary="results/quality/summary.json",
        extracts=expand("results/restricted/set_aside_{source}.xlsx", source=[PATIENTS, *SOURCES]),
    log:
        "results/logs/quality/all.log",
    resources:
        mem_mb=memory,
        runtime=minutes,
    params:
        # the second reads what the first has put together
        job=jobs(
            lambda wildcards: [
                ("quality", "all", settings.quality(STUDY, RAW)),
                ("validate", "all", settings.validation(STUDY, RAW)),
            ],
            files=[REPORT],
        ),
    shell:
        '"$LABCOHORT_PYTHON" "$LABCOHORT_HOME/workflow" job --ledgers {input.ledgers:q}'
        " --quarantines {input.quarantines:q} --duplicates {input.duplicates:q}"
        " --proposals {input.proposals:q} --unit_proposals {output.unit_proposals:q}"
        " --ledger {output.ledger:q} --quarantine {output.quarantine:q}"
        " --all-duplicates {output.duplicates:q} --set-aside {output.set_aside:q}"
        " --balances {input.balances:q} --derived {output.derived:q}"
        " --panels {input.panels:q} --flags {output.flags:q}"
        " --flagged {output.flagged:q} --to_look_at {output.to_look_at:q}"
        " --patients {input.patients:q} --profiles {input.profiles:q}"
        " --deliveries {input.deliveries:q} --membership {input.membership:q}"
        " --values {input.values:q} --html {output.html:q} --json {output.json:q}"
        " --summary {output.summary:q} --extracts {output.extracts:q}"
        " --log {log:q} <<< {params.job:q}"


rule delivery:
    input:
        gate=after("ingested"),
        cells="results/ingested/{source}.parquet",
        raw=lambda wildcards: [ancient(file) for file in PREVIOUS[wildcards.source]],
    output:
        delivery="results/quality/deliveries/{source}.json",
        moved="results/restricted/delivery_{source}.csv",
        files="results/restricted/files_{source}.previous.tsv",
    log:
        "results/logs/quality/{source}.delivery.log",
    resources:
        mem_mb=memory,
        runtime=minutes,
    params:
        job=jobs(
            lambda wildcards: [
                (
                    "delivery",
                    wildcards.source,
                    settings.delivery(STUDY, wildcards.source, PREVIOUS[wildcards.source], KEY),
                )
            ]
        ),
    shell:
        '"$LABCOHORT_PYTHON" "$LABCOHORT_HOME/workflow" job --cells {input.cells:q}'
        " --delivery {output.delivery:q} --moved {output.moved:q}"
        " --files {output.files:q}"
        " --log {log:q} <<< {params.job:q}"


checkpoint quality_gate:
    input:
        QUALITY,
        validation="results/quality/validation.json",
    output:
        done="results/quality/done",
    log:
        "results/logs/quality/gate.log",
    localrule: True
    params:
        job=jobs(lambda wildcards: [("gate", "all", {})]),
    shell:
        '"$LABCOHORT_PYTHON" "$LABCOHORT_HOME/workflow" job'
        " --validation {input.validation:q} --done {output.done:q}"
        " --log {log:q} <<< {params.job:q}"
