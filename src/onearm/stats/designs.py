"""Designs of a trial with one arm: how many patients, when to stop, and what to conclude after two stages."""

from __future__ import annotations

from ._log_rank_design import LogRankDesign, log_rank_design
from ._log_rank_two_stage import LogRankDecision, LogRankStages, LogRankTwoStage, log_rank_two_stage
from ._predictive_design import PredictiveDesign, predictive_design

__all__ = [
    "LogRankDecision",
    "LogRankDesign",
    "LogRankStages",
    "LogRankTwoStage",
    "PredictiveDesign",
    "log_rank_design",
    "log_rank_two_stage",
    "predictive_design",
]
