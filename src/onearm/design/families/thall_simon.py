"""Thall and Simon's rules against historical rates that are uncertain: one event, or response and toxicity."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from onearm.design import priors
from onearm.design.characteristics_table import Rates
from onearm.design.count_body import Counts
from onearm.design.judge import Measures
from onearm.design.rates import above
from onearm.design.record import Design
from onearm.design.words import number, share
from onearm.stats import monitoring
from onearm.stats.monitoring import Boundary, ThallSimon, ThallSimonEstey

Pair = tuple[priors.Prior, priors.Prior]


@dataclass(frozen=True, slots=True)
class OneEvent:
    """A rule on one event, and what makes it again at other looks."""

    record: ThallSimon
    experimental: priors.Prior
    standard: priors.Prior
    said: tuple[str, ...]

    def at(self, n: int) -> Boundary | None:
        """The same cut-offs at ``n`` patients."""
        r = self.record
        return monitoring.thall_simon(
            [n], self.experimental, self.standard, delta=r.delta, futility=r.futility, efficacy=r.efficacy,
            efficacy_delta=r.efficacy_delta, strict=r.strict, n_max=r.boundary.n_max, name=r.boundary.names[0],
        ).boundary  # fmt: skip

    def measures(self, x: tuple[int, ...], n: int) -> Measures:
        """P(rate exceeds the historical one) with the margin of each side."""
        r = self.record
        sides = (("low", r.futility, r.delta), ("high", r.efficacy, r.efficacy_delta))
        return tuple(
            (f"P(rate > historical{_plus(d)} | data), {_USE[side]}", r.probability(x[0], n, side))
            for side, cutoff, d in sides
            if cutoff is not None
        )

    def sentences(self) -> tuple[str, ...]:
        """What was said when it was made."""
        return self.said


_USE = {"low": "for futility", "high": "for efficacy"}


@dataclass(frozen=True, slots=True)
class TwoEvents:
    """A rule on response and toxicity, and what makes it again at other looks."""

    record: ThallSimonEstey
    experimental: Pair
    standard: Pair
    said: tuple[str, ...]

    def at(self, n: int) -> Boundary | None:
        """The same cut-offs at ``n`` patients."""
        r = self.record
        return monitoring.thall_simon_estey(
            r.boundary.n_max, self.experimental, self.standard, cutoffs=r.cutoffs, margins=r.margins, looks=[n],
            reading=r.reading,
        ).boundary  # fmt: skip

    def measures(self, x: tuple[int, ...], n: int) -> Measures:
        """P(response is rarer), P(toxicity is more frequent) than the historical rates with their margins."""
        r = self.record
        return (
            (f"P(response < historical{_plus(r.margins[0])} | data)", r.probability(x[0], n, "response")),
            (f"P(toxicity > historical{_plus(r.margins[1])} | data)", r.probability(x[1], n, "toxicity")),
        )

    def sentences(self) -> tuple[str, ...]:
        """What was said when it was made."""
        return self.said


def thall_simon(
    looks: Sequence[int],
    experimental: priors.Prior,
    standard: priors.Prior,
    *,
    delta: float = 0.0,
    futility: float | None = None,
    efficacy: float | None = None,
    efficacy_delta: float = 0.0,
    strict: bool = False,
    n_max: int | None = None,
    name: str = "response",
) -> Design:
    """A rule against an uncertain historical rate (`onearm.stats.monitoring.thall_simon`).

    Parameters
    ----------
    looks
        Patients with a known outcome at each look, ascending.
    experimental, standard
        Prior of the trial's rate, and the historical rate: ``(a, b)``, or ``(weight, a, b)`` of each component.
    delta, futility
        Not promising when P(rate > historical + delta) is ``futility`` or less.
    efficacy, efficacy_delta
        Promising when P(rate > historical + efficacy_delta) is ``efficacy`` or more.
    strict
        Whether equality with a cut-off goes on.
    n_max
        Patients of the whole trial; the last look when it is not given.
    name
        Of the event that is counted.

    Raises
    ------
    ValueError
        As the kernel.

    Examples
    --------
    >>> thall_simon([6, 13, 18, 40], (0.6, 1.4), (15, 35), futility=0.05).boundary.low.tolist()
    [[0, 1, 2, 6]]
    """
    trial, history = priors.plain(experimental), priors.plain(standard)
    one = monitoring.thall_simon(
        looks, trial, history, delta=delta, futility=futility, efficacy=efficacy, efficacy_delta=efficacy_delta,
        strict=strict, n_max=n_max, name=name,
    )  # fmt: skip
    said = (
        f"This rule of Thall and Simon compares the rate of {name}, whose prior is {priors.said(trial)}, with a "
        f"historical rate that is itself uncertain, {priors.said(history)}",
    )
    return Design(
        kind="thall-simon",
        title=f"Thall and Simon's rule for {name}",
        settings=(("looks", tuple(int(n) for n in looks)), ("experimental", trial), ("standard", history),
                  ("delta", delta), ("futility", futility), ("efficacy", efficacy),
                  ("efficacy_delta", efficacy_delta if efficacy is not None else None), ("strict", strict or None),
                  ("n_max", n_max), ("name", name)),
        body=Counts(one.boundary, OneEvent(one, trial, history, said)),
        conventions=one.conventions,
        notes=(),
        rates=above(round(one.standard.mean, 6), "historical mean"),
        record=one,
    )  # fmt: skip


def thall_simon_estey(
    n_max: int,
    experimental: Pair,
    standard: Pair,
    *,
    cutoffs: tuple[float, float],
    margins: tuple[float, float] = (0.0, 0.0),
    cohort: int = 1,
    n_min: int = 1,
    reading: str = "multc-lean",
    association: float = 1.0,
) -> Design:
    """Response and toxicity together (`onearm.stats.monitoring.thall_simon_estey`).

    Parameters
    ----------
    n_max
        Patients of the whole trial; there no rule applies, the trial is complete.
    experimental, standard
        Priors of the trial's (response, toxicity) rates, and the historical rates.
    cutoffs, margins
        (response, toxicity): cut-offs of the two probabilities of being worse (``multc99``: the first that of being
        better), and what is added to the historical rates.
    cohort, n_min
        Looks at multiples of ``cohort`` from ``n_min`` patients on.
    reading
        ``multc-lean`` or ``multc99``.
    association
        Odds ratio of response and toxicity in one patient, for the operating characteristics; 1 is independence.

    Raises
    ------
    ValueError
        As the kernel.

    Examples
    --------
    >>> found = thall_simon_estey(30, ((0.6, 1.4), (0.5, 1.5)), ((30, 70), (20, 60)), cutoffs=(0.95, 0.95))
    >>> found.decide((0, 2), 6).word
    'stop for futility'
    """
    trial, history = _pair("experimental", experimental), _pair("standard", standard)
    one = monitoring.thall_simon_estey(
        n_max, trial, history, cutoffs=cutoffs, margins=margins, cohort=cohort, n_min=n_min, reading=reading
    )
    said = (
        "This rule of Thall, Simon and Estey watches response and toxicity together; the priors of the trial's rates "
        f"are {priors.said(trial[0])} for response and {priors.said(trial[1])} for toxicity, the historical rates "
        f"{priors.said(history[0])} and {priors.said(history[1])}",
    )
    means = tuple(round(s.mean, 6) for s in one.standard)
    rates: Rates = (("historical means", means), *(("", p) for p in _around(*means)))
    together = "independent" if association == 1 else f"associated with an odds ratio of {number(association)}"
    return Design(
        kind="thall-simon-estey",
        title="Thall, Simon and Estey's rule for response and toxicity",
        settings=(("n_max", n_max), ("experimental", trial), ("standard", history), ("cutoffs", one.cutoffs),
                  ("margins", one.margins), ("cohort", cohort), ("n_min", n_min), ("reading", reading),
                  ("association", association if association != 1 else None)),
        body=Counts(one.boundary, TwoEvents(one, trial, history, said), association=association),
        conventions=one.conventions,
        notes=(f"Operating characteristics take response and toxicity of one patient as {together}",),
        rates=rates,
        record=one,
    )  # fmt: skip


def _pair(name: str, value: Pair) -> Pair:
    if isinstance(value, str) or len(value) != 2:
        raise ValueError(f"{name} must hold two priors, of response and of toxicity")
    return priors.plain(value[0]), priors.plain(value[1])


def _around(response: float, toxicity: float) -> list[tuple[float, float]]:
    """More response, more toxicity, and both, by 0.15."""
    found = [(response + 0.15, toxicity), (response, toxicity + 0.15), (response + 0.15, toxicity + 0.15)]
    return [(round(r, 6), round(t, 6)) for r, t in found if r < 1 and t < 1]


def _plus(margin: float) -> str:
    return "" if margin == 0 else f" {'+' if margin > 0 else '-'} {share(abs(margin))}"
