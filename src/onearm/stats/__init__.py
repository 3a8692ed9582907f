"""Statistics kernels: arrays in, frozen records out. NumPy and ``scipy.special`` only.

Names load on first use, so importing this package alone costs nothing::

    from onearm import stats
    stats.kaplan_meier([1, 2, 3], [1, 0, 1]).quantile().value

The models ``cox`` and ``logistic`` live in modules of their own name: ``stats.cox.cox(...)``.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

# public name -> module that holds it
_NAMES: dict[str, str] = {
    "proportion_interval": "binomial",
    "difference_interval": "binomial",
    "exact_test": "binomial",
    "fisher_exact": "binomial",
    "kaplan_meier": "survival",
    "reverse_kaplan_meier": "survival",
    "log_rank": "survival",
    "max_combo": "survival",
    "nelson_aalen": "survival",
    "fleming_harrington": "survival",
    "landmark": "survival",
    "one_sample_log_rank": "survival",
    "standardized_mortality_ratio": "survival",
    "rmst_difference": "survival",
    "rmst_regression": "survival",
    "pseudo_values": "survival",
    "milestone_difference": "survival",
    "paired_log_rank": "survival",
    "beta_product": "survival",
    "state_probabilities": "multistate",
    "probability_in_response": "multistate",
    "simon_makuch": "survival",
    "mantel_byar": "intercurrent",
    "time_dependent_cox": "intercurrent",
    "clone_censor_weight": "intercurrent",
    "piecewise_exponential": "parametric",
    "cumulative_incidence": "competing",
    "gray_test": "competing",
    "fine_gray": "competing",
    "cause_specific_cox": "competing",
    "firth_cox": "cox",
    "proportional_hazards_test": "cox",
    "concordance_difference": "concordance",
    "split": "_cox_split",
    "time_varying": "_cox_split",
    "bootstrap": "resampling",
    "bootstrap_cox": "resampling",
    "bootstrap_survival": "resampling",
    "reconstruct_ipd": "reconstruct",
    "reconstruct_repeatedly": "reconstruct",
    "pool_repeats": "reconstruct",
    "adjusted_log_rank": "weighted_risk",
    "risk_contrast": "weighted_risk",
    "survival_contrast": "weighted_risk",
    "rmst_contrast": "weighted_risk",
    "incidence_contrast": "weighted_risk",
    "standardise_survival": "standardise",
    "standardise_risk": "standardise",
    "aipw_survival": "aipw",
    "aipw_risk": "aipw",
    "bootstrap_matched": "pipeline",
    "bootstrap_weighted": "pipeline",
    "nearest_pairs": "matching",
    "caliper_width": "matching",
    "common_support": "matching",
    "mahalanobis": "matching",
    "robust_mahalanobis": "matching",
    "scaled_euclidean": "matching",
    "optimal_pairs": "matching",
    "optimal_pairs_matrix": "matching",
    "full_match": "matching",
    "full_match_matrix": "matching",
    "exact_match": "matching",
    "coarsened_exact": "matching",
    "subclassify": "matching",
    "att_weights": "weighting",
    "ate_weights": "weighting",
    "atc_weights": "weighting",
    "overlap_weights": "weighting",
    "matching_weights": "weighting",
    "trim": "weighting",
    "truncate": "weighting",
    "entropy_balance": "weighting",
    "maic": "weighting",
    "effective_sample_size": "weighting",
    "weight_model_entropy": "weighted_effects",
    "weight_model_known": "weighted_effects",
    "weight_model_logistic": "weighted_effects",
    "weight_model_maic": "weighted_effects",
    "weighted_hazard_ratio": "weighted_effects",
    "weighted_mean_difference": "weighted_effects",
    "weighted_risk_contrast": "weighted_effects",
    "weighted_rmst_difference": "weighted_effects",
    "weighted_survival_difference": "weighted_effects",
    "bucher": "indirect",
    "standardized_differences": "balance",
    "variance_ratios": "balance",
    "ks_statistics": "balance",
    "balance_table": "balance",
    "ecdf_differences": "balance",
    "energy_distance": "balance",
    "mahalanobis_of_means": "balance",
    "common_support": "overlap",
    "positivity": "overlap",
    "preference_score": "overlap",
    "equipoise": "overlap",
    "overlap_coefficient": "overlap",
    "density": "overlap",
    "summary": "describe",
    "power_prior": "bayes",
    "robust_map": "bayes",
    "map_prior": "bayes",
    "commensurate": "bayes",
    "prior_effective_sample_size": "bayes",
    "drift_scan": "bayes",
    "decision_power": "bayes",
    "probability_greater": "bayes",
    "e_value": "sensitivity",
    "bias_factor": "sensitivity",
    "rule_out": "sensitivity",
    "tipping_point": "sensitivity",
    "probabilistic_bias": "sensitivity",
    "negative_control": "sensitivity",
    "impute": "imputation",
    "missing_indicator": "imputation",
    "rubin": "imputation",
}
_MODULES = (
    "aipw",
    "balance",
    "bayes",
    "binomial",
    "competing",
    "concordance",
    "cox",
    "describe",
    "imputation",
    "indirect",
    "intercurrent",
    "logistic",
    "matching",
    "multistate",
    "overlap",
    "parametric",
    "pipeline",
    "reconstruct",
    "resampling",
    "sensitivity",
    "standardise",
    "survival",
    "weighted_risk",
    "weighted_effects",
    "weighting",
)

__all__ = [
    *_NAMES,
    *_MODULES,
]


def __getattr__(name: str) -> Any:
    if name in _MODULES:
        return import_module(f"{__name__}.{name}")
    if name in _NAMES:
        return getattr(import_module(f"{__name__}.{_NAMES[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*globals(), *_NAMES, *_MODULES])
