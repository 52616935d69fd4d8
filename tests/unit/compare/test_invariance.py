"""No statistic depends on the order of the pairs, the unit, or the route of a formula.

Rank statistics keep every bit. Others keep 12 digits: of themselves, or of the SD (of 1 where they
have no unit) where they lie next to zero as differences of larger numbers. Geometric ratios are
held to changes of unit by a factor only: an offset changes what a ratio means.
"""

import numpy as np
import pytest
from labcohort.compare.effect_sizes import cohen_dz, rank_biserial
from labcohort.compare.exact import exact_signed_rank
from labcohort.compare.geometric import geometric_ratio, median_percent_change
from labcohort.compare.hodges_lehmann import hodges_lehmann
from labcohort.compare.normality import shapiro_wilk, skewness
from labcohort.compare.paired_t import paired_t
from labcohort.compare.ties import clean_differences
from labcohort.compare.wilcoxon import wilcoxon_signed_rank


def of_ranks(d: np.ndarray) -> tuple:
    """All that has to be equal to the last bit."""
    signed_rank = wilcoxon_signed_rank(d)
    return signed_rank, exact_signed_rank(d), rank_biserial(signed_rank)


def with_unit(d: np.ndarray) -> tuple:
    """(value or None) of all that has the unit of the differences."""
    hl, t = hodges_lehmann(d), paired_t(d)
    return hl.estimate, hl.ci_low, hl.ci_high, t.change_mean, t.change_sd, t.ci_low, t.ci_high


def without_unit(d: np.ndarray) -> tuple:
    d_z, shape = cohen_dz(d), shapiro_wilk(d)
    of_t = paired_t(d).statistic, d_z.d_z, d_z.ci_low, d_z.ci_high
    return (*of_t, shape.w, shape.p_value, skewness(d))


def ratios(baseline: np.ndarray, followup: np.ndarray) -> tuple:
    ratio = geometric_ratio(baseline, followup)
    percent = median_percent_change(baseline, followup)
    return ratio.ratio, ratio.ci_low, ratio.ci_high, None if percent is None else percent / 100


def assert_close(values: tuple, expected: tuple, scale: float = 1.0, unit: float = 1.0) -> None:
    """Within 1e-12 of each, in the other unit, or of `scale` (in that unit) next to zero."""
    for value, other in zip(values, expected, strict=True):
        if other is None:
            assert value is None
        else:
            difference = abs(value - other * unit)
            assert difference <= 1e-12 * max(abs(value), scale * unit), (value, other * unit)


def spread(d: np.ndarray) -> float:
    return float(np.abs(d).max())


def test_the_order_of_the_pairs(decimal_samples):
    rng = np.random.default_rng(51)
    for sample in decimal_samples[:1000]:
        order = rng.permutation(sample.baseline.size)
        moved = sample.baseline[order], sample.followup[order]
        d, d_moved = clean_differences(sample.baseline, sample.followup), clean_differences(*moved)
        assert of_ranks(d_moved) == of_ranks(d)
        # Exact summation and sorting leave nothing of the order here either.
        assert with_unit(d_moved) == with_unit(d)
        assert_close(ratios(*moved), ratios(sample.baseline, sample.followup))


def test_a_unit_change_by_a_factor(decimal_samples, unit_factors):
    for i, sample in enumerate(decimal_samples):
        factor = unit_factors[i % len(unit_factors)]
        other = sample.baseline * factor, sample.followup * factor
        d, d_other = clean_differences(sample.baseline, sample.followup), clean_differences(*other)
        assert of_ranks(d_other) == of_ranks(sample.whole_differences)
        # Slower: every third sample, which still meets every factor.
        if i // len(unit_factors) % 3 == 0:
            assert_close(with_unit(d_other), with_unit(d), spread(d), factor)
            assert_close(without_unit(d_other), without_unit(d))
            assert_close(ratios(*other), ratios(sample.baseline, sample.followup))


def test_hba1c_in_mmol_per_mol(decimal_samples):
    # Hoelzel, Clin Chem 2004;50:166, as 10.93·% - 23.5.
    for sample in decimal_samples[:1000]:
        percent = sample.whole_baseline / 10, sample.whole_followup / 10
        d, d_other = (
            clean_differences(*visits) for visits in (percent, [10.93 * x - 23.5 for x in percent])
        )
        assert of_ranks(d_other) == of_ranks(sample.whole_differences)
        # The offset leaves the values fewer digits than the factor.
        scale = max(spread(d), float(np.max(percent)))
        assert_close(with_unit(d_other), with_unit(d), scale, 10.93)


# Matthews, Diabetologia 1985;28:412-419: glucose (mmol/L) x insulin (u[IU]/mL) / 22.5, with
# 18 mg/dL and 6 pmol/u[IU] in a unit.
HOMA_IR_ROUTES = (
    lambda mg_dl, uiu_ml: mg_dl / 18 * uiu_ml / 22.5,
    lambda mg_dl, uiu_ml: mg_dl * uiu_ml / 405,
    lambda mg_dl, uiu_ml: mg_dl / 18 * (uiu_ml * 6 / 6.0) / 22.5,
)


@pytest.mark.parametrize(("glucose_step", "insulin_step"), [(1, 1), (9, 20)])
def test_homa_ir_by_three_routes(glucose_step, insulin_step):
    rng = np.random.default_rng(52)
    for _ in range(120):
        n = rng.integers(5, 60)
        glucose = rng.integers(70 // glucose_step, 140 // glucose_step, (2, n)) * glucose_step
        tenths = rng.integers(30 // insulin_step, 250 // insulin_step, (2, n)) * insulin_step
        baseline, followup = whole = glucose * tenths
        whole_d = (followup - baseline).astype(float)
        for route in HOMA_IR_ROUTES:
            visits = route(glucose, tenths / 10)
            d = clean_differences(*visits)
            assert of_ranks(d) == of_ranks(whole_d)
            assert_close(with_unit(d), with_unit(whole_d), spread(whole_d), 1 / 4050)
            assert_close(without_unit(d), without_unit(whole_d))
            assert_close(ratios(*visits), ratios(*whole))
