"""The factors by which results are grouped."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from onearm.results.grouping import Pair, groups, measured
from onearm.results.records import Estimate

ID = "onearm.id"
"""The grouping whose value is the id of the estimate that a result belongs to."""

LEVEL = "onearm.level"
"""The grouping whose value is the level of the variable: a category, a time, a part."""

_OF_RECORDS = frozenset({"comparison", "method", "matching", "analysis", "cause", "state", "drug"})
"""What divides analyses or records, not the patients."""

_NAMED = frozenset({"comparison", "method", "matching", "analysis", "cause", "state", "side"})
"""Of these the groups are names that a protocol or this program gave; of all others they are values."""

_LABELS = {
    "comparison": "Comparison with external patients",
    "method": "Method of the comparison",
    "matching": "Before or after matching",
    "analysis": "Way of analysis",
    "cause": "Cause of a competing risk",
    "state": "State of a course",
    "side": "Trial or external patients",
    "version": "Version of the protocol",
}


def named(e: Estimate) -> tuple[tuple[str, Pair], ...]:
    """The groupings of an estimate by their ids, each with its variable and level, without `ID`."""
    records = {name for name, _ in groups(e) if name in _OF_RECORDS or e.context == "sensitivity"}
    found = [(f"{'records' if p[0] in records else 'subjects'}.{p[0]}", p) for p in groups(e)]
    level = measured(e)[1]
    return (*found, *([(LEVEL, ("variable_level", level))] if level else []))


def result_groups(e: Estimate) -> list[dict[str, str]]:
    """The groups of an estimate's results, its id last."""
    found = []
    for key, (name, level) in named(e):
        found.append(
            {"groupingId": key, ("groupId" if _predefined(key, name) else "groupValue"): _value(key, name, level)}
        )
    return [*found, {"groupingId": ID, "groupValue": e.id}]


def _predefined(key: str, name: str) -> bool:
    return key != LEVEL and name in _NAMED


def _value(key: str, name: str, level: str) -> str:
    return f"{key}={level}" if _predefined(key, name) else level


def factors(estimates: Iterable[Estimate]) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The factors that divide subjects, and those that divide records, in the order in which they first come."""
    seen: dict[str, tuple[str, dict[str, None]]] = {}
    for e in estimates:
        for key, (name, level) in named(e):
            seen.setdefault(key, (name, {}))[1][level] = None
    made = [_factor(key, name, list(levels)) for key, (name, levels) in seen.items()]
    of_records = [f for f in made if not f["id"].startswith("subjects.")]
    of_id = {"id": ID, "label": "Id of the number in results.csv", "groupingVariable": "id", "dataDriven": True}
    return [f for f in made if f["id"].startswith("subjects.")], [*of_records, of_id]


def _factor(key: str, name: str, levels: list[str]) -> dict[str, Any]:
    label = _LABELS.get(name, "Level of the variable" if key == LEVEL else name)
    factor: dict[str, Any] = {"id": key, "label": label, "groupingVariable": name}
    if not _predefined(key, name):
        return factor | {"dataDriven": True}
    groups = [{"id": f"{key}={w}", "level": 1, "order": k, "label": w} for k, w in enumerate(levels, 1)]
    return factor | {"dataDriven": False, "groups": groups}
