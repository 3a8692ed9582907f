"""A count with its percentage against the denominators that the words, the text and arithmetic give."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ._audit_counts import Counted, Group
from ._audit_record import FITS, MISFIT, OPEN, UNSTATED, UNTESTED, WORDING, Statement
from ._audit_words import listed
from ._consistency_counts import denominators
from ._consistency_printed import ROUNDINGS

KIND = "count with percent"
_THEM = re.compile(r"(?i)\b(?:of|among)\s+(?:whom|which|these|them|those)\b|\bthereof\b")


@dataclass(frozen=True, slots=True)
class Scene:
    """What stands around a count: the groups of its sentence, the numbers stated, the counts before it (value,
    place)."""

    sentence: tuple[int, int]
    groups: tuple[Group, ...]
    stated: tuple[int, ...]
    people: tuple[tuple[int, int], ...]

    def before(self, at: int) -> list[tuple[int, int]]:
        """Counts and stated numbers that stand before a place, the nearest 200."""
        stop = bisect_left(self.people, at, key=lambda v: v[1])
        return list(self.people[max(0, stop - 200) : stop])

    def within(self, begin: int, end: int) -> list[tuple[int, int]]:
        """Counts and stated numbers that stand from one place to another."""
        first, last = (bisect_left(self.people, edge, key=lambda v: v[1]) for edge in (begin, end))
        return list(self.people[first:last])


def literal(c: Counted, scene: Scene) -> tuple[int | None, str]:
    """The denominator the words give, and how: written beside it, by a word that refers back, by the group.

    The group is that of the sentence or clause.
    """
    if c.n is not None:
        return c.n, "column" if c.form == "column" else "written"
    earlier = scene.before(c.start)
    if _THEM.search(c.words):
        whole = next((n for n, _ in reversed(earlier) if n >= c.k), None)
        return whole, "back" if whole is not None else ""
    for g in reversed(scene.groups):
        if g.start <= c.start and g.at != c.start and g.n >= c.k:
            return g.n, "back" if g.hard else "group"
    return None, ""


def judged(text: str, c: Counted, scene: Scene, over_time: bool) -> Statement:
    """The statement of one count with its percentage."""
    place = (KIND, c.start, c.end, text[c.start : c.end])
    said = f"{c.k} ({c.percent}%)"
    if over_time:
        says = f"{c.percent}% is a rate over time, from censored data: it is not {c.k} over a number of people"
        return Statement(*place, UNTESTED, says, c.k, c.percent)
    if float(c.percent) > 100:
        return Statement(*place, MISFIT, f"{said}: a share of people cannot exceed 100%", c.k, c.percent)
    most = max([400, 4 * c.k, *scene.stated, c.n or 0])
    fits = denominators(c.k, c.percent, n_max=min(most, 10**6))
    of, how = literal(c, scene)
    others = sorted({n for n in scene.stated if n >= c.k} | {n for n, _ in scene.before(c.start) if n >= c.k})
    found = tuple(n for n in others if n in fits.n)
    chosen = of if of is not None and _rules(fits.rounding, of) else found[0] if len(found) == 1 else None
    if of is None and not found:
        chosen = next((n for n in scene.stated if _rules(fits.rounding, n)), fits.n[0] if fits.unique else None)
    verdict, why = _verdict(c, of, how, fits.rounding, found, others, scene)
    return Statement(
        *place, verdict, f"{said} {_needs(fits.rounding, fits.n)}; {why}", c.k, c.percent, fits.n, fits.verdict,
        dict(fits.rounding), of, f"{share(c.k, of)}%" if of else "", found,
        _rules(fits.rounding, chosen) if chosen else (),
    )  # fmt: skip


def _verdict(
    c: Counted, of: int | None, how: str, fits: Mapping[str, tuple[int, ...]], found: tuple[int, ...],
    others: list[int], scene: Scene,
) -> tuple[str, str]:  # fmt: skip
    anywhere = any(fits.values())
    if of is not None:
        if of < c.k:
            return MISFIT, f"{c.k} of {of} is more than all of them"
        if of == 0:
            return UNTESTED, "a share of nobody is no number"
        rules = _rules(fits, of)
        reads = f"of {of} it is {share(c.k, of)}%"
        if rules:
            return FITS, f"{reads}, as printed" + ("" if "half-up" in rules else f" ({' or '.join(rules)})")
        own = [n for n, at in scene.before(c.start) if at >= scene.sentence[0] and n in found]
        if how == "group" and own:
            return FITS, f"{reads}, but of the {own[-1]} named just before it is as printed"
        if how == "column":
            return MISFIT, f"of the {of} that its column names it is {share(c.k, of)}%; some may be missing there"
        if how != "written" and found:
            return WORDING, f"read literally, {reads}; of {listed(found)}, also stated, it is as printed"
        return MISFIT, f"as written, {reads}"
    if found:
        return FITS, f"stated in the text: {listed(found)}"
    if not anywhere:
        return MISFIT, "no denominator makes it"
    if any(_rules(fits, n) for n in scene.stated):
        n = next(n for n in scene.stated if _rules(fits, n))
        return FITS, f"stated in the text: {n} ({' or '.join(_rules(fits, n))})"
    if any(n >= c.k for n in scene.stated):
        return UNSTATED, f"the text states {listed(n for n in others if n in scene.stated)}, none of which fits"
    return OPEN, "the text states no number of people to hold it against"


def _needs(fits: Mapping[str, tuple[int, ...]], n: tuple[int, ...]) -> str:
    if n:
        return f"needs n = {n[0]}, no other" if len(n) == 1 else f"fits n = {listed(n)}"
    other = [f"{listed(v)} ({rule})" for rule, v in fits.items() if v]
    return f"fits n = {' or '.join(other)} only" if other else "fits no n"


def _rules(fits: Mapping[str, tuple[int, ...]], n: int | None) -> tuple[str, ...]:
    return tuple(rule for rule in ROUNDINGS if n in fits.get(rule, ()))


def share(k: int, n: int) -> str:
    """k of n in percent, one decimal, half up.

    Examples
    --------
    >>> share(35, 44), share(1, 16)
    ('79.5', '6.3')
    """
    tenths = (2000 * k + n) // (2 * n)
    return f"{tenths // 10}.{tenths % 10}"


def common_rules(statements: Iterable[Statement]) -> tuple[str, ...]:
    """The rules of rounding under which every count with a known denominator fits."""
    each = [set(s.rules) for s in statements if s.rules]
    return tuple(r for r in ROUNDINGS if each and all(r in one for one in each))
