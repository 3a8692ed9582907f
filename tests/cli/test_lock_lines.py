"""What `onearm lock` prints of a gate: digits that show its verdict, why it failed, and what was not asked."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from onearm.cli.lock import as_json, lines
from onearm.results import Gate


def locked(*gates: Gate) -> tuple[Any, dict[str, Any]]:
    design = SimpleNamespace(
        settings=None,
        refused="",
        trial=("a",),
        external=("b",),
        used_trial=("a",),
        used_external=("b",),
        estimand="ATT",
    )
    made = SimpleNamespace(
        primary=design, designs={"primary": design}, diagnoses={"primary": SimpleNamespace(gates=gates)}
    )
    return SimpleNamespace(locked="2026-01-01", digest="0" * 64, first_look=""), {"c": made}


def gate(value: float | None, passed: bool, says: str) -> Gate:
    return Gate(
        id="gate.balance|c", comparison="c", name="Largest difference", value=value, threshold=0.25, passed=passed,
        says=says,
    )  # fmt: skip


def test_a_failed_gate_says_why_and_does_not_round_onto_its_threshold() -> None:
    said = list(lines(*locked(gate(0.2503, False, "largest for Age; at most 0.25 allowed"))))
    wanted = "    FAILED  Largest difference: 0.2503 (threshold 0.25); largest for Age; at most 0.25 allowed"
    assert wanted in said


def test_a_passed_gate_is_short_and_one_not_asked_says_so() -> None:
    model = "not asked: a model of the outcome carries this method"
    said = list(lines(*locked(gate(0.1, True, "largest for Age; at most 0.25 allowed"), gate(None, True, model))))
    assert "    passed  Largest difference: 0.10 (threshold 0.25)" in said
    assert f"    not asked  Largest difference: - (threshold 0.25); {model}" in said


def test_as_plain_values_a_gate_keeps_its_words() -> None:
    found = as_json(*locked(gate(0.2503, False, "at most 0.25 allowed")))["comparisons"]["c"]["primary"]["gates"]
    assert [(g["value"], g["passed"], g["says"]) for g in found] == [(0.2503, False, "at most 0.25 allowed")]
