"""Events that come after the look that could have seen them: they take nothing back and claim nothing."""

from __future__ import annotations

import time
from pathlib import Path

from stopping import P, made, on

from onearm.study.dates import happened, last_day
from onearm.study.watch import watch

HARM = """\
monitoring:
  harm: {kind: counts, fact: vod, population: treated, n_max: 12, looks: [4, 9],
    stop_at_least: [3, 5], source: on paper}
"""


def patients(vod: dict[int, int], count: int = 12) -> list[P]:
    """One patient a week; ``vod`` has the study day of the event of some of them, counted from 1."""
    return [P(7 * k, vod=(vod[k],) if k in vod else (), last=400) for k in range(count)]


def test_events_after_the_last_look_stop_nothing_and_are_not_said_to_have_been_seen(tmp_path: Path) -> None:
    trial = made(tmp_path, patients(dict.fromkeys(range(12), 300)), HARM)
    found = watch(trial.protocol, trial.cohort).watches[0]
    assert (found.word, found.stopped) == ("complete", "")
    assert "certain" not in found.reason
    assert any("judged when it was due" in note for note in found.notes)


def test_a_stop_stays_the_decision(tmp_path: Path) -> None:
    """The third event comes while four count; five weeks later nine count with three, which would go on."""
    trial = made(tmp_path, patients({0: 2, 1: 2, 2: 10}), HARM)
    stopped = watch(trial.protocol, trial.cohort, on(14, 10)).watches[0]
    assert (stopped.word, stopped.stopped) == ("stop for harm", on(14, 10).isoformat())
    later = watch(trial.protocol, trial.cohort).watches[0]
    assert (later.word, later.stopped, later.next_n) == ("stop for harm", on(14, 10).isoformat(), None)
    assert "stopped the trial on" in later.reason


def test_how_many_events_would_stop_at_once_is_said(tmp_path: Path) -> None:
    trial = made(tmp_path, patients({0: 2, 1: 2}), HARM)
    at_the_look = watch(trial.protocol, trial.cohort, on(22)).watches[0]
    assert at_the_look.word == "continue"
    assert any(note.startswith("1 more event among the patients that count now") for note in at_the_look.notes)


def test_the_last_day_is_that_of_any_table(tmp_path: Path) -> None:
    trial = made(tmp_path, [P(0, vod=(90,), last=60), P(7, last=60)], HARM)
    assert last_day(trial.cohort) == on(0, 90)
    assert {on(0), on(7), on(0, 60), on(0, 90)} <= happened(trial.cohort, None)


def test_death_is_called_death(tmp_path: Path) -> None:
    rule = """\
monitoring:
  early: {kind: counts, fact: os, population: treated, n_max: 6, looks: [3], stop_at_least: [2], source: on paper,
    window: {days: 30}, pending: exclude}
"""
    trial = made(tmp_path, [P(0, death=9), P(7, death=40), P(14, last=100)], rule)
    found = watch(trial.protocol, trial.cohort).watches[0]
    assert found.reason.startswith("1 patient with death among 3")


def test_years_without_news_are_not_gone_through_day_by_day(tmp_path: Path) -> None:
    trial = made(tmp_path, [P(7 * k, vod=(900 + k,), last=1000) for k in range(4)], HARM)
    began = time.process_time()
    found = watch(trial.protocol, trial.cohort).watches[0]
    assert found.stopped == on(14, 902).isoformat()
    assert time.process_time() - began < 5
