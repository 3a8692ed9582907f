"""The simulation of a folder's own plan: what is drawn is what was stated, and the same seed draws the same."""

from __future__ import annotations

import json
import math
import shutil
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from onearm.cli.main import app
from onearm.errors import UsageError
from onearm.io.load import load
from onearm.study.simulate import simulate
from onearm.study.truth import Pool, Truth, true_log_ratio

EXAMPLE = Path(__file__).parents[2] / "examples" / "mini-hcvd-ino"


def pool(n: int = 400, seed: int = 3) -> Pool:
    rng = np.random.default_rng(seed)
    return Pool.of(np.column_stack([rng.standard_normal((n, 2)), rng.random(n) < 0.4]).astype(float), 48, 100)


def test_confounding_shifts_the_sides_apart_and_none_does_not() -> None:
    one = pool()
    ours, theirs = one.shares(Truth(confounding=0.5))
    assert ours.sum() == pytest.approx(1)
    shift = ours @ one.z - theirs @ one.z
    assert np.all(shift > 0.3)
    same, other = one.shares(Truth(confounding=0.0))
    assert np.allclose(same, other)


def test_the_true_ratio_is_marginal_and_that_of_no_effect_is_one() -> None:
    one = pool()
    assert true_log_ratio(one, Truth(hazard_ratio=1.0, confounding=0.5), "ATT", 1) == 0
    conditional = math.log(0.5)
    marginal = true_log_ratio(one, Truth(hazard_ratio=0.5, confounding=0.5), "ATE", 1)
    assert conditional + 0.02 < marginal < 0  # nearer to no effect than the one given the covariates
    without = true_log_ratio(one, Truth(hazard_ratio=0.5, confounding=0.0), "ATE", 1)
    assert without == pytest.approx(conditional, abs=0.02)  # nothing prognostic: the two are the same


def test_times_have_the_median_that_was_stated() -> None:
    one = pool()
    rows = np.zeros(40_000, dtype=np.int64)
    truth = Truth(confounding=0.0, median_months=9.0, hazard_ratio=0.5, drift=2.0, follow_up_months=(500.0, 500.0))
    rng = np.random.default_rng(1)
    for treated, drift, factor in ((False, False, 1.0), (True, False, 2.0), (False, True, 0.5)):
        days, event = one.outcomes(rows, truth, rng, treated=treated, drift=drift)
        assert event.all()
        assert np.median(days) / 30.4375 == pytest.approx(9.0 * factor, rel=0.03)


def test_the_same_seed_gives_the_same_and_another_does_not() -> None:
    trial = load(EXAMPLE)
    first, again, other = (simulate(trial, 2, seed).rows for seed in (1, 1, 2))
    assert first == again
    assert first != other
    assert {row.comparison for row in first} == set(trial.protocol.comparisons)


@pytest.mark.slow
def test_drift_is_a_bias_that_no_method_removes() -> None:
    trial = load(EXAMPLE)
    plain, drifted = (
        next(iter(simulate(trial, 60, 1, Truth(confounding=0.0, drift=drift)).rows)) for drift in (1.0, 2.0)
    )
    assert plain.bias is not None
    assert drifted.bias is not None
    assert drifted.bias - plain.bias == pytest.approx(-math.log(2), abs=0.2)
    assert plain.coverage is not None
    assert plain.coverage > 0.85


def test_missing_values_are_met_by_the_protocol_s_own_rule(tmp_path: Path) -> None:
    found = simulate(load(EXAMPLE), 2, 1, Truth(missing=0.2)).rows
    assert all(0 <= row.refused <= 1 for row in found)
    folder = tmp_path / "trial"
    shutil.copytree(EXAMPLE, folder)
    text = (folder / "protocol.yaml").read_text()
    imputed = "missing: {imputations: 2, iterations: 2}"
    (folder / "protocol.yaml").write_text(text.replace("missing: complete-case", imputed))
    rows = simulate(load(folder), 2, 1, Truth(missing=0.1)).rows
    assert rows[0].refused == 0
    assert rows[0].mean_error is not None


@pytest.mark.parametrize(
    "wrong",
    [{"hazard_ratio": 0.0}, {"drift": -1.0}, {"missing": 1.0}, {"median_months": 0.0}, {"confounding": 9.0}],
)
def test_a_truth_that_cannot_be_is_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match=next(iter(wrong))):
        Truth(**wrong)  # type: ignore[arg-type]


def test_the_command_prints_its_assumptions_and_the_table() -> None:
    runner = CliRunner()
    done = runner.invoke(app, ["simulate", str(EXAMPLE), "--runs", "2", "--hazard-ratio", "0.6"])
    assert done.exit_code == 0, done.output
    assert "Assumed, not estimated" in done.stdout
    assert "power" in done.stdout
    body = json.loads(runner.invoke(app, ["simulate", str(EXAMPLE), "--runs", "2", "--json"]).stdout)
    assert body["runs"] == 2
    assert body["rows"][0]["comparison"] == "salvage_chemo"


def test_a_mistake_in_the_call_is_said(tmp_path: Path) -> None:
    from onearm.cli.simulate import simulate as run

    stated = {"hazard_ratio": 1.0, "drift": 1.0, "missing": 0.0, "median_months": 9.0, "follow_up_months": (1.0, 2.0)}
    with pytest.raises(UsageError, match="neither none, moderate, strong nor a number"):
        run(EXAMPLE, 2, 1, stated | {"confounding": "huge"}, True)
    with pytest.raises(UsageError, match="follow_up_months"):
        run(EXAMPLE, 2, 1, stated | {"confounding": "none", "follow_up_months": (5.0, 1.0)}, True)
