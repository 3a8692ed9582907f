"""Rules that watch a trial as it goes on, their integer boundaries, and their exact operating characteristics."""

from __future__ import annotations

from ._boundary import Boundary, boundary
from ._posterior_boundary import PosteriorBoundary, posterior_boundary
from ._predictive import PredictiveBoundary, PredictiveProbability, predictive_boundary, predictive_probability

__all__ = [
    "Boundary",
    "PosteriorBoundary",
    "PredictiveBoundary",
    "PredictiveProbability",
    "boundary",
    "posterior_boundary",
    "predictive_boundary",
    "predictive_probability",
]
