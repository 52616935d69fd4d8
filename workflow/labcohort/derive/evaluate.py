"""Derived markers of every person and sample date: a value, or the reason why there is none."""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import polars as pl

from labcohort.derive import registry
from labcohort.derive.age import age_at
from labcohort.derive.censored import CENSORED_INPUT, EXCLUDED_INPUT, sent_as_limit
from labcohort.derive.nearest import INPUTS_OF_OTHER_DATE, KEYS, is_measured, with_nearest
from labcohort.derive.registry import Formula, upper_limit_of
from labcohort.keys import rises, sorted_by

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
ROUNDED = "rounded value"

Limits = Mapping[str, Mapping[str, float | None]]


class Numbered(NamedTuple):
    """A text of each row, as the number (UInt32, or null) of one of `texts`: texts themselves
    would take ten times as long."""

    number: pl.Expr
    texts: list[str]


class Computed(NamedTuple):
    """A `frame` with value and category of markers, and the numbers of their reasons and flags,
    whose `texts` stand under the columns' names."""

    frame: pl.DataFrame
    texts: dict[str, list[str]]

    def text(self, column: str) -> pl.Expr:
        """The texts themselves of a column of numbers."""
        return pl.lit(pl.Series(self.texts[column], dtype=pl.String)).gather(pl.col(column))


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
    limits, days = limits or {}, input_days or {}
    wanted = sorted(set(markers))
    leaves = {marker: registry.measured_inputs(marker, methods) for marker in wanted}
    wide = sorted_by(_columns(inputs, sorted(set().union(*leaves.values()))), *KEYS)
    if not wide.select(rises(KEYS, at_the_same=False).all()).item():
        raise ValueError("inputs have more than one row for a person and sample date")
    same_date = [marker for marker in wanted if marker not in days]
    computed = dict.fromkeys(same_date, _with_markers(wide, same_date, methods, tables, limits))
    for marker in days.keys() & set(wanted):
        first = registry.first_measured_input(marker, methods)
        near = with_nearest(wide, first, sorted(leaves[marker] - {first}), days[marker])
        computed[marker] = _with_markers(near, [marker], methods, tables, limits)
    parts = [_long(computed[marker], marker, leaves[marker]) for marker in wanted]
    return pl.concat([pl.DataFrame(schema=SCHEMA), *parts])


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
) -> Computed:
    """`frame` with value, category, reason and flag of the markers and their derived inputs."""
    texts: dict[str, list[str]] = {}
    for marker in registry.in_order(markers, methods):
        formula = registry.formula(marker, methods, tables)
        frame = frame.with_columns(_finite(formula.value.cast(pl.Float64)).alias(marker))
        frame = frame.with_columns(pl.col(marker).round_sig_figs(DIGITS).alias(ROUNDED))
        own = limits.get(marker, {})
        reason = _reason(marker, methods, formula, own, texts)
        sent = [pl.col(sent_as_limit(m)) for m in registry.measured_inputs(marker, methods)]
        flag = _flag(sent, formula, own)
        category = pl.lit(None, pl.String) if formula.category is None else formula.category
        frame = frame.with_columns(reason.number.alias(_reason_of(marker)))
        computed = pl.col(_reason_of(marker)).is_null()
        frame = frame.with_columns(
            pl.when(computed).then(marker).alias(marker),
            pl.when(computed).then(category).alias(_category_of(marker)),
            pl.when(computed).then(flag.number).alias(_flag_of(marker)),
        )
        texts |= {_reason_of(marker): reason.texts, _flag_of(marker): flag.texts}
    return Computed(frame, texts)


