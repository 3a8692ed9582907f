"""A rate after x events of n under a Beta prior or a mixture of them, for many x and n at once.

Component k of the prior has weight w_k and parameters a_k, b_k. After x of n (Bernardo & Smith 1994, 5.2.3)

    rate | k ~ Beta(a_k + x, b_k + n - x)
    w_k' = w_k m_k / sum of w_j m_j,   m_k = B(a_k + x, b_k + n - x) / B(a_k, b_k)
    P(next patient has the event) = sum of w_k' (a_k + x) / (a_k + b_k + n)
    P(y of the next m) = sum of w_k' C(m, y) B(a_k + x + y, b_k + n - x + m - y) / B(a_k + x, b_k + n - x)

Whatever the prior, the rate is stochastically larger the larger x is (the binomial likelihood has a monotone ratio), so
a probability that it exceeds a limit rises with x and a rule on it is one integer a look.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import betainc, betaincc, betaln

from ._bayes_mixture import BetaMixture, beta_mixture
from ._input import Bools, Floats, Ints, as_floats
from ._number import as_count

Prior = BetaMixture | Sequence[float] | Sequence[Sequence[float]]
"""(a, b) of Beta(a, b); or (weight, a, b) of each component of a mixture; or a `BetaMixture`."""

TIE = 1e-12
"""A probability this near to its cut-off is equal to it: nearer than rounding, farther than any two that differ."""

LONGEST = 10_000  # patients at a look
_SMALLEST, _LARGEST = 1e-3, 1e6  # a prior's parameter


def as_prior(name: str, value: Prior) -> BetaMixture:
    """A prior for a rate, from (a, b), from components (weight, a, b), or as it is."""
    if isinstance(value, BetaMixture):
        mixture = value
    else:
        x = _rows(name, value)
        try:
            mixture = beta_mixture(x[:, 0], x[:, 1], x[:, 2])
        except ValueError as problem:
            raise ValueError(f"{name} is no Beta prior: {problem}") from None
    both = np.concatenate([mixture.a, mixture.b])
    if both.min() < _SMALLEST or both.max() > _LARGEST:
        odd = both[(both < _SMALLEST) | (both > _LARGEST)][0]
        raise ValueError(f"{name} must have parameters between {_SMALLEST:g} and {_LARGEST:g}, found {odd:g}")
    return mixture


def _rows(name: str, value: object) -> Floats:
    wanted = f"{name} must be (a, b) of a Beta prior, or (weight, a, b) of each component of a mixture"
    try:
        x = as_floats(name, value)  # type: ignore[arg-type]
    except ValueError:
        raise ValueError(f"{wanted}; found {type(value).__name__}") from None
    if x.shape == (2,):
        x = np.concatenate([[1.0], x])[None, :]
    if x.ndim != 2 or x.shape[1] != 3 or not x.size or not np.all(np.isfinite(x)):
        raise ValueError(
            f"{wanted}; found shape {x.shape}" + ("" if np.all(np.isfinite(x)) else " with missing values")
        )
    return x


def as_looks(name: str, value: ArrayLike) -> Ints:
    """Patients at each look: whole numbers from 1, ascending."""
    x = as_floats(name, value)
    if x.ndim != 1 or not x.size:
        raise ValueError(f"{name} must list the patients at each look, found shape {x.shape}")
    if not np.all((x >= 1) & (x <= LONGEST)) or np.any(x != np.rint(x)):
        raise ValueError(f"{name} must hold whole numbers from 1 to {LONGEST}")
    if np.any(np.diff(x) < 1):
        raise ValueError(f"{name} must ascend: each look has more patients than the one before it")
    return x.astype(np.int64)


def as_patients(x: float, n: float, most: int = LONGEST) -> tuple[int, int]:
    """Events and the patients they are of."""
    size = as_count("n", n, 0, most)
    return as_count("x", x, 0, size, f" of n = {size}"), size


def updated_weights(prior: BetaMixture, x: ArrayLike, n: ArrayLike) -> Floats:
    """w' with the components on the last axis."""
    events, size = np.asarray(x)[..., None], np.asarray(n)[..., None]
    if prior.weight.size == 1:
        return np.ones((*np.broadcast_shapes(events.shape[:-1], size.shape[:-1]), 1))
    log = np.log(prior.weight) + betaln(prior.a + events, prior.b + size - events) - betaln(prior.a, prior.b)
    raw = np.exp(log - np.max(log, axis=-1, keepdims=True))
    return np.asarray(raw / np.sum(raw, axis=-1, keepdims=True))


