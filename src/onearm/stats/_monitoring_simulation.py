"""Monitoring when outcomes take time and patients keep coming: simulated, with its Monte Carlo error."""

from __future__ import annotations

from concurrent.futures import Executor
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from ._boundary import Boundary
from ._characteristics_rates import true_rates
from ._characteristics_words import words
from ._input import Floats, Ints, as_choice, as_floats
from ._monitoring_draws import Scheme, draw
from ._monitoring_readings import READINGS, WORDS, in_order
from ._monitoring_record import MonitoringSimulation
from ._number import as_count, as_number
from ._parametric_distribution import Distribution

_BLOCK = 500  # replicates drawn from one seed: the same whoever runs them
_PATIENTS, _WORK = 1000, 200_000_000


def simulate_monitoring(
    boundary: Boundary | Any,
    p: ArrayLike | None = None,
    *,
    accrual: float,
    window: ArrayLike,
    seed: int,
    pending: str = "exclude",
    arrivals: str = "poisson",
    onset: str | Distribution | tuple[str | Distribution, ...] = "uniform",
    association: float = 1.0,
    cells: ArrayLike | None = None,
    replicates: int = 10_000,
    executor: Executor | None = None,
) -> MonitoringSimulation:
    """Operating characteristics of a rule on counts when outcomes are known later than patients enter.

    With outcomes known at once `operating_characteristics` is exact, and is the one to use.

    Parameters
    ----------
    boundary : a `Boundary`, or a design or rule that has one as ``.boundary``.
    p, association, cells : one set of true rates, as in `operating_characteristics`: the probability of each event
        within its window.
    accrual : patients per unit of time.
    window : time after entry within which an event counts; one number, or one an endpoint. 0: known at once.
    seed : whole number. The same seed gives the same numbers with any ``executor`` or none.
    pending : how patients without a known outcome count: "exclude", "wait", "count-as-no", "fractional" or "suspend";
        ``conventions`` of the result says in words what was done.
    arrivals : "poisson", or "even" for one patient every 1 / accrual.
    onset : times of the events that happen: "uniform" over the window, or a distribution of `onearm.stats.parametric`
        (exponential, weibull, ...) cut at the window; one, or one an endpoint.
    replicates : trials to simulate, at least 100.
    executor : any ``concurrent.futures.Executor``; None runs here.

    Returns
    -------
    MonitoringSimulation

    Raises
    ------
    ValueError
        For rates, times and words out of range, more than one set of rates, more than 1,000 patients.

    Notes
    -----
    "wait" and "suspend" decide on complete data, so their probabilities of stopping are those of the exact recursion;
    they pay with patients who enter meanwhile, or with time. "exclude" sees events sooner than their absence and
    overstates a rate; "count-as-no" understates it. Standard errors: sqrt(q (1 - q) / replicates) of a share q, and the
    standard deviation over sqrt(replicates) of a mean.

    Examples
    --------
    Stop for harm at 3 of 10 or 5 of 20; 3 patients a month, events within 2 months. A rate of 0.3 stops most trials:

    >>> from onearm.stats.monitoring import boundary
    >>> rule = boundary([10, 20], high=[3, 5], high_means="harm", names=("VOD",))
    >>> r = simulate_monitoring(rule, 0.3, accrual=3, window=2, seed=1, pending="wait")
    >>> r.reasons, bool(abs(r.stopped - 0.8080) < 4 * r.stopped_se), r.enrolled > 10
    (('VOD: harm',), True, True)
    """
    rule = boundary if isinstance(boundary, Boundary) else getattr(boundary, "boundary", None)
    if not isinstance(rule, Boundary):
        raise ValueError(f"boundary must be a Boundary or a record that has one, found {type(boundary).__name__}")
    if rule.n_max > _PATIENTS:
        raise ValueError(f"boundary has n_max = {rule.n_max}; the simulation takes up to {_PATIENTS} patients")
    scheme = _scheme(rule, p, cells, association, accrual, arrivals, window, onset, pending)
    runs = as_count("replicates", replicates, 100, max(100, _WORK // (rule.n_max * rule.endpoints)))
    start = as_count("seed", seed, 0, 2**63)
    rates, kinds = true_rates(p, cells, association, rule.endpoints)
    found = [np.concatenate(v, axis=-1) for v in zip(*_blocks(scheme, runs, start, executor), strict=True)]
    return _summary(scheme, rates, kinds, found, runs, start)


def _scheme(
    rule: Boundary,
    p: Any,
    cells: Any,
    association: Any,
    accrual: Any,
    arrivals: Any,
    window: Any,
    onset: Any,
    pending: Any,
) -> Scheme:
    rates, kinds = true_rates(p, cells, association, rule.endpoints)
    if rates.shape[0] != 1:
        raise ValueError(f"p (or cells) must be one set of rates for a simulation, found {rates.shape[0]}")
    shares = np.array([rates[0, 0], 1 - rates[0, 0]]) if kinds is None else kinds[0]
    lengths = as_floats("window", window)
    if lengths.ndim > 1 or (lengths.ndim == 1 and lengths.size != rule.endpoints):
        raise ValueError(f"window must be one number or one an endpoint ({rule.endpoints}), found {lengths.shape}")
    if not np.all((lengths >= 0) & (lengths <= 1e9)):
        raise ValueError("window must hold times between 0 and 1e9")
    return Scheme(
        rule=rule,
        cells=shares,
        rate=as_number("accrual", accrual, 1e-9, 1e9),
        arrivals=as_choice("arrivals", arrivals, ("poisson", "even")),
        window=np.broadcast_to(lengths, (rule.endpoints,)).copy(),
        onset=_onsets(onset, rule.endpoints),
        pending=as_choice("pending", pending, tuple(READINGS)),
    )


def _onsets(onset: Any, endpoints: int) -> tuple[Distribution | None, ...]:
    given = onset if isinstance(onset, tuple) else (onset,) * endpoints
    good = all(isinstance(v, Distribution) or (isinstance(v, str) and v == "uniform") for v in given)
    if len(given) != endpoints or not good:
        raise ValueError(f'onset must be "uniform" or a distribution, one or one an endpoint ({endpoints})')
    return tuple(v if isinstance(v, Distribution) else None for v in given)


Block = tuple[Ints, Ints, Ints, Ints, Floats, Ints]


def _blocks(scheme: Scheme, replicates: int, seed: int, executor: Executor | None) -> list[Block]:
    """All blocks in order, each from its own child of the seed."""
    sizes = [min(_BLOCK, replicates - start) for start in range(0, replicates, _BLOCK)]
    seeds = np.random.SeedSequence(seed).spawn(len(sizes))
    if executor is None:
        return [simulate_block(scheme, *one) for one in zip(sizes, seeds, strict=True)]
    waiting = [executor.submit(simulate_block, scheme, *one) for one in zip(sizes, seeds, strict=True)]
    return [one.result() for one in waiting]


def simulate_block(scheme: Scheme, replicates: int, seed: np.random.SeedSequence) -> Block:
    """Look, sides, enrolled, known, time and overrun of some trials."""
    trials = draw(scheme, replicates, np.random.default_rng(seed))
    ends = READINGS[scheme.pending](scheme.rule, trials)
    look, _ = in_order(scheme.rule, trials, None)
    due = np.where(look >= 0, scheme.rule.n[np.maximum(look, 0)], scheme.rule.n_max)
    return ends.look, ends.sides, ends.enrolled, ends.known, ends.time, np.maximum(ends.enrolled - due, 0)


def _summary(
    scheme: Scheme, rates: Floats, kinds: Floats | None, found: list[Any], replicates: int, seed: int
) -> MonitoringSimulation:
    look, sides, enrolled, known, time, overrun = found
    rule = scheme.rule
    seen = sorted({tuple(v) for v in np.unique(sides[:, look >= 0], axis=1).T.tolist()}, key=_order)
    pairs = [(v[0], v[1] if len(v) > 1 else 0) for v in seen]
    reasons, successes, means = words(rule, pairs)
    which = np.full(look.size, len(seen))
    for i, one in enumerate(seen):
        which[(look >= 0) & (sides == np.array(one)[:, None]).all(axis=0)] = i
    stop = np.zeros((len(seen), rule.n.size))
    np.add.at(stop, (which[look >= 0], look[look >= 0]), 1 / replicates)
    good = float(np.mean(np.array(successes)[which]))
    shares = {"stop": stop, "by_reason": stop.sum(axis=1), "by_look": stop.sum(axis=0)}
    single = {"stopped": float(np.mean(look >= 0)), "complete": float(np.mean(look < 0)), "success": good}
    numbers = {"enrolled": enrolled, "evaluated": known, "duration": time, "overrun": overrun}
    error: dict[str, Any] = {f"{k}_se": _share_se(v, replicates) for k, v in shares.items()}
    error |= {f"{k}_se": float(_share_se(np.array(v), replicates)) for k, v in single.items()}
    error |= {f"{k}_se": float(np.std(v, ddof=1) / np.sqrt(replicates)) for k, v in numbers.items()}
    average = {k: float(np.mean(v)) for k, v in numbers.items()}
    values: dict[str, Any] = {**shares, **single, **average, **error}
    return MonitoringSimulation(
        boundary=rule, p=rates[0], cells=None if kinds is None else kinds[0], reasons=reasons, success_means=means,
        enrolled_distribution=np.bincount(enrolled, minlength=rule.n_max + 1)[1:] / replicates, pending=scheme.pending,
        replicates=replicates, seed=seed, conventions=_conventions(scheme), **values,
    )  # fmt: skip


def _order(reason: tuple[int, ...]) -> tuple[bool, int, int]:
    """As in the exact recursion: one endpoint's reasons first, the first endpoint's before the second's."""
    second = reason[1] if len(reason) > 1 else 0
    return (reason[0] > 0 and second > 0, reason[0] or 3, second)


def _share_se(q: Floats, replicates: int) -> Floats:
    return np.asarray(np.sqrt(np.clip(q * (1 - q), 0, None) / replicates))


def _conventions(scheme: Scheme) -> tuple[str, ...]:
    entry = "at random, as a Poisson process" if scheme.arrivals == "poisson" else "at equal intervals"
    return (
        WORDS[scheme.pending],
        f"Patients come {entry}, {scheme.rate:g} per unit of time, the first after the trial has opened.",
        "The trial ends with its stop, or when the last outcome is known.",
        "Simulated: standard errors are of the simulation only.",
    )
