"""Designs of a trial with one arm: how many patients, when to stop, and what to conclude after two stages."""

from __future__ import annotations

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
