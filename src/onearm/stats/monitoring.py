"""Rules that watch a trial as it goes on, their integer boundaries, and their exact operating characteristics."""

from __future__ import annotations

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
