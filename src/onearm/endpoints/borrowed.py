"""The trial's rate against one borrowed from earlier patients: prior, posterior, probability, drift, tipping point."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from onearm.protocol.borrowing import Borrowing
from onearm.results import Estimate
from onearm.stats.bayes import (
    BetaMixture,
    GammaMixture,
    GridDistribution,
    beta_mixture,
    commensurate,
    drift_scan,
    gamma_mixture,
    map_prior,
    power_prior,
    prior_effective_sample_size,
    probability_greater,
    robust_map,
)
from onearm.stats.sensitivity import tipping_borrowing

Prior = BetaMixture | GammaMixture | GridDistribution
LEVEL = 0.95
PRIOR = ("control", "prior_size_elir", "prior_size_moment")
"""Statistics of the prior alone: nobody of the trial stands behind them."""


@dataclass(frozen=True, slots=True)
class Lent:
    """What was borrowed: ``events`` and ``size`` (patients or months) of each earlier group, and the trial's own."""

    settings: Borrowing
    timed: bool
    earlier: tuple[tuple[float, float], ...]
    events: int
    size: float
    n: int

    @property
    def lenders(self) -> int:
        """Earlier patients; 0 where only their time is known."""
        return 0 if self.timed else round(sum(n for _, n in self.earlier))


def prior_of(lent: Lent) -> tuple[Prior, Prior]:
    """The prior of the control rate, and the informative part alone (the same, unless it is made robust)."""
    s = lent.settings
    events, sizes = [e for e, _ in lent.earlier], [n for _, n in lent.earlier]
    kind = "rate" if lent.timed else "binary"
    if s.method == "power-prior":
        assert s.initial is not None, "the model asks for it"
        made = power_prior(events, sizes, s.a0, a0_prior=s.a0_prior, initial=s.initial, outcome=kind).prior
        assert isinstance(made, BetaMixture | GammaMixture), "no piecewise rates are asked for"
        return made, made
    assert s.mu_prior is not None, "the model asks for it"
    if s.method == "commensurate":
        grid = commensurate(
            lent.earlier[0], outcome=kind, spike_slab=s.spike_slab, gamma=s.gamma, mu_prior=s.mu_prior
        ).prior
        return grid, grid
    assert s.tau_prior is not None, "the model asks for it"
    assert s.weight is not None, "the model asks for it"
    informative = map_prior(sizes, events, s.mu_prior, s.tau_prior, outcome=kind).mixture
    robust = robust_map(informative, s.weight, s.vague)
    assert isinstance(robust, BetaMixture | GammaMixture), "the informative part is a mixture of one rate"
    return robust, informative


Make = Callable[..., Estimate]


def borrowed(lent: Lent, make: Make) -> list[Estimate]:
    """Every number of one borrowing. ``make(stat, what, **values)`` gives an estimate its words.

    A prior that cannot be made leaves the probability without a value and with the reason.
    """
    s = lent.settings
    try:
        prior, informative = prior_of(lent)
        mixture = gamma_mixture if lent.timed else beta_mixture
        mine = mixture(1.0, *s.treated)
        after = mine.posterior(lent.events, lent.size)
    except ValueError as problem:
        shared = {"unit": "probability", "n": lent.n, "method": s.method}
        return [make("probability", "probability of a benefit", error=str(problem), **shared)]
    found = [*_rates(lent, prior, after, make), *_sizes(lent, prior, make)]
    found += _probabilities(lent, prior, after, make)
    found += _drifted(lent, prior, mine, make)
    found += _tipped(lent, informative, after, make)
    return found


def _rates(lent: Lent, prior: Prior, after: Prior, make: Make) -> Iterator[Estimate]:
    unit, noun = ("events in 100 months", "rate") if lent.timed else ("proportion", "proportion")
    tail = (1 - LEVEL) / 2
    own = f"{lent.events} events in {lent.size:.4g} months" if lent.timed else f"{lent.events} of {lent.size:g}"
    earlier = "; ".join(f"{e:g} of {n:.4g}{' months' if lent.timed else ''}" for e, n in lent.earlier)
    rows = (
        (
            "control",
            f"control {noun}, borrowed",
            prior,
            f"{lent.settings.method} of {earlier}; the trial has no controls",
        ),
        ("treated", f"trial's {noun}", after, f"conjugate posterior of {own}"),
    )
    for stat, what, one, how in rows:
        low, high = (float(v) for v in one.quantile([tail, 1 - tail]))
        mean = one.mean
        finite = math.isfinite(mean)
        middle = mean if finite else float(one.quantile([0.5])[0])
        method = f"{how}; {'mean' if finite else 'median (the mean is infinite)'} and equal-tailed interval"
        shared: dict[str, Any] = {"unit": unit, "n": lent.n if stat == "treated" else lent.lenders, "level": LEVEL}
        scale = 100 if lent.timed else 1
        value = middle * scale
        yield make(stat, what, value=value, low=low * scale, high=high * scale, method=method, **shared)


