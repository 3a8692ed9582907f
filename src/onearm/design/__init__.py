"""Designs and monitoring rules: each constructor gives one record with its table, decisions, words and pictures.

Names load on first use::

    from onearm import design
    design.simon(0.1, 0.3, 0.05, 0.2).table().text()
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

_HOME = {
    "simon": "families.simon",
    "two_stage": "families.simon",
    "single_stage": "families.single_stage",
    "counts": "families.single_stage",
    "predictive": "families.predictive",
    "posterior": "families.posterior",
    "bop2": "families.bop2",
    "thall_simon": "families.thall_simon",
    "thall_simon_estey": "families.thall_simon",
    "safety": "families.safety",
    "time_to_event": "families.time_to_event",
    "log_rank": "families.log_rank",
    "Design": "record",
    "DesignTable": "table",
    "Decision": "decision",
}

__all__ = [*_HOME]

if TYPE_CHECKING:
    from onearm.design.decision import Decision as Decision
    from onearm.design.families.bop2 import bop2 as bop2
    from onearm.design.families.log_rank import log_rank as log_rank
    from onearm.design.families.posterior import posterior as posterior
    from onearm.design.families.predictive import predictive as predictive
    from onearm.design.families.safety import safety as safety
    from onearm.design.families.simon import simon as simon
    from onearm.design.families.simon import two_stage as two_stage
    from onearm.design.families.single_stage import counts as counts
    from onearm.design.families.single_stage import single_stage as single_stage
    from onearm.design.families.thall_simon import thall_simon as thall_simon
    from onearm.design.families.thall_simon import thall_simon_estey as thall_simon_estey
    from onearm.design.families.time_to_event import time_to_event as time_to_event
    from onearm.design.record import Design as Design
    from onearm.design.table import DesignTable as DesignTable


def __getattr__(name: str) -> Any:
    """Load a public name when it is first used."""
    if name in _HOME:
        return getattr(import_module(f"onearm.design.{_HOME[name]}"), name)
    raise AttributeError(f"module 'onearm.design' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
