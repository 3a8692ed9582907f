"""Trials of 2,000 patients: every figure stays small and within its edges, and says what it leaves out."""

from __future__ import annotations

import random
import sys
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import matplotlib
import pytest

from onearm.figures import Drawing, data, plan, rendered
from onearm.figures.panel import TICKED
from onearm.figures.style import RC
from onearm.figures.swimmer import PER_PAGE
from onearm.results import Boundaries, Curve, Estimate, Results, RiskTable

sys.path.insert(0, str(Path(__file__).parent))
from kinds import SALVAGE, every, lanes, orders

N = 2000


def curve(like: Curve, seed: int) -> Curve:
    """2,000 patients with times of their own, half of them censored."""
    rng = random.Random(seed)
    times = sorted(round(rng.expovariate(1 / 20), 6) for _ in range(N))
    alive, rows = 1.0, []
    for k, t in enumerate(times):
        died = rng.random() < 0.5
        alive *= 1 - died / (N - k)
        rows.append((t, alive, max(0.0, alive - 0.03), min(1.0, alive + 0.03), N - k, float(died), float(not died)))
    time, value, low, high, risk, events, censored = zip(*rows, strict=True)
    ticks = tuple(12.0 * k for k in range(int(time[-1] // 12) + 1))
    under = RiskTable(
        time=ticks,
        at_risk=tuple(float(sum(t >= x for t in times)) for x in ticks),
        censored=tuple(float(sum(c for t, c in zip(time, censored, strict=True) if t < x)) for x in ticks),
        events=tuple(float(sum(e for t, e in zip(time, events, strict=True) if t < x)) for x in ticks),
    )
    return replace(
        like,
        time=time,
        value=value,
        low=low,
        high=high,
        at_risk=risk,
        events=events,
        censored=censored,
        risk=under,
        n=N,
    )  # fmt: skip


def subgroups(results: Results, levels: int = 40) -> list[Estimate]:
    like = next(e for e in results if e.context == "subgroups" and e.stat == "p")
    return [
        replace(like, id=f"wide|site=Centre {k}", variable="wide", group=f"site=Centre {k}", heading="Site")
        for k in range(levels)
    ]


def balance(results: Results, covariates: int = 60) -> list[Estimate]:
    like = results[f"smd.age|{SALVAGE}/before"]
    return [
        replace(like, id=f"smd.v{k}|{SALVAGE}/{stage}", label=f"Covariate number {k} of many", value=0.01 * (k % 40))
        for k in range(covariates)
        for stage in ("before", "after")
    ]


@pytest.fixture(scope="module")
def large() -> Results:
    base = every(N)
    more = {e.id: e for e in (*subgroups(base), *balance(base))}
    rng = random.Random(1)
    points = replace(
        base.residuals[0],
        time=tuple(sorted(rng.expovariate(1 / 20) for _ in range(N))),
        value=tuple(rng.gauss(0, 1) for _ in range(N)),
    )
    every_patient = Boundaries(
        id="monitoring.every", label="Every patient", names=("response",), n=tuple(range(1, N + 1)),
        low=(tuple(int(0.3 * n) - 20 for n in range(1, N + 1)),),
        high=(tuple(int(0.3 * n) + 60 for n in range(1, N + 1)),),
        low_means=("futility",), high_means=("efficacy",), n_max=N, path_n=tuple(range(1, N + 1)),
        path_x=(tuple(int(0.31 * n) for n in range(1, N + 1)),), decisions=("continue",) * N,
    )  # fmt: skip
    return replace(
        base,
        estimates={**base.estimates, **more},
        curves={k: curve(c, j) if c.kind == "survival" else c for j, (k, c) in enumerate(base.curves.items())},
        statements=(orders(N),),
        residuals=(points,),
        boundaries=(every_patient,),
    )


def texts(svg: bytes) -> list[str]:
    return ["".join(e.itertext()) for e in ElementTree.fromstring(svg).iter("{http://www.w3.org/2000/svg}text")]


def inside(drawing: Drawing) -> None:
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    with matplotlib.rc_context(RC):
        figure = drawing.draw()
        canvas = FigureCanvasAgg(figure)
        canvas.draw()
    width, height = figure.bbox.size
    for t in [*figure.texts, *(t for a in figure.axes for t in (*a.texts, *a.get_yticklabels()))]:
        box = t.get_window_extent()
        assert box.x0 >= -1, (drawing.name, t.get_text())
        assert box.x1 <= width + 1, (drawing.name, t.get_text())
        assert box.y0 >= -1, (drawing.name, t.get_text())
        assert box.y1 <= height + 1, (drawing.name, t.get_text())


def test_every_figure_of_2000_patients_is_small_and_within_its_edges(large: Results) -> None:
    sizes = {}
    for name, drawing in plan(large).items():
        sizes[name] = len(rendered(drawing, "svg"))
        inside(drawing)
    assert max(sizes.values()) < 150_000, sorted(sizes.items(), key=lambda one: -one[1])[:5]
    assert sum(sizes.values()) < 2_500_000


def test_of_2000_courses_60_are_shown_at_equal_distances(large: Results) -> None:
    (name,) = [n for n in plan(large) if n.startswith("swimmer")]
    drawing = plan(large)[name]
    assert f"Shown are {PER_PAGE} of 2000 subjects, at equal distances" in drawing.caption
    rows = [line.split(",") for line in data(drawing).splitlines()[1:]]
    shown = [r for r in rows if r[3] == "follow-up"]
    assert len(shown) == PER_PAGE
    first = [lane for lane in large.lanes if lane.group == "First version"]
    assert sum(r[2] == "First version" for r in shown) == round(PER_PAGE * len(first) / N)
    ends = sorted(lane.end or 0.0 for lane in first)
    told = sorted(float(r[-1]) for r in shown if r[2] == "First version")
    middle = (ends[len(ends) // 2], told[len(told) // 2])
    assert middle[1] == pytest.approx(middle[0], rel=0.1)  # short and long ones in their shares


def test_120_courses_are_all_shown() -> None:
    of = replace(every(1), lanes=lanes(120))
    found = [d for n, d in plan(of).items() if n.startswith("swimmer")]
    assert len(found) == 2
    assert not any("Shown are" in d.caption for d in found)


def test_many_censored_have_no_ticks_and_the_caption_says_so(large: Results) -> None:
    drawing = plan(large)["km-os"]
    assert f"Censored at more than {TICKED} times: counted under the axis, without ticks." in drawing.caption
    assert "Upright ticks" not in drawing.caption
    assert "Upright ticks: censored." in plan(every())["km-os"].caption
    with matplotlib.rc_context(RC):
        axes = drawing.draw().axes[0]
    assert not any(line.get_marker() == "|" for line in axes.lines)


def test_40_subgroups_each_have_their_row(large: Results) -> None:
    said = texts(rendered(plan(large)["subgroups-wide"], "svg"))
    assert sum(t.startswith("Centre ") for t in said) == 40
