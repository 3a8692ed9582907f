"""Patients with adverse events by class, term and worst grade."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction

import numpy as np
import polars as pl
from numpy.typing import NDArray

from onearm.endpoints.event_kinds import Kinds
from onearm.endpoints.event_names import slug
from onearm.endpoints.event_numbers import LEVELS, Item, Numbers, Tallies
from onearm.endpoints.event_rows import EventRows
from onearm.endpoints.events_chosen import Chosen, choose
from onearm.endpoints.events_counted import UNKNOWN, Cells, tally, worst
from onearm.endpoints.sample import Analysis, Group, Output
from onearm.protocol.adverse_events import AdverseEvents


def adverse_events(name: str, e: AdverseEvents, a: Analysis) -> Output:
    """Counts and shares of patients with any event, by class and by term, whole and by group.

    Ids: ``NAME.n``, ``NAME.any``, ``NAME.soc.CLASS``, ``NAME.term.TERM``, the grade after ``@``; ``.events``: rows.
    """
    picked = choose(e, a)
    rows = {level: in_cells(picked.frame, level) for level in LEVELS}
    cells = {level: worst(of) for level, of in rows.items()}
    whole = Group("", picked.members, 0)
    split = a.groups(e.population, e.by) if e.by else []
    counted = {g.name: _tallies(rows, cells, _inside(picked, g)) for g in (whole, *split)}
    items = _items(name, picked.kinds, counted[""])
    shown, hidden = _shown(items, counted[""], e, len(picked.members))
    notes = (*picked.notes, *_count_notes(e, cells["any"]), *_hidden_notes(e, hidden))
    out = Output()
    for group in (whole, *split):
        made = Numbers(name, e, a, group, picked.members, notes if group is whole else (*notes, *group.notes))
        out.estimates += made.all(shown, counted[group.name])
    out.evidence |= {
        item.id: EventRows(picked.frame, {} if item.level == "any" else {f"{item.level}_code": item.code})
        for item in shown
    }
    return out


def _items(name: str, known: Kinds, whole: Tallies) -> list[Item]:
    """Everything that gets a row: the whole, the classes (where any event has one), the terms."""
    keys, heads = known.socs["soc_key"].to_list(), known.socs["words"].to_list()
    there = list(whole["soc"])
    classed = any(keys[code] for code in there)
    items = [Item(f"{name}.any", "any adverse event", "", "any", 0)]
    if classed:
        items += [Item(f"{name}.soc.{_class_name(keys[c])}", heads[c], heads[c], "soc", c) for c in there]
    for code in whole["term"]:
        soc, term, words, alone = known.terms.row(code)
        place = f"{name}.term.{slug(term)}" + ("" if alone else f".{_class_name(keys[soc])}")
        items.append(Item(place, words, heads[soc] if classed else "", "term", code))
    return items


def _class_name(key: str) -> str:
    return slug(key) if key else "none-given"


def in_cells(frame: pl.DataFrame, level: str) -> Cells:
    """The rows in the cells of a level."""
    place, grade = frame["place"].cast(pl.Int64).to_numpy(), frame["grade"].fill_null(UNKNOWN).cast(pl.Int64).to_numpy()
    code = np.zeros_like(place) if level == "any" else frame[f"{level}_code"].cast(pl.Int64).to_numpy()
    return Cells(place, code, grade)


def _tallies(rows: Mapping[str, Cells], cells: Mapping[str, Cells], inside: NDArray[np.bool_]) -> Tallies:
    return {level: tally(rows[level], cells[level], inside) for level in LEVELS}


def _inside(picked: Chosen, group: Group) -> NDArray[np.bool_]:
    among = set(group.members)
    return np.fromiter((s in among for s in picked.members), np.bool_, len(picked.members))


def _shown(items: list[Item], whole: Tallies, e: AdverseEvents, n: int) -> tuple[list[Item], int]:
    """The items that get a row, and how many terms are too rare for one."""
    least = Fraction(str(e.at_least_percent)) * n
    kept = [i for i in items if i.level != "term" or 100 * whole["term"][i.code].patients() >= least]
    return kept, len(items) - len(kept)


def _count_notes(e: AdverseEvents, patients: Cells) -> Iterator[str]:
    if e.events_too:
        yield "events: rows on record, also where a row is a change of grade"
    if (patients.grade == UNKNOWN).any():
        yield "events without a grade count under any grade only, unless another event of the row has one"


def _hidden_notes(e: AdverseEvents, hidden: int) -> Iterator[str]:
    if e.at_least_percent:
        yield (
            f"terms in at least {e.at_least_percent:g}% of the population have a row ({hidden} left out); "
            "the rows above them count all terms"
        )
