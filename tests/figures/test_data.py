"""Data beside figures: every kind has them, with ids of the results, and they are what is drawn."""

from __future__ import annotations

import csv
import io
import sys
from pathlib import Path

import matplotlib
import pytest

from onearm import figures
from onearm.figures import FIGURES, Drawing, Series, plan
from onearm.figures.alone import drawing as alone
from onearm.figures.style import RC
from onearm.results import Results
from onearm.results.sized import SizeCurves

sys.path.insert(0, str(Path(__file__).parent))
from kinds import every

SIZES = SizeCurves(
    id="c", label="c", n=(20, 40), names=("a",), power=((0.5, 0.8),), low=((0.4, 0.7),), high=((0.6, 0.9),),
    effective=((10.0, 21.0),), wanted=0.8, notes=(),
)  # fmt: skip


@pytest.fixture(scope="module")
def results() -> Results:
    return every()


def rows(drawing: Drawing) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(figures.data(drawing))))


@pytest.mark.parametrize("kind", list(FIGURES))
def test_every_kind_has_rows_of_equal_length_with_plain_names(kind: str, results: Results) -> None:
    drawings = FIGURES[kind](results)
    assert drawings, f"the invented results hold no figure of the kind {kind}"
    for drawing in drawings:
        found = drawing.data()
        assert found.rows, drawing.name
        assert {len(row) for row in found.rows} == {len(found.columns)}, drawing.name
        assert len(set(found.columns)) == len(found.columns)
        assert all(c == c.lower() and c.replace("_", "").isalnum() for c in found.columns), found.columns
        assert figures.data(drawing) == figures.data(drawing)


def test_ids_are_those_of_results(results: Results) -> None:
    known = {*results.estimates, *results.curves, *(c.id for c in results.curves.values())}
    known |= {r.id for r in (*results.residuals, *results.schedules, *results.bars)}
    seen = 0
    for name, drawing in plan(results).items():
        for row in rows(drawing):
            if row.get("id"):
                assert row["id"] in known, (name, row)
                seen += 1
    assert seen > 200


def test_a_design_of_sizes_has_data_too() -> None:
    found = alone(SIZES).data()
    assert found == Series.of("curve n power low high effective_external", [
        ("a", 20, 0.5, 0.4, 0.6, 10.0), ("a", 40, 0.8, 0.7, 0.9, 21.0),
    ])  # fmt: skip


def drawn_steps(drawing: Drawing) -> list[set[tuple[float, float]]]:
    with matplotlib.rc_context(RC):
        axes = drawing.draw().axes[0]
    return [
        set(zip(map(float, line.get_xdata()), map(float, line.get_ydata()), strict=True))
        for line in axes.lines
        if line.get_drawstyle() == "steps-post"
    ]


def test_a_curve_its_numbers_and_its_median_are_what_is_drawn(results: Results) -> None:
    for name, drawing in plan(results).items():
        if not name.startswith(("km-", "cif-")) or "stacked" in name:
            continue
        found = rows(drawing)
        steps: dict[str, set[tuple[float, float]]] = {}
        for row in found:
            if row["shown"] == "curve":
                steps.setdefault(row["id"], set()).add((float(row["time"]), float(row["value"])))
        for mine, seen in zip(steps.values(), drawn_steps(drawing), strict=True):
            assert mine <= seen
            assert not {p for p in seen - mine if p[0] <= max(t for t, _ in mine)}
    os = rows(plan(results)["km-os"])
    assert next(r["at_risk"] for r in os if r["shown"] == "under the axis") == "48.0"
    (median,) = [r for r in os if r["shown"] == "median"]
    assert (median["id"], float(median["time"])) == ("os.median", results["os.median"].value)


def test_a_forest_and_subgroups_hold_the_numbers_of_the_results(results: Results) -> None:
    drawings = plan(results)
    for name in ("forest", "subgroups-os_groups", "subgroups-orr_groups"):
        value = "hazard_ratio" if name == "forest" else "estimate"
        found = [r for r in rows(drawings[name]) if r["id"]]
        assert found
        for row in found:
            e = results[row["id"]]
            assert [row[c] for c in (value, "low", "high")] == [
                "" if v is None else str(v) for v in (e.value, e.low, e.high)
            ]


def test_a_flow_holds_its_counts(results: Results) -> None:
    found = rows(plan(results)["flow-trial"])
    steps = results.flows[0].steps
    assert [(r["id"], int(r["n"]), int(r["removed"])) for r in found] == [(s.estimate, s.n, s.removed) for s in steps]


def test_lanes_of_the_swimmer_are_all_there(results: Results) -> None:
    found = rows(plan(results)["swimmer"])
    wanted = sum(1 + len(lane.segments) + len(lane.marks) for lane in results.lanes)
    assert len(found) == wanted
    assert {r["subject"] for r in found} == {lane.subject for lane in results.lanes}


def test_bands_of_states_add_up_to_one(results: Results) -> None:
    top: dict[str, float] = {}
    for row in rows(plan(results)["states-where"]):
        assert float(row["to"]) == pytest.approx(float(row["from"]) + float(row["probability"]))
        top[row["time"]] = max(top.get(row["time"], 0.0), float(row["to"]))
    assert list(top.values()) == pytest.approx([1.0] * len(top))
