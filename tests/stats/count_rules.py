"""Rules drawn at random, and two plain ways to follow them: every course of a small trial, and simulated trials."""

from __future__ import annotations

from collections import defaultdict
from fractions import Fraction
from itertools import product

import numpy as np

from onearm.stats.monitoring import Boundary, boundary

KINDS = ((1, 1), (1, 0), (0, 1), (0, 0))


def random_rule(rng: np.random.Generator, endpoints: int, n_max: int, *, together: bool = False) -> Boundary:
    """Limits that need not be monotone; some looks have none."""
    looks = np.sort(rng.choice(np.arange(1, n_max + 1), rng.integers(1, n_max + 1), replace=False))
    low, high = [], []
    for _ in range(endpoints):
        below = np.where(rng.random(looks.size) < 0.7, np.floor(looks * rng.uniform(0, 0.4) - rng.random()), -1)
        above = np.where(rng.random(looks.size) < 0.7, np.ceil(looks * rng.uniform(0.5, 1) + rng.random()), looks + 1)
        low.append(np.maximum(below, -1))
        high.append(np.maximum(np.minimum(above, looks + 1), low[-1] + 1))
    names = ("response", "toxicity")[:endpoints]
    return boundary(looks, low=low, high=high, low_means="futility", high_means="harm", n_max=n_max, names=names,
                    together=together)  # fmt: skip


def why(rule: Boundary, at: int, counts: tuple[int, ...]) -> str:
    """The reason to stop at a look, or nothing: the rule's sentence in `Boundary`, read out for one trial."""
    lows = [counts[k] <= rule.low[k, at] for k in range(rule.endpoints)]
    highs = [counts[k] >= rule.high[k, at] for k in range(rule.endpoints)]
    if rule.together and not all(lows):
        lows = [False] * rule.endpoints
    said = [f"{name}: {'futility' if low else 'harm'}" for name, low, high in zip(rule.names, lows, highs, strict=True)
            if low or high]  # fmt: skip
    return " and ".join(said)


def every_course(rule: Boundary, shares: list[Fraction]) -> tuple[dict[tuple[str, int], Fraction], list[Fraction]]:
    """Probability of each ending (reason, patients), and the expected events: all orders of all kinds of patient.

    ``shares`` are those of one endpoint's event and of none, or of the four kinds of two.
    """
    kinds = ((1,), (0,)) if rule.endpoints == 1 else KINDS
    endings: dict[tuple[str, int], Fraction] = defaultdict(Fraction)
    events = [Fraction(0)] * rule.endpoints
    for course in product(range(len(kinds)), repeat=rule.n_max):
        probability = Fraction(1)
        for kind in course:
            probability *= shares[kind]
        reason, size = "", rule.n_max
        for at, n in enumerate(rule.n.tolist()):
            counts = tuple(sum(kinds[i][k] for i in course[:n]) for k in range(rule.endpoints))
            reason = why(rule, at, counts)
            if reason:
                size = n
                break
        endings[reason, size] += probability
        for k in range(rule.endpoints):
            events[k] += probability * sum(kinds[i][k] for i in course[:size])
    return dict(endings), events


def simulated(rule: Boundary, cells: np.ndarray, trials: int, rng: np.random.Generator) -> dict[str, float]:
    """Shares of trials by reason ("" for none), and the mean number of patients as "n"."""
    kind = rng.choice(4, size=(trials, rule.n_max), p=cells)
    counts = np.cumsum(np.array(KINDS)[kind], axis=1)[:, rule.n - 1]
    ends: dict[str, float] = defaultdict(float)
    total = 0
    for trial in counts[:, :, : rule.endpoints]:
        said = [why(rule, at, tuple(trial[at])) for at in range(rule.n.size)]
        first = next((at for at, reason in enumerate(said) if reason), None)
        ends["" if first is None else said[first]] += 1 / trials
        total += rule.n_max if first is None else int(rule.n[first])
    return {**ends, "n": total / trials}
