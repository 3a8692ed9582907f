"""Comparators of whom only a publication is known: weights made blind, then the endpoints."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from onearm.cohort.baseline import of_subjects
from onearm.endpoints import Analysis, Output
from onearm.endpoints.published import Weighed, curve_benchmark, published_risks, published_times, rate_benchmark
from onearm.endpoints.sample import Times
from onearm.endpoints.time_to_event import Weighted, Words, curve_estimates, longest
from onearm.external.published import POPULATION, PublishedWeights, published_weights
from onearm.protocol.document import Protocol
from onearm.protocol.endpoint import Proportion, Survival
from onearm.protocol.published import Published
from onearm.results import Estimate, Gate
from onearm.stats.weighted_effects import weight_model_maic
from onearm.study.published_anchor import anchored
from onearm.study.published_curve import Patients, patients, readings
from onearm.study.published_numbers import design_numbers
from onearm.study.published_read import Read

Curves = Mapping[str, Mapping[str, Read]]


def published(
    protocol: Protocol, curves: Curves, analysis: Analysis, found: Sequence[Estimate] = (), gates: Sequence[Gate] = ()
) -> Output:
    """Everything that published comparators give.

    Parameters
    ----------
    protocol, curves, analysis
        The trial, and what was read of the published curves.
    found, gates
        Numbers and gates of the comparisons with patients: an anchored comparison stands on them.
    """
    out = Output()
    for name, settings in protocol.published.items():
        members = analysis.populations[settings.population]
        base = of_subjects("trial", analysis.subjects, settings.covariates, protocol).only(members)
        made = published_weights(name, settings, base) if settings.covariates else None
        one = _One(name, settings, analysis, members, made, curves.get(name, {}))
        for part in one.outputs():
            out += part
        out.estimates += anchored(name, settings, protocol, found, gates)
    return out


@dataclass(frozen=True, slots=True)
class _One:
    """One published comparator beside the trial's patients."""

    name: str
    settings: Published
    analysis: Analysis
    members: tuple[str, ...]
    made: PublishedWeights | None
    curves: Mapping[str, Read]

    def outputs(self) -> Iterator[Output]:
        """The weights first, then every endpoint."""
        if self.made is not None:
            yield Output(design_numbers(self.name, self.settings, self.made))
        for endpoint in self.settings.rates:
            yield self._rate(endpoint)
        for endpoint in self.settings.curves:
            yield self._curve(endpoint)

    @property
    def _of(self) -> str:
        return f"{self.analysis.protocol.trial.arm} against {self.settings.label} (published)"

    def _weighed(self) -> tuple[tuple[str, Weighed], ...]:
        """The ways in which the trial's patients count: once each, and with the weights where there are any."""
        crude = Weighed(self.members, np.ones(len(self.members)), "robust variance")
        made = self.made
        if made is None or made.fit is None:
            return (("unweighted", crude),)
        targets = made.x, made.means, made.sds, made.medians

        def counted(treated: Any) -> Any:
            return weight_model_maic(targets[0], treated, *targets[1:])

        variance = "robust variance, weights counted as known"
        return (("unweighted", crude), ("maic", Weighed(made.subjects, made.fit.weight, variance, counted)))

    def _words(self, endpoint: str, label: str, evidence: str, how: str) -> Words:
        titles = {
            "maic": "weighted to the published baseline table (MAIC)",
            "unweighted": "unweighted",
            "benchmark": "benchmark",
        }
        return Words(
            name=endpoint,
            label=label,
            population=POPULATION if how == "maic" else self.analysis.label(self.settings.population),
            evidence=evidence,
            context="published",
            group=f"{self.name}/{how}",
            heading=f"{label}, {titles[how]}",
            notes=tuple(self._notes(how)),
        )

    def _notes(self, how: str) -> Iterator[str]:
        if how == "maic" and self.made is not None:
            yield from self.made.failed
            labels = [self.analysis.protocol.covariates[c].label for c in self.settings.covariates]
            yield (
                "unanchored: unbiased only if every prognostic factor and effect modifier in which the patients differ "
                f"is among the covariates weighted ({'; '.join(labels)}); how much bias remains is not known"
            )
            yield "the published baseline table is taken as known; effects speak of the comparator's population"
            if self.made.incomplete:
                yield f"{len(self.made.incomplete)} left out: a covariate is missing"
        else:
            yield "not adjusted: differences between the patients are not accounted for; the bias is not known"
        yield f"published: {self.settings.source}"
        yield from (f"assumed: {one}" for one in self.settings.assumptions)

    def _rate(self, endpoint: str) -> Output:
        clause = self.analysis.protocol.endpoints[endpoint]
        assert isinstance(clause, Proportion), "protocol.check lets only proportions have published rates"
        rate, level = self.settings.rates[endpoint], self.settings.level
        answers = self.analysis.values(clause.fact)
        label = clause.label or self.analysis.facts[clause.fact].label
        mine = {s: answers[s] for s in self.members}
        out = Output(rate_benchmark(mine, rate, level, self._words(endpoint, label, clause.fact, "benchmark")))
        if self.made is None or rate.n is None:
            return out
        words = self._words(endpoint, label, clause.fact, "maic")
        weighed = dict(self._weighed()).get("maic")
        if weighed is None:
            out.estimates.append(self._refused(words, "odds_ratio", "odds ratio", "ratio"))
            return out
        out += published_risks(weighed, mine, rate, level, words, self._of)
        return out

    def _refused(self, words: Words, stat: str, what: str, unit: str) -> Estimate:
        assert self.made is not None, "asked only where weights were wanted"
        how = "matching-adjusted indirect comparison"
        return words.estimate(stat, what, unit=unit, n=0, method=how, error=self.made.refused, notes=words.notes)

    def _curve(self, endpoint: str) -> Output:
        clause = self.analysis.protocol.endpoints[endpoint]
        assert isinstance(clause, Survival), "protocol.check lets only survival endpoints have published curves"
        clause = clause.model_copy(update={"level": self.settings.level})
        settings, read = self.settings.curves[endpoint], self.curves[endpoint]
        one = patients(settings, read)
        theirs = self._times(one)
        repeats = [self._times(again) for again in readings(settings, read, self.analysis.seed)]
        fact = self.analysis.facts[clause.fact]
        label = clause.label or fact.label
        everybody = Times.of(fact.frame)
        out = Output()
        for how, weighed in self._weighed():
            words = self._words(endpoint, label, clause.fact, how)
            words = replace(words, notes=(*words.notes, *one.notes, *fact.rules))
            ours = everybody.pick(weighed.subjects)[0]
            out += published_times(weighed, ours, theirs, clause, words, self._of, repeats)
        if self.made is not None and self.made.fit is None:
            words = self._words(endpoint, label, clause.fact, "maic")
            out.estimates.append(self._refused(words, "hazard_ratio", "hazard ratio", "hazard ratio"))
        ours = everybody.pick(self.members)[0]
        words = self._words(endpoint, label, clause.fact, "benchmark")
        words = replace(words, notes=(*words.notes, *one.notes, *fact.rules))
        out.estimates += curve_benchmark(ours, theirs, self.settings.level, words)
        out += self._drawn(endpoint, clause, words, ours, theirs)
        return out

    def _drawn(self, endpoint: str, clause: Survival, words: Words, ours: Times, theirs: Times) -> Output:
        """The curves of one picture: the trial, the trial weighted unless a gate failed, the publication."""
        arm = self.analysis.protocol.trial.arm
        last = longest(ours, theirs)
        panel = f"{endpoint}|{self.name}"
        out = Output()
        sides: list[tuple[str, str, Times, Weighted | None]] = [("trial", arm, ours, None)]
        weighed = dict(self._weighed()).get("maic")
        if weighed is not None and self.made is not None and not self.made.failed:
            place = {s: i for i, s in enumerate(weighed.subjects)}
            times, _ = Times.of(self.analysis.facts[clause.fact].frame).pick(weighed.subjects)
            weight = weighed.weight[[place[s] for s in times.subjects]]
            by = Weighted(weight, None, weighed.variance)
            sides.append(("weighted", f"{arm}, weighted", times, by))
        sides.append(("published", f"{self.settings.label} (reconstructed)", theirs, None))
        for side, shown, times, weights in sides:
            one = replace(
                words, group=f"{self.name}/{side}", shown=shown, panel=panel, heading=f"{words.label}, {shown}"
            )
            part = curve_estimates(times, clause, one, last, weights)
            if side == "weighted":
                part.estimates = [replace(e, population=POPULATION) for e in part.estimates]
                part.curves = [replace(c, population=POPULATION) for c in part.curves]
            if side == "published":  # reconstructed patients are nobody
                part.estimates = [replace(e, subjects=(), evidence="", population=POPULATION) for e in part.estimates]
                part.curves = [replace(c, subjects=(), evidence="", population=POPULATION) for c in part.curves]
            out += part
        return out

    def _times(self, one: Patients) -> Times:
        named = tuple(f"{self.name}:{i}" for i in range(1, one.days.size + 1))
        return Times(one.days, one.event, named)
