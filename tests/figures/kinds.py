"""Invented results that give every kind of figure."""

from __future__ import annotations

import random
import sys
from dataclasses import replace
from pathlib import Path

from onearm.results import (
    Bars,
    Curve,
    Estimate,
    Lane,
    Mark,
    Results,
    Schedule,
    ScheduledDrug,
    Segment,
    Statement,
    Strip,
)

sys.path.insert(0, str(Path(__file__).parents[1] / "report"))  # where the invented results are
from sample import SALVAGE, sample


def lanes(n: int) -> tuple[Lane, ...]:
    rng = random.Random(n)
    found = []
    for k in range(n):
        end = 0.5 + rng.expovariate(1 / 20)
        died = rng.random() < 0.5
        bars = [Segment(cycle=c + 1, kind="A" if c < 3 else "B", start=1.1 * c, end=1.1 * c + 0.9) for c in range(4)]
        tests = [Mark(kind="MRD", label=rng.choice(["negative", "not negative"]), time=t * end / 5) for t in (1, 2, 4)]
        marks = [Mark(kind="response", label=rng.choice(["CR", "CRi"]), time=end / 3)]
        marks += [Mark(kind="death", label="Death", time=end)] if died else []
        found.append(
            Lane(
                subject=f"S{k + 1}",
                label=f"{k + 1}",
                group="First version" if k < 0.7 * n else "Second version",
                end=end,
                died=died,
                segments=tuple(s for s in bars if s.end < end),
                marks=tuple(marks),
                tests=tuple(tests) if k % 6 else (),
            )
        )
    return tuple(found)


def orders(n: int = 20) -> Statement:
    rows = [("by score", "", "passed", "0.36"), ("by number", "", "failed", "0.52")]
    rows += [("random", "", "passed", f"{0.3 + 0.01 * k:.3f}") for k in range(n)]
    return Statement(id=f"orders|{SALVAGE}", comparison=SALVAGE, columns=("Order", "", "Gates", "os"), rows=tuple(rows))


def confounders(results: Results) -> list[Estimate]:
    like = results[f"os.hazard_ratio|{SALVAGE}"]
    found = []
    for strength in ("1.5", "2"):
        for k, share in enumerate(("0.1", "0.3", "0.5")):
            group = f"{SALVAGE}/confounder={strength}/prevalence={share}"
            value = 0.4 + 0.1 * k
            e = replace(like, id=f"os.left|{group}", context="sensitivity", stat="tipping", group=group, variable="os")
            found.append(replace(e, value=value, low=value - 0.1, high=value + 0.4, notes=("one confounder",)))
        key = f"os.tips_at|{SALVAGE}/confounder={strength}"
        found.append(replace(like, id=key, context="sensitivity", stat="tips_at", value=0.4, unit="proportion"))
    return found


def plan_of_a_version() -> Schedule:
    drugs = (
        ScheduledDrug(drug="vincristine", words="2 mg IV", days=(1, 8), regimen="abc"),
        ScheduledDrug(drug="a drug with a rather long name", words="50 mg PO twice daily", days=tuple(range(1, 29))),
        ScheduledDrug(drug="rituximab", words="375 mg/m2 IV", days=(1,), condition="CD20 at least 20%"),
        ScheduledDrug(drug="nobody says when", words="1 mg", days=()),
    )
    strips = (Strip(cycles="1-4", days=28, drugs=drugs), Strip(cycles="5 and on", days=None, drugs=drugs[:1]))
    return Schedule(id="schedule|first", label="First version", strips=strips)


def causes(results: Results) -> dict[str, Curve]:
    """Two causes on one grid of times, as competing risks have them."""
    like = next(c for c in results.curves.values() if c.kind == "incidence")
    found = {}
    for k, name in enumerate(("relapse", "death")):
        value = tuple(v * (0.6, 0.3)[k] for v in like.value)
        found[f"two|{name}"] = replace(like, id=f"two|{name}", panel="two", group=name.title(), value=value)
    return found


def bars(n: int) -> Bars:
    rng = random.Random(n)
    values = sorted((max(-100.0, rng.gauss(-60, 50)) for _ in range(n)), reverse=True)
    return Bars(
        id="blasts",
        label="Marrow blasts",
        axis="Change of marrow blasts from baseline (%)",
        unit="percent",
        subjects=tuple(f"S{k}" for k in range(n)),
        numbers=tuple(str(k) for k in range(n)),
        values=tuple(values),
        groups=tuple(rng.choice(["CR", "CRi", "NR"]) for _ in range(n)),
        population="Treated",
        method="marrow blasts: percent change from baseline",
        limits=(-50.0,),
        missing=("S99",),
        notes=("baseline: the last value from study day -28 to 1",),
    )


def every(n: int = 48) -> Results:
    base = sample()
    more = {e.id: e for e in confounders(base)}
    return replace(
        base,
        estimates={**base.estimates, **more},
        curves={**base.curves, **causes(base)},
        lanes=lanes(n),
        schedules=(plan_of_a_version(),),
        bars=(bars(n),),
        statements=(*base.statements, orders()),
    )
