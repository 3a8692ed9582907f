"""Events and censored patients at each click of a curve (Guyot et al. 2012, doi:10.1186/1471-2288-12-9).

Clicks (T_k, S_k) and numbers at risk n_i at t_i. In interval i the clicks lower_i .. upper_i lie in [t_i, t_(i+1)).

1. First guess of the censored: c = n_i S(lower_(i+1)) / S(lower_i) - n_(i+1), to whole numbers, 0 or more.
2. They leave evenly, at T(lower_i) + m (E - T(lower_i)) / (c + 1), m = 1 .. c; cen_k of them in [T_k, T_(k+1)).
   E is T(lower_(i+1)) under the rule "guyot" and T(upper_i), the last click inside the interval, under "ipdfromkm".
3. Going through the clicks, with K the product-limit estimate so far,
   d_k = n_k (1 - S_k / K) to whole numbers; K <- K (1 - d_k / n_k); n_(k+1) = n_k - d_k - cen_k.
4. n at the next interval's first click is compared with n_(i+1): c <- c + difference, and again from 2, until they
   agree or c would be less than 0. What was reached is carried on.
5. In the last interval nothing is known of who left. Rule "guyot": the earlier intervals' censored per unit of time,
   times the length. Rule "ipdfromkm": their mean number per interval, times the length over that of the interval
   before. Never more than n. With a total number of events D, c is then moved by (events - D) until they agree.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from dataclasses import dataclass

from ._input import Floats, Ints

RULES = ("ipdfromkm", "guyot")
_ROUNDS = 1000


@dataclass(slots=True)
class Counts:
    """Per click: at risk, events, censored until the next click, product-limit estimate; and censored per interval."""

    at_risk: list[int]
    events: list[int]
    censored: list[int]
    estimate: list[float]
    given_up: list[int]


def count_patients(
    time: Floats, survival: Floats, lower: Ints, risk_time: Floats, at_risk: Ints, total: int | None, rule: str
) -> Counts:
    """Steps 1 to 5 over all intervals; ``lower`` is the first click of each."""
    t, s, first = time.tolist(), survival.tolist(), [*lower.tolist(), time.size]
    wanted, start = at_risk.tolist(), risk_time.tolist()
    m = time.size
    c = Counts([0] * (m + 1), [0] * m, [0] * m, [1.0] * m, [])
    c.at_risk[0] = wanted[0]
    gone: list[float] = []
    for i in range(len(wanted)):
        low, up = first[i], first[i + 1] - 1
        if i + 1 < len(wanted):
            end = t[up] if rule == "ipdfromkm" else t[up + 1]
            gone.append(_settle(c, t, s, low, up, end, wanted[i + 1], i))
        else:
            guess = _last_guess(gone, start, t[-1], c.at_risk[low], total, sum(c.events[:low]), rule)
            _finish(c, t, s, low, guess, total)
    return c


def _settle(
    c: Counts, t: list[float], s: list[float], low: int, up: int, end: float, wanted: int, interval: int
) -> int:
    """The number censored in an interval at which the next number at risk comes out as printed, or nearest to it."""
    kept = s[up + 1] / s[low] if s[low] > 0 else 0.0
    guess = max(0, round(c.at_risk[low] * kept - wanted))
    seen: dict[int, int] = {}
    for _ in range(_ROUNDS):
        _walk(c, t, s, low, up, guess, guess, end)
        seen[guess] = c.at_risk[up + 1] - wanted
        if seen[guess] == 0:
            return guess
        following = max(0, guess + seen[guess])
        if following in seen:  # at the bound, or going round in a circle: the nearest, the smallest among equals
            guess = min(seen, key=lambda g: (abs(seen[g]), g))
            c.given_up.append(interval)
            break
        guess = following
    _walk(c, t, s, low, up, guess, guess, end)
    return guess


def _walk(c: Counts, t: list[float], s: list[float], low: int, up: int, leave: int, spread: float, end: float) -> None:
    """Steps 2 and 3 for the clicks low .. up."""
    for k in range(low, up + 1):
        c.censored[k] = 0
    step = (end - t[low]) / (spread + 1)
    for j in range(1, leave + 1):
        k = bisect_right(t, t[low] + j * step, low, up + 1) - 1
        c.censored[max(k, low)] += 1
    n = c.at_risk[low]
    product = c.estimate[low - 1] if low else 1.0
    for k in range(low, up + 1):
        d = 0
        if k and product > 0 and n > 0:
            d = min(max(round(n * (1 - s[k] / product)), 0), n)
            if d:
                product *= 1 - d / n
        c.censored[k] = min(c.censored[k], n - d)
        c.at_risk[k], c.events[k], c.estimate[k] = n, d, product
        n -= d + c.censored[k]
    c.at_risk[up + 1] = n


def _last_guess(
    gone: list[float], start: list[float], end: float, n: int, total: int | None, events: int, rule: str
) -> float:
    """Step 5: how many leave between the last printed number at risk and the end of the curve, before the end."""
    if not gone:
        return float(max(0, n - total)) if total is not None else 0.0
    if total is not None and events >= total:
        return 0.0
    if rule == "guyot":
        return float(min(round(sum(gone) * (end - start[-1]) / (start[-1] - start[0])), n))
    return min(sum(gone) / len(gone) * (end - start[-1]) / (start[-1] - start[-2]), float(n))


def _finish(c: Counts, t: list[float], s: list[float], low: int, guess: float, total: int | None) -> None:
    """The last interval, moved towards the total number of events when that is known."""
    up, n, before = len(t) - 1, c.at_risk[low], sum(c.events[:low])
    if total is not None and before >= total:
        for k in range(low, up + 1):
            c.at_risk[k], c.events[k], c.censored[k] = n, 0, 0
            c.estimate[k] = c.estimate[low - 1] if low else 1.0
        c.at_risk[up + 1] = n
        return
    leave = math.floor(guess + 1e-9)
    _walk(c, t, s, low, up, leave, guess, t[up])
    if total is None:
        return
    off: dict[int, int] = {}
    for _ in range(_ROUNDS):
        off[leave] = before + sum(c.events[low : up + 1]) - total
        following = min(max(0, leave + off[leave]), n)
        if following in off:
            break
        leave = following
        _walk(c, t, s, low, up, leave, leave, t[up])
    leave = min(off, key=lambda g: (abs(off[g]), g))
    _walk(c, t, s, low, up, leave, leave, t[up])
