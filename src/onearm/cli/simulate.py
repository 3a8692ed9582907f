"""The work behind `onearm simulate`: the protocol's comparison plan on drawn trials whose truth is known."""

from __future__ import annotations

import math
import sys
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from onearm.errors import UsageError

if TYPE_CHECKING:
    from onearm.study.simulate import Simulated


def simulate(folder: Path, runs: int, seed: int, stated: dict[str, Any], quiet: bool) -> Simulated:
    """Simulate a trial folder.

    Raises
    ------
    UsageError
        U300 when the stated truth is out of range, and what loading raises.
    """
    from onearm.io.load import load
    from onearm.study.simulate import simulate as draw
    from onearm.study.truth import STRENGTHS, Truth

    strength = stated.pop("confounding")
    try:
        number = STRENGTHS[strength] if strength in STRENGTHS else float(strength)
        truth = Truth(confounding=number, **stated)
    except ValueError as problem:
        says = f"confounding {strength!r} is neither {', '.join(STRENGTHS)} nor a number"
        words = str(problem) if "must" in str(problem) or "share" in str(problem) or "goes" in str(problem) else says
        raise UsageError.one("U300", "simulate", words, "see `onearm simulate --help`") from None
    trial = load(folder)
    if quiet or not sys.stderr.isatty():
        return draw(trial, runs, seed, truth)
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("simulating", total=runs * len(trial.protocol.comparisons))
        return draw(trial, runs, seed, truth, told=lambda done: bar.update(task, completed=done))


def lines(found: Simulated) -> Iterator[str]:
    """The table, after everything that was assumed."""
    yield f"{found.runs} runs, seed {found.seed}. Assumed, not estimated:"
    yield from (f"  {words}" for words in (*found.truth.words, *found.notes))
    yield "true HR is marginal, in the estimand's population; bias, +- (its Monte Carlo error), SD and mean SE are of"
    yield "the log hazard ratio; kept: trial patients with a place; gates: runs where all held; refused: runs with no"
    yield "number."
    share = math.sqrt(0.95 * 0.05 / found.runs)
    yield f"With {found.runs} runs a coverage of 95% has a standard error of {100 * share:.1f} percentage points."
    error = "type I error" if found.truth.hazard_ratio == 1 else "power"
    head = ("comparison", "method", "estimand", "true HR", "bias", "+-", "SD", "mean SE", "coverage", error)
    yield "\t".join((*head, "kept", "gates", "refused"))
    for row in found.rows:
        numbers = (row.bias, row.bias_error, row.sd, row.mean_error, row.coverage, row.rejected)
        shown = ["-" if v is None else f"{v:.3f}" for v in numbers]
        shares = [f"{v:.2f}" for v in (row.kept, row.gates_passed, row.refused)]
        yield "\t".join(
            (row.comparison, row.method, row.estimand, f"{math.exp(row.true_log_ratio):.3f}", *shown, *shares)
        )


def as_json(found: Simulated) -> dict[str, Any]:
    """The same as plain values."""
    return asdict(found)
