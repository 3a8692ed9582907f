"""Records of stopping rules on data: what was known on a day, and what the rule said. They compute nothing."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """A rule on one day.

    Parameters
    ----------
    date
        The day (ISO); empty where the trial counts study days.
    enrolled
        Patients enrolled by then, in the rule's population or not.
    evaluated, events, pending
        Patients that count, those of them with the event, and those whose outcome was not known yet.
    weight
        Sum of the patients' weights where pending patients count by fractions, else the same as ``evaluated``; months
        on test where the rule is about time.
    due
        Whether a look of the protocol was due.
    word
        ``continue``, ``suspend``, ``stop for harm`` ...
    belief
        The probability that the rule compares with its cut-off; ``None`` where it has none.
    """

    date: str
    enrolled: int
    evaluated: int
    events: int
    pending: int
    weight: float
    due: bool
    word: str
    belief: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """A stopping rule on the data as they stand, and as they stood.

    Parameters
    ----------
    id
        ``monitoring.RULE``, with ``|VERSION`` where versions are judged on their own. Its numbers are estimates whose
        ids begin with ``monitoring.RULE.``
    rule, label, group, population
        Key and words of the rule, the version it is about (empty for all patients), of whom.
    words
        The rule in full, with its assumption.
    date
        The day of the decision; empty where the trial counts study days.
    word, reason
        The decision, and why, in one sentence.
    stopped
        The day on which a look that was due stopped the trial for the first time; empty when none did.
    next_n
        The next look at which the decision could become another one; ``None`` where none could.
    notes
        What must be known to read the decision.
    moments
        The rule after every patient, in the order of enrolment, and last on the day of the decision.
    paragraph
        The rule as a protocol would tell it, with its limits and what it does; empty for a version's own.
    """

    id: str
    rule: str
    label: str
    group: str
    population: str
    words: str
    date: str
    word: str
    reason: str
    stopped: str = ""
    next_n: int | None = None
    notes: tuple[str, ...] = ()
    moments: tuple[Moment, ...] = ()
    paragraph: str = ""
