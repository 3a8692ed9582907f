"""Curves drawn by matplotlib and by R, read back from SVG and PDF."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from matplotlib.figure import Figure

from onearm.errors import DataError, UsageError
from onearm.io.digitised import Axes, Curve, Ticks, list_curves, read_pdf, read_svg
from onearm.stats.cox import cox
from onearm.stats.reconstruct import reconstruct_ipd
from onearm.stats.survival import kaplan_meier

FIGURES = Path(__file__).parent / "figures"
YEARS = Ticks(x=(0, 10, 20, 30, 40), y=(0, 0.2, 0.4, 0.6, 0.8, 1))
COLOURS = {"trial": "#d62728", "control": "#1f77b4"}


def arms() -> dict[str, tuple[Any, Any]]:
    """Two arms of 150 with a hazard ratio of 0.6."""
    rng = np.random.default_rng(20)
    drawn = {}
    for arm, mean in (("trial", 20), ("control", 12)):
        event, censored = rng.exponential(mean, 150), rng.uniform(6, 39, 150)
        drawn[arm] = (np.minimum(event, censored), event <= censored)
    return drawn


def steps(time: Any, event: Any) -> tuple[Any, Any]:
    """The corners of the curve: both ends of each drop, and the end of follow-up."""
    km = kaplan_meier(time, event)
    drop = km.events > 0
    top = np.append(1.0, km.survival[drop])
    t = np.concatenate([[0.0], np.repeat(km.time[drop], 2), [km.time[-1]]])
    return t, np.concatenate([np.repeat(top, 2)])


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """km.svg, km.pdf: two curves with dashed limits, censoring marks, legend and grid, cut off at month 40."""
    folder = tmp_path_factory.mktemp("figures")
    figure = Figure(figsize=(6, 4))
    axes = figure.add_subplot()
    for arm, (time, event) in arms().items():
        km = kaplan_meier(time, event)
        t, s = np.append(0, km.time), np.append(1, km.survival)
        axes.step(t, s, where="post", color=COLOURS[arm], label=arm)
        axes.step(t, np.append(1, km.low), where="post", color=COLOURS[arm], linestyle="--", linewidth=0.6)
        gone = km.censored > 0
        axes.plot(km.time[gone], km.survival[gone], "|", color=COLOURS[arm])
    axes.set(xlim=(-1, 41), ylim=(0, 1.02), xticks=YEARS.x)
    axes.grid(alpha=0.3)
    axes.legend()
    for kind in ("svg", "pdf"):
        figure.savefig(folder / f"km.{kind}")
    return folder


def read(folder: Path, kind: str, axes: Axes | Ticks = YEARS, **options: Any) -> Curve:
    if kind == "svg":
        return read_svg(folder / "km.svg", axes, **options)
    return read_pdf(folder / "km.pdf", 1, axes, **options)


@pytest.mark.parametrize("kind", ["svg", "pdf"])
@pytest.mark.parametrize("arm", COLOURS)
def test_matplotlib_curve_comes_back(drawn: Path, kind: str, arm: str) -> None:
    curve = read(drawn, kind, colour=COLOURS[arm], dashed=False)
    t, s = steps(*arms()[arm])
    assert curve.slanted == 0
    at = np.linspace(0, t[-1] - 1e-3, 2000)
    at = at[np.min(np.abs(at[:, None] - t), axis=1) > 0.04]  # not within a thousandth of the axis of a drop
    found = curve.survival[np.searchsorted(curve.time, at, side="right") - 1]
    assert np.max(np.abs(found - s[np.searchsorted(t, at, side="right") - 1])) < 1e-3
    assert curve.time[-1] == pytest.approx(t[-1], abs=1e-3)
    assert np.abs(np.unique(curve.time)[:, None] - np.unique(t)).min(axis=1).max() < 40e-4


@pytest.mark.parametrize("kind", ["svg", "pdf"])
def test_hazard_ratio_from_a_drawing(drawn: Path, kind: str) -> None:
    made, real = [], []
    for number, (arm, (time, event)) in enumerate(arms().items()):
        curve = read(drawn, kind, colour=COLOURS[arm], dashed=False)
        at = np.arange(0, 39, 6.0)
        risk = (time[:, None] >= at).sum(axis=0)
        r = reconstruct_ipd(curve.time, curve.survival, at, risk, cleaning="none")
        assert abs(r.fit.events - event.sum()) <= 2
        made.append((r.time, r.event, np.full(150, number)))
        real.append((time, event, np.full(150, number)))

    def fit(rows: Any) -> Any:
        t, e, x = (np.concatenate(v) for v in zip(*rows, strict=True))
        return cox(t, e, x.astype(float))

    assert fit(made).coef[0] == pytest.approx(fit(real).coef[0], abs=0.02)
    assert fit(made).std_error[0] == pytest.approx(fit(real).std_error[0], rel=0.02)


def test_several_curves_are_listed_not_guessed(drawn: Path) -> None:
    with pytest.raises(UsageError) as caught:
        read_svg(drawn / "km.svg", YEARS)
    said = str(caught.value)
    assert "U345" in said
    assert "4 curves answer" in said
    assert "#d62728, solid" in said
    assert "#1f77b4, dashed" in said
    listed = list_curves(drawn / "km.pdf", YEARS, page=1)
    assert len(listed) == 4
    assert read(drawn, "pdf", index=2).time.size == listed[2].time.size
    with pytest.raises(UsageError, match="no curve 4 among 4"):
        read(drawn, "svg", index=4)
    with pytest.raises(UsageError, match="no curves answer"):
        read(drawn, "svg", colour="green")
    with pytest.raises(UsageError, match="is not a colour"):
        read(drawn, "svg", colour="reddish")


# survfit of aml (R, survival; Miller 1997): maintained arm, survival after each drop
MAINTAINED = {9: 0.9091, 13: 0.8182, 18: 0.7159, 23: 0.6136, 31: 0.4909, 34: 0.3682, 48: 0.1841}
WEEKS = Ticks(x=(0, 50, 100, 150), y=(0, 0.2, 0.4, 0.6, 0.8, 1))


@pytest.mark.parametrize("kind", ["svg", "pdf"])
def test_curve_drawn_by_r(kind: str) -> None:
    if kind == "svg":
        curve = read_svg(FIGURES / "aml.svg", WEEKS, colour="red", dashed=False)
    else:
        curve = read_pdf(FIGURES / "aml.pdf", 1, WEEKS, colour="red", dashed=False)
    for week, survival in MAINTAINED.items():
        after = curve.survival[np.searchsorted(curve.time, week + 0.1, side="right") - 1]
        assert after == pytest.approx(survival, abs=1e-4)
        assert np.min(np.abs(curve.time - week)) < 150e-4
    assert curve.time[-1] == pytest.approx(161, abs=150e-4)
    r = reconstruct_ipd(curve.time, curve.survival, [0, 20, 40], [11, 7, 3], cleaning="none")
    assert r.fit.events == 7
    np.testing.assert_allclose(r.time[r.event], list(MAINTAINED), atol=0.02)


def test_two_places_of_each_axis_do_as_well(drawn: Path) -> None:
    # axes of 6 x 4 inches at 72 points: the plot goes from 0.125 to 0.9 of the width, 0.11 to 0.88 of the height
    left, right, low, high = 54, 388.8, 0.11 * 288, 0.88 * 288
    places = Axes(x=((left, -1), (right, 41)), y=((low, 0), (high, 1.02)))
    by_place = read_pdf(drawn / "km.pdf", 1, places, colour=COLOURS["trial"], dashed=False)
    by_tick = read(drawn, "pdf", colour=COLOURS["trial"], dashed=False)
    np.testing.assert_allclose(by_place.time, by_tick.time, atol=1e-3)
    np.testing.assert_allclose(by_place.survival, by_tick.survival, atol=1e-5)


@pytest.mark.parametrize(
    ("x", "y", "words"),
    [
        ((0, 10, 20), YEARS.y, "no rows of tick marks fit 3 values; rows found: .*, 5 from 61"),
        ((0, 10, 20, 30, 50), YEARS.y, "no rows of tick marks fit 5 values"),
        (YEARS.x, (0, 1, 0.5), "give them in order"),
        ((0,), YEARS.y, "at least two different tick values"),
    ],
)
def test_ticks_that_do_not_fit(drawn: Path, x: Any, y: Any, words: str) -> None:
    with pytest.raises(UsageError, match=words):
        read_svg(drawn / "km.svg", Ticks(x=x, y=y))


def test_axes_without_extent_are_refused() -> None:
    with pytest.raises(UsageError, match="two places must be different"):
        Axes(x=((1, 0), (1, 10)), y=((0, 0), (1, 1)))
    with pytest.raises(UsageError, match="two values of an axis are the same"):
        Axes(x=((1, 0), (2, 0)), y=((0, 0), (1, 1)))


@pytest.mark.parametrize("kind", ["svg", "pdf"])
def test_bitmap_is_said_to_be_one(tmp_path: Path, kind: str) -> None:
    figure = Figure()
    figure.figimage(np.zeros((200, 300)))
    figure.savefig(tmp_path / f"km.{kind}")
    axes = Axes(x=((0, 0), (100, 40)), y=((0, 0), (100, 1)))
    with pytest.raises(DataError, match="the figure is a bitmap"):
        read(tmp_path, kind, axes)


def test_rising_lines_are_said_to_rise(tmp_path: Path) -> None:
    figure = Figure()
    axes = figure.add_subplot()
    axes.step([0, 5, 10, 40], [0, 0.2, 0.5, 0.6], where="post")
    axes.set(xticks=YEARS.x, ylim=(0, 1))
    figure.savefig(tmp_path / "km.svg")
    with pytest.raises(DataError, match=r"X605 error km\.svg: 1 lines rise and none only falls") as caught:
        read_svg(tmp_path / "km.svg", YEARS)
    assert "cumulative incidence" in str(caught.value)


def test_joined_points_are_counted_as_slanted(tmp_path: Path) -> None:
    figure = Figure()
    axes = figure.add_subplot()
    axes.plot([0, 5, 10, 40], [1, 0.8, 0.5, 0.4])
    axes.set(xticks=YEARS.x, ylim=(0, 1))
    figure.savefig(tmp_path / "km.svg")
    curve = read_svg(tmp_path / "km.svg", YEARS)
    assert curve.slanted == 3
    np.testing.assert_allclose(curve.survival, [1, 0.8, 0.5, 0.4], atol=1e-4)
