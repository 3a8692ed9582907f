"""Weights that make an external cohort look like the trial, and what they cost.

From a score (``att_weights``, ``ate_weights``, ``atc_weights``, ``overlap_weights``, ``matching_weights``), from means
(``entropy_balance``, ``maic``: one engine), and what is done to them (``trim``, ``truncate``). Effects under weights,
with variances that count their estimation, are in :mod:`onearm.stats.weighted_effects`.
"""

from __future__ import annotations

from numpy.typing import ArrayLike

from ._entropy_balance import EntropyBalance, entropy_balance
from ._input import as_vector
from ._maic import Maic, maic
from ._weights import atc_weights, ate_weights, att_weights, matching_weights, overlap_weights
from ._weights_trim import Trimmed, Truncated, trim, truncate

__all__ = [
    "EntropyBalance",
    "Maic",
    "Trimmed",
    "Truncated",
    "atc_weights",
    "ate_weights",
    "att_weights",
    "effective_sample_size",
    "entropy_balance",
    "maic",
    "matching_weights",
    "overlap_weights",
    "trim",
    "truncate",
]


def effective_sample_size(w: ArrayLike) -> float:
    """How many equally weighted subjects carry as much information: (sum w)^2 / sum w^2 (Kish 1965).

    Parameters
    ----------
    w : (n,) weights of one group, not negative, not all zero.

    Raises
    ------
    ValueError
        For negative or missing weights, or none above zero.

    Examples
    --------
    >>> round(effective_sample_size([1, 1, 1, 1]), 6), round(effective_sample_size([3, 1]), 6)
    (4.0, 1.6)
    """
    weight = as_vector("w", w)
    if weight.min() < 0:
        raise ValueError(f"w has negative values, the first at index {(weight < 0).argmax()}")
    if not weight.max() > 0:
        raise ValueError("w is zero throughout: nothing is left to analyse")
    weight = weight / weight.max()  # whatever their size: the number does not depend on it
    return float(weight.sum() ** 2 / (weight**2).sum())
