# in:  results/harmonised/{source}/{panel}/{scatteritem}.parquet, all sources; the patients
# out: results/derived/{panel}/{scatteritem}.parquet   merged, repeats settled, derived markers computed


for part, panels in batches(PANELS).items():

    rule:
        name:
            f"derive_{part}"
        input:
            gate=after("harmonised"),
            values=expand(
                "results/harmonised/{source}/{panel}/{{scatteritem}}.parquet",
                source=SOURCES,
                panel=settings.derive_inputs(STUDY, panels),
            ),
            patients="results/harmonised/patients/{scatteritem}.parquet",
            set_aside="results/harmonised/patients.set_aside.parquet",
        output:
            derived=expand("results/derived/{panel}/{{scatteritem}}.parquet", panel=panels),
            quarantine=expand(
                "results/restricted/derive/{panel}/{{scatteritem}}.quarantine.parquet",
                panel=panels,
            ),
            duplicates=expand(
                "results/restricted/derive/{panel}/{{scatteritem}}.duplicates.parquet",
                panel=panels,
            ),
            ledger=expand("results/quality/derive/{panel}/{{scatteritem}}.ledger.tsv", panel=panels),
            balance=expand(
                "results/quality/derive/{panel}/{{scatteritem}}.balance.tsv", panel=panels
            ),
            against_reported=expand(
                "results/restricted/derive/{panel}/{{scatteritem}}.against_reported.parquet",
                panel=panels,
            ),
        log:
            f"results/logs/derive/{part}.{{scatteritem}}.log",
        resources:
            mem_mb=WHOLE,
            runtime=minutes,
        params:
            job=batch("derive", panels, settings.derive),
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
    localrule: True
    shell:
        "touch {output:q}"
