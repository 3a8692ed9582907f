"""Numbers of designs that can be worked out on paper, and decisions between looks."""

from __future__ import annotations

from fractions import Fraction
from math import comb

import numpy as np
import pytest

from onearm import design
from onearm.design.words import chance, share

SIMON = design.simon(0.1, 0.3, 0.05, 0.2)


def _binomial(x: int, n: int, p: Fraction) -> Fraction:
    return comb(n, x) * p**x * (1 - p) ** (n - x)


@pytest.mark.parametrize("p", [Fraction(1, 10), Fraction(3, 10), Fraction(1, 2)])
def test_simons_design_in_fractions(p: Fraction) -> None:
    """1/10 5/29: P(X1 <= 1), P(X1 > 1 and X > 5) and 10 + 19 P(X1 > 1), summed exactly."""
    stop = sum(_binomial(x, 10, p) for x in (0, 1))
    success = sum(_binomial(x, 10, p) * _binomial(y, 19, p) for x in range(2, 11) for y in range(20) if x + y > 5)
    oc = SIMON.operating_characteristics([float(p)])
    assert oc.early[0] == pytest.approx(float(stop), abs=1e-14)
    assert oc.success[0] == pytest.approx(float(success), abs=1e-14)
    assert oc.expected_n[0] == pytest.approx(float(10 + 19 * (1 - stop)), abs=1e-12)


def test_simons_printed_numbers_stand_in_table_and_paragraph() -> None:
    """Simon 1989, table 1: EN 15.0 and PET .74 at 0.1."""
    (label, rate, success, early, expected, *_), *_ = SIMON.characteristics_table().rows
    assert (label, rate, success, early, expected) == ("p0", "10%", "0.0471", "0.7361", "15.01")
    assert (
        "is 0.0471 (type I error), that of stopping early 0.7361, and 15.01 patients are expected" in SIMON.paragraph()
    )
    assert SIMON.table().rows == (("10", "1"), ("29 (final)", "5"))


@pytest.mark.parametrize(
    ("x", "n", "word", "next_n"),
    [
        (0, 0, "continue", 10),
        (0, 9, "continue", 10),
        (2, 9, "continue", 29),
        (1, 10, "stop for futility", None),
        (2, 10, "continue", 29),
        (1, 13, "stop for futility", None),  # at most 1 of the first 10
        (2, 13, "continue", 29),
        (6, 20, "continue", None),  # more than 5: nothing can fail any more
        (5, 29, "negative result", None),
        (6, 29, "positive result", None),
        (5, 31, "negative result", None),  # at most 5 of the first 29
        (8, 31, "positive result", None),  # at least 6 of the first 29
        (7, 31, "complete", None),  # 5, 6 or 7 of the first 29
    ],
)
def test_decisions_of_simons_design_at_any_n(x: int, n: int, word: str, next_n: int | None) -> None:
    found = SIMON.decide(x, n)
    assert (found.word, found.next_n) == (word, next_n)
    assert found.planned == (n in (10, 29))


def test_what_is_certain_of_the_end_is_said() -> None:
    assert any("can no longer be reached" in note for note in SIMON.decide(2, 27).notes)
    assert any("is reached" in note for note in SIMON.decide(6, 20).notes)


def test_between_looks_a_posterior_rule_is_worked_out_anew() -> None:
    """P(rate > 0.1 | 4 of 13) with Beta(0.2, 1.8) exceeds 0.95, with 3 of 13 it does not: sums of a beta integral."""
    rule = design.posterior([10, 20], (0.2, 1.8), p1=0.1, harm=0.95, name="VOD")
    found = rule.decide(4, 13)
    grid = (np.arange(400_000) + 0.5) / 400_000
    dense = {x: grid ** (0.2 + x - 1) * (1 - grid) ** (1.8 + 13 - x - 1) for x in (3, 4)}
    tail = {x: float(v[grid > 0.1].sum() / v.sum()) for x, v in dense.items()}
    assert tail[3] < 0.95 < tail[4]
    assert found.measures[0][1] == pytest.approx(tail[4], abs=1e-5)
    assert (found.word, found.planned, found.high) == ("stop for harm", False, (4,))
    assert any("not a planned look" in note for note in found.notes)
    assert rule.decide(3, 13).word == "continue"
    assert rule.decide(9, 9).word == "continue"  # before the first look no rule applies
    assert rule.decide(9, 9).judged_at is None


def test_a_count_at_a_past_look_that_is_certain_stops() -> None:
    rule = design.counts([10, 20], high=[3, 5], name="VOD")
    assert rule.decide(5, 12).word == "stop for harm"  # 3 at least of the first 10
    assert rule.decide(4, 12).word == "continue"
    assert rule.decide(4, 12).limits_at == 20


