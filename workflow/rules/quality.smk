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
            *expand(
                "results/quality/harmonise/{source}/{bucket}.ledger.tsv",
                source=SOURCES,
                bucket=BUCKETS,
            ),
            *expand(
                "results/quality/derive/{panel}/{bucket}.ledger.tsv",
                panel=PANELS,
                bucket=BUCKETS,
            ),
            *gather.buckets("results/quality/cohorts/{scatteritem}.ledger.tsv"),
        ],
        quarantines=[
            "results/restricted/harmonise/patients.quarantine.parquet",
            *expand(
                "results/restricted/harmonise/{source}/{bucket}.quarantine.parquet",
                source=SOURCES,
                bucket=BUCKETS,
            ),
            *expand(
                "results/restricted/derive/{panel}/{bucket}.quarantine.parquet",
                panel=PANELS,
                bucket=BUCKETS,
            ),
        ],
        duplicates=expand(
            "results/restricted/derive/{panel}/{bucket}.duplicates.parquet",
            panel=PANELS,
            bucket=BUCKETS,
        ),
        balances=expand(
            "results/quality/derive/{panel}/{bucket}.balance.tsv", panel=PANELS, bucket=BUCKETS
        ),
        compared=expand(
            "results/restricted/derive/{panel}/{bucket}.against_reported.parquet",
            panel=PANELS,
            bucket=BUCKETS,
        ),
        panels=DERIVED,
        proposals=expand(
            "results/restricted/harmonise/{source}/{bucket}.proposals.tsv",
            source=SOURCES,
            bucket=BUCKETS,
        ),
        patients="results/quality/harmonise/patients.profile.json",
        profiles=expand(
            "results/restricted/harmonise/{source}/{bucket}.profile.json",
            source=SOURCES,
            bucket=BUCKETS,
        ),
        deliveries=expand("results/quality/deliveries/{source}.json", source=PREVIOUS),
        membership=gather.buckets("results/cohorts/membership/{scatteritem}.parquet"),
        people=gather.buckets("results/cohorts/people/{scatteritem}.parquet"),
        values=expand(
            "results/cohorts/values/{panel}/{bucket}.parquet", panel=PLACED, bucket=BUCKETS
        ),
    output:
        ledger="results/quality/ledger.tsv",
        derived="results/quality/derived.tsv",
        against_reported="results/quality/against_reported.tsv",
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
        mem_mb=IN_PARTS,
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
        " --compared {input.compared:q} --against-reported {output.against_reported:q}"
        " --panels {input.panels:q} --flags {output.flags:q}"
        " --flagged {output.flagged:q} --to_look_at {output.to_look_at:q}"
        " --patients {input.patients:q} --profiles {input.profiles:q}"
        " --deliveries {input.deliveries:q} --membership {input.membership:q}"
        " --people {input.people:q} --values {input.values:q}"
        " --html {output.html:q} --json {output.json:q}"
        " --summary {output.summary:q} --extracts {output.extracts:q}"
        " --log {log:q} <<< {params.job:q}"


rule delivery:
    input:
        gate=after("ingested"),
        cells=gather.buckets("results/ingested/{{source}}/{scatteritem}.parquet"),
        raw=lambda wildcards: [ancient(file) for file in PREVIOUS[wildcards.source]],
    output:
        delivery="results/quality/deliveries/{source}.json",
        moved="results/restricted/delivery_{source}.csv",
        files="results/restricted/files_{source}.previous.tsv",
    log:
        "results/logs/quality/{source}.delivery.log",
    resources:
        mem_mb=WHOLE,
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
