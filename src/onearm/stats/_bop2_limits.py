"""Cut-offs on posterior probabilities turned into integers: what BOP2, BOP2-TE and TOP share.

An endpoint is good when its rate p is above (a response) or below (a toxicity) its null rate p0. With a Beta(a, b)
prior and x events among n patients,

    P(p > p0 | x, n) = I_{1-p0}(b + n - x, a + x)        P(p < p0 | x, n) = I_{p0}(a + x, b + n - x),

and the endpoint fails at n when this is below lambda (n / N)^gamma. The first rises with x and the second falls, so
each n has one limit. Two probabilities closer than one part in 10^12 are equal, for both are rounded.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import betainc

from ._beta_mixture_posterior import LONGEST
from ._boundary import Boundary, boundary
from ._input import Floats, Ints, as_choice, as_floats
from ._number import as_count, as_number, as_share

EQUAL = 1e-12
KINDS = ("binary", "nested", "co-primary", "efficacy-toxicity")
NAMES = {
    "binary": ("response",),
    "nested": ("complete response", "response"),
    "co-primary": ("first endpoint", "second endpoint"),
    "efficacy-toxicity": ("response", "toxicity"),
}


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One endpoint of a rule: its null rate, Beta prior, whether its events are harm, and its cut-off's two numbers."""

    rate: float
    prior: tuple[float, float]
    harm: bool
    lam: float
    gamma: float
    equality_stops: bool = False

    def good(self, x: ArrayLike, size: ArrayLike) -> Floats:
        """P(good | x events in ``size`` patients); ``size`` need not be whole."""
        events = np.asarray(x, dtype=np.float64)
        a, b = self.prior[0] + events, self.prior[1] + np.asarray(size, dtype=np.float64) - events
        return np.asarray(betainc(a, b, self.rate) if self.harm else betainc(b, a, 1 - self.rate))

    def cutoff(self, n: ArrayLike, n_max: int) -> Floats:
        """lambda (n / N)^gamma."""
        return np.asarray(self.lam * (np.asarray(n, dtype=np.float64) / n_max) ** self.gamma)

    def fails(self, good: ArrayLike, cutoff: ArrayLike) -> np.bool_:
        """Whether one probability is too small, equality as the rule has it."""
        if self.equality_stops:
            return np.bool_(np.asarray(good) <= np.asarray(cutoff) * (1 + EQUAL))
        return np.bool_(np.asarray(good) < np.asarray(cutoff) * (1 - EQUAL))

    def failing(self, n: int, cutoff: ArrayLike) -> Ints:
        """How many of the counts 0..n fail at each cut-off: the lowest ones, or the highest ones of a harm."""
        good = self.good(np.arange(n + 1), n)
        rising = np.maximum.accumulate(good[::-1] if self.harm else good)
        cut = np.asarray(cutoff, dtype=np.float64)
        if self.equality_stops:
            return np.asarray(np.searchsorted(rising, cut * (1 + EQUAL), side="right"), dtype=np.int64)
        return np.asarray(np.searchsorted(rising, cut * (1 - EQUAL), side="left"), dtype=np.int64)


def limits_at(endpoints: tuple[Endpoint, ...], n: Ints, n_max: int) -> tuple[Ints, Ints]:
    """The largest failing count below and the smallest failing count above, (K, L) each."""
    low = np.full((len(endpoints), n.size), -1, dtype=np.int64)
    high = np.broadcast_to(n + 1, low.shape).copy()
    for k, endpoint in enumerate(endpoints):
        for at, size in enumerate(n.tolist()):
            count = endpoint.failing(size, endpoint.cutoff(size, n_max))
            if endpoint.harm:
                high[k, at] = size + 1 - count
            else:
                low[k, at] = count - 1
    return low, high


def rule_boundary(
    endpoints: tuple[Endpoint, ...], n: Ints, n_max: int, names: tuple[str, ...], together: bool
) -> Boundary:
    """The integers of a rule at the looks ``n``."""
    low, high = limits_at(endpoints, n, n_max)
    below = tuple("" if e.harm else "futility" for e in endpoints)
    above = tuple("harm" if e.harm else "" for e in endpoints)
    return boundary(
        n, low=low, high=high, low_means=below, high_means=above, n_max=n_max, names=names, together=together
    )


def same_integers(endpoint: Endpoint, gamma: float, n: Ints, limit: Ints, n_max: int) -> tuple[float, float]:
    """The lambda between which the limits at the looks ``n`` stay as they are; the endpoint's own is not read."""
    least, most = 0.0, 1.0
    for size, edge in zip(n.tolist(), limit.tolist(), strict=True):
        share = (size / n_max) ** gamma
        passing = edge - 1 if endpoint.harm else edge + 1
        if 0 <= edge <= size:
            least = max(least, float(endpoint.good(edge, size)) / share)
        if 0 <= passing <= size:
            most = min(most, float(endpoint.good(passing, size)) / share)
    return least, most


def as_total(looks: Ints, n_max: int | None) -> int:
    """The patients of the whole trial, by default those of the last look."""
    last = int(looks[-1])
    return last if n_max is None else as_count("n_max", n_max, last, LONGEST, ": the last look is within the trial")


def as_rates(name: str, value: ArrayLike, kind: str) -> tuple[float, ...]:
    """The rates of a kind of rule: one for a binary endpoint, else two; nested ones ascend."""
    as_choice("kind", kind, KINDS)
    x = np.atleast_1d(as_floats(name, value))
    wanted = len(NAMES[kind])
    if x.shape != (wanted,):
        said = "one rate" if wanted == 1 else "two rates"
        raise ValueError(f"{name} must hold {said} for kind {kind!r}, found shape {x.shape}")
    rates = tuple(as_share(name, float(p)) for p in x)
    if kind == "nested" and not rates[0] < rates[1]:
        raise ValueError(f"{name} must ascend: complete responses are part of the responses; found {rates}")
    return rates


def as_names(names: tuple[str, ...] | None, kind: str) -> tuple[str, ...]:
    """The names of the endpoints, by default those of the kind."""
    default = NAMES[kind]
    if names is None:
        return default
    if not (isinstance(names, tuple) and len(names) == len(default) and all(isinstance(k, str) and k for k in names)):
        raise ValueError(f"names must be a tuple of {len(default)} words for kind {kind!r}, found {names!r}")
    if len(set(names)) != len(names):
        raise ValueError(f"names must differ, found {names!r}")
    return names


def as_lam(name: str, value: float) -> float:
    """A scale of cut-offs: above 0, at most 1."""
    lam = as_number(name, value, 0, 1)
    if lam < 1e-6:
        raise ValueError(f"{name} must be at least 1e-6, found {lam:g}: below this no count stops")
    return lam


def as_gamma(value: float) -> float:
    """An exponent of cut-offs."""
    return as_number("gamma", value, 0, 10)