def test_both_reasons_of_a_stop_are_named() -> None:
    rule = design.bop2([10, 20], (0.45, 0.3), kind="efficacy-toxicity", lam=0.7, gamma=0.8)
    low, high = int(rule.boundary.low[0, 0]), int(rule.boundary.high[1, 0])  # type: ignore[union-attr]
    assert rule.decide((low, high), 10).word == "stop for futility and for harm"


def test_a_rule_of_harm_alone_promises_no_success() -> None:
    vod = design.safety(30, 0.2, alpha=0.1, prior=(0.6, 2.4), name="VOD")
    assert "type I error" not in vod.paragraph()
    assert "success" not in vod.paragraph()
    row = vod.characteristics_table([0.2]).rows[0]
    assert row[2] == "0.0996"  # R's stoppingrule prints .09957367
    assert vod.decide(3, 30).word == "complete"


def test_the_tutorial_of_multc_lean() -> None:
    """Multc Lean, N = 30: 0/6 stops with probability .964594; exact ends at (.3, .25) from the oracles."""
    rule = design.thall_simon_estey(30, ((0.6, 1.4), (0.5, 1.5)), ((30, 70), (20, 60)), cutoffs=(0.95, 0.95))
    found = rule.decide((0, 1), 6)
    assert found.word == "stop for futility"
    assert found.measures[0][1] == pytest.approx(0.964594, abs=5e-7)
    oc = rule.operating_characteristics([(0.3, 0.25)])
    assert oc.expected_n[0] == pytest.approx(24.056778, abs=1e-6)
    assert oc.complete[0] == pytest.approx(0.705738, abs=1e-6)
    assert rule.decide((5, 2), 30).word == "complete"


def test_time_on_test() -> None:
    """TTEConduct: 105 days after three events; 7.0678 months after four."""
    rule = design.time_to_event(10, (60, 295), (3, 10), cutoff=0.03, delta=1)
    assert [row[2] for row in rule.table().rows[:6]] == ["0", "0", "105", "216", "330", "449"]
    assert rule.decide(4, time=7.06).word == "stop"
    assert rule.decide(4, time=7.07).word == "continue"
    assert rule.decide(4, time=7.07).notes == ("Without more time on test, 1 more event would stop the trial.",)
    assert rule.characteristics_table().rows == ()
    assert not rule.has_curves
    with pytest.raises(ValueError, match="accrual"):
        rule.operating_characteristics()


def test_a_median_of_the_standard_is_simulated_as_its_mean() -> None:
    """The standard's median has the mean 295 / 59 = 5; the exponential mean is 5 / log 2 = 7.213475."""
    rule = design.time_to_event(10, (60, 295), (3, 10), cutoff=0.03, parameter="median", accrual=2, replicates=50)
    assert rule.rates == (("standard", (7.213475,)),)
    assert rule.operating_characteristics().true_mean.tolist() == [7.213475]
    assert rule.characteristics_table().columns[1] == "True mean, months"


def test_a_log_rank_decision_by_hand() -> None:
    """Z = (E - O) / sqrt(E) = (9 - 3) / 3 = 2, above 1.6449; the picture's edge is where Z is the limit."""
    rule = design.log_rank((3, 0.6), 0.5, 0.05, 0.15, follow_up=1, accrual_rate=5, shape=0.5)
    found = rule.decide(3, expected=9.0)
    assert found.word == "positive result"
    assert dict(found.measures)["Z"] == pytest.approx(2.0)
    assert rule.decide(9, expected=9.0).word == "negative result"
    for variance in ("expected", "mean"):
        drawn = design.log_rank((3, 0.6), 0.5, 0.05, 0.15, follow_up=1, accrual_rate=5, variance=variance)
        picture = drawn.picture()
        for d, e in zip(picture.events, picture.least, strict=True):  # type: ignore[union-attr]
            z = (e - d) / np.sqrt(e if variance == "expected" else (d + e) / 2)
            assert z == pytest.approx(1.6448536, abs=1e-6)
    with pytest.raises(ValueError, match="expected must be given"):
        rule.decide(3)
    with pytest.raises(ValueError, match="stage"):
        rule.decide(3, expected=9.0, stage=2)
    with pytest.raises(ValueError, match="hazard ratios"):
        rule.operating_characteristics([0.7])


