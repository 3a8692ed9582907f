"""What a stopping rule counts of each patient, on each day, against the definition written out day by day."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stopping import P, made, on, rule

from onearm.cohort.as_of import as_known_on
from onearm.protocol.monitoring import Rule
from onearm.study.outcomes import Outcome, members, outcomes
from onearm.units import MONTH_DAYS

DAYS30 = {"window": {"days": 30}, "pending": "exclude"}
CYCLES2 = {"window": {"cycles": 2, "cycle_days": 28}, "pending": "exclude"}


def seen(folder: Path, patient: P, day: int, asked: Rule) -> Outcome:
    """The outcome of one patient as known on one of the patient's study days."""
    trial = made(folder, [patient])
    (found,) = outcomes(asked, trial.protocol, as_known_on(trial.cohort, on(patient.start, day)))
    return found


@pytest.mark.parametrize(
    ("vod", "day", "state"),
    [
        ((30,), 29, "pending"),  # the day before the event
        ((30,), 30, "event"),  # an event on the last day of the window counts
        ((31,), 31, "none"),  # one on the day after does not
        ((), 29, "pending"),
        ((), 30, "none"),  # followed to the end of the last day
        ((1,), 1, "event"),
        ((31, 12), 12, "event"),
        ((31, 12), 300, "event"),
    ],
)
def test_a_window_in_days(tmp_path: Path, vod: tuple[int, ...], day: int, state: str) -> None:
    assert seen(tmp_path, P(0, vod=vod), day, rule(**DAYS30)).state == state


@pytest.mark.parametrize(("day", "share"), [(1, 1 / 30), (15, 0.5), (29, 29 / 30)])
def test_the_share_of_the_window_that_was_followed(tmp_path: Path, day: int, share: float) -> None:
    assert seen(tmp_path, P(0), day, rule(**DAYS30)).followed == pytest.approx(share, abs=1e-12)


def test_death_before_the_end_of_the_window_is_the_end_of_it(tmp_path: Path) -> None:
    died = P(0, death=10)
    assert seen(tmp_path / "a", died, 9, rule(**DAYS30)).state == "pending"
    assert seen(tmp_path / "b", died, 10, rule(**DAYS30)).state == "none"
    both = P(0, death=10, vod=(10,))
    assert seen(tmp_path / "c", both, 10, rule(**DAYS30)).state == "event"


def test_who_was_lost_to_follow_up_stays_pending(tmp_path: Path) -> None:
    lost = seen(tmp_path, P(0, last=12), 300, rule(**DAYS30))
    assert (lost.state, lost.followed) == ("pending", pytest.approx(12 / 30))


@pytest.mark.parametrize(
    ("cycles", "response", "day", "state"),
    [
        ({1: 1, 2: 29, 3: 61}, 60, 61, "event"),  # the day before cycle 3
        ({1: 1, 2: 29, 3: 61}, 61, 61, "none"),  # on its first day no more
        ({1: 1, 2: 29, 3: 50}, 52, 52, "none"),  # cycle 3 came early
        ({1: 1, 2: 29, 3: 50}, 49, 49, "event"),
        ({1: 1, 2: 29}, 56, 56, "event"),  # cycle 3 was not begun: 2 x 28 days
        ({1: 1, 2: 29}, 57, 57, "none"),
        ({1: 1, 2: 29}, 56, 55, "pending"),
        ({}, 57, 55, "pending"),
        ({}, 57, 56, "none"),
    ],
)
def test_a_window_in_cycles(tmp_path: Path, cycles: dict[int, int], response: int, day: int, state: str) -> None:
    patient = P(0, cycles=cycles, responses=[(response, "CR")])
    assert seen(tmp_path, patient, day, rule(fact="responded", **CYCLES2)).state == state


def test_a_cycle_that_began_late_mends_an_outcome(tmp_path: Path) -> None:
    """No third cycle by day 56, so no response; then the cycle begins on day 71, and the response was on day 65."""
    patient = P(0, cycles={1: 1, 2: 43, 3: 71}, responses=[(65, "CR")])
    asked = rule(fact="responded", **CYCLES2)
    found = [seen(tmp_path / str(d), patient, d, asked).state for d in (55, 56, 65, 70, 71)]
    assert found == ["pending", "none", "none", "none", "event"]


def test_mrd_counts_when_it_was_measured(tmp_path: Path) -> None:
    asked = rule(fact="mrd", **DAYS30)
    patient = P(0, mrd=[(20, "positive"), (28, "negative")])
    assert [seen(tmp_path / str(d), patient, d, asked).state for d in (20, 28, 30)] == ["pending", "event", "event"]
    late = P(0, mrd=[(31, "negative")])
    assert seen(tmp_path / "late", late, 40, asked).state == "none"


