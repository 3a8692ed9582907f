"""Sample size beside an external control: every number against the plan itself, by hand, or by a formula."""

from __future__ import annotations

import math
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import replace
from functools import cache
from multiprocessing import get_context
from pathlib import Path
from statistics import NormalDist
from typing import Any

import numpy as np
import pytest

from onearm.errors import UsageError
from onearm.io.load import load
from onearm.protocol.alignment import Imputation
from onearm.stats.weighting import effective_sample_size
from onearm.study.blind import designs_of
from onearm.study.drawn import Plan, Ratio
from onearm.study.sample_size import SampleSize, sample_size
from onearm.study.simulate import simulate
from onearm.study.size_row import Run, Size, size_row
from onearm.study.size_words import smallest
from onearm.study.trial import Trial
from onearm.study.truth import Truth

EXAMPLE = Path(__file__).parents[2] / "examples" / "mini-hcvd-ino"
TRUTH = Truth(hazard_ratio=0.4, median_months=6.0, follow_up_months=(12.0, 36.0))
METHODS = ("overlap", "entropy", "g_computation")


@cache
def trial() -> Trial:
    """The bundled trial with one comparison and a few quick methods."""
    whole = load(EXAMPLE)
    one = whole.protocol.comparisons["salvage_chemo"]
    few = one.model_copy(update={"methods": {k: one.methods[k] for k in METHODS}})
    return replace(whole, protocol=whole.protocol.model_copy(update={"comparisons": {"salvage_chemo": few}}))


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """The true marginal ratio from fewer patients, where it is not the number that is looked at."""
    monkeypatch.setattr("onearm.study.truth.LARGE", 2000)


def plan() -> Plan:
    return Plan.of("salvage_chemo", designs_of(trial(), 1)["salvage_chemo"])


@pytest.mark.usefixtures("quick")
def test_at_the_folder_s_own_size_it_is_what_simulate_says() -> None:
    ours, theirs = plan().pool.trial, plan().pool.external
    found = sample_size(trial(), [ours], TRUTH, chosen=("primary", "overlap", "entropy"), runs=6, seed=3)
    direct = simulate(trial(), 6, 3, TRUTH).rows
    without = simulate(trial(), 6, 3, replace(TRUTH, hazard_ratio=1.0)).rows
    assert [row.method for row in found.rows] == [row.method for row in direct] == ["primary", "overlap", "entropy"]
    for row, same, none in zip(found.rows, direct, without, strict=True):
        assert (row.trial, row.external) == (ours, theirs)
        assert row.true_log_ratio == same.true_log_ratio
        assert (row.bias, row.bias_error, row.coverage) == (same.bias, same.bias_error, same.coverage)
        assert row.power == same.rejected
        assert row.type_one == none.rejected
        assert (row.refused, row.gate_failed) == (same.refused, pytest.approx(1 - same.gates_passed))
        assert row.lost == pytest.approx(ours * (1 - same.kept))


@pytest.mark.usefixtures("quick")
def test_other_sizes_are_the_plan_run_by_hand() -> None:
    found = sample_size(trial(), [12, 20], TRUTH, external=[40, 90], chosen=("entropy", "primary"), runs=4, seed=8)
    assert [(r.method, r.external, r.trial) for r in found.rows] == [
        (method, m, n) for method in ("entropy", "primary") for m in (40, 90) for n in (12, 20)
    ]
    row = next(r for r in found.rows if (r.method, r.external, r.trial) == ("primary", 40, 20))
    sized = plan().of_size(20, 40)
    seen = [dict(sized.once(TRUTH, 8, run))["primary"] for run in range(4)]
    ratios = [one["ratio"] for one in seen]
    claims = [r is not None and r.high < 0 for r in ratios]
    assert row.power == np.mean(claims)
    assert row.held == np.mean([c and one["passed"] for c, one in zip(claims, seen, strict=True)])
    assert row.gate_failed == pytest.approx(1 - np.mean([one["passed"] for one in seen]))
    values = [r.value for r in ratios if r is not None]
    assert row.refused == 1 - len(values) / 4
    if len(values) > 1:
        assert row.bias == pytest.approx(np.mean(values) - row.true_log_ratio, rel=1e-12)


