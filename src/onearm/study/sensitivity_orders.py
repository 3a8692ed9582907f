"""The primary pairs in other orders: how the ratio is spread over choices that the data do not settle."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from onearm.endpoints.arms import Timed
from onearm.endpoints.sample import Times
from onearm.external.estimand import sentence
from onearm.external.orders import Ordered, orders
from onearm.external.record import Design
from onearm.facts import state
from onearm.protocol.endpoint import Survival
from onearm.protocol.method_words import method_words
from onearm.protocol.sensitivity import Orders
from onearm.results import Estimate, Statement
from onearm.stats.cox import cox
from onearm.study.arms import arms
from onearm.study.methods import lost_words
from onearm.study.sensitivity_subject import Subject, about, first_set

_SAME = 1e-6
_WHOSE = "patients and events are those of the protocol's order"
_METHOD = "Cox regression, Efron ties, on the pairs of each order; nothing is chosen from them"


def in_orders(one: Subject, asked: Orders) -> tuple[list[Estimate], list[Statement]]:
    """Hazard ratios over all orders that the data decide and over random ones, the protocol's own among them.

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
    merged = [_merged(row) for row in rows]
    out: list[Estimate] = []
    columns: list[list[float]] = []
    for e in ratios:
        timed = [_timed(one, e, s.primary) for s in sets]
        found = [_ratio(timed, [o.design for o in row]) for row in rows]
        columns.append(found)
        out += _spread(one, e, timed[0], merged, found)
    passed = sum(not o.failed for o in merged)
    if ratios:
        out.append(_passed(ratios[0], passed, len(rows)))
    return out, [_statement(one, ratios, merged, columns)]


def _merged(row: Sequence[Ordered]) -> Ordered:
    """One order in every imputed data set: the patients of the first, the failed gates of all."""
    return replace(row[0], failed=tuple(dict.fromkeys(w for o in row for w in o.failed)))


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
    weight = np.where(timed.known, design.weight, 0.0)
    used = weight > 0
    event, treated = timed.event[used], timed.arms.treated[used]
    if not event.any() or treated.all() or not treated.any():
        return np.nan
    fit = cox(timed.days[used], event, treated.astype(np.float64), weight=weight[used])
    return float(fit.coef[0]) if fit.converged else np.nan


def _of(one: Subject, timed: Timed, design: Design) -> dict[str, Any]:
    """Whom a number speaks of: everybody who counts in the design."""
    used = timed.known & (design.weight > 0)
    prefix = f"{one.made.settings.source}:"
    before = np.where(timed.arms.treated, "", prefix).tolist()
    named = tuple(b + s for b, s, u in zip(before, timed.arms.subjects, used.tolist(), strict=True) if u)
    return {"n": len(named), "events": int(timed.event[used].sum()), "subjects": named}


def _spread(
    one: Subject, e: Estimate, timed: Timed, rows: Sequence[Ordered], found: Sequence[float]
) -> Iterator[Estimate]:
    """Median and range over all orders, and the ratio of each order that the data decide."""
    known = np.array([v for v in found if np.isfinite(v)])
    n_random = sum(o.order == "random" for o in rows)
    note = (
        f"{len(rows)} orders: the protocol's own ({rows[0].order}), the others that the data decide, and random ones "
        f"by the seed ({n_random} random in all); {len(rows) - known.size} without a hazard ratio"
    )
    settings, lost = one.made.settings, len(one.made.trial.incomplete)
    kept = (f"estimand {settings.estimand} of those matched, who differ by order", method_words(settings))
    stamps = tuple(f"GATE FAILED: {w}" for w in rows[0].failed)
    said: dict[str, Any] = {"method": _METHOD, "notes": (*stamps, note, _WHOSE, *first_set(one)), "kept": kept}
    why = _differs(e, found)
    values = [None] * 3 if why else [float(np.median(known)), float(known.min()), float(known.max())]
    for (key, what), value in zip(_PARTS, values, strict=True):
        yield about(e, f"order_{key}", what, "", value=value, error=why or None, **said)
    for order, value in zip(rows, found, strict=True):
        if order.order == "random" and order is not rows[0]:
            continue
        what = f"hazard ratio, order {order.order}" + (", the protocol's order" if order is rows[0] else "")
        what += " (gate failed)" if order.failed else ""
        own, design = tuple(f"GATE FAILED: {w}" for w in order.failed), order.design
        whom = sentence(settings.estimand, lost, len(design.unmatched), lost_words(design))
        kept = (whom, method_words(settings.model_copy(update={"order": order.order})))
        number: dict[str, Any] = {"value": value} if np.isfinite(value) else {"error": "no hazard ratio in this order"}
        number |= _of(one, timed, design)
        yield about(e, e.stat, what, f"order={order.order}", method=_METHOD, notes=own, kept=kept, **number)


def _differs(e: Estimate, found: Sequence[float]) -> str:
    """Why a spread may not be shown: the first order must give the ratio of the run."""
    if e.value is None:
        return e.error or "the comparison has no hazard ratio"
    if not np.isfinite(found[0]) or abs(found[0] / e.value - 1) > _SAME:
        return "the pairs of the protocol's order do not give the ratio of the run, which is estimated otherwise"
    return ""


def _passed(e: Estimate, passed: int, n: int) -> Estimate:
    """Of how many orders all gates held, of the comparison as a whole."""
    says = f"every gate of the comparison, asked of each order: {passed} of {n}"
    made = about(e, "orders_passed", "", "", unit="proportion", method="count", value=passed / n, kept=(says,))
    label = "Orders of matching: share whose gates all held"
    return replace(
        made, id=f"orders_passed|{made.group}", variable="orders_passed", label=label, heading="Orders of matching"
    )


def _statement(
    one: Subject, ratios: Sequence[Estimate], rows: Sequence[Ordered], columns: Sequence[Sequence[float]]
) -> Statement:
    """Every order with its ratios, the protocol's own first."""
    said = []
    for k, first in enumerate(rows):
        seed = "" if first.seed is None else str(first.seed)
        gates = "failed" if first.failed else "passed"
        numbers = [repr(c[k]) if np.isfinite(c[k]) else "" for c in columns]
        said.append((first.order, seed, gates, *numbers))
    heads = ("Order", "Seed", "Gates", *(e.variable for e in ratios))
    return Statement(id=f"orders|{one.made.name}", comparison=one.made.name, columns=heads, rows=tuple(said))
