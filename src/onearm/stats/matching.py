"""Matching: who is compared with whom, on a score or on covariates.

Each method lives in a private module of its own; the names here are the public ones.
"""

from __future__ import annotations

from ._nearest import Pairs, nearest_pairs

__all__ = ["Pairs", "nearest_pairs"]
