"""Families of one arm with more than one way to go: response, competing causes; and the concordance of a score."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import numpy as np
from benchmarks.coverage_cells import NAN, Family, Found, coverage, tried
from benchmarks.coverage_designs import Setting, integral, seen
from benchmarks.coverage_one_arm import integral_of, wald

from onearm.stats import concordance as ranks
from onearm.stats._limits import INTERVALS
from onearm.stats.competing import cumulative_incidence
from onearm.stats.multistate import probability_in_response

RNG = np.random.Generator
RESPOND, FAIL, RELAPSE = 1.5, 0.5, 0.7


def in_response(t: Any) -> Any:
    """True probability of being in response at t."""
    leave = RESPOND + FAIL
    return RESPOND / (leave - RELAPSE) * (np.exp(-RELAPSE * t) - np.exp(-leave * t))


def states(rng: RNG, n: int, s: Setting) -> Iterator[Found]:
    """The probability of being in response, and the mean time in it."""
    leave = RESPOND + FAIL
    first = rng.exponential(1 / leave, n)
    good = rng.random(n) < RESPOND / leave
    end = np.where(good, first + rng.exponential(1 / RELAPSE, n), first)
    stop, over = seen(end, s.follow_up(rng, n))
    answer = good & (first < stop)
    for variance in ("greenwood", "infinitesimal-jackknife"):
        for interval in ("log-log", "plain"):
            r = probability_in_response(first, answer, stop, over, interval=interval, variance=variance)
            at = r.at([0.3, 0.9])
            for k, t in enumerate((0.3, 0.9)):
                name = f"in response at {t} ({in_response(t):.2f})"
                limits = at.low[k], at.high[k]
                yield coverage("probability_in_response", f"{interval}, {variance}", name, in_response(t), limits)
        spent = wald(tried(r.mean_duration, 0.9))
        yield coverage(
            "probability_in_response", f"plain, {variance}", "mean time in response to 0.9", IN_RESPONSE, spent
        )


IN_RESPONSE = integral(in_response, 0.9)
FIRST = 0.6  # share of all failures that come from cause 1


def causes(rng: RNG, n: int, s: Setting) -> Iterator[Found]:
    """Cumulative incidence of cause 1 where 0.7 and 0.4 of all are event-free."""
    time, event = s.arm(rng, n)
    cause = event * np.where(rng.random(n) < FIRST, 1, 2)
    tau = s.time_at(0.4)
    for variance, intervals in (("aalen", INTERVALS), ("infinitesimal-jackknife", ("log-log", "log", "plain"))):
        for interval in intervals:
            r = tried(cumulative_incidence(time, cause, interval=interval, variance=variance).of, 1)
            at = None if r is None else r.at([s.time_at(0.7), tau])
            for k, free in enumerate((0.7, 0.4)):
                truth = FIRST * (1 - free)
                limits = None if at is None else (at.low[k], at.high[k])
                yield coverage("cumulative_incidence", f"{interval}, {variance}", f"F1 = {truth:.2f}", truth, limits)
        whole = cumulative_incidence(time, cause, variance=variance)
        lost = wald(tried(whole.rmtl, tau))
        truth = FIRST * (tau - integral_of(s, tau))
        yield coverage("cumulative_incidence", f"plain, {variance}", "time lost to cause 1", truth, lost)


def scored(rng: RNG, n: int) -> tuple[Any, Any]:
    """A score, and event times whose log hazard it is."""
    score = rng.normal(size=n)
    return score, rng.exponential(size=n) / np.exp(score)


UNTIL = 0.8


@lru_cache(maxsize=8)
def true_concordance(s: Setting | None) -> float:
    """By a sample of 100,000: of all pairs that can be compared, or (None) of uncensored ones up to ``UNTIL``."""
    rng = np.random.default_rng(5)
    score, death = scored(rng, 100_000)
    if s is None:
        return float(ranks.concordance(death, np.ones(death.size), score, tau=UNTIL).concordance)
    return float(ranks.concordance(*seen(death, s.follow_up(rng, death.size)), score).concordance)


def concordance(rng: RNG, n: int, s: Setting) -> Iterator[Found]:
    """Harrell's concordance, and Uno's up to a time."""
    score, death = scored(rng, n)
    time, event = seen(death, s.follow_up(rng, n))
    r = ranks.concordance(time, event, score)
    yield coverage("concordance", "harrell", "C", true_concordance(s), (r.low, r.high))
    r = tried(ranks.concordance, time, event, score, kind="uno", tau=UNTIL)
    limits = (NAN, NAN) if r is None else (r.low, r.high)
    yield coverage("concordance", "uno", f"C up to {UNTIL}", true_concordance(None), limits)


FAMILIES = (
    Family("states", "Probability of being in response", states, share=1 / 4),
    Family("causes", "Cumulative incidence", causes, share=1 / 4),
    Family("ranks", "Concordance of a score", concordance, share=1 / 2),
)
