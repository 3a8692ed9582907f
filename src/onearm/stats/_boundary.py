"""When counts stop a trial: integers at each look, for one or two kinds of event.

Every rule on counts (Simon, predictive probability, Thall and Simon, BOP2, safety rules) ends here, so that one
recursion (`operating_characteristics`) serves them all and a decision at any n compares integers, never rounded
probabilities.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from ._input import Ints, as_choice, as_floats
from ._number import as_count, as_truth

MEANINGS = ("futility", "efficacy", "harm", "safe", "")
_LARGEST = 100_000


@dataclass(frozen=True, slots=True)
class Boundary:
    """Integer stopping boundaries at each look.

    Among the first ``n[l]`` patients with a known outcome, x_k have the event of endpoint k. The trial stops at look l
    when x_k <= ``low[k, l]`` or x_k >= ``high[k, l]``; a limit out of reach is -1 below and ``n[l] + 1`` above.

    Parameters
    ----------
    n : (L,) patients with a known outcome at each look, ascending.
    low : (K, L) stop when the count is this or smaller; -1 where no count stops.
    high : (K, L) stop when the count is this or larger; n + 1 where no count stops.
    low_means, high_means : (K,) what a stop says: "futility", "efficacy", "harm", "safe" or "" where there is none.
    n_max : patients of the whole trial. Where the last look comes earlier, the last patients follow without a rule.
    names : (K,) of the endpoints, for instance ("response", "toxicity").
    together : whether a stop for ``low`` needs every endpoint to be at or below its limit (the nested and the
        co-primary endpoints of BOP2); otherwise one endpoint is enough.

    Examples
    --------
    Simon's design 1/10 5/29: stop after ten patients with one response or none; five or fewer of 29 are a failure.

    >>> rule = boundary([10, 29], low=[1, 5], high=[11, 30], low_means="futility")
    >>> rule.low.tolist(), rule.n_max
    ([[1, 5]], 29)
    """

    n: Ints
    low: Ints
    high: Ints
    low_means: tuple[str, ...]
    high_means: tuple[str, ...]
    n_max: int
    names: tuple[str, ...] = ("response",)
    together: bool = False

    @property
    def endpoints(self) -> int:
        """How many kinds of event are counted: 1 or 2."""
        return int(self.low.shape[0])


def boundary(
    n: ArrayLike,
    *,
    low: ArrayLike | None = None,
    high: ArrayLike | None = None,
    low_means: str | tuple[str, ...] = "",
    high_means: str | tuple[str, ...] = "",
    n_max: int | None = None,
    names: tuple[str, ...] = ("response",),
    together: bool = False,
) -> Boundary:
    """A checked `Boundary`; a limit that is not given never stops.

    Parameters
    ----------
    n, low, high, low_means, high_means, n_max, names, together : as in `Boundary`; ``low`` and ``high`` may be (L,) for
        one endpoint. ``n_max`` is the last look when it is not given.

    Returns
    -------
    Boundary

    Raises
    ------
    ValueError : looks that do not ascend, limits that are not whole numbers or contradict each other, unknown meanings.

    Examples
    --------
    >>> boundary([5, 10], high=[3, 4], high_means="harm", names=("toxicity",)).low.tolist()
    [[-1, -1]]
    """
    looks = _whole("n", n)
    if looks.ndim != 1 or not looks.size or looks[0] < 1 or np.any(np.diff(looks) < 1):
        raise ValueError("n must be in ascending order, from 1 patient on")
    if looks[-1] > _LARGEST:
        raise ValueError(f"n must be at most {_LARGEST}, found {looks[-1]}")
    if not (isinstance(names, tuple) and len(names) in (1, 2) and all(isinstance(k, str) and k for k in names)):
        raise ValueError(f"names must be a tuple of one or two words, found {names!r}")
    count = len(names)
    if len(set(names)) != count:
        raise ValueError(f"names must differ, found {names!r}")
    shape = (count, looks.size)
    below = np.full(shape, -1, dtype=np.int64) if low is None else _limits("low", low, shape)
    above = np.broadcast_to(looks + 1, shape).copy() if high is None else _limits("high", high, shape)
    below, above = np.clip(below, -1, looks), np.clip(above, 0, looks + 1)
    if np.any(below >= above):
        k, at = np.argwhere(below >= above)[0]
        raise ValueError(f"low and high of {names[k]} overlap at n = {looks[at]}: {below[k, at]} and {above[k, at]}")
    last = int(looks[-1]) if n_max is None else as_count("n_max", n_max, 1, _LARGEST)
    if last < looks[-1]:
        raise ValueError(f"n_max is {last}, but the last look is at {looks[-1]}")
    meanings = [_meanings(k, m, count) for k, m in (("low_means", low_means), ("high_means", high_means))]
    return Boundary(looks, below, above, meanings[0], meanings[1], last, tuple(names), as_truth("together", together))


def _whole(name: str, value: ArrayLike) -> Ints:
    x = as_floats(name, value)
    if not np.all(np.isfinite(x)) or np.any(x != np.rint(x)) or np.any(np.abs(x) > 2**53):
        raise ValueError(f"{name} must hold whole numbers only")
    return np.asarray(x, dtype=np.int64)


def _limits(name: str, value: ArrayLike, shape: tuple[int, int]) -> Ints:
    x = np.atleast_2d(_whole(name, value))
    if x.shape != shape:
        raise ValueError(f"{name} must have one row an endpoint and one column a look, {shape}; found {x.shape}")
    return x


def _meanings(name: str, value: str | tuple[str, ...], count: int) -> tuple[str, ...]:
    words = value if isinstance(value, tuple) else (value,) * count
    if len(words) != count:
        raise ValueError(f"{name} must have one word an endpoint ({count}), found {len(words)}")
    return tuple(as_choice(name, word, MEANINGS) for word in words)
