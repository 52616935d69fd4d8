"""CPU time of the statistics of 40 markers and 300 patients, against SciPy's in the same run.

    python tests/benchmarks/statistics.py

Each side runs in a process of its own, imports included, and prints its CPU seconds; the last line
is their ratio. SciPy's side does what a script with scipy.stats would do of the same: t, Wilcoxon,
Shapiro-Wilk, skewness, the descriptives, and the median of the Walsh averages. It has no tie rule,
no intervals of effect sizes and no exact interval of the Hodges-Lehmann estimate.

Last, the same comparison of a million pairs, in CPU nanoseconds a pair: of decimals, of which a
million have a few dozen, and of values that are all distinct.
"""

import subprocess
import sys
from pathlib import Path

HOME = Path(__file__).resolve().parents[2]
PAIRS = """
import numpy as np
draw = np.random.default_rng(1)
baseline = draw.normal(58, 9, (40, 300)).round() / 10
followup = (baseline + draw.normal(-0.1, 0.4, (40, 300))).round(1)
"""
OURS = """
from labcohort.compare.comparison import comparison
from labcohort.compare.paired import Pairs
spent = []
how = {
    "panel": "glycaemic", "confidence": 0.95, "quartiles": 6, "censored": "lod_half",
    "detection": {"no_mean": 0.15, "no_median": 0.5}, "exact_below": 25, "power": 0.8,
    "log": ["HOMA_IR"], "equations": {},
}
planned = {
    "profile": "plan", "family": "primary", "role": "primary", "marker": "HOMA_IR",
    "cohort": "all", "timepoint": "month_6", "test": "paired_t", "summary": "mean_sem",
    "correction": "bh", "alpha": 0.05, "exclude": [], "selected_on_baseline": False,
    "duplicate_of": None,
}
none = np.zeros((300, 2), bool)
for x, y in zip(baseline, followup):
    comparison(planned, Pairs(x, y, 300, 300, 300, {}, none, none), how)
unneeded = {"scipy.stats", "scipy.optimize", "polars", "pandas", "matplotlib"} & set(sys.modules)
"""
MILLION = (
    OURS.partition("none = ")[0]
    + """
import time
n = 1_000_000
none, x = np.zeros((n, 2), bool), draw.lognormal(1.8, 0.15, n)
y = x * draw.lognormal(-0.02, 0.05, n)
for visits in ((x.round(1), y.round(1)), (x, y)):
    start = time.process_time()
    comparison(planned | {"marker": "HBA1C"}, Pairs(*visits, n, n, n, {}, none, none), how)
    spent.append((time.process_time() - start) * 1e9 / n)
unneeded = [f"{each:.0f}" for each in spent]
"""
)
SCIPY = """
from scipy import stats
for x, y in zip(baseline, followup):
    d = y - x
    stats.ttest_rel(y, x).confidence_interval()
    stats.wilcoxon(d, correction=False, method="asymptotic")
    stats.shapiro(d), stats.skew(d, bias=False)
    i, j = np.triu_indices(d.size)
    np.median((d[i] + d[j]) / 2)
    for visit in (x, y):
        visit.mean(), visit.std(ddof=1), np.quantile(visit, (.25, .5, .75), method="weibull")
unneeded = set()
"""


def cpu_seconds(body: str) -> tuple[float, str]:
    """CPU seconds of a process that makes the pairs and runs `body`; modules it need not have."""
    paths = [str(HOME / "workflow"), str(HOME)]
    code = f"import sys, time; sys.path[:0] = {paths!r}\n{PAIRS}{body}\n"
    code += "print(time.process_time(), ' '.join(unneeded))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    seconds, _, unneeded = done.stdout.strip().partition(" ")
    return float(seconds), unneeded


if __name__ == "__main__":
    (ours, unneeded), (scipy, _) = cpu_seconds(OURS), cpu_seconds(SCIPY)
    print(f"ours   {ours:.2f} s CPU (modules imported without need: {unneeded or 'none'})")
    print(f"SciPy  {scipy:.2f} s CPU")
    print(f"ratio  {ours / scipy:.2f}")
    print(
        "a million pairs, decimals and distinct: {} and {} ns a pair".format(
            *cpu_seconds(MILLION)[1].split()
        )
    )
