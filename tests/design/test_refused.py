"""What the constructors of designs refuse: in words, with the argument's name, never by an accident further down."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from onearm import design
from onearm.stats import designs, monitoring
from onearm.stats.parametric import weibull

SAFETY: dict[str, Any] = {"p0": 0.2, "alpha": 0.1, "prior": (0.6, 2.4)}


def test_patients_of_the_whole_trial_may_come_as_a_float() -> None:
    one, other = design.safety(30.0, **SAFETY), design.safety(30, **SAFETY)  # type: ignore[arg-type]
    assert one.values() == other.values()
    assert "--looks 30 " in one.command


@pytest.mark.parametrize("prior", [None, 3, 0.5, object()])
def test_a_prior_that_is_none_is_named(prior: Any) -> None:
    with pytest.raises(ValueError, match=r"^prior must be \(a, b\)"):
        design.posterior([10, 20], prior, p1=0.1, harm=0.95)


STRICT: list[Callable[[Any], object]] = [
    lambda s: design.posterior([10, 20], (1, 1), p1=0.1, harm=0.95, strict=s),
    lambda s: design.thall_simon([10, 20], (1, 1), (15, 35), futility=0.05, strict=s),
    lambda s: monitoring.posterior_boundary([10, 20], (1, 1), p1=0.1, harm=0.95, strict=s),
    lambda s: monitoring.predictive_boundary([10], 20, (1, 1), 0.2, 0.9, futility=0.05, strict=s),
    lambda s: monitoring.thall_simon([10, 20], (1, 1), (15, 35), futility=0.05, strict=s),
    lambda s: monitoring.safety_boundary([10, 20], 0.2, cutoff=0.9, prior=(1, 1), strict=s),
]


@pytest.mark.parametrize("make", STRICT)
@pytest.mark.parametrize("value", ["no", "False", 0, 1.0, (), [True]])
def test_only_true_and_false_are_truth_values(make: Callable[[Any], object], value: Any) -> None:
    with pytest.raises(ValueError, match="strict must be True or False"):
        make(value)
    make(False)


def test_other_truth_values() -> None:
    with pytest.raises(ValueError, match="restricted must be True or False"):
        designs.log_rank_design(
            weibull(1, 5.87), 0.5, 0.05, 0.15, follow_up=1, accrual_rate=5,
            restricted="no",  # type: ignore[arg-type]
        )  # fmt: skip
    with pytest.raises(ValueError, match="together must be True or False"):
        monitoring.boundary([4, 8], low=[1, 2], low_means="futility", together="no")  # type: ignore[arg-type]
