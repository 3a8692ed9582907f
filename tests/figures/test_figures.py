"""Figures: the same bytes each time, aligned with their axes, readable without colour."""

from __future__ import annotations

import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import matplotlib
import pytest

from onearm.figures import Picture, picture, pictures, plan
from onearm.figures.at_risk import ROWS, numbers, row_names, weighted
from onearm.figures.curves import apart
from onearm.figures.style import RC, STROKES, lines, wrapped
from onearm.results import Curve, Results

sys.path.insert(0, str(Path(__file__).parents[1] / "report"))  # where the invented results are
from sample import INO, SALVAGE, nothing, sample


@pytest.fixture(scope="module")
def results() -> Results:
    return sample()


@pytest.fixture(scope="module")
def drawn(results: Results) -> dict[str, Picture]:
    return pictures(results)


def texts(svg: bytes) -> list[str]:
    root = ElementTree.fromstring(svg)
    return ["".join(e.itertext()) for e in root.iter("{http://www.w3.org/2000/svg}text")]


def test_what_is_drawn(drawn: dict[str, Picture]) -> None:
    assert list(drawn) == [
        "flow-trial", f"flow-{SALVAGE}", f"flow-{INO}", "km-os",
        "km-pfs", "km-os_by_asct", f"km-os-{SALVAGE}", f"km-os-{INO}", "cif-causes", "probability-now", "km-os_td",
        "states-where", "boundary-monitoring.vod", "boundary-monitoring.vod-second", "boundary-monitoring.time",
        "characteristics-monitoring.vod", "subgroups-orr_groups", "subgroups-os_groups", f"overlap-{SALVAGE}",
        f"weights-{SALVAGE}",
        f"weights-{INO}", f"love-{SALVAGE}", f"love-{INO}", f"love-methods-{SALVAGE}", f"ph-os-{SALVAGE}",
        "ph-pfs-other", f"consistency-os-{SALVAGE}", f"consistency-os-{INO}", "forest",
    ]  # fmt: skip


def test_nothing_gives_no_figures() -> None:
    assert pictures(nothing()) == {}


def test_identical_bytes_twice_whatever_the_readers_settings(drawn: dict[str, Picture]) -> None:
    with matplotlib.rc_context({"font.size": 20, "svg.hashsalt": "other", "axes.grid": False}):
        again = pictures(sample())
    assert {n: p.svg for n, p in again.items()} == {n: p.svg for n, p in drawn.items()}


def test_svg_is_well_formed_named_and_bears_the_notice(drawn: dict[str, Picture], results: Results) -> None:
    for name, p in drawn.items():
        root = ElementTree.fromstring(p.svg)
        assert root.get("role") == "img"
        assert root[0].text == p.title
        assert root[1].text == p.caption
        said = " ".join(texts(p.svg))
        assert results.header.notice in said, name
        assert b"date" not in p.svg.lower().replace(b"candidate", b"")


def test_ids_are_unique_across_figures(drawn: dict[str, Picture]) -> None:
    ids = [key for p in drawn.values() for key in re.findall(rb' id="([^"]+)"', p.svg)]
    assert len(ids) == len(set(ids))
    for p in drawn.values():
        used = set(re.findall(rb"url\(#([^)]+)\)", p.svg)) | set(re.findall(rb'href="#([^"]+)"', p.svg))
        assert used <= set(ids)


def test_numbers_at_risk_stand_under_their_ticks(results: Results) -> None:
    drawing = plan(results)["km-os"]
    with matplotlib.rc_context(RC):
        figure = drawing.draw()
    axes = figure.axes[0]
    curve = results.curves["os"]
    ticks = [axes.transData.transform((t, 0))[0] for t in axes.get_xticks()]
    for row in range(len(ROWS)):
        wanted = [numbers(curve, t)[row] for t in axes.get_xticks()]
        below = axes.texts[-len(ticks) * len(ROWS) :][row * len(ticks) : (row + 1) * len(ticks)]
        assert [t.get_text() for t in below] == wanted
        at = [t.get_transform().transform(t.get_position())[0] for t in below]
        assert at == pytest.approx(ticks, abs=1e-9)
    assert numbers(curve, 0)[0] == str(curve.n)


def weighing(curve: Curve, weight: float, effective: float) -> Curve:
    """The same curve with every patient counted for ``weight``."""
    scaled = {k: tuple(weight * v for v in getattr(curve, k)) for k in ("at_risk", "events", "censored")}
    risk = {k: tuple(weight * v for v in getattr(curve.risk, k)) for k in ("at_risk", "events", "censored")}
    method = f"weighted {curve.method}, robust variance; effective n {effective:.1f} of {curve.n}"
    return replace(curve, **scaled, risk=replace(curve.risk, **risk), method=method)


