"""How many patients a single arm needs beside an external control: the protocol's own plan, drawn at each size.

No formula knows what matching, weights and gates do to a small trial, so each number is counted over drawn trials. At
each size the covariates are drawn once a run and the design is made once; times are drawn twice from the same random
numbers, under the stated hazard ratio and under none. A share s of R runs has the Monte Carlo error sqrt(s (1 - s) / R)
and exact limits (Clopper & Pearson 1934, doi:10.1093/biomet/26.4.404).
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Executor, Future, as_completed
from dataclasses import dataclass
from itertools import pairwise, product

from onearm.errors import UsageError, listed, near
from onearm.external.design import PRIMARY, methods
from onearm.protocol.method import MODELLED
from onearm.study.blind import designs_of
from onearm.study.drawn import Plan
from onearm.study.simulate import Told
from onearm.study.size_row import Run, Size, runs_of, size_row
from onearm.study.size_words import assumed, smallest
from onearm.study.trial import Trial
from onearm.study.truth import Truth, true_log_ratio

LARGEST = 100_000
"""Patients of either side, at most."""

_BLOCK = 25  # runs that are drawn as one task


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleSize:
    """What each size does, with everything that was assumed.

    ``rows`` go through the methods, within each through the external sizes, within each through the trial sizes;
    ``power`` is the one wanted, ``level`` that of the limits; ``words`` say what was assumed, ``found`` which size is
    the smallest, one sentence each.
    """

    comparison: str
    truth: Truth
    level: float
    power: float
    runs: int
    seed: int
    rows: tuple[Size, ...]
    words: tuple[str, ...]
    found: tuple[str, ...]


def sample_size(
    trial: Trial,
    sizes: Sequence[int],
    truth: Truth,
    *,
    comparison: str | None = None,
    external: Sequence[int] = (),
    chosen: Sequence[str] = (PRIMARY,),
    power: float = 0.8,
    runs: int = 500,
    seed: int = 1,
    executor: Executor | None = None,
    told: Told = lambda _: None,
) -> SampleSize:
    """Simulate a comparison of the protocol at each size.

    Covariates are those of the folder's eligible patients, trial and external together, drawn with replacement;
    outcomes of the folder are not looked at.

    Parameters
    ----------
    trial
        What `onearm.load` returned.
    sizes
        Numbers of trial patients, 2 or more each.
    truth
        What is true; its hazard ratio must not be 1. The type I error is that of the same truth with a ratio of 1.
    comparison
        Its name; may be left out where the protocol has one.
    external
        Numbers of external patients; those whom the folder has unless given.
    chosen
        Methods of the comparison, each with a hazard ratio.
    power
        The power wanted, between 0 and 1.
    runs, seed
        How often each size is drawn, and the seed. Run r of every size has a seed of its own, made from ``seed`` and r.
    executor
        Any ``concurrent.futures.Executor``; the numbers are the same with any, and without.
    told
        Called with the number of runs done, over all sizes.

    Raises
    ------
    ValueError
        For sizes, runs, a power or a hazard ratio that cannot be.
    UsageError
        U340 when the trial has no comparison; U347 when it has too few patients to draw from; U357 for a comparison
        that is not in the protocol or not named, U358 for a method that is not in it or has no hazard ratio.
    """
    _check(sizes, external, truth, power, runs, seed)
    plan = _plan(trial, comparison, seed)
    keys = _keys(plan, chosen)
    plan = plan.only(keys)
    beyond = tuple(external) or (plan.pool.external,)
    sized = [plan.of_size(n, m) for m, n in product(beyond, sizes)]
    drawn = _everything(sized, keys, truth, runs, seed, executor, told)
    rows = tuple(
        size_row(one, key, truth, [run[at] for run in seen], true)
        for at, key in enumerate(keys)
        for one, (seen, true) in zip(sized, drawn, strict=True)
    )
    return SampleSize(
        comparison=plan.name,
        truth=truth,
        level=plan.settings.level,
        power=power,
        runs=runs,
        seed=seed,
        rows=rows,
        words=assumed(plan, truth),
        found=tuple(smallest(rows, power, plan.settings.level)),
    )


def _check(sizes: Sequence[int], external: Sequence[int], truth: Truth, power: float, runs: int, seed: int) -> None:
    for name, numbers, empty in (("sizes", sizes, False), ("external", external, True)):
        if not (numbers or empty):
            raise ValueError(f"{name} is empty: give numbers of patients")
        wrong = [n for n in numbers if not 2 <= n <= LARGEST]
        if wrong:
            raise ValueError(f"{name} holds {wrong[0]}: give whole numbers from 2 to {LARGEST}")
        if any(b <= a for a, b in pairwise(numbers)):
            raise ValueError(f"{name} must ascend, each number once, found {', '.join(map(str, numbers))}")
    if truth.hazard_ratio == 1:
        raise ValueError("hazard_ratio is 1: power asks for an effect, and the type I error is shown beside it")
    if not 0 < power < 1:
        raise ValueError(f"power must lie between 0 and 1, found {power:g}")
    if not 2 <= runs <= 1_000_000:
        raise ValueError(f"runs must lie between 2 and 1000000, found {runs}")
    if seed < 0:
        raise ValueError(f"seed must not be negative, found {seed}")


def _plan(trial: Trial, name: str | None, seed: int) -> Plan:
    """The comparison that is meant."""
    known = list(trial.protocol.comparisons)
    if not known:
        step = "add one under `comparisons` of the protocol"
        raise UsageError.one("U340", "protocol.yaml", "the trial has no comparison: nothing can be simulated", step)
    if name is None and len(known) > 1:
        says = f"the protocol has {len(known)} comparisons: {', '.join(known)}"
        raise UsageError.one("U357", "--comparison", says, "name the one that the trial is sized for")
    meant = known[0] if name is None else name
    if meant not in known:
        says = f"the protocol has no comparison {meant!r}{near(meant, known)}"
        raise UsageError.one("U357", "--comparison", says, f"name {listed(known)}")
    return Plan.of(meant, designs_of(trial, seed)[meant])


def _keys(plan: Plan, chosen: Sequence[str]) -> tuple[str, ...]:
    """The methods asked for, each once."""
    if not chosen:
        raise ValueError("chosen is empty: name a method")
    known = methods(plan.settings)
    for key in chosen:
        if key not in known:
            says = f"comparison {plan.name} has no method {key!r}{near(key, known)}"
            raise UsageError.one("U358", "--method", says, f"name {listed(known)}")
        if known[key].method in MODELLED:
            says = f"method {key} of comparison {plan.name} ({known[key].method}) gives no marginal hazard ratio"
            raise UsageError.one("U358", "--method", says, f"name {listed(plan.methods)}")
    return tuple(dict.fromkeys(chosen))


Found = tuple[list[tuple[Run, ...]], dict[str, float]]
"""The runs of one size, in their order, and the true log ratio by estimand."""


def _everything(
    sized: Sequence[Plan],
    keys: tuple[str, ...],
    truth: Truth,
    runs: int,
    seed: int,
    executor: Executor | None,
    told: Told,
) -> list[Found]:
    """Every run of every size, here or through an executor."""
    spans = [(first, min(first + _BLOCK, runs)) for first in range(0, runs, _BLOCK)]
    aims = tuple(dict.fromkeys(plan.methods[key].estimand for plan in sized[:1] for key in keys))
    if executor is None:
        found, done = [], 0
        for plan in sized:
            seen: list[tuple[Run, ...]] = []
            for first, last in spans:
                seen += runs_of(plan, keys, truth, seed, first, last)
                told(done + last)
            done += runs
            found.append((seen, _true(plan, truth, aims, seed)))
        return found
    blocks = [[executor.submit(runs_of, plan, keys, truth, seed, *span) for span in spans] for plan in sized]
    truths = [executor.submit(_true, plan, truth, aims, seed) for plan in sized]
    _tell([future for one in blocks for future in one], told)
    return [
        ([run for future in one for run in future.result()], true.result())
        for one, true in zip(blocks, truths, strict=True)
    ]


def _tell(waiting: list[Future[list[tuple[Run, ...]]]], told: Told) -> None:
    """Say how many runs are done, as they are; the first failure ends the rest."""
    done = 0
    try:
        for future in as_completed(waiting):
            done += len(future.result())
            told(done)
    except BaseException:
        for future in waiting:
            future.cancel()
        raise


def _true(plan: Plan, truth: Truth, aims: tuple[str, ...], seed: int) -> dict[str, float]:
    return {aim: true_log_ratio(plan.pool, truth, aim, seed) for aim in aims}
