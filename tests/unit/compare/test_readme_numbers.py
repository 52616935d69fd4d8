"""The numbers of compare/README.md, recomputed: ours, its R and Python lines, Excel's formulas."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import scipy.stats
from labcohort.compare import summaries
from labcohort.compare.exact import exact_signed_rank
from labcohort.compare.hodges_lehmann import hodges_lehmann
from labcohort.compare.paired_t import paired_t
from labcohort.compare.ties import clean_differences
from labcohort.compare.wilcoxon import wilcoxon_signed_rank
from labcohort.rounding import decimals_of, rounded

from schemas.comparison import Adjusted

PAGE = Path(__file__).parents[3] / "workflow/labcohort/compare/README.md"
TEXT = PAGE.read_text("utf-8")
# R's `sleep`
DRUG_1 = np.array([0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0])
DRUG_2 = np.array([1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4])


def cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip().strip("|").split("|")]


def table(header: str) -> list[list[str]]:
    """Rows below the table header that begins so."""
    below = TEXT[TEXT.index(header) :].split("\n\n")[0].splitlines()[2:]
    return [cells(line) for line in below]


def patients(visit: str) -> np.ndarray:
    line = next(line for line in TEXT.splitlines() if line.startswith(f"| {visit} |"))
    return np.array([float(cell) for cell in cells(line)[1:]])


BEFORE, AFTER = patients("before"), patients("after")
D = clean_differences(BEFORE, AFTER)
SLEEP = clean_differences(DRUG_1, DRUG_2)


def check(text: str, value: float) -> None:
    number = re.search(r"-?\d+(\.\d+)?", text.replace("−", "-"))[0]
    assert rounded(float(value), decimals_of(number)) == number, (text, value)


def p_with_continuity_correction(d: np.ndarray) -> float:
    return scipy.stats.wilcoxon(d, correction=True, method="asymptotic").pvalue


def p_of_pratt(d: np.ndarray) -> float:
    return scipy.stats.wilcoxon(d, zero_method="pratt", method="asymptotic").pvalue


TWELVE = {
    "**ours**: SPSS form, true ties": wilcoxon_signed_rank(D).p_value,
    "the same on raw binary": wilcoxon_signed_rank(AFTER - BEFORE).p_value,
    "with continuity correction": p_with_continuity_correction(D),
    "R before 4.6, as typed: raw ties": p_with_continuity_correction(AFTER - BEFORE),
    "exact, true ties": exact_signed_rank(D).p_value,
    "SciPy, as typed: exact, raw ties": exact_signed_rank(AFTER - BEFORE).p_value,
    "Pratt's treatment": p_of_pratt(D),
    "paired t test (": paired_t(D).p_value,
}
STUDENT = {
    "**ours**: SPSS form": wilcoxon_signed_rank(SLEEP).p_value,
    "R before 4.6, as typed": p_with_continuity_correction(SLEEP),
    "SciPy, as typed": exact_signed_rank(SLEEP).p_value,
    "paired t test": paired_t(SLEEP).p_value,
}


@pytest.mark.parametrize(("number", "expected"), [(0, TWELVE), (1, STUDENT)])
def test_p_values(number, expected):
    rows = TEXT.split("| p | test |")[number + 1].split("\n\n")[0].splitlines()[2:]
    assert len(rows) == len(expected)
    for (p, name), (begins, value) in zip(map(cells, rows), expected.items(), strict=True):
        assert name.startswith(begins)
        check(p, value)


def test_ranks_by_hand():
    result = wilcoxon_signed_rank(D)
    assert (result.w_plus, result.w_minus, result.n_zero) == (4.5, 31.5, 4)
    assert "W+ = 4.5 and W- = 31.5" in TEXT
    assert (2 * 8 * 9 * 17 - (6**3 - 6)) / 48 == 46.625
    check("-1.977", result.z)
    assert "z = (4.5 - 31.5) / 2 / √46.625 = -1.977" in TEXT


def test_differences_in_binary():
    for pair, text in (((8.9, 8.6), "-0.30000000000000071"), ((8.7, 8.4), "-0.29999999999999893")):
        assert f"{pair[1] - pair[0]:.17f}" == text and text in TEXT


def test_p_is_the_same_in_another_unit():
    same = wilcoxon_signed_rank(clean_differences(BEFORE * 10.93 - 23.5, AFTER * 10.93 - 23.5))
    assert same == wilcoxon_signed_rank(D)


def test_quartiles_and_the_width_between_them():
    line = next(line for line in TEXT.splitlines() if line.startswith("5.1, 5.5"))
    nine = [float(text) for text in line.rstrip(":").split(", ")]
    for name, q1, q3, iqr in table("| | Q1 | Q3 | IQR |"):
        kind = int(re.search(r"type (\d)", name)[1])
        low, high = summaries.quartiles(nine, kind)
        for text, value in ((q1, low), (q3, high), (iqr, summaries.iqr(nine, kind))):
            check(text, value)
    low, high = summaries.quartiles(nine)
    assert "with one decimal 2.8 here" in TEXT and rounded(summaries.iqr(nine), 1) == "2.8"
    assert (rounded(low, 1), rounded(high, 1)) == ("5.9", "8.6")
    assert "quartiles 5.9 and 8.6 would give 2.7" in TEXT


def test_sd_and_sem():
    sd, sem = summaries.sd(DRUG_1), summaries.sem(DRUG_1)
    texts = [rounded(value, 2) for value in (summaries.mean(DRUG_1), sd, sem)]
    assert texts == ["0.75", "1.79", "0.57"]
    assert "0.75 ± 1.79 (SD), 0.75 ± 0.57" in TEXT


def test_rounding():
    assert "2.675 is 2.68" in TEXT and rounded(2.675, 2) == "2.68"
    assert "give 2.67," in TEXT and round(2.675, 2) == 2.67


def test_four_changes_of_one_sample():
    expected = {
        "mean of the changes": summaries.mean(D),
        "median of the changes": summaries.median(D),
        "median after less median before": summaries.median(AFTER) - summaries.median(BEFORE),
        "Hodges-Lehmann, all changes": hodges_lehmann(D).estimate,
        "Hodges-Lehmann without the zeros": hodges_lehmann(D[D != 0]).estimate,
    }
    rows = table("| change | column |")
    assert len(rows) == len(expected)
    for (name, _, text), (begins, value) in zip(rows, expected.items(), strict=True):
        assert name.startswith(begins)
        check(text, value)


def test_percent_and_mmol_per_mol():
    before, after = (10.93 * x - 23.5 for x in (8.0, 7.2))
    assert (rounded(before, 2), rounded(after, 3)) == ("63.94", "55.196")
    assert "(63.94 → 55.196)" in TEXT
    assert rounded(after - before, 3) == "-8.744" and "-8.744 mmol/mol" in TEXT
    assert rounded(100 * (7.2 - 8.0) / 8.0, 1) == "-10.0" and "-10.0 % in %" in TEXT
    assert rounded(100 * (after - before) / before, 1) == "-13.7"
    assert "-13.7 % in mmol/mol" in TEXT


def test_what_excels_formulas_compute():
    c = [round(after - before, 6) for before, after in zip(BEFORE, AFTER, strict=True)]
    sizes = [abs(x) for x in c if x != 0]
    rank = {s: np.mean([i for i, t in enumerate(sorted(sizes), 1) if t == s]) for s in sizes}
    h1, h2 = (sum(rank[abs(x)] for x in c if x * sign > 0) for sign in (1, -1))
    h3, h4 = len(sizes), sum(sizes.count(s) ** 2 - 1 for s in sizes)
    h5 = (h1 - h2) / 2 / np.sqrt((2 * h3 * (h3 + 1) * (2 * h3 + 1) - h4) / 48)
    h6 = 2 * scipy.stats.norm.cdf(-abs(h5))
    shown = {row[0]: row[2] for row in table("| cell | formula |")}
    for cell, value in {"H1": h1, "H2": h2, "H3": h3, "H4": h4, "H5": h5, "H6": h6}.items():
        check(shown[cell].replace("t³", "").split(", ")[-1], value)
    for equal in (True, False):
        unpaired = scipy.stats.ttest_ind(AFTER, BEFORE, equal_var=equal).pvalue
        assert rounded(unpaired, 4) == "0.7031"
    assert rounded(paired_t(D).p_value / 2, 4) == "0.0147"
    assert "give 0.7031 here; one tail gives half, 0.0147" in TEXT


def code(language: str) -> list[tuple[str, str]]:
    """Lines of the page's block in that language, each with the number that stands behind it."""
    block = re.search(rf"```{language}\n(.*?)```", TEXT, re.DOTALL)[1]
    split = (line.partition("# ") for line in block.splitlines())
    numbers = [(line.strip(), note.strip()) for line, _, note in split]
    return [(line, note if re.fullmatch(r"-?[\d.]+", note) else "") for line, note in numbers]


