"""Families of two arms: tests without a difference, hazard ratios, matched pairs, known weights, competing causes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from benchmarks.coverage_cells import ALPHA, NAN, Family, Found, coverage, size, tried
from benchmarks.coverage_designs import BOTH, Setting, seen
from benchmarks.coverage_states import FIRST

from onearm.stats._limits import survival_limits
from onearm.stats.competing import cause_specific_cox, fine_gray, gray_test
from onearm.stats.cox import cox, firth_cox, proportional_hazards_test
from onearm.stats.resampling import bootstrap_cox
from onearm.stats.survival import (
    kaplan_meier,
    log_rank,
    max_combo,
    milestone_difference,
    paired_log_rank,
    rmst_difference,
    rmst_regression,
)

RNG = np.random.Generator
HARRINGTON = {"log-rank": (0.0, 0.0), "FH(1,0)": (1.0, 0.0), "FH(0,1)": (0.0, 1.0), "FH(1,1)": (1.0, 1.0)}
WEIGHTINGS = ("gehan", "tarone-ware", "prentice")


def tests(rng: RNG, n: int, s: Setting) -> Iterator[Found]:
    """Every test of two groups that do not differ."""
    data = s.two_arms(rng, n)
    half = s.time_at(0.5)
    p: dict[str, float] = {}
    for name, (rho, gamma) in HARRINGTON.items():
        r = tried(log_rank, *data, rho=rho, gamma=gamma)
        p[name] = NAN if r is None else r.p_value
        yield size("log_rank", name, p[name])
    for name in WEIGHTINGS:
        r = tried(log_rank, *data, weighting=name)
        yield size("log_rank", name, None if r is None else r.p_value)
    yield size("max_combo", "four members", combined(data, min(p.values())))
    for tau, name in ((None, "default tau"), (half, "tau at S = 0.5")):
        r = tried(rmst_difference, *data, tau)
        for part in ("difference", "ratio", "time_lost_ratio"):
            yield size("rmst_difference", f"{part}, {name}", None if r is None else getattr(r, part).p_value)
    r = tried(rmst_regression, *data, half, censoring_group=data[2])
    yield size("rmst_regression", "tau at S = 0.5", None if r is None else r.p_value[1])
    for scale in ("plain", "cloglog"):
        r = tried(milestone_difference, *data, half, scale=scale)
        yield size("milestone_difference", f"{scale}, S = 0.5", None if r is None else r.p_value)
        limits = None if r is None else (r.low, r.high)
        yield coverage("milestone_difference", f"{scale}, S = 0.5", "difference 0", 0.0, limits)
    yield from hazard_ratio(tried(cox, *data[:2], data[2].astype(float)), 1.0)


def combined(data: Any, smallest: float) -> float:
    """The p-value of max_combo, which lies between the smallest of its four members and four times that.

    It is asked for only where these two bounds leave the decision open: the same decision, much faster.
    """
    if not ALPHA / 4 < smallest <= ALPHA:
        return smallest
    return float(max_combo(*data).p_value)


def hazard_ratio(fit: Any, ratio: float) -> Iterator[Found]:
    """Wald limits, and where there is no difference the three tests."""
    limits = None if fit is None else (fit.low[0], fit.high[0])
    yield coverage("cox", "wald", f"HR {ratio:g}", float(np.log(ratio)), limits)
    if ratio == 1:
        for name in ("wald", "score", "likelihood_ratio"):
            yield size("cox", name.replace("_", " "), None if fit is None else getattr(fit, name).p_value)


def ratios(rng: RNG, n: int, s: Setting) -> Iterator[Found]:
    """A true hazard ratio that is not one; and the test of proportional hazards, which hold."""
    time, event, group = s.two_arms(rng, n)
    x = group.astype(float)
    yield from hazard_ratio(tried(cox, time, event, x), s.hazard_ratio)
    for kind in ("score", "approximate"):
        r = tried(proportional_hazards_test, time, event, x, kind=kind)
        p = None if r is None else r.p_value[0]
        yield size("proportional_hazards_test", f"km, {kind}", p, "proportional hazards")


def penalized(rng: RNG, n: int, s: Setting) -> Iterator[Found]:
    """Firth's profile limits and test beside Wald's."""
    time, event, group = s.two_arms(rng, n)
    fit = tried(firth_cox, time, event, group.astype(float))
    truth, name = float(np.log(s.hazard_ratio)), "hazard ratio"
    yield coverage("firth_cox", "profile", name, truth, None if fit is None else (fit.low[0], fit.high[0]))
    yield coverage("firth_cox", "wald", name, truth, None if fit is None else (fit.wald_low[0], fit.wald_high[0]))
    if s.hazard_ratio == 1:
        yield size("firth_cox", "profile", None if fit is None else fit.p_value[0])


def bootstrap_ratio(rng: RNG, n: int, s: Setting) -> Iterator[Found]:
    """Bootstrap limits of a hazard ratio from 400 replicates."""
    time, event, group = s.two_arms(rng, n)
    seed = int(rng.integers(1 << 31))
    for interval in ("percentile", "bca", "basic", "normal"):
        b = tried(bootstrap_cox, time, event, group.astype(float), replicates=400, seed=seed, interval=interval)
        limits = None if b is None else (np.ravel(b.low)[0], np.ravel(b.high)[0])
        yield coverage("bootstrap_cox", interval, f"HR {s.hazard_ratio:g}", float(np.log(s.hazard_ratio)), limits)


def pairs(rng: RNG, n: int, s: Setting) -> Iterator[Found]:
    """Pairs that share a gamma frailty of variance one; treatment does nothing."""
    pair, treated = np.tile(np.arange(n), 2), np.repeat([1, 0], n)
    frailty = rng.gamma(1.0, 1.0, n)[pair]
    time, event = seen(rng.exponential(size=2 * n) / frailty, s.follow_up(rng, 2 * n))
    for kind in ("stratified", "sign", "prentice-wilcoxon"):
        r = tried(paired_log_rank, time, event, treated, pair, kind=kind)
        yield size("paired_log_rank", kind, None if r is None else r.p_value)
        if kind == "sign":
            yield size("paired_log_rank", "sign, exact", None if r is None else r.exact_p_value)
    x = treated.astype(float)
    for cluster, name in ((pair, "robust, pairs"), (None, "pairs ignored")):
        fit = tried(cox, time, event, x, cluster=cluster)
        yield coverage("cox", name, "HR 1", 0.0, None if fit is None else (fit.low[0], fit.high[0]))
        r = tried(rmst_difference, time, event, treated, 0.6, cluster=cluster)
        contrast = None if r is None else (r.difference.low, r.difference.high)
        yield coverage("rmst_difference", name, "difference 0, tau 0.6", 0.0, contrast)
        for scale in ("plain", "cloglog"):
            m = tried(milestone_difference, time, event, treated, 0.6, cluster=cluster, scale=scale)
            limits = None if m is None else (m.low, m.high)
            yield coverage("milestone_difference", f"{scale}, {name}", "difference 0 at 0.6", 0.0, limits)


def weights(rng: RNG, n: int, s: Setting) -> Iterator[Found]:
    """Treatment by a binary prognostic factor, undone by known inverse probability weights; 2 n subjects."""
    factor = rng.integers(0, 2, 2 * n)
    chance = np.where(factor == 1, 0.7, 0.3)
    treated = (rng.random(2 * n) < chance).astype(int)
    time, event = seen(rng.exponential(size=2 * n) / 2.0**factor, s.follow_up(rng, 2 * n))
    w = 1 / np.where(treated == 1, chance, 1 - chance)
    own = treated == 1
    scaled = w[own] * own.sum() / w[own].sum()
    times = np.array([0.25, 0.6])
    truth = (np.exp(-times) + np.exp(-2 * times)) / 2
    for interval in ("log-log", "plain"):
        km = tried(kaplan_meier, time[own], event[own], weight=scaled, interval=interval)
        at = None if km is None else km.at(times)
        low, high = ([None] * 2,) * 2 if at is None else greenwood(km, at, interval)
        for k, value in enumerate(truth):
            name = f"weighted S = {value:.2f}"
            yield coverage("kaplan_meier", f"{interval}, jackknife", name, value, at and (at.low[k], at.high[k]))
            limits = at and (low[k], high[k])
            yield coverage("kaplan_meier", f"{interval}, Greenwood on weights (not offered)", name, value, limits)
    x = treated.astype(float)
    for weight, word in ((w, "weighted"), (None, "unweighted (confounded)")):
        r = tried(log_rank, time, event, treated, weight=weight)
        yield size("log_rank", word, None if r is None else r.p_value)
    for robust, name in ((True, "weighted, robust"), (False, "weighted, model error (not the default)")):
        fit = tried(cox, time, event, x, weight=w, robust=robust)
        yield coverage("cox", name, "HR 1", 0.0, None if fit is None else (fit.low[0], fit.high[0]))
    r = tried(rmst_difference, time, event, treated, 0.6, weight=w)
    yield size("rmst_difference", "weighted, tau 0.6", None if r is None else r.difference.p_value)


def greenwood(km: Any, at: Any, interval: str) -> Any:
    """Limits by Greenwood's formula with sums of weights for numbers: what weights are often fed to."""
    left = km.at_risk - km.events
    with np.errstate(divide="ignore", invalid="ignore"):
        term = np.where(km.events > 0, km.events / (km.at_risk * left), 0.0)
        step = np.searchsorted(km.time, at.time, side="right")
        error = np.sqrt(np.r_[0.0, np.cumsum(term)][step]) * at.survival  # NaN where survival is 0 or not known
    return survival_limits(at.survival, error, 0.95, interval)


