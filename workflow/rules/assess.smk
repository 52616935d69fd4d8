# in:  results/comparisons/, results/cohorts/, results/derived/, results/harmonised/
# out: results/assessments/   what a comparison is worth beside the others: adjusted p, regression
#      to the mean, shares in range, attenders, the sensitivity grid, published against recomputed

VALUES = expand("results/cohorts/values/{panel}.parquet", panel=PLANNED)
MEMBERS = expand("results/cohorts/members/{panel}.parquet", panel=PLANNED)


rule families:
    input:
        gate=after("comparisons"),
        comparisons=COMPARISONS,
    output:
        adjusted="results/assessments/comparisons.parquet",
        multiplicity="results/assessments/multiplicity.parquet",
    log:
        "results/logs/assess/families.log",
    params:
        job=lambda wildcards: job("families", "all", settings.families(STUDY)),
    shell:
        '"$LABCOHORT_PYTHON" "$LABCOHORT_HOME/workflow" job --comparisons {input.comparisons:q}'
        " --adjusted {output.adjusted:q} --multiplicity {output.multiplicity:q}"
        " --log {log:q} <<< {params.job:q}"


rule scorecard:
    input:
        gate=after("comparisons"),
        comparisons=COMPARISONS,
    output:
        scorecard="results/assessments/scorecard.parquet",
    log:
        "results/logs/assess/scorecard.log",
    params:
        job=lambda wildcards: job("scorecard", "all", settings.scorecard(STUDY)),
    shell:
        '"$LABCOHORT_PYTHON" "$LABCOHORT_HOME/workflow" job --comparisons {input.comparisons:q}'
        " --scorecard {output.scorecard:q} --log {log:q} <<< {params.job:q}"


rule regression:
    input:
        gate=after("quality"),
        values=expand(
            "results/cohorts/values/{panel}.parquet",
            panel=settings.regression_panels(STUDY),
        ),
        members=expand(
            "results/cohorts/members/{panel}.parquet",
            panel=settings.regression_panels(STUDY),
        ),
    output:
        regression="results/assessments/regression_to_the_mean.parquet",
    log:
        "results/logs/assess/regression.log",
    params:
        job=lambda wildcards: job("regression", "all", settings.regression(STUDY)),
    shell:
        '"$LABCOHORT_PYTHON" "$LABCOHORT_HOME/workflow" job --values {input.values:q}'
        " --members {input.members:q} --regression {output.regression:q}"
        " --log {log:q} <<< {params.job:q}"


rule in_range:
    input:
        gate=after("quality"),
        values=VALUES,
        members=MEMBERS,
        patients="results/harmonised/patients.parquet",
    output:
        in_range="results/assessments/in_range.parquet",
    log:
        "results/logs/assess/in_range.log",
    params:
        job=lambda wildcards: job("in_range", "all", settings.in_range(STUDY)),
    shell:
        '"$LABCOHORT_PYTHON" "$LABCOHORT_HOME/workflow" job --values {input.values:q}'
        " --members {input.members:q} --patients {input.patients:q}"
        " --in-range {output.in_range:q} --log {log:q} <<< {params.job:q}"


rule attenders:
    input:
        gate=after("quality"),
        values=VALUES,
        membership="results/cohorts/membership.parquet",
        people="results/cohorts/people.parquet",
        patients="results/harmonised/patients.parquet",
    output:
        attenders="results/assessments/attenders.parquet",
    log:
        "results/logs/assess/attenders.log",
    params:
        job=lambda wildcards: job("attenders", "all", settings.attenders(STUDY)),
    shell:
        '"$LABCOHORT_PYTHON" "$LABCOHORT_HOME/workflow" job --values {input.values:q}'
        " --membership {input.membership:q} --people {input.people:q}"
        " --patients {input.patients:q} --attenders {output.attenders:q}"
        " --log {log:q} <<< {params.job:q}"


rule sensitivity:
    input:
        gate=after("quality"),
        values=expand(
            "results/harmonised/{source}/{panel}.parquet",
            source=SOURCES,
            panel=settings.sensitivity_inputs(STUDY),
        ),
        dates="results/cohorts/dates.parquet",
        patients="results/harmonised/patients.parquet",
    output:
        sensitivity="results/assessments/sensitivity.parquet",
        specifications="results/assessments/specifications.parquet",
    log:
        "results/logs/assess/sensitivity.log",
    params:
        job=lambda wildcards: job("sensitivity", "all", *settings.sensitivity(STUDY)),
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
    shell:
        "echo all assessments are made > {output:q}"
