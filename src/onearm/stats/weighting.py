"""Weights that make an external cohort look like the trial, and what they cost."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from ._input import Floats, as_indicator, as_vector

__all__ = ["att_weights", "effective_sample_size"]


def att_weights(score: ArrayLike, treated: ArrayLike) -> Floats:
    """Weights for the effect in the treated: 1 for a treated subject, e / (1 - e) for a control.

    With e the probability of being treated given the covariates, weighted controls stand for the
    treated population (standardized mortality ratio weights: Sato & Matsuyama 2003,
    doi:10.1097/01.EDE.0000081989.82616.7d).

    Parameters
    ----------
    score : (n,) propensity scores in 0..1, below 1 for controls.
    treated : (n,) 1 = treated, 0 = control; both must occur.

    Returns
    -------
    (n,) weights, in the order given.

    Raises
    ------
    ValueError
        For scores outside 0..1, a control with score 1, or an empty group.

    Examples
    --------
    >>> att_weights([0.5, 0.2, 0.75], [1, 0, 0]).tolist()
    [1.0, 0.25, 3.0]
    """
    e = as_vector("score", score)
    z = as_indicator("treated", treated, e.size)
    if np.all(z) or not np.any(z):
        raise ValueError("treated must hold both 1 and 0")
    if np.any((e < 0) | (e > 1)):
        raise ValueError("score must lie between 0 and 1: give probabilities, not log odds")
    if np.any(e[~z] >= 1):
        raise ValueError("score is 1 for a control: it has no finite weight")
    weight = np.ones(e.size)
    weight[~z] = e[~z] / (1 - e[~z])
    return weight


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
        raise ValueError(f"w has negative values, the first at index {np.flatnonzero(weight < 0)[0]}")
    if not weight.max() > 0:
        raise ValueError("w is zero throughout: nothing is left to analyse")
    weight = weight / weight.max()  # whatever their size: the number does not depend on it
    return float(weight.sum() ** 2 / (weight**2).sum())
