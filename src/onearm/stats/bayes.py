"""Borrowing from earlier or external patients: priors for a proportion or a rate, and what they do.

``power_prior``, ``robust_map`` (from ``map_prior``) and ``commensurate`` make priors; ``prior_effective_sample_size``
says what one is worth; ``drift_scan`` and ``decision_power`` what a rule based on it does. Everything is by conjugacy
and quadrature: the same input gives the same digits.
"""

from __future__ import annotations

from ._bayes_commensurate import Commensurate, commensurate
from ._bayes_compare import probability_greater
from ._bayes_decision import DecisionPower, DriftScan, decision_power, drift_scan
from ._bayes_ess import prior_effective_sample_size
from ._bayes_grid import GridDistribution
from ._bayes_map import MapPrior, map_prior
from ._bayes_mixture import BetaMixture, GammaMixture, beta_mixture, gamma_mixture
from ._bayes_piecewise import PiecewiseMixture, SurvivalPrediction
from ._bayes_power import PowerPrior, power_prior
from ._bayes_robust import robust_map, sam_weight

__all__ = [
    "BetaMixture",
    "Commensurate",
    "DecisionPower",
    "DriftScan",
    "GammaMixture",
    "GridDistribution",
    "MapPrior",
    "PiecewiseMixture",
    "PowerPrior",
    "SurvivalPrediction",
    "beta_mixture",
    "commensurate",
    "decision_power",
    "drift_scan",
    "gamma_mixture",
    "map_prior",
    "power_prior",
    "prior_effective_sample_size",
    "probability_greater",
    "robust_map",
    "sam_weight",
]
