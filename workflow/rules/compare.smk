# in:  results/cohorts/values/{panel}.parquet, results/cohorts/members/{panel}.parquet
# out: results/comparisons/{panel}.parquet   every number that is ever printed


rule compare:
    input:
        gate=after("quality"),
        values="results/cohorts/values/{panel}.parquet",
        members="results/cohorts/members/{panel}.parquet",
    output:
        comparisons="results/comparisons/{panel}.parquet",
    log:
        "results/logs/compare/{panel}.log",
    params:
        job=lambda wildcards: job(
            "compare", wildcards.panel, settings.compare(STUDY, wildcards.panel)
        ),
    shell:
        '"$LABCOHORT_PYTHON" "$LABCOHORT_HOME/workflow" job --values {input.values:q}'
        " --members {input.members:q} --comparisons {output.comparisons:q}"
        " --log {log:q} <<< {params.job:q}"


checkpoint comparisons_gate:
    input:
        COMPARISONS,
    output:
        "results/comparisons/done",
    shell:
        "echo all comparisons are made > {output:q}"
