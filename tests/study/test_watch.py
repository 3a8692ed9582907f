"""Stopping rules on data: the bundled trial recomputed from its CSV files, and small trials day by day."""

from __future__ import annotations

import datetime as dt
import random
import shutil
from pathlib import Path

import pytest
import watched_by_hand as hand
from stopping import P, made, on, tail, write

from onearm.design.of_rule import design_of_rule
from onearm.io.load import load
from onearm.results import Moment, Watch
from onearm.study.judged import Ruled, course
from onearm.study.watch import watch
from onearm.study.watched import Watched

DATES = ["2012-05-14", "2013-09-10", "2014-01-10", "2014-10-28", "2015-04-20", "2015-08-20", "2016-03-10",
         "2017-05-30", "2018-01-15", "2018-06-15"]  # fmt: skip
UNTIL_38 = range(1, 39)


def watched(folder: Path, date: dt.date | None, *, history: bool = True) -> Watched:
    trial = load(folder, external=False)
    return watch(trial.protocol, trial.cohort, date, history=history)


def one(found: Watched, id: str) -> Watch:
    (record,) = [w for w in found.watches if w.id == id]
    return record


def same(m: Moment, known: hand.Known) -> None:
    assert (m.evaluated, m.events, m.pending, m.due, m.word) == (
        known.n, known.x, known.pending, known.due, known.word,
    )  # fmt: skip
    if known.n:
        assert m.belief == pytest.approx(known.belief, abs=1e-10)
    else:
        assert m.belief is None


def test_the_sums_by_hand_are_those_of_r() -> None:
    """R 4.2.2: 1 - pbeta(.2, .4 + 2, 1.6 + 19); the integral of dbeta(t, .6 + 2, 1.4 + 19) (1 - pbeta(t, 30, 70))."""
    assert hand.vod_belief(2, 21) == pytest.approx(R_VOD, abs=1e-11)
    assert hand.response_belief(2, 21) == pytest.approx(R_RESPONSE, abs=1e-9)
    assert tail(4, 8, 0.5) == pytest.approx(float(hand.exact_uniform(3, 10)), abs=1e-14)


R_VOD, R_RESPONSE = 0.0813931859277, 0.9812316127200


@pytest.mark.parametrize("text", DATES)
def test_the_bundled_trial_as_of_a_day_is_that_recomputed_from_the_files(bundled: Path, text: str) -> None:
    date = dt.date.fromisoformat(text)
    found = watched(bundled, date)
    days = [*hand.enrolments(bundled, date)]
    days += [date] if date not in days else []
    for id, judge in (
        ("monitoring.vod", hand.vod),
        ("monitoring.response", hand.response),
        ("monitoring.vod|original", lambda f, d, b: hand.vod(f, d, b, UNTIL_38)),
    ):
        if id.endswith("original") and not hand.treated(bundled, date):
            continue
        w = one(found, id)
        assert [m.date for m in w.moments] == [d.isoformat() for d in days]
        before = 0
        for m, d in zip(w.moments, days, strict=True):
            known = judge(bundled, d, before)
            same(m, known)
            before = known.n
        assert w.word == w.moments[-1].word
        assert w.stopped == ""


def test_the_bundled_trial_never_comes_near_a_limit_and_says_how_far(bundled: Path) -> None:
    found = watched(bundled, dt.date(2015, 4, 20))
    n, x = hand.vod_counts(bundled, dt.date(2015, 4, 20))
    w = one(found, "monitoring.vod")
    assert (n, x) == (20, 2)
    assert f"{x} patients with veno-occlusive disease among {n}" in w.reason
    assert f"acts on {hand.vod_limit(n)} or more" in w.reason
    picture = next(b for b in found.boundaries if b.id == "monitoring.vod")
    assert list(picture.high[0]) == [hand.vod_limit(n) for n in hand.VOD_LOOKS]
    assert (picture.path_n[-1], picture.path_x[0][-1]) == (n, x)


def more_vod(folder: Path, bundled: Path, count: int, date: str) -> Path:
    """A copy of the bundled trial with so many more patients ill on a day."""
    shutil.copytree(bundled, folder)
    day = dt.date.fromisoformat(date)
    ill = {r["subject"] for r in hand.rows(folder, "adverse_events") if r["term"] == "veno-occlusive disease"}
    there = {r["subject"] for r in hand.rows(folder, "followup") if r["last_contact"] > "2015-12-31"}
    well = [s for s, d in sorted(hand.treated(folder, day).items()) if s not in ill and s in there]
    with (folder / "data" / "adverse_events.csv").open("a", encoding="utf-8") as file:
        file.writelines(f"{s},veno-occlusive disease,3,{date},\n" for s in well[:count])
    assert len(well) >= count
    return folder


