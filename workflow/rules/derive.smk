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
    output:
        derived="results/derived/{panel}.parquet",
        quarantine="results/quality/derive/{panel}.quarantine.parquet",
        duplicates="results/quality/derive/{panel}.duplicates.parquet",
        ledger="results/quality/derive/{panel}.ledger.tsv",
        balance="results/quality/derive/{panel}.balance.tsv",
        flags="results/quality/derive/{panel}.flags.tsv",
    log:
        "results/logs/derive/{panel}.log",
    params:
        job=lambda wildcards: job(
            "derive", wildcards.panel, *settings.derive(STUDY, wildcards.panel)
        ),
    shell:
        '"$LABCOHORT_PYTHON" "$LABCOHORT_HOME/workflow" job --values {input.values:q}'
        " --patients {input.patients:q} --derived {output.derived:q}"
        " --quarantine {output.quarantine:q} --duplicates {output.duplicates:q}"
        " --ledger {output.ledger:q} --balance {output.balance:q}"
        " --flags {output.flags:q} --log {log:q}"
        " <<< {params.job:q}"


checkpoint derived_gate:
    input:
        DERIVED,
        # of each source as a whole: too many values set aside mean a wrong mapping
        ledgers=[
            *expand("results/quality/harmonise/{source}.ledger.tsv", source=SOURCES),
            *expand("results/quality/derive/{panel}.ledger.tsv", panel=PANELS),
        ],
    output:
        done="results/derived/done",
    log:
        "results/logs/derive/ceiling.log",
    params:
        job=lambda wildcards: job("ceiling", "all", settings.ceiling(STUDY)),
    shell:
        '"$LABCOHORT_PYTHON" "$LABCOHORT_HOME/workflow" job --ledgers {input.ledgers:q}'
        " --done {output.done:q} --log {log:q} <<< {params.job:q}"