def test_sums_of_weights_are_never_called_patients(results: Results) -> None:
    key = f"os|{SALVAGE}/external"
    one = results.curves[key]
    light = weighing(one, 0.75, 33.3)
    again = replace(results, curves={**results.curves, key: light})
    drawing = plan(again)[f"km-os-{SALVAGE}"]
    said = texts(picture(drawing).svg)
    for name in ("At risk", "Events", "Censored", "Weighted at risk", "Weighted events", "Weighted censored"):
        assert said.count(name) == 1, name
    assert numbers(light, 0.0)[0] == "30.8"  # 41 patients of weight 0.75
    assert "Intensive salvage chemotherapy: 41 patients, effective n 33.3" in drawing.caption
    both = replace(again, curves={k: weighing(c, 0.75, 33.3) for k, c in results.curves.items()})
    assert "At risk" not in texts(picture(plan(both)[f"km-os-{SALVAGE}"]).svg)
    assert "weighted numbers at risk" in plan(both)["km-os"].caption
    assert "(48 patients, effective n 33.3)" in plan(both)["km-os"].caption
    assert "eighted" not in plan(results)[f"km-os-{SALVAGE}"].caption


def test_weights_count_as_such_unless_each_is_one(results: Results) -> None:
    one = results.curves["os"]
    assert not weighted(one)
    assert row_names(weighing(one, 1.0, one.n)) == ROWS  # every weight is one: these are patients
    assert weighted(weighing(one, 2.0, one.n))  # equal, yet not one
    assert weighted(weighing(one, 1.0, one.n / 2))  # they add up to the patients, yet are unequal
    assert weighted(replace(weighing(one, 0.5, 1.0), method="weighted Kaplan-Meier"))
    assert not weighted(replace(one, method="unweighted Kaplan-Meier"))
    clones = "weighted Kaplan-Meier; numbers are clones without their weights"
    assert not weighted(replace(one, method=clones))


def test_a_saved_picture_names_its_method_and_estimand(drawn: dict[str, Picture]) -> None:
    said = "1:1 nearest neighbour (ATT), primary; estimand: ATT of those kept"
    assert said in texts(drawn[f"km-os-{SALVAGE}"].svg)
    assert said not in texts(drawn["km-os"].svg)
    forest = " ".join(texts(drawn["forest"].svg))
    assert forest.count("(ATT of those kept)") == 2  # the two primary ratios; crude ones have no estimand


def test_many_ticks_are_thinned(results: Results) -> None:
    with matplotlib.rc_context(RC):
        for name, drawing in plan(results).items():
            if name.startswith("km-"):
                assert len(drawing.draw().axes[0].get_xticks()) <= 11


def test_no_text_leaves_the_figure(results: Results) -> None:
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    for name, drawing in plan(results).items():
        with matplotlib.rc_context(RC):
            figure = drawing.draw()
            canvas = FigureCanvasAgg(figure)
            canvas.draw()
            renderer = canvas.get_renderer()
        width, height = figure.bbox.size
        found = [*figure.texts, *(t for a in figure.axes for t in (*a.texts, *a.get_yticklabels(), a.xaxis.label))]
        for t in found:
            box = t.get_window_extent(renderer)
            assert box.x0 >= -1, (name, t.get_text())
            assert box.x1 <= width + 1, (name, t.get_text())
            assert box.y0 >= -1, (name, t.get_text())
            assert box.y1 <= height + 1, (name, t.get_text())


def test_a_failed_gate_is_written_on_its_figures(drawn: dict[str, Picture]) -> None:
    assert any("GATE FAILED" in t for t in texts(drawn[f"km-os-{INO}"].svg))
    assert not any("GATE FAILED" in t for t in texts(drawn[f"km-os-{SALVAGE}"].svg))
    assert "gate failed" in texts(drawn["forest"].svg)


def test_figures_say_the_text_of_the_estimates(drawn: dict[str, Picture]) -> None:
    assert "0.36 (0.20 to 0.65)" in texts(drawn["forest"].svg)
    assert "Hazard ratio 0.36 (95% CI 0.20 to 0.65); Wald p <0.001" in texts(drawn[f"km-os-{SALVAGE}"].svg)
    assert "Enrolled (n\u00a0=\u00a051)" in texts(drawn["flow-trial"].svg)
    assert "limit 0.25" in texts(drawn[f"love-{INO}"].svg)
    assert any("median NR" in t for t in texts(drawn["km-os_by_asct"].svg))


def test_lines_differ_without_colour() -> None:
    assert len({str(s.dashes) for s in STROKES}) == len(STROKES)


def test_labels_move_apart() -> None:
    at = apart([0.0, 0.0, 1.0], [0.2, 0.2, 0.2])
    assert at[0] != at[1]
    assert abs(at[0] - at[1]) >= 0.2 - 1e-6
    assert all(0.1 - 1e-9 <= y <= 0.9 + 1e-9 for y in at)
    assert apart([], []) == []


def test_wrapping_keeps_every_word() -> None:
    label = "a long label of many words that must not be lost"
    said = wrapped(label, 1.0, 8)
    assert said.replace("\n", " ") == label
    assert lines(said) > 1


def test_planning_does_not_load_matplotlib() -> None:
    code = (
        "import sys; from onearm.figures import plan; from onearm.results import Header, Results; "
        "plan(Results(Header(trial='t', title='T', arm='A'))); sys.exit('matplotlib' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_one_picture(results: Results) -> None:
    drawing = plan(results)["forest"]
    assert picture(drawing).section == "comparisons"
