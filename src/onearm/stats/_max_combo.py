"""The largest of several weighted log-rank tests."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ._input import Floats, as_choice
from ._log_rank import hypergeometric, time_weights
from ._log_rank_cells import make_cells, read_rows
from ._multivariate_normal import exceedance

ALTERNATIVES = ("two-sided", "greater", "less")
DEFAULT = ((0.0, 0.0), (0.0, 1.0), (1.0, 0.0), (1.0, 1.0))


@dataclass(frozen=True, slots=True, eq=False)
class MaxCombo:
    """The largest of k weighted log-rank tests of two groups, with its own p-value.

    ``groups`` (2,) sorted labels; ``members`` the k pairs (rho, gamma); ``z`` (k,) each above 0 when the
    second group has more events than expected, NaN for a member without variance; ``correlation``
    (k, k) of the z under the null hypothesis; ``best`` the index of the member with the largest statistic;
    ``statistic`` max abs(z), max z or max -z as ``alternative`` says; ``p_value`` the probability that the
    largest of k normal variables with this correlation is at least as large; ``message`` says which
    members were left out, empty when none.
    """

    groups: NDArray[np.generic]
    members: tuple[tuple[float, float], ...]
    z: Floats
    correlation: Floats
    best: int
    statistic: float
    p_value: float
    alternative: str
    message: str


def max_combo(
    time: ArrayLike,
    event: ArrayLike,
    group: ArrayLike,
    *,
    strata: ArrayLike | None = None,
    members: Sequence[tuple[float, float]] = DEFAULT,
    alternative: str = "two-sided",
    weight: ArrayLike | None = None,
    entry: ArrayLike | None = None,
) -> MaxCombo:
    """Test two survival curves when early, late or middle differences are all possible.

    Each member is a Fleming-Harrington test with weights f_a = S(t-)^rho (1 - S(t-))^gamma, as
    :func:`log_rank` has it. All share the same events, so that their covariance is the sum over event
    times of f_a f_b v, v the hypergeometric variance; the p-value allows for taking the largest (Lee 2007,
    doi:10.1016/j.csda.2007.03.022; Karrison 2016, doi:10.1177/1536867X1601600309; Lin et al. 2020,
    doi:10.1080/19466315.2019.1697738).

    Parameters
    ----------
    time, event, group, strata, weight, entry : as :func:`log_rank`, with two groups.
    members : pairs (rho, gamma), at most 10; repeats and combinations of each other are allowed.
    alternative : "two-sided"; "greater" when only more events in the second group count, "less" when only
        fewer do.

    Raises
    ------
    ValueError
        For what :func:`log_rank` refuses, more than two groups, or no member with a variance.

    Examples
    --------
    6-mercaptopurine against placebo (Freireich 1963): the members are log-rank tests whose squares are
    16.793, 13.048 and 14.457 for (0, 0), (0, 1) and (1, 0).

    >>> drug = [6, 6, 6, 6, 7, 9, 10, 10, 11, 13, 16, 17, 19, 20, 22, 23, 25, 32, 32, 34, 35]
    >>> seen = [1, 1, 1, 0, 1, 0, 1, 0, 0, 1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0]
    >>> placebo = [1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23]
    >>> r = max_combo(drug + placebo, seen + [1] * 21, ["6-MP"] * 21 + ["placebo"] * 21)
    >>> (r.z[:3] ** 2).round(6).tolist(), r.members[r.best]
    ([16.792941, 13.048449, 14.457151], (0.0, 0.0))
    """
    as_choice("alternative", alternative, ALTERNATIVES)
    pairs = _checked(members)
    rows = read_rows(time, event, group, strata, weight, entry)
    if rows.labels.size != 2:
        raise ValueError(f"group must hold two different labels, found {rows.labels.size}")
    cells = make_cells(rows)
    total, died = cells.at_risk.sum(axis=0), cells.events.sum(axis=0)
    share = cells.at_risk[1] / total
    excess = cells.events[1] - died * share
    # sum of w^2 (z - p)^2 over rows at risk, z = 1 in the second group
    variance = hypergeometric(cells) * ((1 - share) ** 2 * cells.squares[1] + share**2 * cells.squares[0])
    if not np.any(variance > 0):
        raise ValueError("group: no event time has members of two groups at risk together")
    ones = np.ones(total.size)
    f = np.stack([ones if w is None else w for w in (time_weights(cells, "fleming-harrington", *p) for p in pairs)])
    covariance = (f * variance) @ f.T
    spread = np.sqrt(np.diag(covariance))
    known = np.flatnonzero(spread > 1e-12 * np.sqrt(variance.sum()))
    if known.size == 0:
        raise ValueError("members: none of these weights gives a variance above 0")
    z, correlation = np.full(len(pairs), np.nan), np.full((len(pairs), len(pairs)), np.nan)
    z[known] = (f @ excess)[known] / spread[known]
    inner = covariance[np.ix_(known, known)] / np.outer(spread[known], spread[known])
    np.fill_diagonal(inner, 1.0)
    correlation[np.ix_(known, known)] = inner
    size = {"two-sided": np.abs(z), "greater": z, "less": -z}[alternative]
    best = int(known[np.argmax(size[known])])
    statistic = float(size[best])
    lost = [str(pairs[i]) for i in range(len(pairs)) if i not in known]
    return MaxCombo(
        groups=rows.labels,
        members=pairs,
        z=z,
        correlation=correlation,
        best=best,
        statistic=statistic,
        p_value=exceedance(statistic, inner, alternative == "two-sided"),
        alternative=alternative,
        message=f"without variance and left out: {', '.join(lost)}" if lost else "",
    )


def _checked(members: Sequence[tuple[float, float]]) -> tuple[tuple[float, float], ...]:
    """Pairs of finite numbers that are not negative."""
    try:
        pairs = tuple((float(rho), float(gamma)) for rho, gamma in members)
    except (TypeError, ValueError):
        raise ValueError("members must be pairs (rho, gamma) of numbers") from None
    if not 1 <= len(pairs) <= 10:
        raise ValueError(f"members must be 1 to 10 pairs (rho, gamma), found {len(pairs)}")
    for pair in pairs:
        if not all(math.isfinite(v) and v >= 0 for v in pair):
            raise ValueError(f"members must be pairs of numbers that are not negative, found {pair}")
    return pairs