def _reason(
    marker: str,
    methods: Mapping[str, str],
    formula: Formula,
    limits: Mapping[str, float | None],
    texts: Mapping[str, list[str]],
) -> Numbered:
    """Why a row has no value, null where it has one: the first reason that applies.

    `texts` are those of the reasons of derived inputs.
    """
    direct = registry.inputs(marker, methods)
    derived = [_reason_of(code) for code in direct if registry.is_derived(code)]
    measured = [code for code in direct if not registry.is_derived(code)]
    missing = [(~is_measured(code), code) for code in measured] + [
        (pl.col(name).is_null(), PERSON_NAMES[name])
        for name in registry.person_inputs(marker, methods)
    ]
    excluded = [(pl.col(code).is_null(), EXCLUDED_INPUT) for code in measured]
    no_number = (pl.col(marker).is_null(), "the formula gives no finite number")
    return _first(
        [
            _joined(missing, ", ", "missing input: "),
            *_each(excluded),
            *(Numbered(pl.col(reason), texts[reason]) for reason in derived),
            *_each([*formula.undefined, no_number, *_not_credible(marker, limits)]),
        ]
    )


def _not_credible(marker: str, limits: Mapping[str, float | None]) -> list[tuple[pl.Expr, str]]:
    """Where the value is beyond a hard limit, and the reason."""
    low, high = limits.get("hard_low"), limits.get("hard_high")
    below, above = _beyond(low, high)
    if low is not None and high is not None:
        return [(below | above, f"{marker} is outside the credible {low:.12g} to {high:.12g}")]
    if low is not None:
        return [(below, f"{marker} is below the credible {low:.12g}")]
    return [] if high is None else [(above, f"{marker} is above the credible {high:.12g}")]


def _flag(sent: list[pl.Expr], formula: Formula, limits: Mapping[str, float | None]) -> Numbered:
    """What is odd about a value: every flag that holds, joined by |, null where none does."""
    below, above = _beyond(limits.get("soft_low"), limits.get("soft_high"))
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


def _beyond(low: float | None, high: float | None) -> tuple[pl.Expr, pl.Expr]:
    """Whether the value is below `low`, and whether above `high`; a limit itself is neither."""
    value = pl.col(ROUNDED)
    return value < pl.lit(low, pl.Float64), value > pl.lit(high, pl.Float64)


def _each(conditions: Iterable[tuple[pl.Expr, str]]) -> list[Numbered]:
    """The text of each condition where that holds, else null."""
    return [
        Numbered(pl.when(condition).then(pl.lit(0, pl.UInt32)), [text])
        for condition, text in conditions
    ]


def _first(of: Sequence[Numbered]) -> Numbered:
    """The first of several texts that a row has, null where it has none."""
    numbers, texts = [], []
    for number, own in of:
        numbers.append(number + pl.lit(len(texts), pl.UInt32))
        texts += own
    return Numbered(pl.coalesce(numbers), texts)


def _joined(
    conditions: Sequence[tuple[pl.Expr, str]], separator: str, before: str = ""
) -> Numbered:
    """The texts of all conditions that hold, behind `before`; null where none does."""
    none = pl.lit(0, pl.UInt32)
    bits = [
        pl.when(condition).then(pl.lit(2**i, pl.UInt32)).otherwise(none)
        for i, (condition, _) in enumerate(conditions)
    ]
    # one text for each set of conditions, of which a formula has a handful
    texts = [
        before + separator.join(text for i, (_, text) in enumerate(conditions) if held >> i & 1)
        for held in range(2 ** len(conditions))
    ]
    number = pl.sum_horizontal(none, *bits)
    return Numbered(pl.when(number > 0).then(number), texts)


def _long(computed: Computed, marker: str, leaves: Iterable[str]) -> pl.DataFrame:
    """The marker's rows in the result's columns, where any of its inputs was measured."""
    rows = computed.frame.lazy().select(
        *KEYS,
        pl.lit(marker).alias("marker"),
        pl.col(marker).alias("value"),
        pl.col(_category_of(marker)).alias("category"),
        computed.text(_reason_of(marker)).alias("reason"),
        computed.text(_flag_of(marker)).alias("flag"),
        expected=pl.any_horizontal(is_measured(leaf) for leaf in leaves),
    )
    return rows.filter("expected").drop("expected").collect()


def _finite(number: pl.Expr) -> pl.Expr:
    return pl.when(number.is_finite()).then(number)


def _reason_of(marker: str) -> str:
    return f"reason of {marker}"


def _category_of(marker: str) -> str:
    return f"category of {marker}"


def _flag_of(marker: str) -> str:
    return f"flag of {marker}"
