"""Patients from a published curve: paper cases, the Bonner trial, and what must hold whatever the curve."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from onearm.stats.cox import cox
from onearm.stats.reconstruct import Reconstruction, pool_repeats, reconstruct_ipd, reconstruct_repeatedly
from onearm.stats.survival import kaplan_meier

MONTHS = [0, 10, 20, 30, 40, 50]
ARMS = {"radiation": [213, 122, 80, 51, 30, 10], "combination": [211, 143, 101, 66, 35, 9]}


@pytest.fixture(scope="module")
def bonner(shared_folder: Path) -> dict[str, Any]:
    """The two digitised arms, in percent."""
    return {arm: np.loadtxt(shared_folder / f"bonner_{arm}_clicks.csv", delimiter=",", skiprows=1).T for arm in ARMS}


def patients(bonner: dict[str, Any], **options: Any) -> dict[str, Any]:
    return {arm: reconstruct_ipd(*bonner[arm], MONTHS, ARMS[arm], **options) for arm in ARMS}


@pytest.mark.shared
def test_bonner_as_ipdfromkm_gives_it(bonner: dict[str, Any]) -> None:
    r = patients(bonner)
    assert [r[a].clicks.time.size for a in ARMS] == [144, 135]
    assert [r[a].clicks.given for a in ARMS] == [145, 136]
    assert [r[a].fit.n for a in ARMS] == [213, 211]
    assert [r[a].fit.events for a in ARMS] == [134, 110]
    assert r["radiation"].fit.interval_events.tolist() == [83, 32, 10, 5, 3, 1]
    assert r["radiation"].fit.interval_censored.tolist() == [8, 10, 19, 16, 17, 9]
    assert r["combination"].fit.interval_events.tolist() == [62, 37, 4, 4, 3, 0]
    assert r["combination"].fit.interval_censored.tolist() == [6, 5, 31, 27, 23, 9]
    medians = [kaplan_meier(r[a].time, r[a].event).quantile(0.5, rule="midpoint").value for a in ARMS]
    assert medians == pytest.approx([14.8, 25.4], abs=1e-12)
    assert [round(r[a].fit.rmse, 3) for a in ARMS] == [0.004, 0.004]
    assert round(r["radiation"].fit.max_error, 3) == 0.013
    assert all(r[a].fit.warnings == () and not r[a].fit.difference.any() for a in ARMS)


@pytest.mark.shared
def test_bonner_hazard_ratio(bonner: dict[str, Any]) -> None:
    r = patients(bonner)
    time, event = (np.concatenate([getattr(r[a], k) for a in ARMS]) for k in ("time", "event"))
    fit = cox(time, event, np.repeat([0.0, 1.0], [213, 211]))
    assert fit.coef[0] == pytest.approx(-0.33276379386731858, abs=1e-9)
    assert fit.std_error[0] == pytest.approx(0.12873930990874974, abs=1e-9)
    assert np.exp(fit.coef[0]) == pytest.approx(0.7169, abs=5e-5)


@pytest.mark.shared
def test_cleaning_rule_is_needed_for_the_one_point_that_sticks_out(bonner: dict[str, Any]) -> None:
    kept = patients(bonner, cleaning="minimum")
    assert [kept[a].clicks.time.size for a in ARMS] == [144, 136]
    assert [patients(bonner)[a].clicks.outliers for a in ARMS] == [0, 1]
    assert [kept[a].fit.events for a in ARMS] == [134, 110]


@pytest.mark.shared
def test_bonner_in_any_order_and_as_proportions(bonner: dict[str, Any]) -> None:
    t, s = bonner["radiation"]
    whole = patients(bonner)["radiation"]
    part = reconstruct_ipd(t, s / 100, MONTHS, ARMS["radiation"])
    assert (whole.clicks.scale, part.clicks.scale) == ("percent", "proportion")
    np.testing.assert_array_equal(part.event, whole.event)
    np.testing.assert_allclose(part.time, whole.time, rtol=1e-14)


CURVE = ([0, 1, 3, 4, 6], [1, 0.9, 0.8, 0.8, 0.6])
TABLE = ([0, 4], [10, 5])


def test_guyot_on_paper() -> None:
    # c = 10 x 0.8 - 5 = 3, leaving at 1, 2, 3; d = 1 at month 1 (10 x 0.1), 1 at month 3 (7 x (1 - 0.8/0.9)): 5 left
    # last interval: 3 per 4 months, so 1.5 -> 2 in 2 months; d = 3 x (1 - 0.6 / 0.7714) = 0.67 -> 1 at month 6, 2 left
    r = reconstruct_ipd(*CURVE, *TABLE, cleaning="none", rule="guyot")
    assert r.time.tolist() == [1, 2, 2, 3, 3.5, 5, 5, 6, 6, 6]
    assert r.event.tolist() == [1, 0, 0, 1, 0, 0, 0, 1, 0, 0]
    assert (r.fit.events, r.fit.remaining, r.fit.found_at_risk.tolist()) == (3, 2, [10, 5])
    assert r.fit.interval_censored.tolist() == [3, 4]


def test_ipdfromkm_on_paper() -> None:
    # the three leave at 0.75, 1.5, 2.25 (E = 3, the last click inside); 1.5 in the last interval are cut to 1, at 4.8
    r = reconstruct_ipd(*CURVE, *TABLE, cleaning="none")
    assert r.time.tolist() == [0.5, 1, 2, 2, 3, 5, 6, 6, 6, 6]
    assert r.event.tolist() == [0, 1, 0, 0, 1, 0, 1, 0, 0, 0]


def test_example_of_the_python_port() -> None:
    r = reconstruct_ipd(np.arange(11), np.linspace(1, 0.5, 11), [0, 4, 8], [100, 72, 40], cleaning="none")
    assert (r.fit.n, r.fit.events, r.fit.remaining) == (100, 36, 24)
    assert kaplan_meier(r.time, r.event).survival[-1] == pytest.approx(0.508055626652268, abs=1e-14)


def test_whole_curve_without_censoring_comes_back() -> None:
    # ten deaths at ten times: the curve says it all
    t = np.arange(1.0, 11)
    r = reconstruct_ipd(t, 1 - t / 10, [0], [10], cleaning="none")
    assert r.time.tolist() == t.tolist()
    assert r.event.all()
    assert r.fit.rmse == pytest.approx(0, abs=1e-12)
    assert "no hazard ratio" in " ".join(r.fit.warnings)


def test_total_number_of_events_is_met_or_said() -> None:
    curve = (np.arange(11), np.linspace(1, 0.5, 11))
    alone = reconstruct_ipd(*curve, [0], [100], cleaning="none")
    met = reconstruct_ipd(*curve, [0], [100], cleaning="none", total_events=40)
    assert (alone.fit.events, met.fit.events) == (50, 40)
    assert not any("events where" in w for w in met.fit.warnings)
    # 28 events are needed before month 8 as it is; no allocation of the censored makes 5 of the whole
    missed = reconstruct_ipd(*curve, [0, 4, 8], [100, 72, 40], cleaning="none", total_events=5)
    assert missed.fit.events > 5
    assert any(f"{missed.fit.events} events where 5 were published" in w for w in missed.fit.warnings)


def test_interval_without_points_is_flat_and_said() -> None:
    r = reconstruct_ipd([1, 2, 9], [0.9, 0.8, 0.7], [0, 4, 8], [20, 12, 8], cleaning="none")
    assert r.fit.found_at_risk.tolist() == [20, 12, 8]
    assert r.fit.interval_events[1] == 0
    assert any("interval from 4" in w for w in r.fit.warnings)


def test_numbers_at_risk_after_the_last_point() -> None:
    ended = reconstruct_ipd([1, 2, 5], [0.9, 0.8, 0.7], [0, 3, 6], [20, 12, 0], cleaning="none")
    assert ended.fit.risk_time.tolist() == [0, 3]
    on = reconstruct_ipd([1, 2, 5], [0.9, 0.8, 0.7], [0, 3, 6], [20, 12, 4], cleaning="none")
    assert on.time.max() == 6
    assert on.fit.found_at_risk.tolist() == [20, 12, 4]


def test_disagreement_with_the_risk_table_is_said() -> None:
    # the curve alone takes half of 100 patients; a table with 80 left cannot be met
    r = reconstruct_ipd([1, 3, 5], [0.7, 0.5, 0.4], [0, 4], [100, 80], cleaning="none")
    assert r.fit.difference.tolist() == [0, -30]
    assert any("4 (-30)" in w for w in r.fit.warnings)


@st.composite
def trials(draw: Any) -> tuple[Any, Any]:
    n = draw(st.integers(20, 80))
    rng = np.random.default_rng(draw(st.integers(0, 10**6)))
    t, c = rng.exponential(10, n), rng.uniform(4, 30, n)
    return np.minimum(t, c), t <= c


@given(trials(), st.floats(0.1, 30))
@settings(max_examples=40, deadline=None)
def test_exact_curve_and_table_give_the_events_back(data: Any, unit: float) -> None:
    time, event = data
    km = kaplan_meier(time, event)
    drop = km.events > 0
    if not drop.any():
        return
    t = np.append(np.repeat(km.time[drop], 2), time.max())
    top = np.append(1.0, km.survival[drop])
    s = np.append(np.column_stack([top[:-1], top[1:]]).ravel(), top[-1])
    at = np.arange(0, time.max(), 3.0)
    risk = (time[:, None] >= at).sum(axis=0)
    r = reconstruct_ipd(t, s, at, risk, cleaning="none")
    assert r.time.size == time.size
    assert abs(r.fit.events - event.sum()) <= 4  # 3 at most in 400 such trials, 0 in 279 of them
    assert r.fit.max_error < 1.5 / max(risk[-1], 1)
    scaled = reconstruct_ipd(t * unit, s, at * unit, risk, cleaning="none")
    assert scaled.fit.events == pytest.approx(r.fit.events, abs=2)


@given(st.lists(st.floats(0, 1), min_size=2, max_size=9))
def test_isotonic_cleaning_is_the_min_max_formula(s: list[float]) -> None:
    from onearm.stats._reconstruct_clicks import isotonic

    # non-increasing regression at k: min over i <= k of max over j >= k of the mean of s[i..j] (Robertson et al. 1988)
    n = len(s)
    mean = {(i, j): float(np.mean(s[i : j + 1])) for i, j in itertools.combinations_with_replacement(range(n), 2)}
    wanted = [min(max(mean[i, j] for j in range(k, n)) for i in range(k + 1)) for k in range(n)]
    np.testing.assert_allclose(isotonic(np.asarray(s)), wanted, atol=1e-12)


def test_nothing_sticks_out_of_an_even_or_a_short_curve() -> None:
    even = reconstruct_ipd(np.arange(11), np.linspace(1, 0.5, 11), [0, 4, 8], [100, 72, 40])
    assert (even.clicks.outliers, even.fit.events) == (0, 36)
    assert reconstruct_ipd([42], [0.5], [0], [30]).fit.events == 15


def test_cleaning_says_what_it_did() -> None:
    t = [-0.5, 0.2, 1, 1, 1, 2, 3, 4]
    s = [1.0, 0.99, 0.95, 0.9, 0.85, 0.8, 0.81, 0.7]
    c = reconstruct_ipd(t, s, [0], [50], cleaning="minimum").clicks
    assert (c.given, c.redundant, c.out_of_range, c.moved, c.added_start) == (8, 1, 1, 1, True)
    assert c.largest_move == pytest.approx(0.01)
    assert c.time.tolist() == [0, 0.2, 1, 1, 2, 3, 4]
    iso = reconstruct_ipd(t, s, [0], [50], cleaning="isotonic").clicks
    assert iso.survival.tolist() == pytest.approx([1, 0.99, 0.95, 0.85, 0.805, 0.805, 0.7])


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"survival": [1, 0.9, 1.5]}, "say which with scale"),
        ({"survival": [0.1, 0.4, 0.8]}, "survival rises by 0.700 in all"),
        ({"survival": [1, 0.9]}, "survival has 2 values where 3 are needed"),
        ({"survival": [1, np.nan, 0.5]}, "survival has 1 missing"),
        ({"time": [-3, -2, -1]}, "time holds no point after 0"),
        ({"risk_time": [1, 5]}, "risk_time must begin at 0"),
        ({"risk_time": [0, 0]}, "risk_time must increase"),
        ({"at_risk": [10, 12]}, "at_risk rises from 10 to 12"),
        ({"at_risk": [0, 0]}, "at_risk must begin with"),
        ({"at_risk": [10, 2.5]}, "at_risk must hold whole numbers"),
        ({"total_events": 11}, "total_events must be a whole number from 0 to the 10"),
        ({"total_events": 2.5}, "total_events must be a whole number"),
        ({"cleaning": "smooth"}, "cleaning must be one of"),
        ({"rule": "wei"}, "rule must be one of"),
        ({"scale": "per mille"}, "scale must be one of"),
        ({"cleaning": "none", "survival": [0.9, 0.8, 0.85]}, "survival rises from 0.8 to 0.85 at index 2"),
        ({"cleaning": "none", "time": [2, 1, 3]}, "time goes back at index 1"),
        ({"cleaning": "none", "time": [-1, 1, 3]}, "time is negative"),
        ({"cleaning": "none", "survival": [1.1, 0.9, 0.8]}, "outside 0..1"),
    ],
)
def test_refusals(change: dict[str, Any], words: str) -> None:
    given_: dict[str, Any] = {"time": [1, 2, 3], "survival": [1, 0.9, 0.8], "risk_time": [0, 2.5], "at_risk": [10, 5]}
    with pytest.raises(ValueError, match=words.replace("(", r"\(")):
        reconstruct_ipd(**(given_ | change))


@pytest.mark.shared
def test_repeats_spread_with_the_error_and_reading_adds_little(bonner: dict[str, Any]) -> None:
    def log_hazard_ratio(a: Reconstruction, b: Reconstruction) -> tuple[float, float]:
        arm = np.repeat([0.0, 1.0], [a.time.size, b.time.size])
        fit = cox(np.append(a.time, b.time), np.append(a.event, b.event), arm)
        return fit.coef[0], fit.std_error[0] ** 2

    def pooled(error_time: float, error_survival: float) -> Any:
        hand = {"error_time": error_time, "error_survival": error_survival, "repeats": 40}
        arms = [
            reconstruct_repeatedly(*bonner[a], MONTHS, ARMS[a], seed=i, **hand)  # type: ignore[arg-type]
            for i, a in enumerate(ARMS)
        ]
        return pool_repeats(log_hazard_ratio, *arms)

    steady, unsteady = pooled(0.1, 0.0025), pooled(0.5, 0.02)
    assert steady.between[0] < unsteady.between[0]
    assert steady.share[0] < 0.05
    assert steady.estimate[0] == pytest.approx(-0.3328, abs=0.03)
    assert steady.within[0] == pytest.approx(0.1287**2, rel=0.02)


def test_repeats_without_error_repeat_the_reconstruction() -> None:
    once = reconstruct_ipd(*CURVE, *TABLE)
    several = reconstruct_repeatedly(*CURVE, *TABLE, error_time=0, error_survival=0, repeats=2, seed=3)
    for r in several:
        assert (r.time.tolist(), r.event.tolist()) == (once.time.tolist(), once.event.tolist())


@pytest.mark.parametrize(("distribution", "most"), [("normal", np.inf), ("uniform", 3**0.5 * 0.05)])
def test_repeats_are_the_same_for_a_seed_and_have_the_error_stated(distribution: str, most: float) -> None:
    t, s = np.linspace(1, 100, 400), np.linspace(0.9, 0.1, 400)
    hand: dict[str, Any] = {"error_time": 0.05, "error_survival": 0, "repeats": 5, "distribution": distribution}
    a, b = (reconstruct_repeatedly(t, s, [0], [100], cleaning="none", seed=8, **hand) for _ in range(2))
    assert all(np.array_equal(x.time, y.time) for x, y in zip(a, b, strict=True))
    off = np.concatenate([r.clicks.time[1:] - t for r in a])
    assert off.std() == pytest.approx(0.05, rel=0.05)
    assert np.abs(off).max() < most


def test_pooling_by_rubins_rules() -> None:
    # differences of two arms 1, 2, 3 with variances 3, 4, 5: W 4, B 1, T = 4 + 4/3; nu = 2 (1 + 4 / (4/3))^2 = 32;
    # t(32) 97.5 % = 2.036933 (R, qt)
    def difference(a: tuple[float, float], b: tuple[float, float]) -> tuple[float, float]:
        return b[0] - a[0], a[1] + b[1]

    p = pool_repeats(difference, [(1, 1), (1, 2), (1, 3)], [(2, 2), (3, 2), (4, 2)])
    assert (p.estimate[0], p.within[0], p.between[0], p.df[0]) == (2, 4, 1, pytest.approx(32))
    assert p.conf_high[0] - p.estimate[0] == pytest.approx(2.0369333434601 * (16 / 3) ** 0.5, rel=1e-9)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"repeats": 1}, "repeats must be"),
        ({"error_time": -1}, "error_time must be 0 or more"),
        ({"error_survival": 1.0}, "error_survival must be 0 or more and less than 1"),
        ({"distribution": "cauchy"}, "distribution must be one of"),
    ],
)
def test_refusals_of_repeats(change: dict[str, Any], words: str) -> None:
    options: dict[str, Any] = {"error_time": 0.1, "error_survival": 0.01, "repeats": 3, "seed": 1} | change
    with pytest.raises(ValueError, match=words):
        reconstruct_repeatedly(*CURVE, *TABLE, **options)


def test_refusals_of_pooling() -> None:
    with pytest.raises(ValueError, match="arms is empty"):
        pool_repeats(lambda: (0.0, 1.0))
    with pytest.raises(ValueError, match="different numbers of repeats: 2, 3"):
        pool_repeats(lambda a, b: (a, b), [1, 2], [1, 2, 3])
