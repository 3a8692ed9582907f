"""Pending patients that count by the share of their window that was followed (Lin, Coleman & Yuan 2020, TOP).

With m patients pending, followed for shares w_i of the window, n patients are worth n - m + sum(w_i); the posterior of
the rate is Beta(a + x, b + that - x). Looks and cut-offs go by the number of patients enrolled.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from onearm.design.record import Design
from onearm.protocol.monitoring import Bop2Rule, PosteriorRule, Rule
from onearm.stats.bayes import BetaMixture
from onearm.study.said import Verdict
from onearm.study.tally import Tally

_TIE = 1e-12


def fractional(rule: Rule, design: Design, counted: Tally, due: bool) -> Verdict:
    """The decision where pending patients count by fractions; at looks only, as everywhere."""
    base = design.decide(counted.x, counted.n)
    words, value, cutoff, beyond = _against(rule, counted)
    stops = beyond and counted.n > 0
    means = "harm" if getattr(rule, "stop_if", "") == "rate-above" else "futility"
    word = f"stop for {means}" if stops and due else "continue"
    reason = (
        f"{counted.x} with the event among {counted.n}, of whom {counted.pending} are pending: worth "
        f"{counted.weight:.2f} patients; {words.lower()} {value:.4f} against a cut-off of {cutoff:.4f}"
    )
    notes = (
        (f"No look is due at {counted.n} patients; judged today, the rule would stop.",) if stops and not due else ()
    )
    decision = replace(base, word=word, reason=reason, measures=((words, value),) if counted.n else ())
    return Verdict(word, reason, due, decision, notes)


def _against(rule: Rule, counted: Tally) -> tuple[str, float, float, bool]:
    """Words, probability, cut-off, and whether it is passed."""
    match rule:
        case Bop2Rule():
            a, b, limit = rule.limit, 1 - rule.limit, rule.limit
        case PosteriorRule():
            (a, b), limit = rule.prior, rule.limit or 0.0
        case _:
            raise ValueError(f"rule {rule.kind} cannot count patients by fractions")
    weight = max(counted.weight, float(counted.x))
    # the parameters are the rule's own and have been checked: BOP2's prior Beta(p0, 1 - p0) may be as thin as p0 is
    after = BetaMixture(np.ones(1), np.array([a + counted.x]), np.array([b + weight - counted.x]))
    below = float(after.cdf(limit))
    if isinstance(rule, Bop2Rule):
        cutoff = rule.lam * (counted.n / rule.n_max) ** rule.gamma
        return f"Posterior probability of a rate above {limit:g}", 1 - below, cutoff, 1 - below < cutoff - _TIE
    above = rule.stop_if == "rate-above"
    value = 1 - below if above else below
    passed = value > rule.cutoff + _TIE if rule.strict else value >= rule.cutoff - _TIE
    return f"Posterior probability of a rate {'above' if above else 'below'} {limit:g}", value, rule.cutoff, passed
