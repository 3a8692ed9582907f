"""Weights by what is estimated, and their derivatives in the log odds of the score.

With e the probability of being treated given the covariates, every row below is h(e) / e for the treated and
h(e) / (1 - e) for the controls, so that both groups take the shape of one population, of density h(e) f(x):

    estimand  population                            h              treated            control
    ATE       everyone                              1              1 / e              1 / (1 - e)
    ATT       the treated                           e              1                  e / (1 - e)
    ATC       the controls                          1 - e          (1 - e) / e        1
    ATO       where the groups overlap              e (1 - e)      1 - e              e
    ATM       who would find a partner in a match   min(e, 1 - e)  min(1, (1 - e)/e)  min(1, e/(1 - e))

(Li, Morgan & Zaslavsky 2018, doi:10.1080/01621459.2016.1260466; Li & Greene 2013, doi:10.1515/ijb-2012-0030.)
The derivative of e in its log odds is e (1 - e), which gives :func:`slopes`.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from ._input import Bools, Floats, as_indicator, as_matrix, as_vector

LARGEST = 1e100  # a covariate or a time
ESTIMANDS = ("ATT", "ATE", "ATC", "ATO", "ATM")
POPULATION = {
    "ATE": "everyone in both groups",
    "ATT": "the treated",
    "ATC": "the controls",
    "ATO": "those of either group in whom the groups overlap",
    "ATM": "those who would find a partner in one-to-one matching",
}


def balancing_weights(estimand: str, e: Floats, left: Floats, treated: Bools) -> Floats:
    """Weights (n,) for scores ``e``, with ``left`` = 1 - e given apart so that nothing is lost near 1."""
    z = treated
    with np.errstate(divide="ignore", over="ignore"):  # where it is infinite the caller refuses it
        if estimand == "ATE":
            return np.where(z, 1 / e, 1 / left)
        if estimand == "ATT":
            return np.where(z, 1.0, e / left)
        if estimand == "ATC":
            return np.where(z, left / e, 1.0)
        if estimand == "ATO":
            return np.where(z, left, e)
        return np.where(z, np.minimum(1.0, left / e), np.minimum(1.0, e / left))


def slopes(estimand: str, e: Floats, left: Floats, treated: Bools) -> Floats:
    """Derivative of each weight in the log odds of its score (n,)."""
    z = treated
    if estimand == "ATO":
        return np.where(z, -1.0, 1.0) * e * left
    with np.errstate(divide="ignore", over="ignore"):
        down, up = -left / e, e / left
    if estimand == "ATE":
        return np.where(z, down, up)
    if estimand == "ATT":
        return np.where(z, 0.0, up)
    if estimand == "ATC":
        return np.where(z, down, 0.0)
    return np.where(z, np.where(e > left, down, 0.0), np.where(e < left, up, 0.0))


def as_scores(score: ArrayLike, treated: ArrayLike) -> tuple[Floats, Bools]:
    """Scores in 0..1 and who is treated; both groups must occur."""
    e = as_vector("score", score)
    z = as_groups(treated, e.size)
    if np.any((e < 0) | (e > 1)):
        raise ValueError("score must lie between 0 and 1: give probabilities, not log odds")
    return e, z


def as_covariates(name: str, value: ArrayLike, n: int | None = None) -> Floats:
    """A finite matrix (n, p) whose squares are finite as well."""
    x = as_matrix(name, value, n)
    if max(float(x.max()), -float(x.min())) > LARGEST:
        raise ValueError(f"{name} holds values above {LARGEST:g}: use a coarser unit")
    return x


def as_groups(treated: ArrayLike, n: int | None = None) -> Bools:
    """Who is treated (n,); both groups must occur."""
    z = as_indicator("treated", treated, n)
    if np.all(z) or not np.any(z):
        raise ValueError("treated must hold both 1 and 0")
    return z


def score_weights(estimand: str, score: ArrayLike, treated: ArrayLike) -> Floats:
    """Checked weights: finite, and not zero throughout a group."""
    e, z = as_scores(score, treated)
    return refused_or(estimand, balancing_weights(estimand, e, 1 - e, z), z)


def refused_or(estimand: str, weight: Floats, treated: Bools) -> Floats:
    """The weights, or ValueError where one has no finite value or a whole group has none above 0."""
    for name, group, edge in (("control", ~treated, 1), ("treated subject", treated, 0)):
        if not np.all(np.isfinite(weight[group])):
            i = int(np.flatnonzero(group & ~np.isfinite(weight))[0])
            raise ValueError(
                f"score is {edge} for a {name} (index {i}): it has no finite weight; trim such scores, or use "
                "overlap or matching weights"
            )
        if not weight[group].max() > 0:
            raise ValueError(
                f"score leaves every {name} with a weight of 0 for the {estimand}: the groups do not overlap"
            )
    return weight


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
        For scores outside 0..1, a control with score 1, controls that all have score 0, or an empty group.

    Examples
    --------
    >>> att_weights([0.5, 0.2, 0.75], [1, 0, 0]).tolist()
    [1.0, 0.25, 3.0]
    """
    return score_weights("ATT", score, treated)


