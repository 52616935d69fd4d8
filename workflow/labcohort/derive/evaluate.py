"""Derived markers of every person and sample date: a value, or the reason why there is none."""

from collections.abc import Iterable, Mapping

import polars as pl

from labcohort.derive import registry
from labcohort.derive.age import age_at
from labcohort.derive.censored import CENSORED_INPUT, EXCLUDED_INPUT, sent_as_limit
from labcohort.derive.nearest import INPUTS_OF_OTHER_DATE, KEYS, is_measured, with_nearest
from labcohort.derive.registry import Formula, upper_limit_of

SCHEMA = {
    "person": pl.String,
    "sample_date": pl.Date,
    "marker": pl.String,
    "value": pl.Float64,
    "category": pl.String,
    "reason": pl.String,
    "flag": pl.String,
}
# how a person's missing characteristic is called in a reason
PERSON_NAMES = {"sex": "sex", "age": "birth date or age"}
# a value on a limit may lie beside it by the dust of binary fractions
DIGITS = 12

Limits = Mapping[str, Mapping[str, float | None]]


def evaluate(
    inputs: pl.DataFrame,
    markers: Iterable[str],
    methods: Mapping[str, str],
    tables: Mapping[str, object],
    limits: Limits | None = None,
    input_days: Mapping[str, int] | None = None,
) -> pl.DataFrame:
    """One row per wanted marker, person and sample date with any measured input of the marker.

    Parameters
    ----------
    inputs : one row per (person, sample_date); columns person, sample_date, sex (male, female),
        birth_date (Date), age (years, used where there is no birth date) and, in canonical
        units, one per measured marker. Null is missing, and so is a column that is not there.
        Optional: insulin_treated (yes, no; all else is unknown) and, of each measured marker,
        `upper_limit_of` (of the result's own reference range, canonical unit) and
        `sent_as_limit` (Boolean; with a null value: a result that the study excludes).
    markers : codes of the derived markers wanted.
    methods : marker -> method, for markers with more than one.
    tables : the facts and settings that the formulas take, by name.
    limits : derived marker -> hard_low, hard_high, soft_low, soft_high, each inclusive and each
        None or absent for none: outside the hard ones there is no value, outside the soft ones
        it has a flag.
    input_days : derived marker -> days. Such a marker stands at the dates of its first measured
        input alone; any other that is missing then is taken from the nearest date that has it,
        at most so many days away (a tie: the earlier), and the value has a flag.

    Returns
    -------
    Columns as in `SCHEMA`, sorted by marker, person and sample date. Each row has either a
    finite value or a reason: the missing inputs by name, what makes the formula undefined, or
    the reason of a derived input that has no value. `flag` joins by | what is odd about a value.

    Raises
    ------
    ValueError where a (person, sample_date) comes twice; UserError for an unknown marker or
    method; KeyError for a table that a formula takes and `tables` lacks.
    """
    if inputs.select(KEYS).is_duplicated().any():
        raise ValueError("inputs have more than one row for a person and sample date")
    limits, days = limits or {}, input_days or {}
    wanted = sorted(set(markers))
    leaves = {marker: registry.measured_inputs(marker, methods) for marker in wanted}
    wide = _columns(inputs, sorted(set().union(*leaves.values())))
    same_date = [marker for marker in wanted if marker not in days]
    computed = dict.fromkeys(same_date, _with_markers(wide, same_date, methods, tables, limits))
    for marker in days.keys() & set(wanted):
        first = registry.first_measured_input(marker, methods)
        near = with_nearest(wide, first, sorted(leaves[marker] - {first}), days[marker])
        computed[marker] = _with_markers(near, [marker], methods, tables, limits)
    parts = [_long(frame, marker, leaves[marker]) for marker, frame in computed.items()]
    return pl.concat([pl.DataFrame(schema=SCHEMA), *parts]).sort("marker", *KEYS)


def _columns(inputs: pl.DataFrame, measured: list[str]) -> pl.DataFrame:
    """The columns that formulas see; a value that is not finite counts as missing."""
    birth_date, sample_date = pl.col("birth_date").cast(pl.Date), pl.col("sample_date")
    age = pl.coalesce(age_at(birth_date, sample_date).cast(pl.Float64), pl.col("age"))
    treated = _column(inputs, "insulin_treated", pl.String)
    return inputs.select(
        *KEYS,
        pl.col("sex").cast(pl.String),
        _finite(age.cast(pl.Float64)).alias("age"),
        pl.when(treated.is_in(["yes", "no"])).then(treated).alias("insulin_treated"),
        pl.lit(False).alias(INPUTS_OF_OTHER_DATE),
        *(
            _finite(_column(inputs, name, pl.Float64)).alias(name)
            for code in measured
            for name in (code, upper_limit_of(code))
        ),
        *(
            _column(inputs, name, pl.Boolean).fill_null(False).alias(name)
            for name in map(sent_as_limit, measured)
        ),
    )


def _column(inputs: pl.DataFrame, name: str, dtype: type[pl.DataType]) -> pl.Expr:
    return pl.col(name).cast(dtype) if name in inputs.columns else pl.lit(None, dtype)


