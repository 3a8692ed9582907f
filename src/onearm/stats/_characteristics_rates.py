"""True rates as the probabilities of the four kinds of patient: both events, the first only, the second only, none.

Two events of one patient with the marginal rates p1, p2 and the odds ratio t = c11 c00 / (c10 c01) have

    c11 = 2 t p1 p2 / (a + sqrt(a^2 - 4 t (t - 1) p1 p2)),   a = 1 + (t - 1)(p1 + p2),

the root of (t - 1) c11^2 - a c11 + t p1 p2 = 0 (from c10 = p1 - c11, c01 = p2 - c11, c00 = 1 - p1 - p2 + c11) that lies
between max(0, p1 + p2 - 1) and min(p1, p2), written so that t = 1 gives p1 p2. Where p1 + p2 > 1 the same is
solved for the complements, which have the same odds ratio, so that a stays positive.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from ._input import Floats, as_floats

_WIDEST = 1e6  # odds ratio
_SUM = 1e-9


def true_rates(
    p: ArrayLike | None, cells: ArrayLike | None, association: ArrayLike, endpoints: int
) -> tuple[Floats, Floats | None]:
    """Marginal rates (S, K), and for two endpoints the cells (S, 4)."""
    if (p is None) == (cells is None):
        raise ValueError("give exactly one of p (rates of the endpoints) and cells (probabilities of both, first only, "
                         "second only, none)")  # fmt: skip
    ratio = as_floats("association", association)
    given = "association" if cells is None else "cells"
    if endpoints == 1:
        if cells is not None or np.any(ratio != 1):
            raise ValueError(f"{given} is for two endpoints; this boundary has one")
        return _shares("p", p, 0).reshape(-1, 1), None
    if cells is not None:
        if np.any(ratio != 1):
            raise ValueError("association belongs to p; cells say it themselves")
        shares = _whole(_shares("cells", cells, 4))
        return np.stack([shares[:, 0] + shares[:, 1], shares[:, 0] + shares[:, 2]], axis=1), shares
    rates = _shares("p", p, 2)
    return rates, _cells(rates, _odds_ratio(ratio, rates.shape[0]))


def _shares(name: str, value: ArrayLike | None, columns: int) -> Floats:
    """Shares (S,) where ``columns`` is 0, otherwise (S, columns)."""
    given = as_floats(name, value if value is not None else [])
    x = given[None] if given.ndim == (columns > 0) else given
    if x.ndim != 1 + (columns > 0) or (columns and x.shape[1] != columns):
        wanted = f"({columns},) or (S, {columns})" if columns else "() or (S,)"
        raise ValueError(f"{name} must have shape {wanted} for this boundary, found {given.shape}")
    if not x.shape[0]:
        raise ValueError(f"{name} is empty")
    if not np.all((x >= 0) & (x <= 1)):
        raise ValueError(f"{name} must lie between 0 and 1, found {x[~((x >= 0) & (x <= 1))][0]:g}")
    return x


def _whole(cells: Floats) -> Floats:
    total = cells.sum(axis=1)
    if np.any(np.abs(total - 1) > _SUM):
        wrong = int(np.argmax(np.abs(total - 1)))
        raise ValueError(f"cells must sum to 1 in each row, found {total[wrong]:.10g} in row {wrong}")
    return np.asarray(cells / total[:, None])


def _odds_ratio(ratio: Floats, scenarios: int) -> Floats:
    if ratio.ndim > 1 or (ratio.ndim == 1 and ratio.size != scenarios):
        raise ValueError(
            f"association must be one odds ratio or one a row of p ({scenarios}), found shape {ratio.shape}"
        )
    if not np.all((ratio >= 1 / _WIDEST) & (ratio <= _WIDEST)):
        raise ValueError(f"association must be an odds ratio between {1 / _WIDEST:g} and {_WIDEST:g}; "
                         "give cells where one event excludes or implies the other")  # fmt: skip
    return ratio


def _cells(p: Floats, t: Floats) -> Floats:
    turned = p.sum(axis=1) > 1
    p1, p2 = np.where(turned, 1 - p[:, 0], p[:, 0]), np.where(turned, 1 - p[:, 1], p[:, 1])
    a = 1 + (t - 1) * (p1 + p2)
    both = 2 * t * p1 * p2 / (a + np.sqrt(np.maximum(a**2 - 4 * t * (t - 1) * p1 * p2, 0)))
    both = np.minimum(both, np.minimum(p1, p2))
    first, second, none = p1 - both, p2 - both, np.maximum(1 - p1 - p2 + both, 0)
    same = np.stack([both, first, second, none], axis=1)
    return np.asarray(np.where(turned[:, None], same[:, [3, 2, 1, 0]], same))
