"""Rows of a table of one arm's time to event, against R, by hand, and counted again from the rows."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pytest

import onearm as oa
from onearm.endpoints.sample import Times
from onearm.endpoints.time_to_event import Words, curve_estimates
from onearm.protocol.endpoint import Survival
from onearm.results import Estimate, Results
from onearm.units import MONTH_DAYS, months

R = json.loads((Path(__file__).parents[1] / "r" / "survival_rows.json").read_text())


def rows(
    days: list[float], event: list[int], at_months: tuple[float, ...] = (), **words: object
) -> dict[str, Estimate]:
    names = tuple(f"s{i}" for i in range(len(days)))
    times = Times(np.asarray(days, dtype=float), np.asarray(event, dtype=bool), names)
    clause = Survival(estimator="survival", fact="os", at_months=at_months)
    known = {"causes": ("death",), "cause_of": dict.fromkeys(names, "death"), **words}
    made = Words(name="os", label="Survival", population="all", evidence="os", **known)  # type: ignore[arg-type]
    return {e.id: e for e in curve_estimates(times, clause, made, max(days, default=0)).estimates}


def test_quartiles_and_numbers_at_risk_are_those_of_r() -> None:
    at = tuple(months(day) for day in R["at"])
    found = rows(R["time"], R["status"], at)
    for k, name in enumerate(("os.q25", "os.q75")):
        e = found[name]
        for mine, theirs in ((e.value, R["quantile"]), (e.low, R["lower"]), (e.high, R["upper"])):
            assert (mine is None) == (theirs[k] is None)
            if mine is not None:
                assert mine * MONTH_DAYS == pytest.approx(theirs[k], rel=1e-12)
    left = [e.value for e in found.values() if e.stat == "at_risk"]
    assert left == R["n_risk"]


def test_the_range_says_which_end_is_censored() -> None:
    both = rows([5, 8, 20], [0, 1, 0])
    assert (both["os.min"].events, both["os.max"].events) == (0, 0)
    assert both["os.max"].subjects == ("s2",)
    tied = rows([5, 5, 20, 20], [0, 1, 0, 1])  # events come before censoring on one day
    assert (tied["os.min"].events, tied["os.min"].subjects) == (1, ("s1",))
    assert (tied["os.max"].events, tied["os.max"].subjects) == (0, ("s2",))
    alone = rows([7], [1])
    assert alone["os.min"].value == alone["os.max"].value == months(7)
    assert alone["os.max"].events == 1


def test_nobody_has_no_range_and_a_share_with_a_reason() -> None:
    found = rows([], [], (12,))
    assert found["os.with_event"].error == "nobody in the group"
    assert "os.min" not in found
    assert found["os.first_event.death"].value == 0


def test_causes_are_counted_by_what_came_first() -> None:
    causes = ("relapse", "no response", "death")
    found = rows([3, 4, 5, 6], [1, 1, 0, 1], causes=causes, cause_of={"s0": "death", "s1": "relapse", "s3": "death"})
    by = {e.label.rpartition(": ")[2]: e.value for e in found.values() if e.stat.startswith("first_event")}
    assert by == {"relapse": 1, "no response": 0, "death": 2}
    assert sum(by.values()) == found["os.with_event"].events == 3


@pytest.fixture
def small_results(small: Path) -> Results:
    path = small / "protocol.yaml"
    text = path.read_text().replace("population: treated}\nexternal", "population: treated, at_months: [12]}\nexternal")
    path.write_text(text)
    return oa.run(oa.load(small))


def test_by_hand(small_results: Results) -> None:
    # deaths at 83 (S03), 188 (S06) and 558 (S02) days among seven: survival 6/7, then 5/7 <= 3/4
    r = small_results
    assert r["os.with_event"].subjects == ("S02", "S03", "S06")
    assert r["os.without_event"].value == 4 / 7
    assert r["os.q25"].value == months(188)
    assert r["os.q75"].value == math.inf
    assert r["os.q75"].error == "not reached"
    assert (r["os.min"].value, r["os.min"].events) == (months(83), 1)
    assert (r["os.max"].value, r["os.max"].events) == (months(1274), 0)
    assert r["os.at_risk@12mo"].value == 5
    assert "S02" in r["os.at_risk@12mo"].subjects
    assert r["os.censored@12mo"].value == 0


def test_at_risk_with_the_event_and_censored_before_make_everybody(small: Path) -> None:
    path = small / "protocol.yaml"
    months_of = "population: treated, at_months: [6, 24, 36, 48]}\nexternal"
    path.write_text(path.read_text().replace("population: treated}\nexternal", months_of))
    r = oa.run(oa.load(small))
    # deaths at 83, 188 and 558 days; 6 months are 182.6 days, 24 are 730.5
    for month, before in ((6, 1), (24, 3), (36, 3), (48, 3)):
        parts = {k: r[f"os.{k}@{month}mo"] for k in ("at_risk", "censored")}
        assert sum(e.value or 0 for e in parts.values()) + before == r["os.n"].value == 7
        assert not set(parts["at_risk"].subjects) & set(parts["censored"].subjects)
    assert r["os.censored@48mo"].value == 4
    assert set(r["os.censored@48mo"].subjects) == set(r["os.without_event"].subjects)


def test_only_a_table_of_one_arm_asks_for_them(small_results: Results) -> None:
    other = [e for e in small_results if e.context not in ("survival", "baseline")]
    assert not any(e.stat in ("min", "q25", "at_risk", "censored") for e in other)
