"""Cumulative incidences of competing causes upon each other; what is left to 100% is free of all of them."""

from __future__ import annotations

from functools import partial

from onearm.figures.drawing import Drawing
from onearm.figures.series import Series
from onearm.figures.states import bands, draw
from onearm.figures.style import sentence, slug
from onearm.results import Curve, Results

FREE = "Free of these events"


def stacked(results: Results) -> tuple[Drawing, ...]:
    """One drawing for each group of patients with two or more causes, beside the lines with their limits."""
    groups: dict[tuple[str, str], list[Curve]] = {}
    for c in results.curves.values():
        if c.kind == "incidence":
            groups.setdefault((c.panel, c.id.partition("|")[2].rpartition("/")[0]), []).append(c)
    return tuple(
        _drawing(tuple(found), panel, group, results.header.notice)
        for (panel, group), found in groups.items()
        if len(found) > 1 and len({c.time for c in found}) == 1
    )


def _drawing(curves: tuple[Curve, ...], panel: str, group: str, notice: str) -> Drawing:
    first = curves[0]
    endpoint, _, comparison = panel.partition("|")
    of = first.group.partition(", ")[2] if group else ""
    title = f"{first.label}, stacked" + (f": {of}" if of else "")
    return Drawing(
        name=slug("cif-stacked", endpoint, group or comparison),
        title=title,
        caption=f"{title}. The height of a band is the cumulative incidence of its cause, the white part those who had "
        f"none of these events. {sentence(first.method)}. Limits and numbers at risk are in the picture with lines.",
        section="comparison" if comparison else "survival",
        comparison=comparison,
        draw=partial(draw, curves, notice, FREE),
        data=partial(data, curves),
    )


def data(curves: tuple[Curve, ...]) -> Series:
    """The incidence of each cause over time, and the edges of its band."""
    rows = [
        (curve.id, curve.group, t, value, low, high)
        for curve, floor, top in bands(curves)
        for t, value, low, high in zip((0.0, *curve.time), (curve.start, *curve.value), floor, top, strict=True)
    ]
    return Series.of("id cause time incidence from to", rows)
