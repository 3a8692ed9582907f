"""The numbers of a stopping rule itself, whatever the data: its limits, what it does, how far away they are."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from onearm.design.characteristics_table import tests
from onearm.design.record import Design
from onearm.protocol.monitoring import Rule, TimeRule
from onearm.protocol.rule_words import stops_when
from onearm.results import Estimate, TimeBoundaries
from onearm.stats.monitoring import Boundary, OperatingCharacteristics, TimeCharacteristics
from onearm.study.said import Verdict
from onearm.study.tally import Tally

EXACT = "exact, by recursion over the patients"


@dataclass(frozen=True, slots=True)
class _Maker:
    """Estimates of one rule with ids ``monitoring.RULE.STATISTIC[@x][|VERSION]``; no patient is behind a rule."""

    name: str
    rule: Rule
    n: int
    population: str
    group: str = ""

    def __call__(
        self, stat: str, at: str, label: str, unit: str, value: float, method: str, error: float | None = None
    ) -> Estimate:
        rule = self.rule
        return Estimate(
            id=f"monitoring.{self.name}.{stat}" + (f"@{at}" if at else "") + (f"|{self.group}" if self.group else ""),
            label=label,
            variable=f"monitoring.{self.name}",
            stat=stat,
            context="monitoring",
            unit=unit,
            n=self.n,
            method=method,
            population=self.population,
            value=float(value),
            std_error=error,
            group=self.group,
            notes=(rule.assumption.strip(),) if rule.assumption else (),
            heading=rule.label or self.name,
        )


def rule_numbers(name: str, rule: Rule, design: Design) -> list[Estimate]:
    """Limits at each look, and what the rule does at its true rates.

    Parameters
    ----------
    name, rule, design
        The rule's key, as the protocol has it, and as integers or times.
    """
    make = _Maker(name, rule, rule.n_max, f"a trial of {rule.n_max} patients by this rule, before any data")
    if isinstance(rule, TimeRule):
        return [*_times(make, design), *_simulated(make, rule, design)]
    if design.boundary is None:
        return []
    return [*_limits(make, rule, design.boundary), *_exact(make, design.operating_characteristics())]


def decision_numbers(name: str, rule: Rule, group: str, said: Verdict, counted: Tally) -> list[Estimate]:
    """How far the counts of the day are from the limits, and the next look at which the decision could change."""
    make = _Maker(name, rule, counted.n, rule.population, group)
    found, method = said.decision, stops_when(rule)
    made = []
    if rule.pending != "fractional":
        for stat, words, distances in (
            ("above_low", "Events above the lower limit", found.above_low),
            ("below_high", "Events below the upper limit", found.below_high),
        ):
            made += [make(stat, "", words, "events", d, method) for d in distances[:1] if d is not None]
    if found.next_n is not None and not said.stops:
        made.append(make("next_n", "", "The decision can change at", "patients", found.next_n, method))
    key = f"monitoring.{name}"
    behind = f"{key}.evaluated" + (f"|{group}" if group else "")
    return [replace(e, evidence=key, subjects_of=(behind,)) for e in made]


def _limits(make: _Maker, rule: Rule, limits: Boundary) -> Iterator[Estimate]:
    """The integers that stop at each look; nothing where no count does."""
    method = stops_when(rule)
    for at, n in enumerate(limits.n.tolist()):
        low, high = int(limits.low[0, at]), int(limits.high[0, at])
        if limits.low_means[0] and low >= 0:
            words = f"Stop for {limits.low_means[0]} at {n} patients: at most"
            yield make("stop_at_most", f"{n}", words, "events", low, method)
        if limits.high_means[0] and high <= n:
            words = f"Stop for {limits.high_means[0]} at {n} patients: at least"
            yield make("stop_at_least", f"{n}", words, "events", high, method)


def _exact(make: _Maker, found: OperatingCharacteristics) -> Iterator[Estimate]:
    """Probabilities of every end, and what is expected, at each true rate."""
    median = found.n_quantile()
    for s, rate in enumerate(found.p[:, 0].tolist()):
        at, truth = f"{rate:g}", f"true rate {rate:g}"
        if tests(found.boundary):
            yield make("success", at, f"Success: {truth}", "probability", found.success[s], EXACT)
        yield make("early", at, f"Stop before the last patient: {truth}", "probability", found.early[s], EXACT)
        for reason, p in zip(found.reasons, found.by_reason[s].tolist(), strict=True):
            why = reason.rpartition(": ")[2]
            stat = "stop_" + why.replace(" ", "_")
            yield make(stat, at, f"Stop for {why} at any look: {truth}", "probability", p, EXACT)
        yield make("expected_n", at, f"Expected patients: {truth}", "mean", found.expected_n[s], EXACT)
        yield make("median_n", at, f"Median number of patients: {truth}", "patients", median[s], EXACT)
        yield make("expected_events", at, f"Expected events: {truth}", "mean", found.expected_events[s, 0], EXACT)


def _times(make: _Maker, design: Design) -> Iterator[Estimate]:
    """The least total time on test after each number of events that asks for any."""
    shown = design.picture()
    if not isinstance(shown, TimeBoundaries):
        return
    for d, least in zip(shown.events, shown.least, strict=True):
        if least > 0:
            words = f"Least total time on test after {d} event{'' if d == 1 else 's'}"
            yield make("least_time", f"{d}", words, "months", least, stops_when(make.rule))


def _simulated(make: _Maker, rule: TimeRule, design: Design) -> Iterator[Estimate]:
    """What the rule does at true means, by simulation; nothing where no accrual is given."""
    if rule.accrual_per_month is None:
        return
    found: TimeCharacteristics = design.operating_characteristics()
    method = "; ".join(found.conventions)
    for s, mean in enumerate(found.true_mean.tolist()):
        at, truth = f"{mean:g}mo", f"true mean {mean:g} months"
        error = float(found.stop_error[s])
        yield make("stop", at, f"Stop: {truth}", "probability", found.stop[s], method, error)
        yield make("stop_error", at, f"Monte Carlo error of a stop: {truth}", "probability", error, method)
        yield make("expected_n", at, f"Expected patients: {truth}", "mean", found.patients[s], method)
        yield make("expected_events", at, f"Expected events: {truth}", "mean", found.events[s], method)
