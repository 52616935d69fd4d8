# in:  all rules
# out: results/README.md    what lies where; nothing is left of what a study no longer has


rule contents:
    output:
        "results/README.md",
    localrule: True
    params:
        text=run.CONTENTS,
    shell:
        "printf %s {params.text:q} > {output:q}"


def stale():
    """Results that an earlier configuration made and that no rule makes any more."""
    products = [file for rule in workflow.rules for file in rule.products()]
    fixed = {str(file) for file in products}
    # every run asks this of every file: a prefix is told in no time, a pattern is not
    patterns = [(file.constant_prefix(), file) for file in products if file.contains_wildcard()]

    def made(name):
        return name in fixed or any(
            name.startswith(prefix) and file.match(name) for prefix, file in patterns
        )

    return run.stale(RESULTS, RECORDS, made)


if workflow.is_main_process and not IS_MODULE and stale():
    # a run with nothing else to do has this, and takes them away when it ends
    (RESULTS / "README.md").unlink(missing_ok=True)


onstart:
    run.unlimited(workflow.scheduler)


onsuccess:
    gone = run.remove(stale(), RECORDS)
    run.mark_earlier(RESULTS, failed=False)
    print(
        f"\n{STUDY.config['title']}{' (SYNTHETIC)' if STUDY.config['synthetic'] else ''}: done\n"
        f"  report            {RESULTS}/report/report.html\n"
        f"  tables            {RESULTS}/tables/ (all comparisons: comparisons.csv)\n"
        f"  figures           {RESULTS}/figures/\n"
        f"  validation        {RESULTS}/quality/validation.html\n"
        f"  values set aside  {RESULTS}/restricted/set_aside.csv\n"
        f"  counts            {RESULTS}/quality/ledger.tsv, {RESULTS}/tables/selection_flow.csv"
        + (
            f"\n  removed           {gone} files that the configuration no longer has"
            if gone
            else ""
        ),
        file=sys.stderr,
    )


onerror:
    run.mark_earlier(RESULTS, failed=True)
    print("\n" + (run.failures(RESULTS / "logs") or f"see {log}"), file=sys.stderr)
