"""What unsteady reading does: points moved at random, and numbers pooled over the repeats."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

import numpy as np
from numpy.typing import ArrayLike

from ._imputation_pool import Pooled, rubin
from ._input import Floats, as_choice, as_vector
from ._reconstruct_clicks import Clicks, isotonic

DISTRIBUTIONS = ("normal", "uniform")
_MOST_REPEATS = 10_000
Repeat = TypeVar("Repeat")


def jittered(
    clicks: Clicks, error_time: float, error_survival: float, repeats: int, seed: int, distribution: str
) -> Iterator[tuple[Floats, Floats]]:
    """Curves with every point but (0, 1) moved, monotone again."""
    as_choice("distribution", distribution, DISTRIBUTIONS)
    wide = _as_error("error_time", error_time, float(clicks.time[-1]))
    high = _as_error("error_survival", error_survival, 1.0)
    number = float(as_vector("repeats", [repeats])[0])
    if isinstance(repeats, bool) or number != round(number) or not 2 <= number <= _MOST_REPEATS:
        raise ValueError(f"repeats must be a whole number from 2 to {_MOST_REPEATS}, found {repeats}")
    rng = np.random.default_rng(seed)
    for _ in range(int(number)):
        a, b = (_errors(rng, clicks.time.size - 1, distribution) for _ in range(2))
        t = np.maximum.accumulate(np.maximum(clicks.time[1:] + wide * a, 0.0))
        s = isotonic(np.clip(clicks.survival[1:] + high * b, 0.0, 1.0))
        yield np.append(0.0, t), np.append(1.0, s)


def _as_error(name: str, value: float, most: float) -> float:
    error = float(as_vector(name, [value])[0])
    if not 0 <= error < most:
        raise ValueError(f"{name} must be 0 or more and less than {most:g}, the size of the plot; found {error:g}")
    return error


def _errors(rng: np.random.Generator, n: int, distribution: str) -> Floats:
    """Mean 0, standard deviation 1."""
    if distribution == "normal":
        return rng.standard_normal(n)
    return rng.uniform(-math.sqrt(3), math.sqrt(3), n)


def pool_repeats(statistic: Callable[..., tuple[float, float]], *arms: Sequence[Repeat], level: float = 0.95) -> Pooled:
    """A statistic over repeated readings of one or more curves, with the reading's error counted.

    With estimates q_r and variances u_r, r = 1 .. R: W = mean u_r is the variance within a reading (another sample of
    patients), B that of the q_r between readings of the same figure, and T = W + (1 + 1/R) B, as for imputed data
    (Rubin 1987, doi:10.1002/9780470316696).

    Parameters
    ----------
    statistic : takes one reconstruction of each arm, gives an estimate and its squared standard error, on a scale where
        estimates are near normal (the log of a hazard ratio).
    arms : the repeats of each arm, R of each, from :func:`reconstruct_repeatedly`; arms read independently need
        different seeds.
    level : of the limits.

    Returns
    -------
    Pooled
        Each array holds the one quantity; ``share`` is the part of the variance that comes from reading the figure, as
        good as the reading error that was assumed.

    Raises
    ------
    ValueError
        Without arms, for arms with different numbers of repeats, and as :func:`onearm.stats.rubin`.

    Examples
    --------
    Estimates 1, 2, 3 with variance 4: T = 4 + 4/3.

    >>> pooled = pool_repeats(lambda q: (q, 4.0), [1.0, 2.0, 3.0])
    >>> round(float(pooled.total[0]), 4), round(float(pooled.share[0]), 4)
    (5.3333, 0.25)
    """
    if not arms:
        raise ValueError("arms is empty: give the repeats of at least one curve")
    sizes = {len(a) for a in arms}
    if len(sizes) > 1:
        raise ValueError(f"arms have different numbers of repeats: {', '.join(str(len(a)) for a in arms)}")
    found = [statistic(*drawn) for drawn in zip(*arms, strict=True)]
    estimates: ArrayLike = [q for q, _ in found]
    return rubin(estimates, [u for _, u in found], level=level)
