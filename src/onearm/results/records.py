"""The records: one per printed number, one per curve, and what stands around them. They compute nothing."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """One number that may be printed, with everything needed to defend it.

    Parameters
    ----------
    id
        Stable name: ``endpoint[.statistic][@time][|group]``.
    label
        Words for a table row.
    variable, stat, context
        ARD columns: what was measured, which statistic, which kind of analysis.
    value, low, high, level
        The number, its limits and their level; ``None`` where there is none. ``value`` may be infinite
        ("not reached").
    std_error
        Standard error on the scale named in ``method``.
    unit
        ``proportion``, ``months``, ``hazard ratio``, ``patients``, ``p`` ...
    n, events
        Subjects behind the number; those with the event.
    method
        Words for a footnote.
    population, group
        Whom it speaks of; ``group`` is the comparison, arm or subgroup.
    evidence
        Name of the fact whose rows prove the number; see `Results.evidence`.
    subjects, subjects_of
        The subjects counted (those with the fact, or those in the analysis); or the ids of the counts whose subjects
        they are.
    notes
        Assumptions and defaults in force.
    error
        Why there is no value.
    heading
        Words for the heading its row stands under, where rows are grouped (the column of a subgroup).
    """

    id: str
    label: str
    variable: str
    stat: str
    context: str
    unit: str
    n: int
    method: str
    population: str
    value: float | None = None
    low: float | None = None
    high: float | None = None
    level: float | None = None
    std_error: float | None = None
    events: int | None = None
    group: str = ""
    evidence: str = ""
    subjects: tuple[str, ...] = ()
    subjects_of: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    error: str | None = None
    heading: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RiskTable:
    """Numbers under a curve's axis.

    ``time`` in months; ``at_risk``, ``censored`` and ``events`` of the same length: at risk just before the time,
    censored and events up to it; of a weighted curve sums of weights.
    """

    time: tuple[float, ...]
    at_risk: tuple[float, ...]
    censored: tuple[float, ...]
    events: tuple[float, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Curve:
    """A step function with its limits, ready to draw.

    ``kind`` is ``survival`` (from 1 down), ``incidence`` (from 0 up), ``probability`` (any course) or ``state`` (one
    of several that add up to one). ``time`` (months), ``value``, ``low``, ``high``, ``at_risk``, ``events`` and
    ``censored`` have one entry per distinct time; before the first the curve stands at ``start``. ``panel`` joins the
    curves of one picture; ``group`` names this one; ``axis`` are the words under the axis of time.
    """

    id: str
    label: str
    panel: str
    group: str
    time: tuple[float, ...]
    value: tuple[float, ...]
    low: tuple[float | None, ...]
    high: tuple[float | None, ...]
    at_risk: tuple[float, ...]
    events: tuple[float, ...]
    censored: tuple[float, ...]
    risk: RiskTable
    n: int
    method: str
    population: str
    kind: str = "survival"
    start: float = 1.0
    axis: str = "Months"
    evidence: str = ""
    subjects: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Residuals:
    """Scaled Schoenfeld residuals of one hazard ratio over time, ready to draw.

    ``time`` (months) and ``value`` (log hazard ratio) have one entry per event; ``smooth_time``, ``smooth``, ``low``
    and ``high`` are a smooth of them with its limits (empty where there are too few events). ``overall`` is the fitted
    log hazard ratio, ``test`` the id of the test of proportional hazards, ``panel`` the comparison.
    """

    id: str
    label: str
    panel: str
    time: tuple[float, ...]
    value: tuple[float, ...]
    smooth_time: tuple[float, ...]
    smooth: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]
    overall: float
    test: str
    method: str
    subjects: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate:
    """A check that was set before the effect was seen: its value, its threshold, and whether it passed."""

    id: str
    comparison: str
    name: str
    value: float | None
    threshold: float
    passed: bool
    says: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowStep:
    """One step of an attrition: who is left, who was removed, why. ``estimate`` is the id of the count."""

    name: str
    label: str
    n: int
    removed: int
    reason: str
    estimate: str
    removed_estimate: str = ""
    branch: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """The attrition of the trial or of one external source, in order."""

    id: str
    label: str
    steps: tuple[FlowStep, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """One matched pair of a comparison: who, their scores on the logit scale, and how far apart."""

    comparison: str
    number: int
    trial: str
    external: str
    logit_trial: float
    logit_external: float
    distance: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """What one method of a comparison made of the two sides, settled before an outcome was looked at.

    Parameters
    ----------
    comparison, method
        Names; the method the protocol describes first is ``primary``.
    label, words
        The method in few words, and with every setting.
    estimand
        Whom its effects speak of, once it is known who was lost.
    trial, external
        Patients with weight.
    lost
        Eligible trial patients of whom its numbers do not speak.
    effective_trial, effective_external
        Effective numbers of patients, (sum w)^2 / sum w^2.
    failed
        The gates that did not hold, in words; empty when all did.
    refused, notes
        Why there is no design; what must be said.
    at, density_trial, density_external, density_weighted
        Logit scores and their densities: both sides as they came, and the external one with its weights.
    weight_at, weight_external
        Shares and the quantiles of the external patients' weights at them, scaled to a mean of 1.
    """

    comparison: str
    method: str
    label: str
    words: str
    estimand: str
    trial: int
    external: int
    lost: int
    effective_trial: float
    effective_external: float
    failed: tuple[str, ...] = ()
    refused: str = ""
    notes: tuple[str, ...] = ()
    at: tuple[float, ...] = ()
    density_trial: tuple[float, ...] = ()
    density_external: tuple[float, ...] = ()
    density_weighted: tuple[float, ...] = ()
    weight_at: tuple[float, ...] = ()
    weight_external: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Commitment:
    """When the design of the comparisons was settled, relative to the first look at outcomes.

    ``status`` is ``prespecified`` (locked before any look on record), ``late`` (locked after one), ``open`` (never
    locked) or ``unknown`` (locked, but the log of that lock is missing). ``locked`` and ``first_look`` are moments
    (ISO), empty where there is none; ``changes`` are the reasons given each time it was locked again.
    """

    status: str
    says: str
    locked: str = ""
    first_look: str = ""
    digest: str = ""
    changes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """One cycle of one subject as a bar: ``start`` to ``end`` in months since the start of day 1.

    ``cycle`` is None for doses without a cycle number. ``kind`` are the words by which bars are coloured; ``given``
    names every course of which the record holds a dose in this cycle.
    """

    cycle: int | None
    kind: str
    start: float
    end: float
    given: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """An event of one subject: ``time`` in months up to the end of its day, as survival times are counted.

    ``kind`` is ``response``, ``mrd``, ``procedure``, ``relapse`` or ``death``; ``label`` says which one. Of a test
    ``kind`` names what was tested and ``label`` what was found.
    """

    kind: str
    label: str
    time: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Lane:
    """The course of one subject, ready to draw: cycles as bars, events as marks.

    ``label`` is the patient number; ``group`` the version of the protocol at enrolment, with the cohort where there are
    several. ``end`` is death or last contact in months, None for a subject without study days (never treated).
    ``tests`` are all MRD assessments before relapse, one for each rule of the protocol.
    """

    subject: str
    label: str
    group: str
    end: float | None
    died: bool
    segments: tuple[Segment, ...] = ()
    marks: tuple[Mark, ...] = ()
    tests: tuple[Mark, ...] = ()


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is true of one subject, in words, and the rows that prove it (``responses.csv:6``)."""

    says: str
    at: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """What the results are of.

    ``notice`` is printed on everything (invented patients, research use). ``definitions`` are the rules and
    defaults in force, one sentence each. ``findings`` are the problems that did not block.
    """

    trial: str
    title: str
    arm: str
    registry: str = ""
    notice: str = ""
    cutoff: str = ""
    software: str = ""
    definitions: tuple[str, ...] = ()
    findings: tuple[str, ...] = ()
