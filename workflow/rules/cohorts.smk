# in:  results/derived/{panel}/{scatteritem}.parquet, all panels; the patients
# out: results/cohorts/, a file a bucket of persons ({scatteritem}.parquet) in each folder
#      membership/         who is in which cohort, when
#      people/             who is eligible, and what the others fail
#      dates/              who has a result of which marker, when
#      values/{panel}/     the value chosen for each timepoint
#      members/{panel}/    members of the cohorts that the panel compares


rule cohorts:
    input:
        gate=after("derived"),
        derived=expand("results/derived/{panel}/{{scatteritem}}.parquet", panel=PANELS),
        patients="results/harmonised/patients/{scatteritem}.parquet",
    output:
        membership="results/cohorts/membership/{scatteritem}.parquet",
        people="results/cohorts/people/{scatteritem}.parquet",
        dates="results/cohorts/dates/{scatteritem}.parquet",
        values=expand("results/cohorts/values/{panel}/{{scatteritem}}.parquet", panel=PLACED),
        members=expand("results/cohorts/members/{panel}/{{scatteritem}}.parquet", panel=PLACED),
        not_chosen=expand(
            "results/restricted/not_chosen/{panel}/{{scatteritem}}.parquet", panel=PANELS
        ),
        flow="results/quality/cohorts/{scatteritem}.selection_flow.tsv",
        sizes="results/quality/cohorts/{scatteritem}.sizes.tsv",
        ledger="results/quality/cohorts/{scatteritem}.ledger.tsv",
    log:
        "results/logs/cohorts/{scatteritem}.log",
    resources:
        mem_mb=WHOLE,
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
        gather.buckets("results/quality/cohorts/{scatteritem}.selection_flow.tsv"),
        gather.buckets("results/quality/cohorts/{scatteritem}.sizes.tsv"),
    output:
        "results/cohorts/done",
    localrule: True
    shell:
        "touch {output:q}"
