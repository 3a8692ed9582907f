"""One design of each kind, and the constructors' bad input."""

from __future__ import annotations

from collections.abc import Callable

from onearm import design
from onearm.design import Design

LOOKS = [10, 15, 20, 25, 30, 35, 40]
HISTORY = ((30, 70), (20, 60))
PRIORS = ((0.6, 1.4), (0.5, 1.5))
RATE = {"follow_up": 1, "accrual_rate": 5}

MAKE: dict[str, Callable[[], Design]] = {
    "simon": lambda: design.simon(0.1, 0.3, 0.05, 0.2),
    "simon-admissible": lambda: design.simon(0.1, 0.3, 0.05, 0.2, choice="admissible", q=0.5),
    "two-stage": lambda: design.two_stage(1, 20, 3, 35, 0.05, 0.2),
    "single-stage": lambda: design.single_stage(0.1, 0.3, 0.05, 0.2),
    "counts": lambda: design.counts([10, 20, 30], low=[-1, 1, 3], high=[3, 5, 6], name="VOD"),
    "predictive-search": lambda: design.predictive(0.2, 0.4, 0.1, 0.1, prior=(0.2, 0.8), n_max=40),
    "predictive": lambda: design.predictive(
        0.2, prior=(1, 1), n_max=40, looks=[10, 20, 30, 40], threshold=0.8, futility=0.1, efficacy=0.9
    ),
    "posterior": lambda: design.posterior(
        [10, 20, 30, 40], (1, 1), p0=0.15, futility=0.7, p1=0.2, efficacy=0.6, strict=False
    ),
    "posterior-mixture": lambda: design.posterior(
        range(5, 20), ((0.75, 1, 1), (0.25, 25, 15)), p1=0.5, harm=0.9, name="VOD"
    ),
    "bop2-search": lambda: design.bop2([10, 20, 30], 0.2, 0.4, 0.1),
    "bop2": lambda: design.bop2(LOOKS, 0.2, lam=0.9, gamma=1),
    "bop2-nested": lambda: design.bop2(LOOKS, (0.15, 0.3), (0.25, 0.5), kind="nested", lam=0.9, gamma=0.3),
    "bop2-two": lambda: design.bop2(LOOKS, (0.45, 0.3), kind="efficacy-toxicity", lam=0.7, gamma=0.8),
    "bop2-names": lambda: design.bop2(
        [10, 20], (0.1, 0.2), kind="co-primary", lam=0.9, gamma=1, names=("ORR", "PFS at 6")
    ),
    "thall-simon": lambda: design.thall_simon([6, 13, 18, 40], (0.6, 1.4), (15, 35), futility=0.05, efficacy=0.95),
    "thall-simon-estey": lambda: design.thall_simon_estey(30, PRIORS, HISTORY, cutoffs=(0.95, 0.95)),
    "safety": lambda: design.safety(30, 0.2, alpha=0.1, prior=(0.6, 2.4)),
    "safety-sprt": lambda: design.safety([5, 10, 15, 20], 0.1, kind="sprt", alpha=0.1, p1=0.3),
    "time-to-event": lambda: design.time_to_event(
        10, (60, 295), (3, 10), cutoff=0.03, delta=1, accrual=2, replicates=200
    ),
    "log-rank": lambda: design.log_rank((3, 0.6), 0.5, 0.05, 0.15, shape=0.5, **RATE),
    "log-rank-two": lambda: design.log_rank((3, 0.6), 0.4, 0.05, 0.2, stages=2, **RATE),
}

