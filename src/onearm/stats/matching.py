"""Matching: who is compared with whom, on a score or on covariates.

Each method lives in a private module of its own; the names here are the public ones.
"""

from __future__ import annotations

from ._distance import Coordinates, caliper_width, mahalanobis, robust_mahalanobis, scaled_euclidean
from ._full_match import FullMatch, full_match
from ._full_match_matrix import full_match_matrix
from ._nearest import Pairs, nearest_pairs
from ._nearest_options import common_support
from ._optimal import optimal_pairs
from ._optimal_matrix import optimal_pairs_matrix
from ._strata import Strata, exact_match
from ._strata_coarsen import coarsened_exact
from ._subclass import Subclasses, subclassify

__all__ = [
    "Coordinates",
    "FullMatch",
    "Pairs",
    "Strata",
    "Subclasses",
    "caliper_width",
    "coarsened_exact",
    "common_support",
    "exact_match",
    "full_match",
    "full_match_matrix",
    "mahalanobis",
    "nearest_pairs",
    "optimal_pairs",
    "optimal_pairs_matrix",
    "robust_mahalanobis",
    "scaled_euclidean",
    "subclassify",
]
