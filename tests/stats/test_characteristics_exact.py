"""Operating characteristics against every course of small trials in exact fractions, simulation and identities."""

from __future__ import annotations

from fractions import Fraction
from math import comb

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from onearm.stats._characteristics_rates import true_rates
from onearm.stats.monitoring import Boundary, OperatingCharacteristics, boundary, operating_characteristics

from .count_rules import every_course, random_rule, simulated


def endings(oc: OperatingCharacteristics, row: int = 0) -> dict[tuple[str, int], float]:
    """Probability of each ending, as `every_course` names it."""
    found = {(reason, int(n)): oc.stop[row, i, at] for i, reason in enumerate(oc.reasons)
             for at, n in enumerate(oc.looks)}  # fmt: skip
    return {**found, ("", oc.boundary.n_max): oc.complete[row]}


def assert_exact(oc: OperatingCharacteristics, shares: list[Fraction]) -> None:
    expected, events = every_course(oc.boundary, shares)
    found = endings(oc)
    assert set(expected) <= set(found)
    for ending, probability in found.items():
        assert probability == pytest.approx(float(expected.get(ending, 0)), rel=1e-13, abs=1e-300), ending
    assert oc.expected_events[0] == pytest.approx([float(e) for e in events], rel=1e-13)


@pytest.mark.parametrize("seed", range(12))
def test_one_endpoint_is_exact(seed: int) -> None:
    rng = np.random.default_rng(seed)
    p = float(rng.uniform(0.05, 0.95))
    oc = operating_characteristics(random_rule(rng, 1, 9), p)
    assert_exact(oc, [Fraction(p), 1 - Fraction(p)])


@pytest.mark.parametrize("together", [False, True])
@pytest.mark.parametrize("seed", range(10))
def test_two_endpoints_are_exact(seed: int, together: bool) -> None:
    rng = np.random.default_rng(seed)
    eighths = rng.multinomial(8, [0.25] * 4)  # sums to one without rounding; some kinds of patient may be impossible
    oc = operating_characteristics(random_rule(rng, 2, 6, together=together), cells=eighths / 8)
    assert_exact(oc, [Fraction(int(k), 8) for k in eighths])


def test_nested_endpoints_stop_together() -> None:
    """Complete response within response (BOP2's nested rule on six patients): nobody has the first only."""
    low = [[0, 0, 1], [0, 1, 2]]
    rule = boundary([2, 4, 6], low=low, low_means="futility", names=("CR", "response"), together=True)
    oc = operating_characteristics(rule, cells=(0.25, 0, 0.25, 0.5))
    assert_exact(oc, [Fraction(1, 4), Fraction(0), Fraction(1, 4), Fraction(1, 2)])
    assert oc.reasons == ("CR: futility and response: futility",)
    assert oc.by_look[0, 0] == 0.25  # no response in two patients
    assert oc.p.tolist() == [[0.25, 0.5]]


def binomial(n: int, x: int, p: Fraction) -> Fraction:
    return comb(n, x) * p**x * (1 - p) ** (n - x)


@pytest.mark.parametrize("n", [48, 200])
def test_a_look_after_each_patient_in_fractions(n: int) -> None:
    """The recursion itself in fractions, far beyond what can be enumerated."""
    looks = np.arange(1, n + 1)
    low, high = np.floor(0.25 * looks - 2), np.minimum(np.ceil(0.4 * looks + 3), looks + 1)
    p = 0.3
    oc = operating_characteristics(boundary(looks, low=np.maximum(low, -1), high=high), p)
    exact, state = Fraction(p), {0: Fraction(1)}
    for at in range(n):
        moved: dict[int, Fraction] = {}
        for x, mass in state.items():
            moved[x] = moved.get(x, Fraction(0)) + mass * (1 - exact)
            moved[x + 1] = moved.get(x + 1, Fraction(0)) + mass * exact
        gone = [x for x in moved if x <= low[at] or x >= high[at]]
        assert oc.by_look[0, at] == pytest.approx(float(sum(moved.pop(x) for x in gone)), rel=1e-12, abs=1e-300)
        state = moved
    assert oc.complete[0] == pytest.approx(float(sum(state.values())), rel=1e-12)


@pytest.mark.parametrize(("n", "p"), [(300, 0.1), (1500, 0.02)])
def test_one_look_is_a_binomial(n: int, p: float) -> None:
    """Also where the patients are added in several portions."""
    limit = int(n * p)
    oc = operating_characteristics(boundary([n], low=[limit]), p)
    exact = sum(binomial(n, x, Fraction(p)) for x in range(limit + 1))
    assert oc.stopped[0] == pytest.approx(float(exact), rel=1e-12)
    assert oc.complete[0] == pytest.approx(float(1 - exact), rel=1e-12)


