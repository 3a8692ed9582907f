"""Does a hazard ratio change with time? The score test of proportional hazards.

Against coefficients b + c g(t), with g a chosen function of time, c = 0 is tested by the score test in
the model with the added covariates g(t) x, at the estimate b of the ordinary model. Over the terms l of
the partial likelihood, with V_l the covariance of x at risk (see ``_cox_moments``) and g centred at its
mean over the events,

    U = sum_events w g x - sum_l m g mu,
    A = sum m V,  B = sum m g V,  C = sum m g^2 V,
    chi-square of the columns J = U_J' (C_JJ - B_J' A^-1 B_J)^-1 U_J.

No rows are expanded. The Schoenfeld residual of an event is x - mu (mean over the terms of its time);
scaled by the inverse of the mean covariance of one event, and with b added, it scatters around the
coefficient at its time. The older, approximate test asks for a trend of these residuals and takes every
V_l for their mean: with y = A^-1 U and d events, y_J' (A^-1)_JJ^-1 y_J d / sum g^2.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import ArrayLike

from ._cox_moments import Cells, moments
from ._cox_zph_record import ProportionalHazards, Terms
from ._cox_zph_sums import approximate_parts, derivatives, scaled_residuals, score_parts, statistics, transformed
from ._distributions import chi_square_tail
from ._input import (
    Floats,
    as_choice,
    as_codes,
    as_indicator,
    as_matrix,
    as_times,
    as_weights,
    ranked_interval,
)
from .cox import cox

TRANSFORMS = ("km", "rank", "log", "identity")
KINDS = ("score", "approximate")


def proportional_hazards_test(
    time: ArrayLike,
    event: ArrayLike,
    x: ArrayLike,
    *,
    entry: ArrayLike | None = None,
    weight: ArrayLike | None = None,
    strata: ArrayLike | None = None,
    cluster: ArrayLike | None = None,
    ties: str = "efron",
    transform: str | Callable[[Floats], ArrayLike] = "km",
    terms: Sequence[Sequence[int]] | None = None,
    names: Sequence[str] | None = None,
    kind: str = "score",
) -> ProportionalHazards:
    """Whether hazard ratios are constant over time: a test for each term and one for all.

    A small p-value says that the coefficient drifts along g(t); the scaled Schoenfeld residuals and
    their smooth curve show how. A large one says only that no drift of this shape was seen.

    Parameters
    ----------
    time, event, x, entry, weight, strata, ties : as in :func:`onearm.stats.cox.cox`.
    cluster : checked, otherwise unused: the test rests on the model's own variance, as in R.
    transform : g. "km" = 1 - S(t-) with S the Kaplan-Meier curve of all rows, unweighted; "rank" = rank of
        the time among all rows; "log"; "identity"; or a function from times (n,) to numbers (n,).
    terms : lists of column numbers that make one term each, such as the dummies of one factor; None =
        each column by itself. Columns not mentioned are in the model, and in the global test only.
    names : one label a term.
    kind : "score", as R's survival from version 3.0; "approximate", the test of Grambsch and Therneau as
        in older versions and in lifelines. The two can differ much.

    Returns
    -------
    ProportionalHazards

    Raises
    ------
    ValueError
        For bad arrays or choices, no event, a logarithm of time 0, or a term naming no column.

    Notes
    -----
    Grambsch & Therneau 1994 (doi:10.1093/biomet/81.3.515); Therneau & Grambsch 2000, chapter 6.

    Examples
    --------
    Therneau's first test data with Breslow ties, where b = log((3 + sqrt 33)/2); from his formulas:

    >>> toy = ([1, 1, 6, 6, 8, 9], [1, 0, 1, 1, 0, 1], [1, 1, 1, 0, 0, 0])
    >>> test = proportional_hazards_test(*toy, ties="breslow", transform="identity")
    >>> round(float(test.statistic[0]), 6), int(test.df[0])
    (0.300497, 1)
    """
    as_choice("ties", ties, ("efron", "breslow"))
    as_choice("kind", kind, KINDS)
    if not callable(transform):
        as_choice("transform", transform, TRANSFORMS)
    t = as_times("time", time)
    z = as_matrix("x", x, t.size)
    w = as_weights("weight", weight, t.size)
    fit = _coefficients(t, event, z, entry, w, strata, cluster, ties)
    kept = np.flatnonzero(w > 0)
    late = None if entry is None else as_times("entry", entry, t.size)[kept]
    grid, stop, start = ranked_interval(t[kept], late)
    d = as_indicator("event", event, t.size)[kept]
    block = np.zeros(kept.size, dtype=np.int64) if strata is None else as_codes("strata", strata, t.size)[1][kept]
    block = np.unique(block, return_inverse=True)[1].reshape(-1).astype(np.int64)
    g = transformed(transform, grid, stop, start, d)
    free = np.flatnonzero(np.isfinite(fit))
    group = Terms.make(terms, names, z.shape[1], free)
    used = z[kept][:, free]
    centre, unit = used.mean(axis=0), used.std(axis=0)
    cells = Cells.make(stop, start, d, block, w[kept], ties)
    standard = np.asfortranarray((used - centre) / unit)
    at = moments(cells, standard, fit[free] * unit)
    if at is None:
        raise ValueError("x: a coefficient grows without limit, so that proportional hazards cannot be tested")
    order = np.flatnonzero(d)[np.lexsort((stop[d], block[d]))]
    centred = np.where(d, g - g[order].mean(), 0.0)
    scale = float(np.max(np.abs(centred))) or 1.0
    score, blocks = derivatives(cells, at, standard, centred / scale, d)
    parts = (
        approximate_parts(score, blocks, centred[order] / scale)
        if kind == "approximate"
        else score_parts(score, blocks)
    )
    statistic, df, said = statistics(*parts, group)
    residuals, variance = scaled_residuals(cells, at, standard, block, order, blocks[0], group, fit[free], unit)
    return ProportionalHazards(
        names=group.names,
        statistic=statistic,
        df=df,
        p_value=np.array([chi_square_tail(s, int(k)) for s, k in zip(statistic, df, strict=True)]),
        time=grid[stop[order]],
        transformed=g[order],
        residuals=residuals,
        var=variance,
        row=kept[order],
        stratum=block[order],
        coef=fit,
        transform=transform if isinstance(transform, str) else "own",
        kind=kind,
        message="; ".join(part for part in (group.message, said) if part),
    )


def _coefficients(
    time: Floats,
    event: ArrayLike,
    x: Floats,
    entry: ArrayLike | None,
    weight: Floats,
    strata: ArrayLike | None,
    cluster: ArrayLike | None,
    ties: str,
) -> Floats:
    """The estimate; NaN for columns without one. A model that cannot be estimated is refused."""
    fit = cox(time, event, x, entry=entry, weight=weight, strata=strata, cluster=cluster, ties=ties)
    if not np.any(np.isfinite(fit.coef)) or np.any(np.isinf(fit.std_error)):
        raise ValueError(f"x gives no model to test: {fit.message}")
    return fit.coef
