"""Draws of bias parameters from stated distributions, by their quantile functions.

A distribution is written as a tuple: ("constant", v), ("uniform", low, high), ("triangular", low, mode, high),
("trapezoidal", low, lower mode, upper mode, high), ("beta", a, b), ("lognormal", mean_log, sd_log). Two parameters may
be drawn together: correlated normals are turned into uniforms (a Gaussian copula) and these into values.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from scipy.special import betaincinv, ndtr, ndtri

from ._input import Floats
from ._number import as_number

Distribution = Sequence[object]
KINDS = {"constant": 1, "uniform": 2, "triangular": 3, "trapezoidal": 4, "beta": 2, "lognormal": 2}


def read_distribution(name: str, given: Distribution, *, proportion: bool) -> tuple[str, tuple[float, ...]]:
    """Kind and parameters, checked."""
    if isinstance(given, str) or not isinstance(given, Sequence) or not given or given[0] not in KINDS:
        raise ValueError(f'{name} must be a distribution such as ("beta", 8, 2); kinds are {", ".join(KINDS)}')
    kind = str(given[0])
    if len(given) - 1 != KINDS[kind]:
        raise ValueError(f"{name}: {kind} takes {KINDS[kind]} parameters, found {len(given) - 1}")
    number = tuple(as_number(name, v, -1e6, 1e6) for v in given[1:])  # type: ignore[arg-type]
    if kind == "beta":
        if min(number) < 1e-3:
            raise ValueError(f"{name}: parameters of a beta must be at least 0.001")
        return kind, number
    if kind == "lognormal":
        if proportion or number[1] < 0 or abs(number[0]) > 20 or number[1] > 5:
            raise ValueError(f"{name}: a lognormal is for ratios, with mean_log within 20 and sd_log from 0 to 5")
        return kind, number
    if any(x > y for x, y in pairwise(number)):
        raise ValueError(f"{name}: the parameters of a {kind} must not decrease")
    if number[0] < 0 or (proportion and number[-1] > 1) or (not proportion and number[0] <= 0):
        raise ValueError(f"{name} must lie {'between 0 and 1' if proportion else 'above 0'}")
    return kind, number


def quantiles(kind: str, number: tuple[float, ...], u: Floats) -> Floats:
    """The values at the uniforms ``u``."""
    if kind == "constant":
        return np.full(u.shape, number[0])
    if kind == "beta":
        return np.asarray(betaincinv(*number, u))
    if kind == "lognormal":
        return np.asarray(np.exp(number[0] + number[1] * ndtri(u)))
    if kind == "uniform":
        return number[0] + (number[1] - number[0]) * u
    corner = (number[0], number[1], number[-2], number[-1])  # a triangle's two modes are one
    return _trapezoid(corner, u)


def _trapezoid(corner: tuple[float, float, float, float], u: Floats) -> Floats:
    """Areas: rising part, flat part, falling part."""
    low, first, second, high = corner
    area = (high + second - first - low) / 2
    if area == 0:
        return np.full(u.shape, low)
    up, flat = (first - low) / 2 / area, (second - first) / area
    rising = low + np.sqrt(np.maximum(u, 0.0) * 2 * area * (first - low))
    level = first + (u - up) * area
    falling = high - np.sqrt(np.maximum(1 - u, 0.0) * 2 * area * (high - second))
    return np.where(u < up, rising, np.where(u < up + flat, level, falling))


def correlated_uniforms(rng: np.random.Generator, n: int, correlation: float) -> tuple[Floats, Floats]:
    """Two vectors of uniforms whose normal scores have this correlation."""
    z = rng.standard_normal((2, n))
    second = correlation * z[0] + np.sqrt(1 - correlation**2) * z[1]
    return np.asarray(ndtr(z[0])), np.asarray(ndtr(second))
