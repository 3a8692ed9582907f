"""The primary pairs in other orders: how the ratio is spread over choices that the data do not settle."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from onearm.endpoints.arms import Timed
from onearm.endpoints.sample import Times
from onearm.external.orders import Ordered, orders
from onearm.external.record import Design
from onearm.facts import state
from onearm.protocol.endpoint import Survival
from onearm.protocol.sensitivity import Orders
from onearm.results import Estimate, Statement
from onearm.stats.cox import cox
from onearm.study.arms import arms
from onearm.study.sensitivity import Subject, about

_SAME = 1e-6
_METHOD = "Cox regression, Efron ties, on the pairs of each order; nothing is chosen from them"


def in_orders(one: Subject, asked: Orders) -> tuple[list[Estimate], list[Statement]]:
    """Hazard ratios over all orders that the data decide and over random ones, the prespecified one among them.

    The score is that of the comparison; with imputed covariates each order is taken in every data set and the mean of
    the log hazard ratios counts.
    """
    made = one.made
    ratios = [e for e in one.ratios if e.stat == "hazard_ratio"]
    sets = made.drawn or (made,)
    if why := next((s.primary.refused for s in sets if s.primary.refused), ""):
        return [about(e, f"order_{k}", what, "", error=why) for e in ratios for k, what in _PARTS], []
    made_in = [list(orders(s, asked.random, one.analysis.seed)) for s in sets]
    rows = list(zip(*made_in, strict=True))
    out: list[Estimate] = []
    columns: list[list[float]] = []
    for e in ratios:
        timed = [_timed(one, e, s.primary) for s in sets]
        found = [_ratio(timed, [o.design for o in row]) for row in rows]
        columns.append(found)
        out += _spread(e, [row[0] for row in rows], found)
    passed = sum(not any(o.failed for o in row) for row in rows)
    if ratios:
        out.append(_passed(ratios[0], passed, len(rows)))
    return out, [_statement(one, ratios, rows, columns)]


_PARTS = (
    ("median", "hazard ratio, median over orders of matching"),
    ("low", "smallest hazard ratio over orders of matching"),
    ("high", "largest hazard ratio over orders of matching"),
)


def _timed(one: Subject, e: Estimate, design: Design) -> Timed:
    """Days and events of both sides by the primary design's rows, whatever weight they have."""
    clause = one.trial.protocol.endpoints[e.variable]
    assert isinstance(clause, Survival), "only these have hazard ratios"
    settings = one.made.settings
    theirs = state(one.trial.protocol, one.trial.external[settings.source], (clause.fact,))[clause.fact]
    ours = one.analysis.facts[clause.fact]
    return arms(design, "", one.analysis.seed).timed(Times.of(ours.frame), Times.of(theirs.frame))


def _ratio(timed: Sequence[Timed], designs: Sequence[Design]) -> float:
    """exp of the mean log hazard ratio over the data sets; NaN where one has none."""
    found = [_log_ratio(t, d) for t, d in zip(timed, designs, strict=True)]
    return float(np.exp(np.mean(found)))


def _log_ratio(timed: Timed, design: Design) -> float:
    if design.refused:
        return np.nan
    weight: NDArray[np.float64] = np.where(timed.known, design.weight, 0.0)
    used = weight > 0
    event, treated = timed.event[used], timed.arms.treated[used]
    if not event.any() or treated.all() or not treated.any():
        return np.nan
    fit = cox(timed.days[used], event, treated.astype(np.float64), weight=weight[used])
    return float(fit.coef[0]) if fit.converged else np.nan


def _spread(e: Estimate, rows: Sequence[Ordered], found: Sequence[float]) -> list[Estimate]:
    """Median and range over all orders, and the ratio of each order that the data decide."""
    known = np.array([v for v in found if np.isfinite(v)])
    n_random = sum(o.order == "random" for o in rows)
    note = (
        f"{len(rows)} orders: the prespecified one ({rows[0].order}), the others that the data decide, and random ones "
        f"by the seed ({n_random} random in all); {len(rows) - known.size} without a hazard ratio"
    )
    said: dict[str, Any] = {"method": _METHOD, "notes": (note,)}
    why = _differs(e, found)
    values = [None] * 3 if why else [float(np.median(known)), float(known.min()), float(known.max())]
    out = [
        about(e, f"order_{key}", what, "", value=value, error=why or None, **said)
        for (key, what), value in zip(_PARTS, values, strict=True)
    ]
    for order, value in zip(rows, found, strict=True):
        if order.order == "random" and order is not rows[0]:
            continue
        what = f"hazard ratio, order {order.order}" + (", prespecified" if order is rows[0] else "")
        what += " (gate failed)" if order.failed else ""
        own = tuple(f"GATE FAILED: {said_of}" for said_of in order.failed)
        number: dict[str, Any] = {"value": value} if np.isfinite(value) else {"error": "no hazard ratio in this order"}
        out.append(about(e, e.stat, what, f"order={order.order}", method=_METHOD, notes=own, **number))
    return out


def _differs(e: Estimate, found: Sequence[float]) -> str:
    """Why a spread may not be shown: the first order must give the ratio of the run."""
    if e.value is None:
        return e.error or "the comparison has no hazard ratio"
    if not np.isfinite(found[0]) or abs(found[0] / e.value - 1) > _SAME:
        return "the pairs of the prespecified order do not give the ratio of the run, which is estimated otherwise"
    return ""


def _passed(e: Estimate, passed: int, n: int) -> Estimate:
    """Of how many orders all gates held, of the comparison as a whole."""
    made = about(e, "orders_passed", "", "", unit="proportion", method=f"count: {passed} of {n}", value=passed / n)
    label = "Orders of matching: share whose gates all held"
    return replace(made, id=f"orders_passed|{made.group}", variable="orders_passed", label=label)


def _statement(
    one: Subject, ratios: Sequence[Estimate], rows: Sequence[Sequence[Ordered]], columns: Sequence[Sequence[float]]
) -> Statement:
    """Every order with its ratios, the prespecified one first."""
    said = []
    for k, row in enumerate(rows):
        first = row[0]
        seed = "" if first.seed is None else str(first.seed)
        gates = "failed" if any(o.failed for o in row) else "passed"
        numbers = [repr(c[k]) if np.isfinite(c[k]) else "" for c in columns]
        said.append((first.order, seed, gates, *numbers))
    heads = ("Order", "Seed", "Gates", *(e.variable for e in ratios))
    return Statement(id=f"orders|{one.made.name}", comparison=one.made.name, columns=heads, rows=tuple(said))
