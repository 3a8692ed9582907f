"""What a stopping rule counts: of each patient the event, its absence, or an outcome that is still pending."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import polars as pl

from onearm.cohort.as_of import LAST, known_until, serial_day
from onearm.cohort.population import ENROLLED, condition_columns, populations
from onearm.cohort.tables import Cohort
from onearm.facts import state
from onearm.protocol.document import Protocol
from onearm.protocol.monitoring import Rule, Window
from onearm.protocol.population import Population
from onearm.study.columns import columns
from onearm.units import MONTH_DAYS

State = Literal["event", "none", "pending"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What is known of one patient's outcome.

    Parameters
    ----------
    subject, version
        Who, and the version of the protocol that holds for the patient.
    state
        ``event``; ``none`` once it is known that there was none in the window; ``pending`` until then.
    followed
        Share of the window that was followed, 1 once the outcome is known; 0 to 1.
    months
        Time on test, where the fact is a time.
    says, at
        The fact in words, and the rows that prove it.
    """

    subject: str
    version: str
    state: State
    followed: float
    months: float
    says: str
    at: tuple[str, ...]


def outcomes(rule: Rule, protocol: Protocol, cohort: Cohort) -> tuple[Outcome, ...]:
    """The outcome of every patient of the rule's population, in the order of enrolment.

    Parameters
    ----------
    rule, protocol
        What is counted, and what it is made of.
    cohort
        The tables as they are known on the day of the look (see `onearm.cohort.as_of`).
    """
    people = members(protocol, cohort, rule.population)
    frame = _followed(cohort, rule.window)
    limits = frame.select("subject", pl.min_horizontal("seen", "ends").alias(LAST))
    within = cohort if rule.window is None else known_until(cohort, limits)
    fact = state(protocol, within, (rule.fact,))[rule.fact].frame
    event = pl.col("event") if "event" in fact.columns else pl.col("value")
    months = pl.col("days") / MONTH_DAYS if "days" in fact.columns else pl.lit(0.0)
    told = fact.select("subject", "says", "at", event=event.fill_null(False), months=months.fill_null(0.0))
    rows = (
        cohort.subjects.filter(pl.col("subject").is_in(people))
        .sort("enrolled", "number", nulls_last=True, maintain_order=True)
        .select("subject", "version")
        .join(frame, on="subject", how="left", maintain_order="left")
        .join(told, on="subject", how="left", maintain_order="left")
    )
    return tuple(_outcome(row) for row in rows.iter_rows(named=True))


def members(protocol: Protocol, cohort: Cohort, name: str) -> tuple[str, ...]:
    """The subjects of one population, by the facts that it and those it starts from need, and no others."""
    chain: dict[str, Population] = {}
    while name in protocol.populations and name not in chain:
        chain[name] = protocol.populations[name]
        name = chain[name].source
    needed = tuple({c.fact for one in chain.values() for c in one.keep if c.fact is not None})
    known = columns(cohort, state(protocol, cohort, needed)) if needed else condition_columns(cohort)
    found, _ = populations(protocol.model_copy(update={"populations": chain}), known)
    return found[next(iter(chain), ENROLLED)]


def _followed(cohort: Cohort, window: Window | None) -> pl.DataFrame:
    """``subject``, ``seen`` (last day followed), ``ends`` (last day of the window; null without one) and ``over``."""
    follow = cohort.followup.select("subject", "died", seen=serial_day("last_contact_day"))
    frame = cohort.subjects.select("subject").join(follow, on="subject", how="left", maintain_order="left")
    if window is None:
        ends = frame.with_columns(ends=pl.lit(None, pl.Int64))
    elif window.days is not None:
        ends = frame.with_columns(ends=pl.lit(window.days - 1, pl.Int64))
    else:
        ends = _until_next_cycle(frame, cohort, window)
    return ends.with_columns(
        over=(pl.col("died").fill_null(False) | (pl.col("seen") >= pl.col("ends"))).fill_null(False),
        share=((pl.col("seen") + 1) / (pl.col("ends") + 1)).clip(0, 1).fill_null(0.0),
    )


def _until_next_cycle(frame: pl.DataFrame, cohort: Cohort, window: Window) -> pl.DataFrame:
    """The window ends on the day before the next cycle's first dose, or after so many days where it was not begun."""
    last = window.cycles or 0
    begun = cohort.doses.filter(pl.col("cycle") == last + 1).group_by("subject").agg(begun=serial_day("day").min())
    most = last * (window.cycle_days or 0) - 1
    joined = frame.join(begun, on="subject", how="left", maintain_order="left")
    return joined.with_columns(ends=(pl.col("begun") - 1).fill_null(pl.lit(most, pl.Int64))).drop("begun")


def _outcome(row: dict[str, object]) -> Outcome:
    known: State = "event" if row["event"] else ("none" if row["over"] else "pending")
    return Outcome(
        subject=str(row["subject"]),
        version=str(row["version"] or ""),
        state=known,
        followed=1.0 if known != "pending" else float(row["share"]),  # type: ignore[arg-type]
        months=float(row["months"]),  # type: ignore[arg-type]
        says=str(row["says"]),
        at=tuple(row["at"]),  # type: ignore[arg-type]
    )
