# in:  results/comparisons/, results/cohorts/, results/derived/, results/harmonised/
# out: results/assessments/   what a comparison is worth beside the others: adjusted p, regression
#      to the mean, shares in range, attenders, the sensitivity grid, published against recomputed


rule assess_comparisons:
    input:
        gate=after("comparisons"),
        comparisons=COMPARISONS,
    output:
        adjusted="results/assessments/comparisons.parquet",
        multiplicity="results/assessments/multiplicity.parquet",
        scorecard="results/assessments/scorecard.parquet",
    log:
        "results/logs/assess/comparisons.log",
    resources:
        mem_mb=IN_PARTS,
        runtime=minutes,
    params:
        job=jobs(
            lambda wildcards: [
                ("families", "all", settings.families(STUDY)),
                ("scorecard", "all", settings.scorecard(STUDY)),
            ]
        ),
    shell:
        '"$LABCOHORT_PYTHON" "$LABCOHORT_HOME/workflow" job --comparisons {input.comparisons:q}'
        " --adjusted {output.adjusted:q} --multiplicity {output.multiplicity:q}"
        " --scorecard {output.scorecard:q} --log {log:q} <<< {params.job:q}"


# of one bucket a process takes longer to start than to do all; of more each may have its core
if len(BUCKETS) == 1:

    rule assess_values:
        input:
            gate=after("quality"),
            values=expand(
                "results/cohorts/values/{panel}/{bucket}.parquet", panel=PLACED, bucket=BUCKETS
            ),
            membership=gather.buckets("results/cohorts/membership/{scatteritem}.parquet"),
            people=gather.buckets("results/cohorts/people/{scatteritem}.parquet"),
            patients=gather.buckets("results/harmonised/patients/{scatteritem}.parquet"),
        output:
            regression="results/assessments/regression_to_the_mean.parquet",
            in_range="results/assessments/in_range.parquet",
            attenders="results/assessments/attenders.parquet",
        log:
            "results/logs/assess/values.log",
        resources:
            mem_mb=IN_PARTS,
            runtime=minutes,
        params:
            job=jobs(
                lambda wildcards: [
                    ("regression", "all", settings.regression(STUDY)),
                    ("in_range", "all", settings.in_range(STUDY)),
                    ("attenders", "all", settings.attenders(STUDY)),
                ]
            ),
        shell:
            '"$LABCOHORT_PYTHON" "$LABCOHORT_HOME/workflow" job --values {input.values:q}'
            " --membership {input.membership:q}"
            " --people {input.people:q}"
            " --patients {input.patients:q}"
            " --regression {output.regression:q}"
            " --in_range {output.in_range:q}"
            " --attenders {output.attenders:q}"
            " --log {log:q} <<< {params.job:q}"

else:

    rule assess_regression:
        input:
            gate=after("quality"),
            values=expand(
                "results/cohorts/values/{panel}/{bucket}.parquet", panel=PLACED, bucket=BUCKETS
            ),
            membership=gather.buckets("results/cohorts/membership/{scatteritem}.parquet"),
        output:
            regression="results/assessments/regression_to_the_mean.parquet",
        log:
            "results/logs/assess/regression.log",
        resources:
            mem_mb=IN_PARTS,
            runtime=minutes,
        params:
            job=jobs(lambda wildcards: [("regression", "all", settings.regression(STUDY))]),
        shell:
            '"$LABCOHORT_PYTHON" "$LABCOHORT_HOME/workflow" job --values {input.values:q}'
            " --membership {input.membership:q}"
            " --regression {output.regression:q}"
            " --log {log:q} <<< {params.job:q}"

    rule assess_in_range:
        input:
            gate=after("quality"),
            values=expand(
                "results/cohorts/values/{panel}/{bucket}.parquet", panel=PLACED, bucket=BUCKETS
            ),
            membership=gather.buckets("results/cohorts/membership/{scatteritem}.parquet"),
            patients=gather.buckets("results/harmonised/patients/{scatteritem}.parquet"),
        output:
            in_range="results/assessments/in_range.parquet",
        log:
            "results/logs/assess/in_range.log",
        resources:
            mem_mb=IN_PARTS,
            runtime=minutes,
        params:
            job=jobs(lambda wildcards: [("in_range", "all", settings.in_range(STUDY))]),
        shell:
            '"$LABCOHORT_PYTHON" "$LABCOHORT_HOME/workflow" job --values {input.values:q}'
            " --membership {input.membership:q}"
            " --patients {input.patients:q}"
            " --in_range {output.in_range:q}"
            " --log {log:q} <<< {params.job:q}"

    rule assess_attenders:
        input:
            gate=after("quality"),
            values=expand(
                "results/cohorts/values/{panel}/{bucket}.parquet", panel=PLACED, bucket=BUCKETS
            ),
            membership=gather.buckets("results/cohorts/membership/{scatteritem}.parquet"),
            people=gather.buckets("results/cohorts/people/{scatteritem}.parquet"),
            patients=gather.buckets("results/harmonised/patients/{scatteritem}.parquet"),
        output:
            attenders="results/assessments/attenders.parquet",
        log:
            "results/logs/assess/attenders.log",
        resources:
            mem_mb=IN_PARTS,
            runtime=minutes,
        params:
            job=jobs(lambda wildcards: [("attenders", "all", settings.attenders(STUDY))]),
        shell:
            '"$LABCOHORT_PYTHON" "$LABCOHORT_HOME/workflow" job --values {input.values:q}'
            " --membership {input.membership:q}"
            " --people {input.people:q}"
            " --patients {input.patients:q}"
            " --attenders {output.attenders:q}"
            " --log {log:q} <<< {params.job:q}"


rule sensitivity:
    input:
        gate=after("quality"),
        values=expand(
            "results/harmonised/{source}/{panel}/{bucket}.parquet",
            source=SOURCES,
            panel=settings.sensitivity_inputs(STUDY),
            bucket=BUCKETS,
        ),
        dates=gather.buckets("results/cohorts/dates/{scatteritem}.parquet"),
        patients=gather.buckets("results/harmonised/patients/{scatteritem}.parquet"),
    output:
        sensitivity="results/assessments/sensitivity.parquet",
        specifications="results/assessments/specifications.parquet",
    log:
        "results/logs/assess/sensitivity.log",
    resources:
        mem_mb=IN_PARTS,
        runtime=minutes,
    params:
        job=jobs(lambda wildcards: [("sensitivity", "all", settings.sensitivity(STUDY))]),
    shell:
        '"$LABCOHORT_PYTHON" "$LABCOHORT_HOME/workflow" job --values {input.values:q}'
        " --dates {input.dates:q} --patients {input.patients:q}"
        " --sensitivity {output.sensitivity:q} --specifications {output.specifications:q}"
        " --log {log:q} <<< {params.job:q}"


checkpoint assessments_gate:
    input:
        ASSESSMENTS,
    output:
        "results/assessments/done",
    localrule: True
    shell:
        "touch {output:q}"
