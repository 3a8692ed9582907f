"""What optimal pairs and full matching ask of their scores, distances and limits."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import ArrayLike

from ._input import Floats, Ints, as_floats, as_vector
from ._strata import joint_codes

_LARGEST = 1e100  # sums of distances stay numbers


def as_scores(treated: ArrayLike, control: ArrayLike) -> tuple[Floats, Floats]:
    """Both vectors of scores, none so large that a sum of distances overflows."""
    pair = as_vector("score_treated", treated), as_vector("score_control", control)
    for name, x in zip(("score_treated", "score_control"), pair, strict=True):
        if np.abs(x).max() > _LARGEST:
            raise ValueError(
                f"{name} reaches beyond {_LARGEST:g}, found {x[np.argmax(np.abs(x))]:g}: rescale the scores"
            )
    return pair


def as_distances(value: ArrayLike) -> Floats:
    """An n1 x n0 matrix of distances: not negative, infinite where a pair is not allowed."""
    d = as_floats("distance", value)
    if d.ndim != 2 or 0 in d.shape:
        raise ValueError(f"distance must be a matrix, treated in rows and controls in columns, found shape {d.shape}")
    if np.isnan(d).any():
        row, column = np.argwhere(np.isnan(d))[0]
        raise ValueError(f"distance has missing values, the first in row {row}, column {column}")
    if d.min() < 0:
        row, column = np.argwhere(d < 0)[0]
        raise ValueError(f"distance must not be negative, found {d[row, column]:g} in row {row}, column {column}")
    finite = d[np.isfinite(d)]
    if finite.size and finite.max() > _LARGEST:
        raise ValueError(f"distance reaches beyond {_LARGEST:g}, found {finite.max():g}: rescale the distances")
    return d


def as_reach(caliper: float | None) -> float:
    """The largest distance allowed: infinite when there is no caliper."""
    if caliper is None:
        return float("inf")
    reach = as_number("caliper", caliper)
    if not reach >= 0:
        raise ValueError(f"caliper must not be negative, found {caliper}")
    return reach


def as_number(name: str, value: float) -> float:
    """One number, as it is; not a text, a truth value or an array."""
    if isinstance(value, bool) or not isinstance(value, int | float | np.integer | np.floating) or np.isnan(value):
        raise ValueError(f"{name} must be a number, found {value!r}")
    return float(value)


def as_whole(name: str, value: float, least: int) -> int:
    """A whole number of at least ``least``."""
    number = as_number(name, value)
    if not np.isfinite(number) or int(number) != number or number < least:
        raise ValueError(f"{name} must be a whole number of at least {least}, found {value}")
    return int(number)


def strata_of(exact: tuple[ArrayLike, ArrayLike] | None, n1: int, n0: int) -> Iterator[tuple[Ints, Ints]]:
    """Rows of the treated and of the controls in each stratum that has both; one stratum when none are given."""
    if exact is None:
        yield np.arange(n1), np.arange(n0)
        return
    if not isinstance(exact, tuple | list) or len(exact) != 2:
        raise ValueError("exact must be a pair: the labels of the treated, the labels of the controls")
    code1, code0 = joint_codes(("exact of the treated", exact[0], n1), ("exact of the controls", exact[1], n0))
    for k in np.intersect1d(code1, code0):
        yield np.flatnonzero(code1 == k), np.flatnonzero(code0 == k)
