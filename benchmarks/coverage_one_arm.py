"""Families of one arm: curves, quantiles, means, a known hazard, parametric models."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import numpy as np
from benchmarks.coverage_cells import Family, Found, bias, coverage, size, tried
from benchmarks.coverage_designs import BOTH, Setting, integral, seen

from onearm.stats._distributions import critical_value
from onearm.stats._limits import INTERVALS, survival_limits
from onearm.stats.parametric import log_logistic, log_normal, parametric, piecewise_exponential, weibull
from onearm.stats.resampling import bootstrap_survival
from onearm.stats.survival import (
    beta_product,
    fleming_harrington,
    kaplan_meier,
    nelson_aalen,
    one_sample_log_rank,
    reverse_kaplan_meier,
    standardized_mortality_ratio,
)

LEVELS = (0.9, 0.7, 0.5, 0.3)
BETA_PRODUCT = ("beta-product", "beta-product mid-p")
Z = critical_value(0.95)
RNG = np.random.Generator


def reached(q: Any) -> tuple[float, float] | None:
    """Limits of a quantile: an upper limit not reached is infinite; a lower one not reached says nothing."""
    if q.low is None:
        return None
    return q.low, np.inf if q.high is None else q.high


def wald(mean: Any) -> tuple[float, float] | None:
    """Estimate -/+ 1.96 standard errors."""
    return None if mean is None else (mean.value - Z * mean.std_error, mean.value + Z * mean.std_error)


def curve(rng: RNG, n: int, s: Setting) -> Iterator[Found]:
    """Survival, cumulative hazard, quantiles, restricted mean and follow-up."""
    time, event = s.arm(rng, n)
    t = [s.time_at(level) for level in LEVELS]
    km = kaplan_meier(time, event)
    at = km.at(t)
    for interval in INTERVALS:
        low, high = survival_limits(at.survival, at.std_error, 0.95, interval)
        for k, level in enumerate(LEVELS):
            yield coverage("kaplan_meier", interval, f"S = {level}", level, (low[k], high[k]))
    for mid_p, name in zip((False, True), BETA_PRODUCT, strict=True):
        product = beta_product(time, event, mid_p=mid_p)
        read = product.at(t)
        for k, level in enumerate(LEVELS):
            yield coverage("beta_product", name, f"S = {level}", level, (read.low[k], read.high[k]))
        yield coverage("beta_product", name, "median", t[2], reached(product.median()))
    other = fleming_harrington(time, event).at(t)
    for k, level in enumerate(LEVELS):
        yield coverage("fleming_harrington", "log-log", f"S = {level}", level, (other.low[k], other.high[k]))
    for interval in ("log", "plain"):
        hazard = nelson_aalen(time, event, interval=interval).at(t)
        for k, level in enumerate(LEVELS):
            yield coverage("nelson_aalen", interval, f"H, S = {level}", -np.log(level), (hazard.low[k], hazard.high[k]))
    for interval in INTERVALS:
        yield coverage("kaplan_meier", interval, "median", t[2], reached(km.quantile(interval=interval)))
        lower = km.quantile(0.25, interval=interval)
        yield coverage("kaplan_meier", interval, "lower quartile", s.time_at(0.75), reached(lower))
    for rule in ("smallest", "midpoint"):
        yield bias("kaplan_meier", rule, "median", t[2], km.quantile(rule=rule).value)
    for level in (0.5, 0.3):
        tau = s.time_at(level)
        mean = wald(tried(km.rmst, tau))
        yield coverage("kaplan_meier", "plain", f"restricted mean to S = {level}", integral_of(s, tau), mean)
    back = reverse_kaplan_meier(time, event)
    for interval in INTERVALS:
        limits = reached(back.quantile(interval=interval))
        yield coverage("reverse_kaplan_meier", interval, "median follow-up", s.median_follow_up(), limits)


@lru_cache(maxsize=64)
def integral_of(s: Setting, tau: float) -> float:
    """True restricted mean."""
    return integral(s.survival, tau)


def exact_product(rng: RNG, n: int, s: Setting) -> Iterator[Found]:
    """Beta product limits from the exact distribution."""
    time, event = s.arm(rng, n)
    for mid_p, name in zip((False, True), BETA_PRODUCT, strict=True):
        read = beta_product(time, event, mid_p=mid_p, method="exact").at([s.time_at(level) for level in LEVELS])
        for k, level in enumerate(LEVELS):
            yield coverage("beta_product", f"{name}, exact", f"S = {level}", level, (read.low[k], read.high[k]))


def bootstrap(rng: RNG, n: int, s: Setting) -> Iterator[Found]:
    """Bootstrap limits from 400 replicates."""
    time, event = s.arm(rng, n)
    half = s.time_at(0.5)
    for interval in ("percentile", "bca", "basic", "normal"):
        r = tried(
            bootstrap_survival,
            time,
            event,
            at=[half],
            tau=half,
            replicates=400,
            seed=int(rng.integers(1 << 31)),
            interval=interval,
        )
        truths = {"survival": 0.5, "quantile": half, "rmst": integral_of(s, half)}
        names = {"survival": "S = 0.5", "quantile": "median", "rmst": "restricted mean to S = 0.5"}
        for part, truth in truths.items():
            b = None if r is None else getattr(r, part)
            limits = None if b is None else (np.ravel(b.low)[0], np.ravel(b.high)[0])
            yield coverage("bootstrap_survival", interval, names[part], truth, limits)


def known_hazard(rng: RNG, n: int, s: Setting) -> Iterator[Found]:
    """One arm against its own true hazard, and the limits of observed / expected."""
    time, event = s.arm(rng, n)
    for variance in ("expected", "mean"):
        for side in ("two-sided", "less", "greater"):
            r = one_sample_log_rank(time, event, time, variance=variance, alternative=side)
            yield size("one_sample_log_rank", f"{variance}, {side}", r.p_value)
            if variance == "expected":
                yield size("one_sample_log_rank", f"exact, {side}", r.exact_p_value)
    for mid_p in (False, True):
        ratio = standardized_mortality_ratio(int(event.sum()), float(time.sum()), mid_p=mid_p)
        name = "mid-p" if mid_p else "exact"
        yield coverage("standardized_mortality_ratio", name, "observed / expected", 1.0, (ratio.low, ratio.high))


def models(rng: RNG, n: int, s: Setting) -> Iterator[Found]:
    """Parametric models under their own distribution: S at its 0.7 and 0.3 points, and the median."""
    laws = {"weibull": weibull(1.5, 1.0), "log-normal": log_normal(-0.4, 0.8), "log-logistic": log_logistic(2.0, 0.8)}
    laws["exponential"] = weibull(1.0, 1.0)
    for name, law in laws.items():
        time, event = seen(law.sample(n, rng), s.follow_up(rng, n))
        fit = tried(parametric, time, event, distribution=name)
        yield from fitted(f"parametric {name}", fit, law)
    law = laws["exponential"]
    time, event = s.arm(rng, n)
    yield from fitted("piecewise_exponential", tried(piecewise_exponential, time, event, [0.4]), law)


def fitted(kernel: str, fit: Any, law: Any) -> Iterator[Found]:
    """Limits of a fitted model against its law."""
    for level in (0.7, 0.3):
        t = float(np.ravel(law.quantile(1 - level))[0])
        r = None if fit is None else fit.survival([t])
        limits = None if r is None else (r.low[0], r.high[0])
        yield coverage(kernel, "carried over" if "parametric" in kernel else "log-log", f"S = {level}", level, limits)
    r = None if fit is None else fit.quantile(0.5)
    half = float(np.ravel(law.quantile(0.5))[0])
    limits = None if r is None else (np.ravel(r.low)[0], np.ravel(r.high)[0])
    yield coverage(kernel, "log", "median", half, limits)


PLATEAUS = (Setting("light", "delayed, plateau"), Setting("heavy", "delayed, plateau"))
FAMILIES = (
    Family("curve", "Curves, quantiles, means", curve, (*BOTH, Setting("losses"), *PLATEAUS)),
    Family("exact", "Beta product limits, exact distribution", exact_product, share=1 / 8, sizes=(20, 48)),
    Family("bootstrap", "Bootstrap of a curve (400 replicates)", bootstrap, (Setting("light"),), share=1 / 16),
    Family("known", "One arm against a known hazard", known_hazard),
    Family("models", "Parametric models", models, share=1 / 4),
)
