"""From outcomes to counts, by each reading of pending patients, against sums written out."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stopping import rule

from onearm.study.outcomes import Outcome
from onearm.study.tally import tally

SHARES = {"event": 1.0, "none": 1.0}
FOUND = st.lists(
    st.tuples(st.sampled_from(["event", "none", "pending"]), st.floats(0, 1), st.floats(0, 60)), max_size=12
)


def outcome(state: str, share: float = 0.5, months: float = 0.0) -> Outcome:
    return Outcome("s", "v1", state, SHARES.get(state, share), months, "", ())  # type: ignore[arg-type]


def asked(pending: str):
    return rule(window={"days": 10}, pending=pending)


FOUR = [outcome("event"), outcome("none"), outcome("pending", 0.25), outcome("pending", 0.5)]


@pytest.mark.parametrize(
    ("pending", "n", "x", "weight"),
    [("exclude", 2, 1, 2.0), ("count-as-no", 4, 1, 4.0), ("count-as-event", 4, 3, 4.0), ("fractional", 4, 1, 2.75)],
)
def test_two_known_and_two_pending(pending: str, n: int, x: int, weight: float) -> None:
    counted = tally(asked(pending), FOUR)
    assert (counted.n, counted.x, counted.weight, counted.pending, counted.people) == (n, x, weight, 2, 4)


def test_without_a_window_everybody_counts_and_nobody_is_pending() -> None:
    counted = tally(rule(), FOUR)
    assert (counted.n, counted.x, counted.weight, counted.pending) == (4, 1, 4.0, 0)


def test_nobody() -> None:
    assert tally(asked("fractional"), []).n == 0
    assert tally(asked("fractional"), []).weight == 0.0


@given(found=FOUND)
def test_any_outcomes(found: list[tuple[str, float, float]]) -> None:
    people = [outcome(*one) for one in found]
    events = sum(1 for s, _, _ in found if s == "event")
    waiting = sum(1 for s, _, _ in found if s == "pending")
    for pending in ("exclude", "count-as-no", "count-as-event", "fractional"):
        counted = tally(asked(pending), people)
        assert counted.people == len(found)
        assert counted.pending == waiting
        assert counted.n == (len(found) - waiting if pending == "exclude" else len(found))
        assert counted.x == (events + waiting if pending == "count-as-event" else events)
        assert counted.months == pytest.approx(math.fsum(m for _, _, m in found))
        shares = [1.0 if s != "pending" else w for s, w, _ in found]
        assert counted.weight == pytest.approx(math.fsum(shares) if pending == "fractional" else counted.n)
        assert counted.x <= counted.n
