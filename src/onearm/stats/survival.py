"""Survival curves and their comparison, from right-censored and left-truncated follow-up.

Names load on first use; the code is in the private modules of the table below.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ._beta_product import BetaProduct as BetaProduct
    from ._beta_product import BetaProductAt as BetaProductAt
    from ._beta_product import beta_product as beta_product
    from ._curve import KaplanMeier as KaplanMeier
    from ._curve import Quantile as Quantile
    from ._curve import RestrictedMean as RestrictedMean
    from ._curve import SurvivalAt as SurvivalAt
    from ._curve import SurvivalCurve as SurvivalCurve
    from ._kaplan_meier import kaplan_meier as kaplan_meier
    from ._kaplan_meier import reverse_kaplan_meier as reverse_kaplan_meier
    from ._landmark import Landmark as Landmark
    from ._landmark import landmark as landmark
    from ._log_rank import LogRank as LogRank
    from ._log_rank import log_rank as log_rank
    from ._max_combo import MaxCombo as MaxCombo
    from ._max_combo import max_combo as max_combo
    from ._milestone import MilestoneDifference as MilestoneDifference
    from ._milestone import milestone_difference as milestone_difference
    from ._nelson_aalen import FlemingHarrington as FlemingHarrington
    from ._nelson_aalen import HazardAt as HazardAt
    from ._nelson_aalen import NelsonAalen as NelsonAalen
    from ._nelson_aalen import fleming_harrington as fleming_harrington
    from ._nelson_aalen import nelson_aalen as nelson_aalen
    from ._one_sample import MortalityRatio as MortalityRatio
    from ._one_sample import OneSampleLogRank as OneSampleLogRank
    from ._one_sample import one_sample_log_rank as one_sample_log_rank
    from ._one_sample import standardized_mortality_ratio as standardized_mortality_ratio
    from ._paired import PairedTest as PairedTest
    from ._paired import paired_log_rank as paired_log_rank
    from ._pseudo import pseudo_values as pseudo_values
    from ._rmst import Contrast as Contrast
    from ._rmst import RestrictedMeanDifference as RestrictedMeanDifference
    from ._rmst import rmst_difference as rmst_difference
    from ._rmst_regression import RestrictedMeanRegression as RestrictedMeanRegression
    from ._rmst_regression import rmst_regression as rmst_regression
    from ._simon_makuch import SimonMakuch as SimonMakuch
    from ._simon_makuch import simon_makuch as simon_makuch

# public name -> private module that holds it; one line above for type checkers, one here
_NAMES: dict[str, str] = {
    "KaplanMeier": "_curve",
    "Quantile": "_curve",
    "RestrictedMean": "_curve",
    "SurvivalAt": "_curve",
    "SurvivalCurve": "_curve",
    "kaplan_meier": "_kaplan_meier",
    "reverse_kaplan_meier": "_kaplan_meier",
    "Landmark": "_landmark",
    "landmark": "_landmark",
    "LogRank": "_log_rank",
    "log_rank": "_log_rank",
    "MaxCombo": "_max_combo",
    "max_combo": "_max_combo",
    "FlemingHarrington": "_nelson_aalen",
    "HazardAt": "_nelson_aalen",
    "NelsonAalen": "_nelson_aalen",
    "fleming_harrington": "_nelson_aalen",
    "nelson_aalen": "_nelson_aalen",
    "MortalityRatio": "_one_sample",
    "OneSampleLogRank": "_one_sample",
    "one_sample_log_rank": "_one_sample",
    "standardized_mortality_ratio": "_one_sample",
    "Contrast": "_rmst",
    "RestrictedMeanDifference": "_rmst",
    "rmst_difference": "_rmst",
    "RestrictedMeanRegression": "_rmst_regression",
    "rmst_regression": "_rmst_regression",
    "pseudo_values": "_pseudo",
    "MilestoneDifference": "_milestone",
    "milestone_difference": "_milestone",
    "PairedTest": "_paired",
    "paired_log_rank": "_paired",
    "BetaProduct": "_beta_product",
    "BetaProductAt": "_beta_product",
    "beta_product": "_beta_product",
    "SimonMakuch": "_simon_makuch",
    "simon_makuch": "_simon_makuch",
}

__all__ = [*_NAMES]


def __getattr__(name: str) -> Any:
    if name not in _NAMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"{__package__}.{_NAMES[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted([*globals(), *_NAMES])
