"""The stopping rules of a protocol as designs: the same record that makes the table decides on the data."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from onearm.design.characteristics_table import Rates
from onearm.design.count_body import Counts
from onearm.design.families.time_to_event import time_to_event
from onearm.design.judge import Measures
from onearm.design.record import Design
from onearm.protocol.monitoring import (
    Bop2Rule,
    CountsRule,
    PosteriorRule,
    PredictiveRule,
    Rule,
    SafetyRule,
    TimeRule,
)
from onearm.protocol.rule_words import stops_when
from onearm.stats.monitoring import (
    Boundary,
    bop2,
    boundary,
    posterior_boundary,
    predictive_boundary,
    safety_boundary,
    thall_simon,
)

Kernel = Callable[[tuple[int, ...]], Any]
"""The kernel's record of a rule for some looks."""


@dataclass(frozen=True, slots=True, eq=False)
class Written:
    """A rule of a protocol as a family: worked out anew at any n where it is a formula.

    ``make`` gives the kernel's record for other looks, None where the rule exists at its looks only; ``believe`` the
    probability that is compared with a cut-off, ``belief`` its words.
    """

    words: str
    belief: str
    make: Kernel | None
    believe: Callable[[int, int], float | None] | None

    def at(self, n: int) -> Boundary | None:
        """The rule worked out at ``n`` patients."""
        return None if self.make is None else self.make((n,)).boundary

    def measures(self, x: tuple[int, ...], n: int) -> Measures:
        """The probability that the rule compares with its cut-off."""
        value = self.believe(x[0], n) if self.believe is not None and n else None
        return () if value is None else ((self.belief, float(value)),)

    def sentences(self) -> tuple[str, ...]:
        """What the rule is."""
        return (f"The rule is to {self.words}",)


def design_of_rule(name: str, rule: Rule, event: str = "") -> Design:
    """The design behind a stopping rule of a protocol.

    Parameters
    ----------
    name
        Its key under ``monitoring``.
    rule
        As the protocol has it.
    event
        What the event is called; the name of the rule's fact when it is empty.

    Returns
    -------
    Design
        With the rule's own looks; true rates are those that the rule lists, a few around its limit otherwise.

    Examples
    --------
    >>> from onearm.protocol.monitoring import CountsRule
    >>> rule = CountsRule(kind="counts", fact="cr", n_max=29, looks=(10, 29), stop_at_most=(1, 5), source="Simon 1989")
    >>> design_of_rule("stages", rule).decide(1, 10).word
    'stop for futility'
    """
    if isinstance(rule, TimeRule):
        return _timed(name, rule, event or rule.fact)
    make, believe, belief = _MAKERS[type(rule)](rule, event or rule.fact)
    record = make(rule.schedule)
    anew = None if isinstance(rule, CountsRule | PredictiveRule) else make
    family = Written(stops_when(rule), belief, anew, partial(believe, record) if believe is not None else None)
    return Design(
        kind=f"monitoring.{name}",
        title=rule.label or name,
        settings=(),
        body=Counts(record.boundary, family),
        conventions=_conventions(rule, record),
        notes=tuple(
            filter(
                None,
                (f"The event counts {rule.counts}", BY_VERSION if rule.by_version else "", rule.assumption.strip()),
            )
        ),
        rates=_rates(rule),
        record=record,
    )


BY_VERSION = (
    "Probabilities are of the rule on all patients together; that the patients of each version are judged on their own "
    "as well stops the trial more often"
)
"""What the operating characteristics of a rule leave out that judges versions too."""


def _conventions(rule: Rule, record: Any) -> tuple[str, ...]:
    """The kernel's sentences; of a rule against an uncertain standard in the words of `rule_words`, not in letters."""
    said = tuple(getattr(record, "conventions", ()))
    if not isinstance(rule, PosteriorRule) or rule.standard is None:
        return said
    edge = "largest" if rule.stop_if == "rate-below" else "smallest"
    return (f"each limit is the {edge} count that stops", *(s for s in said if "P(E > S" not in s))


def _timed(name: str, rule: TimeRule, event: str) -> Design:
    made = time_to_event(
        rule.n_max,
        rule.standard,
        rule.prior,
        cutoff=rule.cutoff,
        delta=rule.margin_months,
        name=event,
        accrual=rule.accrual_per_month,
        means=rule.means_months,
        first_look=rule.schedule[0],
    )
    notes = (*made.notes, *filter(None, (f"The event counts {rule.counts}", rule.assumption.strip())))
    return replace(made, kind=f"monitoring.{name}", title=rule.label or name, notes=notes)


def _rates(rule: Rule) -> Rates:
    chosen = rule.rates
    if not chosen:
        limit = getattr(rule, "limit", None) or _mean(getattr(rule, "standard", None)) or 0.3
        chosen = tuple(sorted({round(min(max(limit + step, 0.01), 0.99), 6) for step in (-0.1, 0.0, 0.1, 0.2)}))
    return tuple(("", (rate,)) for rate in chosen)


def _mean(beta: tuple[float, float] | None) -> float | None:
    return None if beta is None else beta[0] / sum(beta)


