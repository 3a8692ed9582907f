"""Causes of failure checked on the way in."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from ._input import Floats, Ints, as_floats, as_vector

_LARGEST = 2**53  # whole numbers beyond it are not all floats


def as_causes(value: ArrayLike, n: int) -> Ints:
    """A vector of causes: 0 = censored, other labels any positive whole numbers."""
    x = as_vector("cause", value, n)
    bad = _bad_labels(x, 0)
    if bad.size:
        raise ValueError(
            f"cause must hold 0 (censored) and positive whole numbers, found {x[bad[0]]} at index {bad[0]}"
        )
    return x.astype(np.int64)


def as_listed_causes(value: ArrayLike | None, seen: Ints) -> Ints:
    """The causes to be shown (k,), increasing: those ``seen``, or those listed, all of the former among them."""
    if value is None:
        return seen
    x = as_vector("causes", np.atleast_1d(as_floats("causes", value)))
    bad = _bad_labels(x, 1)
    if bad.size:
        raise ValueError(f"causes must hold positive whole numbers, found {x[bad[0]]} at index {bad[0]}")
    listed = np.unique(x.astype(np.int64))
    if listed.size < x.size:
        raise ValueError(f"causes must differ, found {', '.join(f'{v:.0f}' for v in x)}")
    left = np.setdiff1d(seen, listed)
    if left.size:
        raise ValueError(
            f"causes must list every cause with events, found none of {', '.join(map(str, left.tolist()))}"
        )
    return listed


def _bad_labels(x: Floats, least: int) -> Ints:
    """Places of what is not a whole number from ``least``."""
    return np.flatnonzero((x < least) | (x != np.floor(x)) | (x > _LARGEST))


def as_cause_of_interest(of: int, causes: Ints) -> int:
    """``of`` when it is among the causes seen (k,), else ValueError with those that are."""
    if causes.size == 0:
        raise ValueError("cause holds no event: every row is censored")
    if not any(of == c for c in causes.tolist()):
        raise ValueError(f"of must be a cause with events ({', '.join(map(str, causes.tolist()))}), found {of!r}")
    return int(of)
