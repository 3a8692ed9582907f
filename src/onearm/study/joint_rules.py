"""What two stopping rules do together: exact, over pairs of true rates."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import combinations

import numpy as np

from onearm.design.joint import joined
from onearm.design.record import Design
from onearm.protocol.monitoring import Rule
from onearm.results import Estimate
from onearm.stats.monitoring import OperatingCharacteristics, operating_characteristics

MOST_PAIRS = 36
"""Pairs of true rates that are worked out; of more rates each rule gives its first six."""

METHOD = (
    "exact, by recursion over the patients and both counts; every outcome is known at the look, and within a patient "
    "the two events are taken as independent"
)


def joint_numbers(rules: Mapping[str, Rule], designs: Mapping[str, Design]) -> list[Estimate]:
    """Numbers of every two rules that count the same patients, with ids ``monitoring.FIRST+SECOND.STAT@P+Q``.

    Parameters
    ----------
    rules, designs
        By name, as the protocol has them and as integers.
    """
    return [e for one, other in combinations(rules, 2) for e in _pair(one, other, rules, designs)]


def _pair(one: str, other: str, rules: Mapping[str, Rule], designs: Mapping[str, Design]) -> Iterator[Estimate]:
    first, second = designs[one].boundary, designs[other].boundary
    same = rules[one].population == rules[other].population
    both = joined(first, second) if same and first is not None and second is not None else None
    if both is None:
        return
    most = int(MOST_PAIRS**0.5)
    p, q = ([rate[0] for _, rate in designs[name].rates][:most] for name in (one, other))
    pairs = np.array([(a, b) for a in p for b in q])
    found = operating_characteristics(both, pairs)
    labels = [rules[name].label or name for name in (one, other)]
    for s in range(pairs.shape[0]):
        yield from _numbers(found, s, (one, other), labels, both.n_max, rules[one].population)


def _numbers(
    found: OperatingCharacteristics, s: int, names: tuple[str, str], labels: list[str], n_max: int, population: str
) -> Iterator[Estimate]:
    """By which rule the trial stops at one pair of rates, and what is expected."""
    a, b = (float(v) for v in found.p[s])
    by = dict(zip(found.reasons, found.by_reason[s].tolist(), strict=True))
    alone = [sum(v for why, v in by.items() if why in _ends(name)) for name in found.boundary.names]
    one = frozenset().union(*(_ends(name) for name in found.boundary.names))
    together = sum(v for why, v in by.items() if why not in one)
    rows = (
        ("stop_first", f"Stop by the first rule alone ({labels[0]})", alone[0], "probability"),
        ("stop_second", f"Stop by the second rule alone ({labels[1]})", alone[1], "probability"),
        ("stop_both", "Stop by both at one look", together, "probability"),
        ("complete", "No stop at any look", float(found.complete[s]), "probability"),
        ("expected_n", "Expected patients", float(found.expected_n[s]), "mean"),
    )
    for stat, label, value, unit in rows:
        yield Estimate(
            id=f"monitoring.{names[0]}+{names[1]}.{stat}@{a:g}+{b:g}",
            label=f"{label}: true rates {a:g} and {b:g}",
            variable=f"monitoring.{names[0]}+{names[1]}",
            stat=stat,
            context="joint monitoring",
            unit=unit,
            n=n_max,
            method=METHOD,
            population=f"a trial of {n_max} patients by both rules, before any data; {population}",
            value=value,
            heading="; ".join(labels),
        )


def _ends(name: str) -> frozenset[str]:
    """The reasons that are of one event alone."""
    return frozenset(f"{name}: {means}" for means in ("futility", "efficacy", "harm", "safe"))
