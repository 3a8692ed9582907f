"""Two rules together: every course of a small trial in fractions, and what must factorise."""

from __future__ import annotations

from fractions import Fraction
from itertools import product

import pytest

from onearm.design.joint import joined
from onearm.design.of_rule import design_of_rule
from onearm.protocol.monitoring import CountsRule
from onearm.stats.monitoring import boundary, operating_characteristics
from onearm.study.joint_rules import joint_numbers


def counts(fact, looks, n_max=6, population="treated", **limits):
    same = {"kind": "counts", "population": population, "source": "on paper", "rates": (0.25, 0.5)}
    return CountsRule(fact=fact, n_max=n_max, looks=looks, **same, **limits)


RULES = {
    "harm": counts("vod", (2, 4, 6), stop_at_least=(2, 3, 4)),
    "futility": counts("cr", (3, 4), stop_at_most=(0, 1)),
}


def numbers(rules):
    found = joint_numbers(rules, {k: design_of_rule(k, r) for k, r in rules.items()})
    return {e.id: e for e in found}


def by_hand(p, q):
    """First stop of every course of six patients with (vod, cr)."""
    found = dict.fromkeys(("first", "second", "both", "none"), Fraction(0))
    for course in product(product((0, 1), repeat=2), repeat=6):
        chance, x, y, end = Fraction(1), 0, 0, "none"
        for n, (vod, cr) in enumerate(course, 1):
            chance *= (p if vod else 1 - p) * (q if cr else 1 - q)
            x, y = x + vod, y + cr
            if end == "none":
                one = n in (2, 4, 6) and x >= {2: 2, 4: 3, 6: 4}[n]
                two = n in (3, 4) and y <= {3: 0, 4: 1}[n]
                end = "both" if one and two else "first" if one else "second" if two else "none"
        found[end] += chance
    return found


@pytest.mark.parametrize(("p", "q"), [("0.25", "0.25"), ("0.25", "0.5"), ("0.5", "0.25"), ("0.5", "0.5")])
def test_against_every_course(p, q):
    made = numbers(RULES)
    exact = by_hand(Fraction(p), Fraction(q))
    for stat, key in (("stop_first", "first"), ("stop_second", "second"), ("stop_both", "both"), ("complete", "none")):
        assert made[f"monitoring.harm+futility.{stat}@{p}+{q}"].value == pytest.approx(float(exact[key]), abs=1e-14)


def test_going_on_through_both_is_the_product_under_independence():
    """With every patient's two events independent, no stop at all means no stop by either rule on its own course."""
    first = boundary([2, 4, 6], high=[2, 3, 4], high_means="harm", names=("vod",))
    second = boundary([3, 4], low=[0, 1], low_means="futility", n_max=6, names=("cr",))
    both = operating_characteristics(joined(first, second), (0.3, 0.4))
    alone = [operating_characteristics(rule, p).complete[0] for rule, p in ((first, 0.3), (second, 0.4))]
    assert both.complete[0] == pytest.approx(alone[0] * alone[1], abs=1e-14)


@pytest.mark.parametrize(
    "other",
    [
        counts("cr", (3, 4), n_max=7, stop_at_most=(0, 1)),
        counts("cr", (3, 4), population="responders", stop_at_most=(0, 1)),
        counts("vod", (3, 4), stop_at_most=(0, 1)),
    ],
    ids=["another length", "other patients", "the same event"],
)
def test_rules_that_cannot_be_joined_give_nothing(other):
    assert numbers({"harm": RULES["harm"], "futility": other}) == {}


def test_one_rule_gives_nothing():
    assert numbers({"harm": RULES["harm"]}) == {}
