# in:  results/comparisons/, results/cohorts/, results/derived/, results/harmonised/
# out: results/assessments/   what a comparison is worth beside the others: adjusted p, regression
#      to the mean, shares in range, attenders, transitions between classes, baseline
#      characteristics, the sensitivity grid, published against recomputed; which groups are
#      withheld from what may leave the site


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
            transitions="results/assessments/transitions.parquet",
            baseline="results/assessments/baseline.parquet",
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
                    ("transitions", "all", settings.transitions(STUDY)),
                    ("baseline", "all", settings.baseline(STUDY)),
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
            " --transitions {output.transitions:q}"
            " --baseline {output.baseline:q}"
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

    rule assess_transitions:
        input:
            gate=after("quality"),
            values=expand(
                "results/cohorts/values/{panel}/{bucket}.parquet", panel=PLACED, bucket=BUCKETS
            ),
            membership=gather.buckets("results/cohorts/membership/{scatteritem}.parquet"),
        output:
            transitions="results/assessments/transitions.parquet",
        log:
            "results/logs/assess/transitions.log",
        resources:
            mem_mb=IN_PARTS,
            runtime=minutes,
        params:
            job=jobs(lambda wildcards: [("transitions", "all", settings.transitions(STUDY))]),
        shell:
            '"$LABCOHORT_PYTHON" "$LABCOHORT_HOME/workflow" job --values {input.values:q}'
            " --membership {input.membership:q}"
            " --transitions {output.transitions:q}"
            " --log {log:q} <<< {params.job:q}"

    rule assess_baseline:
        input:
            gate=after("quality"),
            values=expand(
                "results/cohorts/values/{panel}/{bucket}.parquet", panel=PLACED, bucket=BUCKETS
            ),
            membership=gather.buckets("results/cohorts/membership/{scatteritem}.parquet"),
            patients=gather.buckets("results/harmonised/patients/{scatteritem}.parquet"),
        output:
            baseline="results/assessments/baseline.parquet",
        log:
            "results/logs/assess/baseline.log",
        resources:
            mem_mb=IN_PARTS,
            runtime=minutes,
        params:
            job=jobs(lambda wildcards: [("baseline", "all", settings.baseline(STUDY))]),
        shell:
            '"$LABCOHORT_PYTHON" "$LABCOHORT_HOME/workflow" job --values {input.values:q}'
            " --membership {input.membership:q}"
            " --patients {input.patients:q}"
            " --baseline {output.baseline:q}"
            " --log {log:q} <<< {params.job:q}"


rule small_groups:
    input:
        gate=after("comparisons"),
        comparisons=COMPARISONS,
        in_range="results/assessments/in_range.parquet",
    output:
        small_groups="results/assessments/small_groups.parquet",
    log:
        "results/logs/assess/small_groups.log",
    resources:
        mem_mb=IN_PARTS,
        runtime=minutes,
    params:
        job=jobs(lambda wildcards: [("small_groups", "all", settings.small_groups(STUDY))]),
    shell:
        '"$LABCOHORT_PYTHON" "$LABCOHORT_HOME/workflow" job --comparisons {input.comparisons:q}'
        " --in_range {input.in_range:q} --small_groups {output.small_groups:q}"
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
