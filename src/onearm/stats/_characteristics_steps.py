"""One step of the recursion: how the probabilities of the counts change when further patients' outcomes are known.

A state holds the probability of each count that the trial can have without having stopped: axis 0 the count of the
first endpoint, axis 1 that of the second (of length one where there is none), the last axis the scenarios. With one
endpoint, f'(x + j) = sum_x f(x) b(j; m, p) for m further patients. With two, patient by patient,
f'(x, y) = c_11 f(x-1, y-1) + c_10 f(x-1, y) + c_01 f(x, y-1) + c_00 f(x, y). All terms are positive, so that the
rounding error stays near (number of patients) x 1e-16 of each probability.
"""

from __future__ import annotations

from functools import lru_cache
from math import comb

import numpy as np

from ._input import Floats

_AT_ONCE = 512  # patients in one binomial step: their binomial coefficients are far from overflow


@lru_cache(maxsize=256)
def _coefficients(m: int) -> Floats:
    return np.array([float(comb(m, j)) for j in range(m + 1)])


def binomial(m: int, p: Floats) -> Floats:
    """Probabilities of 0 .. m events among m patients, (m + 1, S), for rates p (S,); m at most 512."""
    j = np.arange(m + 1.0)[:, None]
    return np.asarray(_coefficients(m)[:, None] * p**j * (1 - p) ** (m - j))


def portions(m: int) -> list[int]:
    """Patients of each step when m are to be added."""
    return [_AT_ONCE] * (m // _AT_ONCE) + [m % _AT_ONCE] * (m % _AT_ONCE > 0)


def add_one_endpoint(f: Floats, added: Floats) -> Floats:
    """The state (A + m, 1, S) after m patients, whose count has the probabilities ``added`` (m + 1, S)."""
    size, m = f.shape[0], added.shape[0] - 1
    out = np.zeros((size + m, *f.shape[1:]))
    if size <= m:
        for i in range(size):
            out[i : i + m + 1] += f[i] * added[:, None, :]
    else:
        for j in range(m + 1):
            out[j : j + size] += f * added[j]
    return out


def add_two_endpoints(f: Floats, cells: Floats) -> Floats:
    """The state (A + 1, B + 1, S) after one patient with both, the first only, the second only, none: cells (4, S)."""
    out = np.zeros((f.shape[0] + 1, f.shape[1] + 1, f.shape[2]))
    np.multiply(f, cells[0], out=out[1:, 1:])
    part = f * cells[1]
    out[1:, :-1] += part
    out[:-1, 1:] += np.multiply(f, cells[2], out=part)
    out[:-1, :-1] += np.multiply(f, cells[3], out=part)
    return out
