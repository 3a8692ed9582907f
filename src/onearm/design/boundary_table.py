"""The table of a boundary: at each look, the counts that stop."""

from __future__ import annotations

from onearm.design.table import DesignTable
from onearm.design.words import NONE
from onearm.stats.monitoring import Boundary

_HEADS = {
    "futility": "Stop for futility",
    "efficacy": "Stop for efficacy",
    "harm": "Stop for harm",
    "safe": "Stop: safe enough",
}

Row = tuple[str, ...]


def boundary_table(title: str, rule: Boundary, footnotes: tuple[str, ...], *, each_look: bool) -> DesignTable:
    """One row a look, or a row for several looks in a row that have the same limits."""
    rows = [(n, _limits(rule, at)) for at, n in enumerate(rule.n.tolist())]
    told = [(_looks(rule, n, n), *cells) for n, cells in rows] if each_look else _merged(rule, rows)
    return DesignTable(title, ("Patients evaluated", *_columns(rule)), tuple(told), (*ends(rule), *footnotes))


def _columns(rule: Boundary) -> Row:
    heads = []
    for k, name in enumerate(rule.names):
        if rule.low_means[k]:
            together = " (all together)" if rule.together else ""
            heads.append(f"{_HEADS[rule.low_means[k]]} if {name} ≤{together}")
        if rule.high_means[k]:
            heads.append(f"{_HEADS[rule.high_means[k]]} if {name} ≥")
    return tuple(heads)


def _limits(rule: Boundary, at: int) -> Row:
    n = int(rule.n[at])
    cells = []
    for k in range(rule.endpoints):
        if rule.low_means[k]:
            cells.append(str(rule.low[k, at]) if rule.low[k, at] >= 0 else NONE)
        if rule.high_means[k]:
            cells.append(str(rule.high[k, at]) if rule.high[k, at] <= n else NONE)
    return tuple(cells)


def _merged(rule: Boundary, rows: list[tuple[int, Row]]) -> list[Row]:
    """Looks after every patient with the same limits in one row; the final look keeps a row of its own."""
    runs: list[tuple[int, int, Row]] = []
    for n, cells in rows:
        if runs and runs[-1][1] == n - 1 and runs[-1][2] == cells and not (decides_at_end(rule) and n == rule.n_max):
            runs[-1] = (runs[-1][0], n, cells)
        else:
            runs.append((n, n, cells))
    return [(_looks(rule, first, last), *cells) for first, last, cells in runs]


def _looks(rule: Boundary, first: int, last: int) -> str:
    if first != last:
        return f"{first} to {last}"
    return f"{first} (final)" if decides_at_end(rule) and first == rule.n_max else str(first)


def decides_at_end(rule: Boundary) -> bool:
    """Whether the last look is at the last patient and has a limit for futility: it says what the trial concludes."""
    return int(rule.n[-1]) == rule.n_max and "futility" in rule.low_means and bool((rule.low[:, -1] >= 0).any())


def ends(rule: Boundary) -> tuple[str, ...]:
    """What becomes of the last patients, in words."""
    last = int(rule.n[-1])
    if last < rule.n_max:
        return (f"The trial has {rule.n_max} patients; after the look at {last} no rule applies any more.",)
    if decides_at_end(rule):
        return (f"At the final look, {last} patients, a count in the region for futility is a negative result.",)
    return (f"The trial has {rule.n_max} patients; the last look is at the last of them.",)
