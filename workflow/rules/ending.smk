# in:  all rules
# out: what is said when a run ends; nothing left of what the configuration no longer has


def stale():
    """Results that an earlier configuration made and that no rule makes any more."""
    return run.stale(
        Path("results"),
        RECORDS,
        made=lambda file: any(rule.is_producer(file) for rule in workflow.rules),
    )


if workflow.is_main_process and stale():
    # a run that finds nothing else to do must end, too, to take them away
    Path("results/assessments/done").unlink(missing_ok=True)


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
