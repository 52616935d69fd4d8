# in:  results/assessments/, results/comparisons/{panel}.parquet; the selection flow
# out: results/tables/, results/figures/   labels, units and rounding joined, few persons withheld
#      results/restricted/comparisons.csv   all comparisons

# where `snakemake --report` finds what to say of a figure or table: the rule `report` writes it
CAPTIONS = (RESULTS / "report/captions").resolve()


rule tables:
    input:
        gate=after("assessments"),
        assessments=ASSESSMENTS,
        flow=gather.buckets("results/quality/cohorts/{scatteritem}.selection_flow.tsv"),
        sizes=gather.buckets("results/quality/cohorts/{scatteritem}.sizes.tsv"),
    output:
        siblings=expand("results/tables/{table}.csv", table=SIBLINGS),
        csv=expand("results/tables/{table}.csv", table=TABLE_NAMES),
        html=[
            report(
                f"results/tables/{table}.html",
                caption=f"{CAPTIONS}/tables/{table}.rst",
                **settings.table_in_report(STUDY, table),
            )
            for table in TABLE_NAMES
        ],
        xlsx=expand("results/tables/{table}.xlsx", table=TABLE_NAMES),
        docx=expand("results/tables/{table}.docx", table=TABLE_NAMES),
        # all of them, for the report
        report="results/report/tables.json",
        # nothing withheld
        complete="results/restricted/comparisons.csv",
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
        " --xlsx {output.xlsx:q} --docx {output.docx:q}"
        " --report {output.report:q} --complete {output.complete:q}"
        " --log {log:q} <<< {params.job:q}"


# what a kind of figures is drawn from (READS of labcohort.settings.figures) -> its files
DRAWN_FROM = {
    "comparisons": lambda figures: expand(
        "results/comparisons/{panel}.parquet", panel=settings.figure_panels(STUDY, figures)
    ),
    "values": lambda figures: expand(
        "results/cohorts/values/{panel}/{bucket}.parquet",
        panel=settings.figure_panels(STUDY, figures),
        bucket=BUCKETS,
    ),
    "members": lambda figures: expand(
        "results/cohorts/members/{panel}/{bucket}.parquet",
        panel=settings.figure_panels(STUDY, figures),
        bucket=BUCKETS,
    ),
    "small_groups": lambda figures: ["results/assessments/small_groups.parquet"],
    "adjusted": lambda figures: ["results/assessments/comparisons.parquet"],
    "regression": lambda figures: ["results/assessments/regression_to_the_mean.parquet"],
    "transitions": lambda figures: ["results/assessments/transitions.parquet"],
    "specifications": lambda figures: ["results/assessments/specifications.parquet"],
    "flow": lambda figures: gather.buckets(
        "results/quality/cohorts/{scatteritem}.selection_flow.tsv"
    ),
    "sizes": lambda figures: gather.buckets("results/quality/cohorts/{scatteritem}.sizes.tsv"),
    "validation": lambda figures: ["results/quality/validation.json"],
    "ledger": lambda figures: ["results/quality/ledger.tsv"],
    "dates": lambda figures: gather.buckets("results/cohorts/dates/{scatteritem}.parquet"),
    "people": lambda figures: gather.buckets("results/cohorts/people/{scatteritem}.parquet"),
    "patients": lambda figures: gather.buckets("results/harmonised/patients/{scatteritem}.parquet"),
    "membership": lambda figures: gather.buckets(
        "results/cohorts/membership/{scatteritem}.parquet"
    ),
}


for part, figures in settings.by_process(STUDY).items():

    rule:
        name:
            f"figures_{part}"
        input:
            # what a kind does not read is empty: a shell text is put together when its job runs,
            # and the names of this loop are then those of its last turn
            **{
                name: files(figures) if name in settings.reads(STUDY, figures) else []
                for name, files in DRAWN_FROM.items()
            },
            gate=after("assessments"),
        output:
            pdf=expand("results/figures/{figure}.pdf", figure=figures),
            png=expand("results/figures/{figure}.png", figure=figures),
            svg=[
                report(
                    f"results/figures/{figure}.svg",
                    caption=f"{CAPTIONS}/figures/{figure}.rst",
                    **settings.figure_in_report(STUDY, figure),
                )
                for figure in figures
            ],
            source=expand("results/figures/{figure}.csv", figure=figures),
            caption=expand("results/figures/{figure}.txt", figure=figures),
            persons=(
                expand("results/restricted/figures/{figure}.csv", figure=figures)
                if settings.draws_persons(STUDY, figures)
                else []
            ),
        log:
            f"results/logs/publish/figures_{part}.log",
        resources:
            mem_mb=WHOLE,
            runtime=minutes,
        params:
            job=batch("figure", figures, settings.figure),
        shell:
            '"$LABCOHORT_PYTHON" "$LABCOHORT_HOME/workflow" job'
            + "".join(f" --{name} {{input.{name}:q}}" for name in DRAWN_FROM)
            + " --svg {output.svg:q} --pdf {output.pdf:q} --png {output.png:q}"
            " --source {output.source:q} --caption {output.caption:q}"
            " --persons {output.persons:q}"
            " --log {log:q} <<< {params.job:q}"
