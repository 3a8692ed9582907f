"""A comparison from alignment to effect: the design is settled first, then the endpoints are looked at."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import polars as pl

from onearm.cohort.baseline import Baseline, baseline
from onearm.cohort.tables import Cohort
from onearm.endpoints import Analysis, Output
from onearm.endpoints.contrast import contrast
from onearm.endpoints.proportional import proportionality
from onearm.endpoints.sample import Times
from onearm.endpoints.time_to_event import Words, curve_estimates, longest
from onearm.external.align import Aligned, align, needed
from onearm.external.design import Design, design
from onearm.external.diagnose import diagnose
from onearm.facts import FactColumn, state
from onearm.protocol.comparison import Comparison
from onearm.protocol.document import Protocol
from onearm.protocol.endpoint import Survival
from onearm.results import Curve, Estimate, Evidence, Flow, Gate, Pair, Residuals
from onearm.study.flow import comparison_flow, count


@dataclass(frozen=True, slots=True)
class Compared:
    """Everything one comparison found. ``evidence`` speaks of the external subjects."""

    estimates: list[Estimate]
    curves: list[Curve]
    gates: tuple[Gate, ...]
    flows: list[Flow]
    pairs: list[Pair] = field(default_factory=list)
    residuals: list[Residuals] = field(default_factory=list)
    evidence: dict[str, dict[str, Evidence]] = field(default_factory=dict)


def compare(name: str, comparison: Comparison, analysis: Analysis, trial: Cohort, source: Cohort) -> Compared:
    """Align, score, match, diagnose; then estimate the endpoints on the matched sets."""
    protocol = analysis.protocol
    label = comparison.label or protocol.external[comparison.source].label
    prefix = f"{comparison.source}:"
    columns = needed(comparison)
    members = analysis.populations[comparison.population]
    ours = baseline(trial, columns, protocol).only(members)
    everybody = baseline(source, columns, protocol)
    us, them = (
        align(s, comparison.eligibility, comparison.covariates)
        for s in (ours, _with_day_one(everybody, source, protocol))
    )
    them = them.after_step("treated", "never treated", everybody)
    plan = design(comparison, us.baseline, them.baseline)
    diagnosis = diagnose(name, comparison, us.baseline, them.baseline, plan, len(us.incomplete))
    flows, counts = comparison_flow(name, label, us.steps, them.steps, plan, prefix)
    gates = [_as_estimate(g, len(plan.trial) + len(us.incomplete)) for g in diagnosis.gates]
    numbers = [*counts, *_design_numbers(name, plan, comparison), *diagnosis.estimates, *gates]
    found = Output([replace(e, evidence=f"matching of {name}") for e in numbers])

    # Only from here on are outcomes looked at.
    wanted = [(e, _clause(analysis, e)) for e in comparison.endpoints]
    facts = state(protocol, source, tuple(dict.fromkeys(clause.fact for _, clause in wanted)))
    failed = tuple(f"GATE FAILED: {g.name.lower()}; {g.says}" for g in diagnosis.gates if not g.passed)
    for endpoint, clause in wanted:
        side = _Sides(name, label, prefix, comparison, analysis, facts[clause.fact], plan, len(us.incomplete), failed)
        found += side.estimates(endpoint, clause)
    evidence = _evidence(facts, source, prefix)
    evidence[f"matching of {name}"] = _matched(plan, us, them, prefix)
    pairs = _pairs(name, plan, prefix)
    return Compared(found.estimates, found.curves, diagnosis.gates, flows, pairs, found.residuals, evidence)


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


def _matched(plan: Design, us: Aligned, them: Aligned, prefix: str) -> dict[str, Evidence]:
    """What the matching made of every subject that came into question, on both sides."""
    said: dict[str, str] = {}
    for steps, before in ((us.steps, ""), (them.steps, prefix)):
        for step in steps:
            said |= {before + s: f"left out: {step.reason}" for s in step.removed}
            said |= {before + s: "eligible" for s in step.kept}
    if plan.logit_trial.size:
        alone = [*zip(plan.trial, plan.logit_trial, strict=True)]
        said |= {s: f"no partner within the caliper; logit score {v:.4f}" for s, v in alone}
        spare = [*zip(plan.external, plan.logit_external, strict=True)]
        said |= {prefix + s: f"not chosen as a partner; logit score {v:.4f}" for s, v in spare}
    for number, (t, c) in enumerate(plan.pairs, 1):
        ours, theirs = plan.trial[t], prefix + plan.external[c]
        a, b = plan.logit_trial[t], plan.logit_external[c]
        said[ours] = f"pair {number} with {theirs}; logit score {a:.4f} and {b:.4f}"
        said[theirs] = f"pair {number} with {ours}; logit score {b:.4f} and {a:.4f}"
    at = rows_told(us.everybody) | rows_told(them.everybody, prefix)
    return {s: Evidence(words, at[s].at) for s, words in said.items()}


def _with_day_one(everybody: Baseline, source: Cohort, protocol: Protocol) -> Baseline:
    """External patients who have a time zero: all of them, or those treated where treatment starts the clock."""
    if protocol.trial.time_zero == "enrolled":
        return everybody
    return everybody.only(source.subjects.filter("treated")["subject"])


def _clause(analysis: Analysis, endpoint: str) -> Survival:
    clause = analysis.protocol.endpoints[endpoint]
    assert isinstance(clause, Survival), "protocol.check lets only survival endpoints be compared"
    return clause


def _design_numbers(name: str, plan: Design, comparison: Comparison) -> list[Estimate]:
    words = {"context": "comparison", "population": "eligible with all covariates"}
    n = len(plan.trial)
    pairs = count("n.pairs", "Matched pairs", plan.matched_trial, n, name, **words)
    lost = count("n.unmatched", "Trial patients without a partner", plan.unmatched, n, name, **words)
    rule = f"{comparison.caliper.width:g} standard deviations ({comparison.caliper.sd}) of the logit score"
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
    return [pairs, lost, caliper]


def _as_estimate(gate: Gate, n: int) -> Estimate:
    """A gate's number, so that it can be traced and stands among the results."""
    name = gate.comparison
    return Estimate(
        id=gate.id,
        label=gate.name,
        variable=gate.id.partition("|")[0],
        stat="gate",
        context="gate",
        unit="ratio",
        n=n,
        method=f"{gate.says}; {'passed' if gate.passed else 'failed'}",
        population="eligible",
        group=name,
        value=gate.value,
        error=None if gate.value is not None else "no pairs",
        subjects_of=(f"n.matched|{name}/trial", f"n.matched|{name}/external"),
    )


