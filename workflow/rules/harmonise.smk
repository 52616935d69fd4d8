# in:  results/ingested/{source}.parquet
# out: results/harmonised/{source}/{panel}.parquet   values in canonical units
#      results/harmonised/patients.parquet           the patient table


rule harmonise:
    input:
        gate=after("ingested"),
        cells="results/ingested/{source}.parquet",
        # where dates or persons of the source are held to the patient table
        patients=lambda wildcards: (
            PATIENT_TABLE if settings.needs_patients(STUDY, wildcards.source) else []
        ),
    output:
        # a file a panel: a changed value reruns its own panel and no other
        values=expand("results/harmonised/{{source}}/{panel}.parquet", panel=PANELS),
        quarantine="results/restricted/harmonise/{source}.quarantine.parquet",
        ledger="results/quality/harmonise/{source}.ledger.tsv",
        profile="results/quality/harmonise/{source}.profile.json",
        proposals="results/restricted/harmonise/{source}.proposals.tsv",
    log:
        "results/logs/harmonise/{source}.log",
    wildcard_constraints:
        source="|".join(SOURCES),
    resources:
        mem_mb=memory,
        runtime=minutes,
    params:
        job=jobs(
            lambda wildcards: [
                ("harmonise", wildcards.source, settings.harmonise(STUDY, wildcards.source, KEY))
            ]
        ),
    shell:
        '"$LABCOHORT_PYTHON" "$LABCOHORT_HOME/workflow" job --cells {input.cells:q}'
        " --patients {input.patients:q} --profile {output.profile:q}"
        " --proposals {output.proposals:q}"
        " --values {output.values:q} --quarantine {output.quarantine:q}"
        " --ledger {output.ledger:q} --log {log:q} <<< {params.job:q}"


rule patients:
    input:
        gate=after("ingested"),
        cells=f"results/ingested/{PATIENTS}.parquet",
    output:
        patients="results/harmonised/patients.parquet",
        places="results/harmonised/patients.places.parquet",
        set_aside="results/harmonised/patients.set_aside.parquet",
        quarantine="results/restricted/harmonise/patients.quarantine.parquet",
        profile="results/quality/harmonise/patients.profile.json",
    log:
        "results/logs/harmonise/patients.log",
    resources:
        mem_mb=memory,
        runtime=minutes,
    params:
        job=jobs(lambda wildcards: [("patients", PATIENTS, settings.patients(STUDY, KEY))]),
    shell:
        '"$LABCOHORT_PYTHON" "$LABCOHORT_HOME/workflow" job --cells {input.cells:q}'
        " --patients {output.patients:q} --places {output.places:q}"
        " --profile {output.profile:q} --quarantine {output.quarantine:q}"
        " --set_aside {output.set_aside:q}"
        " --log {log:q} <<< {params.job:q}"


checkpoint harmonised_gate:
    input:
        HARMONISED,
    output:
        "results/harmonised/done",
    localrule: True
    shell:
        "touch {output:q}"