def ate_weights(score: ArrayLike, treated: ArrayLike, *, stabilized: bool = False) -> Floats:
    """Weights for the effect in everyone: 1 / e for a treated subject, 1 / (1 - e) for a control.

    Horvitz & Thompson 1952 (doi:10.1080/01621459.1952.10483446); stabilized weights are those times the share
    of the subject's own group, so that they average about 1 (Robins, Hernan & Brumback 2000,
    doi:10.1097/00001648-200009000-00011).

    Parameters
    ----------
    score, treated : as for :func:`att_weights`; above 0 for the treated.
    stabilized : whether to multiply by the share of the group.

    Returns
    -------
    (n,) weights.

    Raises
    ------
    ValueError
        As for :func:`att_weights`, and for a treated subject with score 0.

    Examples
    --------
    >>> ate_weights([0.5, 0.2, 0.75], [1, 0, 0]).tolist()
    [2.0, 1.25, 4.0]
    >>> ate_weights([0.5, 0.2, 0.75, 0.25], [1, 0, 0, 1], stabilized=True).tolist()
    [1.0, 0.625, 2.0, 2.0]
    """
    weight = score_weights("ATE", score, treated)
    if not stabilized:
        return weight
    z = as_groups(treated)
    return np.asarray(weight * np.where(z, z.mean(), 1 - z.mean()))


def atc_weights(score: ArrayLike, treated: ArrayLike) -> Floats:
    """Weights for the effect in the controls: (1 - e) / e for a treated subject, 1 for a control.

    Parameters, returns and errors as for :func:`ate_weights`; formula and source in Li, Morgan & Zaslavsky 2018
    (doi:10.1080/01621459.2016.1260466), table 1.

    Examples
    --------
    >>> atc_weights([0.5, 0.2, 0.75], [1, 1, 0]).tolist()
    [1.0, 4.0, 1.0]
    """
    return score_weights("ATC", score, treated)


def overlap_weights(score: ArrayLike, treated: ArrayLike) -> Floats:
    """Weights for the effect where the groups overlap (ATO): 1 - e for a treated subject, e for a control.

    They need no trimming, and with a score from unpenalized logistic regression the weighted means of its covariates
    are equal in both groups exactly (Li, Morgan & Zaslavsky 2018, doi:10.1080/01621459.2016.1260466).

    Parameters and returns as for :func:`att_weights`; ValueError where a whole group has weight 0.

    Examples
    --------
    >>> overlap_weights([0.5, 0.25, 0.75], [1, 0, 0]).tolist()
    [0.5, 0.25, 0.75]
    """
    return score_weights("ATO", score, treated)


def matching_weights(score: ArrayLike, treated: ArrayLike) -> Floats:
    """Weights for the effect in those who would find a partner in one-to-one matching (ATM).

    min(e, 1 - e) / e for a treated subject, min(e, 1 - e) / (1 - e) for a control (Li & Greene 2013,
    doi:10.1515/ijb-2012-0030). None exceeds 1.

    Parameters and returns as for :func:`att_weights`; ValueError where a whole group has weight 0.

    Examples
    --------
    >>> matching_weights([0.5, 0.8, 0.75, 0.2], [1, 1, 0, 0]).round(9).tolist()
    [1.0, 0.25, 1.0, 0.25]
    """
    return score_weights("ATM", score, treated)
