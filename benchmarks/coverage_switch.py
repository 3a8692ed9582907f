"""Families around a switch of treatment that has no effect: one arm, some of which switch while they live."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from benchmarks.coverage_cells import Family, Found, coverage, size, tried
from benchmarks.coverage_designs import Setting, seen

from onearm.stats.intercurrent import (
    clone_censor_weight,
    landmark,
    mantel_byar,
    naive_ever_never,
    simon_makuch,
    time_dependent_cox,
)
from onearm.stats.survival import log_rank

RNG = np.random.Generator
LANDMARK = 0.3


def switch(rng: RNG, n: int, s: Setting) -> Iterator[Found]:
    """Tests of the switch, the naive one among them, and curves of both states."""
    time, event = s.arm(rng, n)
    moved = rng.exponential(size=n)
    moved = np.where(moved < time, moved, np.nan)
    r = tried(mantel_byar, time, event, moved)
    yield size("mantel_byar", "chi-square", r and r.p_value)
    model = tried(time_dependent_cox, time, event, moved)
    yield coverage("time_dependent_cox", "wald", "HR 1", 1.0, model and (model.low, model.high))
    for name in ("score", "likelihood_ratio"):
        yield size("time_dependent_cox", name.replace("_", " "), model and getattr(model.fit, name).p_value)
    naive = tried(naive_ever_never, time, event, ~np.isnan(moved))
    yield size("naive_ever_never", "biased: shown as a warning", naive and naive.log_rank.p_value)
    later = tried(landmark, time, event, LANDMARK)
    early = None if later is None else moved[later.kept] <= LANDMARK
    test = None if later is None else tried(log_rank, later.time, later.event, early)
    yield size("landmark", f"log-rank from {LANDMARK}", test and test.p_value)
    both = tried(simon_makuch, time, event, moved, at=LANDMARK)
    end = s.time_at(0.5)
    truth = float(s.survival(end) / s.survival(LANDMARK))
    for state in ("not_switched", "switched"):
        km = None if both is None else getattr(both, state)
        yield coverage("simon_makuch", f"log-log, {state}", f"S = {truth:.2f} from {LANDMARK}", truth, read(km, end))


def read(km: Any, t: float) -> tuple[float, float] | None:
    """Limits of a curve at t."""
    at = None if km is None else km.at([t])
    return None if at is None else (at.low[0], at.high[0])


def clones(rng: RNG, n: int, s: Setting, replicates: int = 0) -> Iterator[Found]:
    """Switch within 30 days or not, both driven by a factor that doubles the hazard; no effect of the switch."""
    factor = rng.integers(0, 2, n).astype(float)
    days = 100.0
    death = np.ceil(rng.exponential(days, n) / 2**factor)
    moved = np.ceil(rng.exponential(60, n) / 3**factor)
    time, event = seen(death, np.ceil(days * s.follow_up(rng, n)))
    seed = int(rng.integers(1 << 31)) if replicates else None
    r = tried(clone_censor_weight, time, event, moved, factor, window=30, horizon=60, replicates=replicates, seed=seed)
    name = "bootstrap of 100" if replicates else "robust"
    ratio = r and (r.log_hazard_ratio.low, r.log_hazard_ratio.high)
    yield coverage("clone_censor_weight", name, "HR 1", 0.0, ratio)
    if replicates:
        for part in ("survival_difference", "rmst_difference"):
            c = r and getattr(r, part)
            yield coverage("clone_censor_weight", name, part.replace("_", " ") + " 0", 0.0, c and (c.low, c.high))


def bootstrapped(rng: RNG, n: int, s: Setting) -> Iterator[Found]:
    """The same with the bootstrap."""
    return clones(rng, n, s, 100)


LIGHT = (Setting("light"),)
FAMILIES = (
    Family("switch", "A switch without effect", switch, share=1 / 4),
    Family("clones", "Cloning, censoring, weighting", clones, LIGHT, share=1 / 4),
    Family("clones-bootstrap", "The same, bootstrap of 100", bootstrapped, LIGHT, share=1 / 20, sizes=(48,)),
)
