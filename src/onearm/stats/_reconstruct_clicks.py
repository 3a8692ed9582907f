"""Points read off a printed survival curve, made into a step function that starts at (0, 1) and never rises.

Whoever clicks along a curve slips: a point a little left of zero, a survival that rises by a tenth of a percent, three
points on one vertical line. Four ways to clean are offered, by name:

ipdfromkm   what the R package IPDfromKM (Liu, Zhou & Lee 2021, doi:10.1186/s12874-021-01308-8) does before it
            reconstructs. (1) Sort by time. (2) With f_k = |S_k - S_(k-1)| (f of the first point 0) call a step *odd*
            when f_k <= Q1 - IQR / 2 or f_k >= Q3 + IQR / 2, quartiles over all steps; drop a point when its own step is
            odd, the one before it is not and the one after it is (the one after the last counts as odd): it stuck out
            to one side; nothing is dropped from fewer than 5 points, or when IQR is 0. (3) Running minimum of S.
            (4) Of the points at one time keep the highest and the lowest. (5) Drop negative times and survival
            outside 0..1; put (0, 1) in front unless it is there.
minimum     the same without step 2, the points of one time taken from the top down.
isotonic    in place of 2 and 3 the non-increasing curve nearest to the points in least squares (pool adjacent
            violators): an upward and a downward slip are treated alike, where the running minimum keeps every downward
            one.
none        nothing is moved: for points read from a vector file; points out of order or out of range are refused.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from ._input import Bools, Floats, Ints, as_choice, as_vector

CLEANINGS = ("ipdfromkm", "minimum", "isotonic", "none")
SCALES = ("proportion", "percent")
_LEAST_PERCENT, _MOST_PROPORTION = 2.0, 1.2
_SLACK = 1e-9  # what a drawing program's rounding may do to a curve that is given as exact
_MOST_POINTS = 100_000
_FEWEST = 5  # points from which quartiles of the steps say what is odd


@dataclass(frozen=True, slots=True, eq=False)
class Clicks:
    """A cleaned curve and what was done to it.

    Attributes
    ----------
    time, survival : (m,) the points, from (0, 1); times may be equal in pairs (the ends of a vertical line).
    given : points handed in.
    added_start : whether (0, 1) had to be added.
    outliers, redundant, out_of_range : points dropped as sticking out, as doubled at one time, as outside the plot.
    moved, largest_move : points whose survival was changed, and the largest change.
    scale, cleaning : how the survival was read ("proportion" or "percent") and cleaned.
    """

    time: Floats
    survival: Floats
    given: int
    added_start: bool
    outliers: int
    redundant: int
    out_of_range: int
    moved: int
    largest_move: float
    scale: str
    cleaning: str


def read_scale(survival: Floats, scale: str | None) -> tuple[Floats, str]:
    """Survival as proportions, and the scale it was on.

    Rule when ``scale`` is None: a largest value above 2 means percent, one of 1.2 or less a proportion; between the two
    nobody can tell.
    """
    if scale is None:
        top = float(survival.max())
        if _MOST_PROPORTION < top <= _LEAST_PERCENT:
            raise ValueError(
                f"survival has {top:g} as its largest value, neither a proportion nor percent: say which with scale"
            )
        scale = "percent" if top > _LEAST_PERCENT else "proportion"
    as_choice("scale", scale, SCALES)
    return (survival / 100 if scale == "percent" else survival), scale


def clean_clicks(time: ArrayLike, survival: ArrayLike, *, scale: str | None, cleaning: str) -> Clicks:
    """Points as given -> a curve that starts at (0, 1) and never rises."""
    as_choice("cleaning", cleaning, CLEANINGS)
    t = as_vector("time", time)
    if t.size > _MOST_POINTS:
        raise ValueError(f"time has {t.size} points; a curve has at most {_MOST_POINTS}")
    s, scale = read_scale(as_vector("survival", survival, t.size), scale)
    if cleaning == "none":
        _refuse_disorder(t, s)
    order = np.argsort(t, kind="stable") if cleaning in ("ipdfromkm", "none") else np.lexsort((-s, t))
    t, s = t[order], s[order]
    _refuse_rise(s)
    kept = ~_sticking_out(s) if cleaning == "ipdfromkm" else np.ones(t.size, dtype=np.bool_)
    outliers = int(t.size - np.count_nonzero(kept))
    t, s = t[kept], s[kept]
    level = isotonic(s) if cleaning == "isotonic" else np.minimum.accumulate(s)
    move = np.abs(level - s)
    moved = move > _SLACK
    ends = _ends(t, level)
    redundant = int(t.size - np.count_nonzero(ends))
    t, level = t[ends], level[ends]
    inside = (t >= 0) & (level >= 0) & (level <= 1)
    inside &= (t > 0) | (np.abs(level - 1) > 1e-12)  # (0, 1) itself is put in front below
    dropped = int(np.count_nonzero((t < 0) | (level < 0) | (level > 1)))
    had_start = bool(np.any((t == 0) & (np.abs(level - 1) <= 1e-12)))
    t, level = t[inside], level[inside]
    if not np.any(t > 0):
        raise ValueError("time holds no point after 0 inside the plot: a curve needs at least one")
    return Clicks(
        time=np.append(0.0, t),
        survival=np.append(1.0, level),
        given=int(order.size),
        added_start=not had_start,
        outliers=outliers,
        redundant=redundant,
        out_of_range=dropped,
        moved=int(np.count_nonzero(moved)),
        largest_move=float(move.max()),
        scale=scale,
        cleaning=cleaning,
    )


def _refuse_disorder(t: Floats, s: Floats) -> None:
    """With nothing to be cleaned the points must be a curve already."""
    if t.min() < 0:
        raise ValueError(f"time is negative ({t.min():g}): only cleaning other than 'none' drops such points")
    if s.min() < 0 or s.max() > 1 + _SLACK:
        raise ValueError(f"survival goes from {s.min():g} to {s.max():g}, outside 0..1: choose a cleaning or a scale")
    if np.any(np.diff(t) < 0):
        raise ValueError(f"time goes back at index {np.flatnonzero(np.diff(t) < 0)[0] + 1}: sort, or choose a cleaning")
    rise = np.diff(s)
    if np.any(rise > _SLACK):
        i = int(np.argmax(rise > _SLACK))
        raise ValueError(f"survival rises from {s[i]:g} to {s[i + 1]:g} at index {i + 1}: choose a cleaning")


def _refuse_rise(s: Floats) -> None:
    """A curve that goes up as a whole is something else than survival."""
    up = float(np.clip(np.diff(s), 0, None).sum())
    down = float(np.clip(-np.diff(s), 0, None).sum()) + max(1 - float(s[0]), 0.0)
    if up > 0.02 and 2 * up > down:
        raise ValueError(
            f"survival rises by {up:.3f} in all and falls by {down:.3f}: a cumulative incidence? Then pass 1 - survival"
        )


def _sticking_out(s: Floats) -> Bools:
    """Step 2 above."""
    step = np.abs(np.diff(s, prepend=s[0]))
    low, high = np.quantile(step, [0.25, 0.75])
    if s.size < _FEWEST or high - low <= _SLACK:
        return np.zeros(s.size, dtype=np.bool_)
    margin = (high - low) / 2
    odd = (step <= low - margin) | (step >= high + margin)
    before, after = np.append(False, odd[:-1]), np.append(odd[1:], True)
    return np.asarray(odd & ~before & after)


def isotonic(s: Floats) -> Floats:
    """The non-increasing sequence nearest to ``s``: neighbours that rise are pooled to their mean until none does."""
    value: list[float] = []
    size: list[int] = []
    for v in s.tolist():
        value.append(v)
        size.append(1)
        while len(value) > 1 and value[-2] < value[-1]:
            n, m = size.pop(), value.pop()
            value[-1] = (value[-1] * size[-1] + m * n) / (size[-1] + n)
            size[-1] += n
    return np.repeat(value, np.asarray(size, dtype=np.int64))


def _ends(t: Floats, s: Floats) -> Bools:
    """The highest and the lowest point of each time (one where they are equal); ``s`` does not rise."""
    first = np.append(True, t[1:] > t[:-1])
    start: Ints = np.flatnonzero(first)
    last = np.append(start[1:], t.size) - 1
    keep = first.copy()
    keep[last[s[last] < s[start]]] = True
    return keep
