"""The censored, left-truncated likelihood of log-location-scale regression.

With y = log t and z = (y - x b) / sigma, row i adds w_i times

    log f(z) - log sigma - y   for an event,      log S(z)   when censored,

less log S(z0) where it was observed only from an entry time, z0 taken at log(entry). In (a, k) =
(b / sigma, 1 / sigma), z = k y - x a is linear: without late entry log L is concave (Burridge 1981,
doi:10.1111/j.2517-6161.1981.tb01152.x), so that Newton's method cannot lose its way. For row v =
(-x, y), g the log density or log survival, and m the sum of event weights,

    score = sum w g'(z) v + (0, m / k),     information = - sum w g''(z) v v' + (0, m / k^2).

Late entry takes away the same terms at z0; where the information is then not positive, the absolute
values of its eigenvalues give a step that still climbs. The exponential model keeps k = 1.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ._input import Bools, Floats, Ints
from ._parametric_families import Family


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """Rows in the standard form.

    ``family``; ``event`` (n,); ``weight`` (n,); ``exits`` (n, q) and ``entries`` (l, q) the rows v at
    exit and, for the rows ``late`` (l,), at entry; ``exit_offset`` (n,), ``entry_offset`` (l,) added to z
    (0 unless k is fixed at 1); ``free`` whether k is estimated and so the last column of v.
    """

    family: Family
    event: Bools
    weight: Floats
    exits: Floats
    entries: Floats
    exit_offset: Floats
    entry_offset: Floats
    late: Ints
    free: bool


@dataclass(frozen=True, slots=True, eq=False)
class Point:
    """log L (without the sum of log t), score (q,), information (q, q), and each row's score (n, q)."""

    value: float
    score: Floats
    information: Floats
    rows: Floats


def evaluate(rows: Rows, b: Floats) -> Point | None:
    """log L and derivatives at (a, k) or a; None where it cannot be computed."""
    k = float(b[-1]) if rows.free else 1.0
    if not (k > 0 and np.all(np.abs(b) < 1e100)):
        return None
    z = rows.exits @ b + rows.exit_offset
    d, w = rows.event, rows.weight
    value, slope, bend = np.empty(z.size), np.empty(z.size), np.empty(z.size)
    for chosen, part in ((d, rows.family.density), (~d, rows.family.tail)):
        value[chosen], slope[chosen], bend[chosen] = part(z[chosen])
    each = slope[:, None] * rows.exits
    if rows.free:
        each[d, -1] += 1 / k
    total = float(w @ value) + float(w[d].sum()) * float(np.log(k))
    if not np.isfinite(total):
        return None
    information = -(rows.exits.T @ ((w * bend)[:, None] * rows.exits))
    if rows.free:
        information[-1, -1] += w[d].sum() / k**2
    if rows.late.size:
        at = rows.late
        value0, slope0, bend0 = rows.family.tail(rows.entries @ b + rows.entry_offset)
        total -= float(w[at] @ value0)
        each[at] -= slope0[:, None] * rows.entries
        information += rows.entries.T @ ((w[at] * bend0)[:, None] * rows.entries)
        if not np.isfinite(total):
            return None
        information = _climbing(information)
    return Point(total, w @ each, information, each)


def _climbing(information: Floats) -> Floats:
    """The matrix itself where positive definite; else with the absolute values of its eigenvalues."""
    value, vector = np.linalg.eigh((information + information.T) / 2)
    if value[0] > 0:
        return information
    size = np.maximum(np.abs(value), 1e-8 * np.max(np.abs(value)))
    return np.asarray((vector * size) @ vector.T)
