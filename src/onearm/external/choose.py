"""From score and covariates to a choice: one function per family of methods, all with the same answer."""

from __future__ import annotations

from collections.abc import Callable

from onearm.external.chosen import Chosen, Sides
from onearm.external.classes import coarsened, exact, full, subclasses
from onearm.external.pairing import nearest, optimal
from onearm.external.weigh import entropy, everybody, weights

__all__ = ["Chosen", "Sides", "choose"]

_METHODS: dict[str, Callable[[Sides, float | None], Chosen]] = {
    "nearest": nearest,
    "optimal": optimal,
    "full": full,
    "exact": exact,
    "coarsened": coarsened,
    "subclasses": subclasses,
    "weights": weights,
    "entropy": entropy,
    "g-computation": everybody,
    "doubly-robust": everybody,
}


def choose(sides: Sides, caliper: float | None) -> Chosen:
    """Choose by the method of ``sides``; a choice that cannot be made says why under ``refused``.

    Parameters
    ----------
    sides
        Both sides with their scores and covariates.
    caliper
        Largest distance on the logit score; None for any.
    """
    try:
        chosen = _METHODS[sides.method.method](sides, caliper)
    except ValueError as problem:
        return sides.refused(str(problem))
    if not chosen.refused and not (chosen.weight_trial.any() and chosen.weight_external.any()):
        return sides.refused("nobody is left on one side: the two sides do not overlap")
    return chosen
