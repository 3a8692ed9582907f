"""Estimates to cells. Every number becomes text here, by `onearm.text`, and keeps its id."""

from __future__ import annotations

from collections.abc import Iterable

from onearm import text
from onearm.results import Estimate
from onearm.tables.model import Cell, Part

_SAID = {"proportion", "p", "hazard ratio", "patients", "events", "ratio", "standardized difference", "mean"}


def shown(e: Estimate) -> str:
    """The value as it is printed: ``NR`` where it was not reached, ``NE`` where there is none.

    Examples
    --------
    >>> e = Estimate(id="os.median", label="", variable="os", stat="median", context="survival",
    ...              unit="months", n=9, method="", population="", error="median not reached")
    >>> shown(e)
    'NR'
    """
    if e.value is None and "not reached" in (e.error or "").lower():
        return text.NOT_REACHED
    return text.quantity(e.value, e.unit)


def with_unit(e: Estimate) -> str:
    """The value and its unit, where the value does not say it."""
    said = shown(e)
    if e.unit in _SAID or said in (text.NOT_ESTIMABLE, text.NOT_REACHED):
        return said
    return f"{said}%" if e.unit == "%" else f"{said} {e.unit}"


def limits(e: Estimate) -> str:
    """The interval, or nothing."""
    return text.interval(e.low, e.high, e.unit)


def counted(e: Estimate) -> str:
    """Those with the event out of those counted: ``44/48``; the count alone where there is no event.

    Examples
    --------
    >>> counted(Estimate(id="orr", label="", variable="orr", stat="p", context="response", unit="proportion",
    ...                  n=48, events=44, method="", population=""))
    '44/48'
    """
    whole = text.quantity(e.n, "patients")
    return whole if e.events is None else f"{text.quantity(e.events, 'patients')}/{whole}"


def count_percent(e: Estimate | None) -> Cell:
    """Count and percentage: ``25 (52.1%)``; the percentage alone where there is no whole count, as of weights."""
    if e is None:
        return Cell()
    return cell(shown(e) if e.events is None else f"{text.quantity(e.events, 'patients')} ({shown(e)})", e)


def part_of(e: Estimate | None) -> Cell:
    """A count as a percentage of those it was counted among, exact; nothing where nobody was there."""
    said = "" if e is None else _part(e)
    return Cell() if e is None or not said else cell(said, e)


def count_part(e: Estimate | None) -> Cell:
    """A count and its percentage of those it was counted among: ``5 (10.4%)``.

    Examples
    --------
    >>> e = Estimate(id="vod", label="", variable="vod", stat="n", context="", unit="patients", n=48, method="",
    ...              population="", value=5.0)
    >>> count_part(e).text, part_of(e).text
    ('5 (10.4%)', '10.4%')
    """
    if e is None:
        return Cell()
    said = _part(e)
    return cell(f"{shown(e)} ({said})" if said else shown(e), e)


def _part(e: Estimate) -> str:
    return f"{text.percent(round(e.value), e.n)}%" if e.value is not None and e.n else ""


def cell(said: str, e: Estimate, stamp: str = "") -> Cell:
    """A cell with one text of one estimate."""
    return Cell(((said, e.id),), stamp) if said else Cell()


def value(e: Estimate | None, stamp: str = "") -> Cell:
    """The value alone."""
    return Cell() if e is None else cell(shown(e), e, stamp)


def value_limits(e: Estimate | None, stamp: str = "") -> Cell:
    """The value and its interval in brackets: ``25.3 (11.0 to NR)``."""
    if e is None:
        return Cell()
    interval = limits(e)
    return cell(f"{shown(e)} ({interval})" if interval else shown(e), e, stamp)


def joined(template: str, *estimates: Estimate) -> Cell:
    """Several values in one cell; each ``{}`` of the template takes the next one.

    Examples
    --------
    >>> a, b = (Estimate(id=i, label="", variable="v", stat="", context="", unit="years", n=1, method="",
    ...                  population="", value=v) for i, v in (("v.min", 20.0), ("v.max", 70.0)))
    >>> joined("{} to {}", a, b).parts
    (('20.0', 'v.min'), (' to ', ''), ('70.0', 'v.max'))
    """
    between = template.split("{}")
    parts: list[Part] = [(between[0], "")]
    for e, after in zip(estimates, between[1:], strict=True):
        parts += [(shown(e), e.id), (after, "")]
    return Cell(tuple(p for p in parts if p[0]))


def level(estimates: Iterable[Estimate]) -> str:
    """The heading of an interval: ``95% CI``, or ``CI`` where levels differ.

    Examples
    --------
    >>> level([])
    'CI'
    """
    found = {e.level for e in estimates if e.level is not None}
    return f"{level_text(found.pop())} CI" if len(found) == 1 else "CI"


def level_text(of: float) -> str:
    """A level as a percentage without needless decimals.

    Examples
    --------
    >>> level_text(0.95), level_text(0.975)
    ('95%', '97.5%')
    """
    return text.quantity(of, "proportion").replace(".0%", "%")
