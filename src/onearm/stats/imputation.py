"""Missing values: multiple imputation by chained equations, Rubin's rules, the missing-indicator method."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from ._imputation_chain import Chain, Plan, run_chain
from ._imputation_pool import Pooled, combined_p_value, rubin
from ._input import Bools, Floats, Ints, as_choice, as_floats

__all__ = ["Imputed", "Indicated", "Pooled", "combined_p_value", "impute", "missing_indicator", "rubin"]

_LARGEST = 1e100  # a number that can be squared and summed


@dataclass(frozen=True, slots=True, eq=False)
class Imputed:
    """Values for the gaps of a table with n rows and p columns, drawn m times.

    Attributes
    ----------
    x : (n, p) as given, NaN where a value is missing.
    columns : (c,) the incomplete columns, fewest gaps first: the order in which they are drawn.
    values : of each of them (m, gaps), the values drawn, rows in the order of ``x``.
    trace_mean, trace_sd : (iterations, m, c) mean and standard deviation of the values drawn at each iteration.
    r_hat_mean, r_hat_sd : (c,) how far the m chains still differ (Gelman & Rubin 1992, doi:10.1214/ss/1177011136), over
        the second half of the iterations: near 1 when they do not. NaN with fewer than 4 iterations.
    message : what to know before trusting the draws; empty when there is nothing.
    """

    x: Floats
    columns: Ints
    values: tuple[Floats, ...]
    trace_mean: Floats
    trace_sd: Floats
    r_hat_mean: Floats
    r_hat_sd: Floats
    message: str

    @property
    def m(self) -> int:
        """How many data sets there are."""
        return int(self.trace_mean.shape[1])

    def complete(self, of: int) -> Floats:
        """Data set number ``of`` (from 0) without gaps, (n, p).

        Raises
        ------
        ValueError
            There is no such data set.
        """
        if not 0 <= of < self.m:
            raise ValueError(f"of must be a number from 0 to {self.m - 1}, found {of}")
        filled = self.x.copy()
        for j, drawn in zip(self.columns, self.values, strict=True):
            filled[np.isnan(self.x[:, j]), j] = drawn[of]
        return filled


def impute(
    x: ArrayLike,
    kinds: Sequence[str],
    *,
    imputations: int = 20,
    iterations: int = 10,
    numbers: str = "pmm",
    donors: int = 5,
    seed: int = 1,
) -> Imputed:
    """Fill the gaps of a table several times, each column given all the others.

    Chained equations (van Buuren 2018, doi:10.1201/9780429492259): gaps start with values drawn among the observed
    ones of their column; then each incomplete column, fewest gaps first, is regressed on all others where it is
    observed, coefficients are drawn from their posterior, and values are drawn given them; and round again.

    A number is drawn by predictive mean matching (``pmm``: the observed value of one of the ``donors`` rows whose
    prediction at the estimate is nearest to the drawn prediction of the gap) or from the regression (``normal``):
    sigma*^2 = RSS / chi-square(n - r), b* = b + sigma* (z'z)^-1/2 N(0, 1), y* = z b* + sigma* N(0, 1) (Rubin 1987,
    doi:10.1002/9780470316696). A category is drawn from a multinomial logistic regression with coefficients from
    N(estimate, inverse information), kept finite by a little added data (White, Daniel & Royston 2010,
    doi:10.1016/j.csda.2010.04.005). The draws rest on values missing at random given the columns of ``x``: what shall
    count, such as the group a row belongs to, must be a column.

    Parameters
    ----------
    x : (n, p) numbers, NaN where missing; a category as any numbers that tell its levels apart.
    kinds : p words, ``number`` or ``category``.
    imputations : m, how many times; iterations : rounds of each chain.
    numbers : ``pmm`` or ``normal``.
    donors : of predictive mean matching.
    seed : the same seed gives the same values; data set k does not depend on m.

    Returns
    -------
    Imputed
        Without gaps, every data set is ``x``. A column in which one value only is observed is filled with it.

    Raises
    ------
    ValueError
        A column without an observed value, fewer observed rows than coefficients, and other bad arguments.

    Examples
    --------
    >>> from onearm.stats.imputation import impute
    >>> x = [[1, 2.1], [2, 3.9], [3, 6.2], [4, float("nan")], [5, 9.8], [6, 12.1]]
    >>> filled = impute(x, ["number", "number"], imputations=3, donors=1, seed=7)
    >>> [float(filled.complete(k)[3, 1]) in (2.1, 3.9, 6.2, 9.8, 12.1) for k in range(3)]
    [True, True, True]
    """
    data = _table(x)
    levels = _levels(data, kinds)
    as_choice("numbers", numbers, ("pmm", "normal"))
    for name, value, least in (
        ("imputations", imputations, 1),
        ("iterations", iterations, 1),
        ("donors", donors, 1),
        ("seed", seed, 0),
    ):
        if isinstance(value, bool) or not isinstance(value, int | np.integer) or value < least:
            raise ValueError(f"{name} must be a whole number of at least {least}, found {value!r}")
    gap = np.isnan(data)
    gaps = gap.sum(axis=0)
    order = np.array([j for j in np.argsort(gaps, kind="stable") if gaps[j]], dtype=np.int64)
    _enough(data, levels, gap, order, donors if numbers == "pmm" else None)
    plan = Plan(data, levels, gap, order, iterations, donors if numbers == "pmm" else None)
    streams = np.random.SeedSequence(int(seed)).spawn(imputations)
    chains = [run_chain(plan, np.random.default_rng(s)) for s in streams]
    return _report(plan, chains)


def _report(plan: Plan, chains: list[Chain]) -> Imputed:
    mean = np.stack([c.mean for c in chains], axis=1)
    sd = np.stack([c.sd for c in chains], axis=1)
    few = plan.iterations < 4 or len(chains) < 2
    said = ["no R-hat: it needs 2 chains of 4 iterations"] if few and plan.order.size else []
    said += [
        f"column {j}: one value only is observed, and fills the gaps"
        for j in plan.order
        if np.ptp(plan.x[~plan.gap[:, j], j]) == 0
    ]
    return Imputed(
        x=plan.x,
        columns=plan.order,
        values=tuple(np.stack([c.values[i] for c in chains]) for i in range(plan.order.size)),
        trace_mean=mean,
        trace_sd=sd,
        r_hat_mean=_r_hat(mean),
        r_hat_sd=_r_hat(sd),
        message="; ".join(said),
    )


def _r_hat(trace: Floats) -> Floats:
    """sqrt((n - 1)/n + B/(n W)): n iterations of the second half, B/n the variance of chain means, W within chains."""
    late = trace[trace.shape[0] // 2 :]
    n, m, c = late.shape
    if trace.shape[0] < 4 or m < 2:
        return np.full(c, np.nan)
    late = late / np.maximum(np.max(np.abs(late), axis=(0, 1), initial=0.0), 1e-300)
    between = late.mean(axis=0).var(axis=0, ddof=1)
    within = late.var(axis=0, ddof=1).mean(axis=0)
    still = within <= 1e-24
    ratio = np.where(still, np.where(between <= 1e-24, 1 / n, np.inf), between / np.where(still, 1.0, within))
    return np.asarray(np.sqrt((n - 1) / n + ratio), dtype=np.float64)


def _table(x: ArrayLike) -> Floats:
    data = as_floats("x", x)
    if data.ndim != 2 or 0 in data.shape:
        raise ValueError(f"x must be a matrix with rows and columns, found shape {data.shape}")
    with np.errstate(invalid="ignore"):
        if np.any(np.abs(data) > _LARGEST):
            row, column = np.argwhere(np.abs(data) > _LARGEST)[0]
            raise ValueError(f"x holds {data[row, column]} in row {row}, column {column}: too large to compute with")
    empty = np.flatnonzero(np.all(np.isnan(data), axis=0))
    if empty.size:
        raise ValueError(f"x has no observed value in column {empty[0]}: leave the column out")
    return data


def _levels(data: Floats, kinds: Sequence[str]) -> tuple[Floats, ...]:
    """Of each column its categories; none for a number."""
    if isinstance(kinds, str) or len(kinds) != data.shape[1]:
        raise ValueError(f"kinds must be {data.shape[1]} words, one a column of x, found {kinds!r}")
    found = []
    for j, kind in enumerate(kinds):
        as_choice("kinds", kind, ("number", "category"))
        column = data[:, j]
        found.append(np.unique(column[~np.isnan(column)]) if kind == "category" else np.empty(0))
    return tuple(found)


def _enough(data: Floats, levels: tuple[Floats, ...], gap: Bools, order: Ints, donors: int | None) -> None:
    """More observed rows than coefficients in every regression, and as many donors as asked for."""
    width = np.array([max(v.size - 1, 0) if v.size else 1 for v in levels])
    for j in order:
        seen, needed = int((~gap[:, j]).sum()), int(width.sum() - width[j]) + 2
        if not levels[j].size and seen < needed:
            raise ValueError(
                f"x has {seen} observed values in column {j}, where {needed} are needed: use fewer columns"
            )
        if levels[j].size and seen < levels[j].size + 1:
            raise ValueError(f"x has {seen} observed values of {levels[j].size} categories in column {j}: join some")
        if donors is not None and not levels[j].size and seen < donors:
            raise ValueError(f"donors is {donors} and column {j} has {seen} observed values")


@dataclass(frozen=True, slots=True, eq=False)
class Indicated:
    """A table without gaps: ``filled`` (n, p), ``indicator`` (n, c) 1 where a value was missing, ``columns`` (c,)."""

    filled: Floats
    indicator: Floats
    columns: Ints


def missing_indicator(x: ArrayLike) -> Indicated:
    """Fill each gap with the mean of its column, and let a column of its own say where the gaps were.

    In a model that holds both columns the constant does not matter: the indicator's coefficient takes up any other.
    What is then adjusted for is the value where it is known and the lack of it where it is not, which removes
    confounding only if the covariate confounds nothing where it is missing (Groenwold et al. 2012,
    doi:10.1503/cmaj.110977).

    Parameters
    ----------
    x : (n, p) numbers, NaN where missing.

    Returns
    -------
    Indicated

    Raises
    ------
    ValueError
        A column without an observed value, or infinite values.

    Examples
    --------
    >>> done = missing_indicator([[1.0, 5.0], [float("nan"), 6.0], [3.0, 7.0]])
    >>> done.filled.tolist(), done.indicator.tolist()
    ([[1.0, 5.0], [2.0, 6.0], [3.0, 7.0]], [[0.0], [1.0], [0.0]])
    """
    data = _table(x)
    gap = np.isnan(data)
    columns = np.flatnonzero(gap.any(axis=0)).astype(np.int64)
    filled = np.where(gap, np.nanmean(data, axis=0), data)
    return Indicated(filled, gap[:, columns].astype(np.float64), columns)