@pytest.mark.usefixtures("quick")
def test_effective_numbers_are_kish_s_of_the_design() -> None:
    found = sample_size(trial(), [20], TRUTH, external=[60], chosen=("overlap",), runs=3, seed=2).rows[0]
    sized = plan().only(("overlap",)).of_size(20, 60)
    made = [sized.design(sized.draw(TRUTH, 2, run), 2).designs["overlap"] for run in range(3)]
    assert not any(design.refused for design in made)
    for name, weights in (
        ("effective_trial", [design.weight_trial for design in made]),
        ("effective_external", [design.weight_external for design in made]),
    ):
        kish = [w.sum() ** 2 / (w**2).sum() for w in weights]
        assert getattr(found, name) == pytest.approx(np.mean(kish), rel=1e-12)
        assert kish[0] == pytest.approx(effective_sample_size(weights[0]), rel=1e-12)
    assert 0 < found.effective_external <= 60
    assert found.overlap is not None
    assert 0 < found.overlap < 1
    assert sample_size(trial(), [20], TRUTH, external=[60], chosen=("entropy",), runs=2).rows[0].overlap is None


def run(effect: tuple[float, float, float] | None, none: tuple[float, float, float] | None, **said: Any) -> Run:
    ratios = [None if r is None else Ratio(r[0], 0.1, r[1], r[2]) for r in (effect, none)]
    rest = {"passed": True, "refused": effect is None, "effective_trial": 10.0, "effective_external": 20.0}
    return Run(*ratios, **(rest | {"lost": 0.0, "overlap": 0.5} | said))


def test_what_four_runs_come_to_by_hand() -> None:
    seen = [
        run((-0.8, -1.2, -0.4), (0.1, -0.3, 0.5), lost=2.0),
        run((-0.6, -1.0, -0.2), (-0.5, -0.9, -0.1), passed=False, overlap=None),
        run((0.6, 0.2, 1.0), (0.5, 0.1, 0.9), overlap=0.7),  # limits on the wrong side claim nothing
        run(None, None, passed=False, effective_trial=0.0, effective_external=0.0, lost=12.0, overlap=None),
    ]
    row = size_row(plan(), "primary", TRUTH, seen, {"ATT": -0.7})
    assert (row.power, row.power_error) == (0.5, 0.25)
    assert (row.power_low, row.power_high) == pytest.approx((0.067586, 0.932414), abs=1e-6)  # Clopper-Pearson, 2 of 4
    assert row.held == 0.25
    assert (row.type_one, row.type_one_side) == (0.5, 0.25)
    assert row.bias == pytest.approx((-0.8 - 0.6 + 0.6) / 3 + 0.7)
    assert row.coverage == pytest.approx(2 / 3)
    assert row.coverage_error == pytest.approx(math.sqrt(2 / 27))
    assert (row.effective_trial, row.effective_external, row.lost) == (7.5, 15.0, 3.5)
    assert row.overlap == pytest.approx(0.6)
    assert (row.gate_failed, row.refused) == (0.5, 0.25)
    harmful = size_row(plan(), "primary", replace(TRUTH, hazard_ratio=2.0), seen, {"ATT": 0.7})
    assert (harmful.power, harmful.type_one_side) == (0.25, 0.25)
    nothing = size_row(plan(), "primary", TRUTH, seen[3:], {"ATT": -0.7})
    assert (nothing.power, nothing.refused, nothing.bias, nothing.overlap) == (0.0, 1.0, None, None)


