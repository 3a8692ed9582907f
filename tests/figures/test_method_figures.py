"""Figures of methods: every estimator with its estimand and its gates in words, legible with fifteen of them."""

from __future__ import annotations

import sys
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree

import matplotlib
import pytest

from onearm.figures import Picture, picture, pictures, plan
from onearm.figures.consistency import consistency
from onearm.figures.love_methods import love_methods
from onearm.figures.style import GREY, RC
from onearm.results import Estimate, Results

sys.path.insert(0, str(Path(__file__).parents[1] / "report"))  # where the invented results are
from sample import INO, SALVAGE, nothing, sample


@pytest.fixture(scope="module")
def results() -> Results:
    return sample()


@pytest.fixture(scope="module")
def drawn(results: Results) -> dict[str, Picture]:
    return pictures(replace(results, curves={}, lanes=()))


@pytest.fixture(scope="module")
def many(results: Results) -> Results:
    """Fifteen methods with long labels, every second one failed."""
    first = results.choices[0]
    ratio = results[f"os.hazard_ratio|{SALVAGE}"]
    smd = results[f"smd.age|{SALVAGE}/entropy"]
    failed = ("GATE FAILED: too different",)
    choices, more = [first], dict(results.estimates)
    for k in range(14):
        label = f"Inverse probability weights for the trial's patients, variant {k} (ATT)"
        choices.append(replace(first, method=f"m{k}", label=label, failed=failed if k % 2 else ()))
        for e, of in ((ratio, "method"), (smd, "method balance")):
            key = f"{e.id.partition('|')[0]}|{SALVAGE}/m{k}"
            more[key] = replace(e, id=key, context=of, group=f"{SALVAGE}/m{k}")
    return Results(results.header, more, gates=results.gates, flows=results.flows, choices=tuple(choices))


def texts(svg: bytes) -> list[str]:
    root = ElementTree.fromstring(svg)
    return ["".join(e.itertext()) for e in root.iter("{http://www.w3.org/2000/svg}text")]


def test_every_method_is_in_the_forest_with_its_numbers(drawn: dict[str, Picture]) -> None:
    said = texts(drawn[f"consistency-os-{SALVAGE}"].svg)
    for words in ("0.36 (0.20 to 0.65)", "0.41 (0.25 to 0.66)", "ATO", "48 / 104", "48.0 / 73.3", "none"):
        assert words in said, words
    assert said.index("Crude, before matching") > said.index("Entropy balancing (ATT)")


def test_a_failed_gate_and_a_missing_design_are_words(drawn: dict[str, Picture]) -> None:
    said = texts(drawn[f"consistency-os-{SALVAGE}"].svg)
    assert said.count("GATE FAILED") == 1
    assert said.count("no design") == 1
    assert said.count("gates passed") == 3
    assert texts(drawn[f"consistency-os-{INO}"].svg).count("GATE FAILED") == 1


def test_a_failed_estimate_is_hollow(results: Results) -> None:
    drawing = next(d for d in consistency(results) if d.name == f"consistency-os-{SALVAGE}")
    with matplotlib.rc_context(RC):
        axes = drawing.draw().axes[0]
    faces = [line.get_markerfacecolor() for line in axes.lines if line.get_marker() in ("s", "D")]
    assert [face == "white" for face in faces] == [False, False, True, True]  # primary, overlap, entropy, crude


def test_a_method_without_a_hazard_ratio_has_a_block_of_its_own(drawn: dict[str, Picture]) -> None:
    said = texts(drawn[f"consistency-os-{SALVAGE}"].svg)
    assert "Methods without a hazard ratio" in said
    assert "Difference in survival at 12 months" in said
    assert "0.21 (0.02 to 0.40)" in said
    assert "Methods without a hazard ratio" not in texts(drawn[f"consistency-os-{INO}"].svg)


def test_a_modelled_method_that_says_it_has_no_hazard_ratio_stands_there_too(results: Results) -> None:
    key = f"os.hazard_ratio|{SALVAGE}/aipw"
    none = replace(results[f"os.hazard_ratio|{SALVAGE}/coarsened"], id=key, error="no marginal hazard ratio")
    again = replace(results, estimates={**results.estimates, key: none})
    rows = {d.name: texts(picture(d).svg) for d in consistency(again)}[f"consistency-os-{SALVAGE}"]
    assert rows.index("Methods without a hazard ratio") < len(rows)
    assert rows.count("NE") == 1  # the method without a design
    assert "0.21 (0.02 to 0.40)" in rows


