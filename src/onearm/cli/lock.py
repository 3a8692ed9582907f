"""The work behind `onearm lock`: settle the design of every comparison, show whether its gates hold, freeze it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from onearm.cli import show
from onearm.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from onearm.external.blind import Blind
    from onearm.study.trial import Lock


def lock(folder: Path, seed: int, again: bool, reason: str, quiet: bool) -> tuple[Lock, dict[str, Blind]]:
    """Make the design of a trial folder without looking at an outcome, and lock it.

    Raises
    ------
    UsageError
        U340 when the trial compares itself with nothing, U341 when ``again`` comes without a reason, X508 when a design
        is locked already.
    """
    from onearm.io.load import check
    from onearm.io.lock import read_before, write_lock

    if again and not reason.strip():
        raise UsageError.one("U341", str(folder), "no reason was given", "say why: `--again --reason TEXT`")
    if not again and (before := read_before(folder)) is not None:
        says = f"a design was locked here on {before}"
        step = "to lock another one, give `--again --reason TEXT`: the change is recorded and shown"
        raise UsageError.one("X508", "design.json", says, step)
    with show.progress(quiet) as say:
        say("reading protocol and tables")
        trial = _load(folder, check)
        if not trial.protocol.comparisons:
            step = "add one under `comparisons` of the protocol"
            raise UsageError.one("U340", str(folder), "the trial has no comparison: there is nothing to lock", step)
        say("choosing controls")
        from onearm.study.blind import design_document

        body, made = design_document(trial, seed)
        written = write_lock(folder, body, reason.strip() if again else "")
    return written, made


def _load(folder: Path, check: Any) -> Any:
    """The trial, even when the design that is to be replaced cannot be read."""
    from onearm.errors import DataError, ProtocolError

    checked = check(folder, lock=False)
    if checked.trial is None:
        kind = ProtocolError if any(f.blocks and f.code.startswith("P") for f in checked.findings) else DataError
        raise kind(checked.findings)
    return checked.trial


def lines(written: Lock, made: Mapping[str, Blind]) -> Iterator[str]:
    """What was locked, one block a comparison."""
    from onearm.protocol.method_words import short_words
    from onearm.tables.gates import gate_verdict, shown_gate

    for name, one in made.items():
        ours, theirs = len(one.primary.trial), len(one.primary.external)
        yield f"{name}: {ours} trial and {theirs} external patients can be compared"
        for key, design in one.designs.items():
            words = short_words(design.settings) if design.settings is not None else key
            yield f"  {key}: {words}"
            if design.refused:
                yield f"    refused: {design.refused}"
                continue
            yield f"    {len(design.used_trial)} trial and {len(design.used_external)} external; {design.estimand}"
            for gate in one.diagnoses[key].gates:
                found, threshold = shown_gate(gate)
                verdict = gate_verdict(gate)
                why = "" if verdict == "passed" else f"; {gate.says}"
                yield f"    {verdict.replace('failed', 'FAILED')}  {gate.name}: {found} (threshold {threshold}){why}"
    yield f"locked {written.locked}, digest {written.digest[:16]}"
    if written.first_look:
        yield f"NOT prespecified: outcomes were looked at on {written.first_look}, before this lock"


def as_json(written: Lock, made: Mapping[str, Blind]) -> dict[str, Any]:
    """The same as plain values."""
    comparisons = {
        name: {
            key: {
                "estimand": design.estimand,
                "trial": len(design.used_trial),
                "external": len(design.used_external),
                "refused": design.refused,
                "gates": [
                    {"name": g.name, "value": g.value, "threshold": g.threshold, "passed": g.passed, "says": g.says}
                    for g in one.diagnoses[key].gates
                ],
            }
            for key, design in one.designs.items()
        }
        for name, one in made.items()
    }
    return {
        "locked": written.locked,
        "digest": written.digest,
        "first_look": written.first_look or None,
        "comparisons": comparisons,
    }
