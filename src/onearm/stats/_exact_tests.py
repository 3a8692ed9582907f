"""Exact tests of one proportion and of a two-by-two table."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from ._binomial_root import bisect, counted
from ._input import Floats, Ints

ALTERNATIVES = ("two-sided", "greater", "less")
_EQUAL = 1 + 1e-7  # outcomes this close in probability count as equally likely, as in R


@dataclass(frozen=True, slots=True)
class ExactTest:
    """An exact test: ``estimate`` of the proportion, the tested ``p0``, ``p_value`` and ``alternative``."""

    estimate: float
    p0: float
    p_value: float
    alternative: str


@dataclass(frozen=True, slots=True)
class FisherExact:
    """Fisher's exact test of a two-by-two table.

    ``odds_ratio`` is the conditional maximum likelihood estimate (as in R), ``sample_odds_ratio`` is
    ad/bc; both 0, infinite, or None where the table leaves them undefined. ``p_value`` is two-sided.
    """

    odds_ratio: float | None
    sample_odds_ratio: float | None
    p_value: float


def exact_test(x: int, n: int, p0: float, alternative: str = "two-sided") -> ExactTest:
    """Test a proportion against ``p0`` with binomial probabilities.

    The two-sided p-value adds the probabilities of all outcomes no more likely than ``x`` (as
    ``binom.test`` in R does); "greater" is P(X >= x), "less" is P(X <= x). Clopper & Pearson 1934
    (doi:10.1093/biomet/26.4.404); Conover 1999, ISBN 978-0471160687.

    Raises
    ------
    ValueError
        For counts that do not fit, ``p0`` outside 0..1 or an unknown alternative.

    Examples
    --------
    520 of 1000 against one half: p = 0.2174 (R, ``binom.test(520, 1000)``).

    >>> round(exact_test(520, 1000, 0.5).p_value, 4)
    0.2174
    """
    x, n = counted("x", x, "n", n)
    if not 0 <= p0 <= 1:
        raise ValueError(f"p0 must lie between 0 and 1, found {p0}")
    if alternative not in ALTERNATIVES:
        raise ValueError(f"alternative must be one of {', '.join(ALTERNATIVES)}; found {alternative!r}")
    from scipy.special import bdtr, bdtrc

    def below(k: int) -> float:  # P(X <= k)
        return float(bdtr(k, n, p0)) if k >= 0 else 0.0

    def above(k: int) -> float:  # P(X >= k)
        return (float(bdtrc(k - 1, n, p0)) if k > 0 else 1.0) if k <= n else 0.0

    if alternative == "greater":
        p = above(x)
    elif alternative == "less":
        p = below(x)
    elif p0 in (0, 1):
        p = 1.0 if x == n * p0 else 0.0
    else:
        unlikely = np.flatnonzero(_log_binomial(n, p0) <= _log_binomial(n, p0)[x] + math.log(_EQUAL))
        rest = np.setdiff1d(np.arange(n + 1), unlikely)  # one run of the likelier outcomes
        p = 1.0 if rest.size == 0 else below(int(rest[0]) - 1) + above(int(rest[-1]) + 1)
    return ExactTest(x / n, float(p0), min(p, 1.0), alternative)


def _log_binomial(n: int, p: float) -> Floats:
    """log P(X = k), k = 0 .. n."""
    from scipy.special import gammaln

    k = np.arange(n + 1)
    choose = gammaln(n + 1) - gammaln(k + 1) - gammaln(n - k + 1)
    return np.asarray(choose + k * math.log(p) + (n - k) * math.log1p(-p))


def fisher_exact(table: ArrayLike) -> FisherExact:
    """Test independence in a two-by-two table given its margins.

    With the margins fixed the first cell is hypergeometric; the p-value adds the probabilities of all
    tables no more likely than the one seen. The odds ratio maximizes the conditional likelihood, that
    is, makes the mean of the noncentral hypergeometric equal the cell (Fisher 1935,
    doi:10.2307/2342435).

    Parameters
    ----------
    table : (2, 2) counts [[a, b], [c, d]].

    Raises
    ------
    ValueError
        If the table is not 2 x 2, holds anything but whole counts, or is empty.

    Examples
    --------
    The lady tasting tea: p = 0.4857, odds ratio 6.408 (R, ``fisher.test``).

    >>> r = fisher_exact([[3, 1], [1, 3]])
    >>> round(r.p_value, 4), round(r.odds_ratio, 3), r.sample_odds_ratio
    (0.4857, 6.408, 9.0)
    """
    cells = np.asarray(table)
    if cells.shape != (2, 2):
        raise ValueError(f"table must have two rows and two columns, found shape {cells.shape}")
    if cells.dtype.kind not in "biuf" or not np.all(np.isfinite(cells) & (cells >= 0) & (np.floor(cells) == cells)):
        raise ValueError("table must hold whole counts that are not negative")
    (a, b), (c, d) = ((int(v) for v in row) for row in cells)
    if a + b + c + d == 0:
        raise ValueError("table is empty: every count is zero")
    if a + b + c + d > _LARGEST:
        raise ValueError(f"table counts more than {_LARGEST} subjects: an exact test has no use there")
    low, high = max(0, a - d), min(a + b, a + c)
    support = np.arange(low, high + 1)
    log_p = _log_hypergeometric(support, a, b, c, d)
    weight = np.exp(log_p - log_p.max())
    p = float(weight[weight <= weight[a - low] * _EQUAL].sum() / weight.sum())
    bottom, top = b * c, a * d
    sample = top / bottom if bottom else (math.inf if top else None)
    return FisherExact(_conditional_odds(support, log_p, a), sample, min(p, 1.0))


_LARGEST = 10_000_000


def _log_hypergeometric(support: Ints, a: int, b: int, c: int, d: int) -> Floats:
    """log probability of each value of the first cell given the margins, up to a constant."""
    from scipy.special import gammaln

    row, column = a + b, a + c
    parts = (support, row - support, column - support, support + d - a)
    return -np.asarray(sum(gammaln(part + 1.0) for part in parts), dtype=np.float64)


def _conditional_odds(support: Ints, log_p: Floats, a: int) -> float | None:
    """The odds ratio at which the mean of the first cell is ``a``; 0 or infinite at an end."""
    if support.size == 1:
        return None
    if a == support[0]:
        return 0.0
    if a == support[-1]:
        return math.inf

    def excess(log_odds: float) -> float:
        tilted = log_p + support * log_odds
        weight = np.exp(tilted - tilted.max())
        return float(weight @ (support - a) / weight.sum())

    return math.exp(bisect(excess, -700.0, 700.0))
