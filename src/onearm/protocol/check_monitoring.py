"""Do the stopping rules fit the rest of the protocol?"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from onearm.errors import Finding
from onearm.protocol import fact as facts
from onearm.protocol.document import Protocol
from onearm.protocol.findings import Where, misfit, unknown, wrong_fact
from onearm.protocol.monitoring import Bop2Rule, CountsRule, PosteriorRule, PredictiveRule, Rule, TimeRule

STAYS_TRUE = frozenset({"response", "mrd", "procedure", "adverse-event"})
"""Kinds of yes/no facts that do not become untrue again, so that an event that was counted stays counted."""


def check_monitoring(p: Protocol, where: Where) -> Iterator[Finding]:
    """Every place where a stopping rule counts what cannot be counted, or whom nobody knows."""
    known = {"enrolled", *p.populations}
    for name, rule in p.monitoring.items():
        path = f"monitoring.{name}"
        kinds = facts.TIME_KINDS if isinstance(rule, TimeRule) else STAYS_TRUE | facts.TIME_KINDS
        yield from wrong_fact(p, where, f"{path}.fact", rule.fact, kinds, "this rule")
        if rule.population not in known:
            yield unknown(where, f"{path}.population", "population", rule.population, sorted(known))
        if rule.by_version and not p.versions:
            yield misfit(where, f"{path}.by_version", "the protocol has no versions", "remove `by_version`")
        yield from _within(p, where, path, rule)


def _for_too_few(rule: Rule) -> bool:
    """Whether the rule stops for too few events."""
    match rule:
        case PosteriorRule():
            return rule.stop_if == "rate-below"
        case CountsRule():
            return bool(rule.stop_at_most)
        case _:
            return isinstance(rule, PredictiveRule | Bop2Rule)


def _within(p: Protocol, where: Where, path: str, rule: Rule) -> Iterator[Finding]:
    if isinstance(rule, TimeRule) and rule.window is not None:
        yield misfit(where, f"{path}.window", "a rule on times counts all of the time", "remove `window`")
    if rule.window is None and _for_too_few(rule):
        says = "without a `window` a patient counts as without the event from day 1, and too few events stop the trial"
        yield misfit(where, f"{path}.window", says, "say under `window` by when the event must have come")
    if rule.pending == "fractional" and rule.kind not in ("posterior", "bop2"):
        says = f"a rule of kind {rule.kind} cannot count patients by fractions"
        yield misfit(where, f"{path}.pending", says, "choose exclude, count-as-no or count-as-event")
    if rule.pending == "fractional" and isinstance(rule, PosteriorRule) and rule.standard is not None:
        says = "patients count by fractions only against a `limit`, not against an uncertain standard"
        yield misfit(where, f"{path}.pending", says, "give `limit`, or choose exclude, count-as-no or count-as-event")
    if rule.suspend and rule.pending not in ("exclude", "count-as-no"):
        says = "whether enrolment waits cannot be told for this reading of pending patients"
        yield misfit(where, f"{path}.suspend", says, "choose `pending: exclude` or count-as-no, or remove `suspend`")
    if isinstance(rule, TimeRule) and rule.rates:
        says = "`rates` are of rules on counts; a rule on times has `means_months`"
        yield misfit(where, f"{path}.rates", says, "give the true means under `means_months`")
    if isinstance(rule, CountsRule):
        for name in ("stop_at_most", "stop_at_least"):
            limits = getattr(rule, name)
            if any(b < a for a, b in pairwise(limits)):
                says = (
                    "the limit falls as patients are added, so that a count that went on stops later without an event"
                )
                yield misfit(where, f"{path}.{name}", says, "give limits that do not fall from one look to the next")
        for k, n in enumerate(rule.schedule):
            low = rule.stop_at_most[k] if rule.stop_at_most else -1
            high = rule.stop_at_least[k] if rule.stop_at_least else n + 1
            if low >= high:
                says = f"at {n} patients {low} or fewer and {high} or more both stop: no count goes on"
                yield misfit(where, path, says, "lower `stop_at_most` or raise `stop_at_least`")
    clause = p.facts.get(rule.fact)
    if isinstance(clause, facts.TimeTo) and "no-response" in clause.events:
        says = f'the fact "{rule.fact}" ends with no response, which a later response takes back'
        yield misfit(where, f"{path}.fact", says, "use a fact without `no-response`, or count responses")
    if isinstance(clause, facts.Mrd) and clause.untested == "excluded":
        says = f'the fact "{rule.fact}" leaves out who was not tested, so that nobody is ever known to be without it'
        yield misfit(where, f"{path}.fact", says, "use a fact with `untested: counted`")
