"""Tests within matched sets."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from onearm.stats.survival import log_rank, milestone_difference, paired_log_rank

PLACEBO = [1, 22, 3, 12, 8, 17, 2, 11, 8, 12, 2, 5, 4, 15, 8, 23, 5, 11, 4, 1, 8]
DRUG = [10, 7, 32, 23, 22, 6, 16, 34, 32, 25, 11, 20, 19, 6, 17, 35, 6, 13, 9, 6, 10]
SEEN = [1, 1, 0, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 1, 0, 0, 1, 1, 0, 0, 0]
LEUKEMIA = (PLACEBO + DRUG, [1] * 21 + SEEN, [0] * 21 + [1] * 21, [*range(21), *range(21)])


def close(ours: Any, theirs: Any, rtol: float = 1e-8) -> None:
    np.testing.assert_allclose(np.asarray(ours, dtype=float), np.asarray(theirs, dtype=float), rtol=rtol, atol=1e-13)


@pytest.fixture(scope="module")
def lung_pairs(lung: Any) -> tuple[Any, ...]:
    """The first 90 men and women of lung, paired in their order; women as the treated."""
    men, women = np.flatnonzero(lung["sex"] == 1)[:90], np.flatnonzero(lung["sex"] == 2)[:90]
    rows = np.r_[men, women]
    return lung["time"][rows], lung["status"][rows], np.repeat([0, 1], 90), np.tile(np.arange(90), 2)


def test_leukemia_pairs(r_values: Any) -> None:
    # Klein & Moeschberger 2003, section 7.5: 18 pairs favour 6-MP, 3 placebo, 15 / sqrt(21) = 3.27
    r = r_values("paired")
    sign = paired_log_rank(*LEUKEMIA, kind="sign")
    assert (sign.treated_first, sign.control_first, sign.informative, sign.sets) == (3, 18, 21, 21)
    assert sign.z == pytest.approx(-15 / math.sqrt(21), rel=1e-14)
    for alternative, theirs in (("two-sided", "p"), ("less", "less"), ("greater", "greater")):
        ours = paired_log_rank(*LEUKEMIA, kind="sign", alternative=alternative)
        close(ours.exact_p_value, r["binomial"][theirs][0])
    strata = paired_log_rank(*LEUKEMIA)
    for name in ("observed", "expected", "variance", "statistic"):
        close(getattr(strata, name), r["leukemia"][name][0])
    scores = paired_log_rank(*LEUKEMIA, kind="prentice-wilcoxon")
    close(-scores.z, r["leukemia_scores"]["z"][0])
    assert scores.p_value == pytest.approx(math.erfc(abs(scores.z) / math.sqrt(2)))


def test_lung_pairs_against_r(lung_pairs: Any, r_values: Any) -> None:
    r = r_values("paired")
    strata = paired_log_rank(*lung_pairs)
    for name in ("observed", "expected", "variance", "statistic"):
        close(getattr(strata, name), r["lung_pairs"][name][0])
    scores = paired_log_rank(*lung_pairs, kind="prentice-wilcoxon")
    close(-scores.z, r["lung_scores"]["z"][0])
    assert scores.informative == r["lung_scores"]["nonzero"][0]


def test_sets_of_any_size_against_r(lung: Any, r_values: Any) -> None:
    kept = np.isfinite(lung["ph.ecog"]) & (
        lung["ph.ecog"] < 3
    )  # the one subject with ECOG 3 has nobody to compare with
    rows = (lung["time"][kept], lung["status"][kept], lung["sex"][kept] == 2, lung["ph.ecog"][kept])
    ours, theirs = paired_log_rank(*rows), r_values("paired")["lung"]
    close([ours.variance, ours.statistic], [theirs["variance"][0], theirs["statistic"][0]])
    assert (ours.sets, ours.informative) == (3, 3)
    assert math.isnan(ours.treated_first)


def test_stratified_is_sign_where_no_pair_is_tied() -> None:
    rng = np.random.default_rng(8)
    for _ in range(20):
        n = int(rng.integers(2, 40))
        t, d = rng.permutation(2 * n) + 1.0, rng.integers(0, 2, 2 * n)
        d[t.argmin()] = 1
        arm, pair = np.repeat([1, 0], n), np.tile(rng.permutation(n), 2)
        strata, sign = paired_log_rank(t, d, arm, pair), paired_log_rank(t, d, arm, pair, kind="sign")
        assert strata.z == pytest.approx(sign.z, rel=1e-12)
        assert strata.variance == pytest.approx(sign.variance, rel=1e-12)
        assert strata.informative == sign.informative


def test_prentice_scores_by_hand() -> None:
    # three pairs; times 1, 2+, 3 (treated) and 4, 5, 2 (control). Pair 2: 2+ ends first, so both are censored at 2.
    # Ranked: 1 event (6 at risk), 2 event (5), 2+, 2+, 3 event (2), 4 event (1): F = 6/7, 5/7, 10/21, 5/21.
    # Scores 1 - 2F: -5/7, -3/7, 1/21, 11/21; differences -5/7 - 11/21 = -26/21, 0, 1/21 + 3/7 = 10/21.
    rows = ([1, 2, 3, 4, 5, 2], [1, 0, 1, 1, 1, 1], [1, 1, 1, 0, 0, 0], [1, 2, 3, 1, 2, 3])
    r = paired_log_rank(*rows, kind="prentice-wilcoxon")
    assert r.z == pytest.approx(16 / math.sqrt(26**2 + 10**2), rel=1e-14)
    assert r.informative == 2


def test_tied_and_censored_pairs_say_nothing_or_something() -> None:
    # tied events: nothing; event and censoring together: the event was first; shorter time censored: nothing
    time = [5, 5, 7, 7, 3, 9, 4, 8]
    event = [1, 1, 1, 0, 0, 1, 1, 0]
    r = paired_log_rank(time, event, [1, 0] * 4, [0, 0, 1, 1, 2, 2, 3, 3], kind="sign")
    assert (r.treated_first, r.control_first) == (2, 0)
    assert r.exact_p_value == 0.5
    scores = paired_log_rank(time, event, [1, 0] * 4, [0, 0, 1, 1, 2, 2, 3, 3], kind="prentice-wilcoxon")
    assert scores.informative == 2


def test_near_ties_are_ties() -> None:
    assert 0.1 * 3 != 0.3
    for kind in ("sign", "prentice-wilcoxon", "stratified"):
        r = paired_log_rank([0.1 * 3, 0.3, 1, 2], [1, 1, 1, 1], [1, 0, 1, 0], [0, 0, 1, 1], kind=kind)
        assert r.informative == 1


def test_what_must_not_matter(lung_pairs: Any) -> None:
    t, d, arm, pair = lung_pairs
    shuffle = np.random.default_rng(4).permutation(t.size)
    names = np.array([f"pair {200 - p}" for p in pair])
    for kind in ("stratified", "sign", "prentice-wilcoxon"):
        base = paired_log_rank(t, d, arm, pair, kind=kind)
        moved = paired_log_rank(t[shuffle] * 12, d[shuffle], arm[shuffle], names[shuffle], kind=kind)
        assert moved.z == pytest.approx(base.z, rel=1e-12)
        swapped = paired_log_rank(t, d, 1 - arm, pair, kind=kind)
        assert swapped.z == pytest.approx(-base.z, rel=1e-12)
        less = paired_log_rank(t, d, arm, pair, kind=kind, alternative="less").p_value
        greater = paired_log_rank(t, d, arm, pair, kind=kind, alternative="greater").p_value
        assert less + greater == pytest.approx(1)
        assert base.p_value == pytest.approx(2 * min(less, greater))


def test_pairing_matters_for_the_variance(lung_pairs: Any) -> None:
    t, d, arm, pair = lung_pairs
    paired, free = paired_log_rank(t, d, arm, pair), log_rank(t, d, arm)
    assert paired.variance != pytest.approx(free.covariance[1, 1], rel=1e-3)
    milestone = milestone_difference(t, d, arm, 365, cluster=pair)
    assert milestone.std_error > 0


def test_nothing_to_compare_says_so() -> None:
    rows = ([5, 5, 3, 8], [1, 1, 0, 1], [1, 0, 1, 0], [0, 0, 1, 1])
    for kind in ("sign", "prentice-wilcoxon", "stratified"):
        r = paired_log_rank(*rows, kind=kind)
        assert math.isnan(r.z)
        assert math.isnan(r.p_value)
        assert r.message
        assert r.informative == 0
    alive = paired_log_rank([5, 6], [0, 0], [1, 0], [0, 0])
    assert "no event" in alive.message


def test_bad_input() -> None:
    for bad, words in (
        ({"pair": [0, 0, 0, 1]}, "set 1 has no treated row"),
        ({"treated": [1, 1, 1, 0]}, "set 0 has no control row"),
        ({"pair": [0, 0, 0, 0], "kind": "sign"}, "sign needs pairs"),
        ({"pair": [0, 0, 0, 0], "kind": "prentice-wilcoxon"}, "needs pairs"),
        ({"kind": "cox"}, "kind must be one of"),
        ({"alternative": "up"}, "alternative must be one of"),
        ({"time": [1, 2, 3]}, "event has 4 values where 3"),
        ({"time": [1, 2, 3, -4]}, "time has 1 negative"),
        ({"treated": [1, 0, 2, 0]}, "treated must hold 0 and 1"),
    ):
        arguments: dict[str, Any] = {
            "time": [1, 2, 3, 4],
            "event": [1, 1, 0, 1],
            "treated": [1, 0, 1, 0],
            "pair": [0, 0, 1, 1],
        } | bad
        with pytest.raises(ValueError, match=words):
            paired_log_rank(**arguments)


@pytest.mark.slow
def test_level_with_correlated_pairs() -> None:
    """Thirty pairs sharing a frailty, exponential lives, a third censored: every kind keeps its 5 %.

    Of 2,000 trials: stratified and sign reject 4.3 %, prentice-wilcoxon 4.5 %.
    """
    rng = np.random.default_rng(21)
    wrong = dict.fromkeys(("stratified", "sign", "prentice-wilcoxon"), 0)
    arm, pair = np.repeat([1, 0], 30), np.tile(np.arange(30), 2)
    for _ in range(2000):
        life = rng.exponential(1, 60) / np.tile(rng.gamma(2, 0.5, 30), 2)
        censor = rng.uniform(0, 4, 60)
        for kind in wrong:
            r = paired_log_rank(np.minimum(life, censor), life <= censor, arm, pair, kind=kind)
            wrong[kind] += r.p_value < 0.05
    assert all(0.035 < w / 2000 < 0.065 for w in wrong.values()), wrong