def continuous(n: int) -> Boundary:
    """A look after each patient, few responses or many toxicities stop."""
    looks = np.arange(1, n + 1)
    low, high = np.maximum(np.floor(0.3 * looks - 2), -1), np.minimum(np.ceil(0.2 * looks + 2), looks + 1)
    return boundary(looks, low=[low, [-1] * n], high=[looks + 1, high], low_means=("futility", ""),
                    high_means=("", "harm"), names=("response", "toxicity"))  # fmt: skip


@pytest.mark.parametrize("upto", [5, 20, 48])
def test_independent_endpoints_survive_as_a_product(upto: int) -> None:
    rule, rates = continuous(48), [(0.3, 0.2), (0.45, 0.25), (0.6, 0.05)]
    both = operating_characteristics(rule, rates)
    response = boundary(rule.n, low=rule.low[0], low_means="futility")
    toxicity = boundary(rule.n, high=rule.high[1], high_means="harm")
    alone = [operating_characteristics(one, [r[k] for r in rates]) for k, one in enumerate((response, toxicity))]
    survive = [1 - oc.by_look[:, :upto].sum(axis=1) for oc in (both, *alone)]
    assert survive[0] == pytest.approx(survive[1] * survive[2], rel=1e-12)


@pytest.mark.parametrize("association", [0.01, 1.0, 20.0])
def test_an_endpoint_without_limits_changes_nothing(association: float) -> None:
    rule = continuous(30)
    watched = boundary(rule.n, high=[rule.n + 1, rule.high[1]], high_means=("", "harm"), names=rule.names)
    pair = operating_characteristics(watched, (0.4, 0.25), association=association)
    alone = operating_characteristics(boundary(rule.n, high=rule.high[1], high_means="harm"), 0.25)
    assert pair.by_look == pytest.approx(alone.by_look, rel=1e-12, abs=1e-15)
    assert pair.expected_events[0] == pytest.approx(alone.expected_n[0] * np.array([0.4, 0.25]), rel=1e-12)


def test_association_moves_what_is_crossed_together() -> None:
    rule = boundary([10], low=[[2], [-1]], high=[[11], [5]], low_means=("futility", ""), high_means=("", "harm"),
                    names=("response", "toxicity"))  # fmt: skip
    oc = operating_characteristics(rule, np.tile([0.3, 0.4], (3, 1)), association=[0.05, 1.0, 20.0])
    marginal = oc.by_reason[:, :2] + oc.by_reason[:, 2:]
    assert marginal == pytest.approx(np.tile(marginal[1], (3, 1)), rel=1e-12)
    assert np.all(np.diff(oc.by_reason[:, 2]) < 0)  # few responses with many toxicities are rarer the closer the two


@given(p1=st.floats(0, 1), p2=st.floats(0, 1), ratio=st.floats(-6, 6).map(lambda v: 10.0**v))
def test_cells_have_the_rates_and_the_odds_ratio(p1: float, p2: float, ratio: float) -> None:
    _rates, cells = true_rates((p1, p2), None, np.clip(ratio, 1e-6, 1e6), 2)
    assert cells is not None
    assert np.all(cells >= 0)
    both, first, second, none = cells[0]
    assert (both + first, both + second) == pytest.approx((p1, p2), abs=1e-15)
    assert cells.sum() == pytest.approx(1, abs=1e-15)
    if min(both, first, second, none) > 1e-6:
        assert both * none / (first * second) == pytest.approx(ratio, rel=1e-8)


@pytest.mark.parametrize(("ratio", "both"), [(4.0, 1 / 3), (9.0, 3 / 8), (1.0, 1 / 4), (1 / 9, 1 / 8)])
def test_two_even_events_on_paper(ratio: float, both: float) -> None:
    """p1 = p2 = 1/2: c11 = sqrt(t) / (2 (1 + sqrt(t)))."""
    _, cells = true_rates((0.5, 0.5), None, ratio, 2)
    assert cells is not None
    assert cells[0] == pytest.approx([both, 0.5 - both, 0.5 - both, both], rel=1e-14)


