"""A matrix of numbers, checked without a copy where it comes as one."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from ._input import Floats, as_matrix


def plain_matrix(name: str, value: ArrayLike) -> Floats:
    """What :func:`as_matrix` gives and refuses; the result may be the caller's own array."""
    if type(value) is np.ndarray and value.dtype == np.float64 and value.ndim == 2 and value.size:
        with np.errstate(over="ignore", invalid="ignore"):
            if np.isfinite(value.sum()):  # a missing or infinite number would make it so as well
                return value
    return as_matrix(name, value)
