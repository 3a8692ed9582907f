"""One stopping rule as tables: its limits, what it does at true rates, and what it said after every patient."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from onearm import text
from onearm.results import Boundaries, Estimate, Moment, Results, TimeBoundaries, Watch
from onearm.tables.cells import value
from onearm.tables.model import Cell, Row, Table, words
from onearm.tables.names import moment, unique

Known = Mapping[tuple[str, str, str], Estimate]
"""Estimates of one rule by statistic, what stands after ``@``, and version."""

_STOPS = {
    "futility": "Stop for futility",
    "efficacy": "Stop for efficacy",
    "harm": "Stop for harm",
    "safe": "Stop: safe enough",
}

_ENDS = {
    "success": "Success",
    "stop": "Stop",
    "stop_error": "Monte Carlo error",
    **{f"stop_{means}": said for means, said in _STOPS.items()},
    "early": "Stop early",
    "expected_n": "Expected patients",
    "median_n": "Median patients",
    "expected_events": "Expected events",
}
"""Headings of what a rule does, in order."""


def boundary(results: Results, w: Watch, by: Known) -> Table:
    """The counts that stop; looks at one patient after the other with the same limits share a row."""
    limits = next((b for b in results.boundaries if b.id == f"monitoring.{w.rule}"), None)
    rows: tuple[Row, ...] = ()
    columns: tuple[str, ...] = ("",)
    notes: tuple[str, ...] = ()
    if isinstance(limits, TimeBoundaries):
        columns, rows = (
            ("", "Stop if below: " + limits.axis[:1].lower() + limits.axis[1:]),
            tuple(_time_rows(limits, by)),
        )
        notes = (f"Counted is {limits.event}.", *limits.notes)
    elif limits is not None:
        columns, rows = _columns(limits), tuple(_rows(limits, by))
        notes = (_end(limits), *limits.notes)
    return Table(
        id=f"boundary-{w.rule}",
        title=f"{w.label}: stopping boundary",
        section="monitoring",
        columns=words(*columns),
        rows=rows,
        footnotes=unique(_sentence(n) for n in (*notes, *_assumed(by))),
        notice=results.header.notice,
    )


def characteristics(results: Results, w: Watch, by: Known) -> Table:
    """What the rule does, one row a true rate."""
    stats = [s for s in _ENDS if any(stat == s and at for stat, at, _ in by)]
    truths = unique(at for stat, at, _ in by if stat in stats and at)
    curves = next((c for c in results.characteristics if c.id == f"monitoring.{w.rule}"), None)
    methods = unique(e.method for (stat, at, _), e in by.items() if stat in stats and at)
    said = curves.notes if curves is not None and curves.notes else methods
    n_max = max((e.n for (stat, _, _), e in by.items() if stat in stats), default=0)
    early = f"Stop early: with fewer than {n_max} patients." if "early" in stats else ""
    kind = curves.rate if curves is not None else "True rate"
    return Table(
        id=f"characteristics-{w.rule}",
        title=f"{w.label}: operating characteristics",
        section="monitoring",
        columns=words(kind, *(_ENDS[s] for s in stats)),
        rows=tuple(Row(moment(at), tuple(value(by.get((s, at, ""))) for s in stats)) for at in truths),
        footnotes=unique(_sentence(n) for n in (early, *said, *_assumed(by)) if n),
        notice=results.header.notice,
    )


def history(results: Results, w: Watch) -> Table:
    """What was known and decided after every patient; days on which nothing changed for this rule are left out."""
    kept = [m for before, m in zip((None, *w.moments), w.moments, strict=False) if before is None or _news(before, m)]
    timed = any(isinstance(b, TimeBoundaries) and b.id == w.id for b in results.boundaries)
    waits, weighs = any(m.pending for m in kept), timed or any(m.weight != m.evaluated for m in kept)
    believes = any(m.belief is not None for m in kept)
    weight = "Months on test" if timed else "Weight"
    heads = ["Enrolled", "Count", "Events", *(["Pending"] if waits else []), *([weight] if weighs else [])]
    heads += ["Look due", *(["Probability"] if believes else []), "Decision"]
    left = len(kept) < len(w.moments)
    return Table(
        id=f"history-{w.rule}" + (f"-{w.group}" if w.group else ""),
        title=f"{w.label}: decision after every patient" + (f", version {w.group}" if w.group else ""),
        section="monitoring",
        columns=words("Date", *heads),
        rows=tuple(Row(m.date or "All data", tuple(_moment(w, m, waits, weighs, believes))) for m in kept),
        footnotes=(
            "Each day as it was known on that day; the last row is the day of the decision."
            + (" Days on which nothing changed are left out." if left else ""),
            "Every day, of every rule, stands in monitoring.csv.",
        ),
        notice=results.header.notice,
    )


def _news(before: Moment, now: Moment) -> bool:
    same = ("evaluated", "events", "pending", "weight", "word")
    return now.due or any(getattr(before, name) != getattr(now, name) for name in same)


def _moment(w: Watch, m: Moment, waits: bool, weighs: bool, believes: bool) -> Iterator[Cell]:
    told = [str(m.enrolled), str(m.evaluated), str(m.events), *([str(m.pending)] if waits else [])]
    told += [text.number(m.weight, 1)] if weighs else []
    told.append("yes" if m.due else "")
    told += [text.quantity(m.belief, "probability") if m.belief is not None else ""] if believes else []
    yield from (Cell(((said, w.id),)) if said else Cell() for said in told)
    yield Cell(((m.word, w.id),), "enrolment ends" if m.word.startswith("stop") else "")


def _columns(b: Boundaries) -> tuple[str, ...]:
    heads = ["Patients evaluated"]
    if b.low_means[0]:
        heads.append(f"{_STOPS[b.low_means[0]]} if {b.names[0]} ≤")
    if b.high_means[0]:
        heads.append(f"{_STOPS[b.high_means[0]]} if {b.names[0]} ≥")
    return tuple(heads)


def _rows(b: Boundaries, by: Known) -> Iterator[Row]:
    """The final look, where it says what the trial concludes, keeps a row of its own."""
    runs: list[tuple[int, int, int, int]] = []
    for n, low, high in zip(b.n, b.low[0], b.high[0], strict=True):
        held = high if high <= n else -1
        if runs and runs[-1][1:] == (n - 1, low, held) and not (_decides(b) and n == b.n_max):
            runs[-1] = (runs[-1][0], n, low, held)
        else:
            runs.append((n, n, low, held))
    for first, last, _, _ in runs:
        label = f"{first} to {last}" if first != last else f"{first}"
        cells = [value(by.get(("stop_at_most", f"{first}", "")))] if b.low_means[0] else []
        cells += [value(by.get(("stop_at_least", f"{first}", "")))] if b.high_means[0] else []
        yield Row(f"{label} (final)" if _decides(b) and first == b.n_max else label, tuple(cells))


def _time_rows(b: TimeBoundaries, by: Known) -> Iterator[Row]:
    for d in b.events:
        least = by.get(("least_time", f"{d}", ""))
        if least is not None:
            yield Row(f"After {d} event{'' if d == 1 else 's'}", (value(least),))


def _decides(b: Boundaries) -> bool:
    """Whether the last look is at the last patient and has a limit for futility: it says what the trial concludes."""
    return b.n[-1] == b.n_max and b.low_means[0] == "futility" and b.low[0][-1] >= 0


def _end(b: Boundaries) -> str:
    if b.n[-1] < b.n_max:
        return f"The trial has {b.n_max} patients; after the look at {b.n[-1]} no rule applies any more."
    if _decides(b):
        return f"At the final look, {b.n_max} patients, a count in the region for futility is a negative result."
    return f"The trial has {b.n_max} patients; the last look is at the last of them."


def _assumed(by: Known) -> tuple[str, ...]:
    return unique(note for e in by.values() for note in e.notes)


def _sentence(said: str) -> str:
    plain = said[:1].upper() + said[1:]
    return plain if plain.endswith((".", "?", "!")) else f"{plain}."
