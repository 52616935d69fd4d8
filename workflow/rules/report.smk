# in:  results/tables/, results/figures/, results/quality/, results/provenance.json: what may be
#      shown, and no line of a person; results/assessments/multiplicity.parquet
# out: results/report/report.html   one page that stands alone
#      results/report/captions/     of figures and tables, for `snakemake --report`


rule report:
    input:
        gate=after("assessments"),
        tables="results/report/tables.json",
        flow="results/tables/selection_flow.csv",
        sizes=gather.buckets("results/quality/cohorts/{scatteritem}.sizes.tsv"),
        validation="results/quality/validation.json",
        ledger="results/quality/ledger.tsv",
        comparisons="results/tables/comparisons.csv",
        multiplicity="results/assessments/multiplicity.parquet",
        regression="results/tables/regression_to_the_mean.csv",
        scorecard="results/tables/scorecard.csv",
        sensitivity="results/tables/sensitivity.csv",
        provenance="results/provenance.json",
        svg=expand("results/figures/{figure}.svg", figure=FIGURE_NAMES),
        png=expand("results/figures/{figure}.png", figure=FIGURE_NAMES),
        caption=expand("results/figures/{figure}.txt", figure=FIGURE_NAMES),
    output:
        html="results/report/report.html",
        # Snakemake takes files of more than 1 MB by their times: what rests on the page asks for this
        digest="results/report/report.sha256",
        figure_captions=expand("results/report/captions/figures/{figure}.rst", figure=FIGURE_NAMES),
        table_captions=expand("results/report/captions/tables/{table}.rst", table=TABLE_NAMES),
    log:
        "results/logs/publish/report.log",
    resources:
        mem_mb=WHOLE,
        runtime=minutes,
    params:
        job=jobs(
            lambda wildcards: [("report", "all", settings.report(STUDY))],
            files=sorted((HOME / "workflow/labcohort/report/templates").iterdir()),
        ),
    shell:
        '"$LABCOHORT_PYTHON" "$LABCOHORT_HOME/workflow" job --tables {input.tables:q}'
        " --flow {input.flow:q} --sizes {input.sizes:q} --validation {input.validation:q}"
        " --ledger {input.ledger:q} --comparisons {input.comparisons:q}"
        " --multiplicity {input.multiplicity:q} --regression {input.regression:q}"
        " --scorecard {input.scorecard:q} --sensitivity {input.sensitivity:q}"
        " --provenance {input.provenance:q}"
        " --svg {input.svg:q} --png {input.png:q} --caption {input.caption:q}"
        " --html {output.html:q} --digest {output.digest:q} --figure_captions {output.figure_captions:q}"
        " --table_captions {output.table_captions:q}"
        " --log {log:q} <<< {params.job:q}"
