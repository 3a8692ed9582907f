"""The run: protocol and cohorts in, results out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from onearm import endpoints
from onearm.cohort.population import populations
from onearm.cohort.tables import Cohort
from onearm.endpoints import Analysis
from onearm.errors import Finding, ProtocolError
from onearm.external.blind import Blind
from onearm.facts import state
from onearm.protocol.document import Protocol
from onearm.results import Choice, Estimate, Evidence, Gate, Header, Pair, Results
from onearm.study.blind import design_of, refuse_other_than_locked
from onearm.study.columns import columns
from onearm.study.commitment import commitment
from onearm.study.comparison import compare
from onearm.study.evidence import rows_told, told
from onearm.study.flow import trial_flow
from onearm.study.moments import moment_rows
from onearm.study.passages import definitions, outline
from onearm.study.schedule import schedules
from onearm.study.sensitivity import sensitivity
from onearm.study.statements import statements
from onearm.study.subject_listing import subject_listing
from onearm.study.swimmer import lanes
from onearm.study.trial import Trial
from onearm.study.watched import Watched


def run(trial: Trial, seed: int = 1) -> Results:
    """Analyse a trial.

    Parameters
    ----------
    trial
        What `onearm.load` returned.
    seed
        Seed of whatever is random: the bootstrap of the estimator `clone-censor-weight`.

    Returns
    -------
    Results
        Every number with its method, population and subjects; the same trial gives the same results.
    """
    protocol, cohort = trial.protocol, trial.cohort
    facts = state(protocol, cohort)
    members, steps = populations(protocol, columns(cohort, facts))
    analysis = Analysis(protocol, cohort.subjects, facts, members, cohort, seed)
    flow, estimates = trial_flow(protocol, analysis, steps)
    found = endpoints.estimate(analysis)
    estimates += found.estimates
    curves, flows = list(found.curves), [flow]
    residuals = list(found.residuals)
    gates: list[Gate] = []
    pairs: list[Pair] = []
    chosen: list[Choice] = []
    evidence: dict[str, Mapping[str, Evidence]] = {name: told(fact.frame) for name, fact in facts.items()}
    evidence.update(found.evidence)
    evidence["baseline"] = rows_told(cohort.subjects)
    made = {
        name: design_of(name, c, protocol, members[c.population], cohort, trial.external[c.source], seed)
        for name, c in protocol.comparisons.items()
    }
    refuse_other_than_locked(trial, made, seed)
    said = [s for one_blind in made.values() for s in statements(one_blind, protocol)]
    for name, one_blind in made.items():
        one = compare(one_blind, analysis, trial.external[protocol.comparisons[name].source])
        estimates += one.estimates
        curves += one.curves
        gates += one.gates
        flows += one.flows
        pairs += one.pairs
        chosen += one.choices
        residuals += one.residuals
        doubt = sensitivity(one_blind, one.estimates, trial, members[one_blind.settings.population], analysis)
        estimates += doubt.estimates
        said += doubt.statements
        for fact, rows in (*one.evidence.items(), *doubt.evidence.items()):
            evidence[fact] = {**evidence.get(fact, {}), **rows}
    further = _published(trial, analysis, estimates, gates)
    estimates += further.estimates
    curves += further.curves
    estimates += _borrowed(trial, analysis, made)
    listings: dict[str, tuple[Mapping[str, str | int], ...]] = {}
    estimates += _exposed(protocol, cohort, evidence, listings)
    watched = _watched(protocol, cohort)
    estimates += watched.estimates + watched.rule_numbers
    evidence.update(watched.evidence)
    if watched.watches:
        listings["monitoring"] = tuple(row for w in watched.watches for row in moment_rows(w))
    _refuse_twins(estimates)
    return Results(
        header=_header(trial),
        estimates={e.id: e for e in estimates},
        curves={c.id: c for c in curves},
        gates=tuple(gates),
        flows=tuple(flows),
        pairs=tuple(pairs),
        choices=tuple(chosen),
        commitment=(commitment(trial.lock),) if protocol.comparisons else (),
        residuals=tuple(residuals),
        lanes=lanes(protocol, cohort),
        schedules=schedules(protocol),
        bars=tuple(found.bars),
        watches=tuple(watched.watches),
        boundaries=tuple(watched.boundaries),
        characteristics=tuple(watched.curves),
        statements=tuple(said),
        outline=outline(protocol),
        evidence=evidence,
        listings=listings,
        listed=(subject_listing(protocol, cohort, facts), *found.listed),
    )


def _published(trial: Trial, analysis: Analysis, found: list[Estimate], gates: list[Gate]) -> endpoints.Output:
    """Comparators known from publications; trials without any load none of it."""
    if not trial.protocol.published:
        return endpoints.Output()
    from onearm.study.published import published

    return published(trial.protocol, trial.published, analysis, found, gates)


def _borrowed(trial: Trial, analysis: Analysis, made: Mapping[str, Blind]) -> list[Estimate]:
    """What earlier patients lend; trials that borrow nothing load none of it."""
    if not trial.protocol.borrowing:
        return []
    from onearm.study.borrowing import borrowing

    return borrowing(trial.protocol, trial.external, analysis, made)


def _watched(protocol: Protocol, cohort: Cohort) -> Watched:
    """Stopping rules as of the last day of the data; trials without one load none of it."""
    if not protocol.monitoring:
        return Watched()
    from onearm.study.watch import watch

    return watch(protocol, cohort)


def _exposed(
    protocol: Protocol,
    cohort: Cohort,
    evidence: dict[str, Mapping[str, Evidence]],
    listings: dict[str, tuple[Mapping[str, str | int], ...]],
) -> list[Estimate]:
    """What was given beside what was planned; trials that plan no treatment load none of it."""
    if cohort.doses.is_empty() or not any(v.courses for v in protocol.versions.values()):
        return []
    from onearm.dosing.deviation import rows
    from onearm.dosing.intensity import listing
    from onearm.study.exposure import given_treatment

    given = given_treatment(protocol, cohort)
    evidence.update(given.evidence)
    if given.deviations:
        listings["deviations"] = tuple(rows(given.deviations))
    if given.intensity:
        listings["intensity"] = tuple(listing(given.intensity))
    return given.estimates


def _refuse_twins(estimates: list[Estimate]) -> None:
    """Two numbers of one id would hide one of them."""
    twice = [key for key, n in Counter(e.id for e in estimates).items() if n > 1]
    if twice:
        says = f"two numbers would have the id {twice[0]}" + (f" (and {len(twice) - 1} more)" if twice[1:] else "")
        step = "rename an endpoint or a population, or remove what is named twice"
        raise ProtocolError([Finding("P117", "error", "protocol.yaml:1", says, step)])


def _header(trial: Trial) -> Header:
    from onearm import __version__

    protocol = trial.protocol
    notices = [protocol.trial.notice, *(s.notice for s in protocol.external.values())]
    return Header(
        trial=protocol.trial.id,
        title=protocol.trial.title,
        arm=protocol.trial.arm,
        registry=protocol.trial.registry,
        notice=" ".join(dict.fromkeys(n.strip() for n in notices if n.strip())),
        cutoff=protocol.trial.cutoff.isoformat() if protocol.trial.cutoff else "",
        software=f"onearm {__version__}",
        definitions=definitions(protocol),
        findings=tuple(sorted({f"{f.code} {f.where.partition(':')[0]}: {f.says}" for f in trial.findings})),
    )
