"""Pending patients by fractions, against the series of the incomplete beta function."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stopping import rule, tail

from onearm.design.of_rule import design_of_rule
from onearm.protocol.monitoring import Bop2Rule, Rule
from onearm.study.said import Verdict
from onearm.study.tally import Tally
from onearm.study.verdict import verdict

WINDOW = {"window": {"days": 90}, "pending": "fractional"}
SAFE = rule(first_look=2, **WINDOW)
BOP2 = Bop2Rule.model_validate(
    {"kind": "bop2", "fact": "responded", "n_max": 10, "first_look": 2, "limit": 0.3, "lambda": 0.8, "gamma": 0.9,
     **WINDOW}
)  # fmt: skip


def say(asked: Rule, x: int, n: int, pending: int, followed: float, before: int | None = None) -> Verdict:
    counted = Tally(n, x, pending, n - pending + followed, 0.0, n)
    return verdict(asked, design_of_rule("r", asked), counted, n - 1 if before is None else before)


def test_on_paper() -> None:
    """Of 6 patients 3 are known, 2 with the event; the others were followed for 1.2 windows: worth 4.2, 2.2 without."""
    said = say(SAFE, 2, 6, 3, 1.2)
    ((_, value),) = said.decision.measures
    assert value == pytest.approx(tail(0.4 + 2, 1.6 + 2.2, 0.2), abs=1e-12)
    assert said.stops == (value > 0.9)
    assert "worth 4.20 patients" in said.reason


@settings(max_examples=60)
@given(n=st.integers(2, 10), data=st.data())
def test_the_probability_is_that_of_the_series(n: int, data: st.DataObject) -> None:
    pending = data.draw(st.integers(1, n))
    x = data.draw(st.integers(0, n - pending))
    followed = data.draw(st.floats(0, 1)) * pending
    without = n - pending - x + followed
    ((_, value),) = say(SAFE, x, n, pending, followed).decision.measures
    wanted = tail(0.4 + x, 1.6 + without, 0.2)
    assert value == pytest.approx(wanted, abs=1e-11)
    if abs(wanted - 0.9) > 1e-6:
        assert say(SAFE, x, n, pending, followed).stops == (wanted > 0.9)
    ((_, value),) = say(BOP2, x, n, pending, followed).decision.measures
    wanted = tail(0.3 + x, 0.7 + without, 0.3)
    assert value == pytest.approx(wanted, abs=1e-11)
    cutoff = 0.8 * (n / 10) ** 0.9
    if abs(wanted - cutoff) > 1e-6:
        assert say(BOP2, x, n, pending, followed).stops == (wanted < cutoff)


@pytest.mark.parametrize("asked", [SAFE, BOP2])
def test_with_nobody_pending_it_is_the_plain_rule(asked: Rule) -> None:
    plain = asked.model_copy(update={"pending": "exclude"})
    for n in range(11):
        for x in range(n + 1):
            a, b = say(asked, x, n, 0, 0.0), say(plain, x, n, 0, 0.0)
            assert (a.word, a.due, a.reason) == (b.word, b.due, b.reason)


def test_who_is_followed_longer_without_the_event_lowers_the_probability() -> None:
    values = [say(SAFE, 2, 6, 3, followed).decision.measures[0][1] for followed in (0.0, 0.5, 1.0, 2.0, 3.0)]
    assert values == sorted(values, reverse=True)
    assert len(set(values)) == 5


def test_between_looks_it_stops_nothing() -> None:
    asked = rule(first_look=None, looks=(3, 8), **WINDOW)
    said = say(asked, 4, 5, 1, 0.2, before=4)
    assert (said.word, said.due) == ("continue", False)
    assert "No look is due at 5 patients" in said.notes[0]
    assert say(asked, 4, 5, 1, 0.2, before=2).word == "stop for harm"


@pytest.mark.parametrize("limit", [1e-9, 1e-7, 0.999999, 0.999999999])
def test_a_limit_near_its_ends_is_judged_whoever_is_pending(limit: float) -> None:
    """A patient followed for all but 1e-9 of the window counts as one who is known to be without the event."""
    asked = BOP2.model_copy(update={"limit": limit})
    for x in range(4):
        ((_, pending),) = say(asked, x, 4, 1, 0.999999999).decision.measures
        ((_, known),) = say(asked, x, 4, 0, 0.0).decision.measures
        assert pending == pytest.approx(known, abs=1e-8)
    if limit < 0.5:  # P(rate > p0 | 0 of 4), rate ~ Beta(p0, 5 - p0): p0 times the integral of (1 - t)^4 / t
        ((_, none),) = say(asked, 0, 4, 1, 1.0).decision.measures
        assert none == pytest.approx(limit * (-math.log(limit) - 1 - 1 / 2 - 1 / 3 - 1 / 4), rel=1e-5)


def test_nobody_yet() -> None:
    assert say(SAFE, 0, 0, 0, 0.0).word == "continue"
