# in:  results/assessments/, results/comparisons/{panel}.parquet; the selection flow
# out: results/tables/, results/figures/   labels, units and rounding joined


rule tables:
    input:
        gate=after("assessments"),
        assessments=ASSESSMENTS,
        flow=gather.buckets("results/quality/cohorts/{scatteritem}.selection_flow.tsv"),
        sizes=gather.buckets("results/quality/cohorts/{scatteritem}.sizes.tsv"),
    output:
        siblings=expand("results/tables/{table}.csv", table=SIBLINGS),
        csv=expand("results/tables/{table}.csv", table=TABLE_NAMES),
        html=expand("results/tables/{table}.html", table=TABLE_NAMES),
    log:
        "results/logs/publish/tables.log",
    resources:
        mem_mb=WHOLE,
        runtime=minutes,
    params:
        job=jobs(
            lambda wildcards: [("tables", "all", settings.tables(STUDY))],
            files=[TEMPLATES / "table.html.j2"],
        ),
    shell:
        '"$LABCOHORT_PYTHON" "$LABCOHORT_HOME/workflow" job --assessments {input.assessments:q}'
        " --flow {input.flow:q} --sizes {input.sizes:q} --siblings {output.siblings:q}"
        " --csv {output.csv:q} --html {output.html:q}"
        " --log {log:q} <<< {params.job:q}"


for part, figures in batches(FIGURE_NAMES).items():

    rule:
        name:
            f"figures_{part}"
        input:
            gate=after("comparisons"),
            comparisons=expand(
                "results/comparisons/{panel}.parquet",
                panel=settings.figure_panels(STUDY, figures),
            ),
        output:
            figure=expand("results/figures/{figure}.svg", figure=figures),
        log:
            f"results/logs/publish/figures_{part}.log",
        resources:
            mem_mb=WHOLE,
            runtime=minutes,
        params:
            job=batch("figure", figures, settings.figure),
        shell:
            '"$LABCOHORT_PYTHON" "$LABCOHORT_HOME/workflow" job'
            " --comparisons {input.comparisons:q} --figure {output.figure:q}"
            " --log {log:q} <<< {params.job:q}"
