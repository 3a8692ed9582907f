"""What was assumed about sizes, and which is the smallest, in sentences."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

from onearm.study.drawn import Plan
from onearm.study.size_row import Size
from onearm.study.truth import Truth


def assumed(plan: Plan, truth: Truth) -> tuple[str, ...]:
    """Everything that is assumed, and how the numbers are counted."""
    level = plan.settings.level
    return (
        *truth.words,
        f"covariates ({', '.join(plan.settings.covariates)}) drawn with replacement from the folder's "
        f"{plan.frame.height} eligible patients, trial and external together; its outcomes are not looked at",
        "alignment and eligibility are not simulated: every drawn patient is eligible",
        "one endpoint is drawn, a time to an event; a hazard ratio is estimated by the plan and judged by its gates",
        f"an effect is claimed where the {100 * level:g}% limits of the hazard ratio leave out 1; the type I error "
        f"({1 - level:.3g} is aimed at, both sides) is counted under the same truth with a hazard ratio of 1",
        "run r starts from the same seed at every size: sizes are not independent of each other",
    )


def smallest(rows: Sequence[Size], wanted: float, level: float) -> Iterator[str]:
    """The smallest size of each method and external size, and what speaks against trusting it."""
    for method, external in dict.fromkeys((row.method, row.external) for row in rows):
        part = [row for row in rows if (row.method, row.external) == (method, external)]
        where = f"{method}, {external} external"
        yield f"{where}: {_first(part, wanted)}"
        if any(row.gate_failed for row in part):
            held = [replace(r, power=r.held, power_low=r.held_low, power_high=r.held_high) for r in part]
            yield f"{where}, where only runs count in which every gate held: {_first(held, wanted)}"
        yield from (f"{where}: {words}" for words in (*_falls(part), *_inflated(part, 1 - level)))


def _first(part: Sequence[Size], wanted: float) -> str:
    """The first size with the power wanted, and the first where Monte Carlo error leaves no doubt."""
    first = next((row for row in part if row.power >= wanted), None)
    if first is None:
        best = max(part, key=lambda row: row.power)
        return f"no n of the grid has power {wanted:g}; the most is {_shown(best)} at n = {best.trial}"
    said = f"the smallest n of the grid with power {wanted:g} is {first.trial}: {_shown(first)}"
    if first.power_low >= wanted:
        return said
    sure = next((row for row in part if row.power_low >= wanted), None)
    more = f"the lower limit reaches it first at n = {sure.trial}" if sure else "no n has a lower limit that reaches it"
    return f"{said}; less is not excluded, and {more}"


def _shown(row: Size) -> str:
    return f"{row.power:.3f} (Monte Carlo 95% limits {row.power_low:.3f} to {row.power_high:.3f})"


def _falls(part: Sequence[Size]) -> Iterator[str]:
    """Sizes at which the power is found below that of the size before."""
    for a, b in pairwise(part):
        if b.power < a.power:
            error = math.hypot(a.power_error, b.power_error)
            why = (
                "within Monte Carlo error"
                if a.power - b.power <= 2 * error
                else "more than Monte Carlo error: see the gates, the patients lost and the runs refused"
            )
            yield f"power is not monotone: {b.power:.3f} at n = {b.trial} after {a.power:.3f} at n = {a.trial}, {why}"


def _inflated(part: Sequence[Size], aimed: float) -> Iterator[str]:
    """Sizes whose type I error is above what is aimed at, beyond Monte Carlo error."""
    for row in part:
        if row.type_one_low > aimed:
            yield (
                f"type I error at n = {row.trial} is {row.type_one:.3f} ({row.type_one_low:.3f} to "
                f"{row.type_one_high:.3f}), above {aimed:.3g}: its power is not that of a valid test"
            )