def test_overlap_says_what_is_weighted(drawn: dict[str, Picture]) -> None:
    assert "external, weighted (effective n\u00a041.0)" in texts(drawn[f"overlap-{SALVAGE}"].svg)
    assert "hardly patients to compare with" in drawn[f"overlap-{SALVAGE}"].caption
    assert f"overlap-{INO}" not in drawn


def test_weights_name_effective_numbers_and_failed_gates(drawn: dict[str, Picture]) -> None:
    said = texts(drawn[f"weights-{SALVAGE}"].svg)
    assert "73.3 of 104" in said
    assert said.count("GATE FAILED") == 1
    assert "Coarsened exact matching (ATT)" not in said  # it has no weights


def test_the_largest_difference_of_each_method_is_named(drawn: dict[str, Picture]) -> None:
    said = texts(drawn[f"love-methods-{SALVAGE}"].svg)
    assert "0.31 Age, years" in said
    assert "limit 0.25" in said
    assert "GATE FAILED" in said


def test_a_model_of_the_outcome_is_grey_and_says_that_it_balances_nothing(results: Results) -> None:
    key = f"gate.balance|{SALVAGE}/entropy"
    unasked = replace(results[key], value=None, method="not asked: a model of the outcome; passed", error="none")
    choices = tuple(replace(c, failed=()) if c.method == "entropy" else c for c in results.choices)
    again = replace(results, estimates={**results.estimates, key: unasked}, choices=choices)
    drawing = next(d for d in love_methods(again) if d.name == f"love-methods-{SALVAGE}")
    assert "Grey, not balanced" in drawing.caption
    said = " ".join(texts(picture(drawing).svg))
    assert "not balanced: a model of the outcome" in said
    assert "0.31 Age, years" not in said
    with matplotlib.rc_context(RC):
        axes = drawing.draw().axes[0]
    colours = [line.get_markeredgecolor() for line in axes.lines if line.get_marker() == "o"]
    assert colours[-2:] == [GREY, GREY]
    assert GREY not in colours[:-2]
    before = next(d for d in love_methods(results) if d.name == f"love-methods-{SALVAGE}")
    assert "not balanced" not in before.caption


def test_a_primary_model_of_the_outcome_is_grey_too(results: Results) -> None:
    says = "not asked: a model of the outcome"
    gates = tuple(
        replace(g, value=None, passed=True, says=says) if g.id == f"gate.balance|{SALVAGE}" else g
        for g in results.gates
    )
    drawing = next(d for d in love_methods(replace(results, gates=gates)) if d.name == f"love-methods-{SALVAGE}")
    assert "not balanced: a model of the outcome" in " ".join(texts(picture(drawing).svg))


def test_nothing_is_drawn_of_nothing() -> None:
    assert plan(nothing()) == {}


@pytest.mark.parametrize("kind", ["consistency-os", "weights", "love-methods"])
def test_fifteen_methods_stay_apart_and_inside(many: Results, kind: str) -> None:
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    with matplotlib.rc_context(RC):
        figure = plan(many)[f"{kind}-{SALVAGE}"].draw()
        canvas = FigureCanvasAgg(figure)
        canvas.draw()
        renderer = canvas.get_renderer()
    found = [*figure.texts, *(t for a in figure.axes for t in (*a.texts, *a.get_yticklabels(), a.xaxis.label))]
    boxes = [t.get_window_extent(renderer) for t in found if t.get_text()]
    width, height = figure.bbox.size
    assert len(boxes) > 30
    assert all(b.x0 >= -1 and b.x1 <= width + 1 and b.y0 >= -1 and b.y1 <= height + 1 for b in boxes)
    labels = sorted((b for b in boxes if b.x0 < width / 4 and b.width > width / 8), key=lambda b: b.y0)
    assert all(a.y1 <= b.y0 + 1 for a, b in pairwise(labels[1:]))  # the first is the notice at the foot


def test_limits_beyond_the_axis_are_cut_at_it(results: Results) -> None:
    key = f"os.hazard_ratio|{SALVAGE}/overlap"
    wide: Estimate = replace(results[key], low=1e-9, high=None)
    drawing = consistency(replace(results, estimates={**results.estimates, key: wide}))[0]
    with matplotlib.rc_context(RC):
        axes = drawing.draw().axes[0]
    low, high = axes.get_xlim()
    reach = [x for line in axes.lines if line.get_marker() == "None" for x in line.get_xdata()]
    assert min(x for x in reach if x > 0) >= low
    assert max(x for x in reach if x < 1000) <= high * 1.0001
