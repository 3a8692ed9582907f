"""The work behind `onearm monitor`: the stopping rules of a trial on its data, as of a day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from onearm import text
from onearm.cli import show
from onearm.cli.dose import day
from onearm.errors import UsageError

if TYPE_CHECKING:
    from onearm.results import Estimate, Moment, Watch
    from onearm.study.watched import Watched


def known_on(text: str) -> dt.datetime:
    """The day of ``--as-of``."""
    return day(text, "--as-of")


def monitor(folder: Path, as_of: dt.date | None, history: bool, quiet: bool) -> Watched:
    """Judge every rule of a trial folder.

    Raises
    ------
    UsageError
        U350 when the protocol has no stopping rule, U351 when a day is asked for and the trial counts study days, U352
        when nobody was enrolled by that day.
    """
    from onearm.io.load import load
    from onearm.study.dates import last_day
    from onearm.study.watch import watch

    with show.progress(quiet) as say:
        say("reading protocol and tables")
        trial = load(folder, external=False)
        if not trial.protocol.monitoring:
            step = "add one under `monitoring` of the protocol"
            raise UsageError.one("U350", str(folder), "the protocol has no stopping rule", step)
        enrolled = trial.cohort.subjects["enrolled"].drop_nulls()
        if as_of is not None and enrolled.is_empty():
            says = "the trial counts study days, so that nobody knows what was known on a date"
            raise UsageError.one("U351", "--as-of", says, "leave out `--as-of`: all of the data are judged")
        if as_of is not None and not (enrolled <= as_of).any():
            first = min(enrolled.to_list())
            says = f"nobody was enrolled by {as_of.isoformat()}; the first patient was on {first.isoformat()}"
            raise UsageError.one("U352", "--as-of", says, f"give a day from {first.isoformat()} on")
        last = last_day(trial.cohort)
        if as_of is not None and last is not None and as_of > last and not quiet:
            show.note(f"the data end on {last.isoformat()}: nothing is known of later days")
        say("judging the rules")
        return watch(trial.protocol, trial.cohort, as_of, history=history)


def stops(watched: Watched) -> bool:
    """Whether enrolment must end or wait by any rule, now or since an earlier look."""
    return any(w.stopped or w.word.startswith(("stop", "suspend")) for w in watched.watches)


def lines(watched: Watched, history: bool) -> Iterator[str]:
    """What is said of each rule, one block a rule."""
    for k, w in enumerate(watched.watches):
        yield from ([""] if k else [])
        key = f" (monitoring.{w.rule})" if w.label != w.rule else ""  # rules may have one label
        yield w.label + key + (f", version {w.group}" if w.group else "") + (f", as of {w.date}" if w.date else "")
        yield f"  {w.word.upper()}: {w.reason}"
        if w.stopped:
            yield f"  The rule stopped the trial on {w.stopped}."
        for e in watched.estimates:
            if e.variable == f"monitoring.{w.rule}" and e.group == w.group:
                yield f"  {e.label}: {_shown(e)}"
        if w.next_n is not None:
            yield f"  The decision can change at {w.next_n} patients, not before."
        for note in w.notes:
            yield f"  {note}"
        if history:
            yield from (f"  {line}" for line in _history(w))
    yield ""
    yield from dict.fromkeys(f"monitoring.{w.rule}: {w.words}" for w in watched.watches)


def _shown(e: Estimate) -> str:
    named = e.unit != "months" or e.value is None or e.label.startswith("Months")
    said = text.quantity(e.value, e.unit) + ("" if named else " months")
    unit = "patients" if e.unit == "mean" else e.unit
    return said if e.low is None and e.high is None else f"{said} ({text.interval(e.low, e.high, unit)})"


def _history(w: Watch) -> Iterator[str]:
    head = ("date", "enrolled", "count", "events", "pending", "look due", "probability", "decision")
    rows = [head, *(_moment(m) for m in w.moments)]
    widths = [max(len(row[i]) for row in rows) for i in range(len(head))]
    for row in rows:
        yield "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()


def _moment(m: Moment) -> tuple[str, ...]:
    belief = text.quantity(m.belief, "probability") if m.belief is not None else ""
    counts = (m.enrolled, m.evaluated, m.events, m.pending)
    return (m.date or "all data", *(str(v) for v in counts), "yes" if m.due else "", belief, m.word)


def as_json(watched: Watched) -> list[dict[str, Any]]:
    """The same as plain values."""
    from onearm.results import plain

    return [
        {
            **plain.plain(w),
            "numbers": {
                e.id: {"value": e.value, "low": e.low, "high": e.high, "unit": e.unit, "label": e.label}
                for e in watched.estimates
                if e.variable == f"monitoring.{w.rule}" and e.group == w.group
            },
        }
        for w in watched.watches
    ]
