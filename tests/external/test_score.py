"""Scores: the models that a protocol may name, and why there is none."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl
import pytest
from pydantic import ValidationError
from sklearn.linear_model import LogisticRegression

from onearm.cohort.baseline import Baseline
from onearm.external.design import design
from onearm.external.score import matrix, score
from onearm.protocol.comparison import Comparison
from onearm.protocol.method import Method, Score
from onearm.protocol.trial import Covariate
from onearm.stats.logistic import logistic

AGE = Covariate(label="Age", unit="years", range=(0, 120))
SEX = Covariate(label="Sex", levels=("female", "male"))
PRIOR = Covariate(label="Score worked out elsewhere", unit="probability", range=(0, 1))


def sides(n: int = 30, m: int = 80, shift: float = 5.0) -> tuple[Baseline, Baseline]:
    rng = np.random.default_rng(5)
    found = []
    for name, size, mean in (("t", n, 50.0), ("e", m, 50.0 + shift)):
        frame = pl.DataFrame(
            {
                "subject": [f"{name}{i}" for i in range(size)],
                "at": [f"{name}.csv:{i + 2}" for i in range(size)],
                "age": rng.normal(mean, 10, size),
                "sex": np.array(["female", "male"])[rng.integers(0, 2, size)],
                "prior": rng.uniform(0.1, 0.9, size),
            }
        )
        found.append(Baseline(name, {"age": AGE, "sex": SEX, "prior": PRIOR}, frame))
    return found[0], found[1]


def scores(settings: Any, *, covariates: tuple[str, ...] = ("age", "sex")) -> Any:
    ours, theirs = sides()
    return score(Score.model_validate(settings), matrix(ours, theirs, covariates), ours, theirs), ours, theirs


def test_the_logistic_score_is_that_of_the_kernel() -> None:
    found, ours, theirs = scores({"model": "logistic"})
    x = np.vstack([side.design_matrix(("age", "sex"))[0] for side in (ours, theirs)])
    fit = logistic(x, np.r_[np.ones(30), np.zeros(80)])
    assert np.allclose(found.logit, fit.linear_predictor, atol=1e-9)


def test_a_ridge_score_is_shrunk_on_standardized_covariates() -> None:
    plain, ridge = (scores(s)[0].logit for s in ({"model": "logistic"}, {"model": "ridge", "penalty": 20.0}))
    assert np.ptp(ridge) < 0.7 * np.ptp(plain)
    assert np.corrcoef(ridge, plain)[0, 1] > 0.9


def test_a_score_from_a_column_is_taken_as_it_is() -> None:
    found, ours, theirs = scores({"model": "column", "column": "prior"})
    given = np.concatenate([side.frame["prior"].to_numpy() for side in (ours, theirs)])
    assert np.allclose(1 / (1 + np.exp(-found.logit)), given)


def test_a_column_that_holds_no_probabilities_is_refused() -> None:
    found, *_ = scores({"model": "column", "column": "age"})
    assert "outside 0 to 1" in found.refused


def test_a_score_of_scikit_learn_is_its_estimator_s_own() -> None:
    path = "sklearn.linear_model.LogisticRegression"
    found, ours, theirs = scores({"model": "scikit-learn", "estimator": path, "settings": {"C": 0.5}})
    x = matrix(ours, theirs, ("age", "sex")).x
    y = np.r_[np.ones(30), np.zeros(80)].astype(int)
    expected = LogisticRegression(C=0.5).fit(x, y).predict_proba(x)[:, 1]
    assert np.allclose(1 / (1 + np.exp(-found.logit)), expected)
    assert "uncertainty is not counted" in " ".join(found.notes)


@pytest.mark.parametrize(
    ("estimator", "says"),
    [
        ("os.system", "not one of scikit-learn"),
        ("sklearn.linear_model.Nothing", "cannot be made"),
        ("sklearn.linear_model.LinearRegression", "no probabilities"),
        ("sklearn.tree.DecisionTreeClassifier", "no overlap"),
    ],
)
def test_an_estimator_that_cannot_serve_is_refused_in_words(estimator: str, says: str) -> None:
    found, *_ = scores({"model": "scikit-learn", "estimator": estimator})
    assert says in found.refused
    assert not found.logit.size


def test_separation_is_met_by_firth_and_refused_without() -> None:
    ours, theirs = sides(shift=200.0)
    body = {"with": "x", "population": "t", "estimand": "ATT", "covariates": ["age"], "endpoints": ["os"]}
    plain = design(Comparison.model_validate(body), ours, theirs)
    assert "separate" in plain.refused
    assert "score: firth" in plain.refused
    firth = design(Comparison.model_validate(body | {"score": "firth", "caliper": "none"}), ours, theirs)
    assert not firth.refused


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ({"estimand": "ATE", "method": "nearest"}, "cannot aim at ATE"),
        ({"estimand": "ATT", "method": "entropy", "ratio": 2}, "`ratio` goes with"),
        ({"estimand": "ATT", "method": "optimal", "order": "smallest"}, "`order` goes with nearest"),
        ({"estimand": "ATT", "method": "full", "distance": "mahalanobis"}, "goes with nearest"),
        ({"estimand": "ATT", "replace": True, "variance": "bootstrap"}, "Abadie"),
        ({"estimand": "ATT", "replace": True, "reuse": 2}, "either"),
        ({"estimand": "ATT", "least": 1}, "both"),
        ({"estimand": "ATT", "least": 2, "most": 4, "ratio": 1}, "lies between"),
        ({"estimand": "ATT", "variance": "m-estimation"}, "goes with entropy"),
        ({"estimand": "ATT", "ratio": 2, "variance": "bootstrap"}, "bootstrap"),
        ({"estimand": "ATT", "within": {"age": 0}}, "exact"),
        ({"estimand": "ATT", "score": {"model": "ridge"}}, "asks for `penalty`"),
        ({"estimand": "ATT", "score": {"model": "logistic", "penalty": 1}}, "goes with ridge"),
        ({"estimand": "ATT", "method": "weights", "trim": {"rule": "common", "at": 0.1}}, "takes no"),
    ],
)
def test_settings_that_do_not_fit_one_another_are_refused(body: dict[str, Any], says: str) -> None:
    with pytest.raises(ValidationError, match=says):
        Method.model_validate(body)


def test_the_protocol_of_the_page_on_external_controls_is_one() -> None:
    import re
    from pathlib import Path

    from ruamel.yaml import YAML

    text = (Path(__file__).parents[2] / "docs" / "external-controls.md").read_text()
    (block,) = re.findall(r"```yaml\n(.*?)```", text, re.S)
    found = YAML(typ="safe").load(block)["comparisons"]
    for body in found.values():
        Comparison.model_validate(body)
