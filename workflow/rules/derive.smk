# in:  results/harmonised/{source}/{panel}.parquet, all sources; the patients
# out: results/derived/{panel}.parquet   merged, repeats settled, derived markers computed


rule derive:
    input:
        gate=after("harmonised"),
        values=lambda wildcards: expand(
            "results/harmonised/{source}/{panel}.parquet",
            source=SOURCES,
            panel=settings.derive_panels(STUDY, wildcards.panel),
        ),
        patients="results/harmonised/patients.parquet",
        set_aside="results/harmonised/patients.set_aside.parquet",
    output:
        derived="results/derived/{panel}.parquet",
        quarantine="results/restricted/derive/{panel}.quarantine.parquet",
        duplicates="results/restricted/derive/{panel}.duplicates.parquet",
        ledger="results/quality/derive/{panel}.ledger.tsv",
        balance="results/quality/derive/{panel}.balance.tsv",
        against_reported="results/quality/derive/{panel}.against_reported.tsv",
    log:
        "results/logs/derive/{panel}.log",
    params:
        job=lambda wildcards: job(
            "derive", wildcards.panel, *settings.derive(STUDY, wildcards.panel)
        ),
    shell:
        '"$LABCOHORT_PYTHON" "$LABCOHORT_HOME/workflow" job --values {input.values:q}'
        " --patients {input.patients:q} --set_aside {input.set_aside:q}"
        " --derived {output.derived:q}"
        " --quarantine {output.quarantine:q} --duplicates {output.duplicates:q}"
        " --ledger {output.ledger:q} --balance {output.balance:q}"
        " --against_reported {output.against_reported:q}"
        " --log {log:q} <<< {params.job:q}"


checkpoint derived_gate:
    input:
        DERIVED,
    output:
        "results/derived/done",
    shell:
        "echo all panels are derived > {output:q}"
