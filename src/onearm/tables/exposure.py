"""What was given: cycles started, and patients, cycles and cumulative dose of each drug."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from onearm.results import Estimate, Results
from onearm.tables.cells import cell, count_part, joined, shown
from onearm.tables.footnotes import footnotes
from onearm.tables.model import Cell, Row, Table, words
from onearm.tables.names import of_context, parse, plain, unique

_CYCLES = "cycles"
Known = Mapping[tuple[str, str], Estimate]


def exposure(results: Results) -> tuple[Table, ...]:
    """Two tables: how many started each cycle, by version; and a row for each drug."""
    chosen = of_context(results, "exposure")
    if not chosen:
        return ()
    by = {(parse(e.id).statistic + "@" + parse(e.id).at, parse(e.id).group): e for e in chosen}
    groups = tuple(dict.fromkeys(parse(e.id).group for e in chosen))
    tables = (_cycles(results, by, groups), _drugs(results, chosen, by, groups))
    return tuple(t for t in tables if t.ids)


def spread(by: Known, name: str, group: str, template: str, stats: Sequence[str]) -> Cell:
    """Several statistics of one number in a cell, or the reason's ``NE`` once."""
    found = [by[f"{name}.{s}@", group] for s in stats if (f"{name}.{s}@", group) in by]
    if len(found) != len(stats):
        return Cell()
    if any(e.value is None for e in found):
        return cell(shown(found[0]), found[0])
    return joined(template, *found)


def heading(group: str) -> str:
    """Words for a part of the treated: ``version=original`` is ``Version: original``."""
    return plain(group) if group else "All treated"


def notes(estimates: Iterable[Estimate]) -> tuple[str, ...]:
    """What is said with numbers, as sentences, each once."""
    said = unique(note for e in estimates for note in e.notes)
    return tuple(f"{note[:1].upper()}{note[1:]}." for note in said)


def _cycles(results: Results, by: Known, groups: Sequence[str]) -> Table:
    shown_in = [e for (name, _), e in by.items() if name.partition("@")[0].partition(".")[0] == _CYCLES]
    rows = [
        Row(label, tuple(spread(by, _CYCLES, g, template, stats) for g in groups), 1)
        for label, template, stats in (
            ("Median (Q1, Q3)", "{} ({}, {})", ("median", "q1", "q3")),
            ("Range", "{} to {}", ("min", "max")),
        )
    ]
    numbers = unique(parse(e.id).at for e in shown_in)
    begun = [Row(f"Cycle {n}", tuple(count_part(by.get((f"{_CYCLES}@{n}", g))) for g in groups), 1) for n in numbers]
    return Table(
        id="cycles",
        title="Cycles started",
        section="exposure",
        columns=words("", *(heading(g) for g in groups)),
        rows=(Row("Cycles for each patient", head=True), *rows, Row("Patients who started (%)", head=True), *begun),
        footnotes=(*footnotes(e for e in shown_in if e.stat == "n"), *notes(shown_in)),
        notice=results.header.notice,
    )


def _drugs(results: Results, chosen: Sequence[Estimate], by: Known, groups: Sequence[str]) -> Table:
    counts = [e for e in chosen if parse(e.id).statistic.endswith(".patients")]
    rows: list[Row] = []
    for drug in unique(parse(e.id).statistic.partition(".")[0] for e in counts):
        rows += [_drug(by, drug, g, len(groups) > 1) for g in groups if (f"{drug}.patients@", g) in by]
    return Table(
        id="exposure",
        title="Exposure",
        section="exposure",
        columns=words("", "Patients (%)", "Cycles", "Cumulative dose", "Per m2 of surface"),
        rows=tuple(rows),
        footnotes=(
            "Median (range) of those who received the drug. Cumulative dose: every dose on record, planned or not. "
            "Per m2: each dose over the surface that its cycle was computed with.",
            *footnotes(counts),
            *notes(e for e in chosen if parse(e.id).statistic.partition(".")[0] != _CYCLES),
        ),
        notice=results.header.notice,
    )


def _drug(by: Known, drug: str, group: str, several: bool) -> Row:
    count = by[f"{drug}.patients@", group]
    dose = by.get((f"{drug}.cumulative.median@", group))
    label = heading(group) if group else count.label.rpartition(": ")[0] + (f", {dose.unit}" if dose else "")
    names = (f"{drug}.{what}" for what in ("cycles", "cumulative", "cumulative_per_m2"))
    cells = (spread(by, name, group, "{} ({} to {})", ("median", "min", "max")) for name in names)
    return Row(label, (count_part(count), *cells), 1 if several and group else 0)