@pytest.mark.slow
def test_without_confounding_the_power_is_schoenfeld_s() -> None:
    truth = Truth(hazard_ratio=0.55, confounding=0.0, median_months=9.0, follow_up_months=(24.0, 24.0))
    n, m, runs = 60, 200, 300
    row = sample_size(trial(), [n], truth, external=[m], chosen=("overlap",), runs=runs, seed=4).rows[0]
    rate = math.log(2) / 9.0
    events = n * -math.expm1(-24 * rate * 0.55) + m * -math.expm1(-24 * rate)
    # Schoenfeld 1981 (doi:10.1093/biomet/68.1.316): mean |log HR| sqrt(p q d)
    shift = -math.log(0.55) * math.sqrt(n * m / (n + m) ** 2 * events)
    assert row.power == pytest.approx(NormalDist().cdf(shift - 1.959964), abs=0.06 + 2 * row.power_error)
    assert row.type_one_low <= 0.05 + 0.03
    assert row.true_log_ratio == pytest.approx(math.log(0.55), abs=0.02)


@pytest.mark.usefixtures("quick")
def test_threads_give_the_same_and_progress_is_told() -> None:
    def found(executor: Any = None) -> SampleSize:
        return sample_size(
            trial(), [8, 14], TRUTH, external=[30], chosen=("entropy",), runs=27, seed=5, executor=executor,
            told=heard.append,
        )  # fmt: skip

    heard: list[int] = []
    here = found()
    assert heard == [25, 27, 52, 54]
    heard.clear()
    with ThreadPoolExecutor(2) as threads:
        assert found(threads) == here
    assert sorted(heard) == heard
    assert heard[-1] == 54


def test_processes_give_the_same() -> None:
    asked: dict[str, Any] = {"external": [30], "chosen": ("entropy",), "runs": 27, "seed": 5}
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as processes:
        shared = sample_size(trial(), [8], TRUTH, executor=processes, **asked)
    assert shared == sample_size(trial(), [8], TRUTH, **asked)


def test_another_seed_draws_others() -> None:
    one, other = (plan().of_size(15, 40).draw(TRUTH, seed, 0) for seed in (1, 2))
    assert not one.trial.frame.equals(other.trial.frame)


@pytest.mark.usefixtures("quick")
def test_imputed_sets_are_averaged() -> None:
    protocol = trial().protocol
    one = protocol.comparisons["salvage_chemo"].model_copy(
        update={"missing": Imputation(imputations=2, iterations=2), "methods": {}}
    )
    imputed = replace(trial(), protocol=protocol.model_copy(update={"comparisons": {"salvage_chemo": one}}))
    truth = replace(TRUTH, missing=0.2)
    row = sample_size(imputed, [20], truth, external=[60], runs=2, seed=2).rows[0]
    sized = Plan.of("salvage_chemo", designs_of(imputed, 2)["salvage_chemo"]).of_size(20, 60)
    made = [sized.design(sized.draw(truth, 2, r), 2) for r in range(2)]
    assert [len(each.drawn) for each in made] == [2, 2]
    kept = [np.mean([len(s.designs["primary"].used_trial) for s in each.drawn]) for each in made]
    assert row.effective_trial == pytest.approx(np.mean(kept), rel=1e-12)
    assert row.lost == pytest.approx(20 - np.mean(kept), rel=1e-12)


@pytest.mark.usefixtures("quick")
def test_drift_that_looks_like_an_effect_is_said() -> None:
    truth = replace(TRUTH, hazard_ratio=0.8, drift=4.0, confounding=0.0)
    found = sample_size(trial(), [40], truth, external=[80], chosen=("entropy",), runs=20, seed=1)
    assert found.rows[0].type_one > 0.5
    assert any("not that of a valid test" in words for words in found.found)
    assert any("drift: external hazard times 4" in words for words in found.words)


def sized(n: int, power: float, **said: float) -> Size:
    low, high = power - 0.05, power + 0.05
    base = {
        "comparison": "c", "method": "primary", "label": "l", "estimand": "ATT", "external": 100, "runs": 200,
        "power_error": 0.02, "power_low": low, "power_high": high, "held": power - 0.2, "held_error": 0.02,
        "held_low": low - 0.2, "held_high": high - 0.2, "type_one": 0.05, "type_one_error": 0.01, "type_one_low": 0.03,
        "type_one_high": 0.09, "type_one_side": 0.02, "true_log_ratio": -0.5, "effective_trial": n,
        "effective_external": 50.0, "lost": 0.0, "overlap": 0.5, "gate_failed": 0.0, "refused": 0.0,
    }  # fmt: skip
    return Size(trial=n, power=power, **(base | said))  # type: ignore[arg-type]


