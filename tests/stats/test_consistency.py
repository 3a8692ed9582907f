"""Printed numbers and what arithmetic allows: published cases, R, every sample of a few answers, and bad input."""

from __future__ import annotations

import math
import pickle
from collections.abc import Callable
from decimal import ROUND_DOWN, ROUND_HALF_DOWN, ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal
from fractions import Fraction
from itertools import combinations_with_replacement
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from onearm.stats import consistency as c

RULES = {
    "half-up": ROUND_HALF_UP,
    "half-even": ROUND_HALF_EVEN,
    "truncate": ROUND_DOWN,
    "half-down": ROUND_HALF_DOWN,
}


def printed(x: Fraction, decimals: int, rule: str = "half-up") -> Decimal:
    """x rounded by the decimal library, on so many digits that no tie is lost."""
    exact = Decimal(x.numerator * 10**40 // x.denominator).scaleb(-40)
    if exact != 0 and Fraction(exact) != x:
        exact += Decimal(1).scaleb(-40) / 2  # the part that was cut off, on the right side of any tie
    return exact.quantize(Decimal(1).scaleb(-decimals), rounding=RULES[rule])


def test_t84_each_count_of_the_abstract_has_one_denominator() -> None:
    assert c.denominators(44, 92).n == (48,)
    assert c.denominators(35, 73).n == (48,)
    assert c.denominators(35, 73).unique
    assert 44 not in c.denominators(35, 73).n
    assert c.denominators(35, 80).n == (44,)
    assert c.denominators(24, 50, n_max=50).n == (48,)  # 47 and 49 give 51 and 49
    assert c.denominators(13, 54).n == (24,)
    assert c.denominators(21, 32).n == (65, 66)  # printed "of 69", which is 30.4
    assert c.denominators(21, 32).verdict == "ambiguous"
    assert c.denominators(1, 99).verdict == "none"
    assert c.whole_counts(93, 44) == (41,)


def test_r_finds_the_same_denominators(r_values: Callable[[str], dict[str, Any]]) -> None:
    for one in r_values("consistency")["denominators"].values():
        k, digits, decimals = (int(v) for v in one["case"])
        found = c.denominators(k, Fraction(digits, 10**decimals), decimals)
        assert list(found.rounding["half-up"]) == one["half_up"]
        assert list(found.rounding["truncate"]) == one["truncate"]


@settings(max_examples=150)
@given(st.integers(0, 90), st.integers(1, 90), st.integers(0, 2), st.sampled_from(sorted(RULES)))
def test_a_denominator_fits_exactly_when_it_prints_so(k: int, d: int, decimals: int, rule: str) -> None:
    k = min(k, d)
    said = printed(Fraction(100 * k, d), decimals, rule)
    found = c.denominators(k, str(said), n_max=120, rounding=rule)
    again = [n for n in range(max(k, 1), 121) if printed(Fraction(100 * k, n), decimals, rule) == said]
    assert d in found.n
    assert list(found.n) == again
    assert k in c.whole_counts(str(said), d, rounding=rule)


def test_records_can_be_stored() -> None:
    for record in (c.denominators(44, 92), c.interval_method(44, 48, 80, 98), c.grim("5.18", 28)):
        assert pickle.loads(pickle.dumps(record)) == record


def test_ties_follow_the_rule() -> None:
    eighth = {rule: 8 in c.denominators(1, 13, rounding=rule).n for rule in RULES}
    assert eighth == {"half-up": True, "half-even": False, "truncate": False, "half-down": False}
    eighth = {rule: 8 in c.denominators(1, 12, rounding=rule).n for rule in RULES}
    assert eighth == {"half-up": False, "half-even": True, "truncate": True, "half-down": True}
    assert 8 in c.denominators(1, 12, rounding="any").n
    assert 8 in c.denominators(1, 13, rounding="any").n


def test_t85_grim_of_scrutiny() -> None:
    means = [f"{5.19 + i / 100:.2f}" for i in range(12)]
    assert [c.grim(m, 28).consistent for m in means] == [v == "T" for v in "FFTFFFTFFFTF"]
    assert c.grim("5.18", 28).totals == (145,)
    assert not c.grim("5.27", 43)
    thirds = [f"{0.15 + i / 1000:.3f}" for i in range(10)]
    assert [bool(c.grim(m, 120, items=3, rounding="any")) for m in thirds] == [v == "T" for v in "TFFTFFTFTF"]


def test_grim_of_other_programs() -> None:
    # the tests of rsprite2 and of scrutiny's Rust sibling
    assert not c.grim(5.19, 28)
    assert c.grim(5.18, 14, items=2)
    assert not c.grim("5.19", 40)
    assert c.grim("5.18", 40)
    assert c.grim(92, 48, percent=True)
    assert not c.grim(93, 48, percent=True)
    assert not c.grim(5.2, 28)  # two decimals unless told: 5.20
    assert c.grim(5.2, 28, 1)
    assert c.grim(5.2, 28, 1).informative is False


def test_grimmer_of_rsprite2() -> None:
    assert c.grimmer(5.21, 1.6, 28)
    assert not c.grimmer(3.44, 2.47, 18)
    assert c.grimmer("5.19", "1.00", 28).reason == "no whole total prints as this mean"


@pytest.mark.parametrize("n", [3, 4, 5])
def test_grimmer_lets_every_sample_of_r_through(n: int, r_values: Callable[[str], dict[str, Any]]) -> None:
    possible = r_values("consistency")["possible"][f"n{n}"]
    seen = {(int(m), int(s)) for m, s in zip(possible["mean"], possible["sd"], strict=True)}
    for mean, sd in seen:
        assert c.grimmer(Fraction(mean, 100), Fraction(sd, 100), n), (mean, sd)
        limits = c.sd_limits(n, Fraction(mean, 100), 0, 4)
        assert limits.low - 0.00501 <= sd / 100 <= limits.high + 0.00501
    # and few of the others: those that need answers outside 0..4, or a sum of squares that no sample has
    mean = min(m for m, _ in seen if m > 0)
    refused = [sd for sd in range(200) if (mean, sd) not in seen and not c.grimmer(Fraction(mean, 100), sd / 100, n)]
    assert len(refused) > 150


@pytest.mark.parametrize(("n", "items"), [(3, 1), (5, 1), (3, 2), (4, 3)])
def test_sd_limits_are_those_of_every_sample(n: int, items: int) -> None:
    answers = range(1, 4)
    scores = [Fraction(v, items) for v in range(items, 3 * items + 1)]
    widest: dict[Fraction, list[float]] = {}
    for sample in combinations_with_replacement(scores, n):
        widest.setdefault(sum(sample, Fraction(0)) / n, []).append(float(np.std([float(v) for v in sample], ddof=1)))
    for mean, spreads in widest.items():
        limits = c.sd_limits(n, str(printed(mean, 4)), min(answers), max(answers), items=items)
        np.testing.assert_allclose([limits.low, limits.high], [min(spreads), max(spreads)], atol=1e-12)


def test_t89_sd_limits_of_rsprite2() -> None:
    for items, low in ((1, 0.45), (2, 0.27)):
        limits = c.sd_limits(5, 4.2, 1, 7, items=items)
        assert (round(limits.low, 2), round(limits.high, 2)) == (low, 3.03)
    limits = c.sd_limits(100, 1, 1, 7)
    assert (limits.low, limits.high) == (0, 0)


def test_t87_debit_of_scrutiny() -> None:
    rows = [
        (".53", ".50"),
        (".44", ".50"),
        (".77", ".42"),
        (".19", ".35"),
        (".34", ".47"),
        (".93", ".25"),
        (".12", ".33"),
    ]
    assert [bool(c.debit(m, s, 1683)) for m, s in rows] == [True, True, True, False, True, True, True]


@given(st.integers(2, 60), st.data())
def test_debit_takes_every_true_pair(n: int, data: Any) -> None:
    k = data.draw(st.integers(0, n))
    sd = math.sqrt(k * (n - k) / (n * (n - 1)))
    found = c.debit(str(printed(Fraction(k, n), 2)), f"{sd:.3f}", n)
    assert k in found.counts


def test_t90_p_of_a_printed_t() -> None:
    found = c.recompute_p("t(28) = 2.20, p = .03")
    assert found.p == pytest.approx(0.03623, abs=5e-6)
    assert not found.consistent
    assert c.recompute_p("t(28)=2.20, p=.04").consistent
    assert c.recompute_p("t(28)=2.20, p=.0362").consistent
    assert not found.decision_changes
    assert c.recompute_p("t(28)=2.00, p=.04").decision_changes
    assert c.recompute_p("t(28) = 2.20, p = .018").one_tailed


def test_r_gives_the_same_p(r_values: Callable[[str], dict[str, Any]]) -> None:
    r = r_values("consistency")["tails"]
    texts = {
        "t": "t(28) = 2.20", "t_welch": "t(17.4) = -3.10", "F": "F(2, 45) = 3.95", "chi2": "χ2(1, N = 90) = 4.20",
        "chi2_5": "X2(5) = 11.3", "z": "z = 2.1", "r": "r(48) = .35",
    }  # fmt: skip
    for name, text in texts.items():
        found = c.recompute_p(f"{text}, p < .99")
        assert found.p == pytest.approx(r[name][0], rel=1e-10), name
        assert found.low < found.p < found.high


def test_signs_of_p() -> None:
    assert c.recompute_p("z = 1.96, p <= .05")
    assert c.recompute_p("z = 1.96, p = .05")
    assert c.recompute_p("z = 1.95, p > .05")
    assert not c.recompute_p("z = 2.58, p > .05")
    assert not c.recompute_p("z = 1.20, p < .05")


@pytest.mark.parametrize(
    "text", ["t = 2.2, p = .03", "t(0) = 2.2, p = .03", "no test", "", "r(20) = 1.2, p = .03", None]
)
def test_tests_that_cannot_be_read(text: Any) -> None:
    with pytest.raises(ValueError, match=r"text|correlation"):
        c.recompute_p(text)


def test_intervals_are_recognised(r_values: Callable[[str], dict[str, Any]]) -> None:
    for one in r_values("consistency")["intervals"].values():
        x, n = (int(v) for v in one["counts"])
        for r_name, ours in (("cp", "clopper-pearson"), ("wilson", "wilson")):
            low, high = (str(printed(Fraction(v), 2)) for v in one[r_name])
            assert c.interval_method(x, n, low, high).methods == (ours,)
    # T37, as proportions
    assert c.interval_method(35, 48, ".5815", ".8472", percent=False).methods == ("clopper-pearson",)
    assert c.interval_method(35, 48, ".5900", ".8343", percent=False).methods == ("wilson",)
    assert not c.interval_method(35, 48, 10, 20).recognised


def test_ratios_allow_what_r_finds_on_a_grid(r_values: Callable[[str], dict[str, Any]]) -> None:
    r = r_values("consistency")["ratios"]
    cases = {"a": ("0.81", "0.70", "0.94"), "b": ("0.43", "0.26", "0.73"), "c": ("1.02", "0.80", "1.30"),
             "d": ("2.10", "1.30", "3.39")}  # fmt: skip
    for name, printed_so in cases.items():
        found = c.hazard_ratio_consistency(*printed_so)
        assert found.consistent
        assert found.p_consistent is None
        np.testing.assert_allclose(found.p, r[name][:2], rtol=5e-3)
        assert found.p[0] <= r[name][0] * (1 + 1e-9)
        assert found.p[1] >= r[name][1] * (1 - 1e-9)
        np.testing.assert_allclose(found.std_error, r[name][2:], rtol=2e-3)


@given(st.floats(-2, 2), st.floats(0.05, 1.0), st.integers(1, 3))
def test_a_true_ratio_is_never_doubted(log_ratio: float, error: float, decimals: int) -> None:
    ends = [math.exp(log_ratio + k * 1.959963984540054 * error) for k in (0, -1, 1)]
    p = math.erfc(abs(log_ratio / error) / math.sqrt(2))
    shown = [str(printed(Fraction(v), decimals)) for v in ends]
    assert c.hazard_ratio_consistency(*shown, str(printed(Fraction(p), 3)))


def test_ratios_that_do_not_go_together() -> None:
    assert not c.hazard_ratio_consistency("0.60", "0.26", "0.73").centred
    assert not c.hazard_ratio_consistency("0.80", "0.26", "0.73").ordered
    found = c.hazard_ratio_consistency("0.81", "0.70", "0.94", ".20")
    assert found.centred
    assert found.p_consistent is False
    assert c.hazard_ratio_consistency("0.81", "0.70", "0.94", ".05", p_sign="<").p_consistent


def test_bad_input() -> None:
    with pytest.raises(ValueError, match="percent must lie"):
        c.denominators(3, 120)
    with pytest.raises(ValueError, match="more than 0 decimals"):
        c.denominators(44, 91.7)
    with pytest.raises(ValueError, match="count must be a whole number"):
        c.denominators(4.5, 90)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="rounding must be one of"):
        c.denominators(4, 90, rounding="up")
    with pytest.raises(ValueError, match="mean must be a number as printed"):
        c.grim("5,19", 28)
    with pytest.raises(ValueError, match="every SD is possible"):
        c.grimmer("5.1", "2.0", 10**5, 1)
    with pytest.raises(ValueError, match="see grim"):
        c.sd_limits(28, "5.19", 1, 7)
    with pytest.raises(ValueError, match="between 0 and 1"):
        c.debit(1.2, 0.4, 20)
    with pytest.raises(ValueError, match="low must not be larger"):
        c.hazard_ratio_consistency(0.8, 0.9, 0.7)
