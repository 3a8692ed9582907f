"""Decisions on counts: looks that are due or passed, and suspension, against every end of a small trial."""

from __future__ import annotations

from itertools import permutations, product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stopping import rule, tail

from onearm.design.of_rule import design_of_rule
from onearm.protocol.monitoring import Bop2Rule, CountsRule, PredictiveRule, Rule, SafetyRule, TimeRule
from onearm.study.said import Verdict
from onearm.study.tally import Tally
from onearm.study.verdict import could_stop, verdict


def say(asked: Rule, x: int, n: int, before: int = 0, pending: int = 0, months: float = 0.0) -> Verdict:
    people = n + pending if asked.pending == "exclude" else n
    counted = Tally(n, x, pending, float(n), months, people)
    return verdict(asked, design_of_rule("r", asked), counted, before)


def counts(**change: object) -> CountsRule:
    plain: dict[str, object] = {
        "kind": "counts", "fact": "vod", "n_max": 12, "looks": (3, 6, 12), "stop_at_least": (2, 3, 5), "source": "x",
    }  # fmt: skip
    return CountsRule(**(plain | change))  # type: ignore[arg-type]


def test_the_series_is_that_of_r() -> None:
    """R 4.2.2: 1 - pbeta(0.2, 0.4 + 2, 1.6 + 8) and 1 - pbeta(0.2, 0.4 + 5, 1.6 + 5)."""
    assert tail(2.4, 9.6, 0.2) == pytest.approx(R_TAIL[0], abs=1e-12)
    assert tail(5.4, 6.6, 0.2) == pytest.approx(R_TAIL[1], abs=1e-12)


R_TAIL = (0.441834677630, 0.970887836934)


@pytest.mark.parametrize("n", range(1, 11))
def test_the_limits_of_the_posterior_rule_are_those_of_the_series(n: int) -> None:
    asked = rule(first_look=1)
    for x in range(n + 1):
        said = say(asked, x, n)
        assert said.stops == (tail(0.4 + x, 1.6 + n - x, 0.2) > 0.9), (x, n)
        ((_, value),) = said.decision.measures
        assert value == pytest.approx(tail(0.4 + x, 1.6 + n - x, 0.2), abs=1e-12)


def test_at_a_look_the_integers_decide() -> None:
    asked = counts()
    assert [say(asked, x, 3).word for x in (0, 1, 2, 3)] == ["continue", "continue", "stop for harm", "stop for harm"]
    assert say(asked, 1, 3).due
    assert say(asked, 4, 12).word == "complete"
    assert say(asked, 5, 12).word == "stop for harm"


def test_between_looks_nothing_stops_and_a_note_says_what_would() -> None:
    said = say(rule(looks=(4, 10), first_look=None), 5, 5, before=4)
    assert (said.word, said.due) == ("continue", False)
    assert "No look is due at 5 patients; judged today, the rule would stop for harm" in said.notes[0]
    assert say(rule(looks=(4, 10), first_look=None), 5, 5, before=5).word == "continue"


@pytest.mark.parametrize(("before", "due"), [(0, True), (3, True), (4, False), (5, False)])
def test_a_look_that_was_passed_is_due(before: int, due: bool) -> None:
    """Two outcomes on one day take the trial from 3 to 5 patients past the look at 4."""
    said = say(rule(looks=(4, 10), first_look=None), 4, 5, before=before)
    assert said.due is due
    assert said.word == ("stop for harm" if due else "continue")


def test_a_look_stays_due_while_the_trial_stands_at_it() -> None:
    asked = counts()
    assert say(asked, 1, 3, before=3).word == "continue"
    assert say(asked, 2, 3, before=3).word == "stop for harm"


def test_a_look_that_was_passed_stops_a_rule_of_integers_only_where_it_is_certain() -> None:
    """4 of 7 after the look at 6: among the first 6 were 3 or 4, and both stop; with 3 of 7 it may have been 2."""
    assert say(counts(), 4, 7, before=5).word == "stop for harm"
    assert say(counts(), 3, 7, before=5).word == "continue"


def test_more_patients_than_the_plan() -> None:
    for x in range(14):
        said = say(counts(), x, 13, before=12)
        assert not said.stops
        assert any("13 are more than it plans" in note for note in said.notes)


SAFETY = {"kind": "safety", "fact": "vod", "n_max": 10, "first_look": 1, "limit": 0.2, "alpha": 0.1}
EVERY_KIND: dict[str, Rule] = {
    "limit": rule(first_look=1),
    "below": rule(first_look=1, stop_if="rate-below"),
    "standard": rule(first_look=1, limit=None, standard=(20, 80), margin=0.05),
    "standard-below": rule(first_look=1, limit=None, standard=(20, 80), stop_if="rate-below"),
    "predictive": PredictiveRule(
        kind="predictive", fact="responded", n_max=10, first_look=2, limit=0.3, success=0.9, cutoff=0.05,
        prior=(0.3, 0.7), efficacy=0.99,
    ),
    "bop2": Bop2Rule.model_validate(
        {"kind": "bop2", "fact": "responded", "n_max": 10, "first_look": 2, "limit": 0.3, "lambda": 0.8, "gamma": 0.9}
    ),
    "beta-binomial": SafetyRule(family="beta-binomial", prior=(0.6, 2.4), **SAFETY),  # type: ignore[arg-type]
    "pocock": SafetyRule(family="pocock", **SAFETY),  # type: ignore[arg-type]
    "obrien-fleming": SafetyRule(family="obrien-fleming", **SAFETY),  # type: ignore[arg-type]
    "sprt": SafetyRule(family="sprt", worse=0.5, **SAFETY),  # type: ignore[arg-type]
    "counts": counts(),
}  # fmt: skip