def _posterior(rule: PosteriorRule, event: str) -> tuple[Kernel, Any, str]:
    above = rule.stop_if == "rate-above"
    if rule.standard is not None:
        return _against_standard(rule, above, event)
    side = {"p1": rule.limit, "harm": rule.cutoff} if above else {"p0": rule.limit, "futility": rule.cutoff}

    def make(looks: tuple[int, ...]) -> Any:
        kept = looks if above else _before_the_end(looks, rule.n_max)
        return posterior_boundary(kept, rule.prior, strict=rule.strict, n_max=rule.n_max, name=event, **side)

    words = f"Posterior probability of a rate {'above' if above else 'below'} {rule.limit:g}"
    return make, lambda record, x, n: record.probability(x, n), words


def _before_the_end(looks: tuple[int, ...], n_max: int) -> tuple[int, ...]:
    """The looks of a rule for futility without the last patient: there is nobody left whom it could spare.

    That it never stopped is no result of the trial either; rules that conclude (`counts`, `predictive`, `bop2`) keep
    the last look.
    """
    return tuple(n for n in looks if n < n_max) or looks


def _predictive(rule: PredictiveRule, event: str) -> tuple[Kernel, Any, str]:
    def make(looks: tuple[int, ...]) -> Any:
        found = predictive_boundary(
            looks, rule.n_max, rule.prior, rule.limit, rule.success, futility=rule.cutoff, efficacy=rule.efficacy
        )
        return replace(found, boundary=replace(found.boundary, names=(event,)))

    words = f"Predictive probability of success after {rule.n_max} patients"
    return make, lambda record, x, n: record.probability(x, n) if n <= rule.n_max else None, words


def _bop2(rule: Bop2Rule, event: str) -> tuple[Kernel, Any, str]:
    def make(looks: tuple[int, ...]) -> Any:
        return bop2(looks, rule.limit, rule.lam, rule.gamma, n_max=rule.n_max, names=(event,))

    words = f"Posterior probability of a rate above {rule.limit:g}"
    return make, lambda record, x, n: float(record.probability(x, n)), words


def _safety(rule: SafetyRule, event: str) -> tuple[Kernel, Any, str]:
    whole = safety_boundary(
        rule.schedule, rule.limit, kind=rule.family, alpha=rule.alpha, prior=rule.prior, p1=rule.worse,
        n_max=rule.n_max, name=event,
    )  # fmt: skip

    def make(looks: tuple[int, ...]) -> Any:
        if looks == rule.schedule:
            return whole
        high = [whole.at(n) for n in looks]
        return _Limits(boundary(looks, high=high, high_means="harm", n_max=rule.n_max, names=(event,)))

    posterior = rule.family == "beta-binomial"
    tail = f"Probability of so many events or more at a rate of {rule.limit:g}"
    words = f"Posterior probability of a rate above {rule.limit:g}" if posterior else tail
    return make, lambda record, x, n: record.probability(x, n), words


@dataclass(frozen=True, slots=True)
class _Limits:
    boundary: Boundary


def _by_counts(rule: CountsRule, event: str) -> tuple[Kernel, Any, str]:
    def make(looks: tuple[int, ...]) -> Any:
        return _Limits(
            boundary(
                looks,
                low=rule.stop_at_most or None,
                high=rule.stop_at_least or None,
                low_means=rule.below_means if rule.stop_at_most else "",
                high_means=rule.above_means if rule.stop_at_least else "",
                n_max=rule.n_max,
                names=(event,),
            )
        )

    return make, None, ""


def _against_standard(rule: PosteriorRule, above: bool, event: str) -> tuple[Kernel, Any, str]:
    """P(rate > standard + margin): large for harm; for a response its complement is large."""

    standard = rule.standard or ()

    def make(looks: tuple[int, ...]) -> Any:
        if not above:
            return thall_simon(
                _before_the_end(looks, rule.n_max), rule.prior, standard, delta=rule.margin, futility=1 - rule.cutoff,
                strict=rule.strict, n_max=rule.n_max, name=event,
            )  # fmt: skip
        high = thall_simon(
            looks, rule.prior, standard, efficacy=rule.cutoff, efficacy_delta=rule.margin, strict=rule.strict,
            n_max=rule.n_max, name=event,
        )  # fmt: skip
        return replace(high, boundary=replace(high.boundary, high_means=("harm",)))

    def believe(record: Any, x: int, n: int) -> float:
        better = float(record.probability(x, n, "high" if above else "low"))
        return better if above else 1 - better

    plus = f" plus {rule.margin:g}" if rule.margin else ""
    return make, believe, f"Posterior probability of a rate {'above' if above else 'below'} the standard{plus}"


_MAKERS: dict[type, Callable[[Any, str], tuple[Kernel, Any, str]]] = {
    PosteriorRule: _posterior,
    PredictiveRule: _predictive,
    Bop2Rule: _bop2,
    SafetyRule: _safety,
    CountsRule: _by_counts,
}
"""The kernel of each kind of rule: for any looks its record, the probability it compares, and the words for that."""
