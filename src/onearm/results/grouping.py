"""What an estimate's group and id say, variable by variable: ``salvage_chemo/trial`` is a comparison and a side.

The group of an estimate is one text: ``variable=level``, or names divided by slashes. Standards of results data want
one variable and one level each, and so do people who filter.
"""

from __future__ import annotations

from onearm.results.records import Estimate

Pair = tuple[str, str]
"""A variable and its level."""

_FIRST = {"competing": "cause", "states": "state", "monitoring": "version", "joint monitoring": "version"}
"""What a first name without a level is a level of, by context; elsewhere it names a comparison."""

_KNOWN = {
    "trial": "side",
    "external": "side",
    "before": "matching",
    "after": "matching",
}

_METHODS = frozenset({"method", "method balance", "method gate"})


def groups(e: Estimate) -> tuple[Pair, ...]:
    """The variables by which an estimate is grouped and its level of each, outermost first.

    Levels come from data and may hold any sign: a group that begins with ``variable=`` is one pair (two where a cause
    of a competing risk follows).

    Examples
    --------
    >>> def of(group, context="comparison"):
    ...     return groups(Estimate(id="x", label="", variable="x", stat="n", context=context, unit="", n=1, method="",
    ...                            population="", group=group))
    >>> of("version=original", "safety"), of("arm=A=B/C", "response")
    ((('version', 'original'),), (('arm', 'A=B/C'),))
    >>> of("salvage_chemo/external_after")
    (('comparison', 'salvage_chemo'), ('side', 'external'), ('matching', 'after'))
    >>> of("chemo/full/trial", "method balance"), of("sex=male/relapse", "competing")
    ((('comparison', 'chemo'), ('method', 'full'), ('side', 'trial')), (('sex', 'male'), ('cause', 'relapse')))
    """
    if not e.group:
        return ()
    head, *rest = e.group.split("/")
    if "=" in head:
        return _split(e.group, e.context)
    first = (_FIRST.get(e.context, "comparison"), e.group if e.context in _FIRST else head)
    if e.context in _FIRST:
        return (first,)
    found = [first]
    for k, word in enumerate(rest):
        found += _named(word, "method" if k == 0 and e.context in _METHODS else "analysis")
    return tuple(found)


def _split(group: str, context: str) -> tuple[Pair, ...]:
    """A group that begins with ``variable=``."""
    variable, _, level = group.partition("=")
    if context != "competing" or "/" not in level:
        return ((variable, level),)
    level, _, cause = level.rpartition("/")
    return (variable, level), ("cause", cause)


def _named(word: str, otherwise: str) -> list[Pair]:
    """One name after the comparison's."""
    if word in _KNOWN:
        return [(_KNOWN[word], word)]
    variable, sign, level = word.partition("=")
    if sign:
        return [(variable, level)]
    side, _, matching = word.partition("_")
    if _KNOWN.get(side) == "side" and _KNOWN.get(matching) == "matching":
        return [("side", side), ("matching", matching)]
    return [(otherwise, word)]


def measured(e: Estimate) -> Pair:
    """What was measured, and which level of it: a category, a day or month, a part; empty where there is none.

    Examples
    --------
    >>> def of(id, variable, stat):
    ...     return measured(Estimate(id=id, label="", variable=variable, stat=stat, context="", unit="", n=1, method="",
    ...                              population="", group=id.partition("|")[2]))
    >>> of("os.survival@24mo|a/trial", "os", "survival"), of("orr.borrowed_power@0.5|a", "orr", "power")
    (('os', '24mo'), ('orr', '0.5'))
    >>> of("sex.female", "sex", "p"), of("smd.sex=female|a", "sex=female", "smd")
    (('sex', 'female'), ('sex', 'female'))
    >>> of("exposure.cycles.median", "exposure", "median"), of("exposure.cycles@3", "exposure", "n")
    (('exposure', 'cycles'), ('exposure', 'cycles@3'))
    """
    base, _, at = e.id.removesuffix(f"|{e.group}").partition("@")
    name, _, category = e.variable.partition("=")
    part = base.removeprefix(f"{e.variable}.") if base.startswith(f"{e.variable}.") else ""
    if part == e.stat or part.endswith(f"_{e.stat}"):
        part = ""  # `os.median` and `orr.borrowed_power` name a statistic, no level
    level = category or part.removesuffix(f".{e.stat}")
    return name, "@".join(word for word in (level, at) if word)
