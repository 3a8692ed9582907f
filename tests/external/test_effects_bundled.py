"""Effects of every method in the bundled trial against R (tests/r/comparison.R), and by second routes."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

import onearm as oa
from onearm.endpoints.sample import Times
from onearm.results import Results
from onearm.stats.cox import cox
from onearm.stats.standardise import standardise_survival
from onearm.study.blind import designs_of
from onearm.study.trial import Trial

R = json.loads((Path(__file__).parents[1] / "r" / "comparison.json").read_text())
SOURCES = ("salvage_chemo", "inotuzumab_alone")
METHODS = """\
    endpoints: [os, cr]
    methods:
      att: {estimand: ATT, method: weights}
      ate: {estimand: ATE, method: weights}
      overlap: {estimand: ATO, method: weights}
      matching: {estimand: ATM, method: weights}
      entropy: {estimand: ATT, method: entropy}
      full: {estimand: ATT, method: full}
      counted: {estimand: ATE, method: weights, variance: m-estimation}
      gcomp: {estimand: ATE, method: g-computation}
      dr: {estimand: ATT, method: doubly-robust}
"""


@pytest.fixture(scope="module")
def folder(bundled: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    import shutil

    made = tmp_path_factory.mktemp("effects") / "trial"
    shutil.copytree(bundled, made)
    text = (made / "protocol.yaml").read_text()
    assert "    endpoints: [os, pfs]\n" in text
    head, _, tail = text.partition("comparisons:\n")
    tail = "\n".join(_without_methods(tail.splitlines()))
    (made / "protocol.yaml").write_text(head + "comparisons:\n" + tail.replace("    endpoints: [os, pfs]\n", METHODS))
    for lock in made.glob("design*.json"):
        lock.unlink()
    return made


def _without_methods(lines: list[str]) -> Iterator[str]:
    """The bundled protocol's own further methods make room for those above."""
    inside = False
    for line in lines:
        if line.startswith("    methods:"):
            inside = True
        elif inside and not line.startswith("      "):
            inside = False
        if not inside:
            yield line
    yield ""


@pytest.fixture(scope="module")
def trial(folder: Path) -> Trial:
    return oa.load(folder)


@pytest.fixture(scope="module")
def results(trial: Trial) -> Results:
    return oa.run(trial)


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize("method", ["att", "ate", "overlap", "matching", "entropy"])
def test_weighted_effects_are_those_of_r(results: Results, source: str, method: str) -> None:
    r, group = R[source][method], f"{source}/{method}"
    ratio = results[f"os.hazard_ratio|{group}"]
    assert [math.log(ratio.value or 0), ratio.std_error] == pytest.approx(r["log_hazard_ratio"], rel=1e-7)
    difference = results[f"os.survival_difference@12mo|{group}"]
    assert [difference.value, difference.std_error] == pytest.approx(r["survival"][2:], rel=1e-7)
    risk = results[f"cr.risk_difference|{group}"]
    assert [risk.value, risk.std_error] == pytest.approx(r["risk"][2:], rel=1e-7)
    treated, control = r["risk"][:2]
    assert results[f"cr.risk_ratio|{group}"].value == pytest.approx(treated / control, rel=1e-7)
    odds = treated / (1 - treated) / (control / (1 - control))
    assert results[f"cr.odds_ratio|{group}"].value == pytest.approx(odds, rel=1e-7)
    curves = [results.curves[f"os|{group}/{side}"] for side in ("trial", "external")]
    for curve, expected in zip(curves, r["survival"], strict=False):
        place = max(i for i, t in enumerate(curve.time) if t <= 12)
        assert curve.value[place] == pytest.approx(expected, rel=1e-7)
        assert curve.panel == f"os|{group}"
        assert "effective n" in curve.method


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize("method", ["gcomp", "dr"])
def test_the_conditional_hazard_ratio_is_that_of_r_and_stands_apart(results: Results, source: str, method: str) -> None:
    e = results[f"os.conditional_hazard_ratio|{source}/{method}"]
    assert [math.log(e.value or 0), e.std_error] == pytest.approx(R[source]["conditional"], rel=1e-7)
    assert any(n.startswith("conditional: between two patients of equal covariates") for n in e.notes)
    marginal = results[f"os.hazard_ratio|{source}/{method}"]
    assert marginal.value is None
    assert "no marginal hazard ratio" in (marginal.error or "")


def test_g_computation_is_the_kernel_on_the_design(results: Results, trial: Trial) -> None:
    made = designs_of(trial)["salvage_chemo"].designs["gcomp"]
    days, event = _times(trial, made.trial, made.external)
    s = standardise_survival(days, event, made.treated, made.matrix, [365.25], target="all").difference[0]
    e = results["os.survival_difference@12mo|salvage_chemo/gcomp"]
    assert (e.value, e.low, e.high, e.std_error) == pytest.approx((s.estimate, s.low, s.high, s.std_error), rel=1e-12)
    assert "marginal (ATE)" in e.method