def test_the_smallest_size_is_said_with_its_doubt() -> None:
    said = list(smallest([sized(30, 0.7), sized(48, 0.82), sized(60, 0.8), sized(80, 0.9)], 0.8, 0.95))
    assert said == [
        "primary, 100 external: the smallest n of the grid with power 0.8 is 48: 0.820 (Monte Carlo 95% limits 0.770 "
        "to 0.870); less is not excluded, and the lower limit reaches it first at n = 80",
        "primary, 100 external: power is not monotone: 0.800 at n = 60 after 0.820 at n = 48, within Monte Carlo error",
    ]
    (sure,) = smallest([sized(30, 0.9)], 0.8, 0.95)
    assert sure.endswith("is 30: 0.900 (Monte Carlo 95% limits 0.850 to 0.950)")
    none, held, falls = smallest([sized(30, 0.7, gate_failed=0.1), sized(48, 0.5)], 0.8, 0.95)
    assert "no n of the grid has power 0.8; the most is 0.700" in none
    assert "only runs count in which every gate held: no n of the grid has power 0.8; the most is 0.500" in held
    assert "more than Monte Carlo error" in falls


@pytest.mark.parametrize(
    ("sizes", "more", "says"),
    [
        ([], {}, "sizes is empty"),
        ([1], {}, "sizes holds 1"),
        ([30, 30], {}, "must ascend"),
        ([200_000], {}, "sizes holds 200000"),
        ([30], {"external": [0]}, "external holds 0"),
        ([30], {"power": 1.0}, "power must lie"),
        ([30], {"power": math.nan}, "power must lie"),
        ([30], {"runs": 1}, "runs must lie"),
        ([30], {"seed": -1}, "seed must not be negative"),
        ([30], {"chosen": ()}, "chosen is empty"),
    ],
)
def test_numbers_that_cannot_be_are_refused(sizes: list[int], more: dict[str, Any], says: str) -> None:
    with pytest.raises(ValueError, match=says):
        sample_size(trial(), sizes, TRUTH, **more)


def test_no_effect_has_no_power() -> None:
    with pytest.raises(ValueError, match="hazard_ratio is 1"):
        sample_size(trial(), [30], replace(TRUTH, hazard_ratio=1.0))


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"comparison": "salvage_chem"}, "U357"),
        ({"chosen": ("overlp",)}, "U358"),
        ({"chosen": ("g_computation",)}, "U358"),
    ],
)
def test_names_that_are_not_there_are_refused(more: dict[str, Any], code: str) -> None:
    with pytest.raises(UsageError, match=code):
        sample_size(trial(), [30], TRUTH, runs=2, **more)


def test_a_comparison_must_be_named_where_there_are_several_and_must_be_there() -> None:
    with pytest.raises(UsageError, match=r"U357.*2 comparisons"):
        sample_size(load(EXAMPLE), [30], TRUTH, runs=2)
    bare = replace(trial(), protocol=trial().protocol.model_copy(update={"comparisons": {}}))
    with pytest.raises(UsageError, match="U340"):
        sample_size(bare, [30], TRUTH, runs=2)


def test_a_run_under_no_effect_has_the_same_patients() -> None:
    one = plan().of_size(15, 40)
    with_effect, without = (one.draw(t, 1, 0) for t in (TRUTH, replace(TRUTH, hazard_ratio=1.0)))
    assert with_effect.trial.frame.equals(without.trial.frame)
    assert with_effect.external.frame.equals(without.external.frame)
    assert np.array_equal(with_effect.times[1].days, without.times[1].days)
    assert np.all(with_effect.times[0].days >= without.times[0].days)
    assert np.any(with_effect.times[0].days > without.times[0].days)
