"""Who was treated, and beside them each external source before and after the choice."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from onearm.results import Estimate, Results
from onearm.tables.cells import count_percent, joined, value
from onearm.tables.footnotes import footnotes
from onearm.tables.methods import choice_id, effective_external, primary_of
from onearm.tables.model import Cell, Part, Row, Table
from onearm.tables.names import comparison_label, of_context, parse, plain, unique

_NUMERIC = (
    ("Median (Q1, Q3)", "{} ({}, {})", ("median", "q1", "q3")),
    ("Mean (SD)", "{} ({})", ("mean", "sd")),
    ("Range", "{} to {}", ("min", "max")),
    ("Missing", "{}", ("missing",)),
)
_STATISTICS = frozenset(s for _, _, names in _NUMERIC for s in names)

_STAGES = ("before", "after")
_SIDES = tuple(f"external_{stage}" for stage in _STAGES)

Known = Mapping[tuple[str, str], Estimate]
"""Statistic and group -> estimate, of one covariate."""


@dataclass(frozen=True, slots=True)
class _Column:
    """One column: its heading, the comparison it belongs to (empty for the trial), and what fills a cell.

    A column of an SMD takes its number by covariate and level from ``smd``, any other by statistic from ``group``.
    """

    heading: Cell
    comparison: str
    group: str = ""
    smd: Mapping[str, Estimate] | None = None


def baseline(results: Results) -> tuple[Table, ...]:
    """Covariates before treatment: numbers as median, mean and range, categories as count and percentage.

    Where external sources are compared they stand beside the trial, before and after, with their differences.
    """
    chosen = of_context(results, "baseline")
    if not chosen:
        return ()
    columns = tuple(_columns(results, chosen))
    rows = [row for v in unique(parse(e.id).variable for e in chosen) for row in _variable(chosen, v, columns)]
    compared = unique(c.comparison for c in columns)
    over = tuple((comparison_label(results, name), sum(c.comparison == name for c in columns)) for name in compared)
    return (
        Table(
            id="baseline",
            title="Baseline characteristics",
            section="baseline",
            columns=(Cell((("Characteristic", ""),)), *(c.heading for c in columns)),
            groups=(("", 1), *(("", 1) for c in columns if not c.comparison), *over) if over else (),
            rows=tuple(rows),
            footnotes=(*_notes(chosen, columns), *footnotes(chosen)),
            notice=results.header.notice,
        ),
    )


def _columns(results: Results, chosen: Sequence[Estimate]) -> Iterator[_Column]:
    """The trial, whole or by group; then for each comparison both stages and the differences at both."""
    sides = {g for e in chosen if (g := parse(e.id).group) and parse(e.id).side in _SIDES}
    own = [e for e in chosen if parse(e.id).group not in sides]
    for group in dict.fromkeys(parse(e.id).group for e in own):
        yield _Column(_heading(results, own, group), "", group)
    for name in unique(parse(f"|{g}").comparison for e in chosen if (g := parse(e.id).group) in sides):
        for stage in _STAGES:
            group = f"{name}/external_{stage}"
            if group in sides:
                yield _Column(_external(results, chosen, name, stage), name, group)
        for stage in _STAGES:
            ids = (e for e in of_context(results, "balance") if e.stat == "smd" and e.group == f"{name}/{stage}")
            found = {parse(e.id).statistic: e for e in ids}
            if found:
                yield _Column(Cell(((f"SMD {stage}", ""),)), name, smd=found)


def _heading(results: Results, chosen: Sequence[Estimate], group: str) -> Cell:
    if group:
        return Cell(((plain(group), ""),))
    said = chosen[0].population or "all subjects"
    total = results.estimates.get("n.treated")
    if total is None or total.value != max(e.n for e in chosen):
        return Cell(((plain(said), ""),))
    number = joined("{}", total).parts[0]
    return Cell(((f"{plain(said)} (N = ", ""), number, (")", "")))


def _external(results: Results, chosen: Sequence[Estimate], name: str, stage: str) -> Cell:
    """Words and size of an external column; of weights the effective size as well."""
    if stage == "before":
        complete = results.estimates.get(f"n.complete|{name}/external")
        parts: tuple[Part, ...] = () if complete is None else joined("{}", complete).parts
        return _sized("External before", parts)
    primary = primary_of(results, name)
    mine = [e for e in chosen if parse(e.id).group == f"{name}/external_after"]
    weighted = any(e.method.startswith("weighted") for e in mine)
    if primary is None:
        return _sized("External after", ())
    parts = ((str(primary.external), choice_id(primary)),)
    if weighted:
        parts = (*parts, (", effective ", ""), (effective_external(primary), choice_id(primary)))
    return _sized("External, weighted" if weighted else "External after", parts)


def _sized(said: str, number: tuple[Part, ...]) -> Cell:
    return Cell(((f"{said} (N = ", ""), *number, (")", ""))) if number else Cell(((said, ""),))


def _notes(chosen: Sequence[Estimate], columns: Sequence[_Column]) -> Iterator[str]:
    yield (
        "Median (Q1, Q3), mean (SD) and range for numbers; n (%) of those in whom it is known for categories. Nothing "
        "is missing where no line says so."
    )
    if any(c.smd is not None for c in columns):
        how = unique(e.method for c in columns for e in (c.smd or {}).values())
        yield (
            f"SMD: standardized mean difference, trial minus external, of the patients who were compared: "
            f"{'; '.join(how)}. External before: those eligible, with every covariate where the protocol "
            "requires it. A covariate that is not compared has no external numbers."
        )
    if any(e.method.startswith("weighted") for e in chosen):
        yield "Weighted: percentages and statistics count each patient by weight; N are the patients with any weight."


def _variable(chosen: Sequence[Estimate], variable: str, columns: Sequence[_Column]) -> list[Row]:
    mine = [e for e in chosen if parse(e.id).variable == variable]
    by = {(parse(e.id).statistic, parse(e.id).group): e for e in mine}
    covariate = next((e.variable for e in mine if parse(e.id).side in _SIDES), variable)
    names = unique(parse(e.id).statistic for e in mine if not _none_missing(e))
    shares = {parse(e.id).statistic for e in mine if e.unit == "proportion"}
    levels = [n for n in names if n not in _STATISTICS or n in shares]
    rows = [Row(heading(mine), head=True)]
    if "median" in names or "mean" in names:
        specs = (spec for spec in _NUMERIC if spec[2][0] in names)
        rows += [_numeric(by, spec, covariate, columns) for spec in specs]
    elif "missing" in names:
        levels.append("missing")
    return rows + [_category(by, name, covariate, columns) for name in levels]


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


def _numeric(by: Known, spec: tuple[str, str, Sequence[str]], covariate: str, columns: Iterable[_Column]) -> Row:
    """A row of a number; the difference of its means stands beside them."""
    label, template, names = spec

    def one(group: str) -> Cell:
        found = [by[n, group] for n in names if (n, group) in by]
        if len(found) == len(names):
            return joined(template, *found)
        return joined("{}", found[0]) if found else Cell()

    return _row(label, one, covariate if names[0] == "mean" else "", columns)


def _category(by: Known, name: str, covariate: str, columns: Iterable[_Column]) -> Row:
    def one(group: str) -> Cell:
        e = by.get((name, group))
        return value(e) if e is None or e.unit != "proportion" else count_percent(e)

    first = next(e for (n, _), e in by.items() if n == name)
    label = "Missing" if name == "missing" else first.label.rpartition(": ")[2]
    return _row(label or plain(name), one, f"{covariate}={name}", columns)


def _row(label: str, one: Callable[[str], Cell], smd: str, columns: Iterable[_Column]) -> Row:
    cells = (one(c.group) if c.smd is None else value(c.smd.get(smd)) for c in columns)
    return Row(label, tuple(cells), 1)
