"""The work behind `onearm dose`: which patients, which cycles, which form."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from onearm.cli import show
from onearm.errors import Finding, UsageError, listed, near

if TYPE_CHECKING:
    from onearm.dosing import Plan
    from onearm.study import Trial


def dose_text(
    trial: Trial,
    plans: Sequence[Plan],
    form: str,
    stamp: dt.datetime,
    cycles: tuple[int, ...] | None = None,
    unasked: Mapping[str, str] | None = None,
) -> str:
    """Plans as the text of a form.

    Parameters
    ----------
    trial, plans
        What was loaded, and the plans asked for.
    form
        ``table``, ``csv``, ``json``, ``ics``, ``html`` or ``fhir``.
    stamp
        The time printed in a calendar; its date stands on a sheet.
    cycles
        The cycles that have sheets; None for all. Every other form prints the plans as they are.
    unasked
        Why there are no proposals, by subject: for the table.
    """
    protocol = trial.protocol
    if form == "csv":
        from onearm.io.dose import csv

        return csv.text(plans, protocol)
    if form == "json":
        from onearm.io.dose import json

        return json.text(plans, protocol)
    if form == "ics":
        from onearm.io.dose import ics

        return ics.text(plans, protocol, stamp=stamp)
    if form == "fhir":
        from onearm.io.dose import fhir

        if len(plans) != 1:
            raise UsageError.one("U334", "--format fhir", "a bundle holds one patient", "add --patient")
        return fhir.text(plans[0], protocol)
    if form == "html":
        from onearm.report import sheet

        proposals = {p.subject: p.proposals for p in plans if p.proposals}
        return sheet.page(plans, protocol, date=stamp.date(), proposals=proposals, cycles=cycles)
    from onearm.io.dose import table

    why = unasked or {}
    pages = (table.lines(one, protocol, unasked=why.get(one.subject, "")) for one in plans)
    return "\n".join(line for page in pages for line in (*page, "")).rstrip("\n") + "\n"


def planned(
    trial: Trial, patient: str | None, cohort: str | None, cycle: int | None, *, to_end: bool = False
) -> list[Plan]:
    """The whole plans of those asked for: one patient or all, and only those who have the cycle.

    With ``to_end`` the cycles are left out that would begin after the end of a patient's treatment.

    Raises
    ------
    UsageError
        U330 no such patient, U331 the number is in several cohorts, U332 the plan has no such cycle, U333 the protocol
        has no treatment to plan.
    """
    from onearm.dosing import plan, plans

    protocol = trial.protocol
    if not any(v.courses for v in protocol.versions.values()):
        step = "add `regimens`, and `versions` with their `courses`"
        raise UsageError.one("U333", "protocol.yaml", "the protocol has no courses of treatment", step)
    if patient is None:
        found = list(plans(protocol, trial.cohort, last_cycle=cycle, to_end=to_end).values())
        if cohort is not None:
            _known_cohort(trial, cohort)
            found = [p for p in found if p.cohort == cohort]
            if not found:
                says = f"no patient is in the cohort {cohort}"
                raise UsageError.one("U330", f"--cohort {cohort}", says, "see `cohort` in the table `subjects`")
    else:
        subject = _subject(trial, patient, cohort)
        found = [plan(protocol, trial.cohort, subject, last_cycle=cycle, to_end=to_end)]
    if cycle is None:
        return found
    chosen = [p for p in found if any(c.number == cycle for c in p.cycles)]
    if not chosen:
        last = max((c.number for p in found for c in p.cycles), default=0)
        has = f"1 to {last}" if last else "none"
        raise UsageError.one("U332", f"--cycle {cycle}", f"there is no such cycle in the plan ({has})", "name another")
    return chosen


def proposed(trial: Trial, plans: Sequence[Plan], cycle: int | None, date: dt.date) -> list[Plan]:
    """The same plans with what the modification rules propose for the next doses, or for those of the cycle.

    The plans are those of all the tables; for the rules nothing counts that is of a later day than ``date``.
    """
    from onearm.dosing.proposals import proposals

    found = proposals(trial.protocol, trial.cohort, plans, cycle=cycle, date=date)
    return [replace(p, proposals=found.get(p.subject, ())) for p in plans]


def narrowed(plan: Plan, cycle: int) -> Plan:
    """The same plan with one cycle only."""
    return replace(
        plan,
        cycles=tuple(c for c in plan.cycles if c.number == cycle),
        items=tuple(i for i in plan.items if i.cycle == cycle),
        visits=tuple(v for v in plan.visits if v.cycle == cycle),
    )


def _known_cohort(trial: Trial, cohort: str) -> None:
    known = list(trial.protocol.cohorts)
    if cohort not in known:
        says = f'there is no cohort "{cohort[:40]}"{near(cohort[:40], known)}'
        step = f"use one of: {listed(known)}" if known else "the protocol has no cohorts: leave out --cohort"
        raise UsageError.one("U330", f"--cohort {cohort[:40]}", says, step)


def _subject(trial: Trial, patient: str, cohort: str | None) -> str:
    """The subject meant by a patient number or a name; where they mean two subjects, neither is taken."""
    if cohort is not None:
        _known_cohort(trial, cohort)
    rows = list(trial.cohort.subjects.select("subject", "number", "cohort").iter_rows())
    mine = [r for r in rows if cohort is None or r[2] == cohort]
    number = int(patient) if patient.isascii() and patient.isdigit() and len(patient) <= 15 else None
    named = [r for r in mine if r[0] == patient]
    numbered = [r for r in mine if number is not None and r[1] == number]
    meant = {r[0] for r in (*named, *numbered)}
    if len(meant) == 1:
        return str(meant.pop())
    if named and numbered:
        says = (
            f'subject "{patient}" is patient {named[0][1]}, and patient number {patient} is subject "{numbered[0][0]}"'
        )
        step = f"name the one meant: --patient {named[0][1]} or --patient {numbered[0][0]}"
        raise UsageError.one("U331", f"--patient {patient}", says, step)
    if numbered:
        says = f"patient number {patient} is in the cohorts {listed([str(r[2]) for r in numbered])}"
        raise UsageError.one("U331", f"--patient {patient}", says, "add --cohort")
    meant_for = near(patient[:40], [s for s, _, _ in mine if _has_letter(s)]) if _has_letter(patient) else ""
    says = f'there is no patient with the number or name "{patient[:40]}"{meant_for}'
    if cohort is not None:
        says += f" in the cohort {cohort}"
    raise UsageError.one(
        "U330", f"--patient {patient[:40]}", says, "see `number` and `subject` in the table `subjects`"
    )


def _has_letter(name: str) -> bool:
    """Whether a name is more than a number: the next number is another patient, never a slip of the pen."""
    return any(letter.isalpha() for letter in name)


def day(text: str, option: str = "--date") -> dt.datetime:
    """The day of an option.

    Raises
    ------
    UsageError
        U300: it is not written like 2026-01-31.
    """
    if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
        with suppress(ValueError):
            return dt.datetime.combine(dt.date.fromisoformat(text), dt.time(), dt.UTC)
    raise UsageError.one("U300", option, f'"{text[:40]}" is not a day', "write year-month-day, like 2026-01-31")


def _inputs(trial: Trial, folder: Path) -> Iterator[Path]:
    """The trial's own files, external ones included: nothing is written over them."""
    yield from (folder / name for name, _ in trial.digests)
    yield folder / "claims.yaml"
    for source in trial.protocol.external.values():
        yield from (folder / source.folder).glob("*")


