"""The methods in paragraphs, made from the protocol and the defaults in force."""

from __future__ import annotations

from collections.abc import Iterator

from onearm.protocol.adverse_event_words import counting_words
from onearm.protocol.adverse_events import AdverseEvents
from onearm.protocol.alignment import missing_words
from onearm.protocol.comparison import Comparison
from onearm.protocol.document import Protocol
from onearm.protocol.method import PAIRING
from onearm.protocol.method_words import method_words, short_words, variance_words
from onearm.protocol.population import Condition
from onearm.protocol.regimen.text import dose_text
from onearm.protocol.regimen.words import span_text
from onearm.protocol.report import OwnSection
from onearm.protocol.rule_words import rule_words
from onearm.protocol.version import Course, Version
from onearm.results import Chapter, Outline, Passage
from onearm.units import MONTH_DAYS

ASSUMPTIONS = "methods:assumptions"
"""The passage of what the protocol assumes."""


def outline(protocol: Protocol) -> Outline:
    """What the documents of this protocol hold beside numbers."""
    report = protocol.report
    return Outline(
        chapters=tuple(_chapter(one) for one in report.sections),
        summary=tuple(_chapter(one) for one in report.summary),
        abstract=report.abstract,
        passages=passages(protocol),
        word_template=report.word_template,
    )


def _chapter(one: OwnSection | str) -> Chapter:
    return Chapter(name=one) if isinstance(one, str) else Chapter(name="", title=one.title, words=one.words)


def passages(p: Protocol) -> tuple[Passage, ...]:
    """The paragraphs that have something to say, in order."""
    made = (
        ("conventions", "Time and data", _conventions),
        ("populations", "Populations", _populations),
        ("treatment", "Treatment", _versions),
        ("definitions", "Definitions", _facts),
        ("adverse-events", "Adverse events", _adverse_events),
        ("comparisons", "Comparisons with external sources", _comparisons),
        ("monitoring", "Stopping rules", _monitoring),
        ("assumptions", "Assumptions", _assumptions),
    )
    found = (Passage(id=f"methods:{name}", title=title, sentences=tuple(say(p))) for name, title, say in made)
    return tuple(passage for passage in found if passage.sentences)


def definitions(protocol: Protocol) -> tuple[str, ...]:
    """Every rule that an analysis of this protocol depends on, in words; an assumption says that it is one."""
    return tuple(
        f"Assumption: {sentence}" if passage.id == ASSUMPTIONS else sentence
        for passage in passages(protocol)
        for sentence in passage.sentences
    )


def _conventions(p: Protocol) -> Iterator[str]:
    zero = p.trial.time_zero.replace("_", " ")
    yield f"Time zero (day 1) is {zero}; durations count both end days; a month is {MONTH_DAYS} days."
    if p.trial.cutoff is not None:
        yield f"Data cut-off {p.trial.cutoff.isoformat()}."
    yield from p.response.rules


def _populations(p: Protocol) -> Iterator[str]:
    for name, population in p.populations.items():
        source = p.populations.get(population.source)
        whole = f"of {source.label or population.source}" if source is not None else f"of the {population.source}"
        kept = " and ".join(_kept(p, c) for c in population.keep)
        yield f"{population.label or name}: {whole}, " + (f"those with {kept}." if kept else "all.")


def _criterion(p: Protocol, c: Condition) -> str:
    """A condition with the label of its covariate: ``Philadelphia chromosome is negative``."""
    covariate = p.covariates.get(c.name)
    return c.criterion if covariate is None else c.criterion.replace(c.name, covariate.label, 1)


def _kept(p: Protocol, c: Condition) -> str:
    """What those kept have, in words: ``no Allogeneic transplantation``, ``treatment start on record``."""
    if c.fact is not None and c.tests in ((("is_", True),), (("is_", False),)):
        label = p.facts[c.fact].label or c.fact
        return label if c.tests[0][1] else f"no {label}"
    if c.tests == (("given", True),):
        return f"{c.name.replace('_', ' ')} on record"
    return _criterion(p, c)


def _facts(p: Protocol) -> Iterator[str]:
    for name, fact in p.facts.items():
        yield f"{fact.label or name}: {'; '.join(fact.rules)}."


def _adverse_events(p: Protocol) -> Iterator[str]:
    for name, e in p.endpoints.items():
        if isinstance(e, AdverseEvents):
            yield f"{e.label or name}: {'; '.join(counting_words(e, p))}."


def _versions(p: Protocol) -> Iterator[str]:
    for name, version in p.versions.items():
        because = f", because of {version.because.rstrip('.')}" if version.because else ""
        yield f"Version {version.label or name}: {_start(version)}{because}."
        yield from (_course(p, course) for course in version.courses)


def _course(p: Protocol, course: Course) -> str:
    regimen = p.regimens[course.regimen]
    lines = "; ".join(dose_text(dose) for _, dose in regimen.lines())
    many = len(course.cycles) > 1 or course.open_ended
    cycles = f"cycle{'s' * many} {span_text(course.cycles)}{' and on' * course.open_ended}"
    days = course.cycle_days or regimen.cycle_days
    length = f" of {days} days" if days is not None else ""
    return f"{regimen.label or course.regimen}, {cycles}{length}: {lines}."


def _comparisons(p: Protocol) -> Iterator[str]:
    for name, comparison in p.comparisons.items():
        yield _comparison(name, comparison, p)


def _monitoring(p: Protocol) -> Iterator[str]:
    for name, rule in p.monitoring.items():
        yield rule_words(name, rule)


def _assumptions(p: Protocol) -> Iterator[str]:
    for assumption in p.assumptions:
        yield f"{assumption.rstrip('.')}."


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
    eligible = "; ".join(_criterion(p, condition) for condition in c.eligibility) or "no further condition"
    further = "; further methods: " + "; ".join(short_words(m) for m in c.methods.values()) if c.methods else ""
    return (
        f"Comparison {c.label or name}: estimand {c.estimand}; trial population {c.population}, external patients "
        f"with a time zero; eligible on both sides: {eligible}; {missing_words(c.missing)}; "
        f"covariates: {covariates}; {method_words(c)}; standardized differences over the SD of "
        f"{c.smd}; gates: difference at most {c.gates.max_smd:g}, at least {c.gates.min_matched:g} of the patients "
        f"matched; Cox regression with {variance_words(c, 'pairs' if c.method in PAIRING else '')}{further}."
    )
