"""Effects under weights, with variances that count that the weights were estimated.

First the weights, as a model that knows how each subject moves them: ``weight_model_logistic``,
``weight_model_entropy``, ``weight_model_maic``, or ``weight_model_known`` for weights taken as they are. Then the
effect: ``weighted_mean_difference``, ``weighted_risk_contrast``, ``weighted_hazard_ratio``,
``weighted_survival_difference``, ``weighted_rmst_difference``. Every effect is marginal, in the population that the
weights stand for, and has two standard errors: ``std_error`` by M-estimation and ``std_error_fixed`` as if the weights
were known.
"""

from __future__ import annotations

from ._m_estimation import WeightModel
from ._m_estimation_contrasts import weighted_hazard_ratio, weighted_mean_difference, weighted_risk_contrast
from ._m_estimation_curves import weighted_rmst_difference, weighted_survival_difference
from ._m_estimation_effects import WeightedDifferences, WeightedEffect
from ._m_estimation_entropy import weight_model_entropy, weight_model_maic
from ._m_estimation_models import weight_model_known, weight_model_logistic

__all__ = [
    "WeightModel",
    "WeightedDifferences",
    "WeightedEffect",
    "weight_model_entropy",
    "weight_model_known",
    "weight_model_logistic",
    "weight_model_maic",
    "weighted_hazard_ratio",
    "weighted_mean_difference",
    "weighted_risk_contrast",
    "weighted_rmst_difference",
    "weighted_survival_difference",
]
