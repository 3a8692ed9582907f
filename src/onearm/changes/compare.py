"""Two results into what differs between them."""

from __future__ import annotations

from collections.abc import Iterable

from onearm.changes.decisions import decisions
from onearm.changes.numbers import numbers
from onearm.changes.patients import moves
from onearm.changes.pictures import pictures
from onearm.changes.record import DECISIONS, KEY, Change, Changes, Part
from onearm.results import Header, Results


def compare(before: Results, after: Results, *, key: Iterable[str] = ()) -> Changes:
    """What differs between two results, what matters most first.

    Parameters
    ----------
    before, after
        The results called A and B.
    key
        Ids of the numbers that stand before the others.

    Returns
    -------
    Changes
        Decisions first (stopping rules, gates, the design lock, methods), then the key results, then every other number
        by analysis and endpoint in the order of the results, then flows, curves, pairs and what else is drawn. A number
        is the same when every digit of it is, not only those that are printed.

    Examples
    --------
    >>> from onearm.results import Estimate, Header, Results
    >>> def of(x):
    ...     return Results(Header(trial="t", title="T", arm="A"), {"orr": Estimate(
    ...         id="orr", label="Response", variable="orr", stat="p", context="response", unit="proportion", n=48,
    ...         events=x, value=x / 48, method="exact", population="treated")})
    >>> found = compare(of(44), of(43))
    >>> [(p.name, p.before, p.after, p.difference) for p in found.changes[0].parts]
    [('value', '91.7%', '89.6%', '-2.1 points'), ('events', '44', '43', '-1')]
    >>> compare(of(44), of(44)).changed
    False
    """
    counted = [*numbers(before, after, frozenset(key))]
    found = [*decisions(before, after), *counted, *pictures(before, after)]
    differ = sum(c.kind != "only in A" for c in counted)
    return Changes(
        trials=(before.header.trial, after.header.trial),
        changes=tuple(_in_order(found)),
        moves=tuple(moves(before, after)),
        same=len(after) - differ,
        header=tuple(_header(before.header, after.header)),
    )


def _in_order(found: list[Change]) -> list[Change]:
    """Decisions, key results, and the rest by section and heading as they first come; printed changes before others."""
    place: dict[tuple[str, str], int] = {}
    for change in found:
        place.setdefault((change.section, ""), len(place))
        place.setdefault((change.section, change.heading), len(place))
    first = {DECISIONS: -2, KEY: -1}

    def rank(c: Change) -> tuple[int, int, bool, bool]:
        section = first.get(c.section, place[c.section, ""])
        heading = 0 if c.section in first else place[c.section, c.heading]
        return section, heading, c.words, not c.printed

    return sorted(found, key=rank)


def _header(one: Header, two: Header) -> list[Part]:
    """Lines of the header that differ; of lists those that came and went."""
    found = []
    for name in Header.__slots__:
        old, new = getattr(one, name), getattr(two, name)
        if old == new:
            continue
        if not isinstance(old, tuple):
            found.append(Part(name=name, before=old, after=new))
            continue
        found += [Part(name=name, before=line, after="") for line in old if line not in new]
        found += [Part(name=name, before="", after=line) for line in new if line not in old]
        if set(old) == set(new):
            found.append(Part(name=name, before="", after="in another order"))
    return found
