# in:  results/derived/{panel}.parquet, all panels; the patients
# out: results/cohorts/membership.parquet        who is in which cohort, when
#      results/cohorts/people.parquet            who is eligible, and what the others fail
#      results/cohorts/dates.parquet             who has a result of which marker, when
#      results/cohorts/values/{panel}.parquet    the value chosen for each timepoint
#      results/cohorts/members/{panel}.parquet   members of the cohorts that the panel compares


rule cohorts:
    input:
        gate=after("derived"),
        derived=DERIVED,
        patients="results/harmonised/patients.parquet",
    output:
        membership="results/cohorts/membership.parquet",
        people="results/cohorts/people.parquet",
        dates="results/cohorts/dates.parquet",
        values=expand("results/cohorts/values/{panel}.parquet", panel=PLACED),
        members=expand("results/cohorts/members/{panel}.parquet", panel=PLACED),
        not_chosen=expand("results/restricted/not_chosen/{panel}.parquet", panel=PANELS),
        flow="results/quality/cohorts/selection_flow.tsv",
        sizes="results/quality/cohorts/sizes.tsv",
        ledger="results/quality/cohorts/ledger.tsv",
    log:
        "results/logs/cohorts/all.log",
    resources:
        mem_mb=memory,
        runtime=minutes,
    params:
        job=jobs(lambda wildcards: [("cohorts", "all", settings.cohorts(STUDY))]),
    shell:
        '"$LABCOHORT_PYTHON" "$LABCOHORT_HOME/workflow" job --derived {input.derived:q}'
        " --patients {input.patients:q} --membership {output.membership:q}"
        " --people {output.people:q} --dates {output.dates:q}"
        " --values {output.values:q} --members {output.members:q}"
        " --not_chosen {output.not_chosen:q} --flow {output.flow:q}"
        " --sizes {output.sizes:q} --ledger {output.ledger:q} --log {log:q} <<< {params.job:q}"


checkpoint cohorts_gate:
    input:
        COHORTS,
        "results/quality/cohorts/selection_flow.tsv",
        "results/quality/cohorts/sizes.tsv",
    output:
        "results/cohorts/done",
    localrule: True
    shell:
        "touch {output:q}"
