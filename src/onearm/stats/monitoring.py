"""Rules that watch a trial as it goes on, their integer boundaries, and their exact operating characteristics."""

from __future__ import annotations

from ._boundary import Boundary, boundary

__all__ = ["Boundary", "boundary"]
