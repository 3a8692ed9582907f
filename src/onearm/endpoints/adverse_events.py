"""Patients with adverse events by class, term and worst grade."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction

import numpy as np
import polars as pl
from numpy.typing import NDArray

from onearm.endpoints.event_names import slug
from onearm.endpoints.event_numbers import LEVELS, Item, Level, Numbers, Tallies
from onearm.endpoints.event_rows import EventRows
from onearm.endpoints.events_chosen import Chosen, choose
from onearm.endpoints.events_counted import UNKNOWN, tally, worst
from onearm.endpoints.sample import Analysis, Group, Output
from onearm.protocol.adverse_events import AdverseEvents

NO_CLASS = "No class given"


def adverse_events(name: str, e: AdverseEvents, a: Analysis) -> Output:
    """Counts and shares of patients with any event, by class and by term, whole and by group.

    Ids: ``NAME.n``, ``NAME.any``, ``NAME.soc.CLASS``, ``NAME.term.TERM``, the grade after ``@``; ``.events``: rows.
    """
    picked = choose(e, a)
    events, socs, terms = coded(picked.frame)
    items = _items(name, socs, terms)
    cells = {keys: worst(events, keys) for keys in LEVELS}
    whole = Group("", picked.members, 0)
    split = a.groups(e.population, e.by) if e.by else []
    counted = {g.name: _tallies(cells, _inside(picked, g)) for g in (whole, *split)}
    shown, hidden = _shown(items, counted[""], e, len(picked.members))
    notes = (*picked.notes, *_worst_notes(e, cells[()]), *_hidden_notes(e, hidden))
    out = Output()
    for group in (whole, *split):
        made = Numbers(name, e, a, group, picked.members, notes if group is whole else (*notes, *group.notes))
        out.estimates += made.all(shown, counted[group.name])
    out.evidence |= {item.id: EventRows(picked.frame, *_of(item, socs, terms)) for item in shown}
    return out


def coded(frame: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """Events with codes for class and term, and what the codes stand for.

    The classes have ``soc_key``, ``soc_code`` and ``words``; the terms, one row for each class that a term has,
    ``soc_key``, ``term_key``, ``term_code``, ``words`` and ``alone`` (whether the term has one class).
    """
    socs = _spelt(frame, ["soc_key"], "soc").with_row_index("soc_code")
    terms = _spelt(frame, ["soc_key", "term_key"], "term").with_row_index("term_code")
    terms = terms.with_columns(alone=pl.len().over("term_key") == 1)
    codes = terms.join(socs.select("soc_key", "soc_code"), on="soc_key").drop("words", "alone")
    events = frame.select("place", "soc_key", "term_key", "grade").join(codes, on=["soc_key", "term_key"], how="left")
    return events.select("place", "soc_code", "term_code", "grade"), socs, terms


def _spelt(frame: pl.DataFrame, keys: list[str], column: str) -> pl.DataFrame:
    """Each key with the spelling that most rows have; of several the first in the alphabet."""
    counts = frame.group_by(*keys, column).len().filter(pl.col(column).is_not_null() | (pl.col("soc_key") == ""))
    first = counts.sort(*keys, -pl.col("len").cast(pl.Int64), column).unique(keys, keep="first", maintain_order=True)
    return first.select(*keys, words=pl.col(column).fill_null(NO_CLASS))


def _items(name: str, socs: pl.DataFrame, terms: pl.DataFrame) -> list[Item]:
    """Everything that gets a row: the whole, the classes (where any event has one), the terms."""
    heads = dict(socs.select("soc_key", "words").iter_rows())
    classed = set(heads) - {""}
    items = [Item(f"{name}.any", "any adverse event", "", ())]
    for key, words, code in socs.select("soc_key", "words", "soc_code").iter_rows() if classed else ():
        items.append(Item(f"{name}.soc.{_class_name(key)}", words, words, (code,)))
    for row in terms.iter_rows(named=True):
        place = f"{name}.term.{slug(row['term_key'])}" + ("" if row["alone"] else f".{_class_name(row['soc_key'])}")
        items.append(Item(place, row["words"], heads[row["soc_key"]] if classed else "", (row["term_code"],)))
    return items


def _class_name(key: str) -> str:
    return slug(key) if key else "none-given"


def _of(item: Item, socs: pl.DataFrame, terms: pl.DataFrame) -> tuple[str | None, str | None]:
    """The class and the term of the events behind an item; None for any."""
    level = item.level
    if not level:
        return None, None
    if level == ("soc_code",):
        return socs["soc_key"][item.key[0]], None
    return terms["soc_key"][item.key[0]], terms["term_key"][item.key[0]]


def _tallies(cells: Mapping[Level, pl.DataFrame], inside: NDArray[np.bool_]) -> Tallies:
    return {keys: tally(frame, keys, inside) for keys, frame in cells.items()}


def _inside(picked: Chosen, group: Group) -> NDArray[np.bool_]:
    among = set(group.members)
    return np.fromiter((s in among for s in picked.members), np.bool_, len(picked.members))


def _shown(items: list[Item], whole: Tallies, e: AdverseEvents, n: int) -> tuple[list[Item], int]:
    """The items that get a row, and how many terms are too rare for one."""
    least = Fraction(str(e.at_least_percent)) * n
    kept = [i for i in items if i.level != ("term_code",) or 100 * whole[i.level][i.key].patients() >= least]
    return kept, len(items) - len(kept)


def _worst_notes(e: AdverseEvents, patients: pl.DataFrame) -> Iterator[str]:
    if e.events_too:
        yield "events: rows on record, also where a row is a change of grade"
    if e.groups:
        yield "classes: the protocol's own grouping of terms"
    for what, words in (("terms", e.dictionary), ("grades", e.scale)):
        if words.strip():
            yield f"{what}: {words.strip()}"
    if (patients["grade"] == UNKNOWN).any():
        yield "events without a grade count under any grade only, unless another event of the row has one"


def _hidden_notes(e: AdverseEvents, hidden: int) -> Iterator[str]:
    if e.at_least_percent:
        yield (
            f"terms in at least {e.at_least_percent:g}% of the population are shown, {hidden} are not; "
            "the rows above them count all terms"
        )