def test_a_procedure_counts_from_its_day_on(tmp_path: Path) -> None:
    found = [seen(tmp_path / str(d), P(0, asct=25), d, rule(fact="transplant", **DAYS30)).state for d in (24, 25)]
    assert found == ["pending", "event"]


def test_a_time_with_a_window_counts_the_event_at_its_end(tmp_path: Path) -> None:
    early = rule(fact="os", **DAYS30)
    assert [seen(tmp_path / f"a{d}", P(0, death=30), d, early).state for d in (29, 30)] == ["pending", "event"]
    assert seen(tmp_path / "b", P(0, death=31), 40, early).state == "none"
    relapse = rule(fact="efs", **DAYS30)
    assert seen(tmp_path / "c", P(0, relapse=30, responses=[(20, "CR")]), 30, relapse).state == "event"
    assert seen(tmp_path / "d", P(0, relapse=31, responses=[(20, "CR")]), 31, relapse).state == "none"


def test_time_on_test_counts_both_ends(tmp_path: Path) -> None:
    asked = _times()
    assert seen(tmp_path / "a", P(0, death=100), 40, asked).months == pytest.approx(40 / MONTH_DAYS, abs=1e-12)
    dead = seen(tmp_path / "b", P(0, death=100), 300, asked)
    assert (dead.state, dead.months) == ("event", pytest.approx(100 / MONTH_DAYS))


def _times() -> Rule:
    from onearm.protocol.monitoring import TimeRule

    return TimeRule(
        kind="time-to-event", fact="os", population="treated", n_max=10, first_look=1, prior=(3, 10),
        standard=(60, 295), cutoff=0.03,
    )  # fmt: skip


def test_without_a_window_an_event_comes_at_any_time(tmp_path: Path) -> None:
    found = [seen(tmp_path / str(d), P(0, vod=(300,)), d, rule()).state for d in (1, 299, 300)]
    assert found == ["pending", "pending", "event"]


def test_the_population_is_that_of_the_day(tmp_path: Path) -> None:
    trial = made(tmp_path, [P(10, wait=6), P(0), P(5, wait=None)])

    def who(day: int, population: str) -> list[str]:
        asked = rule(population=population)
        return [o.subject for o in outcomes(asked, trial.protocol, as_known_on(trial.cohort, on(0, day)))]

    assert who(1, "enrolled") == ["S02"]
    assert who(6, "enrolled") == ["S02", "S01", "S03"]  # by day of enrolment
    assert who(10, "treated") == ["S02"]
    assert who(11, "treated") == ["S02", "S01"]
    assert members(trial.protocol, trial.cohort, "treated") == ("S01", "S02")


def test_who_was_never_treated_has_no_window_and_stays_pending(tmp_path: Path) -> None:
    trial = made(tmp_path, [P(0), P(5, wait=None)])
    found = outcomes(rule(population="enrolled", **DAYS30), trial.protocol, trial.cohort)
    assert [(o.subject, o.state, o.followed) for o in found] == [("S01", "none", 1.0), ("S02", "pending", 0.0)]


def test_each_outcome_names_the_row_that_proves_it(tmp_path: Path) -> None:
    found = seen(tmp_path, P(0, vod=(5,)), 9, rule())
    assert found.at == ("data/adverse_events.csv:2",)
    assert "day 5" in found.says
    assert found.version == "v1"


@settings(max_examples=30)
@given(
    vod=st.integers(1, 25), relapse=st.integers(0, 20), death=st.integers(0, 25), last=st.integers(1, 30),
    day=st.integers(1, 35), window=st.integers(1, 20), fact=st.sampled_from(["vod", "os", "efs"]),
)  # fmt: skip
def test_any_course_day_by_day(
    tmp_path_factory: pytest.TempPathFactory,
    vod: int, relapse: int, death: int, last: int, day: int, window: int, fact: str,
) -> None:  # fmt: skip
    """An event on a day of the window that has come; none once the window was followed or death ended it."""
    end = death or last
    vod, relapse = min(vod, end), min(relapse, end) if relapse > 1 and end > 1 else 0
    responses = [(1, "CR")] if relapse else []
    patient = P(0, vod=(vod,), relapse=relapse, responses=responses, death=death, last=last)
    asked = rule(fact=fact, window={"days": window}, pending="exclude")
    found = seen(tmp_path_factory.mktemp("any"), patient, day, asked)
    days = {"vod": [vod], "os": [death], "efs": [relapse, death]}[fact]
    known = min(day, end)
    if any(0 < d <= min(known, window) for d in days):
        state = "event"
    elif known >= window or 0 < death <= day:
        state = "none"
    else:
        state = "pending"
    assert found.state == state
    assert found.followed == (1.0 if state != "pending" else pytest.approx(known / window))