def test_nested_events_are_drawn_from_their_cells() -> None:
    """Every trial's complete responses are among its responses: two patients, all nine ways by hand."""
    rule = design.bop2([2], (0.15, 0.3), kind="nested", lam=0.9, gamma=0.3)
    low = rule.boundary.low[:, 0].tolist()  # type: ignore[union-attr]
    cells = {(1, 1): 0.2, (0, 1): 0.3, (0, 0): 0.5}
    fails = sum(
        p * q for (a, b), p in cells.items() for (c, d), q in cells.items() if a + c <= low[0] and b + d <= low[1]
    )
    assert rule.operating_characteristics([(0.2, 0.5)]).success[0] == pytest.approx(1 - fails, abs=1e-14)
    with pytest.raises(ValueError, match="cannot be more frequent"):
        rule.operating_characteristics([(0.5, 0.2)])


@pytest.mark.parametrize(
    ("x", "n", "says"),
    [
        (-1, 10, "from 0 to n"),
        (11, 10, "from 0 to n"),
        (1.5, 10, "from 0 to n"),
        (True, 10, "from 0 to n"),
        ((1, 2), 10, "must hold 1 counts"),
        (1, -1, "n must be"),
        (1, None, "n must be"),
        (1, 10.0, "n must be"),
    ],
)
def test_counts_that_are_none_are_refused(x: object, n: object, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        SIMON.decide(x, n)


def test_what_a_rule_does_not_take_is_refused() -> None:
    with pytest.raises(ValueError, match="not time"):
        SIMON.decide(1, 10, time=3.0)
    with pytest.raises(ValueError, match="true rates"):
        SIMON.characteristics_table([[[0.1]]])
    with pytest.raises(ValueError, match="p"):
        SIMON.characteristics_table([1.2])


def test_the_path_of_a_trial_and_its_decisions() -> None:
    drawn = SIMON.picture([(10, 2), (20, 4), (29, 5)])
    assert drawn.decisions == ("continue", "continue", "negative result")
    assert drawn.path_x == ((2, 4, 5),)  # type: ignore[union-attr]
    assert SIMON.figure([(10, 2), (20, 4)]).axes[0].lines


def test_rates_that_a_curve_does_not_hold_are_not_marked_on_it() -> None:
    """The alternative has another toxicity than the curve: the null and what is only toxic stand on it."""
    rule = design.bop2([10, 20], (0.45, 0.3), (0.6, 0.2), kind="efficacy-toxicity", lam=0.7, gamma=0.8)
    drawn = rule.curves()
    assert drawn.mark_names == ("p0", "only toxic")
    assert drawn.rate == "True rate of response, that of toxicity being 30%"
    k = len(drawn.p) // 2
    alone = rule.operating_characteristics([(drawn.p[k], 0.3)])
    assert drawn.probability[0][k] == pytest.approx(alone.success[0], abs=1e-14)
    assert "independent" in rule.notes[0]


def test_probabilities_are_never_rounded_to_certainty() -> None:
    assert (chance(1e-9), chance(1 - 1e-9), chance(0.0), chance(1.0)) == ("<0.0001", ">0.9999", "0.0000", "1.0000")
    assert (share(0.1), share(0.07), share(0.30000000000000004)) == ("10%", "7%", "30%")


def test_what_is_positive_is_said() -> None:
    """Simon's 1/10 5/29: five or fewer are negative, six or more positive."""
    said = design.simon(0.1, 0.3, 0.05, 0.2).paragraph()
    assert "negative if response is seen in 5 or fewer of all 29 patients. It is positive with 6 or more." in said


def test_a_rule_that_only_watches_has_no_success() -> None:
    rule = design.thall_simon_estey(
        30, [(0.6, 1.4), (0.5, 1.5)], [(30, 70), (20, 60)], cutoffs=(0.95, 0.95)
    )  # its last look is before the last patient
    assert "Success" not in rule.characteristics_table().columns
    assert "success" not in rule.paragraph()


def test_the_partial_nulls_of_efficacy_and_toxicity_are_shown() -> None:
    rule = design.bop2([10, 20], (0.45, 0.3), (0.6, 0.2), kind="efficacy-toxicity", lam=0.7, gamma=0.8)
    shown = {row[0]: row for row in rule.characteristics_table().rows}
    assert {"only futile", "only toxic"} <= set(shown)
    assert (rule.rates[2][1], rule.rates[3][1]) == ((0.45, 0.2), (0.6, 0.3))


def test_a_rule_on_times_is_simulated_from_its_first_look_on() -> None:
    """Before 20 patients nothing can stop it, so that 20 or more are expected whatever the truth."""
    late = design.time_to_event(
        40, (60, 295), (3, 10), cutoff=0.03, delta=1, accrual=2, replicates=400, means=(1.0,), first_look=20
    )
    assert late.operating_characteristics().patients[0] >= 20
    assert "--first-look 20" in late.command
