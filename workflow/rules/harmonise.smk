# in:  results/ingested/{source}/{scatteritem}.parquet
# out: results/harmonised/{source}/{panel}/{scatteritem}.parquet   values in canonical units
#      results/harmonised/patients/{scatteritem}.parquet           the patient table
#      results/surveyed/{source}.json   of several buckets: what only all together tell of a source


if SURVEYS:

    rule survey:
        input:
            gate=after("ingested"),
            cells=gather.buckets("results/ingested/{{source}}/{scatteritem}.parquet"),
        output:
            survey="results/surveyed/{source}.json",
        log:
            "results/logs/harmonise/{source}.survey.log",
        wildcard_constraints:
            source="|".join(SOURCES),
        resources:
            mem_mb=IN_PARTS,
            runtime=minutes,
        params:
            job=jobs(
                lambda wildcards: [
                    ("survey", wildcards.source, settings.harmonise(STUDY, wildcards.source, KEY))
                ]
            ),
        shell:
            '"$LABCOHORT_PYTHON" "$LABCOHORT_HOME/workflow" job --cells {input.cells:q}'
            " --survey {output.survey:q} --log {log:q} <<< {params.job:q}"


if SURVEYED:

    checkpoint surveyed_gate:
        input:
            SURVEYED,
        output:
            "results/surveyed/done",
        localrule: True
        shell:
            "touch {output:q}"


rule harmonise:
    input:
        gate=after("surveyed" if SURVEYED else "ingested"),
        cells="results/ingested/{source}/{scatteritem}.parquet",
        # of one bucket the job sees all that there is
        survey="results/surveyed/{source}.json" if SURVEYS else [],
        patients=lambda wildcards: (
            [
                f"results/harmonised/patients/{wildcards.scatteritem}.parquet",
                "results/harmonised/patients.places.parquet",
            ]
            if wildcards.source in HELD
            else []
        ),
    output:
        # a file a panel: a changed value reruns its own panel and no other
        values=expand("results/harmonised/{{source}}/{panel}/{{scatteritem}}.parquet", panel=PANELS),
        quarantine="results/restricted/harmonise/{source}/{scatteritem}.quarantine.parquet",
        ledger="results/quality/harmonise/{source}/{scatteritem}.ledger.tsv",
        # counts of single values are of single persons: they stay here
        profile="results/restricted/harmonise/{source}/{scatteritem}.profile.json",
        proposals="results/restricted/harmonise/{source}/{scatteritem}.proposals.tsv",
    log:
        "results/logs/harmonise/{source}.{scatteritem}.log",
    wildcard_constraints:
        source="|".join(SOURCES),
    resources:
        mem_mb=WHOLE,
        runtime=minutes,
    params:
        job=jobs(
            lambda wildcards: [
                ("harmonise", wildcards.source, settings.harmonise(STUDY, wildcards.source, KEY))
            ]
        ),
    shell:
        '"$LABCOHORT_PYTHON" "$LABCOHORT_HOME/workflow" job --cells {input.cells:q}'
        " --survey {input.survey:q} --patients {input.patients:q} --profile {output.profile:q}"
        " --proposals {output.proposals:q}"
        " --values {output.values:q} --quarantine {output.quarantine:q}"
        " --ledger {output.ledger:q} --log {log:q} <<< {params.job:q}"


rule patients:
    input:
        gate=after("ingested"),
        cells=expand("results/ingested/{source}/{bucket}.parquet", source=PATIENTS, bucket=BUCKETS),
    output:
        patients=scatter.buckets("results/harmonised/patients/{scatteritem}.parquet"),
        places="results/harmonised/patients.places.parquet",
        set_aside="results/harmonised/patients.set_aside.parquet",
        quarantine="results/restricted/harmonise/patients.quarantine.parquet",
        profile="results/quality/harmonise/patients.profile.json",
    log:
        "results/logs/harmonise/patients.log",
    resources:
        mem_mb=WHOLE,
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
