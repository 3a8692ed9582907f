"""Coarsened exact matching: cut each covariate into bins, then ask for equal bins."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from ._input import Floats, Ints, as_matrix
from ._strata import Strata, joint_codes, shared_strata

__all__ = ["coarsened_exact"]

_RULES = ("sturges", "scott", "fd")
_MOST_BINS = 1_000_000


def coarsened_exact(
    x_treated: ArrayLike,
    x_control: ArrayLike,
    *,
    cutpoints: Any = "sturges",
    exact: tuple[ArrayLike, ArrayLike] | None = None,
    estimand: str = "ATT",
) -> Strata:
    """Compare treated and controls whose covariates fall in the same bins; leave out who shares them with nobody.

    Iacus, King & Porro 2012 (doi:10.1093/pan/mpr013). A number of bins cuts the range over both groups into
    that many of equal width; a bin holds its lower end but not its upper, the last one both. With n subjects
    in both groups the rules give

    * "sturges": ceil(log2(n) + 1) bins,
    * "scott": bins 3.5 SD n^(-1/3) wide, "fd" (Freedman & Diaconis): 2 IQR n^(-1/3) wide.

    Parameters
    ----------
    x_treated, x_control : (n1, p), (n0, p) covariates; a vector is one column.
    cutpoints : a rule or a number of bins for every column, None to leave the values as they are, or a list with
        one entry for each column: a rule, a number, None, or the increasing values to cut at (each starts a bin).
    exact : labels of the treated and of the controls that have to agree as well, such as categories.
    estimand : "ATT", "ATE" or "ATC": what the weights stand for, as in :func:`exact_match`.

    Returns
    -------
    Strata

    Raises
    ------
    ValueError
        For missing values, different numbers of columns, an unknown rule, cut points that do not rise, or when no
        treated shares its bins with a control.

    Examples
    --------
    Ages cut at 40 and 60: those of 35 and 39 share a bin, as do 45 and 58; nobody is with 71.

    >>> strata = coarsened_exact([35, 45, 71], [39, 58, 50, 20], cutpoints=[[40, 60]])
    >>> strata.subclass_treated.tolist(), strata.subclass_control.tolist()
    ([0, 1, -1], [0, 1, 1, 0])
    >>> strata.weight_control.tolist()
    [1.0, 1.0, 1.0, 1.0]
    """
    x1, x0 = as_matrix("x_treated", x_treated), as_matrix("x_control", x_control)
    p = x1.shape[1]
    if x0.shape[1] != p:
        raise ValueError(f"x_treated and x_control have {p} and {x0.shape[1]} columns: give the same covariates")
    x = np.concatenate([x1, x0])
    if np.abs(x).max() > 1e100:
        raise ValueError("x_treated or x_control reaches beyond 1e+100: rescale the covariates")
    entries = list(cutpoints) if isinstance(cutpoints, list | tuple | np.ndarray) else [cutpoints] * p
    if len(entries) != p:
        raise ValueError(f"cutpoints must have one entry for each of the {p} columns, found {len(entries)}")
    code = np.column_stack([_binned(x[:, k], entries[k], k) for k in range(p)])
    first, second = joint_codes(("x_treated", code[: len(x1)], None), ("x_control", code[len(x1) :], None))
    if exact is not None:
        if not isinstance(exact, tuple | list) or len(exact) != 2:
            raise ValueError("exact must be a pair: the labels of the treated, the labels of the controls")
        sides = ("exact of the treated", exact[0], len(x1)), ("exact of the controls", exact[1], len(x0))
        more = joint_codes(*sides)
        both = [np.column_stack(pair) for pair in ((first, more[0]), (second, more[1]))]
        first, second = joint_codes(("exact", both[0], None), ("exact", both[1], None))
    return shared_strata(first, second, estimand, "x_treated and x_control share no combination of bins")


def _binned(x: Floats, entry: Any, k: int) -> Ints:
    """The bin of each value of one column."""
    if entry is None:
        return np.unique(x, return_inverse=True)[1].reshape(-1).astype(np.int64)
    if np.ndim(entry):
        inner = np.asarray(entry)
        if inner.ndim != 1 or inner.dtype.kind not in "iuf" or not np.all(np.isfinite(inner)):
            raise ValueError(f"cutpoints of column {k} must be numbers in a row, found {entry!r}")
        if np.any(np.diff(inner) <= 0):
            raise ValueError(f"cutpoints of column {k} must rise, found {entry!r}")
    else:
        inner = np.linspace(x.min(), x.max(), _bins(x, entry, k) + 1)[1:-1]
    return np.searchsorted(inner, x, side="right").astype(np.int64)


def _bins(x: Floats, entry: Any, k: int) -> int:
    """Number of bins by a rule or as given."""
    if isinstance(entry, str):
        if entry not in _RULES:
            raise ValueError(f"cutpoints of column {k} must be one of {', '.join(_RULES)}, or numbers; found {entry!r}")
        if entry == "sturges":
            return math.ceil(math.log2(x.size) + 1)
        spread = float(np.ptp(x))
        if spread == 0:
            return 1
        if entry == "scott":
            width = 3.5 * float(np.std(x, ddof=1))
        else:
            width = 2 * float(np.subtract(*np.quantile(x, [0.75, 0.25])))
        bins = spread / width * x.size ** (1 / 3) if width > 0 else math.inf
        if bins > _MOST_BINS:
            raise ValueError(
                f"cutpoints of column {k}: {entry!r} needs more spread in the middle of the values; "
                "use sturges or give the values to cut at"
            )
        return max(1, math.ceil(bins))
    if isinstance(entry, bool) or not isinstance(entry, int | float | np.number) or not 1 <= entry <= _MOST_BINS:
        raise ValueError(f"cutpoints of column {k} must be a rule, at least 1 bin, or values; found {entry!r}")
    if entry != int(entry):
        raise ValueError(f"cutpoints of column {k} must be a whole number of bins, found {entry!r}")
    return int(entry)
