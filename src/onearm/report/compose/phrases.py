"""Numbers in sentences: every piece with a digit has the id of its estimate."""

from __future__ import annotations

from collections.abc import Iterable

from onearm import text
from onearm.report.document import Parts
from onearm.results import Estimate
from onearm.tables.cells import level_text, limits, shown, with_unit


def said(words: str, source: str = "") -> Parts:
    """Words; the source is named only where there is a digit.

    Examples
    --------
    >>> said("no number", "orr"), said("48 patients", "n.treated")
    ((('no number', ''),), (('48 patients', 'n.treated'),))
    """
    has_digit = any(c.isdigit() for c in words)
    return ((words, source if has_digit else ""),) if words else ()


def joined(*pieces: Parts | str, source: str = "") -> Parts:
    """Pieces one after the other; bare words take ``source`` where they hold a digit."""
    out: list[tuple[str, str]] = []
    for piece in pieces:
        out += said(piece, source) if isinstance(piece, str) else piece
    return tuple(out)


def listed(pieces: Iterable[Parts], between: str = "; ", end: str = ".") -> Parts:
    """Pieces with something between them and at the end.

    Examples
    --------
    >>> listed([(("a", ""),), (("1", "x"),)])
    (('a', ''), ('; ', ''), ('1', 'x'), ('.', ''))
    """
    out: list[tuple[str, str]] = []
    for piece in pieces:
        out += [*([(between, "")] if out else []), *piece]
    return (*out, (end, "")) if out and end else tuple(out)


def ci(e: Estimate) -> str:
    """The interval with its level: ``95% CI 80.0% to 97.7%``; nothing where there is none."""
    found = limits(e)
    return f"{level_text(e.level)} CI {found}" if found and e.level is not None else found


def value(e: Estimate) -> Parts:
    """The number with its unit and interval: ``25.3 months (95% CI 11.0 to NR)``."""
    interval = ci(e)
    return said(f"{with_unit(e)} ({interval})" if interval else with_unit(e), e.id)


def share(e: Estimate) -> Parts:
    """Count, percentage and interval: ``44 of 48 (91.7%; 95% CI 80.0% to 97.7%)``."""
    if e.events is None:
        return value(e)
    count = f"{text.quantity(e.events, 'patients')} of {text.quantity(e.n, 'patients')}"
    inside = "; ".join(filter(None, (shown(e), ci(e))))
    return said(f"{count} ({inside})", e.id)


def p_text(shown_value: str) -> str:
    """A p-value after its letter.

    Examples
    --------
    >>> p_text("0.012"), p_text("<0.001")
    ('= 0.012', '<0.001')
    """
    return shown_value if shown_value.startswith("<") else f"= {shown_value}"


def number(e: Estimate, *, limits_too: bool = False) -> Parts:
    """The number as own words take it: with its unit, and with its interval when asked for."""
    return value(e) if limits_too else said(with_unit(e), e.id)
