"""Moments of both groups under many weightings, in one pass over the rows.

About a fixed point c of each group, and with W the weightings beside a column of ones,

    W' [1, x - c, (x - c)^2]

holds every weighted mean and variance: mean = c + S1 / S0 and spread = S2 / S0 - (S1 / S0)^2, over 1 - sum w^2 / S0^2.
c is the mean of every so-many-th row of the group: it lies within a few standard deviations of the group's mean
whatever their order, and nothing is lost in the difference. Rows are taken in pieces small enough for BLAS to multiply
each in one thread.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ._balance_groups import zero_one
from ._input import Bools, Floats, Ints

_BLOCK = 2048  # rows looked at together
_MATRIX = 262144  # multiplications up to which OpenBLAS multiplies in one thread
_LOOK = 4096  # rows of a group whose mean is its centre


@dataclass(frozen=True, slots=True, eq=False)
class Moments:
    """Of one group under k weightings: mean and variance (k, p), effective size (k,), sums for the raw sample.

    ``variance`` is sum w (x - m)^2 / (W - sum w^2 / W), and p (1 - p) for columns of 0 and 1.
    """

    n: int
    mean: Floats
    variance: Floats
    effective: Floats


@dataclass(frozen=True, slots=True, eq=False)
class _Room:
    """Working space for one group: pieces of rows with their powers (k, r, 2 p + 1) and weights (k, r, m)."""

    powers: Floats
    weight: Floats

    @staticmethod
    def of(p: int, m: int) -> _Room:
        r = max(1, min(_BLOCK, (_MATRIX - 1) // (m * (2 * p + 1))))
        k = -(-_BLOCK // r)
        powers = np.zeros((k, r, 2 * p + 1))
        powers[:, :, 0] = 1.0
        return _Room(powers, np.zeros((k, r, m)))

    def sums(self, x: Floats, weight: Floats | None, rows: Ints, centre: Floats) -> tuple[Floats, Floats]:
        """W' [1, x - c, (x - c)^2] and the sums of squared weights over some rows."""
        p, m = centre.size, self.weight.shape[2]
        flat, w = self.powers.reshape(-1, 2 * p + 1), self.weight.reshape(-1, m)
        near = flat[: rows.size, 1 : p + 1]
        np.subtract(x[rows], centre, out=near)
        np.square(near, out=flat[: rows.size, p + 1 :])
        w[: rows.size, 0] = 1.0
        if weight is not None:
            w[: rows.size, 1:] = weight[rows]
        w[rows.size :] = 0.0
        product = np.matmul(self.weight.transpose(0, 2, 1), self.powers)
        return product.sum(axis=0), np.einsum("ij,ij->j", w, w)


def group_moments(x: Floats, treated: Bools, weight: Floats | None) -> tuple[Moments, Moments, Bools]:
    """Moments of the treated and of the controls, the raw sample first, and which columns hold only 0 and 1."""
    members = [np.flatnonzero(treated), np.flatnonzero(~treated)]
    centres = [x[rows[:: max(1, rows.size // _LOOK)]].mean(axis=0) for rows in members]
    binary = _zero_one(x)
    above, below = (_about(x, weight, rows, c, binary) for rows, c in zip(members, centres, strict=True))
    return above, below, binary


def _zero_one(x: Floats) -> Bools:
    """Which columns hold only 0 and 1: the first rows leave few to be looked at further."""
    binary = zero_one(x[:_BLOCK])
    for low in range(_BLOCK, x.shape[0], _BLOCK):
        left = np.flatnonzero(binary)
        if not left.size:
            break
        binary[left] = zero_one(x[low : low + _BLOCK, left])
    return binary


def _about(x: Floats, weight: Floats | None, rows: Ints, centre: Floats, binary: Bools) -> Moments:
    """Moments of one group, summed about ``centre``."""
    p = centre.size
    room = _Room.of(p, 1 + (0 if weight is None else weight.shape[1]))
    total, squares = np.zeros((room.weight.shape[2], 2 * p + 1)), np.zeros(room.weight.shape[2])
    for low in range(0, rows.size, _BLOCK):
        sums, square = room.sums(x, weight, rows[low : low + _BLOCK], centre)
        total += sums
        squares += square
    mass = total[:, :1]
    shift, second = total[:, 1 : p + 1] / mass, total[:, p + 1 :] / mass
    spread = second - shift**2
    spread[spread <= 1e-13 * second] = 0.0
    free = 1 - squares[:, None] / mass**2
    other = np.where(free > 1e-15, spread / np.where(free > 1e-15, free, 1.0), 0.0)
    mean = centre + shift
    share = np.clip(mean, 0.0, 1.0)
    return Moments(rows.size, mean, np.where(binary, share * (1 - share), other), mass[:, 0] ** 2 / squares)
