"""Swimmer plots: who is on which page, in which order, and what every kind of bar and mark looks like."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import TypeVar

from onearm import text
from onearm.figures.drawing import Drawing
from onearm.figures.lanes import ALIVE, Fill, Looks, Page, Sign, draw
from onearm.figures.series import Cell, Series
from onearm.figures.style import INK
from onearm.results import Lane, Results

PER_PAGE, PAGES = 60, 2
"""Lanes in one picture, and pictures in one report. Of more subjects than these hold, one picture shows a part of them
at equal distances; results.json holds the lanes of everybody."""

FILLS = (
    Fill("#4d94c9", ""),
    Fill("#bcdcf2", ""),
    Fill("#f0a83c", "/////"),
    Fill("#7cc4a4", "-----"),
    Fill("#9a7bb5", "\\\\\\\\\\"),
    Fill("#d9cf6a", "xxxxx"),
    Fill("#6c757d", "|||||"),
)
"""Fills of the kinds in their order; further kinds share the last one."""


_CARETRIGHTBASE = 9
"""matplotlib's triangle to the right that begins at its point."""

SIGNS: Mapping[str, tuple[Sign, ...]] = {
    "response": (
        Sign("^", INK, 4.6, 0.22),
        Sign("^", "white", 4.6, 0.22),
        Sign("v", "white", 4.6, 0.22),
        Sign("v", INK, 4.6, 0.22),
    ),
    "mrd": (Sign("o", "white", 3.8, -0.22), Sign("o", INK, 3.8, -0.22)),
    "procedure": (Sign("*", "#ffd23f", 7.6), Sign("P", "#ffd23f", 6.0), Sign("h", "#ffd23f", 6.0)),
    "relapse": (Sign("D", "#c8102e", 4.4),),
    "death": (Sign("X", INK, 6.2, edge="white"),),
    "alive": (Sign(_CARETRIGHTBASE, INK, 5.6),),
}
"""Markers of each kind of event; the first label of a kind takes the first, further ones share the last."""


T = TypeVar("T")


def swimmer(results: Results) -> tuple[Drawing, ...]:
    """One drawing for at most 60 lanes, a second one for at most 120; of more subjects one drawing of 60 among them."""
    timed = [lane for lane in results.lanes if lane.end is not None]
    if not timed:
        return ()
    ordered = part_of(arranged(timed))
    looks = _looks(ordered)
    end = max(t for lane in ordered for t in _times(lane))
    count = -(-len(ordered) // PER_PAGE)
    size = -(-len(ordered) // count)
    sizes = {name: sum(lane.group == name for lane in timed) for name in dict.fromkeys(lane.group for lane in timed)}
    drawings = []
    for k in range(count):
        page = ordered[k * size : (k + 1) * size]
        before = ordered[k * size - 1].group if k else None
        one = Page(tuple(page), _headings(page, sizes, before), looks, end, results.header.notice)
        drawings.append(_drawing(one, k + 1, count, _left_out(results.lanes, len(timed), len(ordered))))
    return tuple(drawings)


def arranged(lanes: Sequence[Lane]) -> list[Lane]:
    """Lanes by group, in the order of the results, and the longest first within each."""
    groups = list(dict.fromkeys(lane.group for lane in lanes))
    return sorted(lanes, key=lambda lane: (groups.index(lane.group), -(lane.end or 0.0)))


def part_of(ordered: list[T]) -> list[T]:
    """All of them, or 60 at equal distances in their order, so that groups and times keep their shares."""
    n = len(ordered)
    if n <= PER_PAGE * PAGES:
        return ordered
    return [ordered[(2 * k + 1) * n // (2 * PER_PAGE)] for k in range(PER_PAGE)]


def _times(lane: Lane) -> Iterator[float]:
    yield lane.end or 0.0
    yield from (s.end for s in lane.segments)
    yield from (m.time for m in lane.marks)


def _headings(page: Sequence[Lane], sizes: Mapping[str, int], before: str | None) -> dict[int, str]:
    """Position in the page -> the heading above it, where there are groups."""
    found = {}
    for k, lane in enumerate(page):
        if lane.group and lane.group not in [other.group for other in page[:k]]:
            went_on = ", continued" if lane.group == before else ""
            found[k] = f"{lane.group} (n\N{NO-BREAK SPACE}=\N{NO-BREAK SPACE}{sizes[lane.group]}){went_on}"
    return found


def _looks(lanes: Sequence[Lane]) -> Looks:
    first: dict[str, tuple[float, str]] = {}
    for lane in lanes:
        for s in lane.segments:
            at = (float("inf") if s.cycle is None else s.cycle, s.kind)
            first[s.kind] = min(at, first.get(s.kind, at))
    kinds = sorted(first, key=lambda kind: first[kind])
    said = {(m.kind, m.label) for lane in lanes for m in lane.marks}
    said |= {("alive", ALIVE) for lane in lanes if not lane.died}
    marks: dict[str, Sign] = {}
    for kind, signs in SIGNS.items():
        mine = sorted(label for of, label in said if of == kind)
        marks |= {label: signs[min(k, len(signs) - 1)] for k, label in enumerate(mine)}
    return Looks({kind: FILLS[min(k, len(FILLS) - 1)] for k, kind in enumerate(kinds)}, marks)


def _left_out(lanes: Sequence[Lane], timed: int, shown: int) -> str:
    """Who is not in the picture, in words."""
    said = ""
    if shown < timed:
        said += f" Shown are {text.number(shown, 0)} of {text.number(timed, 0)} subjects, at equal distances in this "
        said += "order (group, then time on study), so that short and long courses keep their shares; results.json "
        said += "holds all."
    rest = [lane.label for lane in lanes if lane.end is None]
    if rest:
        named = ", ".join(rest[:10]) + (" and others" if len(rest) > 10 else "")
        said += f" Not shown, without study days (never treated): {text.number(len(rest), 0)} ({named})."
    return said


def _drawing(page: Page, number: int, count: int, rest: str) -> Drawing:
    part = f" ({number} of {count})" if count > 1 else ""
    groups = ", by version of the protocol" if page.headings else ""
    return Drawing(
        name=f"swimmer-{number}" if count > 1 else "swimmer",
        title=f"Course of each subject{part}",
        caption=f"Course of each subject{part}, from day 1 to death or last contact{groups}; those longest on study "
        f"on top.{_BARS if page.looks.bars else ''} Response: the first, and each better one before relapse. A mark "
        f"stands at the end of its day.{rest}",
        section="subjects",
        draw=partial(draw, page),
        data=partial(data, page),
    )


def data(page: Page) -> Series:
    """Follow-up, bars and marks of each lane, from the top."""
    rows: list[tuple[Cell, ...]] = []
    for lane in page.lanes:
        who = (lane.subject, lane.label, lane.group)
        rows.append((*who, "follow-up", "" if lane.died else ALIVE, None, 0.0, lane.end))
        rows += [(*who, "cycle", s.kind, s.cycle, s.start, s.end) for s in lane.segments]
        rows += [(*who, m.kind, m.label, None, m.time, m.time) for m in lane.marks]
    return Series.of("subject number version shown what cycle start end", rows)


_BARS = (
    " A bar is a cycle: from its first recorded dose to the first of the next cycle, at most for the length that the "
    "protocol gives it; where neither is known, to its last recorded dose. Its fill says to which courses the drugs on "
    "record belong; courses for some patients only do not change it."
)
