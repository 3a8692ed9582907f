"""Operating characteristics as a table and as sentences."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from onearm.design.boundary_table import decides_at_end
from onearm.design.table import DesignTable
from onearm.design.words import chance, joined, patients, share
from onearm.stats.monitoring import Boundary, OperatingCharacteristics

Floats = NDArray[np.float64]

Rates = tuple[tuple[str, tuple[float, ...]], ...]
"""True rates with their names: ``("p0", (0.1,))``; a name may be empty."""

_CALLED = {"p0": " (type I error)", "p1": " (power)"}


def characteristics_table(title: str, oc: OperatingCharacteristics, rates: Rates) -> DesignTable:
    """One row a set of true rates."""
    names = oc.boundary.names
    several = len(oc.reasons) > 1
    head, value = outcome(oc)
    columns = (
        "Scenario",
        *(f"True rate, {name}" for name in names),
        head.capitalize(),
        "Stop early",
        *((f"Stop, {reason}" for reason in oc.reasons) if several else ()),
        "Expected n",
        "Median n",
        *(f"Expected events, {name}" for name in names),
    )
    rows = []
    for s, (label, p) in enumerate(rates):
        cells = [label, *(share(v) for v in p), chance(value[s]), chance(oc.early[s])]
        cells += [chance(v) for v in oc.by_reason[s]] if several else []
        cells += [patients(oc.expected_n[s]), str(int(oc.n_quantile()[s]))]
        rows.append((*cells, *(patients(v) for v in oc.expected_events[s])))
    notes = (
        *((oc.success_means,) if tests(oc.boundary) else ()),
        f"Stop early: with fewer than {oc.boundary.n_max} patients.",
        "Exact, by recursion over the patients; nothing is simulated.",
    )
    return DesignTable(title, columns, tuple(rows), notes)


def tests(rule: Boundary) -> bool:
    """Whether a trial can succeed by the rule: it has a limit for efficacy, or concludes at its last patient. That a
    rule which only watches did not stop the trial is no success.
    """
    return "efficacy" in (*rule.low_means, *rule.high_means) or decides_at_end(rule)


def outcome(oc: OperatingCharacteristics) -> tuple[str, Floats]:
    """What is told first of a rule: its probability of success, or of a stop where all limits are of harm."""
    return ("success", oc.success) if tests(oc.boundary) else ("stop at any look", oc.stopped)


def said_of(oc: OperatingCharacteristics, rates: Rates) -> tuple[str, ...]:
    """One sentence for each set of true rates that has a name."""
    names = oc.boundary.names
    head, value = outcome(oc)
    said = []
    for s, (label, p) in enumerate(rates):
        if not label:
            continue
        truth = joined([f"{share(v)} for {n}" for n, v in zip(names, p, strict=True)])
        if_true = (
            f"If the true rate of {names[0]} is {share(p[0])}" if len(p) == 1 else f"If the true rates are {truth}"
        )
        called = _CALLED.get(label, "") if len(p) == 1 and tests(oc.boundary) else ""
        early = f", that of stopping early {chance(oc.early[s])}" if oc.early[s] > 0 else ""
        said.append(
            f"{if_true}, the probability of {'a ' if head != 'success' else ''}{head} is {chance(value[s])}{called}"
            f"{early}, and {patients(oc.expected_n[s])} patients are expected"
        )
    return tuple(said)
