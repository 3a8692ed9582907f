"""Forecasts of enrolment and events, against R and cases on paper."""

from __future__ import annotations

import datetime as dt

import pytest
from stopping import START, P, made, on

from onearm.study.accrual import enrolment, events_by_then
from onearm.study.watch import watch
from onearm.units import MONTH_DAYS


def days(*counts: int) -> list[dt.date]:
    return [START + dt.timedelta(days=k) for k in counts]


def test_as_many_more_as_have_come_take_the_same_time_again() -> None:
    """After the first patient 3 in 90 days, 3 to come: the ratio of two like gamma variables has median 1."""
    found = enrolment(days(0, 20, 50, 90), 7, START + dt.timedelta(days=90), 0.95)
    assert found is not None
    assert found.months * MONTH_DAYS == pytest.approx(90, abs=1e-8)


def test_the_limits_are_those_of_r() -> None:
    """R 4.2.2: 120 * 5 / 3 * qf(c(.5, .025, .975), 2 * 5, 2 * 3)."""
    found = enrolment(days(0, 20, 50, 90), 9, START + dt.timedelta(days=120), 0.95)
    assert found is not None
    got = [m * MONTH_DAYS for m in (found.months, found.low, found.high)]
    assert got == pytest.approx(R_DAYS, rel=1e-9)


R_DAYS = [209.56522512, 49.1143297026, 1092.26474375]


def test_shuffled_days_are_the_same() -> None:
    date = START + dt.timedelta(days=120)
    assert enrolment(days(50, 0, 90, 20), 9, date, 0.95) == enrolment(days(0, 20, 50, 90), 9, date, 0.95)


@pytest.mark.parametrize(
    ("came", "n_max", "date"),
    [
        ((0, 10), 2, START + dt.timedelta(days=20)),  # complete
        ((0, 10, 12), 2, START + dt.timedelta(days=20)),  # more than the plan
        ((0,), 5, START + dt.timedelta(days=20)),  # one patient says nothing of a rate
        ((), 5, START),
        ((0, 0), 5, START),  # no time has passed
        ((0, 10), 5, None),  # study days
    ],
)
def test_nothing_is_said_where_the_days_do_not_tell(came: tuple[int, ...], n_max: int, date: dt.date | None) -> None:
    assert enrolment(days(*came), n_max, date, 0.95) is None


def test_events_by_then_on_paper() -> None:
    """One event in 10 months; within 10 months a patient at risk has one with 1/2, one who enters at the end with 0."""
    coming = enrolment(days(0, 304), 3, START + dt.timedelta(days=304), 0.95)
    assert coming is not None
    months = coming.months
    found = events_by_then(coming, months, 1, 1, 1, 0.95)
    assert found.expected == pytest.approx(1.5, abs=1e-9)


def rule(kind: str) -> str:
    return "monitoring:\n  r: {population: treated, n_max: 6, first_look: 2, " + kind + "}\n"


def test_the_numbers_of_a_rule_say_what_they_assume(tmp_path) -> None:
    patients = [P(0, death=50), P(10), P(30), P(60, wait=None), P(70)]
    times = "kind: time-to-event, fact: os, prior: [3, 10], standard: [60, 295], cutoff: 0.03"
    trial = made(tmp_path, patients, rule(times))
    found = {e.id: e for e in watch(trial.protocol, trial.cohort, on(0, 61)).estimates}
    complete = found["monitoring.r.accrual_complete"]
    wanted = enrolment(days(0, 10, 30), 6, on(0, 61), 0.95)  # the one never treated is not of this population
    assert wanted is not None
    assert (complete.value, complete.low, complete.high, complete.unit) == (
        wanted.months, wanted.low, wanted.high, "months",
    )  # fmt: skip
    assert "constant rate" in complete.label
    events = found["monitoring.r.events_by_then"]
    assert 1 <= events.low <= events.value <= events.high <= 6
    assert "hazard is constant" in events.label


def test_a_complete_trial_and_one_version_have_no_forecast_of_enrolment(bundled) -> None:
    from onearm.io.load import load

    trial = load(bundled, external=False)
    whole = watch(trial.protocol, trial.cohort, history=False)
    assert not [e for e in whole.estimates if "accrual" in e.id]
    part = watch(trial.protocol, trial.cohort, dt.date(2015, 6, 30), history=False)
    assert [e.id for e in part.estimates if "accrual" in e.id] == [
        "monitoring.vod.accrual_complete", "monitoring.response.accrual_complete",
    ]  # fmt: skip
