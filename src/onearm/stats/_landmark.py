"""Follow-up counted from a landmark."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from ._input import TIE_TOLERANCE, Bools, Floats, as_indicator, as_times


@dataclass(frozen=True, slots=True, eq=False)
class Landmark:
    """Follow-up counted from a landmark.

    ``kept`` (n,) who was still event-free and under observation after it; ``time`` (k,) from the
    landmark on and ``event`` (k,) for the k kept rows.
    """

    kept: Bools
    time: Floats
    event: Bools


def landmark(time: ArrayLike, event: ArrayLike, at: float) -> Landmark:
    """Restart the clock at a landmark for those still at risk (Anderson, Cain & Gelber 1983).

    Rows with an event or censoring at or before ``at`` are left out, so that what happened before
    the landmark may define groups without immortal time (doi:10.1200/JCO.1983.1.11.710).

    Raises
    ------
    ValueError
        For bad arrays or a landmark that is negative or missing.

    Examples
    --------
    >>> r = landmark([5, 30, 90], [1, 0, 1], at=30)
    >>> r.kept.tolist(), r.time.tolist()
    ([False, False, True], [60.0])
    """
    t = as_times("time", time)
    d = as_indicator("event", event, t.size)
    if not (np.isfinite(at) and at >= 0):
        raise ValueError(f"at must be a time that is not negative, found {at}")
    kept = t > at * (1 + TIE_TOLERANCE)
    return Landmark(kept, t[kept] - at, d[kept])
