"""Exact treatment of ties: the conditional likelihood of who had the event, given how many had.

At a tied cell with d events among the rows at risk the likelihood is

    exp(sum over the events of x b) / B(d),   B(d) = sum over all sets of d rows at risk of prod r_i,

r_i = exp(x_i b). Adding the rows at risk one by one gives B(d, i) = B(d, i-1) + r_i B(d-1, i-1) (Gail, Lubin
& Rubinstein 1981, doi:10.1093/biomet/68.3.703), so that for fixed d a cumulative sum over the risk set makes
B(d, .) from B(d-1, .); its derivatives follow by the same sums. Each level is divided by its total, whose
logarithms are added up, so that binomial coefficients do not overflow. Cells of one event need none of it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from ._cox_likelihood import Likelihood, likelihood
from ._cox_risk import RiskSets
from ._input import Floats, Ints

_NUMBERS = 1 << 20  # held at once, about, for each level


@dataclass(frozen=True, slots=True, eq=False)
class TiedCells:
    """A few tied cells: rows at risk (c, w), filled up with n, and numbers of events (c,), ascending."""

    rows: Ints
    deaths: Ints


def tied_cells(risk: RiskSets, p: int) -> list[TiedCells]:
    """The tied cells in groups of similar risk sets."""
    n = risk.event.size
    cells = np.flatnonzero(risk.deaths > 1)
    if not cells.size:
        return []
    close = np.append(risk.opening[1:], n)[risk.block[risk.start[cells]]]
    size = close - risk.start[cells]
    first = np.full(n + 1, -1)
    first[risk.late] = risk.late_first
    first[:n][risk.weight == 0] = risk.deaths.size  # those who come and go between two events are in no risk set
    by_size = np.argsort(size, kind="stable")
    each = 1 + p + p * (p + 1) // 2
    groups = np.cumsum(size[by_size]) * each // _NUMBERS
    made = []
    for part in np.split(by_size, np.flatnonzero(np.diff(groups)) + 1):
        part = part[np.argsort(risk.deaths[cells[part]], kind="stable")]
        rows = risk.start[cells[part], None] + np.arange(size[part].max())
        rows[rows >= close[part, None]] = n
        rows[first[rows] > cells[part, None]] = n
        made.append(TiedCells(rows, risk.deaths[cells[part]]))
    return made


def exact_likelihood(
    risk: RiskSets, groups: list[TiedCells], x: Floats, b: Floats, offset: Floats | None
) -> Likelihood | None:
    """log L and derivatives; ``risk`` gives tied cells no mass, they are added here."""
    base = likelihood(risk, x, b, offset)
    if base is None:
        return None
    r = np.append(base.relative, 0.0)
    z = np.concatenate([x, np.zeros((x.shape[0], 1))], axis=1)
    value, score, information = base.value, base.score, base.information
    for group in groups:
        found = _levels(group, r, z)
        if found is None:
            return None
        value, score, information = value - found[0], score - found[1], information + found[2]
    return replace(base, value=value, score=score, information=information)


def _levels(group: TiedCells, r: Floats, z: Floats) -> tuple[float, Floats, Floats] | None:
    """Sums over the cells of log B, its first and its second derivative."""
    p = z.shape[0]
    left, right = np.triu_indices(p)
    rows, deaths = group.rows, group.deaths
    done, log_scale = 0, np.zeros(deaths.size)
    value, score, packed = 0.0, np.zeros(p), np.zeros(left.size)
    before = np.zeros((1 + p + left.size, *rows.shape))
    before[0] = 1.0
    for d in range(1, int(deaths[-1]) + 1):
        x, now = z[:, rows], np.empty_like(before)
        now[0] = before[0]
        now[1 : p + 1] = x * before[0] + before[1 : p + 1]
        now[p + 1 :] = x[left] * x[right] * before[0] + x[left] * before[1 + right] + x[right] * before[1 + left]
        now[p + 1 :] += before[p + 1 :]
        now *= r[rows]
        np.cumsum(now, axis=-1, out=now)
        scale = now[0, :, -1].copy()
        if not np.all(scale > 1e-250):
            return None
        now /= scale[:, None]
        log_scale += np.log(scale)
        more = int(np.searchsorted(deaths, d, side="right")) - done
        if more:
            mean, square = now[1 : p + 1, :more, -1], now[p + 1 :, :more, -1]
            value += float(log_scale[:more].sum())
            score += mean.sum(axis=1)
            packed += (square - mean[left] * mean[right]).sum(axis=1)
            rows, log_scale, now, done = rows[more:], log_scale[more:], now[:, more:], done + more
        before = np.zeros_like(now)
        before[..., 1:] = now[..., :-1]
    information = np.empty((p, p))
    information[left, right] = information[right, left] = packed
    return value, score, information
