"""The best value of a laboratory test in each subject, for a waterfall plot."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from onearm import text
from onearm.endpoints.proportion import share
from onearm.endpoints.sample import Analysis, Output
from onearm.protocol.waterfall import Waterfall
from onearm.results import Bars, Evidence

CONTEXT = "waterfall"


@dataclass(frozen=True, slots=True)
class _Best:
    """What is drawn of one subject, how it came about in words, and the rows that prove it."""

    value: float
    says: str
    at: tuple[str, ...]


def waterfall(name: str, e: Waterfall, a: Analysis) -> Output:
    """One bar for each subject of the population with the values that it needs; the rest are named.

    Ids: ``NAME.evaluable``, the share of the population that has a bar. Values in another unit were refused when the
    table was read (D228).
    """
    members = a.populations[e.population]
    rows = _rows(e, a)
    best = _best(e, rows)
    shown = sorted((s for s in members if s in best), key=lambda s: (-best[s].value, members.index(s)))
    label = e.label or name
    evidence = {s: Evidence(b.says, b.at) for s, b in best.items()}
    words = {"population": a.label(e.population), "notes": e.rules, "context": CONTEXT, "variable": name}
    method = f"{e.test}: {'percent change from baseline' if e.show == 'change' else f'lowest value, {e.unit}'}"
    count = share(
        members, tuple(shown), e.level, "clopper-pearson", id=f"{name}.evaluable", label=f"{label}: with a bar",
        evidence=name, **words,
    )  # fmt: skip
    out = Output(estimates=[count], evidence={name: evidence})
    if shown:
        numbers = dict(a.subjects.select("subject", "number").iter_rows())
        groups = a.values(e.group) if e.group else dict.fromkeys(members, "")
        scale = a.protocol.response
        out.bars.append(
            Bars(
                id=name,
                label=label,
                axis=f"Change of {e.test} from baseline (%)" if e.show == "change" else f"Lowest {e.test} ({e.unit})",
                unit="percent" if e.show == "change" else e.unit,
                subjects=tuple(shown),
                numbers=tuple(str(numbers[s]) for s in shown),
                values=tuple(best[s].value for s in shown),
                groups=tuple(str(groups[s]) for s in shown),
                population=a.label(e.population),
                method=method,
                limits=e.limits,
                missing=tuple(s for s in members if s not in best),
                notes=e.rules,
                order=(*scale.order, scale.not_evaluable) if e.group else (),
            )
        )
    return out


def _rows(e: Waterfall, a: Analysis) -> pl.DataFrame:
    """Values of the test that count, by subject and day."""
    labs = a.cohort.labs
    mine = labs.filter((pl.col("test").str.to_lowercase() == e.test.lower()) & pl.col("value").is_not_null())
    relapse = a.cohort.followup.select("subject", "relapse_day")
    timed = mine.filter(pl.col("day").is_not_null()).join(relapse, on="subject", how="left", maintain_order="left")
    if e.until == "relapse":
        timed = timed.filter(pl.col("relapse_day").is_null() | (pl.col("day") < pl.col("relapse_day")))
    return timed.sort("subject", "day", maintain_order=True)


def _best(e: Waterfall, rows: pl.DataFrame) -> Mapping[str, _Best]:
    first, last = e.baseline.days
    found: dict[str, _Best] = {}
    for key, part in rows.group_by("subject", maintain_order=True):
        values = list(part.select("day", "value", "at").iter_rows())
        before = [row for row in values if first <= row[0] <= last]
        after = [row for row in values if row[0] > last]
        if not after:
            continue
        day, low, at = min(after, key=lambda row: (row[1], row[0]))
        said = f"lowest {text.number(low, 2)} {e.unit} on day {day}"
        if e.show == "lowest":
            found[str(key[0])] = _Best(low, said, (at,))
        elif before and before[-1][1] > 0:
            on, start, where = before[-1]
            change = 100 * (low - start) / start
            said = f"{text.number(start, 2)} {e.unit} on day {on}, {said}: {text.number(change, 1)}%"
            found[str(key[0])] = _Best(change, said, (where, at))
    return found
