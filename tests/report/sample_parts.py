"""Invented estimates and curves, one at a time."""

from __future__ import annotations

import math
import random
from typing import Any

from onearm.results import Curve, Estimate, RiskTable

LEVEL = 0.95
SALVAGE, INO = "salvage_chemo", "inotuzumab_alone"


def proportion(key: str, label: str, x: int, n: int, context: str, **more: Any) -> Estimate:
    p = x / n
    half = 1.96 * math.sqrt(p * (1 - p) / n)
    return Estimate(
        id=key,
        label=label,
        variable=key.split("|")[0].split(".")[0],
        stat="p",
        context=context,
        unit="proportion",
        n=n,
        events=x,
        value=p,
        low=max(0.0, p - half),
        high=min(1.0, p + half),
        level=LEVEL,
        method="Clopper-Pearson exact interval",
        group=key.partition("|")[2],
        **({"population": "Treated patients"} | more),
    )


def number(key: str, label: str, value: float | None, unit: str, context: str, **more: Any) -> Estimate:
    head = key.partition("|")[0]
    basis = {"n": 48, "method": "count", "population": "Treated patients"}
    return Estimate(
        id=key,
        label=label,
        variable=head.partition(".")[0],
        stat=head.partition(".")[2],
        context=context,
        unit=unit,
        value=value,
        group=key.partition("|")[2],
        **(basis | more),
    )


def kaplan_meier(times: list[tuple[float, bool]]) -> list[tuple[float, float, float, float, int, int, int]]:
    """Rows of time, survival, limits (plain log-log), at risk, events, censored."""
    rows, s, var, left = [], 1.0, 0.0, len(times)
    for t in sorted({t for t, _ in times}):
        d, c = sum(e for u, e in times if u == t), sum(not e for u, e in times if u == t)
        s *= 1 - d / left
        var += d / (left * (left - d)) if left > d else 0.0
        if 0 < s < 1:
            half = 1.96 * math.sqrt(var) / abs(math.log(s))
            limits = s ** math.exp(half), s ** math.exp(-half)
        else:
            limits = s, s
        rows.append((t, s, *limits, left, d, c))
        left -= d + c
    return rows


def curve(key: str, label: str, panel: str, group: str, scale: float, n: int, seed: int) -> Curve:
    draw = random.Random(seed)
    times = []
    for _ in range(n):
        death, end = draw.expovariate(1 / scale), draw.uniform(14, 62)
        times.append((round(min(death, end), 2), death <= end))
    rows = kaplan_meier(times)
    ticks = [6.0 * k for k in range(int(rows[-1][0] // 6) + 1)]
    risk = RiskTable(
        time=tuple(ticks),
        at_risk=tuple(float(sum(u >= t for u, _ in times)) for t in ticks),
        censored=tuple(sum(u < t and not e for u, e in times) for t in ticks),
        events=tuple(sum(u < t and e for u, e in times) for t in ticks),
    )
    t, s, low, high, left, d, c = zip(*rows, strict=True)
    return Curve(
        id=key,
        label=label,
        panel=panel,
        group=group,
        time=t,
        value=s,
        low=low,
        high=high,
        at_risk=tuple(map(float, left)),
        events=tuple(map(float, d)),
        censored=tuple(map(float, c)),
        risk=risk,
        n=n,
        method="Kaplan-Meier; log-log interval",
        population="Treated patients",
    )


def survival(c: Curve, context: str, months: tuple[int, ...] = (12, 24), **more: Any) -> list[Estimate]:
    """Subjects, events, median and milestones read from a curve."""
    name, _, group = c.id.partition("|")
    tail = f"|{group}" if group else ""
    n, d = c.n, int(sum(c.events))
    k = next((k for k, s in enumerate(c.value) if s <= 0.5), None)
    low = next((t for t, s in zip(c.time, c.low, strict=True) if s is not None and s <= 0.5), None)
    high = next((t for t, s in zip(c.time, c.high, strict=True) if s is not None and s <= 0.5), None)
    km = {"method": c.method, "level": LEVEL, "n": n, "notes": ("a month is 30.4375 days",)} | more
    found = [
        number(f"{name}.n{tail}", f"{c.label}: patients", n, "patients", context, n=n),
        number(f"{name}.events{tail}", f"{c.label}: events", d, "events", context, n=n),
        number(
            f"{name}.median{tail}",
            f"{c.label}: median",
            math.inf if k is None else c.time[k],
            "months",
            context,
            low=low,
            high=high,
            error="not reached" if k is None else None,
            **km,
        ),
    ]
    for month in months:
        j = max((j for j, t in enumerate(c.time) if t <= month), default=0)
        found.append(
            number(
                f"{name}.survival@{month}mo{tail}",
                f"{c.label}: at {month} months",
                c.value[j],
                "proportion",
                context,
                low=c.low[j],
                high=c.high[j],
                **km,
            )
        )
    return found
