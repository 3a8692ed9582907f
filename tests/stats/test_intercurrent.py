"""Comparisons around a switch: cases solved on paper, second routes, properties, refusals."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from onearm.stats import intercurrent
from onearm.stats.cox import cox
from onearm.stats.intercurrent import (
    mantel_byar,
    naive_ever_never,
    refuse_ever_never,
    simon_makuch,
    time_dependent_cox,
)
from onearm.stats.survival import kaplan_meier, log_rank

TIME = [3, 5, 6, 7, 8, 9]
EVENT = [1, 1, 0, 1, 1, 0]
SWITCH = [None, None, None, None, 2, 4]


def close(ours: Any, theirs: Any, **options: Any) -> None:
    np.testing.assert_allclose(ours, theirs, **({"rtol": 1e-10, "atol": 1e-13} | options))


def cohort(n: int = 60, seed: int = 2, days: bool = True) -> tuple[Any, Any, Any, Any]:
    """Made-up follow-up with a switch: time, event, switch, covariates."""
    rng = np.random.default_rng(seed)
    x = np.column_stack([rng.integers(0, 2, n), rng.normal(size=n)])
    death = rng.exponential(30 * np.exp(-0.3 * x[:, 1]))
    seen = rng.uniform(5, 80, n)
    switch = rng.exponential(25, n)
    time = np.minimum(death, seen)
    if days:
        time, switch = np.ceil(time), np.ceil(switch)
    return time, (death <= seen).astype(int), np.where(switch < time, switch, np.nan), x


def test_simon_makuch_on_paper() -> None:
    r = simon_makuch(TIME, EVENT, SWITCH, few=1)
    # not switched: at risk 6 at day 2, 5 at 3 (dies 1), then 4 at 4, 3 left: 5, 6, 7
    assert r.not_switched is not None
    assert r.switched is not None
    assert r.not_switched.time.tolist() == [2, 3, 4, 5, 6, 7]
    assert r.not_switched.at_risk.tolist() == [6, 5, 4, 3, 2, 1]
    close(r.not_switched.survival, [1, 4 / 5, 4 / 5, 4 / 5 * 2 / 3, 4 / 5 * 2 / 3, 0])
    assert r.switched.at_risk.tolist() == [2, 1]
    close(r.switched.survival, [0.5, 0.5])
    assert (r.n, r.n_switched, r.message) == (6, 2, "")


def test_switch_on_the_day_of_the_event_is_not_yet_a_switch() -> None:
    late = simon_makuch([4, 5], [1, 1], [4, 99])
    assert late.switched is None
    assert late.message == "switched: nobody was followed in this state"
    test = mantel_byar([4, 5, 6], [1, 1, 1], [4, 2, None])
    # day 4: three at risk, one switched; day 5: two, one switched; day 6: one, none
    assert test.observed.tolist() == [2, 1]
    close(test.expected[1], 1 / 3 + 1 / 2)
    close(test.variance, 1 / 3 * 2 / 3 + 1 / 4)


def test_mantel_byar_is_the_log_rank_test_when_all_switch_at_the_start() -> None:
    time, event, _, x = cohort()
    switch = np.where(x[:, 0] == 1, 0, np.inf)
    test, plain = mantel_byar(time, event, switch), log_rank(time, event, x[:, 0])
    close(test.observed, plain.observed)
    close(test.expected, plain.expected)
    close(test.statistic, plain.statistic)
    close(test.p_value, plain.p_value)
    sides = np.sign(x[:, 1])
    close(
        mantel_byar(time, event, switch, strata=sides).statistic,
        log_rank(time, event, x[:, 0], strata=sides).statistic,
    )
    curves = simon_makuch(time, event, switch)
    km = kaplan_meier(time[x[:, 0] == 1], event[x[:, 0] == 1])
    assert curves.switched is not None
    close(curves.switched.survival, km.survival)
    close(curves.switched.low, km.low)


def test_mantel_byar_is_the_score_test_of_the_cut_rows() -> None:
    time, event, switch, _ = cohort(days=False)
    test = mantel_byar(time, event, switch)
    after = ~np.isnan(switch)
    rows = (
        np.r_[np.where(after, switch, time), time[after]],
        np.r_[np.where(after, 0, event), event[after]],
        np.r_[np.zeros(time.size), np.ones(after.sum())],
    )
    fit = cox(*rows, entry=np.r_[np.zeros(time.size), switch[after]])
    close(test.statistic, fit.score.statistic)
    ours = time_dependent_cox(time, event, switch)
    close(ours.fit.coef, fit.coef)
    close(ours.fit.std_error, fit.std_error)
    close([ours.hazard_ratio, ours.low, ours.high], np.exp([fit.coef[0], fit.low[0], fit.high[0]]))
    assert np.sign(test.z) == np.sign(fit.coef[0])
    close(test.observed.sum(), event.sum())
    close(test.person_time.sum(), time.sum())


@pytest.mark.parametrize("unit", [1.0, 1 / 30.4375, 1e290])
def test_order_and_unit_do_not_matter(unit: float) -> None:
    time, event, switch, x = cohort()
    order = np.random.default_rng(0).permutation(time.size)
    moved = (time[order] * unit, event[order], switch[order] * unit)
    close(mantel_byar(*moved).statistic, mantel_byar(time, event, switch).statistic)
    model, other = time_dependent_cox(time, event, switch, x), time_dependent_cox(*moved, x[order])
    close(other.fit.coef, model.fit.coef)
    curves, others = simon_makuch(time, event, switch, at=10), simon_makuch(*moved, at=10 * unit)
    for a, b in ((curves.switched, others.switched), (curves.not_switched, others.not_switched)):
        assert a is not None
        assert b is not None
        close(b.time, a.time * unit)
        close(b.survival, a.survival)
        close(b.std_error, a.std_error)


def test_weights_of_two_are_doubled_subjects() -> None:
    time, event, switch, x = cohort(20)
    twice = [np.r_[v, v] for v in (time, event, switch)]
    model = time_dependent_cox(*twice, np.vstack([x, x]), ties="breslow")
    heavy = time_dependent_cox(time, event, switch, x, weight=np.full(20, 2.0), ties="breslow")
    close(heavy.fit.coef, model.fit.coef)
    assert heavy.fit.robust
    curves, doubled = simon_makuch(time, event, switch, weight=np.full(20, 2.0)), simon_makuch(*twice)
    assert curves.switched is not None
    assert doubled.switched is not None
    close(curves.switched.survival, doubled.switched.survival)
    close(curves.switched.at_risk, doubled.switched.at_risk)


def test_landmark_curves_are_kaplan_meier_of_the_rest() -> None:
    time, event, switch, _ = cohort()
    switch = np.where(switch <= 12, switch, np.nan)  # nobody switches after the landmark
    r = simon_makuch(time, event, switch, at=12)
    for curve, part in ((r.switched, ~np.isnan(switch)), (r.not_switched, np.isnan(switch))):
        kept = part & (time > 12)
        km = kaplan_meier(time[kept] - 12, event[kept])
        assert curve is not None
        close(curve.time - 12, km.time)
        close(curve.survival, km.survival)
    assert r.n == np.sum(time > 12)


def test_late_entry() -> None:
    time, event, switch, _ = cohort()
    entry = np.minimum(np.arange(time.size) % 7, time - 1)
    r = simon_makuch(time, event, switch, entry=entry)
    assert r.not_switched is not None
    before = (np.isnan(switch)) | (switch > entry)
    stop = np.where(np.isnan(switch), time, switch)
    died = np.where(np.isnan(switch), event, 0)
    km = kaplan_meier(stop[before], died[before], entry=entry[before])
    close(r.not_switched.survival, km.survival)
    model = time_dependent_cox(time, event, switch, entry=entry)
    test = mantel_byar(time, event, switch, entry=entry)
    assert test.observed.sum() == event.sum()
    close(test.person_time.sum(), (time - entry).sum())
    assert model.n == time.size
    with pytest.raises(ValueError, match=r"entry must be before time: row 1 has entry 5.* and time 5"):
        mantel_byar([4, 5], [1, 1], [None, 1], entry=[0, 5])


def test_weak_risk_sets_are_named() -> None:
    # the first to switch dies alone at day 3; two others switch later
    r = simon_makuch([3, 9, 10, 12], [1, 1, 1, 0], [1, 5, 6, None])
    assert r.switched is not None
    assert r.switched.survival[0] == 0
    assert "switched: the risk set is empty after time 3 while 2 enter later: the curve falls to 0" in r.message
    assert (
        "1 event times before the largest risk set have fewer than 5 at risk, the first at time 3 with 1" in r.message
    )
    gone = simon_makuch([3, 9, 10, 12], [0, 1, 1, 0], [1, 5, 6, None])
    assert "the curve goes on from there with new subjects" in gone.message
    assert "falls to 0" not in gone.message


def test_nobody_switches_and_everybody_switches_at_once() -> None:
    for switch, empty in (([None] * 6, "switched"), ([0] * 6, "not_switched")):
        r = simon_makuch(TIME, EVENT, switch)
        assert getattr(r, empty) is None
        full = r.not_switched or r.switched
        assert full is not None
        close(full.survival, kaplan_meier(TIME, EVENT).survival)
        test = mantel_byar(TIME, EVENT, switch)
        assert np.isnan(test.statistic)
        assert np.isnan(test.p_value)
        assert "nothing to compare" in test.message
        model = time_dependent_cox(TIME, EVENT, switch)
        assert np.isnan(model.hazard_ratio)
        assert model.message.startswith("nobody was followed both before and after a switch")


def test_one_subject_and_time_zero() -> None:
    assert simon_makuch([5], [1], [2]).n == 1
    test = mantel_byar([5], [1], [2])
    assert test.observed.tolist() == [0, 1]
    assert np.isnan(test.z)
    zero = simon_makuch([0, 4], [1, 1], [None, 2])
    assert zero.not_switched is not None
    assert zero.not_switched.survival[0] == 0.5
    assert mantel_byar([0, 4, 5], [1, 1, 1], [None, 2, None]).observed.sum() == 3


def test_naive_comparison_says_so() -> None:
    # survival does not depend on the switch, which happens at day 10 to whoever is alive then
    rng = np.random.default_rng(7)
    time = np.ceil(rng.exponential(20, 400))
    ever = (time > 10) & (rng.random(400) < 0.5)
    naive = naive_ever_never(time, np.ones(400), ever)
    assert naive.hazard_ratio < 0.6
    assert naive.log_rank.p_value < 1e-4
    assert naive.high < 1
    assert naive.warning.startswith("immortal time:")
    assert f"nobody who ever switched has less than {time[ever].min():g} of follow-up" in naive.warning
    honest = time_dependent_cox(time, np.ones(400), np.where(ever, 10, np.nan))
    assert honest.low < 1 < honest.high
    plain = log_rank(time, np.ones(400), ever)
    assert naive.log_rank.statistic == plain.statistic
    with pytest.raises(ValueError, match="ever must hold both 0 and 1"):
        naive_ever_never([1, 2], [1, 1], [1, 1])


def test_yes_or_no_is_refused_with_what_to_use_instead() -> None:
    alternatives = ("landmark", "simon_makuch", "mantel_byar", "time_dependent_cox", "clone_censor_weight")
    with pytest.raises(ValueError, match="transplanted says whether, not when") as problem:
        refuse_ever_never("transplanted")
    for name in alternatives:
        assert f"{name}()" in str(problem.value)
        assert callable(getattr(intercurrent, name))
    for function in (simon_makuch, mantel_byar, time_dependent_cox):
        with pytest.raises(ValueError, match="switch_time says whether, not when"):
            function([3, 4], [1, 1], [True, False])
    with pytest.raises(AttributeError, match="no attribute 'ever_never'"):
        intercurrent.ever_never  # noqa: B018
    assert set(intercurrent.__all__) <= set(dir(intercurrent))


def test_refuses() -> None:
    with pytest.raises(ValueError, match="switch_time has 1 negative values"):
        simon_makuch([3, 4], [1, 1], [-1, None])
    with pytest.raises(ValueError, match="switch_time has shape"):
        simon_makuch([3, 4], [1, 1], [1])
    with pytest.raises(ValueError, match="switch_time must hold numbers"):
        simon_makuch([3, 4], [1, 1], ["1", "2"])
    with pytest.raises(ValueError, match="event holds no event"):
        mantel_byar([3, 4], [0, 0], [1, None])
    with pytest.raises(ValueError, match="time has 1 negative"):
        mantel_byar([-3, 4], [1, 0], [1, None])
    with pytest.raises(ValueError, match="time is empty"):
        mantel_byar([], [], [])
    with pytest.raises(ValueError, match="at 9 is at or after the end of everyone's follow-up"):
        simon_makuch([3, 4], [1, 1], [1, None], at=9)
    with pytest.raises(ValueError, match="at must be a time"):
        simon_makuch([3, 4], [1, 1], [1, None], at=-1)
    with pytest.raises(ValueError, match="weight has 1 values where 2"):
        simon_makuch([3, 4], [1, 1], [1, None], weight=[1])
    with pytest.raises(ValueError, match="interval must be one of"):
        simon_makuch([3, 4], [1, 1], [1, None], interval="wide")


def test_no_follow_up_at_all() -> None:
    assert "nobody was followed in this state" in simon_makuch([0], [0], [0]).message
    assert "both before and after" in time_dependent_cox([0, 0], [1, 1], [0, 0]).message
    with pytest.raises(ValueError, match="event holds no event"):
        mantel_byar([0, 0], [0, 0], [0, 0])
    at_once = mantel_byar([0, 5, 6], [1, 1, 1], [0, None, 2])  # the event on day 0 counts, before the switch
    assert at_once.observed.tolist() == [2, 1]
    assert at_once.n.tolist() == [3, 1]
    with pytest.raises(ValueError, match="at 9 is at or after the end"):
        simon_makuch(TIME, EVENT, SWITCH, at=9)


def test_yes_or_no_written_as_numbers() -> None:
    months = [30, 5, 16, 7, 8, 29]
    for call in (simon_makuch, mantel_byar, time_dependent_cox):
        for flags in ([1, 0, 1, 0, 1, 0], np.array([0, 0, 0, 0, 0, 1], dtype=np.uint8), [True] * 6):
            with pytest.raises(ValueError, match="switch_time says whether, not when"):
                call(months, EVENT, flags)
    # times they may be: as floats, in short follow-up, or the same for all
    for time, switch in (
        (months, [1.0, 0, 1, 0, 1, 0]),
        (TIME, [1, 0, 1, 0, 1, 0]),
        (months, [1] * 6),
        (months, [0] * 6),
    ):
        assert simon_makuch(time, EVENT, switch).n_switched == 6
