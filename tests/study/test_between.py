"""Days between two judgements: gone through where a stop could hide, and only there."""

from __future__ import annotations

import datetime as dt
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stopping import P, made, on

import onearm.study.watch as watching
from onearm.design.of_rule import design_of_rule
from onearm.protocol.monitoring import CountsRule
from onearm.study.between import days_between, may_hide
from onearm.study.judged import Ruled
from onearm.study.tally import Tally
from onearm.study.verdict import verdict


def counts(**change: object) -> CountsRule:
    plain: dict[str, object] = {
        "kind": "counts", "fact": "vod", "n_max": 9, "looks": (3, 6, 9), "stop_at_least": (2, 3, 5),
        "stop_at_most": (-1, 0, 1), "source": "x",
    }  # fmt: skip
    return CountsRule(**(plain | change))  # type: ignore[arg-type]


def counted(n: int, x: int) -> Tally:
    return Tally(n, x, 0, float(n), 0.0, n)


RULE = counts(window={"days": 9}, pending="exclude")
DESIGN = design_of_rule("r", RULE)


@settings(max_examples=400)
@given(steps=st.lists(st.sampled_from(["event", "none", "quiet"]), min_size=1, max_size=7), n=st.integers(0, 4),
       data=st.data())  # fmt: skip
def test_wherever_a_day_between_stops_the_days_are_gone_through(steps: list[str], n: int, data: st.DataObject) -> None:
    """One outcome a day at most: every course whose days between stop is one that may hide a stop."""
    x = data.draw(st.integers(0, n))
    course = [(n, x)]
    for step in steps:
        course.append((course[-1][0] + (step != "quiet"), course[-1][1] + (step == "event")))
    said = [verdict(RULE, DESIGN, counted(*b), a[0]) for a, b in pairwise(course)]
    if verdict(RULE, DESIGN, counted(*course[0]), 0).stops:
        return
    last = verdict(RULE, DESIGN, counted(*course[-1]), course[0][0])
    if any(s.stops for s in said[:-1]):
        assert may_hide(RULE, DESIGN, counted(*course[0]), counted(*course[-1]), last)


@pytest.mark.parametrize(
    ("earlier", "later", "hides"),
    [
        ((3, 1), (4, 1), False),  # at a look, nothing more
        ((3, 1), (4, 2), True),  # the event may have come while three counted
        ((4, 1), (5, 2), False),  # no look between
        ((2, 1), (4, 2), True),  # a look was passed
        ((4, 0), (7, 2), True),  # none of six may have had the event
        ((4, 1), (7, 2), False),
    ],
)
def test_where_a_stop_could_hide(earlier: tuple[int, int], later: tuple[int, int], hides: bool) -> None:
    said = verdict(RULE, DESIGN, counted(*later), later[0])
    assert not said.stops
    assert may_hide(RULE, DESIGN, counted(*earlier), counted(*later), said) is hides


def test_the_days_between_are_those_between() -> None:
    a, b = dt.date(2020, 2, 27), dt.date(2020, 3, 2)
    assert [d.isoformat() for d in days_between(a, b)] == ["2020-02-28", "2020-02-29", "2020-03-01"]
    assert list(days_between(a, a)) == list(days_between(None, b)) == []


MONITORING = """\
monitoring:
  r: {kind: posterior, fact: vod, population: treated, n_max: 8, first_look: 2, every: 2, stop_if: rate-above,
      limit: 0.2, cutoff: 0.9, prior: [0.4, 1.6]}
"""


def test_a_large_trial_shows_fewer_days_and_finds_the_same_stop(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    patients = [P(0, vod=(5,)), P(4, wait=2, vod=(16,)), P(30), P(41), P(60)]
    trial = made(tmp_path, patients, MONITORING)
    whole = watching.watch(trial.protocol, trial.cohort, on(0, 70)).watches[0]
    monkeypatch.setattr(watching, "MOST_MOMENTS", 2)
    few = watching.watch(trial.protocol, trial.cohort, on(0, 70)).watches[0]
    assert len(few.moments) < len(whole.moments)
    assert few.stopped == whole.stopped == on(0, 20).isoformat()


def test_years_of_follow_up_are_not_gone_through(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The third of three falls ill on day 20; contact goes on for years."""
    patients = [P(0, vod=(5,), last=1000), P(4, last=1000), P(8, last=1000, vod=(20,))]
    asked: list[dt.date] = []
    plain = Ruled.on

    def seen(self: Ruled, date: dt.date):
        asked.append(date)
        return plain(self, date)

    monkeypatch.setattr(Ruled, "on", seen)
    trial = made(tmp_path, patients, MONITORING.replace("first_look: 2, every: 2", "looks: [2, 3, 8]"))
    w = watching.watch(trial.protocol, trial.cohort).watches[0]
    assert w.stopped == on(8, 20).isoformat()
    assert len(asked) < 60
