# in:  all rules
# out: results/README.txt   what lies where; nothing is left of what a study no longer has


rule contents:
    output:
        "results/README.txt",
    params:
        text=run.CONTENTS,
    shell:
        "printf %s {params.text:q} > {output:q}"


def stale():
    """Results that an earlier configuration made and that no rule makes any more."""
    return run.stale(
        Path("results"),
        RECORDS,
        made=lambda file: any(rule.is_producer(file) for rule in workflow.rules),
    )


if workflow.is_main_process and stale():
    # a run with nothing else to do has this, and takes them away when it ends
    Path("results/README.txt").unlink(missing_ok=True)


onsuccess:
    gone = run.remove(stale(), RECORDS)
    run.mark_earlier(Path("results"), failed=False)
    print(
        f"\n{STUDY.config['title']}{' (SYNTHETIC)' if STUDY.config['synthetic'] else ''}: done\n"
        "  tables            results/tables/ (all comparisons: comparisons.csv)\n"
        "  figures           results/figures/\n"
        "  validation        results/quality/validation.html\n"
        "  values set aside  results/restricted/set_aside.csv\n"
        "  counts            results/quality/ledger.tsv, results/tables/selection_flow.csv"
        + (
            f"\n  removed           {gone} files that the configuration no longer has"
            if gone
            else ""
        ),
        file=sys.stderr,
    )


onerror:
    run.mark_earlier(Path("results"), failed=True)
    print("\n" + (run.failures(Path("results/logs")) or f"see {log}"), file=sys.stderr)
