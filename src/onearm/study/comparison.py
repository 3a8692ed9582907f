"""A comparison from alignment to effect: the design is settled first, then the endpoints are looked at."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from onearm.cohort.tables import Cohort
from onearm.endpoints import Analysis, Output
from onearm.external.blind import Blind
from onearm.external.design import PRIMARY
from onearm.external.record import Design
from onearm.facts import state
from onearm.protocol.comparison import Comparison
from onearm.protocol.endpoint import Proportion, Survival
from onearm.protocol.fact import TimeTo
from onearm.protocol.method import PAIRING
from onearm.protocol.states import CumulativeIncidence
from onearm.results import Choice, Curve, Estimate, Evidence, Flow, Gate, Pair, Residuals
from onearm.study.baseline_sides import baseline_sides
from onearm.study.choices import choices
from onearm.study.evidence import evidence_of, matched
from onearm.study.flow import comparison_flow, count
from onearm.study.follow_up import aligned
from onearm.study.methods import lost_words, method_effects, nothing
from onearm.study.pool import evidence_of_the_first, of_the_first, pooled
from onearm.study.primary import primary_effects
from onearm.study.seen import Clause, Seen, lacking


@dataclass(frozen=True, slots=True)
class Compared:
    """Everything one comparison found. ``evidence`` speaks of the external subjects."""

    estimates: list[Estimate]
    curves: list[Curve]
    gates: tuple[Gate, ...]
    flows: list[Flow]
    pairs: list[Pair] = field(default_factory=list)
    residuals: list[Residuals] = field(default_factory=list)
    choices: tuple[Choice, ...] = ()
    evidence: dict[str, dict[str, Evidence]] = field(default_factory=dict)


def compare(made: Blind, analysis: Analysis, source: Cohort) -> Compared:
    """Estimate the endpoints of a comparison on a design that is settled.

    Parameters
    ----------
    made
        The blind half: who is compared, with what weight, and the gates.
    analysis
        The trial.
    source
        The external patients with their outcomes.

    Notes
    -----
    Where covariates were imputed, every data set goes the whole way and the numbers are pooled.
    """
    if not made.drawn:
        return _compared(made, analysis, source)
    sets, m = [_compared(one, analysis, source) for one in made.drawn], len(made.drawn)
    of, first = f"matching of {made.name}", sets[0]
    return replace(
        first,
        estimates=pooled([one.estimates for one in sets]),
        curves=of_the_first(first.curves, m),
        choices=tuple(replace(c, notes=(*c.notes, f"first of {m} imputed data sets")) for c in first.choices),
        evidence={**first.evidence, of: evidence_of_the_first(first.evidence[of], m)},
    )


def _compared(made: Blind, analysis: Analysis, source: Cohort) -> Compared:
    """The same on one pair of sides without gaps."""
    name, comparison, plan = made.name, made.settings, made.primary
    protocol = analysis.protocol
    label = comparison.label or protocol.external[comparison.source].label
    prefix = f"{comparison.source}:"
    diagnosis = made.diagnoses[PRIMARY]
    lost = len(made.trial.incomplete)
    flows, counts = comparison_flow(name, label, made.trial.steps, made.external.steps, plan, prefix)
    gates = [_as_estimate(g, len(plan.trial) + lost) for one in made.diagnoses.values() for g in one.gates]
    balance = [e for one in made.diagnoses.values() for e in one.estimates]
    numbers = [*counts, *_design_numbers(name, plan, comparison), *balance, *gates]
    found = Output([replace(e, evidence=f"matching of {name}") for e in numbers])
    found.estimates += baseline_sides(made, protocol, source, prefix)

    # Only from here on are outcomes looked at.
    wanted = [(e, _clause(analysis, e)) for e in comparison.endpoints]
    facts = state(protocol, source, tuple(dict.fromkeys(clause.fact for _, clause in wanted)))
    for endpoint, clause in wanted:
        asked = protocol.facts[clause.fact]
        causes = asked.causes if isinstance(clause, CumulativeIncidence) and isinstance(asked, TimeTo) else ()
        ours, theirs = analysis.facts[clause.fact], facts[clause.fact]
        seen = Seen(endpoint, clause, ours, theirs, prefix, (protocol.trial.arm, label), causes)
        seen = aligned(seen, comparison.alignment)
        if why := lacking(asked, source):
            found += nothing(made, seen, why)
            continue
        found += primary_effects(made, seen, analysis.seed)
        for key in made.designs:
            if key != PRIMARY:
                found += method_effects(made, key, seen, analysis.seed)
    evidence = evidence_of(facts, source, prefix)
    evidence[f"matching of {name}"] = matched(plan, made.trial, made.external, prefix)
    pairs = _pairs(name, plan, prefix)
    return Compared(
        found.estimates, found.curves, diagnosis.gates, flows, pairs, found.residuals, tuple(choices(made)), evidence
    )


def _pairs(name: str, plan: Design, prefix: str) -> list[Pair]:
    found = []
    for number, (t, c) in enumerate(plan.pairs, 1):
        ours, theirs = float(plan.logit_trial[t]), float(plan.logit_external[c])
        pair = Pair(
            comparison=name,
            number=number,
            trial=plan.trial[t],
            external=prefix + plan.external[c],
            logit_trial=ours,
            logit_external=theirs,
            distance=abs(ours - theirs),
        )
        found.append(pair)
    return found


def _clause(analysis: Analysis, endpoint: str) -> Clause:
    clause = analysis.protocol.endpoints[endpoint]
    assert isinstance(clause, Survival | Proportion | CumulativeIncidence), "protocol.check lets only these be compared"
    return clause


def _design_numbers(name: str, plan: Design, comparison: Comparison) -> list[Estimate]:
    words = {"context": "comparison", "population": "eligible with all covariates"}
    n = len(plan.trial)
    if comparison.method not in PAIRING:
        found = [count("n.unmatched", f"Trial patients {lost_words(plan)}", plan.unmatched, n, name, **words)]
    else:
        found = [
            count("n.pairs", "Matched pairs", plan.matched_trial, n, name, **words),
            count("n.unmatched", "Trial patients without a partner", plan.unmatched, n, name, **words),
        ]
    if comparison.method not in PAIRING | {"full"} or comparison.width is None or not plan.logit_trial.size:
        return found
    rule = f"{comparison.width.width:g} standard deviations ({comparison.width.sd}) of the logit score"
    caliper = Estimate(
        id=f"caliper|{name}",
        label="Caliper on the logit score",
        variable="caliper",
        stat="caliper",
        context="comparison",
        unit="logit",
        n=len(plan.trial) + len(plan.external),
        method=rule,
        population="eligible with all covariates",
        group=name,
        value=plan.caliper if not plan.refused else None,
        error=plan.refused or None,
        subjects_of=(f"n.complete|{name}/trial", f"n.complete|{name}/external"),
    )
    return [*found, caliper]


def _as_estimate(gate: Gate, n: int) -> Estimate:
    """A gate's number, so that it can be traced and stands among the results."""
    name, _, method = gate.comparison.partition("/")
    return Estimate(
        id=gate.id,
        label=gate.name,
        variable=gate.id.partition("|")[0],
        stat="gate",
        context="method gate" if method else "gate",
        unit="ratio",
        n=n,
        method=f"{gate.says}; {'passed' if gate.passed else 'failed'}",
        population="eligible",
        group=gate.comparison,
        value=gate.value,
        error=None if gate.value is not None else gate.says,
        subjects_of=tuple(f"n.{'complete' if method else 'matched'}|{name}/{side}" for side in ("trial", "external")),
    )