def _estimand(comparison: Comparison, incomplete: int, plan: Design) -> str:
    """The estimand, and how many trial patients the numbers no longer speak of."""
    lost = incomplete + len(plan.unmatched)
    if not lost:
        return f"estimand {comparison.estimand}"
    patients = "patient is" if lost == 1 else "patients are"
    return (
        f"estimand {comparison.estimand} of those matched: {lost} eligible trial {patients} lost, {incomplete} for a "
        f"missing covariate, {len(plan.unmatched)} without a partner within the caliper"
    )


@dataclass(frozen=True, slots=True)
class _Sides:
    """Both sides of one comparison for one time-to fact."""

    name: str
    label: str
    prefix: str
    comparison: Comparison
    analysis: Analysis
    theirs: FactColumn
    plan: Design
    incomplete: int
    failed: tuple[str, ...]

    def estimates(self, endpoint: str, clause: Survival) -> Output:
        """Curves of both matched sides, the effect on the matched sets, and the one before matching."""
        protocol = self.analysis.protocol
        fact = self.analysis.facts[clause.fact]
        clause = clause.model_copy(update={"level": self.comparison.level})
        matched = (
            _estimand(self.comparison, self.incomplete, self.plan),
            "1:1 nearest neighbour on the logit of a logistic score, without replacement, "
            f"{self.comparison.order} score first; caliper {self.comparison.caliper.width:g} SD "
            f"({self.comparison.caliper.sd})",
        )
        words = Words(
            name=endpoint,
            label=clause.label or fact.label,
            population="matched pairs",
            evidence=clause.fact,
            context="comparison",
            group=self.name,
            panel=f"{endpoint}|{self.name}",
            notes=(*self.failed, *matched, *fact.rules),
        )
        everybody, external = Times.of(fact.frame), Times.of(self.theirs.frame)
        ours, at_ours = everybody.pick(self.plan.matched_trial)
        theirs, at_theirs = external.pick(self.plan.matched_external, self.prefix)
        out = Output()
        for side, shown, times in (("trial", protocol.trial.arm, ours), ("external", self.label, theirs)):
            out += curve_estimates(
                times, clause, replace(words, group=f"{self.name}/{side}", shown=shown), longest(ours, theirs)
            )
        of = f"{protocol.trial.arm} against {self.label}"
        out += contrast(ours, theirs, self.comparison.level, words, of=of, pairs=(at_ours, at_theirs))
        out += proportionality(ours, theirs, words, of)
        crude = (everybody.pick(self.plan.trial)[0], external.pick(self.plan.external, self.prefix)[0])
        out += self._crude(crude, fact, words, of)
        return out

    def _crude(self, sides: tuple[Times, Times], fact: FactColumn, words: Words, of: str) -> Output:
        """The crude effect among the aligned, for the reader to see what matching did."""
        words = replace(
            words,
            group=f"{self.name}/crude",
            population="eligible with all covariates, before matching",
            notes=("crude: before matching, not adjusted for anything", *fact.rules),
        )
        return contrast(*sides, self.comparison.level, words, of=of, crude=True)


def _evidence(facts: Mapping[str, FactColumn], source: Cohort, prefix: str) -> dict[str, dict[str, Evidence]]:
    return {name: told(fact.frame, prefix) for name, fact in facts.items()} | {
        "baseline": rows_told(source.subjects, prefix)
    }


def told(frame: pl.DataFrame, prefix: str = "") -> dict[str, Evidence]:
    """Evidence of a fact: what is said of each subject and the rows that prove it."""
    columns = (frame["subject"].to_list(), frame["says"].to_list(), frame["at"].to_list())
    return {prefix + s: Evidence(says or "", tuple(at)) for s, says, at in zip(*columns, strict=True)}


def rows_told(subjects: pl.DataFrame, prefix: str = "") -> dict[str, Evidence]:
    """Evidence of the baseline: the subject's own row."""
    columns = (subjects["subject"].to_list(), subjects["at"].to_list())
    return {prefix + s: Evidence("row of subjects", (at,)) for s, at in zip(*columns, strict=True)}