def competing(rng: RNG, n: int, s: Setting) -> Iterator[Found]:
    """Two groups with the same two causes of failure."""
    time, event, group = s.two_arms(rng, n)
    cause = event * np.where(rng.random(time.size) < FIRST, 1, 2)
    x = group.astype(float)
    r = tried(gray_test, time, cause, group)
    yield size("gray_test", "rho 0", None if r is None else r.p_value)
    for variance in ("crr", "known-censoring", "model"):
        fit = tried(fine_gray, time, cause, x, variance=variance)
        yield coverage("fine_gray", variance, "ratio 1", 0.0, None if fit is None else (fit.low[0], fit.high[0]))
    fit = tried(cause_specific_cox, time, cause, x)
    yield coverage("cause_specific_cox", "wald", "HR 1", 0.0, None if fit is None else (fit.low[0], fit.high[0]))


FEW = tuple(Setting(s.censoring, ratio=ratio) for s in BOTH for ratio in (1, 3))
HALF = tuple(Setting(s.censoring, hazard_ratio=0.5) for s in BOTH)
FAMILIES = (
    Family("tests", "Two groups without a difference", tests, FEW, share=1 / 2),
    Family("ratios", "Hazard ratio 0.5, and the test of proportional hazards", ratios, HALF, share=1 / 4),
    Family("firth", "Penalized hazard ratios", penalized, (*BOTH, *HALF), share=1 / 8),
    Family(
        "bootstrap-cox",
        "Bootstrap of a hazard ratio (400 replicates)",
        bootstrap_ratio,
        HALF[:1],
        share=1 / 16,
        sizes=(48,),
    ),
    Family("pairs", "Matched pairs that share a frailty", pairs, share=1 / 4),
    Family("weights", "Known inverse probability weights", weights, share=1 / 4),
    Family("competing", "Two groups with competing causes", competing, share=1 / 4),
)
