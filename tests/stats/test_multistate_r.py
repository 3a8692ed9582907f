"""State probabilities against R's survfit and etm (tests/r/multistate.R)."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from onearm.stats.multistate import landmark_probabilities, probability_in_response, state_probabilities

STATES = ["entry", "cr", "relapse", "death"]
JACKKNIFE = "infinitesimal-jackknife"
Row = tuple[int, float, float, str, str | None]


def same(ours: Any, theirs: Any) -> None:
    np.testing.assert_allclose(ours, theirs, rtol=1e-8, atol=1e-12)


@pytest.fixture(scope="module")
def rows(shared: Any) -> list[Row]:
    """Entry, complete remission, relapse, death; of two moves on one day the later state counts."""
    d = shared("myeloid")
    result: list[Row] = []
    for i in range(d["id"].size):
        death = d["futime"][i] if d["death"][i] else np.nan
        moves = {t: s for t, s in zip((d["crtime"][i], d["rltime"][i], death), STATES[1:], strict=True) if t == t}
        state, since = "entry", 0.0
        for t in sorted(moves):
            result.append((i + 1, since, t, state, moves[t]))
            state, since = moves[t], t
        if state != "death" and since < d["futime"][i]:
            result.append((i + 1, since, d["futime"][i], state, None))
    return result


def columns(rows: list[Row]) -> list[list[Any]]:
    return [list(column) for column in zip(*rows, strict=True)]


def first_from(rows: list[Row], start: Any) -> list[Row]:
    """The rows with the start of each subject's first one replaced."""
    seen: set[int] = set()
    result = []
    for i, a, b, x, y in rows:
        result.append((i, a if i in seen else start(i, b), b, x, y))
        seen.add(i)
    return result


def table(values: Any, s: int) -> Any:
    return np.array(values, dtype=float).reshape(s, -1).T


def compare(curve: Any, r: dict[str, Any], counts: bool = True) -> None:
    kept, s = slice(None, None, 60), int(r["states"][0])
    assert curve.time.size == r["length"][0]
    same(curve.time[kept], r["time"])
    same(curve.initial, r["p0"])
    same(curve.probability[kept], table(r["p"], s))
    same(curve.std_error[kept], table(r["std_err"], s))
    if counts:
        same(curve.at_risk[kept], table(r["n_risk"], s))
    inside = (curve.probability[kept] > 1e-9) & (curve.probability[kept] < 1 - 1e-9)
    same(curve.low[kept][inside], table(r["lower"], s)[inside])
    same(curve.high[kept][inside], table(r["upper"], s)[inside])
    spent = curve.time_in_state(1000)
    same(spent.value, r["mean"])
    same(spent.std_error, r["mean_se"])


def test_myeloid(rows: list[Row], r_values: Any) -> None:
    curve = state_probabilities(*columns(rows), states=STATES, variance=JACKKNIFE)
    compare(curve, r_values("multistate")["myeloid"])


def test_myeloid_weighted(rows: list[Row], r_values: Any) -> None:
    w = [0.5 + (row[0] % 7) / 3 for row in rows]
    curve = state_probabilities(*columns(rows), states=STATES, weight=w)
    compare(curve, r_values("multistate")["weighted"], counts=False)  # R counts rows, not weights


def test_myeloid_with_a_mixed_start(rows: list[Row], r_values: Any) -> None:
    several = {row[0] for row in rows if row[1] > 0}
    some = [row for row in rows if not (row[0] % 3 == 0 and row[1] == 0 and row[0] in several)]
    curve = state_probabilities(*columns(first_from(some, lambda i, b: 0)), states=STATES, variance=JACKKNIFE)
    compare(curve, r_values("multistate")["mixed"])


def test_myeloid_with_late_entry(rows: list[Row], r_values: Any) -> None:
    late = first_from(rows, lambda i, b: min(i * 5 % 17, b - 1))
    curve = state_probabilities(*columns(late), states=STATES, variance=JACKKNIFE)
    compare(curve, r_values("multistate")["late"])


def test_myeloid_in_response(shared: Any, r_values: Any) -> None:
    d = shared("myeloid")
    end = np.fmin(d["futime"], d["rltime"])
    over = (d["death"] == 1) | ~np.isnan(d["rltime"])
    curve = probability_in_response(d["crtime"], d["crtime"] < end, end, over, variance=JACKKNIFE)
    r = r_values("multistate")["response"]
    compare(curve.states, r)
    mean = curve.mean_duration(1000)
    same([mean.value, mean.std_error], [r["mean"][1], r["mean_se"][1]])


def test_greenwood_is_that_of_etm(rows: list[Row], r_values: Any) -> None:
    r = r_values("multistate")["greenwood"]
    seen = state_probabilities(*columns(rows), states=STATES).at(r["time"])
    same(seen.probability, table(r["p1"], 4))
    same(seen.std_error, table(r["se1"], 4))


@pytest.mark.parametrize("state", STATES[:3])
def test_prediction_from_day_180_is_that_of_etm(state: str, rows: list[Row], r_values: Any) -> None:
    r, h = r_values("multistate")["greenwood_180"], STATES.index(state) + 1
    curve = landmark_probabilities(*columns(rows), at=180, state=state, markov=True)
    order = [curve.states.tolist().index(s) for s in STATES]
    seen = curve.at(r["time"])
    same(seen.probability[:, order], table(r[f"p{h}"], 4))
    same(seen.std_error[:, order], table(r[f"se{h}"], 4))
