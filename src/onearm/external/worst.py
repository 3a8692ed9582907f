"""The gates of several imputed data sets as one: the worst of them counts."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

from onearm.results import Gate

_AT_LEAST = frozenset({"matched", "effective", "overlap", "equipoise"})


def worst_gates(sets: Sequence[Sequence[Gate]]) -> tuple[Gate, ...]:
    """One gate for each of the gates that every data set has; it is passed when it is passed in all of them.

    Parameters
    ----------
    sets
        The gates of one method, once for each data set, in the same order.
    """
    return tuple(_worst(same) for same in zip(*sets, strict=True))


def _worst(same: Sequence[Gate]) -> Gate:
    failed = [g for g in same if not g.passed]
    found = max(failed or same, key=_badness)
    where = f"failed in {len(failed)} of {len(same)}" if failed else f"worst of {len(same)}"
    return replace(found, passed=not failed, says=f"{found.says}; {where} imputed data sets")


def _badness(gate: Gate) -> float:
    """The larger, the worse; a gate without a value is the worst of those that failed."""
    kind = gate.id.partition("|")[0].removeprefix("gate.")
    if gate.value is None:
        return -math.inf if gate.passed else math.inf
    if kind == "variance_ratio":
        return abs(math.log(gate.value)) if gate.value > 0 else math.inf
    return -gate.value if kind in _AT_LEAST else gate.value