def test_one_more_event_moves_probability_and_distance(bundled: Path, tmp_path: Path) -> None:
    date = dt.date(2015, 5, 1)
    before = one(watched(bundled, date), "monitoring.vod")
    after = one(watched(more_vod(tmp_path / "t", bundled, 1, "2015-05-01"), date), "monitoring.vod")
    assert (before.moments[-1].events, after.moments[-1].events) == (2, 3)
    assert after.moments[-1].belief == pytest.approx(hand.vod_belief(3, 20), abs=1e-12)
    assert after.moments[:-1] == before.moments[:-1]
    assert "3 patients with" in after.reason


@pytest.mark.parametrize("past", [-1, 0, 1])
def test_the_decision_flips_at_the_integer_of_the_table(bundled: Path, tmp_path: Path, past: int) -> None:
    """20 patients on 1 May 2015, a look: the limit is the table's."""
    limit = hand.vod_limit(20)
    folder = more_vod(tmp_path / "t", bundled, limit - 2 + past, "2015-05-01")
    for text in ("2015-04-30", "2015-05-01", "2015-06-30"):
        date = dt.date.fromisoformat(text)
        w = one(watched(folder, date), "monitoring.vod")
        n, x = hand.vod_counts(folder, date)
        assert (w.moments[-1].evaluated, w.moments[-1].events) == (n, x)
        stopped = past >= 0 and text >= "2015-05-01"
        assert w.stopped == ("2015-05-01" if stopped else "")
        if text == "2015-05-01":
            assert w.word == ("stop for harm" if past >= 0 else "continue")


def test_a_stop_between_two_enrolments_is_not_forgotten(bundled: Path, tmp_path: Path) -> None:
    """Patient 21 is enrolled on 22 May 2015 and treated later; on the 23rd 20 patients count, a look."""
    folder = more_vod(tmp_path / "t", bundled, hand.vod_limit(20) - 2, "2015-05-23")
    assert hand.vod_counts(folder, dt.date(2015, 5, 23))[0] == 20
    assert hand.vod_counts(folder, dt.date(2015, 7, 8))[0] == 21
    assert one(watched(folder, dt.date(2015, 5, 22)), "monitoring.vod").stopped == ""
    assert one(watched(folder, dt.date(2015, 5, 23)), "monitoring.vod").word == "stop for harm"
    for date in (dt.date(2015, 7, 8), dt.date(2015, 7, 9)):
        assert one(watched(folder, date), "monitoring.vod").stopped == "2015-05-23"


def test_the_history_as_of_an_earlier_day_is_the_beginning_of_a_later_one(bundled: Path) -> None:
    late = watched(bundled, None)
    for text in ("2013-09-10", "2014-06-11", "2016-03-10"):  # the second is a day of enrolment
        early = watched(bundled, dt.date.fromisoformat(text))
        for w in early.watches:
            whole = one(late, w.id).moments
            assert w.moments[:-1] == whole[: len(w.moments) - 1]
            if any(m.date == text for m in whole):
                assert w.moments[-1] == whole[len(w.moments) - 1]


def test_shuffled_rows_change_nothing(bundled: Path, tmp_path: Path) -> None:
    folder = tmp_path / "t"
    shutil.copytree(bundled, folder)
    for file in (folder / "data").glob("*.csv"):
        head, *lines = file.read_text(encoding="utf-8").splitlines()
        random.Random(7).shuffle(lines)
        file.write_text("\n".join([head, *lines]) + "\n", encoding="utf-8")
    date = dt.date(2015, 6, 30)
    a, b = watched(bundled, date), watched(folder, date)
    assert a.watches == b.watches
    assert [(e.id, e.value, e.low, e.high) for e in a.estimates] == [
        (e.id, e.value, e.low, e.high) for e in b.estimates
    ]
    assert a.boundaries == b.boundaries


def test_versions_are_judged_on_their_own(bundled: Path) -> None:
    found = watched(bundled, None)
    last = one(found, "monitoring.vod|fractionated").moments[-1]
    n, x = hand.vod_counts(bundled, dt.date(2018, 6, 15), range(39, 49))
    assert (last.evaluated, last.events) == (n, x) == (10, 1)
    assert last.belief == pytest.approx(hand.vod_belief(1, 10), abs=1e-12)
    assert {w.id for w in watched(bundled, dt.date(2015, 1, 1)).watches} == {
        "monitoring.vod", "monitoring.vod|original", "monitoring.response",
    }  # fmt: skip


RULE = """\
monitoring:
  r:
    population: treated
    n_max: 8
"""
HARM = ["kind: posterior", "fact: vod", "stop_if: rate-above", "limit: 0.2", "cutoff: 0.9", "prior: [0.4, 1.6]"]
LOW = ["kind: counts", "fact: responded", "looks: [2, 4, 8]", "stop_at_most: [0, 1, 2]", "source: x"]
WINDOW = "window: {days: 20}"


def text(*lines: str) -> str:
    return RULE + "".join(f"    {line}\n" for line in lines)


