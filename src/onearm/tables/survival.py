"""Time to event, and how long the subjects were followed, in the layout of tables of one or several arms."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from onearm.results import Estimate, Results
from onearm.tables.cells import count_percent, joined, level, value, value_limits
from onearm.tables.footnotes import footnotes
from onearm.tables.model import Cell, Row, Table, words
from onearm.tables.names import endpoint, moment, of_context, parse, plain, statistic, unique

_SURVIVAL = "survival"
_PLACED = {
    "n",
    "events",
    "with_event",
    "without_event",
    "median",
    "q25",
    "q75",
    "min",
    "max",
    "at_risk",
    "censored",
    _SURVIVAL,
}
"""Statistics with a place of their own; any other gets a row at the end of its endpoint."""

_COUNTED = {"with_event", "without_event", "min", "max"}
"""Statistics whose method the row says."""

_RANGE = "Range: + is a censored time; on one day events come before censoring."

Known = Mapping[tuple[str, str, str], Estimate]
"""Statistic, moment and group -> estimate, of one endpoint."""


def survival(results: Results) -> tuple[Table, ...]:
    """One table of all endpoints with follow-up, and one with a column for each group for those that are split."""
    chosen = of_context(results, _SURVIVAL, "follow-up")
    split = unique(parse(e.id).variable for e in chosen if parse(e.id).group)
    whole = [e for e in chosen if parse(e.id).variable not in split]
    found = [_table(results, "survival", "Survival and follow-up", whole)] if whole else []
    for variable in split:
        mine = [e for e in chosen if parse(e.id).variable == variable]
        found.append(_table(results, f"survival-{variable}", endpoint(results, variable), mine))
    return tuple(found)


def _table(results: Results, key: str, title: str, chosen: Sequence[Estimate]) -> Table:
    groups = tuple(dict.fromkeys(parse(e.id).group for e in chosen))
    rows: list[Row] = []
    for variable in unique(parse(e.id).variable for e in chosen):
        mine = [e for e in chosen if parse(e.id).variable == variable]
        rows += _endpoint(endpoint(results, variable), mine, groups)
    ends = any(parse(e.id).statistic == "max" for e in chosen)
    return Table(
        id=key,
        title=title,
        section="survival",
        columns=words("", *(plain(g) for g in groups)) if groups != ("",) else words("", "Estimate"),
        rows=tuple(rows),
        footnotes=footnotes([e for e in chosen if e.stat not in _COUNTED], *([_RANGE] if ends else [])),
        notice=results.header.notice,
    )


def _endpoint(title: str, mine: Sequence[Estimate], groups: Sequence[str]) -> list[Row]:
    by = {(n.statistic, n.at, n.group): e for e in mine for n in (parse(e.id),)}
    ci = level(mine)
    rows = [Row(title, head=True)]
    rows += _line("Patients", [value(by.get(("n", "", g))) for g in groups])
    rows += _events(by, mine, groups)
    lines = (("Median, months", "median"), ("First quartile, months", "q25"), ("Third quartile, months", "q75"))
    for label, name in lines:
        rows += _line(f"{label} ({ci})", [value_limits(by.get((name, "", g))) for g in groups])
    rows += _line("Range, months", [_range(by, g) for g in groups])
    for at in unique(parse(e.id).at for e in mine if parse(e.id).statistic == _SURVIVAL):
        free = [value_limits(by.get((_SURVIVAL, at, g))) for g in groups]
        risk = _line("Patients remaining at risk", [value(by.get(("at_risk", at, g))) for g in groups], 2)
        lost = _line("Patients censored before", [value(by.get(("censored", at, g))) for g in groups], 2)
        rows += [Row(f"At {moment(at)}", head=True, indent=1), *risk, *lost, *_line(f"Event-free rate ({ci})", free, 2)]
    return rows + _rest(by, mine, groups)


def _line(label: str, cells: Iterable[Cell], indent: int = 1) -> list[Row]:
    """A row, where any column has something to show."""
    made = tuple(cells)
    return [Row(label, made, indent)] if any(c.parts for c in made) else []


def _events(by: Known, mine: Sequence[Estimate], groups: Sequence[str]) -> list[Row]:
    """With the event, by which cause first, and without; the count alone where no share is known."""
    if not any(parse(e.id).statistic == "with_event" for e in mine):
        return _line("Events", [value(by.get(("events", "", g))) for g in groups])
    rows = _line("Patients with event (%)", [count_percent(by.get(("with_event", "", g))) for g in groups])
    causes = unique(n for e in mine for n in (parse(e.id).statistic,) if n.startswith("first_event."))
    if len(causes) > 1:
        rows.append(Row("Earliest contributing event", head=True, indent=2))
        for name in causes:
            said = next(e for e in mine if parse(e.id).statistic == name).label.rpartition(": ")[2]
            rows += _line(plain(said), [value(by.get((name, "", g))) for g in groups], 3)
    return rows + _line("Patients without event (%)", [count_percent(by.get(("without_event", "", g))) for g in groups])


def _range(by: Known, group: str) -> Cell:
    low, high = by.get(("min", "", group)), by.get(("max", "", group))
    if low is None or high is None:
        return Cell()
    return joined(f"{{}}{_censored(low)} to {{}}{_censored(high)}", low, high)


def _censored(e: Estimate) -> str:
    return "+" if e.events == 0 else ""


def _rest(by: Known, mine: Sequence[Estimate], groups: Sequence[str]) -> list[Row]:
    """What has no place of its own: restricted means, tests, whatever an endpoint may ask for later."""
    rows: list[Row] = []
    for e in mine:
        name = parse(e.id)
        if name.statistic in _PLACED or name.statistic.startswith("first_event."):
            continue
        if by[name.statistic, name.at, next(g for g in groups if (name.statistic, name.at, g) in by)] is e:
            same = (by.get((name.statistic, name.at, g)) for g in groups)
            rows += _line(
                statistic(e), [value(s) if s is not None and s.unit == "p" else value_limits(s) for s in same]
            )
    return rows