@settings(max_examples=60)
@given(seed=st.integers(0, 10**6), endpoints=st.integers(1, 2), together=st.booleans())
def test_wald_and_unit_mass(seed: int, endpoints: int, together: bool) -> None:
    """Expected events, summed over the endings, are p x expected patients; all endings together are certain."""
    rng = np.random.default_rng(seed)
    rule = random_rule(rng, endpoints, int(rng.integers(1, 25)), together=together)
    scenarios = int(rng.integers(1, 4))
    p = rng.uniform(0, 1, scenarios) if endpoints == 1 else None
    oc = operating_characteristics(rule, p, cells=None if endpoints == 1 else rng.dirichlet([1] * 4, scenarios))
    assert oc.expected_events == pytest.approx(oc.p * oc.expected_n[:, None], rel=1e-12, abs=1e-14)
    assert oc.stopped + oc.complete == pytest.approx(1, abs=1e-13)
    assert oc.early + oc.cap == pytest.approx(1, abs=1e-13)
    assert np.all(oc.stop >= 0)
    assert oc.by_reason.sum(axis=1) == pytest.approx(oc.stopped)
    assert np.all(oc.n_quantile() <= rule.n_max)
    assert np.all((oc.success >= 0) & (oc.success <= 1 + 1e-13))


@pytest.mark.parametrize("seed", range(50))
def test_simulated_trials_agree(seed: int) -> None:
    """Fifty designs of one and two endpoints with association, 4,000 trials each, within 4.5 standard errors."""
    rng = np.random.default_rng([2024, seed])
    endpoints = 1 + seed % 2
    rule = random_rule(rng, endpoints, int(rng.integers(5, 14)), together=seed % 4 == 3)
    cells = rng.dirichlet([2] * 4)
    oc = operating_characteristics(rule, cells[0] + cells[1]) if endpoints == 1 else \
        operating_characteristics(rule, cells=cells)  # fmt: skip
    seen = simulated(rule, cells, 4000, rng)
    exact = dict(zip((*oc.reasons, ""), [*oc.by_reason[0], oc.complete[0]], strict=True))
    assert {k for k in seen if k != "n"} <= set(exact)
    for reason, p in exact.items():
        assert abs(seen.get(reason, 0) - p) <= 4.5 * np.sqrt(p * (1 - p) / 4000) + 1e-9, reason
    assert abs(seen["n"] - oc.expected_n[0]) <= 4.5 * oc.sd_n[0] / np.sqrt(4000) + 1e-9


def test_many_scenarios_are_each_of_them_alone() -> None:
    """More than fit one block of memory."""
    rule = continuous(48)
    rates = np.random.default_rng(5).uniform(0.05, 0.7, (300, 2))
    together = operating_characteristics(rule, rates, association=3.0)
    for row in (0, 57, 299):
        alone = operating_characteristics(rule, rates[row], association=3.0)
        assert together.stop[row] == pytest.approx(alone.stop[0], rel=1e-13, abs=1e-300)
        assert together.expected_events[row] == pytest.approx(alone.expected_events[0], rel=1e-13)


def test_two_endpoints_in_fractions() -> None:
    """Twenty-four patients of four kinds, no state left out, against the recursion that keeps only what can go on."""
    rule = continuous(24)
    eighths = {(1, 1): 1, (1, 0): 2, (0, 1): 1, (0, 0): 4}
    oc = operating_characteristics(rule, cells=np.array(list(eighths.values())) / 8)
    state, events = {(0, 0): Fraction(1)}, [Fraction(0), Fraction(0)]
    for at in range(24):
        moved: dict[tuple[int, int], Fraction] = {}
        for (x, y), mass in state.items():
            for (dx, dy), share in eighths.items():
                moved[x + dx, y + dy] = moved.get((x + dx, y + dy), Fraction(0)) + mass * Fraction(share, 8)
        stopped = dict.fromkeys(oc.reasons, Fraction(0))
        for x, y in [s for s in moved if s[0] <= rule.low[0, at] or s[1] >= rule.high[1, at]]:
            few, many = x <= rule.low[0, at], y >= rule.high[1, at]
            mass = moved.pop((x, y))
            stopped[oc.reasons[2 if few and many else int(many)]] += mass
            events = [events[0] + mass * x, events[1] + mass * y]
        found = [float(oc.stop[0, i, at]) for i in range(3)]
        assert found == pytest.approx([float(v) for v in stopped.values()], rel=1e-13, abs=1e-300)
        state = moved
    assert oc.complete[0] == pytest.approx(float(sum(state.values())), rel=1e-13)
    for k in (0, 1):
        total = events[k] + sum((mass * s[k] for s, mass in state.items()), Fraction(0))
        assert oc.expected_events[0, k] == pytest.approx(float(total), rel=1e-13)