@pytest.mark.parametrize("name", EVERY_KIND)
def test_every_kind_stops_at_its_integers_and_nowhere_else(name: str) -> None:
    asked = EVERY_KIND[name]
    limits = design_of_rule("r", asked).boundary
    assert limits is not None
    reached = 0
    for at, n in enumerate(limits.n.tolist()):
        low, high = int(limits.low[0, at]), int(limits.high[0, at])
        for x in range(n + 1):
            said = say(asked, x, n, before=n - 1)
            assert said.due
            beyond = x <= low or x >= high
            reached += beyond
            if n < asked.n_max:
                assert said.stops == beyond, (x, n, said.word)
            elif not beyond:
                assert said.word in ("complete", "positive result")
            else:
                assert said.stops or said.word in ("negative result", "positive result")
    assert reached


@pytest.mark.parametrize("name", EVERY_KIND)
def test_any_count_gets_an_answer(name: str) -> None:
    asked = EVERY_KIND[name]
    for n in range(asked.n_max + 4):
        for x in range(n + 1):
            for before in (0, n):
                assert say(asked, x, n, before=before).reason


def some_order_stops(asked: Rule, low: list[int], high: list[int], looks: list[int], x: int, n: int, m: int) -> bool:
    """Whether any outcomes of the pending patients, becoming known in any order, stop the trial at a look."""
    for ends in product((0, 1), repeat=m):
        for order in set(permutations(ends)):
            events = x
            for k, e in enumerate(order, 1):
                events += e
                if n + k in looks:
                    at = looks.index(n + k)
                    if events <= low[at] or events >= high[at]:
                        return True
    return False


@st.composite
def plans(draw: st.DrawFn) -> tuple[CountsRule, int, int, int]:
    looks = draw(st.lists(st.integers(1, 9), min_size=1, max_size=4, unique=True).map(sorted))
    low = [draw(st.integers(-1, n - 1)) for n in looks]
    high = [draw(st.integers(max(a + 1, 1), n + 1)) for a, n in zip(low, looks, strict=True)]
    asked = counts(
        n_max=10, looks=tuple(looks), stop_at_most=tuple(low), stop_at_least=tuple(high), window={"days": 9},
        pending="exclude", suspend=True,
    )  # fmt: skip
    n = draw(st.integers(0, 6))
    return asked, draw(st.integers(0, n)), n, draw(st.integers(0, 4))


@settings(max_examples=300)
@given(plan=plans())
def test_enrolment_waits_where_some_end_of_the_pending_patients_stops(plan: tuple[CountsRule, int, int, int]) -> None:
    asked, x, n, m = plan
    limits = design_of_rule("r", asked).boundary
    assert limits is not None
    low, high, looks = limits.low[0].tolist(), limits.high[0].tolist(), limits.n.tolist()
    some = some_order_stops(asked, low, high, looks, x, n, m)
    assert bool(could_stop(asked, limits, Tally(n, x, m, float(n), 0.0, n + m))) == some
    said = say(asked, x, n, before=n, pending=m)
    if not said.stops:
        assert said.word == ("suspend" if some else said.decision.word if not said.decision.stops else "continue")


@pytest.mark.parametrize(
    ("x", "n", "pending", "word"),
    [
        (1, 3, 1, "suspend"),
        (0, 3, 1, "continue"),
        (0, 3, 2, "suspend"),
        (1, 4, 3, "continue"),
        (2, 3, 0, "stop for harm"),
    ],
)
def test_pending_patients_that_count_as_without_the_event(x: int, n: int, pending: int, word: str) -> None:
    """Limits 2 of 3, 3 of 6: enrolment waits at a look where the pending patients as events would stop."""
    asked = counts(window={"days": 9}, pending="count-as-no", suspend=True)
    assert say(asked, x, n, before=n - 1, pending=pending).word == word


def test_without_suspend_nobody_waits() -> None:
    assert say(counts(window={"days": 9}, pending="exclude"), 1, 2, pending=3).word == "continue"
    assert say(counts(window={"days": 9}, pending="exclude", suspend=True), 1, 2, pending=3).word == "suspend"


TIMES = TimeRule(
    kind="time-to-event", fact="os", n_max=40, first_look=4, prior=(3, 10), standard=(60, 295), cutoff=0.03,
)  # fmt: skip


def test_a_rule_on_times_is_watched_without_pause_from_its_first_look() -> None:
    limits = design_of_rule("r", TIMES)
    least = limits.decide(5, 5, time=1.0).measures[1][1]
    assert say(TIMES, 5, 5, before=4, months=least - 0.01).word == "stop"
    assert say(TIMES, 5, 5, before=5, months=least - 0.01).word == "stop"
    assert say(TIMES, 5, 5, before=4, months=least + 0.01).word == "continue"
    early = say(TIMES, 3, 3, before=2, months=0.01)
    assert (early.word, early.due) == ("continue", False)
    assert "The first look is at 4 patients" in early.notes[0]
