"""The rules and defaults in force, one sentence each: they are printed with the results."""

from __future__ import annotations

from collections.abc import Iterator

from onearm.protocol.alignment import missing_words
from onearm.protocol.comparison import Comparison
from onearm.protocol.document import Protocol
from onearm.protocol.method import PAIRING
from onearm.protocol.method_words import method_words, short_words, variance_words
from onearm.protocol.rule_words import rule_words
from onearm.protocol.version import Version
from onearm.units import MONTH_DAYS


def definitions(protocol: Protocol) -> tuple[str, ...]:
    """Every rule that an analysis of this protocol depends on, in words."""
    return tuple(_sentences(protocol))


def _sentences(p: Protocol) -> Iterator[str]:
    zero = p.trial.time_zero.replace("_", " ")
    yield f"Time zero (day 1) is {zero}; durations count both end days; a month is {MONTH_DAYS} days."
    if p.trial.cutoff is not None:
        yield f"Data cut-off {p.trial.cutoff.isoformat()}."
    yield from p.response.rules
    for name, population in p.populations.items():
        kept = " and ".join(c.criterion for c in population.keep)
        yield f"Population {population.label or name}: those {population.source}" + (f" with {kept}." if kept else ".")
    for name, fact in p.facts.items():
        yield f"{fact.label or name}: {'; '.join(fact.rules)}."
    for name, version in p.versions.items():
        because = f", because of {version.because.rstrip('.')}" if version.because else ""
        yield f"Version {version.label or name}: {_start(version)}{because}."
    for name, comparison in p.comparisons.items():
        yield _comparison(name, comparison, p)
    for name, rule in p.monitoring.items():
        yield rule_words(name, rule)
    for assumption in p.assumptions:
        yield f"Assumption: {assumption.rstrip('.')}."


def _start(version: Version) -> str:
    start = version.start
    if start.date is not None:
        whom = "every patient" if version.applies_to == "everyone" else "patients enrolled"
        return f"{whom} from {start.date.isoformat()}"
    if isinstance(start.patient, dict):
        return "; ".join(f"{cohort} from patient {first}" for cohort, first in start.patient.items())
    return f"from patient {start.patient}"


def _comparison(name: str, c: Comparison, p: Protocol) -> str:
    covariates = ", ".join(p.covariates[v].label for v in c.covariates)
    eligible = " and ".join(condition.criterion for condition in c.eligibility) or "no further condition"
    further = "; further methods: " + "; ".join(short_words(m) for m in c.methods.values()) if c.methods else ""
    return (
        f"Comparison {c.label or name}: estimand {c.estimand}; trial population {c.population}, external patients "
        f"with a time zero; eligible on both sides: {eligible}; {missing_words(c.missing)}; "
        f"covariates: {covariates}; {method_words(c)}; standardized differences over the SD of "
        f"{c.smd}; gates: difference at most {c.gates.max_smd:g}, at least {c.gates.min_matched:g} of the patients "
        f"matched; Cox regression with {variance_words(c, 'pairs' if c.method in PAIRING else '')}{further}."
    )
