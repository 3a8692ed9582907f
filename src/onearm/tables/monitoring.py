"""Stopping rules: the decision as the data stand, its limits, what it does, and what it said after each patient."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from onearm.results import Estimate, Results, Watch
from onearm.tables.cells import level_text, value_limits
from onearm.tables.joint_rules import joint
from onearm.tables.model import Cell, Row, Table, words
from onearm.tables.names import of_context, parse, plain, unique
from onearm.tables.rule import Known, boundary, characteristics, history

_OF_THE_RULE = {"success", "stop", "early", "expected_n", "median_n", "expected_events", "least_time"}


def monitoring(results: Results) -> tuple[Table, ...]:
    """Up to four kinds of table a rule, in the order in which they are read."""
    alone = tuple(table for rule in rules(results) for table in _of_rule(results, rule) if table.rows)
    return alone + joint(results)


def rules(results: Results) -> tuple[str, ...]:
    """The keys of the stopping rules, in order."""
    return unique(w.rule for w in results.watches)


def stamp(w: Watch) -> str:
    """The warning that goes with a decision which ends enrolment or holds it, or which a past look already made."""
    for word, said in (("stop", "enrolment ends"), ("suspend", "enrolment waits")):
        if w.word.startswith(word):
            return said
    return "stopped at an earlier look" if w.stopped else ""


def _of_rule(results: Results, rule: str) -> tuple[Table, ...]:
    watches = [w for w in results.watches if w.rule == rule]
    mine = [e for e in of_context(results, "monitoring") if e.variable == f"monitoring.{rule}"]
    by = {(e.stat, parse(e.id).at, e.group): e for e in mine}
    return (
        _decision(results, watches, mine, by),
        boundary(results, watches[0], by),
        characteristics(results, watches[0], by),
        *(history(results, w) for w in watches if len(w.moments) > 1),
    )


def _decision(results: Results, watches: Sequence[Watch], mine: Sequence[Estimate], by: Known) -> Table:
    """A column for all patients, and one for each version that is judged on its own."""
    first = watches[0]
    numbers = [e for e in mine if not of_the_rule(e)]
    levels = {e.level for e in numbers if e.level is not None}
    return Table(
        id=f"monitoring-{first.rule}",
        title=f"{first.label}: decision",
        section="monitoring",
        columns=words("", *(f"Version: {plain(w.group)}" if w.group else "All patients" for w in watches)),
        rows=(
            Row("Decision", tuple(_said(w, w.word, stamp(w)) for w in watches)),
            Row("Why", tuple(_said(w, w.reason) for w in watches)),
            *_told("Note", watches, {w.id: " ".join(w.notes) for w in watches}),
            *_told("First stopped the trial on", watches, {w.id: w.stopped for w in watches}),
            *_told("As of", watches, {w.id: w.date for w in watches}),
            *_rows(numbers, watches, by),
        ),
        footnotes=(first.words, *(f"In brackets: {level_text(at)} prediction interval." for at in sorted(levels))),
        notice=results.header.notice,
    )


def of_the_rule(e: Estimate) -> bool:
    """Whether a number is one of the rule itself, whatever the data: a limit, or what the rule does."""
    return e.stat in _OF_THE_RULE or e.stat.startswith("stop_")


def _said(w: Watch, text: str, warning: str = "") -> Cell:
    return Cell(((text, w.id),), warning) if text else Cell()


def _told(label: str, watches: Sequence[Watch], texts: Mapping[str, str]) -> tuple[Row, ...]:
    """A row of words, where any column has some."""
    return (Row(label, tuple(_said(w, texts[w.id]) for w in watches)),) if any(texts.values()) else ()


def _rows(numbers: Iterable[Estimate], watches: Sequence[Watch], by: Known) -> list[Row]:
    """One row for each statistic, with the version's own number under its column."""
    labels: dict[tuple[str, str], str] = {}
    for e in numbers:
        labels.setdefault((e.stat, parse(e.id).at), e.label + (f", {e.unit}" if e.unit in ("months", "days") else ""))
    return [
        Row(label, tuple(value_limits(by.get((stat, at, w.group))) for w in watches))
        for (stat, at), label in labels.items()
    ]
