"""Words in figures stay on the sheet and off each other, where numbers push them to an edge."""

from __future__ import annotations

import sys
from dataclasses import replace
from itertools import combinations
from pathlib import Path
from typing import Any

import matplotlib
import pytest

from onearm.figures import plan
from onearm.figures.drawing import Drawing
from onearm.figures.panel import panel_of
from onearm.figures.style import RC
from onearm.results import Results

sys.path.insert(0, str(Path(__file__).parent))
from kinds import SALVAGE, orders, sample
from sample import INO


def boxes(drawing: Drawing) -> tuple[tuple[float, float], dict[str, Any]]:
    """The size of the sheet, and the place of every word on it, in pixels."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.text import Text

    with matplotlib.rc_context(RC):
        figure = drawing.draw()
        canvas = FigureCanvasAgg(figure)
        canvas.draw()
        renderer = canvas.get_renderer()
    found = [*figure.texts, *(t for a in figure.axes for t in a.texts)]
    words = {f"{k} {t.get_text()}": t for k, t in enumerate(found) if t.get_text()}
    places = {said: Text.get_window_extent(t, renderer) for said, t in words.items()}  # without their arrows
    return (figure.bbox.width, figure.bbox.height), places


def inside(drawing: Drawing) -> dict[str, Any]:
    (width, height), found = boxes(drawing)
    for words, box in found.items():
        assert 0 <= box.x0 < box.x1 <= width, words
        assert 0 <= box.y0 < box.y1 <= height, words
    return found


def of(found: dict[str, Any], words: str) -> Any:
    (box,) = (b for said, b in found.items() if words in said)
    return box


def with_median(share: float) -> Results:
    """The sample with the median at a share of the axis."""
    results = sample()
    median = replace(results["os.median"], value=share * panel_of(results, "os").end)
    return replace(results, estimates={**results.estimates, "os.median": median})


@pytest.mark.parametrize("share", [0.02, 0.5, 0.8, 0.86, 0.93, 0.999])
def test_the_median_is_named_beside_its_line_and_on_the_sheet(share: float) -> None:
    drawing = plan(with_median(share))["km-os"]
    words = of(inside(drawing), "Median")
    with matplotlib.rc_context(RC):
        axes = drawing.draw().axes[0]
    line, half = axes.transData.transform((share * panel_of(sample(), "os").end, 0.5))
    if share < 0.7:
        assert line < words.x0 < line + 12
        assert words.y0 > half
    else:  # under the half, where no curve is before its median
        assert line - 12 < words.x1 < line or words.x0 > line
    assert words.x0 > axes.get_window_extent().x0


def test_a_late_median_stands_left_of_its_line_below_the_curve() -> None:
    drawing = plan(with_median(0.95))["km-os"]
    words = of(inside(drawing), "Median")
    with matplotlib.rc_context(RC):
        axes = drawing.draw().axes[0]
    line, half = axes.transData.transform((0.95 * panel_of(sample(), "os").end, 0.5))
    assert words.x1 < line
    assert words.y1 < half


@pytest.mark.parametrize("p", [0.00001, 0.031])
def test_effect_stamp_and_method_of_a_curve_have_lines_of_their_own(p: float) -> None:
    results = sample()
    test = replace(results[f"os.log_rank_p|{INO}"], value=p)
    results = replace(results, estimates={**results.estimates, test.id: test})
    found = inside(plan(results)[f"km-os-{INO}"])
    whom, stamp, effect = of(found, "estimand"), of(found, "GATE FAILED"), of(found, "log-rank p")
    assert whom.y0 > stamp.y1
    assert stamp.y0 > effect.y1
    for (one, a), (two, b) in combinations(found.items(), 2):
        assert not a.overlaps(b), (one, two)


def test_a_stamp_without_an_effect_is_directly_over_the_curve() -> None:
    results = sample()
    naive = {k: replace(c, method="NAIVE groups") if c.panel == "os_by_asct" else c for k, c in results.curves.items()}
    found = inside(plan(replace(results, curves=naive))["km-os_by_asct"])
    stamp = of(found, "NAIVE")
    assert all(not stamp.overlaps(box) for box in found.values() if box is not stamp)


@pytest.mark.parametrize("passed", ["passed", "failed"])
def test_the_protocols_order_is_named_as_such_and_fits(passed: str) -> None:
    made = orders()
    rows = (("largest", "", passed, "0.36"), *made.rows[1:])
    results = replace(sample(), statements=(replace(made, rows=rows),))
    drawing = plan(results)[f"orders-{SALVAGE}"]
    found = inside(drawing)
    of(found, "largest, the protocol's order" if passed == "passed" else "largest, the protocol's order,\ngate failed")
    of(found, "the protocol's order: 0.36 (0.20 to 0.65)")
    assert not any("prespecified" in words for words in (*found, drawing.caption))
    for (one, a), (two, b) in combinations(found.items(), 2):
        assert not a.overlaps(b), (one, two)
