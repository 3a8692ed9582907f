"""Gaussian kernel densities of weighted points.

f(g) = sum of w phi((g - x) / h) / (h W). Many points are first shared out between the nodes of a fine mesh, each
between its two neighbours in proportion to nearness: with nodes h / 20 apart that widens the kernel by less than
sqrt(1 + 1/1600) and moves no mean.
"""

from __future__ import annotations

import numpy as np

from ._input import Floats

_EXACT = 1 << 23  # products of points and grid up to which no mesh is used
_BLOCK = 1 << 20
_NODES = 20  # nodes of the mesh to a bandwidth
_REACH = 39.0  # bandwidths at which the kernel is 0 in floating point


def kernel_density(x: Floats, weight: Floats, grid: Floats, bandwidth: float) -> Floats:
    """The density at each point of ``grid``."""
    near = np.abs(x - np.clip(x, grid.min(), grid.max())) <= _REACH * bandwidth
    mass = weight.sum()
    x, weight = x[near], weight[near]
    span = float(x.max() - x.min()) / bandwidth * _NODES if x.size else 0.0
    if x.size * grid.size > _EXACT and span < x.size:
        x, weight = _meshed(x, weight, bandwidth / _NODES)
    total = np.zeros(grid.size)
    rows = max(1, _BLOCK // grid.size)
    for low in range(0, x.size, rows):
        apart = (grid - x[low : low + rows, None]) / bandwidth
        total += weight[low : low + rows] @ np.exp(-0.5 * np.square(apart))
    return np.asarray(total / (mass * bandwidth * np.sqrt(2 * np.pi)))


def _meshed(x: Floats, weight: Floats, step: float) -> tuple[Floats, Floats]:
    """Nodes ``step`` apart and their weights."""
    origin = x.min()
    place = (x - origin) / step
    left = np.floor(place).astype(np.int64)
    share = place - left
    size = int(left.max()) + 2
    mass = np.bincount(left, weight * (1 - share), size) + np.bincount(left + 1, weight * share, size)
    held = mass > 0
    return np.asarray(origin + step * np.flatnonzero(held)), np.asarray(mass[held], dtype=np.float64)


def silverman(x: Floats, weight: Floats) -> float:
    """0.9 min(SD, IQR / 1.34) n^(-1/5), n the effective number of points; 0 where all are equal."""
    held = weight > 0
    order = np.argsort(x[held], kind="stable")
    x, w = x[held][order], weight[held][order] / weight.sum()
    if x[0] == x[-1]:
        return 0.0
    centre = w @ x
    sd = np.sqrt(w @ (x - centre) ** 2 / (1 - w @ w))
    middle = np.cumsum(w) - w / 2  # equal weights: (k - 1) / (n - 1) after the next line
    middle = (middle - middle[0]) / (middle[-1] - middle[0])
    quarter, three = np.interp([0.25, 0.75], middle, x)
    spread = min(sd, (three - quarter) / 1.34) if three > quarter else sd
    return float(0.9 * spread * (w @ w) ** 0.2)
