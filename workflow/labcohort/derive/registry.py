"""The register of formulas: which function computes which derived marker, from which inputs.

A formula is a function whose argument names say what it needs:

- a marker's code in lower case: a polars expression of that column, in its canonical unit;
- `sex` (male, female) and `age` (years at the sample date), likewise expressions;
- `insulin_treated` (yes, no; null where it is not known): the formula has a value without it;
- `{marker}_upper_limit` beside that measured marker: the upper end of the laboratory's own
  reference range of that very result, null where it sent none; the formula has a value without it;
- one of `TABLES`: a fact or a setting, passed as it is.
"""

import csv
import inspect
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import polars as pl

from labcohort.errors import UserError, unknown

PERSON = ("sex", "age")
# what a formula can do without
OPTIONAL_PERSON = ("insulin_treated",)
UPPER_LIMIT = "_upper_limit"
TABLES = ("ckd_stages", "egfr_rounding", "martin_hopkins")
MARKERS = Path(__file__).resolve().parents[3] / "resources" / "markers.tsv"


@dataclass(frozen=True, slots=True)
class Formula:
    """What a formula computes from a row's inputs, and where it is undefined.

    `undefined` holds (condition, reason in plain words); the first that holds is the reason.
    `category` is a text beside the value, for markers that are classes. `flags` holds
    (condition, flag): what is odd about a value that is kept; all that hold are its flags.
    """

    value: pl.Expr
    undefined: tuple[tuple[pl.Expr, str], ...] = ()
    category: pl.Expr | None = None
    flags: tuple[tuple[pl.Expr, str], ...] = ()


Function = Callable[..., Formula]
_functions: dict[str, dict[str, Function]] = {}


def derives(marker: str, method: str = "") -> Callable[[Function], Function]:
    """Register the decorated function as the formula of a derived marker, by this method.

    Raises UserError where the marker is no derived row of markers.tsv or an argument names nothing
    that a formula can be given, and ValueError where an upper limit stands without its marker, or
    marker and method are already registered.
    """

    def register(function: Function) -> Function:
        if _kinds().get(marker) != "derived":
            raise UserError(
                f"derived marker {marker} has a formula and no row",
                where=f"resources/{MARKERS.name}",
                rule="a derived marker is one row (kind derived) and one registered function",
                do="add or correct the row (README, 'New derived marker')",
            )
        _check_arguments(marker, _arguments(function))
        methods = _functions.setdefault(marker, {})
        if method in methods:
            raise ValueError(f"{marker}: method '{method}' is registered twice")
        methods[method] = function
        return function

    return register


def _check_arguments(marker: str, arguments: tuple[str, ...]) -> None:
    names = (*PERSON, *OPTIONAL_PERSON, *TABLES)
    for argument in arguments:
        limited = _limited(argument)
        if argument not in names and not _is_marker(argument) and limited is None:
            raise UserError(
                f"'{argument}' is no input of a formula",
                where=f"the formula of {marker}, or resources/{MARKERS.name}",
                rule="an input is the code of a row of that table in lower case, that of a measured"
                f" marker with {UPPER_LIMIT}, or one of {', '.join(names)}",
                do="correct the argument's name, or put the marker's row (back) into the table",
            )
        if limited is not None and limited.lower() not in arguments:
            raise ValueError(
                f"{marker}: '{argument}' without '{limited.lower()}', the result that it is of"
            )


def registered() -> dict[str, dict[str, Function]]:
    """Marker -> method -> function of the modules imported so far; '' is an only method.

    `labcohort.derive.index.import_formulas` imports all of them.
    """
    return {marker: dict(methods) for marker, methods in sorted(_functions.items())}