def dose(
    folder: Path,
    patient: str | None,
    cohort: str | None,
    cycle: int | None,
    form: str,
    out: Path | None,
    stamp: dt.datetime,
) -> tuple[Finding, ...]:
    """Print or write the doses asked for; what was refused comes back as findings."""
    from onearm.dosing.proposals import unasked
    from onearm.io.load import load

    trial = load(folder, external=False, rules=False)
    # a calendar takes back what an earlier one may have said, a sheet says which cycles do not come any more
    to_end = cycle is None and form not in ("ics", "html")
    whole = proposed(trial, planned(trial, patient, cohort, cycle, to_end=to_end), cycle, stamp.date())
    why = {p.subject: unasked(trial.protocol, p, cycle=cycle, date=stamp.date()) for p in whole}
    if cycle is None or form == "html":  # a sheet says which of how many cycles it is, and sums up to it
        text = dose_text(trial, whole, form, stamp, None if cycle is None else (cycle,), why)
    else:
        text = dose_text(trial, [narrowed(p, cycle) for p in whole], form, stamp, unasked=why)
    if out is None:
        show.out(text.rstrip("\n"))
    else:
        from onearm.io.folder import write_text

        write_text(out, text, _inputs(trial, folder))
    return tuple(f for p in whole for f in p.findings)
