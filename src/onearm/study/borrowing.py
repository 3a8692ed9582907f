"""Borrowing: who is counted on both sides, the question in words, and what must be believed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from onearm.cohort.tables import Cohort
from onearm.endpoints import Analysis
from onearm.endpoints.borrowed import PRIOR, Lent, borrowed
from onearm.endpoints.sample import Times
from onearm.external.blind import Blind
from onearm.facts import FactColumn, state
from onearm.protocol.borrowing import Borrowing, Historical
from onearm.protocol.document import Protocol
from onearm.protocol.endpoint import Proportion, Survival
from onearm.results import Estimate
from onearm.units import months


def borrowing(
    protocol: Protocol, external: Mapping[str, Cohort], analysis: Analysis, made: Mapping[str, Blind]
) -> list[Estimate]:
    """Everything that is borrowed.

    Parameters
    ----------
    protocol, external, analysis
        The trial, the external cohorts, and the trial's facts.
    made
        The blind halves of the comparisons: they say which external patients were aligned.
    """
    return [e for name, s in protocol.borrowing.items() for e in _One(name, s, external, analysis, made).estimates()]


@dataclass(frozen=True, slots=True)
class _One:
    name: str
    settings: Borrowing
    external: Mapping[str, Cohort]
    analysis: Analysis
    made: Mapping[str, Blind]

    def estimates(self) -> list[Estimate]:
        clause = self.analysis.protocol.endpoints[self.settings.endpoint]
        assert isinstance(clause, Proportion | Survival), "protocol.check lets nothing else be borrowed for"
        timed = isinstance(clause, Survival)
        fact = self.analysis.facts[clause.fact]
        label = clause.label or fact.label
        events, size, subjects = _counted(fact, self.analysis.populations[self.settings.population], timed)
        groups = [self._group(one, clause.fact, timed) for one in self.settings.historical]
        lent = Lent(self.settings, timed, tuple(g[:2] for g in groups), int(events), size, len(subjects))
        notes = tuple(self._notes(label, [g[2] for g in groups], timed))

        def make(stat: str, what: str, *, at: str = "", **values: Any) -> Estimate:
            own = stat not in PRIOR
            return Estimate(
                id=f"{self.settings.endpoint}.borrowed_{stat}{at}|{self.name}",
                label=f"{label}: {what}",
                variable=self.settings.endpoint,
                stat=stat,
                context="borrowing",
                population=self.analysis.label(self.settings.population) if own else "earlier patients",
                group=self.name,
                evidence=clause.fact if own else "",
                subjects=subjects if own else (),
                heading=self.settings.label,
                notes=notes,
                **values,
            )

        return borrowed(lent, make)

    def _group(self, one: Historical, fact: str, timed: bool) -> tuple[float, float, str]:
        """Events, size and words of one earlier group."""
        if one.comparison is None:
            assert one.events is not None, "the model asks for it"
            size = one.exposure_months if timed else one.n
            assert size is not None, "protocol.check asks for the size that fits the endpoint"
            label = f"{one.label}: " if one.label else ""
            unit = "months" if timed else "patients"
            return float(one.events), float(size), f"{label}{one.events} events, {size:g} {unit} ({one.source})"
        source = self.analysis.protocol.comparisons[one.comparison].source
        aligned = self.made[one.comparison].external.baseline.subjects
        column = state(self.analysis.protocol, self.external[source], (fact,))[fact]
        events, size, known = _counted(column, aligned, timed)
        of = self.analysis.protocol.external[source].label
        unit = "months" if timed else "patients"
        says = (
            f"{of}: {events} events, {size:.4g} {unit} ({len(known)} external patients of {one.comparison}, aligned, "
            "neither matched nor weighted)"
        )
        return float(events), size, says

    def _notes(self, label: str, groups: list[str], timed: bool) -> Iterator[str]:
        s = self.settings
        arm = self.analysis.protocol.trial.arm
        yield (
            f'question: is "{label}" under {arm} {s.better} than it would have been in the same patients without it, '
            "if they had done as the earlier patients did"
        )
        yield from (f"borrowed from {g}" for g in groups)
        yield (
            "assumed: the trial's patients would have been like the earlier ones as far as the prior says; the trial "
            "has no controls, so its data cannot show that they would not"
        )
        if timed:
            yield "assumed: a constant hazard (exponential time) on both sides"
        if s.method == "robust-map":
            yield f"weight of the vague part {s.weight:g}: stated; without controls no data can change it"
        yield from (f"assumed: {one}" for one in s.assumptions)


def _counted(fact: FactColumn, members: tuple[str, ...], timed: bool) -> tuple[int, float, tuple[str, ...]]:
    """Events, patients or months, and who is known."""
    if timed:
        times = Times.of(fact.frame).pick(members)[0]
        return int(times.event.sum()), months(float(times.days.sum())), times.subjects
    answers = dict(zip(fact.frame["subject"].to_list(), fact.frame["value"].to_list(), strict=True))
    known = tuple(s for s in members if answers.get(s) is not None)
    return sum(bool(answers[s]) for s in known), float(len(known)), known
