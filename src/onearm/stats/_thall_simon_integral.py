"""P(E > S + d) for two independent rates, S fixed and E after x of n, for every x and n of a trial and to 1e-12.

    P = integral over s of P(E > s + d) f_S(s) ds,   and S below -d counts in full where d < 0

With s = lo + w / (1 + e^-t), where lo = max(0, -d) and w = 1 - |d| leave E room on both sides, the integrand is
analytic for |Im t| < pi (every branch point of both Betas lies at Im t = pi) and falls off exponentially. The
trapezoidal rule in t then converges geometrically (Trefethen & Weideman, SIAM Review 2014;56:385). Its error is about
exp(-2 pi^2 sd^2 / h^2) for a bump of width sd, and a Beta with n' patients' worth of knowledge is never narrower than
2 / sqrt(n') in t; or exp(-2 pi q / h), where the integrand does not grow up to Im t = q: pi / 2 for the skewest Beta,
pi / 4 where -d cuts into a peak. The steps below take all of them under 1e-15.

A whole trial needs one tail of E at each node. With G the tail of E at N patients and m the chance of the next event,

    G(x + 1, N) = G(x, N) + y^(a+x) (1 - y)^(b+N-x-1) / ((a + x) B(a + x, b + N - x))            (DLMF 8.17.20)
    P(x, n) = m P(x + 1, n + 1) + (1 - m) P(x, n + 1)

the second because a posterior probability is the mean of what it will be after one more patient. Both add what is
positive only.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import betainc, betaincc, betaln, log_expit

from ._bayes_mixture import BetaMixture
from ._beta_mixture_posterior import Prior, as_prior, next_event, updated_weights
from ._input import Floats

_SMALLEST = 0.05  # a parameter of S
_FAR = 42.0  # the integrand is dropped where it is below e^-42 of its peak


@dataclass(frozen=True, slots=True, eq=False)
class Standard:
    """The fixed rate S and a margin d, ready to be compared with any E.

    Attributes
    ----------
    rate : S.
    margin : d.
    lower : P(S < -d), where E exceeds S + d for sure.
    """

    rate: BetaMixture
    margin: float

    @property
    def lower(self) -> float:
        return float(self.rate.cdf(-self.margin)) if self.margin < 0 else 0.0

    def nodes(self, patients: float) -> tuple[Floats, Floats, Floats]:
        """log(s + d), log(1 - s - d), and weights that add to P(S in reach), for E worth so many patients."""
        parts = [self._component(w, a, b, patients) for w, a, b in zip(*_parts(self.rate), strict=True)]
        at, rest, weight = (np.concatenate(column) for column in zip(*parts, strict=True))
        kept = weight > 0
        return at[kept], rest[kept], weight[kept]

    def _component(self, share: float, a: float, b: float, patients: float) -> tuple[Floats, Floats, Floats]:
        d, w = self.margin, 1 - abs(self.margin)

        def log_weight(t: Floats) -> Floats:
            """log of f_S(s) ds / dt"""
            up, down = log_expit(t), log_expit(-t)  # of the fraction of w below and above s
            s, rest = _both(up, down, d)
            return np.asarray((a - 1) * s + (b - 1) * rest + np.log(w) + up + down - betaln(a, b))

        low, high, width = _reach(log_weight, (a / (a + b) - max(0.0, -d)) / w)
        step = min(0.125 if d else 0.25, 0.45 / np.sqrt(1 / width**2 + patients / 4))
        t = low + step * np.arange(int(np.ceil((high - low) / step)) + 1)
        log = log_weight(t)
        weight = np.exp(log - np.max(log))
        inside = betaincc(b, a, d) if d > 0 else betaincc(a, b, -d) if d < 0 else 1.0  # P(S in reach)
        weight *= share * inside / np.sum(weight)
        return *_both(log_expit(t), log_expit(-t), -d), np.asarray(weight)


def standard_rate(name: str, value: Prior) -> BetaMixture:
    """The historical rate; below .05, a parameter puts mass nearer to 0 or 1 than numbers go."""
    rate = as_prior(name, value)
    smallest = min(float(rate.a.min()), float(rate.b.min()))
    if smallest < _SMALLEST:
        raise ValueError(f"{name} must have parameters of at least {_SMALLEST:g}, found {smallest:g}")
    return rate


def _both(up: Floats, down: Floats, d: float) -> tuple[Floats, Floats]:
    """log s and log(1 - s), each without loss where it is near 0; with -d for d, log(s + d) and log(1 - s - d)."""
    w = np.log1p(-abs(d))
    if d == 0:
        return up, down
    if d > 0:  # s = w up, 1 - s = d + w down
        return w + up, np.logaddexp(np.log(d), w + down)
    return np.logaddexp(np.log(-d), w + up), w + down


def _parts(rate: BetaMixture) -> tuple[list[float], list[float], list[float]]:
    return rate.weight.tolist(), rate.a.tolist(), rate.b.tolist()


def _reach(log_weight: Callable[[Floats], Floats], share: float) -> tuple[float, float, float]:
    """Where the weight matters, and its standard deviation: points dense around its middle and reaching far out."""
    middle = min(max(share, 1e-9), 1 - 1e-9)
    centre = np.log(middle / (1 - middle))
    t = centre + 1e-4 * np.sinh(np.arange(-440, 441) * 0.05)  # out to 1.8e5 either side, 5 % apart
    log = log_weight(t)
    kept = np.flatnonzero(log > log.max() - _FAR)
    first, last = max(int(kept[0]) - 1, 0), min(int(kept[-1]) + 1, t.size - 1)
    mass = np.exp(log - log.max()) * np.gradient(t)
    mean = np.sum(mass * t) / np.sum(mass)
    return float(t[first]), float(t[last]), float(np.sqrt(np.sum(mass * (t - mean) ** 2) / np.sum(mass)))


def probability_better(experimental: BetaMixture, standard: Standard, x: ArrayLike, n: ArrayLike) -> Floats:
    """P(E > S + d | x of n), each by its own quadrature; the prior of E is updated, S is not."""
    events, size = np.broadcast_arrays(np.asarray(x, dtype=np.float64), np.asarray(n, dtype=np.float64))
    flat_x, flat_n = events.ravel(), size.ravel()
    share = updated_weights(experimental, flat_x, flat_n)
    at, rest, weight = standard.nodes(_worth(experimental, float(np.max(flat_n, initial=0.0))))
    total = np.full(flat_x.size, standard.lower)
    for k in range(experimental.weight.size):
        a = (experimental.a[k] + flat_x)[:, None]
        b = (experimental.b[k] + flat_n - flat_x)[:, None]
        total += share[:, k] * (_above(a, b, at, rest) @ weight)
    return np.asarray(np.clip(total, 0.0, 1.0).reshape(events.shape))


def better_by_count(experimental: BetaMixture, standard: Standard, n: int) -> Floats:
    """P(E > S + d | x of n) for x = 0 .. n, from one tail of E at each node."""
    x = np.arange(n + 1)
    share = updated_weights(experimental, x, n)
    at, rest, weight = standard.nodes(_worth(experimental, n))
    total = np.full(n + 1, standard.lower)
    for k in range(experimental.weight.size):
        a, b = experimental.a[k], experimental.b[k] + n
        first = float(_above(np.array([[a]]), np.array([[b]]), at, rest)[0] @ weight)
        up, down = a + x[:-1, None], b - x[:-1, None]
        rises = np.exp(up * at + (down - 1) * rest - betaln(up, down) - np.log(up)) @ weight
        total += share[:, k] * (first + np.concatenate([[0.0], np.cumsum(rises)]))
    return np.asarray(np.clip(total, 0.0, 1.0))


def walk_back(experimental: BetaMixture, standard: Standard, last: int) -> Iterator[tuple[int, Floats]]:
    """P(E > S + d | x of n) for x = 0 .. n, from n = ``last`` down to 0."""
    better = better_by_count(experimental, standard, last)
    yield last, better
    for n in range(last - 1, -1, -1):
        m = next_event(experimental, np.arange(n + 1), n)
        better = m * better[1:] + (1 - m) * better[:-1]
        yield n, better


def _worth(experimental: BetaMixture, n: float) -> float:
    return float(np.max(experimental.a + experimental.b)) + n + 1


def _above(a: Floats, b: Floats, log_at: Floats, log_rest: Floats) -> Floats:
    """The tail of Beta(a, b) above points whose complements are known: near 1 it is taken from there."""
    at, rest = np.exp(log_at), np.exp(log_rest)
    high = at > 0.5
    out = np.empty(np.broadcast_shapes(a.shape, at.shape))
    out[:, ~high] = betaincc(a, b, at[~high])
    out[:, high] = betainc(b, a, rest[high])
    return out
