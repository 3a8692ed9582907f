"""The settings of a matching, checked: who takes part, in which order, and how many controls each may have."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from ._distance import Coordinates
from ._input import Bools, Floats, Ints, as_choice, as_floats, as_indicator, as_vector
from ._nearest_pool import sort_stably

__all__ = [
    "as_caliper",
    "as_scores",
    "as_sides",
    "common_support",
    "left_out",
    "numbers_wanted",
    "queue_of",
    "uses_allowed",
    "whole",
]

ORDERS = ("largest", "smallest", "closest", "farthest", "data", "random")
_LARGEST = 1e150


def as_scores(treated: Any, control: Any, coordinates: Coordinates | None) -> tuple[Floats, Floats] | None:
    """Finite scores of both sides, None where coordinates stand alone."""
    if coordinates is not None and not isinstance(coordinates, Coordinates):
        raise ValueError("coordinates must come from mahalanobis(), robust_mahalanobis() or scaled_euclidean()")
    if coordinates is not None and coordinates.treated.shape[1] != coordinates.control.shape[1]:
        raise ValueError("coordinates of treated and controls have different numbers of columns")
    if coordinates is not None and treated is None and control is None:
        return None
    sizes = (None, None) if coordinates is None else (coordinates.treated.shape[0], coordinates.control.shape[0])
    return _score("score_treated", treated, sizes[0]), _score("score_control", control, sizes[1])


def as_sides(scores: tuple[Floats, Floats] | None, coordinates: Coordinates | None) -> tuple[Floats, Floats]:
    """What distances are measured between: places where there are any, else scores."""
    if coordinates is not None:
        return coordinates.treated, coordinates.control
    if scores is None:
        raise ValueError("score_treated and score_control are needed where there are no coordinates")
    return scores


def _score(name: str, value: Any, n: int | None) -> Floats:
    """A vector as it came where it is sound."""
    plain = type(value) is np.ndarray and value.dtype == np.float64 and value.ndim == 1 and n in (None, value.size)
    if plain and value.size and np.abs(value).max() <= _LARGEST:
        return np.asarray(value)
    x = as_vector(name, value, n)
    if np.abs(x).max() > _LARGEST:
        raise ValueError(f"{name} must lie within {_LARGEST:g}, found {x[np.argmax(np.abs(x))]:g}")
    return x


def as_caliper(caliper: Any, scores: tuple[Floats, Floats] | None) -> float | None:
    """A caliper on the score, if any."""
    if caliper is None:
        return None
    width = as_floats("caliper", caliper)
    if width.ndim or math.isnan(width):
        raise ValueError(f"caliper must be a number, found {caliper}")
    if scores is None:
        raise ValueError("caliper is a distance of scores: give score_treated and score_control")
    return float(width)


def whole(name: str, value: Any, least: int = 1) -> int:
    """A whole number of at least ``least``."""
    number = math.nan if isinstance(value, bool) or not isinstance(value, int | float | np.number) else float(value)
    if not (number >= least and number % 1 == 0):
        raise ValueError(f"{name} must be a whole number of at least {least}, found {value}")
    return int(min(number, 2**40))


def queue_of(order: str, seed: Any, scores: tuple[Floats, Floats] | None, n: int) -> Ints:
    """Rows of the treated in the order served; data order where distances decide."""
    as_choice("order", order, ORDERS)
    if order in ("largest", "smallest"):
        if scores is None:
            raise ValueError(
                f"order {order!r} is one of scores: give score_treated and score_control, or another order"
            )
        return sort_stably(-scores[0] if order == "largest" else scores[0])[0]
    if order == "random":
        if seed is None:
            raise ValueError("seed is needed for a random order: the protocol names it")
        return np.random.default_rng(whole("seed", seed, 0)).permutation(n)
    return np.arange(n)


def uses_allowed(replace: bool, reuse_max: Any) -> float:
    """How many treated one control may serve."""
    if reuse_max is None:
        return math.inf if replace else 1
    return whole("reuse_max", reuse_max)


def numbers_wanted(
    ratio: Any, least: Any, most: Any, scores: tuple[Floats, Floats] | None, n: int, taking_part: Bools | None
) -> Ints:
    """Number of controls each treated is to get."""
    if most is None:
        if least is not None:
            raise ValueError("min_controls bounds a variable number of controls: give max_controls too")
        return np.full(n, whole("ratio", ratio))
    if scores is None:
        raise ValueError("max_controls needs scores: the number of controls varies with the score")
    low, high = 1 if least is None else whole("min_controls", least), whole("max_controls", most)
    if not isinstance(ratio, int | float | np.number) or not low < ratio < high:
        raise ValueError(f"ratio must lie between min_controls ({low}) and max_controls ({high}), found {ratio}")
    rows = np.arange(n) if taking_part is None else np.flatnonzero(taking_part)
    score = scores[0][rows]
    falling = score.size > 0 and score.mean() > scores[1].mean()
    wanted = np.zeros(n, dtype=np.int64)
    fewest_first = rows[np.argsort(-score if falling else score, kind="stable")]
    wanted[fewest_first] = _extremal(float(ratio), low, high, rows.size)
    return wanted


def _extremal(ratio: float, low: int, high: int, n: int) -> Ints:
    """Numbers of controls with the mean ``ratio``, as many as can be at the bounds, in rising order.

    round(ratio n) - n low are left when all have the least; high - low of them lift one from least to most.
    """
    full, rest = divmod(round(ratio * n) - n * low, high - low)
    numbers = np.full(n, low, dtype=np.int64)
    numbers[n - full :] = high
    if rest:
        numbers[n - full - 1] += rest
    return numbers


def left_out(discard: Any, scores: tuple[Floats, Floats] | None, sizes: tuple[int, int]) -> tuple[Bools, Bools] | None:
    """Masks of those who take no part, None when all do."""
    if isinstance(discard, str):
        as_choice("discard", discard, ("none", "treated", "control", "both"))
        if discard == "none":
            return None
        if scores is None:
            raise ValueError(f"discard {discard!r} compares scores: give score_treated and score_control, or masks")
        return common_support(*scores, discard)
    if not isinstance(discard, tuple) or len(discard) != 2:
        raise ValueError('discard must be "none", "treated", "control", "both" or a tuple of two masks')
    return as_indicator("discard", discard[0], sizes[0]), as_indicator("discard", discard[1], sizes[1])


def common_support(score_treated: ArrayLike, score_control: ArrayLike, discard: str = "both") -> tuple[Bools, Bools]:
    """Who lies outside the range of the other group's scores.

    Parameters
    ----------
    score_treated, score_control : (n1,), (n0,) scores.
    discard : whose outliers are marked: those of the "treated", the "control" group or "both".

    Returns
    -------
    tuple of (n1,) and (n0,) masks, True for those outside.

    Raises
    ------
    ValueError
        For bad scores or an unknown word.

    Examples
    --------
    >>> [side.tolist() for side in common_support([2, 5], [1, 3, 4])]
    [[False, True], [True, False, False]]
    """
    a, b = as_vector("score_treated", score_treated), as_vector("score_control", score_control)
    as_choice("discard", discard, ("treated", "control", "both"))
    outside_a = (a < b.min()) | (a > b.max())
    outside_b = (b < a.min()) | (b > a.max())
    return outside_a & (discard != "control"), outside_b & (discard != "treated")
