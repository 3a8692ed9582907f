"""Rules that watch a trial as it goes on, their integer boundaries, and their exact operating characteristics.

Names load on first use, each with its own module only. A new name is entered three times: for readers and the type
checker, in ``_HOMES``, and in ``__all__``.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ._bop2 import Bop2, bop2
    from ._bop2_te import Bop2Te, bop2_te
    from ._boundary import Boundary, boundary
    from ._characteristics import operating_characteristics
    from ._characteristics_record import OperatingCharacteristics
    from ._continuation import Continuation, PredictedEvents, continuation, predicted_events
    from ._elicit import BetaPrior, elicit_beta
    from ._forecast import AccrualForecast, accrual_forecast
    from ._forecast_accruing import SimulatedEventForecast, simulate_event_forecast
    from ._forecast_events import EventForecast, event_forecast
    from ._monitoring_record import MonitoringSimulation
    from ._monitoring_simulation import simulate_monitoring
    from ._posterior_boundary import PosteriorBoundary, posterior_boundary
    from ._predictive import PredictiveProbability, predictive_probability
    from ._predictive_boundary import PredictiveBoundary, predictive_boundary
    from ._safety import safety_boundary
    from ._safety_record import SafetyBoundary
    from ._thall_simon import EndForecast, ThallSimon, thall_simon
    from ._thall_simon_estey import ThallSimonEstey, thall_simon_estey
    from ._time_to_event_characteristics import TimeCharacteristics, time_to_event_characteristics
    from ._time_to_event_rule import TimeBoundary, time_to_event_boundary
    from ._top import Top, top
    from ._top_decision import TopDecision, TopEndpoint

__all__ = [
    "AccrualForecast",
    "BetaPrior",
    "Bop2",
    "Bop2Te",
    "Boundary",
    "Continuation",
    "EndForecast",
    "EventForecast",
    "MonitoringSimulation",
    "OperatingCharacteristics",
    "PosteriorBoundary",
    "PredictedEvents",
    "PredictiveBoundary",
    "PredictiveProbability",
    "SafetyBoundary",
    "SimulatedEventForecast",
    "ThallSimon",
    "ThallSimonEstey",
    "TimeBoundary",
    "TimeCharacteristics",
    "Top",
    "TopDecision",
    "TopEndpoint",
    "accrual_forecast",
    "bop2",
    "bop2_te",
    "boundary",
    "continuation",
    "elicit_beta",
    "event_forecast",
    "operating_characteristics",
    "posterior_boundary",
    "predicted_events",
    "predictive_boundary",
    "predictive_probability",
    "safety_boundary",
    "simulate_event_forecast",
    "simulate_monitoring",
    "thall_simon",
    "thall_simon_estey",
    "time_to_event_boundary",
    "time_to_event_characteristics",
    "top",
]

# public name -> private module that holds it
_HOMES: dict[str, str] = {
    "AccrualForecast": "_forecast",
    "BetaPrior": "_elicit",
    "Bop2": "_bop2",
    "Bop2Te": "_bop2_te",
    "Boundary": "_boundary",
    "Continuation": "_continuation",
    "EndForecast": "_thall_simon",
    "EventForecast": "_forecast_events",
    "MonitoringSimulation": "_monitoring_record",
    "OperatingCharacteristics": "_characteristics_record",
    "PosteriorBoundary": "_posterior_boundary",
    "PredictedEvents": "_continuation",
    "PredictiveBoundary": "_predictive_boundary",
    "PredictiveProbability": "_predictive",
    "SafetyBoundary": "_safety_record",
    "SimulatedEventForecast": "_forecast_accruing",
    "ThallSimon": "_thall_simon",
    "ThallSimonEstey": "_thall_simon_estey",
    "TimeBoundary": "_time_to_event_rule",
    "TimeCharacteristics": "_time_to_event_characteristics",
    "Top": "_top",
    "TopDecision": "_top_decision",
    "TopEndpoint": "_top_decision",
    "accrual_forecast": "_forecast",
    "bop2": "_bop2",
    "bop2_te": "_bop2_te",
    "boundary": "_boundary",
    "continuation": "_continuation",
    "elicit_beta": "_elicit",
    "event_forecast": "_forecast_events",
    "operating_characteristics": "_characteristics",
    "posterior_boundary": "_posterior_boundary",
    "predicted_events": "_continuation",
    "predictive_boundary": "_predictive_boundary",
    "predictive_probability": "_predictive",
    "safety_boundary": "_safety",
    "simulate_event_forecast": "_forecast_accruing",
    "simulate_monitoring": "_monitoring_simulation",
    "thall_simon": "_thall_simon",
    "thall_simon_estey": "_thall_simon_estey",
    "time_to_event_boundary": "_time_to_event_rule",
    "time_to_event_characteristics": "_time_to_event_characteristics",
    "top": "_top",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    thing = getattr(import_module(f"{__package__}.{_HOMES[name]}"), name)
    globals()[name] = thing
    return thing


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
