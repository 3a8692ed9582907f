"""How the Python fit of each fit of real_fits.R is entered in a list, and how the two are compared."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from oracle_data import Tables

Fit = Callable[[Tables], dict[str, Any]]


def register() -> tuple[dict[str, Fit], Callable[[str], Callable[[Fit], Fit]]]:
    """An empty list of fits, and the decorator that enters a function under the name of the fit it repeats."""
    known: dict[str, Fit] = {}

    def fit(name: str) -> Callable[[Fit], Fit]:
        def enter(function: Fit) -> Fit:
            assert name not in known, f"two fits are called {name}"
            known[name] = function
            return function

        return enter

    return known, fit


def short(v: Any) -> np.ndarray:
    """As in real_fits.R: a long vector as its length, number missing, sum, sum of squares and first ten."""
    x = np.asarray(v, dtype=float).ravel(order="F")
    if x.size <= 60:
        return x
    known = x[~np.isnan(x)]
    return np.r_[x.size, x.size - known.size, known.sum(), known @ known, x[:10]]


def agree(ours: Any, theirs: Any, rtol: float = 1e-8) -> None:
    """Equal to ``rtol``; beside it, a sum may be off by that much of the numbers it adds up."""
    r = np.array(theirs, dtype=float)
    x = short(ours)
    assert x.shape == r.shape
    if np.asarray(ours).size > 60:
        np.testing.assert_array_equal(x[:2], r[:2])
        np.testing.assert_allclose(x[2], r[2], rtol=rtol, atol=rtol * np.sqrt(r[0] * r[3]))
        x, r = x[3:], r[3:]
    size = np.nanmax(np.abs(r), initial=0.0)
    np.testing.assert_allclose(x, r, rtol=rtol, atol=1e-12 * size)
