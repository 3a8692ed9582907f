"""Distances between patients on their covariates."""

from __future__ import annotations

from onearm.external.chosen import Sides
from onearm.external.record import Floats


def covariate_distance(sides: Sides) -> Floats:
    """Mahalanobis distances (n, m) of the covariates."""
    raise NotImplementedError
