"""Crossing probabilities of many rules at once are those of each rule's operating characteristics."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from onearm.stats._crossing import crossing_by_look, crossing_probability, joint_crossing_by_look
from onearm.stats.monitoring import boundary, operating_characteristics

from .count_rules import every_course, random_rule

LOOKS = np.array([10, 15, 20, 25, 30, 35, 40])


def test_the_safety_rule_of_the_package_stoppingrule() -> None:
    """Its README prints the probabilities to stop."""
    steps = {3: 3, 5: 4, 7: 5, 11: 6, 14: 7, 18: 8, 21: 9, 25: 10, 29: 11}
    n = np.arange(1, 31)
    high = np.array([max((y for start, y in steps.items() if start <= m), default=m + 1) for m in n])
    for p, expected in ((0.2, 0.09957367), (0.3, 0.43615256), (0.4, 0.81491087)):
        assert crossing_probability(n, p, high=high) == pytest.approx([expected], abs=6e-9)


@pytest.mark.parametrize("p", [0.0, 0.2, 0.55, 1.0])
def test_many_rules_on_one_endpoint(p: float) -> None:
    rng = np.random.default_rng(3)
    low = np.sort(rng.integers(-1, 12, (60, LOOKS.size)), axis=1)
    high = np.maximum(rng.integers(5, 42, (60, LOOKS.size)), low + 1)
    found = crossing_by_look(LOOKS, p, low=low, high=high)
    for row in range(60):
        oc = operating_characteristics(boundary(LOOKS, low=low[row], high=np.minimum(high[row], LOOKS + 1)), p)
        assert found[row] == pytest.approx(oc.by_look[0], rel=1e-12, abs=1e-15)
        alone = crossing_by_look(LOOKS, p, low=low[row], high=high[row])
        assert alone == pytest.approx(oc.by_look, rel=1e-12, abs=1e-15)
    assert crossing_probability(LOOKS, p, low=low, high=high) == pytest.approx(found.sum(axis=1))


def test_one_rule_on_many_patients() -> None:
    n = np.array([150, 300, 600])
    oc = operating_characteristics(boundary(n, low=[35, 75, 160]), 0.25)
    assert crossing_by_look(n, 0.25, low=np.array([35, 75, 160])) == pytest.approx(oc.by_look, rel=1e-12)


@pytest.mark.parametrize("together", [False, True])
def test_many_rules_on_two_endpoints(together: bool) -> None:
    rng = np.random.default_rng(4)
    low = np.sort(rng.integers(-1, 10, (40, 2, LOOKS.size)), axis=2)
    high = np.maximum(rng.integers(8, 42, (40, 2, LOOKS.size)), low + 1)
    cells = np.array([0.1, 0.15, 0.05, 0.7])
    found = joint_crossing_by_look(LOOKS, cells, low=low, high=high, together=together)
    for row in range(40):
        rule = boundary(LOOKS, low=low[row], high=np.minimum(high[row], LOOKS + 1), names=("a", "b"), together=together)
        oc = operating_characteristics(rule, cells=cells)
        assert found[row] == pytest.approx(oc.by_look[0], rel=1e-12, abs=1e-15)


def test_more_rules_than_fit_one_batch(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(6)
    low = np.sort(rng.integers(-1, 8, (30, 2, LOOKS.size)), axis=2)
    cells = np.array([0.1, 0.1, 0.1, 0.7])
    whole = joint_crossing_by_look(LOOKS, cells, low=low)
    monkeypatch.setattr("onearm.stats._crossing._STATES", 41**2 * 4)
    assert joint_crossing_by_look(LOOKS, cells, low=low) == pytest.approx(whole, rel=1e-13, abs=1e-300)


@pytest.mark.parametrize("seed", range(6))
def test_every_course_of_a_small_trial(seed: int) -> None:
    rng = np.random.default_rng(seed)
    rule = random_rule(rng, 2, 5, together=seed % 2 == 1)
    quarters = rng.multinomial(4, [0.25] * 4)
    endings, _ = every_course(rule, [Fraction(int(k), 4) for k in quarters])
    stopped = float(sum(p for (reason, _), p in endings.items() if reason))
    found = joint_crossing_by_look(rule.n, quarters / 4, low=rule.low, high=rule.high, together=rule.together)
    assert found.sum() == pytest.approx(stopped, rel=1e-13)
    one = random_rule(rng, 1, 8)
    endings, _ = every_course(one, [Fraction(1, 4), Fraction(3, 4)])
    stopped = float(sum(p for (reason, _), p in endings.items() if reason))
    assert crossing_probability(one.n, 0.25, low=one.low, high=one.high) == pytest.approx([stopped], rel=1e-13)
