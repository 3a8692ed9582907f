"""The rules by which an endpoint counts adverse events, as people read them."""

from __future__ import annotations

from onearm.protocol.adverse_events import AdverseEvents, Emergent
from onearm.protocol.document import Protocol


def counting_words(e: AdverseEvents, p: Protocol) -> tuple[str, ...]:
    """The period, the relation, what was there before, where terms and grades are from; one rule each."""
    found = [_period(e, p), _choice(e)]
    if e.continued == "worse-only":
        found.append(
            "an event that goes on from before (no day between two rows of one term) counts only where a later row "
            "has a higher grade than any before"
        )
    else:
        found.append("an event that was there before counts again wherever a row of it begins in the period")
    if e.groups:
        found.append("classes: the protocol's own grouping of terms")
    for what, words in (("terms", e.dictionary), ("grades", e.scale)):
        if words.strip():
            found.append(f"{what}: {words.strip()}")
    return tuple(found)


def _period(e: AdverseEvents, p: Protocol) -> str:
    if e.emergent == "none":
        return "every event on record that began on day 1 or later; no end of a treatment-emergent period is set"
    start = {"first-dose": "the day of the first dose", "time-zero": "day 1"}[e.emergent.start]
    labels = [p.drugs[key].label or key if (key := p.drug_key(d)) else d for d in e.emergent.drugs]
    drug = f"of {' or '.join(labels)}" if labels else "of any drug"
    return f"treatment-emergent: begun from {start} until {_days(e.emergent)} the last dose {drug} on record"


def _days(emergent: Emergent) -> str:
    days = emergent.until_days
    return f"{days} day{'s' * (days != 1)} after" if days else "the day of"


def _choice(e: AdverseEvents) -> str:
    asked = [f"{column} events only" for column in ("related", "serious") if getattr(e, column) == "only"]
    if not asked:
        return "whether or not related to treatment"
    where = "counts" if e.unassessed == "counted" else "does not count"
    return f"{' and '.join(asked)}; an event that nobody judged {where}"