def _sizes(lent: Lent, prior: Prior, make: Make) -> Iterator[Estimate]:
    unit = "events" if lent.timed else "effective patients"
    for method, words in (("elir", "expected local information ratio"), ("moment", "moments")):
        value, error = None, None
        try:
            if isinstance(prior, GridDistribution):
                raise ValueError("a commensurate prior is no mixture of conjugate priors")
            value = prior_effective_sample_size(prior, method)
        except ValueError as problem:
            error = str(problem)
        what = f"prior effective sample size ({words})"
        yield make(f"prior_size_{method}", what, value=value, error=error, unit=unit, n=lent.lenders, method=words)


def _beyond(first: Prior, second: Prior, lent: Lent) -> float:
    s = lent.settings
    if s.better == "higher":
        return probability_greater(first, second, s.margin)
    return probability_greater(second, first, s.margin)


def _probabilities(lent: Lent, prior: Prior, after: Prior, make: Make) -> Iterator[Estimate]:
    s = lent.settings
    sign = "above" if s.better == "higher" else "below"
    by = f" by more than {s.margin:g}" if s.margin else ""
    said = "reached" if (chance := _beyond(after, prior, lent)) > s.success else "not reached"
    method = f"posterior probability by quadrature; success above {s.success:g}: {said}"
    what = f"probability that the trial's rate is {sign} the borrowed one{by}"
    yield make("probability", what, value=chance, unit="probability", n=lent.n, method=method)
    if s.against is not None:
        below = float(after.cdf([s.against])[0])
        value = 1 - below if s.better == "higher" else below
        what = f"probability that the trial's rate is {sign} {s.against:g}{' events a month' if lent.timed else ''}"
        yield make("against", what, value=value, unit="probability", n=lent.n, method="posterior probability")


def _drifted(lent: Lent, prior: Prior, mine: Prior, make: Make) -> Iterator[Estimate]:
    s = lent.settings
    if s.drift is None:
        return
    up = s.better == "higher"
    error = None
    try:
        scan = drift_scan(
            mine,  # type: ignore[arg-type]
            prior,  # type: ignore[arg-type]
            lent.n,
            0,
            s.drift.true,
            s.drift.effect if up else -s.drift.effect,
            margin=s.margin if up else -s.margin,
            threshold=s.success,
            alternative="greater" if up else "less",
        )
    except ValueError as problem:
        scan, error = None, str(problem)
    method = f"exact, every count of {lent.n} enumerated; success above {s.success:g}"
    for i, true in enumerate(s.drift.true):
        for stat, words in (("type_one_error", "type I error"), ("power", f"power at an effect of {s.drift.effect:g}")):
            value = None if scan is None else float(getattr(scan, stat)[i])
            why = error
            if value is not None and math.isnan(value):
                value, why = None, "the effect leaves 0 to 1"
            what = f"{words} if the true control proportion is {true:g}"
            shared = {"unit": "proportion", "n": lent.n, "method": method}
            yield make(stat, what, at=f"@{true:g}", value=value, error=why, **shared)


def _tipped(lent: Lent, informative: Prior, after: Prior, make: Make) -> Iterator[Estimate]:
    s = lent.settings
    if s.method == "commensurate":
        return
    given: dict[str, Any]
    if s.method == "power-prior":
        total = tuple(sum(one[k] for one in lent.earlier) for k in (0, 1))
        given, what = {"historical": total, "initial": s.initial}, "discount a0 at which the decision changes"
    else:
        given, what = {"informative": informative, "vague": s.vague}, "vague weight at which the decision changes"
    up = s.better == "higher"
    shared = {"unit": "ratio", "n": lent.n}
    try:
        found = tipping_borrowing(
            after,
            0,
            0,
            margin=s.margin if up else -s.margin,
            threshold=s.success,
            alternative="greater" if up else "less",
            **given,
        )
    except ValueError as problem:
        yield make("tipping", what, error=str(problem), method="decision over all amounts", **shared)
        return
    at = [float(v) for v in found.flips_at]
    low, high = float(found.probability.min()), float(found.probability.max())
    method = f"decision over all amounts from 0 to 1; probability from {low:.3f} to {high:.3f}"
    if len(at) > 1:
        method += "; it changes at " + ", ".join(f"{v:.3f}" for v in at)
    error = None if at else "the decision is the same for every amount"
    yield make("tipping", what, value=at[0] if at else None, error=error, method=method, **shared)
