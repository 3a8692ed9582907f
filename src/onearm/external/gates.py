"""The gates of a design: what was found beside what the protocol asks for, before any effect is read."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from onearm.external.balancing import balancing
from onearm.external.record import Design
from onearm.protocol.comparison import Comparison
from onearm.protocol.method import PAIRING
from onearm.results import Gate
from onearm.stats.balance import energy_distance
from onearm.stats.overlap import common_support, equipoise
from onearm.stats.weighting import effective_sample_size

_MODEL = "not asked: a model of the outcome carries this method, and extrapolates where the groups differ"
_NO_SCORE = "not asked: this method has no score"


@dataclass(frozen=True, slots=True)
class Balanced:
    """What the balance of one method comes to: labels (p,), and by covariate its difference, ratio and KS distance.

    Ratios and distances are NaN for categories; ``x`` and ``treated`` are what they were found in.
    """

    labels: tuple[str, ...]
    smd: np.ndarray
    ratio: np.ndarray
    ks: np.ndarray
    x: np.ndarray


def gates(
    name: str, comparison: Comparison, design: Design, incomplete: int, found: Balanced | None
) -> tuple[Gate, ...]:
    """Every gate that the protocol asks for.

    Parameters
    ----------
    name
        The comparison, or ``comparison/method``.
    comparison
        Its settings.
    design
        The design that is judged.
    incomplete
        Eligible trial patients who lack a covariate: they are lost to the comparison too.
    found
        Balance with the weights of the design; None when one side is empty.
    """
    return tuple(_gates(name, comparison, design, incomplete, found))


def _gates(
    name: str, comparison: Comparison, design: Design, incomplete: int, found: Balanced | None
) -> Iterator[Gate]:
    limits = comparison.gates
    nobody = design.refused or "no pairs"
    modelled = design.settings is not None and design.settings.method == "g-computation"
    yield _share(name, comparison, design, incomplete)
    yield _largest(
        name,
        "balance",
        "Largest absolute standardized difference after matching",
        None if found is None else np.abs(found.smd),
        limits.max_smd,
        () if found is None else found.labels,
        nobody,
        modelled,
    )
    if limits.variance_ratio is not None:
        yield _ratio(name, found, limits.variance_ratio, nobody, modelled)
    if limits.max_ks is not None:
        ks = None if found is None else found.ks
        words = "Largest distance between distribution functions after matching"
        labels = () if found is None else found.labels
        yield _largest(name, "ks", words, ks, limits.max_ks, labels, nobody, modelled)
    if limits.min_effective is not None:
        yield _effective(name, design, limits.min_effective, nobody, modelled)
    if limits.max_weight is not None:
        yield _heaviest(name, design, limits.max_weight, nobody, modelled)
    if limits.min_overlap is not None:
        yield _overlap(name, design, limits.min_overlap)
    if limits.min_equipoise is not None:
        yield _equipoise(name, design, limits.min_equipoise)
    if limits.max_energy is not None:
        yield _energy(name, design, found, limits.max_energy, nobody, modelled)


def _gate(kind: str, name: str, words: str, value: float | None, threshold: float, passed: bool, says: str) -> Gate:
    return Gate(
        id=f"gate.{kind}|{name}",
        comparison=name,
        name=words,
        value=value,
        threshold=threshold,
        passed=bool(passed),
        says=says,
    )


def _share(name: str, comparison: Comparison, design: Design, incomplete: int) -> Gate:
    paired = design.settings is None or design.settings.method in PAIRING
    n, kept = len(design.trial) + incomplete, len(design.used_trial)
    share = kept / n if n else 0.0
    what, lost = ("matched", "have no partner") if paired else ("kept", "have no place")
    return _gate(
        "matched",
        name,
        f"Share of trial patients {what}",
        share,
        comparison.gates.min_matched,
        share >= comparison.gates.min_matched,
        f"{kept} of {n} eligible {what}, {incomplete} lack a covariate, {len(design.unmatched)} {lost}; at least "
        f"{comparison.gates.min_matched:g} of them required",
    )


def _largest(
    name: str,
    kind: str,
    words: str,
    values: np.ndarray | None,
    limit: float,
    labels: Sequence[str],
    nobody: str,
    modelled: bool = False,
) -> Gate:
    if modelled and values is not None:
        return _gate(kind, name, words, None, limit, True, _MODEL)
    if values is None or not np.any(~np.isnan(values)):
        return _gate(kind, name, words, None, limit, False, nobody)
    at = int(np.nanargmax(values))
    worst = float(values[at])
    says = f"largest for {labels[at]}; at most {limit:g} allowed"
    return _gate(kind, name, words, worst if math.isfinite(worst) else None, limit, worst <= limit, says)


def _ratio(name: str, found: Balanced | None, limits: tuple[float, float], nobody: str, modelled: bool = False) -> Gate:
    words = "Variance ratio farthest from 1 after matching"
    low, high = limits
    if modelled and found is not None:
        return _gate("variance_ratio", name, words, None, high, True, _MODEL)
    if found is None or not np.any(~np.isnan(found.ratio)):
        why = nobody if found is None else "not asked: no covariate is a number"
        return _gate("variance_ratio", name, words, None, high, found is not None, why)
    with np.errstate(divide="ignore"):
        far = np.abs(np.log(found.ratio))
    at = int(np.nanargmax(far))
    worst = float(found.ratio[at])
    says = f"farthest for {found.labels[at]}; from {low:g} to {high:g} allowed"
    return _gate(
        "variance_ratio", name, words, worst if math.isfinite(worst) else None, high, low <= worst <= high, says
    )


def _effective(name: str, design: Design, least: float, nobody: str, modelled: bool = False) -> Gate:
    both = design.settings is not None and design.settings.estimand == "ATE"
    words = "Effective number of patients, the smaller of the two sides" if both else _EFFECTIVE
    weight, treated = balancing(design), design.treated
    if not (weight[treated].any() and weight[~treated].any()):
        return _gate("effective", name, words, None, least, False, nobody)
    if modelled:
        return _gate("effective", name, words, None, least, True, _MODEL)
    n = effective_sample_size(weight[~treated])
    says = f"of {len(design.used_external)} with weight; at least {least:g} required"
    if both:
        ours = effective_sample_size(weight[treated])
        says = (
            f"{ours:.3g} of {len(design.used_trial)} trial patients with weight, {n:.3g} of "
            f"{len(design.used_external)} external ones; at least {least:g} required of each side"
        )
        n = min(n, ours)
    return _gate("effective", name, words, n, least, n >= least, says)


_EFFECTIVE = "Effective number of external patients"


def _heaviest(name: str, design: Design, most: float, nobody: str, modelled: bool = False) -> Gate:
    words = "Largest share of the external weight on one patient"
    weight = balancing(design)[~design.treated]
    total = float(weight.sum())
    if not total > 0:
        return _gate("weight", name, words, None, most, False, nobody)
    if modelled:
        return _gate("weight", name, words, None, most, True, _MODEL)
    at = int(np.argmax(weight))
    share = float(weight[at]) / total
    return _gate("weight", name, words, share, most, share <= most, f"{design.external[at]}; at most {most:g} allowed")


def _overlap(name: str, design: Design, least: float) -> Gate:
    words = "Share of trial patients whose score the external patients reach"
    if not design.logit.size:
        why = design.refused or _NO_SCORE
        return _gate("overlap", name, words, None, least, not design.refused, why)
    low, high = float(design.logit_external.min()), float(design.logit_external.max())
    share = float(np.mean((design.logit_trial >= low) & (design.logit_trial <= high)))
    support = common_support(design.logit, design.treated)
    says = f"common range of logit scores {support.low:.3g} to {support.high:.3g}; at least {least:g} required"
    return _gate("overlap", name, words, share, least, share >= least, says)


def _equipoise(name: str, design: Design, least: float) -> Gate:
    words = "Share with a preference score from 0.3 to 0.7, the smaller of the two sides"
    if not design.logit.size:
        why = design.refused or _NO_SCORE
        return _gate("equipoise", name, words, None, least, not design.refused, why)
    found = equipoise(1 / (1 + np.exp(-design.logit)), design.treated)
    share = min(float(found.treated), float(found.control))
    says = f"{found.treated:.0%} of the trial, {found.control:.0%} of the external; at least {least:g} required"
    return _gate("equipoise", name, words, share, least, share >= least, says)


def _energy(
    name: str, design: Design, found: Balanced | None, most: float, nobody: str, modelled: bool = False
) -> Gate:
    words = "Energy distance between the two sides after matching"
    if found is None:
        return _gate("energy", name, words, None, most, False, nobody)
    if modelled:
        return _gate("energy", name, words, None, most, True, _MODEL)
    value = energy_distance(found.x, design.treated, balancing(design))
    return _gate("energy", name, words, value, most, value <= most, f"at most {most:g} allowed")
