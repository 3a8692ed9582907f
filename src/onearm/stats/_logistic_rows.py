"""The sums of a logistic likelihood, block by block of rows that stay in the cache.

With eta = Z' b, mu = 1 / (1 + exp(-eta)) and e = exp(-|eta|),

    log L = sum w {(y - 1/2) eta - |eta| / 2 - log(1 + e)},    score = Z w (y - mu),    I = Z diag(w e / (1 + e)^2) Z'.

Columns are centred and scaled before anything is multiplied, and kept block by block with one row of Z a column of
the model, so that every product runs along memory. A block is a stack of pieces so small that BLAS multiplies each of
them in one thread: threads that wait for each other cost more than they bring here, on a busy machine a hundred times
more. Where no row is weighted, the sum of logarithms is the logarithm of products of some hundred factors between 1
and 2.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from ._input import Bools, Floats

BLOCK = 4096  # rows of a block: with what is computed of them they fit a core's cache
_VECTOR, _MATRIX = 9216, 262144  # multiplications up to which OpenBLAS multiplies in one thread
_FACTORS = 512  # factors of one product: 2^512 does not overflow


@dataclass(frozen=True, slots=True, eq=False)
class Point:
    """Penalized log L with its slope and (penalized) information at one coefficient vector."""

    value: float
    score: Floats
    information: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Block:
    """Some rows: columns of the model ``z`` (pieces, p + 1, rows of a piece), intercept first; outcomes, weights.

    ``weight`` is None for ones.
    """

    z: Floats
    y: Floats
    weight: Floats | None

    def eta(self, b: Floats) -> Floats:
        """Log odds of the rows."""
        return np.asarray(np.matmul(b, self.z)).reshape(-1)

    def total(self, values: Floats) -> Floats:
        """Z values: the sum over rows of each column times ``values``, times the weights."""
        worth = values if self.weight is None else self.weight * values
        k, _, r = self.z.shape
        return np.asarray(np.matmul(self.z, worth.reshape(k, r, 1)).sum(axis=(0, 2)))

    def gram(self, values: Floats, room: Floats) -> Floats:
        """Z diag(values, times the weights) Z', worked out in ``room``."""
        worth = values if self.weight is None else self.weight * values
        k, _, r = self.z.shape
        scaled = room[: self.z.size].reshape(self.z.shape)
        np.multiply(self.z, np.sqrt(worth).reshape(k, 1, r), out=scaled)
        return np.asarray(np.matmul(scaled, scaled.transpose(0, 2, 1)).sum(axis=0))


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """All rows of a model on centred and scaled columns, with the ridge penalty of each (p + 1,)."""

    blocks: list[Block]
    ridge: Floats

    def at(self, b: Floats) -> Point:
        """Log-likelihood, score and information at ``b``."""
        value, score, information = 0.0, np.zeros(b.size), np.zeros((b.size, b.size))
        room = np.empty(self.blocks[0].z.size)  # fresh memory for each block would cost more than its sums
        for block in self.blocks:
            eta = block.eta(b)
            e = tail(eta)
            value += log_likelihood(eta, e, block.y, block.weight)
            up = 1.0 + e
            score += block.total(_off(block.y, eta, up))
            information += block.gram(e / (up * up), room)
        value -= 0.5 * float(self.ridge @ b**2)
        return Point(value, score - self.ridge * b, information + np.diag(self.ridge))

    def score(self, b: Floats) -> Floats:
        """The score alone, at less than half the price."""
        total = -self.ridge * b
        for block in self.blocks:
            eta = block.eta(b)
            total += block.total(_off(block.y, eta, 1.0 + tail(eta)))
        return total

    def kept(self, free: Bools) -> Rows:
        """The same rows with the ``free`` columns only."""
        if np.all(free):
            return self
        return Rows([Block(k.z[:, free], k.y, k.weight) for k in self.blocks], self.ridge[free])


def rows(x: Floats, y: Floats, weight: Floats | None, penalty: float, centre: Floats, unit: Floats) -> Rows:
    """Blocks of the columns (x - centre) / unit, and of the intercept; ``penalty`` is in the units of ``x``."""
    n, p = x.shape
    scale = (1.0 / unit)[:, None]
    room, blocks = np.empty(n * (p + 1)), []
    for low, high, piece in _cuts(n, p + 1):
        z = room[low * (p + 1) : high * (p + 1)].reshape(-1, p + 1, piece)
        z[:, 0] = 1.0
        np.subtract(x[low:high].reshape(-1, piece, p).transpose(0, 2, 1), centre[:, None], out=z[:, 1:])
        z[:, 1:] *= scale
        blocks.append(Block(z, y[low:high], None if weight is None else weight[low:high]))
    return Rows(blocks, np.r_[0.0, _ridge(penalty, unit)])


def _ridge(penalty: float, unit: Floats) -> Floats:
    """The penalty on coefficients of columns in units of ``unit``."""
    with np.errstate(over="ignore"):
        ridge = penalty / unit / unit
    if not np.all(np.isfinite(ridge)):
        j = int(np.flatnonzero(~np.isfinite(ridge))[0])
        raise ValueError(f"penalty {penalty:g} is out of all proportion to column {j} of x: give that in smaller units")
    return np.asarray(ridge)


def _cuts(n: int, columns: int) -> Iterator[tuple[int, int, int]]:
    """First row, row after the last, and rows of a piece, of every block."""
    piece = max(1, min(n, BLOCK, (_VECTOR - 1) // columns, (_MATRIX - 1) // (columns * (columns + 1))))
    block = max(1, BLOCK // piece) * piece
    whole = n // piece * piece
    for low in range(0, whole, block):
        yield low, min(low + block, whole), piece
    if whole < n:
        yield whole, n, n - whole


def tail(eta: Floats) -> Floats:
    """exp(-|eta|)"""
    e = np.abs(eta)
    np.negative(e, out=e)
    return np.exp(e, out=e)


def _off(y: Floats, eta: Floats, up: Floats) -> Floats:
    """y - mu, from ``up`` = 1 + exp(-|eta|): mu is 1 / up on the side of eta > 0 and 1 - 1 / up on the other."""
    near: Floats = 1.0 / up
    near -= 0.5
    return y - 0.5 - np.copysign(near, eta)


def log_likelihood(eta: Floats, e: Floats, y: Floats, weight: Floats | None) -> float:
    """Sum of w {y eta - log(1 + exp eta)}, with ``e`` = exp(-|eta|)."""
    if weight is not None:
        return float(weight @ ((y - 0.5) * eta - 0.5 * np.abs(eta) - np.log1p(e)))
    whole = e.size // _FACTORS * _FACTORS
    up = 1.0 + e[:whole]
    logs = np.log(np.multiply.reduce(up.reshape(-1, _FACTORS), axis=1)).sum() + np.log1p(e[whole:]).sum()
    return float((y - 0.5) @ eta - 0.5 * np.abs(eta).sum() - logs)
