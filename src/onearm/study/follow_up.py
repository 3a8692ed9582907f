"""What an alignment does to the endpoints: follow-up ends together, and rules that differ are said."""

from __future__ import annotations

from dataclasses import replace

import polars as pl

from onearm.facts import FactColumn
from onearm.protocol.alignment import Alignment, Truncation
from onearm.study.seen import Clause, Seen
from onearm.units import days_of


def aligned(seen: Seen, alignment: Alignment | None) -> Seen:
    """The endpoint as the alignment wants it looked at.

    Times end where the protocol cuts them, on both sides; months after that are not asked for; what the protocol says
    of the endpoint's rules stands among the rules of the fact, beside every number.
    """
    if alignment is None:
        return seen
    cut = alignment.truncate
    if cut is not None and seen.ours.kind == "time":
        seen = replace(
            seen, ours=truncated(seen.ours, cut), theirs=truncated(seen.theirs, cut), clause=_within(seen, cut.months)
        )
    rules = harmonised(seen.endpoint, alignment)
    return replace(seen, ours=replace(seen.ours, rules=(*seen.ours.rules, *rules)))


def truncated(fact: FactColumn, cut: Truncation) -> FactColumn:
    """A time-to fact whose follow-up ends: an event on the last day counts, one after it is not seen."""
    last = days_of(cut.months)
    late = pl.col("days") > last
    frame = fact.frame.with_columns(
        pl.when(late).then(pl.lit(last)).otherwise(pl.col("days").cast(pl.Float64)).alias("days"),
        pl.when(late).then(pl.lit(False)).otherwise(pl.col("event")).alias("event"),
        pl.when(late).then(pl.lit(None, dtype=pl.String)).otherwise(pl.col("cause")).alias("cause"),
    )
    because = f" ({cut.because.strip().rstrip('.')})" if cut.because.strip() else ""
    rule = f"follow-up of both sides ends after {cut.months:g} months{because}"
    return replace(fact, rules=(*fact.rules, rule), frame=frame)


def harmonised(endpoint: str, alignment: Alignment) -> tuple[str, ...]:
    """What the protocol says of an endpoint's rules on the two sides."""
    one = alignment.endpoints.get(endpoint)
    if one is None:
        return ("nothing says whether trial and source have the same rule for this endpoint",)
    if one.same == "yes":
        return (f"trial and source have the same rule: {one.trial}",)
    known = "the rules differ" if one.same == "no" else "the rules are not known to be the same"
    return (f"{known}: trial {one.trial}; source {one.external}; done: {one.done}",)


def _within(seen: Seen, months: float) -> Clause:
    """The endpoint without months that nobody is followed to."""
    kept = {
        name: tuple(m for m in getattr(seen.clause, name) if m <= months)
        for name in ("at_months", "mean_to_months")
        if hasattr(seen.clause, name)
    }
    return seen.clause.model_copy(update=kept)