KINDS = {
    "any time": text(*HARM, "first_look: 2", "every: 2"),
    "exclude": text(*HARM, "first_look: 2", "every: 2", WINDOW, "pending: exclude", "suspend: true"),
    "count-as-no": text(*HARM, "first_look: 2", WINDOW, "pending: count-as-no"),
    "count-as-event": text(*HARM, "first_look: 3", WINDOW, "pending: count-as-event"),
    "fractional": text(*HARM, "first_look: 2", WINDOW, "pending: fractional"),
    "low": text(*LOW, WINDOW, "pending: exclude"),
    "times": text("kind: time-to-event", "fact: os", "first_look: 2", "prior: [3, 10]", "standard: [60, 295]",
                  "cutoff: 0.2"),
}  # fmt: skip
COURSES = {
    "late events": [P(0, vod=(25,)), P(6, wait=3, vod=(14,)), P(14, wait=6, vod=(12,)), P(30, wait=4), P(36)],
    "two at once": [P(0, vod=(3,)), P(9, wait=2), P(9, wait=2, vod=(2,)), P(26, wait=9, vod=(4,)), P(40)],
    "deaths": [P(0, death=11), P(7, death=13), P(16, wait=4, death=18), P(31), P(38, wait=6)],
}


@pytest.mark.parametrize("course_of", COURSES)
@pytest.mark.parametrize("kind", KINDS)
def test_what_stopped_on_a_day_stays_stopped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str, course_of: str
) -> None:
    """A trial looked at every day: the first stop is that day, as of every later day too, and not before it."""
    trial = made(tmp_path, COURSES[course_of], KINDS[kind])
    rule = trial.protocol.monitoring["r"]
    ruled = Ruled("r", rule, design_of_rule("r", rule), "", trial.protocol, trial.cohort)
    every = {date: ruled.on(date) for date in (on(0, k) for k in range(1, 47))}
    monkeypatch.setattr(Ruled, "on", lambda self, date: every[date])
    enrolled = sorted({p.enrolled for p in COURSES[course_of]})
    first, earlier = "", []
    for date, day in every.items():
        judged = [*course(ruled, [*(every[d] for d in enrolled if d < date), day])]
        if judged[-1].said.stops and not first:
            first = date.isoformat()
        stops = [str(j.day.date) for j in judged if j.said.stops]
        assert (stops or [""])[0] == first, date
        moments = [(j.day.date, j.counted, j.said.word, j.said.due) for j in judged]
        assert moments[: len(earlier)] == earlier
        earlier = moments[:-1]


def test_some_of_those_trials_stop(tmp_path: Path) -> None:
    stopped = {
        (kind, course): watched(write(tmp_path / f"{i}{j}", KINDS[kind], COURSES[course]), on(0, 46)).watches[0].stopped
        for i, kind in enumerate(KINDS)
        for j, course in enumerate(COURSES)
    }
    assert {kind for (kind, _), day in stopped.items() if day} == set(KINDS)
    assert not all(stopped.values())


def test_a_small_trial_on_paper(tmp_path: Path) -> None:
    """Looks at 2, 4, ... patients; P(rate > 0.2) is above 0.9 with 2 of 2 ill. The second falls ill on day 20."""
    patients = [P(0, vod=(5,)), P(4, wait=2, vod=(16,)), P(30)]
    trial = made(tmp_path, patients, KINDS["any time"])
    w = watch(trial.protocol, trial.cohort, on(0, 40)).watches[0]
    assert [(m.date, m.evaluated, m.events, m.due, m.word) for m in w.moments] == [
        (on(0, 1).isoformat(), 1, 0, False, "continue"),
        (on(0, 3).isoformat(), 1, 0, False, "continue"),
        (on(0, 20).isoformat(), 2, 2, True, "stop for harm"),
        (on(0, 31).isoformat(), 3, 2, False, "continue"),
        (on(0, 40).isoformat(), 3, 2, False, "continue"),
    ]
    assert w.stopped == on(0, 20).isoformat()


def test_without_history_there_is_the_last_day_alone(bundled: Path) -> None:
    found = watched(bundled, dt.date(2015, 6, 30), history=False)
    assert all(len(w.moments) == 1 for w in found.watches)


def test_a_protocol_without_rules_is_watched_in_silence(small: Path) -> None:
    assert watched(small, None) == Watched()


def test_the_patients_behind_a_number_are_those_counted(bundled: Path) -> None:
    date = dt.date(2014, 1, 10)
    found = watched(bundled, date)
    by_id = {e.id: e for e in found.estimates}
    for id, n in (("monitoring.vod.evaluated", 10), ("monitoring.response.evaluated", 9),
                  ("monitoring.response.pending", 1), ("monitoring.response.events", 8)):  # fmt: skip
        assert by_id[id].value == n == len(by_id[id].subjects)
    assert len({e.id for e in found.estimates}) == len(found.estimates)
