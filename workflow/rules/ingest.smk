# in:  the raw exports that config/sources/*.yaml name
# out: results/ingested/{source}/{scatteritem}.parquet   every cell as text, with its place: a file
#                                                       for each bucket of persons
#      results/restricted/files_{source}.tsv            which file is which


rule ingest:
    input:
        # the files' content is in the job's text, so their times say nothing
        raw=lambda wildcards: [ancient(file) for file in RAW[wildcards.source]],
    output:
        cells=scatter.buckets("results/ingested/{{source}}/{scatteritem}.parquet"),
        ledger="results/quality/ingest/{source}.ledger.tsv",
        # names of files may be persons': they stand here alone
        files="results/restricted/files_{source}.tsv",
    log:
        "results/logs/ingest/{source}.log",
    # a large file is read ahead of what is written; no sums of floats, whose order would matter
    threads: lambda wildcards, input: 2 if input.size_mb > 100 else 1
    resources:
        mem_mb=memory_of_reading,
        runtime=minutes,
    params:
        job=jobs(
            lambda wildcards: [
                (
                    "ingest",
                    wildcards.source,
                    settings.ingest(STUDY, wildcards.source, RAW[wildcards.source], KEY),
                )
            ]
        ),
    shell:
        '"$LABCOHORT_PYTHON" "$LABCOHORT_HOME/workflow" job'
        " --cells {output.cells:q} --ledger {output.ledger:q} --files {output.files:q}"
        " --log {log:q} <<< {params.job:q}"


checkpoint ingested_gate:
    input:
        INGESTED,
    output:
        "results/ingested/done",
    localrule: True
    shell:
        "touch {output:q}"
