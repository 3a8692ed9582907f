"""Quantiles of products of independent betas: by two moments, or from the distribution itself.

**Moments.** A product is replaced by the beta with its mean and variance. With M the product of the means and 1 + R
that of 1 + squared coefficient of variation, b / (a (a + b + 1)) for each factor,

    Beta(A, B),  A = (1 - M (1 + R)) / R,  B = A (1 - M) / M

which is computed from sums of logarithms, so that nothing cancels when n is large. Where censoring has left one or two
at risk the lower limit is some 0.01 too high.

**Exact.** Minus the logarithm of Beta(r, 1) is exponential with rate r, and Beta(n - d + 1, d) is the product of
Beta(n, 1) .. Beta(n - d + 1, 1). So X = -log W is a sum of independent exponentials, the rates being the numbers at
risk as events come one by one (and the number left, for W+): the time a chain needs to pass as many stages. With the
largest rate L, the chain moves at the beats of a Poisson clock of rate L, leaving stage j with probability r_j / L, so

    P(X <= x) = sum over k of Poisson(k; L x) P(stages passed within k beats)

in which every term is positive (Jensen 1953, doi:10.1080/03461238.1953.10419459).
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from ._input import Bools, Floats, Ints


def product_logs(a: Floats, b: Floats, left: Floats, last: Floats) -> tuple[Floats, Floats]:
    """Log mean and log(1 + squared variation) of the product of Beta(a, b) so far and of Beta(left, last) (m,)."""

    def mean(a: Floats, b: Floats) -> Floats:
        return np.asarray(-np.log1p(b / a), dtype=np.float64)

    def variation(a: Floats, b: Floats) -> Floats:
        return np.log1p(b / (a * (a + b + 1)))

    return np.cumsum(mean(a, b)) + mean(left, last), np.cumsum(variation(a, b)) + variation(left, last)


def matched_beta(log_mean: Floats, log_variation: Floats) -> Floats:
    """Parameters (m, 2) of the beta with these moments; (1, 0) where nothing varies."""
    shape = np.tile((1.0, 0.0), (log_mean.size, 1))
    use = log_variation > 0
    m, r = np.exp(log_mean[use]), np.expm1(log_variation[use])
    lost = -np.expm1(log_mean[use])
    shape[use, 0] = (lost - m * r) / r
    shape[use, 1] = shape[use, 0] * lost / m
    return shape


def moment_limits(lower: Floats, upper: Floats, level: float, mid_p: bool) -> tuple[Floats, Floats]:
    """Quantiles of W+ and W-, or of their mixture."""
    from scipy.special import betaincinv

    half = (1 - level) / 2
    none, all_ = lower[:, 0] == 0, upper[:, 1] == 0  # W+ is 0; W- is 1

    def of(shape: Floats, known: Bools, value: float, p: float) -> Floats:
        result = np.full(shape.shape[0], value)
        result[~known] = betaincinv(shape[~known, 0], shape[~known, 1], p)
        return result

    if not mid_p:
        return of(lower, none, 0.0, half), of(upper, all_, 1.0, 1 - half)
    low = np.where(none, 0.0, of(lower, none, 0.0, 2 * half))
    high = np.where(all_, 1.0, of(upper, all_, 1.0, 1 - 2 * half))
    both = ~none & ~all_
    low[both] = _mixture(lower[both], upper[both], half)
    high[both] = _mixture(lower[both], upper[both], 1 - half)
    return low, high


def _mixture(lower: Floats, upper: Floats, p: float) -> Floats:
    """The p quantile of half W+ and half W-, for all rows at once.

    It lies between their own p quantiles; Newton steps, or the middle where a step leaves that bracket.
    """
    from scipy.special import betainc, betaincinv, betaln

    shapes = [(v[:, 0], v[:, 1]) for v in (lower, upper)]
    scale = [betaln(a, b) for a, b in shapes]
    left, right = (betaincinv(a, b, p) for a, b in shapes)
    x = (left + right) / 2
    for _ in range(100):
        excess = sum(betainc(a, b, x) for a, b in shapes) - 2 * p
        left, right = np.where(excess < 0, x, left), np.where(excess < 0, right, x)
        with np.errstate(divide="ignore", over="ignore", under="ignore", invalid="ignore"):
            logs = [(a - 1) * np.log(x) + (b - 1) * np.log1p(-x) - c for (a, b), c in zip(shapes, scale, strict=True)]
            step = excess / sum(np.exp(v) for v in logs)
        close = np.abs(step) <= 1e-8 * x  # the next step would be of the order of its square
        inside = (x - step > left) & (x - step < right)
        x = np.where(close | inside, x - step, (left + right) / 2)
        if np.all(close):
            break
    return np.asarray(x, dtype=np.float64)


class Stages:
    """P(X <= x) at each of m times, X the sum of the first ``upto`` exponentials and one of rate ``left``, if asked.

    ``passed`` (m, K) is the probability that X is over within k beats, for W-; ``further`` (m, K) the same for W+.
    """

    def __init__(self, rates: Floats, upto: Ints, left: Floats, reach: float) -> None:
        self.clock = float(max(rates.max(initial=0.0), left.max()))
        mean = self.clock * reach
        beats = int(mean + 12 * math.sqrt(mean)) + 60
        self.k = np.arange(beats, dtype=np.float64)
        self.log_factorial = np.r_[0.0, np.cumsum(np.log(self.k[1:]))]
        self.passed, self.further = np.empty((upto.size, beats)), np.empty((upto.size, beats))
        leave, last = rates / self.clock, left / self.clock
        chain = np.r_[1.0, np.zeros(rates.size)]  # probability that at least j stages are passed
        beyond = np.zeros(upto.size)
        for beat in range(beats):
            here = chain[upto]
            self.passed[:, beat], self.further[:, beat] = here, beyond
            beyond = beyond + last * (here - beyond)
            chain[1:] += leave * (chain[:-1] - chain[1:])

    def at(self, over: Floats, x: Floats) -> tuple[Floats, Floats]:
        """P(X <= x) and the density at x, ``over`` being rows of ``passed`` or ``further``."""
        mean = self.clock * x[:, None]
        weight = np.exp(self.k * np.log(mean) - mean - self.log_factorial)
        weight *= over
        chance = weight.sum(axis=1)
        return chance, (weight @ self.k) / x - self.clock * chance


def exact_limits(
    rates: Floats, upto: Ints, left: Floats, guess: tuple[Floats, Floats], level: float, mid_p: bool
) -> tuple[Floats, Floats]:
    """Quantiles of W+ and W- (or of their mixture) at each time, from ``guess`` for both."""
    half = (1 - level) / 2
    none, all_ = left <= 0, upto <= 0  # W+ is 0; W- is 1
    seen = np.r_[guess[0][~none], guess[1][~all_]]
    stages = Stages(rates, upto, left, 1.3 * float(np.max(-np.log(seen), initial=0.0)) + 1)

    def alone(over: Floats, rows: Bools, chance: float, start: Floats, known: float) -> Floats:
        w, over = np.full(left.size, known), over[rows]
        w[rows] = np.exp(-_solve(lambda x: stages.at(over, x), chance, -np.log(start[rows])))
        return w

    if not mid_p:
        low = alone(stages.further, ~none, 1 - half, guess[0], 0.0)
        return low, alone(stages.passed, ~all_, half, guess[1], 1.0)
    low = alone(stages.further, ~none & all_, 1 - 2 * half, guess[0], 0.0)
    high = alone(stages.passed, none & ~all_, 2 * half, guess[1], 1.0)
    both = ~none & ~all_
    mixed = (stages.passed[both] + stages.further[both]) / 2
    low[both] = np.exp(-_solve(lambda x: stages.at(mixed, x), 1 - half, -np.log(guess[0][both])))
    high[both] = np.exp(-_solve(lambda x: stages.at(mixed, x), half, -np.log(guess[1][both])))
    return low, high


def _solve(distribution: Callable[[Floats], tuple[Floats, Floats]], chance: float, x: Floats) -> Floats:
    """The x at which each distribution has reached ``chance``: Newton steps inside a bracket that only shrinks."""
    left, right = np.zeros(x.size), np.full(x.size, np.inf)
    for _ in range(100):
        value, slope = distribution(x)
        left, right = np.where(value < chance, x, left), np.where(value < chance, right, x)
        step = (value - chance) / np.where(slope > 0, slope, np.inf)
        middle = np.where(np.isinf(right), 2 * x, (left + np.where(np.isinf(right), 0, right)) / 2)
        close = (np.abs(step) <= 1e-8 * x) & (slope > 0)  # the next step would be of the order of its square
        inside = (x - step > left) & (x - step < right)
        x = np.where(close | inside, x - step, middle)
        if np.all(close):
            break
    return x
