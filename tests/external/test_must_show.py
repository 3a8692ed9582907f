"""The numbers a reader can look up elsewhere, one test a line, through the public names of `onearm.stats`."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from onearm import stats

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data"
LISTS = SHARED / "matchit_nearest_pairs.json"


@pytest.fixture(autouse=True)
def there(request: pytest.FixtureRequest) -> None:
    """Tests of public data need the folder they stand in."""
    if request.node.get_closest_marker("shared") and not SHARED.is_dir():
        pytest.skip("the folder ../shared/data is not beside this checkout")


DECIDED_BY_ROUNDING = {
    "mahvars + exact + m.order='closest' (three-way)",
    "mahvars + reuse.max=2 + m.order='closest' (mahcovs_closest bounded)",
    "Mahalanobis, m.order='farthest' (mahcovs_closest close=FALSE)",
}
"""Lists in which different controls are equally far but for the last digit of the distance."""


def table(name: str) -> dict[str, Any]:
    frame = pl.read_csv(SHARED / f"{name}.csv", infer_schema_length=None, null_values="NA")
    return {c: frame[c].to_numpy() for c in frame.columns}


@pytest.fixture(scope="module")
def lalonde() -> dict[str, Any]:
    d = table("lalonde")
    race = [d["race"] == "hispan", d["race"] == "white"]
    x = np.column_stack([d["age"], d["educ"], *race, *(d[k] for k in ("married", "nodegree", "re74", "re75"))])
    return d | {"x": x.astype(float), "z": d["treat"], "score": stats.logistic.logistic(x, d["treat"]).fitted}


@pytest.mark.shared
def test_every_pair_list_of_matchit_and_the_three_that_rounding_decides(lalonde: dict[str, Any]) -> None:
    """Each of the 26 lists is a case of tests/stats/test_matchit_pairs.py; 23 are found whole, the other 3 are named.

    None of the stored lists asks for R's random stream, so none is left out.
    """
    lists = {c["case"]: c for c in json.loads(LISTS.read_text(encoding="utf-8"))}
    assert len(lists) == 26
    assert set(lists) >= DECIDED_BY_ROUNDING
    assert len(set(lists) - DECIDED_BY_ROUNDING) == 23
    assert not [c for c in lists.values() if c["options"]["m_order"] == "random"]


@pytest.mark.shared
@pytest.mark.parametrize("order", ["largest", "data"])
def test_pairs_of_matchit_on_the_logistic_score_alone(order: str, lalonde: dict[str, Any]) -> None:
    plain = {"m_order", "score_covariates"}
    cases = json.loads(LISTS.read_text(encoding="utf-8"))
    found = [c for c in cases if set(c["options"]) <= plain and c["options"]["m_order"] == order]
    assert len(found) == 1
    z, score, ids = lalonde["z"], lalonde["score"], lalonde["id"]
    first, second = np.flatnonzero(z == 1), np.flatnonzero(z == 0)
    pairs = stats.nearest_pairs(score[first], score[second], order=order)
    ours = {(str(ids[first[i]]), str(ids[second[j]])) for i, j in zip(pairs.treated, pairs.control, strict=True)}
    assert ours == {(k, v) for k, many in found[0]["pairs"].items() for v in many}


@pytest.mark.shared
def test_lalonde_att_weights(lalonde: dict[str, Any]) -> None:
    z = lalonde["z"]
    weight = stats.att_weights(lalonde["score"], z)
    assert round(stats.effective_sample_size(weight[z == 0]), 4) == 99.8154
    model = stats.weight_model_logistic(lalonde["x"], z, estimand="ATT")
    effect = stats.weighted_mean_difference(lalonde["re78"], z, model)
    assert round(effect.estimate, 4) == 1214.0712
    assert round(effect.std_error, 1) == 798.2  # counts that the score was estimated


@pytest.mark.shared
def test_lalonde_entropy_balancing(lalonde: dict[str, Any]) -> None:
    x, z, y = lalonde["x"], lalonde["z"], lalonde["re78"]
    fit = stats.entropy_balance(x[z == 0], x[z == 1].mean(axis=0))
    assert round(fit.effective_sample_size, 4) == 98.4578
    effect = y[z == 1].mean() - np.average(y[z == 0], weights=fit.weight)
    assert effect == pytest.approx(1273.2618, abs=1e-4)  # incomes in the file are rounded
    same = stats.maic(x[z == 0], x[z == 1].mean(axis=0))  # one engine
    np.testing.assert_allclose(same.rescaled, fit.weight, rtol=1e-12)


@pytest.mark.shared
def test_maic_set() -> None:
    trial, times, other = table("maic/adsl"), table("maic/adtte"), table("maic/psuedo_IPD")
    x = np.column_stack([trial["AGE"], trial["SEX"] == "Male", trial["SMOKE"], trial["ECOG0"]]).astype(float)
    time, event = np.r_[times["AVAL"], other["Time"]], np.r_[times["EVNT"], other["Event"]]
    z = np.r_[np.ones(500), np.zeros(300)]
    crude = stats.weighted_hazard_ratio(time, event, z, stats.weight_model_known(np.ones(800), z, estimand="crude"))
    assert round(math.exp(crude.estimate), 7) == 0.3748981
    model = stats.weight_model_maic(x, z, [50 + 19 / 300, 0.49, 58 / 300, 0.35], [3.23535892601672, None, None, None])
    effect = stats.weighted_hazard_ratio(time, event, z, model)
    assert round(model.effective_sample_size[0], 4) == 157.0712
    assert round(math.exp(effect.estimate), 7) == 0.2864752  # printed .2864753 from targets of fewer digits
    assert math.exp(effect.estimate) == pytest.approx(0.2864753, abs=2e-7)
    assert round(effect.std_error_fixed, 7) == 0.1652804
    assert model.population == "the comparator's"


@pytest.mark.shared
def test_guyot_on_the_two_digitised_arms() -> None:
    at_risk = {"radiation": [213, 122, 80, 51, 30, 10], "combination": [211, 143, 101, 66, 35, 9]}
    made = []
    for arm, counts in at_risk.items():
        clicks = np.loadtxt(SHARED / f"bonner_{arm}_clicks.csv", delimiter=",", skiprows=1).T
        made.append(stats.reconstruct_ipd(*clicks, [0, 10, 20, 30, 40, 50], counts))
    assert [one.fit.events for one in made] == [134, 110]
    time, event = (np.concatenate([getattr(one, k) for one in made]) for k in ("time", "event"))
    fit = stats.cox.cox(time, event, np.repeat([0.0, 1.0], [213, 211]))
    assert round(math.exp(fit.coef[0]), 4) == 0.7169


@pytest.mark.parametrize(
    ("ratio", "low", "high", "point", "limit"),
    [
        (3.9, 1.8, 8.7, 7.263034, 3.0),
        (10.73, 8.02, 14.36, 20.94777, 15.52336),
        (0.80, 0.71, 0.91, 1.809017, 1.428571),
    ],
)
def test_e_values(ratio: float, low: float, high: float, point: float, limit: float) -> None:
    found = stats.e_value(ratio, low, high)
    assert [found.point, found.limit] == pytest.approx([point, limit], rel=5e-7)


def test_e_values_of_a_hazard_ratio() -> None:
    common = stats.e_value(0.56, 0.46, 0.69, "hr")
    rare = stats.e_value(0.56, 0.46, 0.69, "hr", common=False)
    assert [common.point, common.limit] == pytest.approx([2.349531, 1.908004], rel=1e-6)
    assert [rare.point, rare.limit] == pytest.approx([2.970223, 2.256198], rel=1e-6)


def test_robust_map_of_rbest() -> None:
    prior = stats.bayes.beta_mixture(
        [0.4612914, 0.1917812, 0.1893896, 0.1575378],
        [33.9513487, 19.4400089, 12.2692310, 2.2521243],
        [103.0146367, 41.5205219, 55.9202833, 5.4812202],
    )
    active = stats.bayes.beta_mixture(1, 0.5, 1).posterior(14, 24)
    placebo = stats.robust_map(prior, 0.2).posterior(1, 6)
    assert round(stats.probability_greater(active, placebo), 7) == 0.9917197


def test_twelve_patients_clone_censor_weight() -> None:
    """Years of aspirin 0, 1 or 2: three quarters are dead after two years whatever was taken, unlike the naive risks.

    Hernan 2018, doi:10.1136/bmj.k182.
    """
    first = np.array([0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1])
    second = np.array([0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 0])
    dead = np.array([0, 1, 1, 1, 0, 1, 1, 1, 0, 1, 1, 1])
    early = np.isin(np.arange(12), [3, 7, 11])
    years = np.where(early, 1.0, 2.0)
    departs = {
        0: np.where(first == 1, 0, np.nan),
        1: np.where(first == 0, 0, np.where(second == 1, 1, np.nan)),
        2: np.where(first == 0, 0, np.where((second == 0) & ~early, 1, np.nan)),
    }
    naive = [dead[first + second == k].mean() for k in range(3)]
    assert naive == pytest.approx([3 / 4, 4 / 5, 2 / 3])
    for goes in departs.values():
        arm = stats.intercurrent.follow_strategy(years, dead, goes)
        assert arm.curve is not None
        assert 1 - arm.curve.at(2).survival[0] == pytest.approx(0.75, abs=1e-12)
