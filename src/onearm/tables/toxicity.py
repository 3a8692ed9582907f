"""Adverse events: patients by class, term and worst grade, and the most frequent severe ones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from onearm.results import Estimate, Results
from onearm.tables.cells import cell, shown, value
from onearm.tables.footnotes import footnotes
from onearm.tables.model import Cell, Row, Table, words
from onearm.tables.names import of_context, parse, plain, unique

SEVERE = "grade3+"
UNCLASSED = "soc.none-given"
"""The events without a class: they stand last."""

MOST = 25
"""Rows of the table of severe events; more where several share the last place."""

Cells = Mapping[tuple[str, str, str], Estimate]
"""By statistic (``any``, ``term.nausea``), grade (empty for any) and group."""


@dataclass(frozen=True, slots=True)
class _Shape:
    """The numbers of one endpoint, and its columns: the same grades in each group."""

    variable: str
    title: str
    cells: Cells
    groups: tuple[str, ...]
    grades: tuple[str, ...]
    counted: bool

    @property
    def sizes(self) -> list[Estimate]:
        """How many patients each group has; the rules of counting are said with them."""
        return [self.cells["n", "", g] for g in self.groups]


def toxicity(results: Results) -> tuple[Table, ...]:
    """Two tables for each endpoint of adverse events; the second one where any event was severe."""
    chosen = of_context(results, "toxicity")
    made = []
    for v in unique(e.variable for e in chosen):
        shape = _shape(v, [e for e in chosen if e.variable == v])
        made += [_by_class(results, shape), _severe(results, shape)]
    return tuple(table for table in made if table.rows)


def _shape(variable: str, mine: Sequence[Estimate]) -> _Shape:
    named = [(parse(e.id), e) for e in mine]
    cells = {(name.statistic, name.at, name.group): e for name, e in named}
    return _Shape(
        variable=variable,
        title=cells["n", "", ""].label.rpartition(": ")[0],
        cells=cells,
        groups=tuple(dict.fromkeys(name.group for name, _ in named)),
        grades=tuple(dict.fromkeys(name.at for name, e in named if e.stat == "p")),
        counted=any(e.stat == "events" for e in mine),
    )


def _by_class(results: Results, shape: _Shape) -> Table:
    ordered = _ordered(shape)
    rows = [_sizes_row(shape)]
    rows += [Row(_label(shape, item), _cells(shape, item), _indent(shape, item)) for item in ordered]
    width = len(shape.grades) + shape.counted
    heads = [_grade_head(g) for g in shape.grades] + ["Events"] * shape.counted
    classed = any(item.startswith("soc.") for item in ordered)
    order = "classes (those without one last) and the terms in each" if classed else "terms"
    return Table(
        id=f"adverse-events-{shape.variable}",
        title=shape.title,
        section="safety",
        columns=words("", *heads * len(shape.groups)),
        groups=_groups(shape, width),
        rows=tuple(rows),
        footnotes=_footnotes(shape, f"{order} by the number of patients with any event, of equals by the alphabet"),
        notice=results.header.notice,
    )


def _severe(results: Results, shape: _Shape) -> Table:
    terms = [item for item in _items(shape) if item.startswith("term.") and _patients(shape, item, SEVERE)]
    terms.sort(key=lambda item: (-_patients(shape, item, SEVERE), _label(shape, item).lower(), item))
    least = _patients(shape, terms[MOST - 1], SEVERE) if len(terms) > MOST else 1
    rows = [
        Row(_label(shape, item), tuple(_cell(shape.cells[item, SEVERE, g]) for g in shape.groups))
        for item in terms
        if _patients(shape, item, SEVERE) >= least
    ]
    order = "terms by the number of patients with grade 3 or worse, of equals by the alphabet"
    cut = f"the {MOST} most frequent terms, and those as frequent as the last of them; {order}"
    sizes = Row("Patients", tuple(value(e) for e in shape.sizes))
    return Table(
        id=f"severe-{shape.variable}",
        title=f"{shape.title}, grade 3 or worse",
        section="safety",
        columns=words("", *(_group_head(shape, g) for g in shape.groups)),
        rows=(sizes, *rows) if rows else (),
        footnotes=_footnotes(shape, cut if len(rows) < len(terms) else order),
        notice=results.header.notice,
    )


def _footnotes(shape: _Shape, order: str) -> tuple[str, ...]:
    said = [shape.cells["any", "", g] for g in shape.groups]
    return footnotes((*shape.sizes, *said), f"patients (share of the column's patients); {order}")


def _items(shape: _Shape) -> tuple[str, ...]:
    return tuple(dict.fromkeys(item for item, at, _ in shape.cells if item != "n" and not item.endswith(".events")))


def _ordered(shape: _Shape) -> list[str]:
    """Any event, then the classes by frequency, each with its terms by frequency."""

    def rank(item: str) -> tuple[bool, int, str, str]:
        return item == UNCLASSED, -_patients(shape, item, ""), _label(shape, item).lower(), item

    items = _items(shape)
    socs = sorted((i for i in items if i.startswith("soc.")), key=rank)
    terms = sorted((i for i in items if i.startswith("term.")), key=rank)
    if not socs:
        return ["any", *terms]
    under: dict[str, list[str]] = {}
    for item in terms:
        under.setdefault(shape.cells[item, "", ""].heading, []).append(item)
    return ["any", *(i for soc in socs for i in (soc, *under.get(shape.cells[soc, "", ""].heading, ())))]


def _patients(shape: _Shape, item: str, at: str) -> int:
    return shape.cells[item, at, ""].events or 0


def _label(shape: _Shape, item: str) -> str:
    label = shape.cells[item, "", ""].label.removeprefix(f"{shape.title}: ")
    return label[:1].upper() + label[1:]


def _indent(shape: _Shape, item: str) -> int:
    return 1 if item.startswith("term.") and shape.cells[item, "", ""].heading else 0


def _groups(shape: _Shape, width: int) -> tuple[tuple[str, int], ...]:
    if len(shape.groups) == 1:
        return ()
    return (("", 1), *((_group_head(shape, g), width) for g in shape.groups))


def _group_head(shape: _Shape, group: str) -> str:
    return plain(group or shape.cells["n", "", ""].population)


def _grade_head(at: str) -> str:
    """``Any grade``, ``Grade 3-4``, ``Grade 3 or worse``, ``Grade unknown`` from the moment of an id."""
    if not at:
        return "Any grade"
    return f"Grade {at.removeprefix('grade').replace('+', ' or worse')}"


def _sizes_row(shape: _Shape) -> Row:
    blank = (Cell(),) * (len(shape.grades) + shape.counted - 1)
    return Row("Patients", tuple(one for e in shape.sizes for one in (value(e), *blank)))


def _cells(shape: _Shape, item: str) -> tuple[Cell, ...]:
    found: list[Cell] = []
    for group in shape.groups:
        found += [_cell(shape.cells.get((item, at, group))) for at in shape.grades]
        if shape.counted:
            found.append(value(shape.cells[f"{item}.events", "", group]))
    return tuple(found)


def _cell(e: Estimate | None) -> Cell:
    """``12 (25.0%)``; the count alone where nobody had it; empty where the row has no such grade."""
    if e is None:
        return Cell()
    if e.value is None:
        return cell(shown(e), e)
    return cell(f"{e.events} ({shown(e)})" if e.events else "0", e)
