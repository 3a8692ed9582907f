"""Numbers of several imputed data sets as one: which rule each kind goes by, and what cannot be pooled."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import pytest

from onearm.external.worst import worst_gates
from onearm.results import Estimate, Gate
from onearm.stats.imputation import combined_p_value
from onearm.study.pool import pooled

BASE: dict[str, Any] = {
    "label": "x", "variable": "os", "context": "comparison", "n": 40, "events": 30, "method": "m", "population": "p",
    "level": 0.95,
}  # fmt: skip


def one(key: str, stat: str, unit: str, **more: Any) -> Estimate:
    return Estimate(**{**BASE, "id": key, "stat": stat, "unit": unit, **more})


def ratios(*values: float | None, **more: Any) -> list[list[Estimate]]:
    return [[one("os.hazard_ratio|c", "hazard_ratio", "hazard ratio", **({
        "value": v, "std_error": 0.5, "method": "Cox; standard error on the log scale"} if v else {"error": "why"}),
        **more)] for v in values]  # fmt: skip


def test_ratios_on_the_log_scale_on_paper() -> None:
    """exp(0) and exp(1): mean 1/2, W = 1/4, B = 1/2, T = 1/4 + 3/2 x 1/2 = 1."""
    (found,) = pooled(ratios(1.0, math.e))
    assert found.value == pytest.approx(math.exp(0.5))
    assert found.std_error == pytest.approx(1.0)
    assert any(n.startswith("fraction of missing information") for n in found.notes)


def test_differences_as_they_are() -> None:
    sets = [[one("os.rmst_difference|c", "rmst_difference", "months", value=v, std_error=0.5)] for v in (0.0, 1.0)]
    (found,) = pooled(sets)
    assert (found.value, found.std_error) == (pytest.approx(0.5), pytest.approx(1.0))


def test_a_ratio_with_limits_only_is_pooled_by_their_width() -> None:
    z = 1.959963984540054
    sets = [
        [one("o.odds_ratio|c", "odds_ratio", "ratio", value=v, low=v * math.exp(-z / 2), high=v * math.exp(z / 2))]
        for v in (1.0, math.e)
    ]
    assert pooled(sets)[0].std_error == pytest.approx(1.0)


def test_what_fails_in_one_data_set_fails() -> None:
    (found,) = pooled(ratios(1.0, None, 2.0))
    assert found.value is None
    assert found.error == "failed in 1 of 3 imputed data sets: why"
    sets = ratios(1.0, 2.0)
    sets[1] = []
    assert pooled(sets)[0].error == "failed in 1 of 2 imputed data sets: not estimated"
    (bare,) = pooled([[replace(s[0], std_error=None)] for s in ratios(1.0, 2.0)])
    assert "no standard error" in (bare.error or "")
    (few,) = pooled(ratios(1.0, 2.0, events=1))
    assert "too few events" in (few.error or "")


def test_tests_follow_the_effect_or_are_combined() -> None:
    sets = ratios(1.5, 2.5)
    for i, found in enumerate(sets):
        found.insert(0, one("os.cox_p|c", "cox_p", "p", value=0.1 + i / 10))
        found.append(one("os.log_rank_p|c", "log_rank_p", "p", value=0.1 + i / 10))
    wald, effect, rank = pooled(sets)
    assert [e.stat for e in (wald, effect, rank)] == ["cox_p", "hazard_ratio", "log_rank_p"]
    assert rank.value == pytest.approx(combined_p_value([0.1, 0.2]))
    assert wald.value is not None
    assert effect.low is not None
    assert (wald.value < 0.05) == (effect.low > 1)
    assert wald.value != pytest.approx(0.15)


def test_diagnostics_are_means_and_counts_are_of_the_first() -> None:
    sets = [[one("smd.age|c", "smd", "d", value=v), one("n.pairs|c", "n", "patients", value=v)] for v in (1.0, 2.0)]
    smd, n = pooled(sets)
    assert smd.value == 1.5
    assert n.value == 1.0
    assert "from 1 to 2" in n.notes[-1]


def test_what_no_imputed_value_touches_stays() -> None:
    same = ratios(1.5, 1.5, 1.5)
    assert pooled(same) == same[0]


def gate(kind: str, value: float | None, passed: bool) -> Gate:
    return Gate(
        id=f"gate.{kind}|c", comparison="c", name=kind, value=value, threshold=0.1, passed=passed, says=f"{value}"
    )


@pytest.mark.parametrize(
    ("kind", "values", "worst"),
    [
        ("balance", (0.05, 0.3, 0.2), 0.3),
        ("effective", (30.0, 12.0, 20.0), 12.0),
        ("variance_ratio", (1.5, 0.2, 3), 0.2),
    ],
)
def test_the_worst_gate_counts(kind: str, values: tuple[float, ...], worst: float) -> None:
    (found,) = worst_gates([[gate(kind, v, v != worst)] for v in values])
    assert (found.value, found.passed) == (worst, False)
    assert "failed in 1 of 3" in found.says
    (fine,) = worst_gates([[gate(kind, v, True)] for v in values])
    assert fine.passed
    assert "worst of 3" in fine.says


def test_a_gate_without_a_value_is_the_worst_of_the_failed() -> None:
    (found,) = worst_gates([[gate("balance", 0.9, False)], [gate("balance", None, False)]])
    assert found.value is None
