"""The choice of controls: blind, adding up, refusing what it cannot do."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

import onearm
from onearm.cohort.baseline import Baseline
from onearm.external.align import align, needed
from onearm.external.design import caliper_sd, design
from onearm.external.diagnose import diagnose
from onearm.protocol.comparison import Comparison
from onearm.protocol.population import Condition
from onearm.protocol.trial import Covariate

AGE = Covariate(label="Age", unit="years", range=(0, 120))
SEX = Covariate(label="Sex", levels=("female", "male"))


def side(name: str, ages: list[float | None], sexes: list[str]) -> Baseline:
    frame = pl.DataFrame(
        {
            "subject": [f"{name}{i}" for i in range(len(ages))],
            "at": [f"{name}.csv:{i + 2}" for i in range(len(ages))],
            "age": ages,
            "sex": sexes,
        },
        schema={"subject": pl.String, "at": pl.String, "age": pl.Float64, "sex": pl.String},
    )
    return Baseline(name, {"age": AGE, "sex": SEX}, frame)


def comparison(**more: Any) -> Comparison:
    body = {"with": "x", "population": "treated", "estimand": "ATT", "covariates": ["age", "sex"], "endpoints": ["os"]}
    return Comparison.model_validate(body | more)


def sample(n: int, m: int, shift: float = 3.0) -> tuple[Baseline, Baseline]:
    rng = np.random.default_rng(7)
    sexes = np.array(["female", "male"])
    ours = side("t", list(rng.normal(50, 10, n)), list(sexes[rng.integers(0, 2, n)]))
    theirs = side("e", list(rng.normal(50 + shift, 10, m)), list(sexes[rng.integers(0, 2, m)]))
    return ours, theirs


def test_the_design_step_refuses_anything_but_a_baseline() -> None:
    ours, theirs = sample(10, 20)
    with pytest.raises(TypeError, match="takes a Baseline"):
        design(comparison(), ours, theirs.frame)  # type: ignore[arg-type]


@pytest.mark.parametrize("outcome", ["os", "event", "death_day", "response", "relapse"])
def test_a_baseline_has_no_place_for_an_outcome(outcome: str) -> None:
    frame = side("t", [50.0], ["male"]).frame.with_columns(pl.lit(1.0).alias(outcome))
    with pytest.raises(TypeError):
        Baseline("t", {"age": AGE, "sex": SEX}, frame)


def test_no_module_of_the_choice_imports_outcomes() -> None:
    folder = Path(onearm.__file__).parent / "external"
    seen = set()
    for path in folder.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ImportFrom) and node.module:
                seen.add(node.module)
            elif isinstance(node, ast.Import):
                seen |= {alias.name for alias in node.names}
    banned = ("onearm.facts", "onearm.endpoints", "onearm.study", "onearm.stats.survival", "onearm.stats.cox")
    assert not [m for m in seen if m.startswith(banned)]


def test_alignment_adds_up_and_names_who_went_and_why() -> None:
    theirs = side("e", [17.0, 40.0, None, 80.0], ["male", "female", "female", "female"])
    conditions = [Condition(column="age", at_least=18), Condition(column="sex", is_="female", label="women only")]
    aligned = align(theirs, conditions, ["age", "sex"])
    assert [s.name for s in aligned.steps] == ["start", "eligible.1", "eligible.2", "complete"]
    assert aligned.steps[1].removed == ("e0",)
    assert aligned.incomplete == ("e2",)  # a missing age is not a wrong age
    assert aligned.steps[1].reason == "not: age at least 18"
    assert aligned.steps[2].reason == "women only"
    left = 4
    for step in aligned.steps:
        assert left == len(step.kept) + len(step.removed)
        left = len(step.kept)
    assert aligned.baseline.subjects == ("e1", "e3")


def test_what_a_comparison_may_look_at() -> None:
    chosen = comparison(eligibility=[{"column": "line", "is": 1}, {"column": "age", "at_least": 18}])
    assert needed(chosen) == ("age", "sex", "line")


def test_pairs_lie_within_the_caliper_and_use_nobody_twice() -> None:
    ours, theirs = sample(48, 200)
    plan = design(comparison(), ours, theirs)
    assert not plan.refused
    used = [c for _, c in plan.pairs]
    assert len(set(used)) == len(used)
    distance = [abs(plan.logit_trial[t] - plan.logit_external[c]) for t, c in plan.pairs]
    assert max(distance) <= plan.caliper
    assert len(plan.pairs) + len(plan.unmatched) == 48


@pytest.mark.parametrize("rule", ["pooled", "all", "treated"])
def test_the_rule_of_the_caliper(rule: str) -> None:
    a, b = np.array([1.0, 2.0, 4.0]), np.array([0.0, 1.0, 1.0, 5.0])
    expected = {
        "pooled": np.sqrt((np.var(a, ddof=1) + np.var(b, ddof=1)) / 2),
        "all": np.std([*a, *b], ddof=1),
        "treated": np.std(a, ddof=1),
    }
    assert caliper_sd(a, b, rule) == pytest.approx(expected[rule])


def test_matching_balances_and_the_gates_pass() -> None:
    ours, theirs = sample(48, 400)
    settings = comparison()
    plan = design(settings, ours, theirs)
    found = diagnose("x", settings, ours, theirs, plan)
    by = {e.id: e for e in found.estimates}
    assert abs(by["smd.age|x/after"].value or 9) < abs(by["smd.age|x/before"].value or 0)
    assert all(g.passed for g in found.gates)
    assert by["mean.sex=male|x/trial_after"].unit == "proportion"


def test_separation_is_refused_in_words() -> None:
    plan = design(
        comparison(), side("t", [20.0, 25.0, 30.0], ["male"] * 3), side("e", [60.0, 65.0, 70.0], ["male"] * 3)
    )
    assert "score" in plan.refused
    found = diagnose("x", comparison(), side("t", [20.0], ["male"]), side("e", [60.0], ["male"]), plan)
    assert not any(g.passed for g in found.gates)


@pytest.mark.parametrize(("n", "m"), [(0, 5), (1, 5), (5, 0), (0, 0)])
def test_too_few_to_match_is_said(n: int, m: int) -> None:
    ours, theirs = side("t", [50.0] * n, ["male"] * n), side("e", [50.0] * m, ["male"] * m)
    plan = design(comparison(), ours, theirs)
    assert "too few subjects" in plan.refused
    gates = diagnose("x", comparison(), ours, theirs, plan).gates
    assert [g.passed for g in gates] == [False, False]


def test_a_constant_covariate_does_not_break_the_score() -> None:
    ours, theirs = sample(20, 60)
    same = [side(b.name, b.frame["age"].to_list(), ["male"] * b.frame.height) for b in (ours, theirs)]
    plan = design(comparison(), *same)
    assert not plan.refused
    found = {e.id: e for e in diagnose("x", comparison(), *same, plan).estimates}
    assert found["mean.sex=male|x/external_before"].value == 1.0


def test_an_unused_level_or_a_constant_does_not_break_the_score() -> None:
    rng = np.random.default_rng(3)
    levels = Covariate(label="Sex", levels=("unknown", "female", "male"))

    def many(name: str, n: int) -> Baseline:
        frame = pl.DataFrame(
            {
                "subject": [f"{name}{i}" for i in range(n)],
                "at": [f"{name}.csv:{i}" for i in range(n)],
                "age": rng.normal(50, 9, n),
                "sex": np.array(["female", "male"])[rng.integers(0, 2, n)],
                "albumin": np.full(n, 0.1),
            }
        )
        return Baseline(name, {"age": AGE, "sex": levels, "albumin": AGE}, frame)

    plan = design(comparison(covariates=["age", "sex", "albumin"]), many("t", 30), many("e", 90))
    assert not plan.refused
    assert len(plan.pairs) > 20
