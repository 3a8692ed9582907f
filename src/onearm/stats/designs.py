"""Designs of a trial with one arm: how many patients, when to stop, and what to conclude after two stages."""

from __future__ import annotations

from ._log_rank_design import LogRankDesign, log_rank_design
from ._log_rank_two_stage import LogRankDecision, LogRankStages, LogRankTwoStage, log_rank_two_stage

__all__ = [
    "LogRankDecision",
    "LogRankDesign",
    "LogRankStages",
    "LogRankTwoStage",
    "log_rank_design",
    "log_rank_two_stage",
]
