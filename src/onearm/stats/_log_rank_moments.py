"""Moments of the one-sample log-rank score of one patient, exact under proportional hazards.

A patient followed for at most c, with null cumulative hazard v = L(c) there, has score W = L(X) - d. When the hazard is
h times the null hazard, L(X) is exponential with rate h, cut at v:

    E d      = 1 - exp(-h v)
    E L(X)   = (1 - exp(-h v)) / h
    E W^2    = E d + 2 (1 - h) (1 - exp(-h v) (1 + h v)) / h^2

Patients enter evenly over the accrual time, so that c is uniform and each moment is a mean over c: Gauss-Legendre in
panels that end where the hazard bends and shrink towards the shortest follow-up, where v may rise like a root. These
are Wu's p1, p0 and p1 + 2 p00 - 2 p01 (Wu 2015, doi:10.1002/pst.1654) without integrals over densities.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ._input import Floats
from ._parametric_distribution import Distribution, Piecewise

_NODE, _NODE_WEIGHT = np.polynomial.legendre.leggauss(16)
_GRADED = np.append(0.0, 0.15 ** np.arange(10, -1, -1))
_GONE = 700.0  # exp(-h v) is 0 for practical purposes


@dataclass(frozen=True, slots=True)
class Moments:
    """Per patient, at one analysis: ``events`` E d, ``expected`` E L(X), ``drift`` E W and ``variance`` of W."""

    events: Floats
    expected: Floats
    drift: Floats
    variance: Floats


def moments(
    null: Distribution, ratio: float, shortest: Floats, longest: Floats, cap: float, share: Floats | float = 1.0
) -> Moments:
    """Moments with follow-up uniform between ``shortest`` and ``longest`` (T,), no one longer than ``cap``.

    ``share`` (T,) of the patients have entered; the others count with a score of 0.
    """
    c, weight = _nodes(shortest, longest, _bends(null, cap))
    v = _hazard(null, ratio, np.minimum(c, cap))
    events = share * _mean(-np.expm1(-ratio * v), weight)
    expected = events / ratio
    drift = (1 - ratio) * expected
    square = events + share * 2 * (1 - ratio) * _mean(_second(v, ratio), weight)
    return Moments(events, expected, drift, square - drift**2)


def covariance(
    null: Distribution, ratio: float, interim: Floats, accrual: float, follow_up: float, cap: float
) -> Floats:
    """Of a patient's score at calendar time ``interim`` (T,) with the score at the end of the trial.

    A patient under observation at the interim with hazard v1 has W1 = v1 and gains on average
    (1 - h) (1 - exp(-h (v - v1))) / h until the end; whoever had the event or reached the cap gains nothing.
    """
    end = accrual + follow_up
    bends = _bends(null, cap)
    later = bends[None, :] - (end - interim[:, None])  # where the follow-up at the end bends
    every = np.concatenate([np.broadcast_to(bends, (interim.size, bends.size)), later], axis=1)
    c, weight = _nodes(np.zeros(interim.size), interim, every)
    first = _hazard(null, ratio, np.minimum(c, cap))
    last = _hazard(null, ratio, np.minimum(c + (end - interim)[:, None], cap))
    own = -np.expm1(-ratio * first) + 2 * (1 - ratio) * _second(first, ratio)
    gain = first * np.exp(-ratio * first) * (1 - ratio) / ratio * -np.expm1(-ratio * np.maximum(last - first, 0.0))
    share = interim / accrual
    one = np.ones(1)
    whole = moments(null, ratio, follow_up * one, end * one, cap).drift
    part = moments(null, ratio, np.zeros(interim.size), interim, cap, share).drift
    return share * _mean(own + gain, weight) - part * whole


def _second(v: Floats, h: float) -> Floats:
    """(1 - exp(-h v) (1 + h v)) / h^2, the integral of x exp(-h x) from 0 to v; by its series where h v is small."""
    x = h * v
    series = x**2 * (0.5 - x / 3 + x**2 / 8 - x**3 / 30)
    return np.where(x < 1e-4, series, -np.expm1(-x) - x * np.exp(-x)) / h**2


def _mean(value: Floats, weight: Floats) -> Floats:
    return np.asarray((value * weight).sum(axis=1))


def _hazard(null: Distribution, ratio: float, c: Floats) -> Floats:
    return np.minimum(null.cumulative_hazard(c), _GONE / ratio)


def _bends(null: Distribution, cap: float) -> Floats:
    cuts = null.cuts if isinstance(null, Piecewise) else np.empty(0)
    return np.append(cuts, cap) if np.isfinite(cap) else cuts


def _nodes(low: Floats, high: Floats, bends: Floats) -> tuple[Floats, Floats]:
    """Points between ``low`` and ``high`` (T,) and weights that add up to one: (T, points)."""
    width = (high - low)[:, None]
    inside = np.clip(bends, low[:, None], high[:, None])
    edges = np.sort(
        np.concatenate([low[:, None] + width * _GRADED, np.broadcast_to(inside, (low.size, inside.shape[-1]))], 1)
    )
    half = np.diff(edges, axis=1)[:, :, None] / 2
    points = (edges[:, :-1, None] + half) + half * _NODE
    return points.reshape(low.size, -1), (half * _NODE_WEIGHT / width[:, :, None]).reshape(low.size, -1)
