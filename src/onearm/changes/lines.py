"""Changes as lines for people."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from onearm.changes.origin import Cause, Origin
from onearm.changes.record import DECISIONS, KEY, Change, Changes, Part
from onearm.errors import listed

MOST = 12
"""Records of a section that are printed unless all are asked for."""

_PATIENTS = 8


def clean(text: str, most: int = 160) -> str:
    """A text of a file for a terminal: cut where it is very long, without signs that steer the terminal.

    Examples
    --------
    >>> clean("os|a" + chr(27) + "[2J"), len(clean("x" * 1000))
    ('os|a?[2J', 161)
    """
    cut = text if len(text) <= most else text[:most] + "…"
    return "".join(c if c.isprintable() else "?" for c in cut)


def lines(found: Changes, why: Cause, sides: tuple[Origin, Origin], *, every: bool = False) -> Iterator[str]:
    """What changed and why: a head, then one block a section.

    Parameters
    ----------
    found, why
        What differs, and what may be behind it.
    sides
        What A and B were made from.
    every
        Whether long sections are printed to their end.
    """
    yield from head(found, why, sides)
    for section, records in groupby(found.changes, key=lambda c: c.section):
        mine = list(records)
        yield ""
        yield clean(section).upper() if section in (DECISIONS, KEY) else clean(section)
        shown = mine if every or section in (DECISIONS, KEY) else mine[:MOST]
        for change in shown:
            yield from record(change)
        if len(shown) < len(mine):
            yield f"  and {len(mine) - len(shown)} more (--all prints them)"
    if found.moves:
        yield ""
        yield "patients on another side"
        kept = found.moves if every else found.moves[: 2 * MOST]
        yield from (f"  {clean(m.id)}  {clean(m.subject)}: {clean(m.before)} -> {clean(m.after)}" for m in kept)
        if len(kept) < len(found.moves):
            yield f"  and {len(found.moves) - len(kept)} more (--all prints them)"
    if found.header:
        yield ""
        yield "header"
        kept_lines = found.header if every else found.header[:MOST]
        yield from (f"  {_part(p)}" for p in kept_lines)
        if len(kept_lines) < len(found.header):
            yield f"  and {len(found.header) - len(kept_lines)} more (--all prints them)"


def head(found: Changes, why: Cause, sides: tuple[Origin, Origin]) -> Iterator[str]:
    """Which results, how much changed, and why."""
    for letter, one in zip("AB", sides, strict=True):
        about = (("", one.software), ("cut-off ", one.cutoff), ("seed ", "" if one.seed is None else str(one.seed)))
        said = ", ".join(clean(words + known) for words, known in about if known)
        yield f"{letter}  {clean(one.name)}  ({said or 'nothing stated'})"
    if found.trials[0] != found.trials[1]:
        yield f"THE TRIALS ARE NOT THE SAME: A is {clean(found.trials[0])}, B is {clean(found.trials[1])}"
    yield counts(found)
    yield ("ERROR: " if why.unexplained else "Why: ") + clean(why.says, 2000)
    if why.same and why.differences:
        yield f"The same: {listed(why.same)}"


def counts(found: Changes) -> str:
    """How many numbers changed, in one line."""
    changed = found.numbers("changed")
    hidden = sum(not c.printed for c in changed)
    beyond = f" ({hidden} of them not in what is printed of them)" if hidden else ""
    words = sum(c.words for c in changed_words(found))
    said = (
        f"{_numbers(len(changed))} changed{beyond}, {len(found.numbers('only in A'))} only in A, "
        f"{len(found.numbers('only in B'))} only in B, {found.same} the same"
    )
    return said + (f"; of {words} more only words differ" if words else "")


def changed_words(found: Changes) -> list[Change]:
    """The numbers of which nothing but words differs."""
    return [c for c in found.changes if c.number and c.words]


def _numbers(n: int) -> str:
    return f"{n} number" if n == 1 else f"{n} numbers"


def record(change: Change) -> Iterator[str]:
    """One record: its id and words, a line a field, the patients who came and went."""
    where = "" if change.kind == "changed" else f"  [{change.kind}]"
    words = "  [words only]" if change.words else ""
    yield f"  {clean(change.id)}  {clean(change.label)}{where}{words}".rstrip()
    yield from (f"      {_part(p)}" for p in change.parts)
    for name, some in (("entered", change.entered), ("left", change.left)):
        if some:
            yield f"      {name}: {clean(listed(some, _PATIENTS), 600)}"


def _part(p: Part) -> str:
    if not p.before and p.after.startswith("not the same"):
        return f"{clean(p.name)}: {clean(p.after)}"
    said = f"{clean(p.name)}: {clean(p.before) or 'none'} -> {clean(p.after) or 'none'}"
    by = ", ".join(text for text in (p.difference, p.relative) if text)
    return f"{said}  ({by})" if by else said
