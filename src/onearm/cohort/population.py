"""Who is analysed: populations from conditions, with everyone who was left out and why."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import polars as pl

from onearm.cohort.tables import Cohort
from onearm.protocol.document import Protocol
from onearm.protocol.population import Condition

ENROLLED = "enrolled"
"""The population that is always there: every row of `subjects`."""


@dataclass(frozen=True, slots=True)
class Step:
    """One condition of a population: ``before = len(kept) + len(removed)``.

    Parameters
    ----------
    population, label
        Its name and its words for people.
    reason
        The condition in words, printed for those removed.
    before
        Subjects before this condition.
    kept, removed
        Subjects, in the order of `subjects`.
    """

    population: str
    label: str
    reason: str
    before: int
    kept: tuple[str, ...]
    removed: tuple[str, ...]


def condition_columns(cohort: Cohort) -> pl.DataFrame:
    """Give the columns of `subjects` that conditions may use.

    Where a source counts days, ``enrolled`` and ``treatment_start`` hold study days rather than dates, so that
    ``given: true`` means the same everywhere. Facts are joined to it by ``subject``.
    """
    frame = cohort.subjects
    for name in ("enrolled", "treatment_start"):
        if frame[name].null_count() == frame.height:
            frame = frame.with_columns(pl.col(f"{name}_day").alias(name))
    return frame


def populations(protocol: Protocol, columns: pl.DataFrame) -> tuple[dict[str, tuple[str, ...]], tuple[Step, ...]]:
    """Resolve every population of the protocol.

    Parameters
    ----------
    protocol
        Names the populations; each starts from another one, at last from ``enrolled``.
    columns
        One row a subject: ``subject``, the columns of `subjects`, and a column a fact under the fact's name.

    Returns
    -------
    members : dict of str to tuple of str
        Subjects of each population, ``enrolled`` first, in the order of ``columns``.
    steps : tuple of Step
        One a condition, in the protocol's order.

    Raises
    ------
    KeyError
        A condition names a column that ``columns`` does not have.

    Notes
    -----
    A missing value meets no condition but ``given: false``.
    """
    members = {ENROLLED: tuple(columns["subject"].to_list())}
    steps: dict[str, tuple[Step, ...]] = {}

    def resolve(name: str) -> tuple[str, ...]:
        if name not in members:
            population = protocol.populations[name]
            start = resolve(population.source)
            label = population.label or name
            kept, steps[name] = attrition(name, label, start, population.keep, columns)
            members[name] = kept
        return members[name]

    for name in protocol.populations:
        resolve(name)
    ordered = {n: members[n] for n in (ENROLLED, *(p for p in protocol.populations if p != ENROLLED))}
    return ordered, tuple(s for n in protocol.populations for s in steps.get(n, ()))


def attrition(
    name: str, label: str, start: tuple[str, ...], conditions: tuple[Condition, ...], columns: pl.DataFrame
) -> tuple[tuple[str, ...], tuple[Step, ...]]:
    """Apply conditions one after the other, for instance the eligibility of a comparison.

    Parameters
    ----------
    name, label
        What the steps are called.
    start
        Subjects to begin with.
    conditions
        Each removes those who do not meet it.
    columns
        As for `populations`.

    Returns
    -------
    kept : tuple of str
    steps : tuple of Step
    """
    steps = []
    for condition in conditions:
        good = frozenset(columns["subject"].filter(meets(condition, columns)).to_list())
        kept = tuple(s for s in start if s in good)
        removed = tuple(s for s in start if s not in good)
        steps.append(Step(name, label, condition.words, len(start), kept, removed))
        start = kept
    return start, tuple(steps)


def meets(condition: Condition, columns: pl.DataFrame) -> pl.Series:
    """Whether each row meets a condition (Boolean, never null).

    Examples
    --------
    >>> from onearm.protocol.population import Condition
    >>> frame = pl.DataFrame({"subject": ["a", "b", "c"], "age": [59.0, 60.0, None]})
    >>> meets(Condition(column="age", at_least=60), frame).to_list()
    [False, True, False]
    """
    if condition.name not in columns.columns:
        raise KeyError(f"no column or fact {condition.name!r} to judge by")
    values = columns[condition.name]
    if values.dtype.is_numeric() and all(op in _BOUNDS for op, _ in condition.tests):
        return _within(values, condition)
    tests = [(_TESTS[op], operand) for op, operand in condition.tests]
    different = values.unique()  # one look at each value, however many rows have it
    good = [all(test(v, x) for test, x in tests) for v in different.to_list()]
    known = pl.DataFrame({"value": different, "meets": pl.Series(good, dtype=pl.Boolean)})
    found = values.to_frame("value").join(known, on="value", how="left", nulls_equal=True, maintain_order="left")
    return found["meets"]


_BOUNDS: dict[str, Callable[[pl.Series, Any], pl.Series]] = {
    "at_least": lambda v, x: v >= x,
    "at_most": lambda v, x: v <= x,
    "above": lambda v, x: v > x,
    "below": lambda v, x: v < x,
}


def _within(values: pl.Series, condition: Condition) -> pl.Series:
    """The same for bounds of numbers, without a look at each; a missing value meets none of them."""
    numbers = values.cast(pl.Float64).fill_nan(None)
    good = numbers.is_not_null()
    for op, operand in condition.tests:
        good = good & _BOUNDS[op](numbers, float(operand)).fill_null(False)  # type: ignore[arg-type]
    return good.alias("meets")


def _same(value: Any, operand: Any) -> bool:
    if isinstance(value, bool) or isinstance(operand, bool):
        return isinstance(value, bool) and isinstance(operand, bool) and value == operand
    if isinstance(value, dt.date):
        return bool(value.isoformat() == operand)
    return bool(value == operand)


def _number(value: Any) -> float | None:
    good = isinstance(value, (int, float)) and not isinstance(value, bool) and value == value
    return float(value) if good else None


def _compare(good: Callable[[float, float], bool]) -> Callable[[Any, Any], bool]:
    def test(value: Any, operand: Any) -> bool:
        number = _number(value)
        return number is not None and good(number, operand)

    return test


_TESTS: dict[str, Callable[[Any, Any], bool]] = {
    "given": lambda v, wanted: (v is not None) == wanted,
    "is_": lambda v, x: v is not None and _same(v, x),
    "in_": lambda v, xs: v is not None and any(_same(v, x) for x in xs),
    "not_in": lambda v, xs: v is not None and not any(_same(v, x) for x in xs),
    "at_least": _compare(lambda v, x: v >= x),
    "at_most": _compare(lambda v, x: v <= x),
    "above": _compare(lambda v, x: v > x),
    "below": _compare(lambda v, x: v < x),
}
