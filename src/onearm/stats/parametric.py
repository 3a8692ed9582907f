"""Parametric survival: accelerated failure time regression, piecewise exponential, distributions."""

from __future__ import annotations

from ._parametric_distribution import Distribution, LogLocationScale, Piecewise
from ._parametric_fit import Curve, LogLikelihood, Natural, ParametricFit, Value
from ._parametric_named import exponential, log_logistic, log_normal, piecewise, weibull
from ._parametric_pieces import PiecewiseFit
from ._parametric_piecewise import piecewise_exponential
from ._parametric_regression import parametric

__all__ = [
    "Curve",
    "Distribution",
    "LogLikelihood",
    "LogLocationScale",
    "Natural",
    "ParametricFit",
    "Piecewise",
    "PiecewiseFit",
    "Value",
    "exponential",
    "log_logistic",
    "log_normal",
    "parametric",
    "piecewise",
    "piecewise_exponential",
    "weibull",
]
