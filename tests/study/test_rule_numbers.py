"""Numbers of a rule itself: limits, what it does, how far away they are; by enumeration in fractions."""

from __future__ import annotations

from fractions import Fraction
from itertools import product
from typing import Any

import pytest
from scipy.special import betaincc

from onearm.design.of_rule import design_of_rule
from onearm.protocol.monitoring import CountsRule, PosteriorRule, Rule, TimeRule
from onearm.study.rule_numbers import decision_numbers, rule_numbers
from onearm.study.rule_paragraph import rule_paragraph
from onearm.study.tally import Tally
from onearm.study.verdict import verdict

BOTH = CountsRule(
    kind="counts", fact="cr", n_max=7, looks=(3, 5, 7), stop_at_most=(0, 1, 2), stop_at_least=(3, 5, 8),
    rates=(0.25, 0.5), source="a case", assumption="invented for a test",
)  # fmt: skip
HARM = PosteriorRule(
    kind="posterior", fact="vod", stop_if="rate-above", limit=0.2, cutoff=0.95, prior=(0.4, 1.6), n_max=48,
    first_look=10, every=5, rates=(0.2,),
)  # fmt: skip
TIMED = TimeRule(
    kind="time-to-event", fact="os", n_max=4, first_look=1, prior=(3, 10), standard=(60, 295), cutoff=0.03,
    accrual_per_month=2, means_months=(5, 12),
)  # fmt: skip


def values(rule: Rule) -> dict[str, float]:
    found = rule_numbers("r", rule, design_of_rule("r", rule))
    assert all(e.id.startswith("monitoring.r.") and not e.subjects and e.n == rule.n_max for e in found)
    return {e.id.removeprefix("monitoring.r."): e.value or 0.0 for e in found}


def every_course(p: Fraction) -> dict[str, Fraction]:
    """Probabilities of the ends of `BOTH` and what is expected, over all courses of seven patients."""
    total: dict[str, Fraction] = dict.fromkeys(("futility", "harm", "early", "n", "events"), Fraction())
    for course in product((0, 1), repeat=7):
        weight = p ** sum(course) * (1 - p) ** (7 - sum(course))
        end, why = 7, ""
        for n, low, high in zip((3, 5, 7), (0, 1, 2), (3, 5, 8), strict=True):
            x = sum(course[:n])
            if x <= low or x >= high:
                end, why = n, "futility" if x <= low else "harm"
                break
        total["n"] += weight * end
        total["events"] += weight * sum(course[:end])
        total["early"] += weight * (end < 7)
        if why:
            total[why] += weight
    return total


@pytest.mark.parametrize("at", ["0.25", "0.5"])
def test_what_a_rule_does_is_that_of_every_course(at: str) -> None:
    found, wanted = values(BOTH), every_course(Fraction(at))
    for name, key in (
        ("stop_futility", "futility"), ("stop_harm", "harm"), ("early", "early"), ("expected_n", "n"),
        ("expected_events", "events"),
    ):  # fmt: skip
        assert found[f"{name}@{at}"] == pytest.approx(float(wanted[key]), abs=1e-12), name
    assert found[f"success@{at}"] == pytest.approx(1 - float(wanted["futility"] + wanted["harm"]), abs=1e-12)
    assert found[f"expected_events@{at}"] == pytest.approx(float(at) * found[f"expected_n@{at}"], abs=1e-12)


def test_limits_are_those_of_the_protocol_and_only_where_a_count_stops() -> None:
    found = values(BOTH)
    assert [found[f"stop_at_most@{n}"] for n in (3, 5, 7)] == [0, 1, 2]
    assert [found[f"stop_at_least@{n}"] for n in (3, 5)] == [3, 5]
    assert "stop_at_least@7" not in found


def test_limits_of_a_posterior_rule_are_the_smallest_counts_that_pass_its_cutoff() -> None:
    found = values(HARM)
    for n in range(10, 46, 5):
        first = next(x for x in range(n + 1) if betaincc(0.4 + x, 1.6 + n - x, 0.2) > 0.95)
        assert found[f"stop_at_least@{n}"] == first
    assert not any(key.startswith(("success", "stop_at_most")) for key in found)  # harm alone tests nothing


def test_a_rule_on_times_has_times_and_simulated_ends_with_their_error() -> None:
    found = values(TIMED)
    times = [found[key] for key in sorted(found) if key.startswith("least_time@")]
    assert times
    assert times == sorted(times)
    for mean in ("5mo", "12mo"):
        p = found[f"stop@{mean}"]
        assert found[f"stop_error@{mean}"] == pytest.approx((p * (1 - p) / 10_000) ** 0.5, rel=1e-9)
    assert found["stop@5mo"] > found["stop@12mo"]
    silent = TIMED.model_copy(update={"accrual_per_month": None})
    assert all(key.startswith("least_time@") for key in values(silent))


def told(rule: Any, n: int, x: int) -> dict[str, float]:
    counted = Tally(n, x, 0, float(n), 0.0, n)
    said = verdict(rule, design_of_rule("r", rule), counted, n - 1)
    found = decision_numbers("r", rule, "v", said, counted)
    assert all(e.subjects_of == ("monitoring.r.evaluated|v",) for e in found)  # those that count are behind them
    return {e.stat: e.value or 0.0 for e in found}


def test_distance_and_next_change_by_hand() -> None:
    # 1 of 10: limit 5; at 15 seven are needed and six possible, at 20 eight of a possible eleven
    assert told(HARM, 10, 1) == {"below_high": 4, "next_n": 20}
    assert told(HARM, 10, 4) == {"below_high": 1, "next_n": 15}
    assert told(HARM, 10, 6) == {"below_high": -1}  # stopped: nothing changes it
    assert told(BOTH, 3, 1) == {"above_low": 1, "below_high": 2, "next_n": 5}


def test_the_paragraph_says_the_rule_its_numbers_and_its_assumption() -> None:
    said = rule_paragraph(design_of_rule("r", BOTH))
    wanted = every_course(Fraction(1, 2))
    for words in (
        "If the true rate of cr is 50%",
        f"{1 - float(wanted['futility'] + wanted['harm']):.4f}",
        f"{float(wanted['n']):.2f} patients are expected",
        "Invented for a test.",
    ):
        assert words in said
    assert "onearm design" not in said  # no command makes a protocol's own rule