def _with_markers(
    frame: pl.DataFrame,
    markers: list[str],
    methods: Mapping[str, str],
    tables: Mapping[str, object],
    limits: Limits,
) -> pl.DataFrame:
    """`frame` with value, category, reason and flag of the markers and their derived inputs."""
    for marker in registry.in_order(markers, methods):
        formula = registry.formula(marker, methods, tables)
        frame = frame.with_columns(_finite(formula.value.cast(pl.Float64)).alias(marker))
        own = limits.get(marker, {})
        reason = _reason(marker, methods, formula, own)
        frame = frame.with_columns(reason.alias(_reason_of(marker)))
        sent = [pl.col(sent_as_limit(m)) for m in registry.measured_inputs(marker, methods)]
        category = pl.lit(None, pl.String) if formula.category is None else formula.category
        computed = pl.col(_reason_of(marker)).is_null()
        frame = frame.with_columns(
            pl.when(computed).then(marker).alias(marker),
            pl.when(computed).then(category).alias(_category_of(marker)),
            pl.when(computed).then(_flag(marker, sent, formula, own)).alias(_flag_of(marker)),
        )
    return frame


def _reason(
    marker: str, methods: Mapping[str, str], formula: Formula, limits: Mapping[str, float | None]
) -> pl.Expr:
    """Why a row has no value, null where it has one: the first reason that applies."""
    direct = registry.inputs(marker, methods)
    derived = [code for code in direct if registry.is_derived(code)]
    measured = [code for code in direct if code not in derived]
    missing = [(~is_measured(code), code) for code in measured] + [
        (pl.col(name).is_null(), PERSON_NAMES[name])
        for name in registry.person_inputs(marker, methods)
    ]
    names = _joined(missing, ", ")
    excluded = [(pl.col(code).is_null(), EXCLUDED_INPUT) for code in measured]
    no_number = (pl.col(marker).is_null(), "the formula gives no finite number")
    return pl.coalesce(
        pl.lit("missing input: ") + names,
        *_texts(excluded),
        *(pl.col(_reason_of(code)) for code in derived),
        *_texts([*formula.undefined, no_number, *_not_credible(marker, limits)]),
    )


def _not_credible(marker: str, limits: Mapping[str, float | None]) -> list[tuple[pl.Expr, str]]:
    """Where the value is beyond a hard limit, and the reason."""
    low, high = limits.get("hard_low"), limits.get("hard_high")
    below, above = _beyond(marker, low, high)
    if low is not None and high is not None:
        return [(below | above, f"{marker} is outside the credible {low:.12g} to {high:.12g}")]
    if low is not None:
        return [(below, f"{marker} is below the credible {low:.12g}")]
    return [] if high is None else [(above, f"{marker} is above the credible {high:.12g}")]


def _flag(
    marker: str, sent: list[pl.Expr], formula: Formula, limits: Mapping[str, float | None]
) -> pl.Expr:
    """What is odd about a value: every flag that holds, joined by |, null where none does."""
    below, above = _beyond(marker, limits.get("soft_low"), limits.get("soft_high"))
    return _joined(
        [
            (pl.any_horizontal(sent), CENSORED_INPUT),
            *formula.flags,
            (below, "soft_low"),
            (above, "soft_high"),
            (pl.col(INPUTS_OF_OTHER_DATE), INPUTS_OF_OTHER_DATE),
        ],
        "|",
    )


def _beyond(marker: str, low: float | None, high: float | None) -> tuple[pl.Expr, pl.Expr]:
    """Whether the value is below `low`, and whether above `high`; a limit itself is neither."""
    value = pl.col(marker).round_sig_figs(DIGITS)
    return value < pl.lit(low, pl.Float64), value > pl.lit(high, pl.Float64)


def _texts(conditions: Iterable[tuple[pl.Expr, str]]) -> list[pl.Expr]:
    """The text of each condition that holds, else null."""
    return [pl.when(condition).then(pl.lit(text)) for condition, text in conditions]


def _joined(conditions: list[tuple[pl.Expr, str]], separator: str) -> pl.Expr:
    """The texts of all conditions that hold, null where none does."""
    if not conditions:
        return pl.lit(None, pl.String)
    texts = pl.concat_str(_texts(conditions), separator=separator, ignore_nulls=True)
    return pl.when(texts != "").then(texts)


def _long(frame: pl.DataFrame, marker: str, leaves: Iterable[str]) -> pl.DataFrame:
    """The marker's rows in the result's columns, where any of its inputs was measured."""
    return frame.filter(pl.any_horizontal(is_measured(leaf) for leaf in leaves)).select(
        *KEYS,
        pl.lit(marker).alias("marker"),
        pl.col(marker).alias("value"),
        pl.col(_category_of(marker)).alias("category"),
        pl.col(_reason_of(marker)).alias("reason"),
        pl.col(_flag_of(marker)).alias("flag"),
    )


def _finite(number: pl.Expr) -> pl.Expr:
    return pl.when(number.is_finite()).then(number)


def _reason_of(marker: str) -> str:
    return f"reason of {marker}"


def _category_of(marker: str) -> str:
    return f"category of {marker}"


def _flag_of(marker: str) -> str:
    return f"flag of {marker}"
