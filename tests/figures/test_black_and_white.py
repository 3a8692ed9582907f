"""Without colour every line and area still tells itself: by dashes, marker, width, hatch, or lightness."""

from __future__ import annotations

import sys
from itertools import combinations
from pathlib import Path
from typing import Any

import matplotlib
import pytest
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import PolyCollection
from matplotlib.colors import to_rgb, to_rgba
from matplotlib.lines import Line2D

from onearm.figures import FIGURES, Drawing
from onearm.figures.style import GREY, INK, RC, STROKES, WARNING

sys.path.insert(0, str(Path(__file__).parent))
from kinds import every

APART = 0.15
"""The least difference of lightness (0 to 1) by which two areas without hatches are told apart."""


def light(colour: Any) -> float:
    """Relative luminance of sRGB, on white where a colour is see-through (WCAG 2)."""
    r, g, b, a = to_rgba(colour)
    seen = (a * v + 1 - a for v in (r, g, b))
    parts = [v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4 for v in seen]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


def contrast(one: Any, other: Any = "white") -> float:
    a, b = sorted((light(one), light(other)), reverse=True)
    return (a + 0.05) / (b + 0.05)


def drawn(drawing: Drawing) -> list[Axes]:
    with matplotlib.rc_context(RC):
        figure = drawing.draw()
        FigureCanvasAgg(figure).draw()
    return figure.axes


def look(line: Line2D) -> tuple[object, ...]:
    face = line.get_markerfacecolor()
    hollow = face in ("none", "white") or to_rgba(face)[:3] == (1, 1, 1)
    marker = (line.get_marker(), hollow, line.get_markersize()) if line.get_marker() not in ("", "None") else None
    return (str(line._unscaled_dash_pattern), line.get_linewidth(), marker, line.get_linestyle())  # type: ignore[attr-defined]


@pytest.fixture(scope="module")
def drawings() -> dict[str, Drawing]:
    results = every()
    return {d.name: d for make in FIGURES.values() for d in make(results)}


def test_two_lines_of_different_colours_differ_in_something_else(drawings: dict[str, Drawing]) -> None:
    pairs = 0
    for name, drawing in drawings.items():
        for axes in drawn(drawing):
            by_colour: dict[tuple[float, ...], set[tuple[object, ...]]] = {}
            for line in axes.lines:
                if line.get_marker() == "|" or line.get_linestyle() == ":":
                    continue  # the censored and the median stand on their own curve
                if len(set(map(float, line.get_ydata()))) < 2:
                    continue  # a row, named at its left
                colour = line.get_color() if line.get_linestyle() != "None" else line.get_markeredgecolor()
                by_colour.setdefault(to_rgb(colour), set()).add(look(line))
            for (one, seen), (other, beside) in combinations(by_colour.items(), 2):
                for same in seen & beside:
                    pairs += 1
                    assert abs(light(one) - light(other)) > APART, (name, one, other, same)
    assert len({str(s.dashes) for s in STROKES}) == len(STROKES)


def test_areas_beside_each_other_differ_in_hatch_or_lightness(drawings: dict[str, Drawing]) -> None:
    seen = 0
    for name, drawing in drawings.items():
        for axes in drawn(drawing):
            areas = [c for c in axes.collections if isinstance(c, PolyCollection) and len(c.get_facecolor())]
            solid = [(a, a.get_facecolor()[0]) for a in areas]  # type: ignore[index]
            for (one, colour), (other, beside) in combinations(solid, 2):
                if tuple(colour[:3]) == tuple(beside[:3]) or min(colour[3], beside[3]) < 0.3:
                    continue  # one colour, or bands of confidence around lines that have dashes
                seen += 1
                assert one.get_hatch() != other.get_hatch() or abs(light(colour) - light(beside)) > APART, name
    assert seen >= 10


def test_every_stroke_and_word_stands_out_on_white() -> None:
    for colour in (*(s.colour for s in STROKES), INK, GREY, WARNING):
        assert contrast(colour) >= 4.5, colour  # WCAG 2, text of normal size


SHIFTS = {  # Machado, Oliveira & Fernandes 2009, severity 1.0 (doi:10.1109/TVCG.2009.113), linear RGB
    "protanopia": ((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216), (-0.003882, -0.048116, 1.051998)),
    "deuteranopia": ((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413), (-0.011820, 0.042940, 0.968881)),
}


@pytest.mark.parametrize("kind", list(SHIFTS))
def test_the_first_two_strokes_differ_for_the_colour_blind(kind: str) -> None:
    def seen(colour: str) -> tuple[float, ...]:
        linear = [v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4 for v in to_rgb(colour)]
        return tuple(sum(m * v for m, v in zip(row, linear, strict=True)) for row in SHIFTS[kind])

    one, other = seen(STROKES[0].colour), seen(STROKES[1].colour)
    assert sum((a - b) ** 2 for a, b in zip(one, other, strict=True)) ** 0.5 > 0.3
