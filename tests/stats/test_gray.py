"""Gray's test: on paper, against R's cmprsk (tests/r/competing.R), second routes, properties, bad input."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from onearm.stats.competing import gray_test
from onearm.stats.survival import log_rank

from .test_competing import made, same


def test_two_subjects_on_paper() -> None:
    # at time 1 one of each group is at risk: score 1 - 1/2, a = (1/2, -1/2), v_k = 1/(2 1), nothing later
    r = gray_test([1, 2], [1, 1], ["a", "b"])
    assert r.score.tolist() == [0.5]
    assert r.covariance.tolist() == [[0.25]]
    assert (r.statistic, r.df) == (1, 1)
    assert r.p_value == pytest.approx(0.3173105, abs=1e-7)
    assert r.groups.tolist() == ["a", "b"]
    assert r.events.tolist() == [1, 1]
    assert r.message == ""


@pytest.mark.parametrize(
    ("name", "whole", "group", "options"),
    [
        ("tied_2", True, "x2", {}),
        ("tied_3", True, "s", {}),
        ("tied_4", True, "g", {}),
        ("tied_4_rho", True, "g", {"rho": 1}),
        ("tied_4_rho_half", True, "g", {"rho": -0.5}),
        ("tied_2_strata", True, "x2", {"strata": "s"}),
        ("tied_4_strata_rho", True, "g", {"strata": "s", "rho": 1}),
        ("apart_4", False, "g", {}),
        ("apart_3_strata", False, "s", {"strata": "x2"}),
    ],
)
def test_as_cmprsk(name: str, whole: bool, group: str, options: dict[str, Any], r_values: Any) -> None:
    d = made(160, whole)
    d["x2"] = d["x"][:, 1]
    chosen = {k: d[v] if isinstance(v, str) else v for k, v in options.items()}
    r = r_values("competing")["tests"][name]
    for of in (1, 2, 3):
        ours = gray_test(d["time"], d["cause"], d[group], of=of, **chosen)
        same(ours.statistic, r["statistic"][of - 1])
        same(ours.p_value, r["p_value"][of - 1])
        assert ours.df == r["df"][of - 1]
        assert ours.message == ""


@pytest.mark.parametrize("name", ["pbc_sex", "pbc_stage", "pbc_stage_sex"])
def test_liver_transplant_or_death(name: str, shared: Any, r_values: Any) -> None:
    pbc = shared("pbc")
    female = pbc["sex"] == "f"
    group = female if name == "pbc_sex" else pbc["stage"]
    keep = ~np.isnan(group)
    options = {"strata": female[keep], "rho": 1.0} if name == "pbc_stage_sex" else {}
    r = r_values("competing")["tests"][name]
    for of in (1, 2):
        ours = gray_test(pbc["time"][keep], pbc["status"][keep], group[keep], of=of, **options)
        same(ours.statistic, r["statistic"][of - 1])
        same(ours.p_value, r["p_value"][of - 1])


def test_one_cause_has_the_scores_of_the_log_rank_test() -> None:
    # h_g (1 - F_g(s-)) is then the number at risk: the same scores; the variance is another estimate
    d = made(160, True)
    for strata in (None, d["s"]):
        gray = gray_test(d["time"], d["cause"] > 0, d["g"], strata=strata)
        rank = log_rank(d["time"], d["cause"] > 0, d["g"], strata=strata)
        same(gray.score, (rank.observed - rank.expected)[:-1])
        assert gray.statistic != pytest.approx(rank.statistic, rel=1e-3)


def test_without_competing_causes_in_reach_nothing_changes() -> None:
    # failures from other causes after the last failure of interest are as good as censored
    d = made(160, True)
    cause = np.where(d["cause"] == 1, 1, 0)
    late = cause.copy()
    late[d["time"] > d["time"][cause == 1].max()] = 2
    assert np.any(late == 2)
    first, second = (gray_test(d["time"], c, d["g"]) for c in (cause, late))
    same(first.score, second.score)
    same(first.covariance, second.covariance)


def test_any_group_may_be_left_out_and_strata_add_up() -> None:
    d = made(160, True)
    other = (d["g"] + 1) % 4
    assert gray_test(d["time"], d["cause"], d["g"]).statistic == pytest.approx(
        gray_test(d["time"], d["cause"], other).statistic, rel=1e-10
    )
    parts = [d["s"] == s for s in (0, 1, 2)]
    whole = gray_test(d["time"], d["cause"], d["g"], strata=d["s"], rho=1)
    single = [gray_test(d["time"][p], d["cause"][p], d["g"][p], rho=1) for p in parts]
    same(whole.score, sum(r.score for r in single))
    same(whole.covariance, sum(r.covariance for r in single))


def test_shuffle_relabel_rescale() -> None:
    d = made(160, True)
    order = np.random.default_rng(5).permutation(160)
    first = gray_test(d["time"], d["cause"], d["g"], strata=d["s"], rho=0.5)
    label = np.array([0, 4, 9, 2])
    other = gray_test(
        d["time"][order] / 30.4375,
        label[d["cause"][order]],
        np.array(list("abcd"))[d["g"][order].astype(int)],
        of=4,
        strata=d["s"][order] * 10,
        rho=0.5,
    )
    same(other.score, first.score)
    same(other.covariance, first.covariance)


def test_what_cannot_be_tested_is_said() -> None:
    apart = gray_test([1, 2, 3, 4], [1, 1, 1, 1], [1, 1, 2, 2], strata=[1, 1, 2, 2])
    assert np.isnan(apart.statistic)
    assert np.isnan(apart.p_value)
    assert apart.df == 0
    assert apart.message == "no time of failure has members of two groups at risk together"
    early = gray_test([1, 2, 8, 9], [1, 1, 1, 1], [1, 1, 2, 2])
    assert np.isnan(early.statistic)
    assert early.message.startswith("the pooled incidence reaches 1")
    tied = gray_test([5, 0, 5, 5, 0, 5], [1, 1, 0, 1, 0, 1], [0, 1, 1, 1, 2, 2], strata=[1, 1, 0, 1, 1, 1], rho=-1)
    assert np.isnan(tied.statistic)
    assert tied.message.startswith("the estimated covariance of the scores is negative")
    third = gray_test([1, 2, 3, 4, 0.5], [1, 1, 1, 0, 0], [1, 2, 1, 2, 3])
    assert third.df == 1
    assert third.message == "the scores of 2 groups span 1 dimensions only"


def test_cause_and_power_by_place() -> None:
    d = made(100, True)
    named = gray_test(d["time"], d["cause"], d["g"], of=2, rho=1)
    placed = gray_test(d["time"], d["cause"], d["g"], 2, 1)
    assert (placed.statistic, placed.of, placed.rho) == (named.statistic, 2, 1)
    assert placed.statistic != gray_test(d["time"], d["cause"], d["g"]).statistic


def test_huge_times() -> None:
    small = gray_test([4, 2, 5, 1], [1, 2, 1, 1], [1, 2, 2, 1])
    huge = gray_test([4e300, 2, 5e300, 1], [1, 2, 1, 1], [1, 2, 2, 1])
    assert np.isfinite(small.statistic)
    assert huge.statistic == small.statistic


@pytest.mark.parametrize(
    ("arguments", "options", "message"),
    [
        (([-1, 2], [1, 1], [1, 2]), {}, "time has 1 negative"),
        (([np.nan, 2], [1, 1], [1, 2]), {}, "time has 1 missing"),
        (([], [], []), {}, "time is empty"),
        (([1, 2], [1], [1, 2]), {}, "cause has 1 values"),
        (([1, 2], [1, 1.5], [1, 2]), {}, "cause must hold 0"),
        (([1, 2], [1, 1], [1]), {}, "group has shape"),
        (([1, 2], [1, 1], [1, 1]), {}, "group must hold at least two"),
        (([1, 2], [0, 0], [1, 2]), {}, "every row is censored"),
        (([1, 2], [1, 1], [1, 2]), {"of": 2}, r"of must be a cause with events \(1\), found 2"),
        (([1, 2], [1, 1], [1, 2]), {"strata": [1]}, "strata has shape"),
        (([1, 2], [1, 1], [1, 2]), {"rho": np.inf}, "rho must be a finite number"),
    ],
)
def test_bad_input(arguments: Any, options: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        gray_test(*arguments, **options)
