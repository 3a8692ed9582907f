"""State probabilities: cases solved on paper, second routes, properties, refusals."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from onearm.stats._aalen_johansen import running
from onearm.stats.multistate import landmark_probabilities, probability_in_response, state_probabilities
from onearm.stats.survival import kaplan_meier

TOY_STOP = [1, 2, 2, 3, 3, 3, 5, 6]
TOY_TO = [None, "a", None, "b", None, "b", None, "b"]
VARIANCES = ("greenwood", "aalen", "infinitesimal-jackknife")


def close(ours: Any, theirs: Any, **options: Any) -> None:
    np.testing.assert_allclose(ours, theirs, **({"rtol": 1e-11, "atol": 1e-13} | options))


def history(n: int = 40, seed: int = 3) -> list[list[Any]]:
    """Made-up illness-death histories with censoring: subject, start, stop, from, to."""
    rng = np.random.default_rng(seed)
    rows = []
    for i in range(n):
        ill, dead, seen = rng.integers(1, 12), rng.integers(3, 20), rng.integers(4, 25)
        if ill < min(dead, seen):
            rows.append((f"p{i}", 0, ill, "well", "ill"))
            rows.append((f"p{i}", ill, min(dead, seen), "ill", "dead" if dead <= seen else None))
        else:
            rows.append((f"p{i}", 0, min(dead, seen), "well", "dead" if dead <= seen else ""))
    return [list(column) for column in zip(*rows, strict=True)]


STATES = ("well", "ill", "dead")


def test_printed_toy_curve() -> None:
    r = state_probabilities(range(8), [0] * 8, TOY_STOP, ["0"] * 8, TOY_TO)
    assert r.time.tolist() == [1, 2, 3, 5, 6]
    expected = [(1, 0, 0), (6 / 7, 1 / 7, 0), (18 / 35, 1 / 7, 12 / 35), (18 / 35, 1 / 7, 12 / 35), (0, 1 / 7, 6 / 7)]
    close(r.probability, expected)
    assert r.at_risk[:, 0].tolist() == [8, 7, 5, 2, 1]
    assert r.transitions.tolist() == [[0, 1, 3, 4], [0, 0, 0, 0], [0, 0, 0, 0]]
    assert r.n == 8
    assert r.message == ""


def test_variances_on_paper() -> None:
    # after the first move, 1 of 7: p = 1/7. Greenwood p(1-p)/7; each move for itself 1/49
    r = {v: state_probabilities(range(8), [0] * 8, TOY_STOP, ["0"] * 8, TOY_TO, variance=v) for v in VARIANCES}
    close(r["greenwood"].std_error[1, 1] ** 2, 6 / 343)
    close(r["infinitesimal-jackknife"].std_error[1, 1] ** 2, 6 / 343)
    close(r["aalen"].std_error[1, 1], 1 / 7)
    # S(3) = 6/7 * 3/5: Greenwood's sum 1/(7*6) + 2/(5*3)
    close(r["greenwood"].std_error[2, 0] ** 2, (18 / 35) ** 2 * (1 / 42 + 2 / 15))


@pytest.mark.parametrize("interval", ["plain", "log", "log-log", "logit", "arcsine"])
def test_two_states_are_kaplan_meier(interval: str) -> None:
    time, event = [3, 5, 5, 8, 9, 12, 12, 15], [1, 1, 0, 1, 0, 1, 1, 0]
    to = ["dead" if e else None for e in event]
    r = state_probabilities(range(8), [0] * 8, time, ["alive"] * 8, to, interval=interval)
    km = kaplan_meier(time, event, interval=interval)
    close(r.time, km.time)
    close(r.probability[:, 0], km.survival)
    close(r.std_error[:, 0], km.std_error)
    close(r.low[:, 0], km.low)
    close(r.high[:, 0], km.high)
    area, mean = r.time_in_state(13), km.rmst(13)
    close([area.value[0], area.std_error[0]], [mean.value, mean.std_error])
    close(area.value.sum(), 13)


def test_weighted_two_states_are_weighted_kaplan_meier() -> None:
    time, event, w = [3, 5, 5, 8, 9, 12], [1, 1, 0, 1, 0, 1], [1, 0.5, 2, 1.5, 1, 0.25]
    r = state_probabilities(range(6), [0] * 6, time, [0] * 6, [1.0 if e else np.nan for e in event], weight=w)
    km = kaplan_meier(time, event, weight=w)
    assert r.variance == "infinitesimal-jackknife"
    close(r.probability[:-1, 0], km.survival[:-1])
    close(r.std_error[:-1, 0], km.std_error[:-1])


def test_competing_states_by_hand() -> None:
    time, cause = np.array([2, 3, 3, 5, 7, 8]), np.array([1, 2, 0, 1, 0, 2])
    r = state_probabilities(range(6), [0] * 6, time, ["s"] * 6, [None if c == 0 else str(c) for c in cause])
    s = kaplan_meier(time, cause > 0)
    for k, label in enumerate(["1", "2"]):
        d = np.array([np.sum((time == t) & (cause == k + 1)) for t in s.time])
        column = r.states.tolist().index(label)
        close(r.probability[:, column], np.cumsum(np.r_[1, s.survival[:-1]] * d / s.at_risk))


def test_both_variances_agree_in_the_illness_death_toy_without_censoring() -> None:
    # nobody censored: the curve is a plain proportion, its variance p (1 - p) / n
    rows = ([1, 1, 2, 3, 3, 4], [0, 2, 0, 0, 3, 0], [2, 5, 4, 3, 6, 1], list("wiwwiw"), ["i", "d", "d", "i", "d", "d"])
    r = state_probabilities(*rows, variance="infinitesimal-jackknife")
    close(r.std_error**2, r.probability * (1 - r.probability) / 4)
    ill = r.states.tolist().index("i")
    assert r.at(3.5).probability[0, ill] == pytest.approx(0.5)
    # each was ill for 3, 0, 3, 0 days
    spent = r.time_in_state(6)
    close([spent.value[ill], spent.std_error[ill]], [1.5, np.std([3, 0, 3, 0]) / 2])


@pytest.mark.parametrize("variance", VARIANCES)
def test_order_labels_and_units_do_not_matter(variance: str) -> None:
    rows = history()
    r = state_probabilities(*rows, states=STATES, variance=variance)
    order = np.random.default_rng(1).permutation(len(rows[0]))
    shuffled = [[column[i] for i in order] for column in rows]
    shuffled[0] = [f"x{len(s)}{s[::-1]}" for s in shuffled[0]]
    shuffled[1] = [v * 30.4375 for v in shuffled[1]]
    shuffled[2] = [v * 30.4375 for v in shuffled[2]]
    other = state_probabilities(*shuffled, states=STATES[::-1], variance=variance)
    close(other.time, r.time * 30.4375)
    close(other.probability[:, ::-1], r.probability)
    close(other.std_error[:, ::-1], r.std_error)
    close(other.time_in_state(15 * 30.4375).std_error[::-1], r.time_in_state(15).std_error * 30.4375)
    close(r.probability.sum(axis=1), 1)


def test_weights_of_two_are_doubled_subjects() -> None:
    rows = history()
    twice = [column * 2 for column in rows]
    twice[0] = rows[0] + [s + "twin" for s in rows[0]]
    doubled = state_probabilities(*twice, states=STATES, variance="infinitesimal-jackknife")
    heavy = state_probabilities(*rows, states=STATES, weight=[2] * len(rows[0]))
    close(heavy.probability, doubled.probability)
    close(heavy.at_risk, doubled.at_risk)
    close(heavy.std_error, doubled.std_error * np.sqrt(2))  # weights are not numbers of subjects
    mixed = state_probabilities(*twice, weight=[1] * len(rows[0]) + [0] * len(rows[0]), states=STATES)
    plain = state_probabilities(*rows, states=STATES)
    close(mixed.std_error, plain.std_error)


def test_split_rows_change_nothing() -> None:
    rows = history()
    parts = []
    for s, a, b, x, y in zip(*rows, strict=True):
        parts += [(s, a, a + 0.5, x, None), (s, a + 0.5, b, x, y)]
    whole = state_probabilities(*rows, states=STATES)
    split = state_probabilities(*[list(c) for c in zip(*parts, strict=True)], states=STATES)
    close(split.time, whole.time)
    close(split.std_error, whole.std_error)
    assert split.transitions.tolist() == whole.transitions.tolist()


def test_jackknife_is_the_derivative_in_the_weights() -> None:
    rows = history(12)
    names = sorted(set(rows[0]))
    step = 1e-6
    base = state_probabilities(*rows, states=STATES, variance="infinitesimal-jackknife")
    total, area = np.zeros_like(base.probability), np.zeros(3)
    for name in names:
        w = [1 + step * (s == name) for s in rows[0]]
        moved = state_probabilities(*rows, states=STATES, weight=w)
        total += ((moved.probability - base.probability) / step) ** 2
        area += ((moved.time_in_state(9).value - base.time_in_state(9).value) / step) ** 2
    close(base.std_error**2, total, rtol=1e-4, atol=1e-8)
    close(base.time_in_state(9).std_error ** 2, area, rtol=1e-4, atol=1e-6)


def test_running_products_are_a_plain_loop() -> None:
    rng = np.random.default_rng(0)
    for k in (0, 1, 2, 3, 10, 17):
        m, d = rng.random((k, 3, 3)), rng.random((k, 3, 3))
        product, total = running(m, d)
        p, c = np.eye(3), np.zeros((3, 3))
        for i in range(k):
            p, c = p @ m[i], m[i].T @ c @ m[i] + d[i]
            close(product[i], p)
            close(total[i], c)


def test_mixed_start_has_its_own_uncertainty() -> None:
    rows = ([1, 2, 3, 4], [0] * 4, [5, 6, 7, 8], list("aabb"), ["b", None, None, None])
    r = state_probabilities(*rows)
    assert r.initial.tolist() == [0.5, 0.5]
    close(r.at(1).std_error, [[0.25, 0.25]])
    fixed = state_probabilities(*rows, initial=[1, 0])
    close(fixed.at([1, 5]).probability, [[1, 0], [0.5, 0.5]])
    close(fixed.at(1).std_error, [[0, 0]])
    jack = state_probabilities(*rows, variance="infinitesimal-jackknife")
    close(jack.at(1).std_error, [[0.25, 0.25]])


def test_beyond_follow_up() -> None:
    r = state_probabilities([1, 2], [0, 0], [3, 5], ["a", "a"], ["b", None])
    assert np.isnan(r.at(6).probability).all()
    close(r.at(6, extend=True).probability, [[0.5, 0.5]])
    with pytest.raises(ValueError, match="tau 6 lies beyond the last follow-up 5"):
        r.time_in_state(6)
    close(r.time_in_state(6, extend=True).value, [4.5, 1.5])
    settled = state_probabilities([1, 2], [0, 0], [3, 5], ["a", "a"], ["b", "b"])
    close(settled.at(99).probability, [[0, 1]])
    close(settled.time_in_state(10).value, [4, 6])


@pytest.mark.parametrize("variance", VARIANCES)
def test_nobody_moves_and_one_subject(variance: str) -> None:
    r = state_probabilities([1, 2], [0, 0], [3, 5], ["a", "a"], [None, None], variance=variance)
    assert r.probability.tolist() == [[1], [1]]
    assert r.std_error.tolist() == [[0], [0]]
    assert "nobody moves" in r.message
    close(r.time_in_state(4).value, [4])
    one = state_probabilities([7], [0], [1e300], [0], [1], variance=variance)
    assert one.probability.tolist() == [[0, 1]]
    close(one.time_in_state(2e300).value, [1e300, 1e300])
    huge = state_probabilities([1, 2], [0, 0], [1e300, 2e300], list("aa"), list("bb"), variance=variance)
    small = state_probabilities([1, 2], [0, 0], [1, 2], list("aa"), list("bb"), variance=variance)
    close(huge.time_in_state(2e300).std_error, small.time_in_state(2).std_error * 1e300)
    assert one.n == 1


def test_landmark() -> None:
    rows = history()
    later = landmark_probabilities(*rows, at=6, state="ill")
    # by hand: those ill at 6 and seen after, counted from 6
    kept = [(s, 6, b, y) for s, a, b, x, y in zip(*rows, strict=True) if x == "ill" and a <= 6 < b]
    km = kaplan_meier([b for _, _, b, _ in kept], [y == "dead" for *_, y in kept])
    dead = later.states.tolist().index("dead")
    close(1 - later.at(km.time).probability[:, dead], km.survival)
    # from time 0, with everyone in the first state, it is the whole curve, whatever is assumed
    whole = state_probabilities(*rows)
    for markov in (False, True):
        start = landmark_probabilities(*rows, at=0, state="well", markov=markov)
        close(start.probability, whole.probability)
        close(start.std_error, whole.std_error)
    assert later.n < landmark_probabilities(*rows, at=6, state="ill", markov=True).n
    with pytest.raises(ValueError, match="nobody is under observation in ill just after 0"):
        landmark_probabilities(*rows, at=0, state="ill")
    with pytest.raises(ValueError, match="state 'sick' is unknown"):
        landmark_probabilities(*rows, at=0, state="sick")
    with pytest.raises(ValueError, match="at must be a time"):
        landmark_probabilities(*rows, at=-1, state="ill")


def test_in_response_without_censoring_is_the_proportion() -> None:
    rng = np.random.default_rng(5)
    n = 60
    end = rng.integers(2, 40, n).astype(float)
    begin = rng.integers(1, 40, n).astype(float)
    responded = begin < end
    for variance in ("greenwood", "infinitesimal-jackknife"):
        r = probability_in_response(begin, responded, end, np.ones(n), variance=variance)
        t = np.arange(0.5, 39)
        inside = (begin[None, :] <= t[:, None]) & (t[:, None] < end[None, :]) & responded
        close(r.at(t).probability, inside.mean(axis=1))
        duration = np.where(responded, end - begin, 0)
        close(r.mean_duration(40).value, duration.mean())
    close(r.at(t).std_error, np.sqrt(inside.mean(axis=1) * (1 - inside.mean(axis=1)) / n))
    close(r.mean_duration(40).std_error, duration.std() / np.sqrt(n))
    assert r.responders == responded.sum()
    assert r.states.states.tolist() == ["no response", "in response", "ended"]


def test_in_response_same_day_rules() -> None:
    r = probability_in_response([3, 3, np.nan, 0], [1, 1, 0, 1], [3, 3, 0, 5], [1, 0, 0, 1])
    assert r.n == 3  # one was seen at time 0 only
    assert r.states.transitions.tolist() == [[0, 1, 1, 0], [0, 0, 1, 0], [0, 0, 0, 0]]
    assert r.at(1).probability.tolist() == pytest.approx([1 / 3])
    assert "1 subjects seen at time 0 only are left out" in r.message
    assert "1 responses ended on their first day" in r.message
    nobody = probability_in_response([0, 0], [0, 0], [4, 6], [1, 1])
    assert nobody.probability.tolist() == [0, 0]


def test_in_response_refuses() -> None:
    with pytest.raises(ValueError, match=r"response_time: row 0 responds at 9.*, after its end at 5"):
        probability_in_response([9], [1], [5], [1])
    with pytest.raises(ValueError, match="end_time: row 0 ended at time 0"):
        probability_in_response([0], [0], [0], [1])
    with pytest.raises(ValueError, match="nobody was followed"):
        probability_in_response([0], [0], [0], [0])
    with pytest.raises(ValueError, match="response_time has 1 missing"):
        probability_in_response([np.nan], [1], [5], [1])
    with pytest.raises(ValueError, match="response_time has shape"):
        probability_in_response([1, 2], [1], [5], [1])


BAD = {
    "start must be before stop: row 1": ([1, 2], [0, 4], [3, 4], "aa", "bb"),
    "row 1 .* overlaps row 0": ([1, 1], [0, 2], [3, 4], "ab", "bc"),
    "row 0 .* leaves a gap after row 1": ([1, 1], [4, 0], [5, 3], "ba", "cb"),
    "row 1 begins in c where row 0 of the same subject ends in b": ([1, 1], [0, 3], [3, 4], "ac", "ba"),
    "row 1 begins in a where row 0 of the same subject ends in b": ([1, 1], [0, 3], [3, 4], "aa", "bc"),
    "start has 1 negative": ([1], [-1], [3], "a", "b"),
    "stop has 1 missing": ([1], [0], [np.nan], "a", "b"),
    "stop has 2 values where 1 are needed": ([1], [0], [1, 2], "a", "b"),
    "from_state is missing in row 0": ([1], [0], [2], [None], "b"),
    "from_state has shape": ([1], [0], [2], "ab", "b"),
    "one holds text, the other numbers": ([1], [0], [2], "a", [2]),
    "start is empty": ([], [], [], "", ""),
}


@pytest.mark.parametrize("message", BAD)
def test_refuses_rows(message: str) -> None:
    subject, start, stop, begin, end = BAD[message]
    with pytest.raises(ValueError, match=message):
        state_probabilities(subject, start, stop, list(begin), list(end))


def test_refuses_options() -> None:
    rows: tuple[Any, ...] = ([1, 2], [0, 0], [3, 5], ["a", "d"], ["d", None])
    with pytest.raises(ValueError, match="row 1 begins in d, which is absorbing"):
        state_probabilities(*rows, absorbing=["d"])
    with pytest.raises(ValueError, match="absorbing: 'x' is not a state; the states are a, d"):
        state_probabilities(*rows, absorbing=["x"])
    with pytest.raises(ValueError, match="states does not hold 'd'"):
        state_probabilities(*rows, states=["a"])
    with pytest.raises(ValueError, match="states names a state twice"):
        state_probabilities(*rows, states=["a", "d", "a"])
    with pytest.raises(ValueError, match="initial must be probabilities"):
        state_probabilities(*rows, initial=[0.5, 0.6])
    with pytest.raises(ValueError, match='"greenwood" is for weights of one'):
        state_probabilities(*rows, weight=[1, 2], variance="greenwood")
    with pytest.raises(ValueError, match="variance must be one of"):
        state_probabilities(*rows, variance="none")
    with pytest.raises(ValueError, match="tau must be a time after the start 0"):
        state_probabilities(*rows).time_in_state(0)
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        __import__("onearm.stats.multistate").stats.multistate.nothing  # noqa: B018


def test_marks_of_censoring() -> None:
    curves = [
        state_probabilities([1, 2], [0, 0], [3, 5], ["a", "a"], to, **options)
        for to, options in (
            (["b", None], {}),
            (["b", ""], {}),
            (np.array(["b", ""]), {}),
            (["b", "a"], {}),
            (["b", "lost"], {"censored": "lost"}),
        )
    ]
    for r in curves:
        assert r.states.tolist() == ["a", "b"]
        assert r.transitions.tolist() == [[0, 1, 1], [0, 0, 0]]
        assert r.probability.tolist() == [[0.5, 0.5], [0.5, 0.5]]
    numbers = state_probabilities([1, 2], [0, 0], [3, 5], [1, 1], [2, 0], censored=0)
    assert numbers.states.tolist() == [1, 2]
