# in:  the parts of the ledger, of the quarantine and of the duplicates that each stage wrote
# out: results/quality/   where every result cell went, and all that was set aside


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
            "results/quality/harmonise/patients.quarantine.parquet",
            *expand("results/quality/harmonise/{source}.quarantine.parquet", source=SOURCES),
            *expand("results/quality/derive/{panel}.quarantine.parquet", panel=PANELS),
        ],
        duplicates=expand("results/quality/derive/{panel}.duplicates.parquet", panel=PANELS),
        balances=expand("results/quality/derive/{panel}.balance.tsv", panel=PANELS),
        flags=expand("results/quality/derive/{panel}.flags.tsv", panel=PANELS),
    output:
        ledger="results/quality/ledger.tsv",
        quarantine="results/quality/quarantine.parquet",
        duplicates="results/quality/duplicates.parquet",
        set_aside="results/quality/set_aside.csv",
        derived="results/quality/derived.tsv",
        flagged="results/quality/flags.tsv",
    log:
        "results/logs/quality/all.log",
    params:
        job=lambda wildcards: job("quality", "all", settings.quality(STUDY)),
    shell:
        '"$LABCOHORT_PYTHON" "$LABCOHORT_HOME/workflow" job --ledgers {input.ledgers:q}'
        " --quarantines {input.quarantines:q} --duplicates {input.duplicates:q}"
        " --ledger {output.ledger:q} --quarantine {output.quarantine:q}"
        " --all-duplicates {output.duplicates:q} --set-aside {output.set_aside:q}"
        " --balances {input.balances:q} --derived {output.derived:q}"
        " --flags {input.flags:q} --flagged {output.flagged:q}"
        " --log {log:q} <<< {params.job:q}"
