"""Words in figures stay on the sheet and off each other, where numbers push them to an edge."""

from __future__ import annotations

import re
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
from onearm.results import Bars, Results

sys.path.insert(0, str(Path(__file__).parent))
from kinds import SALVAGE, bars, every, orders, sample
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
    test = replace(results[f"os.cox_p|{INO}"], value=p)
    results = replace(results, estimates={**results.estimates, test.id: test})
    found = inside(plan(results)[f"km-os-{INO}"])
    whom, stamp, effect = of(found, "estimand"), of(found, "GATE FAILED"), of(found, "Wald p")
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


def fall(one: Bars) -> Drawing:
    return plan(replace(sample(), bars=(one,)))["waterfall-blasts"]


def drawn(drawing: Drawing) -> Any:
    with matplotlib.rc_context(RC):
        return drawing.draw().axes[0]


def test_bars_are_explained_in_the_order_of_the_scale() -> None:
    groups = ("PD", "SD", "XX", "PR", "CR", "PD", "SD", "PR", "CR", "CR")
    one = replace(bars(10), groups=groups, order=("CR", "CRi", "PR", "SD", "PD", "NE"))
    said = [t.get_text() for t in drawn(fall(one)).get_legend().get_texts()]
    assert said == ["CR", "PR", "SD", "PD", "XX"]  # nobody has CRi or NE; what the scale does not name is last
    unknown = [t.get_text() for t in drawn(fall(replace(one, order=()))).get_legend().get_texts()]
    assert unknown == ["CR", "PD", "PR", "SD", "XX"]


def test_a_bar_keeps_its_value_and_its_group_whatever_the_order() -> None:
    one = replace(bars(10), order=("NR", "CRi", "CR"))
    axes = drawn(fall(one))
    found = {}
    for shape in axes.collections:
        for path in shape.get_paths():
            found[round(path.vertices[:, 0].mean())] = (shape.get_label(), path.vertices[:, 1].min())
    assert [found[k][0] for k in range(10)] == list(one.groups)
    assert [found[k][1] for k in range(10)] == pytest.approx([min(v, 0.0) for v in one.values])


@pytest.mark.parametrize(("n", "prefix", "turned"), [(10, "", 0), (40, "", 0), (60, "", 90), (10, "site-01-00", 90)])
def test_numbers_of_bars_are_turned_only_where_they_must_be(n: int, prefix: str, turned: float) -> None:
    one = bars(n)
    labels = drawn(fall(replace(one, numbers=tuple(prefix + k for k in one.numbers)))).get_xticklabels()
    assert {t.get_rotation() for t in labels} == {turned}


def test_columns_of_subgroups_have_heads() -> None:
    ratios, shares = (inside(plan(sample())[f"subgroups-{name}_groups"]) for name in ("os", "orr"))
    assert of(ratios, "HR (95% CI)").x0 == pytest.approx(of(ratios, "1.82 (").x0)
    assert of(ratios, "Events/patients").x1 == pytest.approx(of(ratios, "10/23").x1, abs=2)
    assert of(ratios, "HR (95% CI)").y0 > of(ratios, "Sex").y1
    of(ratios, "below 1: a lower hazard than the reference")
    of(shares, "n/N")
    of(shares, "Share (95% CI)")
    assert not any("below 1" in words for words in shares)


def test_every_sentence_of_a_caption_begins_with_a_capital() -> None:
    results = every(10)
    weighted = {k: replace(c, method=f"weighted {c.method}") for k, c in results.curves.items()}
    captions = {name: d.caption for name, d in plan(replace(results, curves=weighted)).items()}
    assert ". Weighted Kaplan-Meier; log-log interval. " in captions["km-os"]
    for name, caption in captions.items():
        assert not re.search(r"(^|[.?] )[a-z]", caption), (name, caption)
