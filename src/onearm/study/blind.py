"""The blind half of every comparison, from the cohorts: baselines are taken out and nothing else goes in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from onearm.cohort.baseline import Baseline, baseline
from onearm.cohort.population import populations
from onearm.cohort.tables import Cohort
from onearm.errors import Finding, ProtocolError
from onearm.external.align import needed
from onearm.external.blind import Blind, blind
from onearm.external.document import document
from onearm.external.index_date import timing
from onearm.external.seal import Body, digest, sealed
from onearm.facts import state
from onearm.protocol.comparison import Comparison
from onearm.protocol.document import Protocol
from onearm.study.columns import columns
from onearm.study.trial import Trial

if TYPE_CHECKING:
    from onearm.external.document import Difference


def design_of(
    name: str,
    comparison: Comparison,
    protocol: Protocol,
    members: Sequence[str],
    trial: Cohort,
    source: Cohort,
    seed: int = 1,
) -> Blind:
    """The blind half of one comparison. ``members`` are those of the trial's population."""
    wanted = needed(comparison)
    ours = baseline(trial, wanted, protocol).only(members)
    everybody = baseline(source, wanted, protocol)
    theirs = _with_day_one(everybody, source, protocol)
    return blind(name, comparison, ours, theirs, everybody, seed, timings=(timing(trial), timing(source)))


def designs_of(trial: Trial, seed: int = 1) -> dict[str, Blind]:
    """The blind half of every comparison of a trial."""
    protocol = trial.protocol
    facts = state(protocol, trial.cohort)  # a population may be told by a fact
    members, _ = populations(protocol, columns(trial.cohort, facts))
    return {
        name: design_of(name, c, protocol, members[c.population], trial.cohort, trial.external[c.source], seed)
        for name, c in protocol.comparisons.items()
    }


def design_document(trial: Trial, seed: int = 1) -> tuple[Body, dict[str, Blind]]:
    """What `onearm lock` writes, and the designs it speaks of."""
    from onearm import __version__

    made = designs_of(trial, seed)
    body = document(made, dict(trial.digests).get("protocol.yaml", ""), seed, f"onearm {__version__}")
    return sealed({**body, "outcomes": outcome_digests(trial.protocol)}), made


def outcome_digests(protocol: Protocol) -> dict[str, str]:
    """Digest of everything that says what is estimated in a comparison: endpoints, facts, populations, time zero.

    The names are those of the parts; a change of any of them after the lock is refused.
    """
    whole = protocol.model_dump(mode="json", by_alias=True)
    compared = {e for c in protocol.comparisons.values() for e in c.endpoints}
    parts = {f"endpoint {name}": clause for name, clause in whole["endpoints"].items() if name in compared}
    parts |= {f"fact {name}": clause for name, clause in whole["facts"].items()}
    parts |= {f"population {name}": clause for name, clause in whole["populations"].items()}
    parts |= {"time zero": whole["trial"]["time_zero"]}
    parts |= {name: whole[name] for name in ("response", "published", "borrowing") if whole.get(name)}
    return {name: digest(clause) for name, clause in parts.items()}


def refuse_other_than_locked(trial: Trial, made: Mapping[str, Blind], seed: int) -> None:
    """Estimate nothing on a design that is not the locked one.

    Raises
    ------
    ProtocolError
        X503 other baseline data, X504 other settings, X505 another set of comparisons, X506 other pairs or weights from
        the same data, X507 another seed.
    """
    if trial.lock is None or trial.lock.design is None:
        return
    step = "undo the change, or lock the design again: `onearm lock DIR --again --reason TEXT`"
    found = list(_redefined(trial, step))
    found += [
        Finding(
            d.code, "error", f"design.json comparisons.{d.comparison}" if d.comparison else "design.json", d.says, step
        )
        for d in _differences(trial.lock.design, made, seed)
    ]
    if found:
        raise ProtocolError(found)


def _redefined(trial: Trial, step: str) -> Iterator[Finding]:
    """Parts that say what is estimated and are not those that were locked."""
    assert trial.lock is not None
    assert trial.lock.design is not None
    then, now = trial.lock.design.get("outcomes", {}), outcome_digests(trial.protocol)
    for name in sorted({*then, *now}):
        if then.get(name) != now.get(name):
            done = "changed" if name in then and name in now else "added" if name in now else "removed"
            says = f"what is estimated was redefined after the lock: {name} was {done}"
            yield Finding("X509", "error", "design.json outcomes", says, step)


def _differences(locked: Mapping[str, Any], made: Mapping[str, Blind], seed: int) -> list[Difference]:
    """The differences, or one that says that the locked document is not of this shape."""
    from onearm.external.document import Difference, differences

    try:
        return list(differences(locked, made, seed))
    except (KeyError, TypeError, AttributeError, ValueError) as problem:
        return [
            Difference("X502", "", f"it lacks what a design of this version has ({type(problem).__name__}: {problem})")
        ]


def _with_day_one(everybody: Baseline, source: Cohort, protocol: Protocol) -> Baseline:
    """External patients who have a time zero: all of them, or those treated where treatment starts the clock."""
    if protocol.trial.time_zero == "enrolled":
        return everybody
    return everybody.only(source.subjects.filter("treated")["subject"])
