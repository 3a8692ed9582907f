"""Designs of a trial with one arm: how many patients, when to stop, and what to conclude after two stages.

Names load on first use, each with its own module only. A new name is entered three times: for readers and the type
checker, in ``_HOMES``, and in ``__all__``.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ._bop2_search import Bop2Design, bop2_design
    from ._bop2_te_search import Bop2TeDesign, bop2_te_design
    from ._log_rank_design import LogRankDesign, log_rank_design
    from ._log_rank_stages import LogRankDecision, LogRankStages
    from ._log_rank_two_stage import LogRankTwoStage, log_rank_two_stage
    from ._predictive_design import PredictiveDesign, predictive_design
    from ._simon import SimonDesigns, simon_two_stage
    from ._simon_search import SimonCurve
    from ._single_stage import SingleStageDesign, fleming, single_stage
    from ._two_stage import TwoStageDesign, two_stage_design
    from ._two_stage_inference import TwoStageInference, two_stage_inference
    from ._two_stage_rates import TwoStageRates
    from ._two_stage_unplanned import UnplannedInference, two_stage_inference_unplanned

__all__ = [
    "Bop2Design",
    "Bop2TeDesign",
    "LogRankDecision",
    "LogRankDesign",
    "LogRankStages",
    "LogRankTwoStage",
    "PredictiveDesign",
    "SimonCurve",
    "SimonDesigns",
    "SingleStageDesign",
    "TwoStageDesign",
    "TwoStageInference",
    "TwoStageRates",
    "UnplannedInference",
    "bop2_design",
    "bop2_te_design",
    "fleming",
    "log_rank_design",
    "log_rank_two_stage",
    "predictive_design",
    "simon_two_stage",
    "single_stage",
    "two_stage_design",
    "two_stage_inference",
    "two_stage_inference_unplanned",
]

# public name -> private module that holds it
_HOMES: dict[str, str] = {
    "Bop2Design": "_bop2_search",
    "Bop2TeDesign": "_bop2_te_search",
    "LogRankDecision": "_log_rank_stages",
    "LogRankDesign": "_log_rank_design",
    "LogRankStages": "_log_rank_stages",
    "LogRankTwoStage": "_log_rank_two_stage",
    "PredictiveDesign": "_predictive_design",
    "SimonCurve": "_simon_search",
    "SimonDesigns": "_simon",
    "SingleStageDesign": "_single_stage",
    "TwoStageDesign": "_two_stage",
    "TwoStageInference": "_two_stage_inference",
    "TwoStageRates": "_two_stage_rates",
    "UnplannedInference": "_two_stage_unplanned",
    "bop2_design": "_bop2_search",
    "bop2_te_design": "_bop2_te_search",
    "fleming": "_single_stage",
    "log_rank_design": "_log_rank_design",
    "log_rank_two_stage": "_log_rank_two_stage",
    "predictive_design": "_predictive_design",
    "simon_two_stage": "_simon",
    "single_stage": "_single_stage",
    "two_stage_design": "_two_stage",
    "two_stage_inference": "_two_stage_inference",
    "two_stage_inference_unplanned": "_two_stage_unplanned",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    thing = getattr(import_module(f"{__package__}.{_HOMES[name]}"), name)
    globals()[name] = thing
    return thing


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
