"""Attrition as numbers and as a flow: who was removed at each step, and why."""

from __future__ import annotations

from collections.abc import Iterable

from onearm.cohort.population import Step
from onearm.endpoints import Analysis
from onearm.external.align import Step as AlignStep
from onearm.external.record import Design
from onearm.protocol.document import Protocol
from onearm.protocol.findings import later
from onearm.results import Estimate, Flow, FlowStep


def count(
    name: str,
    label: str,
    subjects: tuple[str, ...],
    n: int,
    group: str = "",
    *,
    context: str = "attrition",
    population: str = "",
) -> Estimate:
    """How many subjects, as an estimate with their names."""
    return Estimate(
        id=f"{name}|{group}" if group else name,
        label=label,
        variable=name,
        stat="n",
        context=context,
        unit="patients",
        n=n,
        method="count",
        population=population or label,
        group=group,
        value=float(len(subjects)),
        subjects=subjects,
        evidence="baseline",
    )


def trial_flow(protocol: Protocol, analysis: Analysis, steps: Iterable[Step]) -> tuple[Flow, list[Estimate]]:
    """The populations of the trial, from everybody enrolled on."""
    everyone = analysis.populations["enrolled"]
    words = analysis.label("enrolled")
    words = "Enrolled" if words == "enrolled" else words
    estimates = [count("n.enrolled", words, everyone, len(everyone))]
    shown = [FlowStep(name="enrolled", label=words, n=len(everyone), removed=0, reason="", estimate="n.enrolled")]
    left = {name: len(population.keep) for name, population in protocol.populations.items()}
    for step in steps:
        left[step.population] -= 1
        last = left[step.population] == 0
        name = f"n.{step.population}" if last else f"n.{step.population}.{left[step.population]}_to_go"
        label = step.label or step.population
        gone = f"n.removed.{name.removeprefix('n.')}"
        estimates.append(count(name, label, step.kept, step.before))
        estimates.append(count(gone, f"Not {label}: {step.reason}", step.removed, step.before))
        shown.append(
            FlowStep(
                name=step.population,
                label=label,
                n=len(step.kept),
                removed=len(step.removed),
                reason=step.reason,
                estimate=name,
                removed_estimate=gone,
                branch=later(protocol, step.population),
            )
        )
    known = {e.id for e in estimates}
    for name, members in analysis.populations.items():  # populations without a condition
        if f"n.{name}" not in known:
            estimates.append(count(f"n.{name}", analysis.label(name), members, len(members)))
    return Flow(id="trial", label=protocol.trial.arm, steps=tuple(shown)), estimates


def comparison_flow(
    name: str,
    label: str,
    trial: tuple[AlignStep, ...],
    external: tuple[AlignStep, ...],
    design: Design,
    prefix: str,
) -> tuple[list[Flow], list[Estimate]]:
    """The attrition of both sides of a comparison, from their sources to the matched set."""
    estimates: list[Estimate] = []
    flows = []
    sides = (
        ("trial", f"{label}: trial patients", trial, design.matched_trial, "", "no partner within the caliper"),
        ("external", label, external, design.matched_external, prefix, "not chosen as a partner"),
    )
    for side, words, steps, matched, before, why in sides:
        paired = set(matched)
        rest = tuple(s for s in steps[-1].kept if s not in paired)
        kept = tuple(s for s in steps[-1].kept if s in paired)
        last = AlignStep("matched", why, kept, rest)
        flow, found = _side(name, side, words, (*steps, last), before)
        flows.append(flow)
        estimates += found
    return flows, estimates


_WORDS = {"start": "In the source", "treated": "Treated", "complete": "With all covariates", "matched": "Matched"}


def _label(step: AlignStep, eligible: int) -> str:
    """Words for those left after a step; ``eligible`` is the number of conditions."""
    if step.label:
        return step.label
    if step.name in _WORDS:
        return _WORDS[step.name]
    return "Eligible" if step.name == f"eligible.{eligible}" else f"Remaining: not {step.reason}"


def _side(name: str, side: str, words: str, steps: tuple[AlignStep, ...], prefix: str) -> tuple[Flow, list[Estimate]]:
    estimates, shown = [], []
    group = f"{name}/{side}"
    n = len(steps[0].kept)
    eligible = sum(step.name.startswith("eligible") for step in steps)
    for step in steps:
        label = _label(step, eligible)
        kept = tuple(prefix + s for s in step.kept)
        removed = tuple(prefix + s for s in step.removed)
        estimates.append(count(f"n.{step.name}", label, kept, n, group))
        gone = ""
        if step.reason:
            one = count(f"n.removed.{step.name}", f"Removed: {step.reason}", removed, n, group)
            estimates.append(one)
            gone = one.id
        shown.append(
            FlowStep(
                name=step.name,
                label=label,
                n=len(kept),
                removed=len(removed),
                reason=step.reason,
                estimate=f"n.{step.name}|{group}",
                removed_estimate=gone,
            )
        )
        n = len(kept)
    return Flow(id=group if side == "trial" else name, label=words, steps=tuple(shown)), estimates
