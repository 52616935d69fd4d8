"""The statistics alone, as one writes them with pandas and SciPy.

    python pandas_peer.py RESULTS.csv PATIENTS.csv OUT.csv

No validation, no ledger: what cannot be read as a number is passed over. A row of OUT is a marker
and timepoint, in the names of labcohort's comparisons.
"""

import sys

import numpy as np
import pandas as pd
from scipy import stats

results_file, patients_file, out = sys.argv[1:]
people = pd.read_csv(patients_file, parse_dates=["infusion_date"])
people = people[people["diabetes_type"] == "type 2"]
results = pd.read_csv(
    results_file,
    dtype={"patient_id": "category", "analyte": "category", "result": str, "unit": "category"},
    parse_dates=["collected"],
)
results["patient_id"] = results["patient_id"].astype(str)
results = results.merge(people[["patient_id", "infusion_date"]], on="patient_id")

day = (results["collected"] - results["infusion_date"]).dt.days
windows = [day.between(-90, 0), day.between(182 - 45, 182 + 45), day.between(365 - 60, 365 + 60)]
timepoints = ["baseline", "month_6", "month_12"]
results["timepoint"] = np.select(windows, timepoints, default="")

below = results["result"].str.startswith("<", na=False)
number = pd.to_numeric(results["result"].str.removeprefix("<"), errors="coerce")
results["value"] = number.where(~below, number / 2)
results = results.dropna(subset="value")

rows = []
for marker, of_marker in results.groupby("analyte", observed=True):
    wide = of_marker.pivot(index="patient_id", columns="timepoint", values="value")
    for timepoint in timepoints[1:]:
        pairs = wide[["baseline", timepoint]].dropna()
        x, y = pairs["baseline"].to_numpy(), pairs[timepoint].to_numpy()
        change = (y - x).round(6)  # differences that are equal in decimals are ties
        t = stats.ttest_rel(y, x)
        # one-sided, for W+ and z; p is of both sides
        w = stats.wilcoxon(change, correction=False, method="asymptotic", alternative="greater")
        row = {
            "marker": marker,
            "timepoint": timepoint,
            "n_pairs": len(pairs),
            "change_mean": change.mean(),
            "t": t.statistic,
            "t_p": t.pvalue,
            "w_plus": w.statistic,
            "wilcoxon_p": 2 * stats.norm.sf(abs(w.zstatistic)),
        }
        for visit, values in (("baseline", x), ("followup", y)):
            q1, median, q3 = np.quantile(values, (0.25, 0.5, 0.75), method="weibull")
            row |= {
                f"{visit}_mean": values.mean(),
                f"{visit}_sd": values.std(ddof=1),
                f"{visit}_q1": q1,
                f"{visit}_median": median,
                f"{visit}_q3": q3,
            }
        rows.append(row)
pd.DataFrame(rows).to_csv(out, index=False)
