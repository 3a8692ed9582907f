"""The pictures of stopping rules: each boundary with the trial's path, and what each rule does over true rates."""

from __future__ import annotations

from onearm.figures import boundary, characteristics, times
from onearm.figures.drawing import Drawing
from onearm.results import Boundaries, Results


def boundaries(results: Results) -> tuple[Drawing, ...]:
    """One drawing a rule, and one more for each version that is judged on its own."""
    notice = results.header.notice
    return tuple(
        boundary.drawing(b, notice) if isinstance(b, Boundaries) else times.drawing(b, notice)
        for b in results.boundaries
    )


def operating_characteristics(results: Results) -> tuple[Drawing, ...]:
    """One drawing a rule."""
    return tuple(characteristics.drawing(c, results.header.notice) for c in results.characteristics)
