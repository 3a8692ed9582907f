"""Estimates of one statistic of one endpoint as an analysis, and the method that they share."""

from __future__ import annotations

import math
import re
from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from onearm import text
from onearm.results import ard
from onearm.results.ars import groupings
from onearm.results.grouping import measured
from onearm.results.records import Estimate

DECLARED = "onearm.declared"
"""The sponsor's term for the reason of an analysis."""

NOT_STATED = "onearm.not-stated"
"""The sponsor's term for the purpose of an analysis."""

_PATTERNS = ("proportion", "months", "hazard ratio", "patients", "events", "days", "p", "ratio", "share", "difference")
"""Units that always print with the same decimals."""


@dataclass(frozen=True, slots=True)
class Names:
    """The ids of methods, populations and evidence by what they stand for."""

    methods: Mapping[tuple[Any, ...], str]
    sets: Mapping[str, str]
    subsets: Mapping[str, str]


def method_of(e: Estimate) -> tuple[Any, ...]:
    """What makes a method: estimates that agree in it share one."""
    return e.context, e.stat, e.unit, e.method, e.level


def _family(e: Estimate) -> tuple[Any, ...]:
    names = tuple(key for key, _ in groupings.named(e))
    return method_of(e), measured(e)[0], e.population, e.evidence, names


def families(estimates: Iterable[Estimate]) -> list[list[Estimate]]:
    """The estimates of each analysis, in the order in which they first come."""
    found: dict[tuple[Any, ...], list[Estimate]] = {}
    for e in estimates:
        found.setdefault(_family(e), []).append(e)
    return list(found.values())


def numbered(wanted: Iterable[tuple[Any, str]]) -> dict[Any, str]:
    """A name for each thing, with a number behind it where an earlier one has the same name.

    Examples
    --------
    >>> numbered([(1, "os"), (2, "pfs"), (3, "os"), (1, "os")])
    {1: 'os', 2: 'pfs', 3: 'os#2'}
    """
    names: dict[Any, str] = {}
    times: dict[str, int] = {}
    for thing, name in wanted:
        if thing not in names:
            times[name] = times.get(name, 0) + 1
            names[thing] = name if times[name] == 1 else f"{name}#{times[name]}"
    return names


def statistics(e: Estimate) -> list[ard.Statistic]:
    """The statistics of an estimate as in results.csv, and the subjects behind it."""
    return [*ard.statistics(e), ("N", "subjects", float(e.n), text.quantity(float(e.n), "patients"))]


def methods(estimates: Iterable[Estimate], ids: Mapping[tuple[Any, ...], str]) -> list[dict[str, Any]]:
    """Every method with one operation for each statistic that any of its estimates has."""
    members: dict[tuple[Any, ...], list[Estimate]] = {}
    for e in estimates:
        members.setdefault(method_of(e), []).append(e)
    return [_method(ids[key], group) for key, group in members.items()]


def _method(id: str, members: list[Estimate]) -> dict[str, Any]:
    first = members[0]
    found: dict[str, str] = {}
    for e in members:
        found |= {name: label for name, label, *_ in statistics(e)}
    found |= {first.stat: first.stat, "N": found.pop("N")}  # the labels of values are those of single estimates
    operations = []
    for k, (name, label) in enumerate(found.items(), 1):
        operation = {"id": f"{id}/{name}", "name": name, "label": label, "order": k}
        unit = first.unit if name in (first.stat, "conf.low", "conf.high") else ""
        pattern = {"resultPattern": _pattern(unit)} if unit in _PATTERNS else {}
        parts = {"referencedOperationRelationships": _parts(id)} if name == first.stat and is_share(members) else {}
        operations.append(operation | ({"description": f"Unit: {unit}"} if unit else {}) | parts | pattern)
    about = f"{first.stat} ({first.context})"
    return {"id": id, "name": about, "label": about, "description": first.method or about, "operations": operations}


_ROLES = {"n.event": "NUMERATOR", "N": "DENOMINATOR"}


def is_share(members: Iterable[Estimate]) -> bool:
    """Whether every value is those with the event over the subjects: a count of two, not an estimate over time."""
    return all(
        e.stat == "p"
        and "@" not in e.id
        and e.events is not None
        and (e.value is None or (e.n > 0 and e.value == e.events / e.n))
        for e in members
    )


def _parts(method: str) -> list[dict[str, Any]]:
    """Numerator and denominator of a share."""
    return [
        {
            "id": f"{method}/p/{role.lower()}",
            "referencedOperationRole": {"controlledTerm": role},
            "operationId": f"{method}/{name}",
        }
        for name, role in _ROLES.items()
    ]


def _pattern(unit: str) -> str:
    """How a number of a unit prints, X for a digit."""
    return re.sub(r"\d", "X", text.quantity(0.5, unit))


def analysis(id: str, members: list[Estimate], names: Names, shares: Container[str]) -> dict[str, Any]:
    """One analysis with its results; ``shares`` are the methods whose values have a numerator and a denominator."""
    first = members[0]
    method = names.methods[method_of(first)]
    keys = [*(key for key, _ in groupings.named(first)), groupings.ID]
    head = first.label.partition(":")[0]
    made: dict[str, Any] = {
        "id": id,
        "version": 1,
        "name": f"{head}: {first.stat}",
        "label": head,
        "description": _description(members),
        "reason": {"sponsorTermId": DECLARED},
        "purpose": {"sponsorTermId": NOT_STATED},
        "methodId": method,
        "analysisSetId": names.sets[first.population],
        "variable": measured(first)[0],
        "orderedGroupings": [{"order": k, "groupingId": key, "resultsByGroup": True} for k, key in enumerate(keys, 1)],
    }
    if first.evidence:
        made["dataSubsetId"] = names.subsets[first.evidence]
    if method in shares:
        made["referencedAnalysisOperations"] = [
            {"referencedOperationRelationshipId": part["id"], "analysisId": id} for part in _parts(method)
        ]
    made["results"] = [result for e in members for result in _results(e, method)]
    return made


def _description(members: list[Estimate]) -> str:
    """The method in words, what is assumed, and why numbers are missing."""
    said = [members[0].method, *dict.fromkeys(note for e in members for note in e.notes)]
    said += [f"no value for {e.id}: {e.error}" for e in members if e.error]
    return "; ".join(s for s in said if s)


def _results(e: Estimate, method: str) -> Iterable[dict[str, Any]]:
    where = groupings.result_groups(e)
    for name, _, value, printed in statistics(e):
        raw = {} if value is None or math.isnan(value) else {"rawValue": raw_value(value)}
        yield {"operationId": f"{method}/{name}", "resultGroups": where, **raw, "formattedValue": printed}


def raw_value(value: float) -> str:
    """A number with every digit that it has; ``Inf`` and ``-Inf`` for one that is not reached.

    Examples
    --------
    >>> raw_value(44 / 48), raw_value(48.0), raw_value(1e-12), raw_value(float("inf"))
    ('0.9166666666666666', '48', '1e-12', 'Inf')
    """
    if math.isinf(value):
        return "Inf" if value > 0 else "-Inf"
    return repr(float(value)).removesuffix(".0")