def function_of(marker: str, methods: Mapping[str, str]) -> Function:
    """The function that computes `marker` by the method that `methods` chooses for it.

    A marker with one method needs no choice. Raises UserError where the marker or the method
    is not registered, or where a choice is needed and none is made.
    """
    known = registered()
    if marker not in known:
        raise unknown("derived marker", marker, known, where="markers to derive")
    choices = known[marker]
    method = methods.get(marker, next(iter(choices)) if len(choices) == 1 else "")
    if method not in choices:
        raise unknown(f"method of {marker}", method, choices, where="methods of derived markers")
    return choices[method]


def inputs(marker: str, methods: Mapping[str, str]) -> tuple[str, ...]:
    """Codes of the markers, measured or derived, that the formula takes, in its order."""
    return tuple(a.upper() for a in _arguments(function_of(marker, methods)) if _is_marker(a))


def person_inputs(marker: str, methods: Mapping[str, str]) -> tuple[str, ...]:
    """Which of `PERSON` the formula itself takes, in its order."""
    return tuple(a for a in _arguments(function_of(marker, methods)) if a in PERSON)


def tables(marker: str, methods: Mapping[str, str]) -> tuple[str, ...]:
    """Which of `TABLES` the formula itself takes, in its order."""
    return tuple(a for a in _arguments(function_of(marker, methods)) if a in TABLES)


def is_derived(code: str) -> bool:
    """Whether a marker is computed by a formula."""
    return _kinds()[code] == "derived"


def upper_limit_of(code: str) -> str:
    """Name of the column with the upper limits of a measured marker's own results."""
    return f"upper limit of {code}"


def first_measured_input(marker: str, methods: Mapping[str, str]) -> str:
    """Code of the measured marker that the formula takes first, through derived inputs too."""
    code = inputs(marker, methods)[0]
    return first_measured_input(code, methods) if is_derived(code) else code


def measured_inputs(marker: str, methods: Mapping[str, str]) -> set[str]:
    """Codes of the measured markers that the formula needs, through derived inputs too."""
    order = in_order([marker], methods)
    return {code for m in order for code in inputs(m, methods)} - set(order)


def in_order(markers: Iterable[str], methods: Mapping[str, str]) -> list[str]:
    """These derived markers and those that they need, each after its inputs.

    Raises ValueError where a marker needs itself.
    """
    order: list[str] = []

    def visit(marker: str, path: tuple[str, ...]) -> None:
        if marker in path:
            raise ValueError(f"formulas in a circle: {' <- '.join((*path, marker))}")
        if marker in order:
            return
        for code in inputs(marker, methods):
            if is_derived(code):
                visit(code, (*path, marker))
        order.append(marker)

    for marker in markers:
        visit(marker, ())
    return order


def formula(marker: str, methods: Mapping[str, str], settings: Mapping[str, object]) -> Formula:
    """The formula of `marker` over columns named by marker codes, `sex`, `age`, ….

    `settings` holds at least those of `TABLES` that the formula takes; KeyError otherwise.
    """
    function = function_of(marker, methods)
    return function(**{name: _given(name, settings) for name in _arguments(function)})


def _given(argument: str, settings: Mapping[str, object]) -> object:
    if argument in TABLES:
        return settings[argument]
    limited = _limited(argument)
    if limited is not None:
        return pl.col(upper_limit_of(limited))
    return pl.col(argument.upper() if _is_marker(argument) else argument)


@cache
def _arguments(function: Function) -> tuple[str, ...]:
    return tuple(inspect.signature(function).parameters)


def _is_marker(argument: str) -> bool:
    return argument.islower() and argument.upper() in _kinds()


def _limited(argument: str) -> str | None:
    """Code of the measured marker whose upper limit the argument is, or None."""
    code = argument.removesuffix(UPPER_LIMIT)
    is_limit = argument != code and code.islower() and _kinds().get(code.upper()) == "measured"
    return code.upper() if is_limit else None


# Read to refuse a misspelt argument at once; no result depends on it.
@cache
def _kinds() -> dict[str, str]:
    with MARKERS.open(encoding="utf-8-sig", newline="") as file:
        rows = csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        return {row["marker"].strip(): row["kind"].strip() for row in rows if row.get("kind")}