def run(command: list[str], language: str, printing: str, n: int) -> None:
    """Run the page's lines and hold what they print against the numbers behind them."""
    lines = code(language)
    numbers = [number for _, number in lines if number]
    assert len(numbers) == n
    script = "\n".join(printing.format(line) if number else line for line, number in lines)
    done = subprocess.run([*command, script], capture_output=True, text=True, check=True)
    for number, value in zip(numbers, done.stdout.split(), strict=True):
        check(number, float(value))


def test_the_python_lines():
    run([sys.executable, "-c"], "python", "print(float({}))", 10)


@pytest.mark.skipif(not shutil.which("Rscript"), reason="R is not installed")
def test_the_r_lines():
    run(["Rscript", "-e"], "r", 'cat(sprintf("%.17g\\n", {}))', 9)


def test_columns_that_the_page_names_are_those_of_the_comparisons():
    named = {n for row in table("| column of `comparisons") for n in re.findall(r"`(\w+)`", row[0])}
    assert len(named) > 20
    assert named <= set(Adjusted.to_schema().columns)


def test_every_place_that_the_page_points_to_is_there():
    headings = re.findall(r"^#+ (.+)$", TEXT, re.MULTILINE)
    anchors = {heading.lower().replace(" ", "-") for heading in headings}
    assert set(re.findall(r"\]\(#([^)]+)\)", TEXT)) <= anchors