def probability_above(prior: BetaMixture, x: ArrayLike, n: ArrayLike, limit: float) -> Floats:
    """P(rate > limit | x of n)."""
    return _tail(betaincc, prior, x, n, limit)


def probability_below(prior: BetaMixture, x: ArrayLike, n: ArrayLike, limit: float) -> Floats:
    """P(rate < limit | x of n)."""
    return _tail(betainc, prior, x, n, limit)


def _tail(tail: Callable[..., Floats], prior: BetaMixture, x: ArrayLike, n: ArrayLike, limit: float) -> Floats:
    events, size = np.asarray(x)[..., None], np.asarray(n)[..., None]
    parts = tail(prior.a + events, prior.b + size - events, limit)
    return np.asarray(np.clip(np.sum(updated_weights(prior, x, n) * parts, axis=-1), 0.0, 1.0))


def next_event(prior: BetaMixture, x: ArrayLike, n: ArrayLike) -> Floats:
    """P(the next patient has the event | x of n)."""
    if prior.weight.size == 1:
        return np.asarray((prior.a[0] + np.asarray(x)) / (prior.a[0] + prior.b[0] + np.asarray(n)))
    events, size = np.asarray(x)[..., None], np.asarray(n)[..., None]
    means = (prior.a + events) / (prior.a + prior.b + size)
    return np.asarray(np.sum(updated_weights(prior, x, n) * means, axis=-1))


def beta_binomial(prior: BetaMixture, x: int, n: int, m: int) -> Floats:
    """P(y of the next m | x of n) for y = 0 .. m."""
    y = np.arange(m + 1)[:, None]
    log_choose = -np.log(m + 1.0) - betaln(y + 1.0, m - y + 1.0)
    a, b = prior.a + x, prior.b + n - x
    parts = np.exp(log_choose + betaln(a + y, b + m - y) - betaln(a, b))
    return np.asarray(parts @ updated_weights(prior, x, n))


def exceeds(value: Floats, cutoff: float, strict: bool) -> Bools:
    """Whether a probability is above its cut-off, or at it where the rule is inclusive; `TIE` apart is equal."""
    return np.asarray(value > cutoff + TIE if strict else value >= cutoff - TIE)


def falls_short(value: Floats, cutoff: float | Floats, strict: bool) -> Bools:
    """Whether a probability is below its cut-off, or at it where the rule is inclusive; `TIE` apart is equal."""
    return np.asarray(value < cutoff - TIE if strict else value <= cutoff + TIE)


def first_true(holds: Callable[[Ints, Ints], Bools], n: Ints) -> Ints:
    """The smallest x from 0 to n at which ``holds(x, n)``, n + 1 where none does; ``holds`` must not go back with x."""
    low, high = np.zeros_like(n), n + 1  # the answer lies in low .. high
    while np.any(low < high):
        middle = (low + high) // 2
        yes = holds(np.minimum(middle, n), n) & (middle <= n)
        open_ = low < high
        high = np.where(open_ & yes, middle, high)
        low = np.where(open_ & ~yes, np.minimum(middle + 1, high), low)
    return high


def last_true(holds: Callable[[Ints, Ints], Bools], n: Ints) -> Ints:
    """The largest x from 0 to n at which ``holds(x, n)``, -1 where none does; ``holds`` must not return with x."""
    return first_true(lambda x, size: ~holds(x, size), n) - 1
