"""What a page tells of a number when it is asked: value, interval, method, population, notes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from onearm import text
from onearm.report.document import Document, lines
from onearm.report.key import rule_name
from onearm.results import Choice, Estimate, Results, Watch
from onearm.tables.cells import limits, shown
from onearm.tables.methods import choice_id, effective, estimand_words


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One line of the index of numbers, all of it text."""

    id: str
    label: str
    value: str
    unit: str = ""
    limits: str = ""
    n: str = ""
    method: str = ""
    population: str = ""
    notes: str = ""


def index(document: Document, results: Results) -> tuple[Entry, ...]:
    """An entry for every number, method and rule that the document shows, in the order in which they appear."""
    methods = {choice_id(c): c for c in results.choices}
    rules = {w.id: w for w in results.watches}
    out = []
    for key in dict.fromkeys(shown_ids(document)):
        if key in results:
            out.append(_number(results[key]))
        elif key in methods:
            out.append(_method(methods[key]))
        elif key in rules:
            out.append(_rule(rules[key]))
    return tuple(out)


def shown_ids(document: Document) -> Iterator[str]:
    """Every id in the document, in reading order, as often as it appears."""
    yield from (key for b in document.blocks() for line in lines(b) for _, key in line if key)


def _number(e: Estimate) -> Entry:
    return Entry(
        id=e.id,
        label=e.label,
        value=shown(e),
        unit="" if e.unit in ("proportion", "p") else e.unit,
        limits=limits(e),
        n=text.quantity(e.n, "patients"),
        method=e.method,
        population=e.population,
        notes="; ".join((*e.notes, *([e.error] if e.error else []))),
    )


def _method(c: Choice) -> Entry:
    """How many patients a method made of how many."""
    return Entry(
        id=choice_id(c),
        label=c.label,
        value=f"{text.number(c.trial, 0)} / {text.number(c.external, 0)}",
        unit="trial / external",
        n=f"effective {effective(c)}",
        method=c.words,
        population=estimand_words(c),
        notes="; ".join((*c.failed, *c.notes, *([c.refused] if c.refused else []))),
    )


def _rule(w: Watch) -> Entry:
    return Entry(
        id=w.id,
        label=rule_name(w),
        value=w.word,
        n=str(w.moments[-1].evaluated) if w.moments else "",
        method=w.words,
        population=w.population,
        notes="; ".join((w.reason, *w.notes)),
    )
