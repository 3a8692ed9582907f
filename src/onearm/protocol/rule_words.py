"""A stopping rule in words: what is counted, when it is looked at, and what stops the trial."""

from __future__ import annotations

from onearm.protocol.monitoring import Bop2Rule, CountsRule, PosteriorRule, PredictiveRule, Rule, SafetyRule, TimeRule


def rule_words(name: str, rule: Rule) -> str:
    """The whole rule as one text of plain sentences."""
    label = rule.label or name
    return (
        f"Stopping rule {label}: {stops_when(rule)}. Counted is {rule.fact} in population {rule.population}, "
        f"{rule.counts}. {looks_words(rule)}."
        + (
            " Besides all patients together, those of each version of the protocol are judged on their own."
            if rule.by_version
            else ""
        )
        + (" Enrolment waits while pending outcomes could stop the trial." if rule.suspend else "")
        + (f" Assumption: {rule.assumption.rstrip('.')}." if rule.assumption else "")
    )


def looks_words(rule: Rule) -> str:
    """When the rule is looked at.

    Examples
    --------
    >>> from onearm.protocol.monitoring import CountsRule
    >>> looks_words(CountsRule(kind="counts", fact="cr", n_max=29, looks=(10, 29), stop_at_most=(1, 5), source="x"))
    'Looks after 10 and 29 patients'
    """
    if isinstance(rule, TimeRule):
        return f"Watched without pause from {rule.first_look} patients on, up to {rule.n_max}"
    if rule.looks:
        given = [str(n) for n in rule.looks]
        return f"Looks after {' and '.join(filter(None, [', '.join(given[:-1]), given[-1]]))} patients"
    each = "every patient" if rule.every == 1 else f"every {rule.every} patients"
    return f"Looks after {rule.first_look} patients and after {each} from then on, up to {rule.n_max}"


def stops_when(rule: Rule) -> str:
    """What stops the trial, in words, with every number of the rule."""
    match rule:
        case PosteriorRule():
            beyond = "above" if rule.stop_if == "rate-above" else "below"
            passes = "exceeds" if rule.strict else "reaches"
            prior = f"prior Beta({rule.prior[0]:g}, {rule.prior[1]:g})"
            if rule.standard is None:
                against = f"{rule.limit:g}"
            else:
                against = f"the standard rate, Beta({rule.standard[0]:g}, {rule.standard[1]:g})"
                against += f", plus {rule.margin:g}" if rule.margin else ""
            return (
                f"stop when the posterior probability of a rate {beyond} {against} {passes} {rule.cutoff:g} ({prior})"
            )
        case PredictiveRule():
            prior = f"prior Beta({rule.prior[0]:g}, {rule.prior[1]:g})"
            early = f"; for efficacy when it exceeds {rule.efficacy:g}" if rule.efficacy is not None else ""
            return (
                f"stop when the predictive probability of success is below {rule.cutoff:g}{early}; success is a "
                f"posterior probability above {rule.success:g} of a rate above {rule.limit:g} after {rule.n_max} "
                f"patients ({prior})"
            )
        case Bop2Rule():
            return (
                f"stop when the posterior probability of a rate above {rule.limit:g} is smaller than "
                f"{rule.lam:g} (n / {rule.n_max})^{rule.gamma:g}"
            )
        case SafetyRule():
            more = f", prior Beta({rule.prior[0]:g}, {rule.prior[1]:g})" if rule.prior is not None else ""
            more += f", rate that must not be missed {rule.worse:g}" if rule.worse is not None else ""
            return (
                f"stop for too many events, by a {rule.family} boundary that is crossed with probability at most "
                f"{rule.alpha:g} at a rate of {rule.limit:g}{more}"
            )
        case CountsRule():
            return f"stop by counts at {', '.join(map(str, rule.schedule))} patients: {_counts(rule)} ({rule.source})"
        case TimeRule():
            margin = f" plus {rule.margin_months:g} months" if rule.margin_months else ""
            return (
                f"stop when the posterior probability of a mean time above the standard mean{margin} is smaller than "
                f"{rule.cutoff:g} (inverse gamma distributions in months: prior "
                f"{rule.prior[0]:g}, {rule.prior[1]:g}; standard {rule.standard[0]:g}, {rule.standard[1]:g})"
            )


def _counts(rule: CountsRule) -> str:
    said = []
    if rule.stop_at_most:
        said.append(f"at most {', '.join(map(str, rule.stop_at_most))} for {rule.below_means}")
    if rule.stop_at_least:
        said.append(f"at least {', '.join(map(str, rule.stop_at_least))} for {rule.above_means}")
    return "; ".join(said)
