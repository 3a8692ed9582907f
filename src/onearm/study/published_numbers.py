"""What the weights to a published baseline table look like: their table, their effective number, their gates."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from onearm.external.published import POPULATION, PublishedWeights, Target
from onearm.protocol.published import Published
from onearm.results import Estimate

_SIDES = (("trial", "trial"), ("weighted", "trial, weighted"), ("published", "published"))


def design_numbers(name: str, settings: Published, made: PublishedWeights) -> list[Estimate]:
    """Effective number, largest weight, the baseline table on both sides, and the gates."""
    return list(_numbers(name, settings, made))


def _numbers(name: str, settings: Published, made: PublishedWeights) -> Iterator[Estimate]:
    fit, notes = made.fit, (f"published: {settings.source}", *made.failed)
    method = (
        "matching-adjusted indirect comparison (Signorovitch 2010): weights exp(a'x) to the published baseline table"
    )
    error = None if fit is not None else made.refused
    common = {"population": POPULATION, "subjects": made.subjects, "n": len(made.subjects), "notes": notes}
    size = None if fit is None else fit.effective_sample_size
    yield _one(name, "effective_n", "effective number of patients", "effective patients", size, method, error, common)
    most = None if fit is None else float(fit.rescaled.max())
    what = "largest weight, where the mean weight is 1"
    yield _one(name, "largest", what, "ratio", most, method, error, common)
    for target in made.targets:
        yield from _target(name, target, method, made.refused, common)
    for gate in made.gates:
        says = f"{gate.says}; {'passed' if gate.passed else 'failed'}"
        unit = "ratio" if gate.id.startswith("gate.effective_share") else "effective patients"
        error = None if gate.value is not None else made.refused
        found = _one(name, "", gate.name, unit, gate.value, says, error, common)
        yield replace(found, id=gate.id, stat="gate", variable="gate")


def _target(name: str, target: Target, method: str, refused: str, common: dict[str, object]) -> Iterator[Estimate]:
    for side, words in _SIDES:
        value = getattr(target, side)
        stat = f"{side}.{target.covariate}.{target.statistic}"
        how = "as published" if side == "published" else method if side == "weighted" else "unweighted"
        error = None if value is not None else refused
        yield _one(name, stat, f"{target.label}, {words}", target.unit, value, how, error, common)


def _one(
    name: str,
    stat: str,
    what: str,
    unit: str,
    value: float | None,
    method: str,
    error: str | None,
    common: dict[str, object],
) -> Estimate:
    return Estimate(
        id=f"maic.{stat}|{name}/maic",
        label=f"Weights: {what}",
        variable="maic",
        stat=stat.partition(".")[0],
        context="published",
        unit=unit,
        method=method,
        value=value,
        error=error,
        group=f"{name}/maic",
        evidence="baseline",
        heading="Weights to the published baseline table",
        **common,  # type: ignore[arg-type]
    )
