"""Who was treated."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from onearm.results import Estimate, Results
from onearm.tables.cells import cell, counted, joined, shown
from onearm.tables.footnotes import footnotes
from onearm.tables.model import Cell, Row, Table
from onearm.tables.names import of_context, parse, plain, unique

_NUMERIC = (
    ("Median (Q1, Q3)", "{} ({}, {})", ("median", "q1", "q3")),
    ("Mean (SD)", "{} ({})", ("mean", "sd")),
    ("Range", "{} to {}", ("min", "max")),
    ("Missing", "{}", ("missing",)),
)
_STATISTICS = frozenset(s for _, _, names in _NUMERIC for s in names)


def baseline(results: Results) -> tuple[Table, ...]:
    """Covariates before treatment: numbers as median, mean and range, categories as count and percentage."""
    chosen = of_context(results, "baseline")
    if not chosen:
        return ()
    groups = tuple(dict.fromkeys(parse(e.id).group for e in chosen))
    rows = [row for v in unique(e.variable for e in chosen) for row in _variable(chosen, v, groups)]
    return (
        Table(
            id="baseline",
            title="Baseline characteristics",
            section="baseline",
            columns=(Cell((("Characteristic", ""),)), *(_heading(results, chosen, g) for g in groups)),
            rows=tuple(rows),
            footnotes=(
                "Median (Q1, Q3), mean (SD) and range for numbers; n/N (%) for categories. Nothing is "
                "missing where no line says so.",
                *footnotes(chosen),
            ),
            notice=results.header.notice,
        ),
    )


def _heading(results: Results, chosen: Sequence[Estimate], group: str) -> Cell:
    if group:
        return Cell(((plain(group), ""),))
    said = chosen[0].population or "all subjects"
    total = results.estimates.get("n.treated")
    if total is None or total.value != max(e.n for e in chosen):
        return Cell(((plain(said), ""),))
    number = joined("{}", total).parts[0]
    return Cell(((f"{plain(said)} (N = ", ""), number, (")", "")))


def _variable(chosen: Sequence[Estimate], variable: str, groups: Sequence[str]) -> list[Row]:
    mine = [e for e in chosen if e.variable == variable]
    by = {(parse(e.id).statistic, parse(e.id).group): e for e in mine}
    names = unique(parse(e.id).statistic for e in mine if not _none_missing(e))
    levels = [n for n in names if n not in _STATISTICS or by.get((n, groups[0]), mine[0]).unit == "proportion"]
    rows = [Row(heading(mine), head=True)]
    if "median" in names or "mean" in names:
        rows += [_numeric(by, spec, groups) for spec in _NUMERIC if spec[2][0] in names]
    elif "missing" in names:
        levels.append("missing")
    return rows + [_category(by, name, groups) for name in levels]


def _none_missing(e: Estimate) -> bool:
    return parse(e.id).statistic == "missing" and e.value == 0


def heading(mine: Sequence[Estimate]) -> str:
    """What a covariate is called: the part of its labels before the level or the statistic.

    Examples
    --------
    >>> e = Estimate(id="age.median", label="Age, years: median", variable="age", stat="median", unit="years",
    ...              context="baseline", n=48, method="", population="treated")
    >>> heading([e])
    'Age, years'
    """
    before = {e.label.rpartition(": ")[0] for e in mine}
    if len(before) == 1 and "" not in before:
        return before.pop()
    median = next((e for e in mine if parse(e.id).statistic == "median"), None)
    if median is None:
        return plain(mine[0].variable)
    return median.label.removesuffix(", median").removeprefix("Median ").strip() or plain(median.variable)


def _numeric(
    by: Mapping[tuple[str, str], Estimate], spec: tuple[str, str, Sequence[str]], groups: Sequence[str]
) -> Row:
    label, template, names = spec

    def one(group: str) -> Cell:
        found = [by[n, group] for n in names if (n, group) in by]
        if len(found) == len(names):
            return joined(template, *found)
        return joined("{}", found[0]) if found else Cell()

    return _row(label, one, groups)


def _category(by: Mapping[tuple[str, str], Estimate], name: str, groups: Sequence[str]) -> Row:
    def one(group: str) -> Cell:
        e = by.get((name, group))
        return Cell() if e is None else _count(e)

    first = next(e for (n, _), e in by.items() if n == name)
    label = "Missing" if name == "missing" else first.label.rpartition(": ")[2]
    return _row(label or plain(name), one, groups)


def _count(e: Estimate) -> Cell:
    return cell(shown(e) if e.unit != "proportion" else f"{counted(e)} ({shown(e)})", e)


def _row(label: str, one: Callable[[str], Cell], groups: Sequence[str]) -> Row:
    return Row(label, tuple(one(g) for g in groups), 1)