BAD: dict[str, tuple[Callable[[], Design], str]] = {
    "p0 above p1": (lambda: design.simon(0.3, 0.1, 0.05, 0.2), "p0"),
    "p0 is p1": (lambda: design.single_stage(0.3, 0.3, 0.05, 0.2), "p0"),
    "alpha 0": (lambda: design.simon(0.1, 0.3, 0.0, 0.2), "alpha"),
    "alpha 1": (lambda: design.single_stage(0.1, 0.3, 1.0, 0.2), "alpha"),
    "n_max": (lambda: design.simon(0.1, 0.3, 0.05, 0.2, n_max=12), "n_max"),
    "choice": (lambda: design.simon(0.1, 0.3, 0.05, 0.2, choice="best"), "choice"),
    "q missing": (lambda: design.simon(0.1, 0.3, 0.05, 0.2, choice="admissible"), "q must be given"),
    "q too large": (lambda: design.simon(0.1, 0.3, 0.05, 0.2, choice="admissible", q=2), "q must lie"),
    "q alone": (lambda: design.simon(0.1, 0.3, 0.05, 0.2, q=0.5), "q goes with"),
    "second stage": (lambda: design.two_stage(1, 20, 3, 20, 0.05, 0.2), "n1"),
    "no limits": (lambda: design.counts([10, 20]), "low, high or both"),
    "looks": (lambda: design.counts([20, 10], high=[3, 4]), "ascending"),
    "predictive, half": (lambda: design.predictive(0.2, 0.4, prior=(1, 1)), "alpha"),
    "predictive, both": (lambda: design.predictive(0.2, 0.4, 0.1, 0.1, prior=(1, 1), futility=0.1), "left out"),
    "predictive, rule": (lambda: design.predictive(0.2, prior=(1, 1), threshold=0.8), "futility"),
    "predictive, extra": (
        lambda: design.predictive(0.2, alpha=0.1, prior=(1, 1), threshold=0.8, futility=0.1),
        "alpha must be left out",
    ),
    "predictive, looks": (
        lambda: design.predictive(0.2, prior=(1, 1), threshold=0.8, futility=0.1, every=0),
        "every must be at least 1",
    ),
    "predictive, p1": (
        lambda: design.predictive(0.2, 0.1, prior=(1, 1), threshold=0.8, futility=0.1),
        "p0 must be below p1",
    ),
    "bop2, rates": (
        lambda: design.bop2([10, 20], (0.45, 0.3), 0.6, kind="efficacy-toxicity", lam=0.7, gamma=0.8),
        "alternative must hold 2 rates",
    ),
    "prior": (lambda: design.posterior([10], (0, 1), p1=0.1, harm=0.9), "prior"),
    "prior in words": (lambda: design.posterior([10], "flat", p1=0.1, harm=0.9), "prior"),
    "no rule": (lambda: design.posterior([10], (1, 1), p1=0.1), "cut-off"),
    "bop2, none": (lambda: design.bop2([10, 20], 0.2), "alternative"),
    "bop2, both": (lambda: design.bop2([10, 20], 0.2, alpha=0.1, lam=0.9, gamma=1), "alpha"),
    "bop2, half": (lambda: design.bop2([10, 20], 0.2, lam=0.9), "gamma"),
    "history": (lambda: design.thall_simon([10], (1, 1), (-1, 3), futility=0.05), "standard"),
    "one prior": (lambda: design.thall_simon_estey(30, ((1, 1),), HISTORY, cutoffs=(0.9, 0.9)), "two priors"),  # type: ignore[arg-type]
    "alpha and cutoff": (lambda: design.safety(30, 0.2, alpha=0.1, cutoff=0.9, prior=(1, 1)), "exactly one"),
    "sprt": (lambda: design.safety(30, 0.2, kind="sprt", alpha=0.1, p1=0.1), "p1"),
    "times": (lambda: design.time_to_event(10, (60, -1), (3, 10), cutoff=0.03), "standard"),
    "no mean": (lambda: design.time_to_event(10, (1, 5), (3, 10), cutoff=0.03), "means"),
    "stages": (lambda: design.log_rank((3, 0.6), 0.5, 0.05, 0.15, stages=3, **RATE), "stages"),
    "hazard ratio": (lambda: design.log_rank((3, 0.6), 1.5, 0.05, 0.15, **RATE), "hazard_ratio"),
    "survival": (lambda: design.log_rank((3, 0.6, 1), 0.5, 0.05, 0.15, **RATE), "survival_at"),  # type: ignore[arg-type]
    "its choice": (lambda: design.log_rank((3, 0.6), 0.5, 0.05, 0.15, choice="best", **RATE), "choice"),
}
