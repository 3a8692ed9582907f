"""Checks of alignment, missing covariates and the words about comparability of one comparison."""

from __future__ import annotations

from collections.abc import Iterator

from onearm.errors import Finding
from onearm.protocol.alignment import Alignment, imputation_of
from onearm.protocol.comparison import Comparison
from onearm.protocol.document import Protocol
from onearm.protocol.endpoint import Survival
from onearm.protocol.findings import Where, misfit, unknown
from onearm.protocol.method import MODELLED

_FEW = 5  # data sets below which pooled limits depend on the seed


def check_alignment(p: Protocol, where: Where, path: str, c: Comparison) -> Iterator[Finding]:
    """What does not fit in the alignment of a comparison, and what a reader should be told of it.

    Parameters
    ----------
    p, where
        The protocol, and how its paths become places.
    path, c
        The comparison: ``comparisons.NAME``.
    """
    if c.alignment is not None:
        at = f"{path}.alignment"
        yield from _line(p, where, at, c.alignment)
        yield from _time(p, where, at, c)
        yield from _endpoints(p, where, at, c)
        yield from _persons(where, path, c)
    yield from _missing(where, path, c)


def _line(p: Protocol, where: Where, at: str, a: Alignment) -> Iterator[Finding]:
    if a.line is None:
        return
    if a.line.column not in p.covariates:
        yield unknown(where, f"{at}.line.column", "covariate", a.line.column, p.covariates)
        return
    covariate = p.covariates[a.line.column]
    if covariate.is_number == bool(a.line.in_):
        wanted = "`at_least` or `at_most`" if covariate.is_number else "`in`"
        kind = "a number" if covariate.is_number else "a category"
        yield misfit(where, f"{at}.line", f'"{a.line.column}" is {kind}', f"say which lines with {wanted}")
    for level in a.line.in_ or ():
        if covariate.levels and level not in covariate.levels:
            yield unknown(where, f"{at}.line.in", "level", level, covariate.levels)


def _time(p: Protocol, where: Where, at: str, c: Comparison) -> Iterator[Finding]:
    a = c.alignment
    assert a is not None, "the caller has one"
    if a.index is not None and a.index.rule == "last":
        says = (
            "the last eligible line is known only afterwards: whoever lived to have another line is counted there, so "
            "the lines that count end badly more often"
        )
        yield Finding("P150", "warning", where(f"{at}.index.rule"), says, "take `first`, or `all` with clustering")
    source = p.external.get(c.source)
    days = source is not None and source.data is not None and source.data.time == "days"
    if days and a.period is not None:
        says = f'the source "{c.source}" counts days: it has no calendar'
        yield Finding("P151", "error", where(f"{at}.period"), says, "give dates, or remove `period`")
    if days and a.index is not None and a.index.rule != "all":
        says = f'the source "{c.source}" counts days: lines of one person cannot be put in order'
        yield Finding("P151", "error", where(f"{at}.index"), says, "give dates, one row a person, or `rule: all`")
    if a.truncate is not None:
        yield from _truncation(p, where, at, c, a.truncate.months)


def _truncation(p: Protocol, where: Where, at: str, c: Comparison, months: float) -> Iterator[Finding]:
    """Months asked for beyond the end of follow-up."""
    for name in c.endpoints:
        e = p.endpoints.get(name)
        if isinstance(e, Survival) and (beyond := [m for m in (*e.at_months, *e.mean_to_months) if m > months]):
            says = f'follow-up ends at {months:g} months, and "{name}" asks for {max(beyond):g}'
            step = "truncate later, or do not compare there: these numbers will not be estimated"
            yield Finding("P152", "warning", where(f"{at}.truncate"), says, step)


def _endpoints(p: Protocol, where: Where, at: str, c: Comparison) -> Iterator[Finding]:
    a = c.alignment
    assert a is not None, "the caller has one"
    for name, one in a.endpoints.items():
        if name not in c.endpoints:
            yield unknown(where, f"{at}.endpoints.{name}", "endpoint compared", name, c.endpoints)
        elif one.same != "yes":
            kind = "differ" if one.same == "no" else "are not known to be the same"
            says = f'the rules of "{name}" {kind} between trial and source; done: {one.done}'
            step = "nothing more: it is printed beside the effect"
            yield Finding("P153", "note", where(f"{at}.endpoints.{name}"), says, step)
    for name in c.endpoints:
        if name not in a.endpoints and name in p.endpoints:
            says = f'nothing says whether "{name}" has the same rule in trial and source'
            step = f"write `endpoints: {{{name}: {{trial: ..., external: ..., same: ...}}}}`"
            yield Finding("P154", "note", where(f"{at}.endpoints"), says, step)


def _persons(where: Where, path: str, c: Comparison) -> Iterator[Finding]:
    """Methods that take rows of one person for several persons: they give no effect where a person has several."""
    a = c.alignment
    if a is None or a.index is None or a.index.rule != "all":
        return
    for name, method in (("", c), *c.methods.items()):
        what = method.method if method.method in MODELLED else "bootstrap" if method.variance == "bootstrap" else ""
        if what:
            says = f"{what} does not count that rows are of one person: with `rule: all` there will be no effect"
            at = f"{path}.methods.{name}" if name else path
            yield Finding("P158", "warning", where(at), says, "take `first`, or weights or pairs with robust variance")


def _missing(where: Where, path: str, c: Comparison) -> Iterator[Finding]:
    settings = imputation_of(c.missing)
    if settings is not None and settings.imputations < _FEW:
        says = f"{settings.imputations} data sets: limits pooled from so few depend on the seed"
        yield Finding("P155", "warning", where(f"{path}.missing"), says, f"take {_FEW} or more; 20 is usual")
    if c.missing == "indicator":
        says = "the indicator method leaves confounding by the covariate where it is missing"
        yield Finding("P156", "note", where(f"{path}.missing"), says, "compare with `complete-case` or `imputation`")
