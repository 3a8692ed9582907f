"""The blind half of every comparison, from the cohorts: baselines are taken out and nothing else goes in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from onearm.cohort.baseline import Baseline, baseline
from onearm.cohort.population import populations
from onearm.cohort.tables import Cohort
from onearm.errors import Finding, ProtocolError
from onearm.external.align import needed
from onearm.external.blind import Blind, blind
from onearm.external.document import document
from onearm.external.index_date import timing
from onearm.external.seal import Body
from onearm.facts import state
from onearm.protocol.comparison import Comparison
from onearm.protocol.document import Protocol
from onearm.study.columns import columns
from onearm.study.trial import Trial


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
    digest = dict(trial.digests).get("protocol.yaml", "")
    return document(made, digest, seed, f"onearm {__version__}"), made


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
    from onearm.external.document import differences

    step = "undo the change, or lock the design again: `onearm lock DIR --again --reason TEXT`"
    found = [
        Finding(
            d.code, "error", f"design.json comparisons.{d.comparison}" if d.comparison else "design.json", d.says, step
        )
        for d in differences(trial.lock.design, made, seed)
    ]
    if found:
        raise ProtocolError(found)


def _with_day_one(everybody: Baseline, source: Cohort, protocol: Protocol) -> Baseline:
    """External patients who have a time zero: all of them, or those treated where treatment starts the clock."""
    if protocol.trial.time_zero == "enrolled":
        return everybody
    return everybody.only(source.subjects.filter("treated")["subject"])
