"""Effects between weighted groups: solved on paper, and in words where there is nothing to estimate."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from onearm.endpoints.arms import Arms, Timed
from onearm.endpoints.modelled import Model, modelled_risk, modelled_survival
from onearm.endpoints.sample import Output, Times
from onearm.endpoints.time_to_event import Words
from onearm.endpoints.weighted import weighted_effects
from onearm.endpoints.weighted_curves import weighted_curves
from onearm.endpoints.weighted_incidence import weighted_incidence
from onearm.endpoints.weighted_risks import weighted_risks
from onearm.protocol.endpoint import Survival
from onearm.protocol.states import CumulativeIncidence
from onearm.results import Estimate
from onearm.stats.cox import cox
from onearm.stats.weighted_effects import weight_model_known
from onearm.units import MONTH_DAYS

WORDS = Words(name="os", label="OS", population="p", evidence="os", group="c", panel="os|c")


def arms(weight: list[float], first: int, cluster: list[int] | None = None) -> Arms:
    treated = np.arange(len(weight)) < first
    ours = tuple(f"t{i}" for i in range(first))
    theirs = tuple(f"x:{i}" for i in range(len(weight) - first))
    model = weight_model_known(weight, treated, estimand="ATT")
    codes = None if cluster is None else np.array(cluster)
    return Arms(ours, theirs, model, "robust variance", codes)


def timed(months: list[float], event: list[int], weight: list[float], first: int, **more: Any) -> Timed:
    groups = arms(weight, first, **more)
    days, seen = np.array(months) * MONTH_DAYS, np.array(event, dtype=bool)
    everybody = groups.subjects
    return groups.timed(
        Times(days[:first], seen[:first], everybody[:first]), Times(days[first:], seen[first:], everybody[first:])
    )


def clause(**more: Any) -> Survival:
    return Survival(estimator="survival", fact="os", population="p", **more)


def by_id(out: Output) -> dict[str, Estimate]:
    for e in out.estimates:
        for v in (e.value, e.low, e.high, e.std_error):
            assert v is None or not math.isnan(v), e.id
        assert (e.value is None) == (e.error is not None), e.id
        assert "nan" not in (e.error or "").lower()
    return {e.id: e for e in out.estimates}


def test_the_hazard_ratio_is_a_weighted_cox_model() -> None:
    months, event = [2.0, 5, 7, 9, 1, 3, 4, 8], [1, 1, 0, 1, 1, 1, 1, 0]
    weight = [1.0, 1, 1, 1, 0.5, 2, 1.5, 0]
    found = by_id(weighted_effects(timed(months, event, weight, 4), clause(), 0.9, WORDS, "A against B"))
    z, w = np.r_[np.ones(4), np.zeros(4)], np.array(weight)
    fit = cox(months, event, z, weight=w, robust=True, level=0.9)
    e = found["os.hazard_ratio|c"]
    assert math.log(e.value or 0) == pytest.approx(fit.coef[0], abs=1e-12)
    assert fit.robust_std_error is not None
    assert e.std_error == pytest.approx(fit.robust_std_error[0], abs=1e-12)
    assert (math.log(e.low or 0), math.log(e.high or 0)) == pytest.approx((fit.low[0], fit.high[0]), abs=1e-12)
    assert (e.n, e.events) == (7, 6)
    assert "A against B" in e.notes


def test_differences_on_paper() -> None:
    # trial: 3 of 4 alive at 4 months; external, weights 1 1 2: weight 3 of 4 is gone by then
    data = timed([1.0, 5, 6, 7, 2, 9, 3], [1] * 7, [1, 1, 1, 1, 1, 1, 2], 4)
    found = by_id(weighted_effects(data, clause(at_months=[4], mean_to_months=[4]), 0.95, WORDS, "A"))
    e = found["os.survival_difference@4mo|c"]
    assert e.value == pytest.approx(0.5)
    # the influence of a row on its arm's share s is w (y - s) / sum w
    trial = (3 * 0.25**2 + 0.75**2) / 16
    external = (1 * 0.25**2 + 1 * 0.75**2 + (2 * 0.25) ** 2) / 16
    assert e.std_error == pytest.approx(math.sqrt(trial + external))
    # areas to 4 months: (1 + 4 + 4 + 4) / 4 and (2 + 4 + 2 * 3) / 4
    assert found["os.rmst_difference@4mo|c"].value == pytest.approx(13 / 4 - 12 / 4)


def test_weighted_curves_have_weighted_numbers_at_risk() -> None:
    data = timed([1.0, 5, 6, 7, 2, 9, 3], [1, 0, 1, 1, 1, 1, 1], [1, 1, 1, 1, 1, 1, 2], 4)
    out = weighted_curves(data, clause(at_months=[4], ticks_months=4, interval="beta-product"), WORDS, ("A", "B"))
    found = by_id(out)
    assert found["os.survival@4mo|c/external"].value == pytest.approx(0.25)
    assert found["os.n|c/external"].value == 3
    trial, external = out.curves
    assert (trial.group, external.group) == ("A", "B")
    assert external.risk.at_risk == (4.0, 1.0, 1.0)
    assert external.risk.events == (0.0, 3.0, 3.0)
    assert "effective n 2.7 of 3" in external.method  # (1 + 1 + 2)^2 / (1 + 1 + 4)
    assert any("beta-product" in n for n in found["os.median|c/trial"].notes)


def test_a_weight_of_two_counts_like_two_patients_in_the_curve() -> None:
    single = timed([1.0, 4, 2, 2, 6], [1, 1, 1, 1, 0], [1, 1, 1, 1, 1], 2)
    double = timed([1.0, 4, 2, 6], [1, 1, 1, 0], [1, 1, 2, 1], 2)
    curves = [weighted_curves(d, clause(), WORDS, ("A", "B")).curves[1] for d in (single, double)]
    assert curves[0].value == curves[1].value
    assert curves[0].risk.at_risk == curves[1].risk.at_risk


@pytest.mark.parametrize(
    ("event", "weight", "says"),
    [
        ([0, 0, 0, 1, 1, 1], [1.0] * 6, "finite hazard ratio"),
        ([0] * 6, [1.0] * 6, "no event"),
    ],
)
def test_no_events_are_said(event: list[int], weight: list[float], says: str) -> None:
    data = timed([1.0, 2, 3, 1, 2, 3], event, weight, 3)
    found = by_id(weighted_effects(data, clause(at_months=[2], mean_to_months=[2]), 0.95, WORDS, "A"))
    assert says in (found["os.hazard_ratio|c"].error or "")
    assert says in (found["os.cox_p|c"].error or "")


def test_all_weight_on_one_patient() -> None:
    data = timed([5.0, 6, 7, 8, 1, 2], [1, 1, 1, 1, 1, 1], [1, 1, 1, 1, 1, 1e-30], 4)
    found = by_id(weighted_effects(data, clause(at_months=[3], mean_to_months=[3]), 0.95, WORDS, "A"))
    assert found["os.hazard_ratio|c"].value is None
    by_id(weighted_curves(data, clause(at_months=[3], mean_to_months=[2]), WORDS, ("A", "B")))


def test_nobody_with_an_outcome_is_left_on_a_side() -> None:
    groups = arms([1.0, 1, 1, 1], 2)
    ours = Times(np.array([10.0, 20]), np.array([True, True]), ("t0", "t1"))
    nobody = Times(np.zeros(0), np.zeros(0, dtype=bool), ())
    data = groups.timed(ours, nobody)
    found = by_id(weighted_effects(data, clause(at_months=[1], mean_to_months=[1]), 0.95, WORDS, "A"))
    assert all(e.error for e in found.values())
    curves = weighted_curves(data, clause(at_months=[1]), WORDS, ("A", "B"))
    assert by_id(curves)["os.median|c/external"].error == "nobody in the group"
    answers = by_id(weighted_risks(groups.answered({"t0": True, "t1": False}), 0.95, WORDS, "A", shares=True))
    assert all(e.error for e in answers.values())


def test_a_time_beyond_the_follow_up_is_said() -> None:
    data = timed([1.0, 5, 2, 3], [1, 0, 1, 0], [1.0] * 4, 2)
    found = by_id(weighted_effects(data, clause(at_months=[4], mean_to_months=[4]), 0.95, WORDS, "A"))
    assert "follow-up" in (found["os.survival_difference@4mo|c"].error or "")
    assert found["os.rmst_difference@4mo|c"].error


def test_yes_or_no_on_paper() -> None:
    # trial 3 of 4; external weights 1 1 2, yes of weight 1: 1/4. Difference 1/2, ratio 3, odds ratio 9.
    groups = arms([1.0, 1, 1, 1, 1, 1, 2], 4)
    said = dict(zip(groups.subjects, [True, True, True, False, True, False, False], strict=True))
    found = by_id(weighted_risks(groups.answered(said), 0.95, WORDS, "A against B", shares=True))
    assert [found[f"os.{k}|c"].value for k in ("risk_difference", "risk_ratio", "odds_ratio")] == pytest.approx(
        [0.5, 3, 9]
    )
    assert [found[f"os.share|c/{k}"].value for k in ("trial", "external")] == pytest.approx([0.75, 0.25])
    trial, external = (3 * 0.25**2 + 0.75**2) / 16, (0.75**2 + 0.25**2 + 0.5**2) / 16
    assert found["os.risk_difference|c"].std_error == pytest.approx(math.sqrt(trial + external))
    assert found["os.share|c/trial"].std_error == pytest.approx(math.sqrt(trial))
    logs = trial / 0.75**2 + external / 0.25**2
    assert found["os.risk_ratio|c"].std_error == pytest.approx(math.sqrt(logs))
    assert "marginal" in found["os.odds_ratio|c"].method


def test_pairs_as_clusters_shrink_the_error_of_answers_that_agree() -> None:
    said = [True, True, False, False]
    alone, paired = arms([1.0] * 8, 4), arms([1.0] * 8, 4, [0, 1, 2, 3] * 2)
    errors = []
    for groups in (alone, paired):
        answers = dict(zip(groups.subjects, [*said, True, False, False, False], strict=True))
        errors.append(by_id(weighted_risks(groups.answered(answers), 0.95, WORDS, "A"))["os.risk_difference|c"])
    # paired differences 0 1 0 0 of mean 1/4: sum of squares (9 + 3) / 16, over 16
    assert errors[1].std_error == pytest.approx(math.sqrt(0.75 / 16))
    assert (errors[1].std_error or 9) < (errors[0].std_error or 0)


@pytest.mark.parametrize("said", [[True] * 6, [False] * 6, [True] * 3 + [False] * 3])
def test_answers_that_do_not_vary_have_no_limits(said: list[bool]) -> None:
    groups = arms([1.0] * 6, 3)
    answers = groups.answered(dict(zip(groups.subjects, said, strict=True)))
    found = by_id(weighted_risks(answers, 0.95, WORDS, "A", shares=True))
    e = found["os.risk_difference|c"]
    assert (e.low, e.high, e.std_error) == (None, None, None)
    assert found["os.risk_p|c"].error == "the outcome does not vary on one side"
    assert found["os.odds_ratio|c"].error


def test_those_of_whom_the_answer_is_not_known_are_left_out_and_counted() -> None:
    groups = arms([1.0] * 6, 3)
    answers = groups.answered(dict(zip(groups.subjects, [True, False, None, True, False, None], strict=True)))
    e = by_id(weighted_risks(answers, 0.95, WORDS, "A"))["os.risk_difference|c"]
    assert (e.n, e.value) == (4, 0.0)
    assert "2 left out: not known" in e.notes


def test_competing_causes_on_paper() -> None:
    # trial: two of four relapse by month 5; external: weight 1 of 4 does
    data = timed([1.0, 2, 3, 9, 1, 4, 8, 9], [1, 1, 1, 0, 1, 1, 1, 0], [1.0] * 8, 4)
    cause = ["relapse", "death", "relapse", "", "death", "relapse", "relapse", ""]
    of = dict(zip(data.arms.subjects, cause, strict=True))
    endpoint = CumulativeIncidence(
        estimator="cumulative-incidence", fact="os", population="p", at_months=[5, 20], labels={"death": "Death first"}
    )
    out = weighted_incidence(data, of, ("relapse", "death", "no response"), endpoint, 0.95, WORDS, "A", sides=True)
    found = by_id(out)
    assert found["os.incidence_difference.relapse@5mo|c"].value == pytest.approx(0.25)
    assert found["os.incidence.relapse@5mo|c/trial"].value == pytest.approx(0.5)
    assert found["os.incidence.death@5mo|c/external"].value == pytest.approx(0.25)
    # shares without censoring: (1/4 + 3/16) / 4
    error = math.sqrt((0.5 * 0.5 + 0.25 * 0.75) / 4)
    assert found["os.incidence_difference.relapse@5mo|c"].std_error == pytest.approx(error)
    assert found["os.incidence_difference.death@5mo|c"].heading == "Death first"
    assert found["os.incidence_difference.relapse@20mo|c"].error == "beyond the last follow-up of a side"
    assert found["os.incidence_difference.no_response@5mo|c"].error == "no event of this cause on either side"


def test_models_that_separate_say_so() -> None:
    x = np.c_[np.r_[np.zeros(4), np.ones(4)]]  # the covariate is the group
    data = timed([1.0, 2, 3, 4, 1, 2, 3, 4], [1, 1, 1, 0] * 2, [1.0] * 8, 4)
    for doubly in (False, True):
        model = Model(x, ("site",), "ATT", doubly)
        found = by_id(modelled_survival(data, model, clause(at_months=[2], mean_to_months=[2]), 0.95, WORDS, "A"))
        assert found["os.survival_difference@2mo|c"].error
        assert found["os.conditional_hazard_ratio|c"].error
        answers = data.arms.answered(dict.fromkeys(data.arms.subjects, True))
        assert all(e.error for e in by_id(modelled_risk(answers, model, 0.95, WORDS, "A")).values())


def test_saturated_models_give_the_standardised_risks() -> None:
    # strata of the trial 4 and 4; risks 3/4 and 1/2 there, 1/4 and 1/4 among the external ones
    x = np.c_[[0.0] * 8 + [1.0] * 12]
    order = np.r_[0:4, 8:12, 4:8, 12:20]
    y = np.array([1, 1, 1, 0, 1, 0, 0, 0, 1, 1, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0], dtype=bool)[order]
    groups = arms([1.0] * 20, 8)
    answers = groups.answered(dict(zip(groups.subjects, y.tolist(), strict=True)))
    for doubly in (False, True):
        found = by_id(modelled_risk(answers, Model(x[order], ("x",), "ATT", doubly), 0.95, WORDS, "A"))
        assert found["os.risk_difference|c"].value == pytest.approx(0.375)
        assert found["os.risk_ratio|c"].value == pytest.approx(2.5)
        assert "conditional" in found["os.conditional_odds_ratio|c"].method


def test_a_side_on_which_everybody_answers_has_no_interval() -> None:
    from onearm.endpoints.weighted_risks import one_sided
    from onearm.stats.weighted_effects import weight_model_known, weighted_mean_difference

    z = [1, 1, 1, 1, 0, 0, 0, 0]
    model = weight_model_known([1] * 8, z, estimand="ATT")
    assert one_sided(weighted_mean_difference([1, 0, 1, 0, 1, 1, 1, 1], z, model))
    assert not one_sided(weighted_mean_difference([1, 0, 1, 0, 1, 1, 1, 0], z, model))
