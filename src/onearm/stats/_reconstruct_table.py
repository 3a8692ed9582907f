"""The risk table under a curve, laid against its clicks: which clicks lie in which interval."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from ._input import Floats, Ints, as_vector

_MOST_PATIENTS = 1_000_000


@dataclass(frozen=True, slots=True)
class Layout:
    """Clicks with those carried forward, first click of each interval, and the risk table that is used."""

    time: Floats
    survival: Floats
    lower: Ints
    risk_time: Floats
    at_risk: Ints
    carried: Ints  # intervals without a click of their own
    ended: bool  # the table says that nobody is left at a time after the last click


def as_risk_table(risk_time: ArrayLike, at_risk: ArrayLike) -> tuple[Floats, Ints]:
    """Increasing times from 0 and whole numbers that never rise, or ValueError."""
    t = as_vector("risk_time", risk_time)
    n = as_vector("at_risk", at_risk, t.size)
    if t[0] != 0:
        raise ValueError(f"risk_time must begin at 0, the number of patients at the start; found {t[0]:g}")
    if np.any(np.diff(t) <= 0):
        i = int(np.argmax(np.diff(t) <= 0)) + 1
        raise ValueError(f"risk_time must increase, found {t[i]:g} after {t[i - 1]:g} at index {i}")
    if n.min() < 0 or np.any(n != np.floor(n)):
        raise ValueError("at_risk must hold whole numbers of patients, 0 or more")
    if not 1 <= n[0] <= _MOST_PATIENTS:
        raise ValueError(f"at_risk must begin with 1 to {_MOST_PATIENTS} patients, found {n[0]:g}")
    if np.any(np.diff(n) > 0):
        i = int(np.argmax(np.diff(n) > 0)) + 1
        raise ValueError(f"at_risk rises from {n[i - 1]:g} to {n[i]:g} at index {i}: patients cannot join")
    return t, n.astype(np.int64)


def lay_out(time: Floats, survival: Floats, risk_time: Floats, at_risk: Ints) -> Layout:
    """Give every interval a click.

    Numbers at risk of 0 after the last click only say that follow-up had ended, and are left out. Where an interval has
    no click the curve was flat there: its last value is carried forward to the interval's start.
    """
    last = int(np.flatnonzero(at_risk > 0)[-1])
    keep = np.arange(risk_time.size) <= last
    # a printed 0 inside the curve is used: all have left by then
    keep |= risk_time <= time[-1]
    ended = not np.all(keep)
    risk_time, at_risk = risk_time[keep], at_risk[keep]
    first = np.searchsorted(time, risk_time, side="left")
    own = np.append(first[1:], time.size) > first
    carried = np.flatnonzero(~own)
    if carried.size:
        before = np.searchsorted(time, risk_time[carried], side="right") - 1
        place = first[carried]
        survival = np.insert(survival, place, survival[before])
        time = np.insert(time, place, risk_time[carried])
        first = np.searchsorted(time, risk_time, side="left")
    return Layout(time, survival, first.astype(np.int64), risk_time, at_risk, carried.astype(np.int64), ended)
