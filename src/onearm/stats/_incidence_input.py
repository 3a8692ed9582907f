"""Causes of failure checked on the way in."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from ._input import Ints, as_vector

_LARGEST = 2**53  # whole numbers beyond it are not all floats


def as_causes(value: ArrayLike, n: int) -> Ints:
    """A vector of causes: 0 = censored, other labels any positive whole numbers."""
    x = as_vector("cause", value, n)
    bad = np.flatnonzero((x < 0) | (x != np.floor(x)) | (x > _LARGEST))
    if bad.size:
        raise ValueError(
            f"cause must hold 0 (censored) and positive whole numbers, found {x[bad[0]]} at index {bad[0]}"
        )
    return x.astype(np.int64)


def as_cause_of_interest(of: int, causes: Ints) -> int:
    """``of`` when it is among the causes seen (k,), else ValueError with those that are."""
    if causes.size == 0:
        raise ValueError("cause holds no event: every row is censored")
    if not any(of == c for c in causes.tolist()):
        raise ValueError(f"of must be a cause with events ({', '.join(map(str, causes.tolist()))}), found {of!r}")
    return int(of)
