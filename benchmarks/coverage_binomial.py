"""Intervals and tests of proportions, exactly: every outcome times its probability, nothing drawn."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from benchmarks.coverage_cells import ALPHA, NAN, Row
from benchmarks.coverage_designs import SIZES

from onearm.stats.binomial import METHODS, difference_interval, exact_test, fisher_exact, proportion_interval

GRID = np.round(np.arange(0.05, 0.951, 0.005), 3)  # true proportions
COARSE = np.round(np.arange(0.05, 0.951, 0.05), 3)
DIFFERENCES = ("newcombe", "miettinen-nurminen", "mee", "wald")


def exact_rows() -> list[Row]:
    """All rows."""
    return [row for part in (proportions, differences) for n in SIZES for row in part(n)]


def chances(n: int, p: Any) -> Any:
    """(n + 1, k) binomial probabilities at k true proportions."""
    from scipy.stats import binom

    return binom.pmf(np.arange(n + 1)[:, None], n, np.asarray(p))


def proportions(n: int) -> Iterator[Row]:
    """Coverage of each interval, and size of the exact test, over true proportions 0.05..0.95."""
    chance = chances(n, GRID)
    for method in METHODS:
        found = [proportion_interval(x, n, method=method) for x in range(n + 1)]
        low, high = (np.array([getattr(f, side) for f in found])[:, None] for side in ("low", "high"))
        parts = [(chance * hit).sum(axis=0) for hit in ((low <= GRID) & (high >= GRID), low > GRID, high < GRID)]
        width = float((chance * (high - low)).sum(axis=0).mean())
        yield from summary("proportion_interval", method, "coverage", n, parts, width)
    reject = np.array([[exact_test(x, n, float(p)).p_value <= ALPHA for p in COARSE] for x in range(n + 1)])
    yield from summary("exact_test", "two-sided", "size", n, [(chances(n, COARSE) * reject).sum(axis=0)], NAN)


def differences(n: int) -> Iterator[Row]:
    """Two groups of n: coverage at all pairs of true proportions, and the size of Fisher's test where they agree."""
    chance = chances(n, COARSE)
    truth = COARSE[:, None] - COARSE
    for method in DIFFERENCES:
        found = [[difference_interval(a, n, b, n, method=method) for b in range(n + 1)] for a in range(n + 1)]
        low, high = (np.array([[getattr(f, side) for f in row] for row in found]) for side in ("low", "high"))
        parts = [
            np.array(
                [[weighed(hit(low, high, d), chance, i, j) for j, d in enumerate(row)] for i, row in enumerate(truth)]
            )
            for hit in (covers, lambda a, b, d: a > d + 1e-12, lambda a, b, d: b < d - 1e-12)
        ]
        yield from summary("difference_interval", method, "coverage", n, [p.ravel() for p in parts], NAN)
    reject = np.array([[fisher(a, b, n) <= ALPHA for b in range(n + 1)] for a in range(n + 1)])
    sizes = np.array([weighed(reject, chance, i, i) for i in range(COARSE.size)])
    yield from summary("fisher_exact", "two-sided", "size", n, [sizes], NAN)


def covers(low: Any, high: Any, d: float) -> Any:
    """Whether the limits hold the truth, but for rounding."""
    return (low <= d + 1e-12) & (high >= d - 1e-12)


def weighed(hit: Any, chance: Any, i: int, j: int) -> float:
    """The probability of an event among all pairs of counts."""
    return float(chance[:, i] @ hit @ chance[:, j])


def fisher(a: int, b: int, n: int) -> float:
    """Fisher's p; 1 where both groups are all of one kind."""
    return 1.0 if a + b in (0, 2 * n) else fisher_exact([[a, n - a], [b, n - b]]).p_value


def summary(kernel: str, option: str, measure: str, n: int, parts: list[Any], width: float) -> Iterator[Row]:
    """The worst and the mean over true proportions."""
    value, *misses = parts
    worst = int(np.argmin(value) if measure == "coverage" else np.argmax(value))
    above, below = ([float(m[worst]) for m in misses] + [NAN, NAN])[:2]
    name = "minimum" if measure == "coverage" else "maximum"
    yield Row(
        "proportions", "exact", n, kernel, option, name, measure, 0, float(value[worst]), 0.0, above, below, 0.0, width
    )
    above, below = ([float(m.mean()) for m in misses] + [NAN, NAN])[:2]
    yield Row(
        "proportions",
        "exact",
        n,
        kernel,
        option,
        "mean",
        measure,
        0,
        float(value.mean()),
        0.0,
        above,
        below,
        0.0,
        width,
    )
