# in:  results/cohorts/values/{panel}/, results/cohorts/members/{panel}/, all buckets of persons
# out: results/comparisons/{panel}.parquet   every number that is ever printed


for part, panels in batches(PLANNED).items():

    rule:
        name:
            f"compare_{part}"
        input:
            gate=after("quality"),
            values=expand(
                "results/cohorts/values/{panel}/{bucket}.parquet", panel=panels, bucket=BUCKETS
            ),
            members=expand(
                "results/cohorts/members/{panel}/{bucket}.parquet", panel=panels, bucket=BUCKETS
            ),
        output:
            comparisons=expand("results/comparisons/{panel}.parquet", panel=panels),
        log:
            f"results/logs/compare/{part}.log",
        resources:
            mem_mb=IN_PARTS,
            runtime=minutes,
        params:
            job=batch("compare", panels, settings.compare),
        shell:
            '"$LABCOHORT_PYTHON" "$LABCOHORT_HOME/workflow" job --values {input.values:q}'
            " --members {input.members:q} --comparisons {output.comparisons:q}"
            " --log {log:q} <<< {params.job:q}"


# small_groups goes by both: it begins when Snakemake has looked anew at either
checkpoint comparisons_gate:
    input:
        COMPARISONS,
        "results/assessments/in_range.parquet",
    output:
        "results/comparisons/done",
    localrule: True
    shell:
        "touch {output:q}"