def test_doubly_robust_and_g_computation_are_near_the_weighted_effects(results: Results) -> None:
    att = results["os.survival_difference@12mo|salvage_chemo/att"]
    dr = results["os.survival_difference@12mo|salvage_chemo/dr"]
    assert abs((att.value or 0) - (dr.value or 9)) < (att.std_error or 0)
    assert "marginal (ATT)" in dr.method


def test_full_matching_is_a_cox_model_with_classes_as_clusters(results: Results, trial: Trial) -> None:
    made = designs_of(trial)["salvage_chemo"].designs["full"]
    days, event = _times(trial, made.trial, made.external)
    classes = np.concatenate([made.class_trial, made.class_external])
    used = made.weight > 0
    fit = cox(
        days[used], event[used], made.treated[used].astype(float), weight=made.weight[used], cluster=classes[used]
    )
    assert fit.robust_std_error is not None
    e = results["os.hazard_ratio|salvage_chemo/full"]
    assert math.log(e.value or 0) == pytest.approx(fit.coef[0], abs=1e-10)
    assert e.std_error == pytest.approx(fit.robust_std_error[0], abs=1e-10)
    assert "classes as clusters" in e.method


def test_counting_the_estimation_of_the_score_changes_the_error_alone(results: Results) -> None:
    plain, counted = (results[f"os.hazard_ratio|salvage_chemo/{m}"] for m in ("ate", "counted"))
    assert plain.value == pytest.approx(counted.value, rel=1e-12)
    assert plain.std_error != counted.std_error
    assert "M-estimation" in counted.method


@pytest.mark.parametrize("source", SOURCES)
def test_pairs_by_weights_are_the_primary_pairs(trial: Trial, results: Results, source: str) -> None:
    from onearm.stats.weighted_effects import weighted_hazard_ratio
    from onearm.study.arms import arms

    made = designs_of(trial)[source].primary
    groups = arms(made, f"{source}:", 1)
    ours, theirs = _sides(trial, source)
    timed = groups.timed(ours, theirs)
    fit = weighted_hazard_ratio(timed.days, timed.event, groups.treated, groups.model, cluster=groups.cluster)
    e = results[f"os.hazard_ratio|{source}"]
    assert math.log(e.value or 0) == pytest.approx(fit.estimate, abs=1e-10)
    assert e.std_error == pytest.approx(fit.std_error, abs=1e-10)
    within = results[f"os.conditional_hazard_ratio|{source}"]
    assert "stratified by pair" in within.method
    first = results[f"os.survival@12mo|{source}/trial"].value or 0
    second = results[f"os.survival@12mo|{source}/external"].value or 0
    assert results[f"os.survival_difference@12mo|{source}"].value == pytest.approx(first - second, abs=1e-12)
    means = [results[f"os.rmst@24mo|{source}/{side}"].value or 0 for side in ("trial", "external")]
    assert results[f"os.rmst_difference@24mo|{source}"].value == pytest.approx(means[0] - means[1], abs=1e-9)


def test_the_pair_stratified_ratio_counts_only_who_was_first(results: Results) -> None:
    # With one pair a stratum the partial likelihood is binomial: the ratio is the odds of the trial's having it first.
    e = results["os.conditional_hazard_ratio|salvage_chemo"]
    assert e.value is not None
    p = e.value / (1 + e.value)  # of n decided pairs a share p: variance 1 / (n p (1 - p)), ratio p / (1 - p)
    decided = 1 / ((e.std_error or 1) ** 2 * p * (1 - p))
    assert decided == pytest.approx(round(decided), abs=1e-6)


def test_every_number_says_whom_it_speaks_of_and_of_which_kind_it_is(results: Results) -> None:
    mine = [e for e in results if e.context == "method"]
    assert mine
    for e in mine:
        assert any(n.startswith("estimand AT") for n in e.notes), e.id
        kind = [n for n in e.notes if n.startswith(("marginal", "conditional"))]
        assert len(kind) == 1 or e.n == 0, e.id
        failed = [i for i, n in enumerate(e.notes) if n.startswith("GATE FAILED")]
        assert failed == list(range(len(failed))), e.id
        assert e.value is None or not math.isnan(e.value)
        assert (e.value is None) == (e.error is not None), e.id


def test_the_adjusted_log_rank_test_is_said_to_be_one(results: Results) -> None:
    assert "Xie and Liu" in results["os.log_rank_p|salvage_chemo/overlap"].method
    assert "classes as clusters" in results["os.log_rank_p|salvage_chemo/full"].method


def _sides(trial: Trial, source: str = "salvage_chemo") -> tuple[Times, Times]:
    from dataclasses import replace

    from onearm.facts import state

    ours = Times.of(state(trial.protocol, trial.cohort, ("os",))["os"].frame)
    theirs = Times.of(state(trial.protocol, trial.external[source], ("os",))["os"].frame)
    return ours, replace(theirs, subjects=tuple(f"{source}:{s}" for s in theirs.subjects))


def _times(trial: Trial, first: tuple[str, ...], second: tuple[str, ...]) -> tuple[np.ndarray, np.ndarray]:
    ours, theirs = _sides(trial)
    a, _ = ours.pick(first)
    b, _ = theirs.pick([f"salvage_chemo:{s}" for s in second])
    return np.concatenate([a.days, b.days]), np.concatenate([a.event, b.event])
