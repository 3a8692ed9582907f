"""Stopping rules: what is counted, when it is looked at, and which numbers stop the trial.

Nothing here has a default that a clinician would have to know: limits, cut-offs, priors and looks are required.
"""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, field_validator, model_validator

from onearm.protocol.base import Name, Part, Words

Share = Annotated[float, Field(gt=0, lt=1, strict=True)]
Positive = Annotated[float, Field(gt=0, strict=True)]
Beta = tuple[Positive, Positive]
Patients = Annotated[int, Field(ge=1, le=2000, strict=True)]
Days = Annotated[int, Field(ge=1, le=20000, strict=True)]
Limit = Annotated[int, Field(ge=-1, le=100_000, strict=True)]

PENDING = {
    "exclude": "patients whose outcome is not known yet do not count",
    "count-as-no": "patients whose outcome is not known yet count as without the event",
    "count-as-event": "patients whose outcome is not known yet count as with the event",
    "fractional": "patients whose outcome is not known yet count by the share of the window they were followed",
}
"""What becomes of patients whose outcome is pending, in words."""


def _printed_apart(numbers: tuple[float, ...]) -> tuple[float, ...]:
    """Numbers that name other numbers in the results, so that no two may print the same."""
    printed = [f"{x:g}" for x in numbers]
    twice = next((p for p in printed if printed.count(p) > 1), None)
    if twice is not None:
        raise ValueError(f"{twice} stands here twice, as it is printed (six digits): keep one of them")
    return numbers


class Window(Part):
    """How long an event counts, and when it is known that there was none.

    Either ``days`` after time zero (day 1 is time zero), or ``cycles``: up to the day before the next cycle's first
    recorded dose, and where that cycle was never begun up to ``cycles`` times ``cycle_days``.
    """

    days: Days | None = None
    cycles: Annotated[int, Field(ge=1, le=100, strict=True)] | None = None
    cycle_days: Annotated[int, Field(ge=1, le=400, strict=True)] | None = None

    @model_validator(mode="after")
    def _one_length(self) -> Self:
        if (self.days is None) == (self.cycles is None):
            raise ValueError("give either `days` or `cycles`")
        if (self.cycles is None) != (self.cycle_days is None):
            raise ValueError("`cycles` needs `cycle_days`: the length of a cycle that was not followed by another one")
        return self

    @property
    def words(self) -> str:
        """The window in words."""
        if self.days is not None:
            return f"within {self.days} days of time zero"
        last = f"before cycle {(self.cycles or 0) + 1}"
        return f"{last}, or within {(self.cycles or 0) * (self.cycle_days or 0)} days where that was not begun"


class RuleBase(Part):
    """What every stopping rule has.

    Parameters
    ----------
    fact
        What is counted: a yes/no fact, or for a time the event at its end.
    population
        Of whom.
    n_max
        Patients of the whole trial; the operating characteristics are for this many.
    first_look, every
        Looks after this many patients with a known outcome, and after every so many more up to ``n_max``; or ``looks``,
        the numbers themselves.
    window
        When an outcome is known; without one an event may come at any time, and nobody is ever known to be without.
    pending
        How patients count whose outcome is not known yet. Required where there is a window.
    suspend
        Whether enrolment waits while the patients whose outcome is pending could stop the trial at the next look.
    by_version
        Whether the patients of each version of the protocol are judged on their own, each version with a rule of its
        own from its first patient on.
    rates
        True rates for which the operating characteristics are shown.
    assumption
        Required words where the rule is not the published one.
    """

    label: str = ""
    fact: Name
    population: Name = "enrolled"
    n_max: Patients
    first_look: Patients | None = None
    every: Patients = 1
    looks: tuple[Patients, ...] = ()
    window: Window | None = None
    pending: Literal["exclude", "count-as-no", "count-as-event", "fractional"] | None = None
    suspend: bool = False
    by_version: bool = False
    rates: tuple[Share, ...] = ()
    assumption: str = ""

    @field_validator("rates")
    @classmethod
    def _rates_differ(cls, rates: tuple[float, ...]) -> tuple[float, ...]:
        return _printed_apart(rates)

    @model_validator(mode="after")
    def _looks_ascend(self) -> Self:
        if (self.first_look is None) == (not self.looks):
            raise ValueError("give either `first_look` (with `every`) or `looks`")
        if self.looks and "every" in self.model_fields_set:
            raise ValueError("`every` goes with `first_look`: `looks` are all of the looks already")
        if any(b <= a for a, b in zip(self.looks, self.looks[1:], strict=False)):
            raise ValueError("`looks` ascend, each once")
        if (self.looks or (self.first_look or 0,))[-1] > self.n_max:
            raise ValueError("a look comes after the last patient: raise `n_max` or drop the look")
        return self

    @model_validator(mode="after")
    def _pending_is_said(self) -> Self:
        if self.window is None and self.pending not in (None, "count-as-no"):
            raise ValueError(f"`pending: {self.pending}` needs a `window`: without one no outcome is ever complete")
        if self.window is not None and self.pending is None:
            raise ValueError(f"with a `window`, say under `pending` how patients count meanwhile: {', '.join(PENDING)}")
        return self

    @property
    def schedule(self) -> tuple[int, ...]:
        """The looks, in patients with a known outcome."""
        return self.looks or tuple(range(self.first_look or self.n_max, self.n_max + 1, self.every))

    @property
    def counts(self) -> str:
        """What is counted and when it is known, in words."""
        when = self.window.words if self.window is not None else "at any time"
        waiting = PENDING[self.pending or "count-as-no"]
        return f"{when}; {waiting}"


class PosteriorRule(RuleBase):
    """Stop when the posterior probability that the rate lies beyond a limit is larger than a cut-off.

    The limit is a number, or with ``standard`` a historical rate that is itself uncertain, plus ``margin`` (Thall &
    Simon 1994). ``stop_if`` is ``rate-above`` (toxicity) or ``rate-below`` (response). ``strict: false`` stops at
    equality too.
    """

    kind: Literal["posterior"]
    stop_if: Literal["rate-above", "rate-below"]
    limit: Share | None = None
    standard: Beta | None = None
    margin: Annotated[float, Field(ge=-0.99, le=0.99, strict=True)] = 0.0
    cutoff: Share
    prior: Beta
    strict: bool = True

    @model_validator(mode="after")
    def _one_standard(self) -> Self:
        if (self.limit is None) == (self.standard is None):
            raise ValueError("give either `limit` (a number) or `standard` (the two parameters of a Beta distribution)")
        if self.margin and self.standard is None:
            raise ValueError("`margin` goes with `standard`; with `limit`, change the limit")
        return self


class PredictiveRule(RuleBase):
    """Stop when success after ``n_max`` patients has become unlikely (Lee & Liu 2008).

    Success is a posterior probability above ``success`` that the rate lies above ``limit``. Stop when its predictive
    probability is below ``cutoff``; with ``efficacy`` also when it is above that.
    """

    kind: Literal["predictive"]
    limit: Share
    success: Share
    cutoff: Share
    efficacy: Share | None = None
    prior: Beta

    @model_validator(mode="after")
    def _cutoffs_apart(self) -> Self:
        if self.efficacy is not None and self.efficacy <= self.cutoff:
            raise ValueError("`efficacy` lies above `cutoff`: between them the trial goes on")
        return self


class Bop2Rule(RuleBase):
    """Stop when P(rate > limit | data) < lambda (n / n_max)^gamma (Zhou, Lee & Yuan 2017); equality continues."""

    kind: Literal["bop2"]
    limit: Share
    lam: Annotated[float, Field(gt=0, lt=1, strict=True, alias="lambda")]
    gamma: Annotated[float, Field(ge=0, le=10, strict=True)]

    @property
    def schedule(self) -> tuple[int, ...]:
        """The looks; the last patient is always one, because there the rule decides."""
        looks = super().schedule
        return looks if self.looks or looks[-1] == self.n_max else (*looks, self.n_max)


class SafetyRule(RuleBase):
    """Stop for too many events; the boundary is calibrated to an overall probability of crossing at ``limit``.

    ``family`` is ``beta-binomial`` (with ``prior``), ``pocock``, ``obrien-fleming`` or ``sprt`` (with ``worse``, the
    rate that must not be missed).
    """

    kind: Literal["safety"]
    family: Literal["beta-binomial", "pocock", "obrien-fleming", "sprt"]
    limit: Share
    alpha: Share
    prior: Beta | None = None
    worse: Share | None = None

    @model_validator(mode="after")
    def _what_the_family_needs(self) -> Self:
        if (self.family == "beta-binomial") != (self.prior is not None):
            raise ValueError("`prior` belongs to the family beta-binomial, which needs it")
        if (self.family == "sprt") != (self.worse is not None):
            raise ValueError("`worse` belongs to the family sprt, which needs it")
        if self.worse is not None and self.worse <= self.limit:
            raise ValueError("`worse` lies above `limit`")
        return self


class CountsRule(RuleBase):
    """Simon's two stages, or any design given by its integers: stop at ``stop_at_most`` events or fewer, at
    ``stop_at_least`` or more, one number a look; -1 (below) and a number above the look never stop.
    """

    kind: Literal["counts"]
    stop_at_most: tuple[Limit, ...] = ()
    stop_at_least: tuple[Annotated[Limit, Field(ge=0)], ...] = ()
    below_means: Literal["futility", "safe"] = "futility"
    above_means: Literal["harm", "efficacy"] = "harm"
    source: Words

    @model_validator(mode="after")
    def _one_number_a_look(self) -> Self:
        given = [limits for limits in (self.stop_at_most, self.stop_at_least) if limits]
        if not given or any(len(limits) != len(self.schedule) for limits in given):
            raise ValueError(
                f"give `stop_at_most`, `stop_at_least` or both, one number for each of the looks {self.schedule}"
            )
        return self

    @model_validator(mode="after")
    def _some_count_goes_on(self) -> Self:
        for n, most, least in zip(
            self.schedule,
            self.stop_at_most or (-1,) * len(self.schedule),
            self.stop_at_least or (1,) * len(self.schedule),
            strict=True,
        ):
            if most >= n:
                raise ValueError(f"`stop_at_most` of {most} stops at every count of {n} patients: lower it, or -1")
            if least == 0:
                raise ValueError(f"`stop_at_least` of 0 stops at every count of {n} patients: raise it")
        return self


class TimeRule(RuleBase):
    """Stop when P(mean time > standard mean + margin | data) is smaller than a cut-off (Thall, Wooten & Tannir 2005).

    The fact is a time to an event, exponential; ``prior`` and ``standard`` are the parameters of inverse gamma
    distributions of the mean, in months. The rule is watched without pause from ``first_look`` patients on. What it
    does is simulated, where ``accrual_per_month`` (patients) is given, for the true means ``means_months``; ``rates``
    do not apply.
    """

    kind: Literal["time-to-event"]
    prior: Beta
    standard: Beta
    margin_months: Annotated[float, Field(ge=0, strict=True)] = 0.0
    cutoff: Share
    accrual_per_month: Positive | None = None
    means_months: tuple[Positive, ...] = ()

    @property
    def counts(self) -> str:
        """What is counted, in words."""
        return "with the time on test of every patient, with the event or without"

    @field_validator("means_months")
    @classmethod
    def _means_differ(cls, means: tuple[float, ...]) -> tuple[float, ...]:
        return _printed_apart(means)

    @model_validator(mode="after")
    def _without_pause(self) -> Self:
        if self.looks or self.every != 1:
            raise ValueError("a rule on times is watched without pause: give `first_look` alone")
        return self


Rule = Annotated[
    PosteriorRule | PredictiveRule | Bop2Rule | SafetyRule | CountsRule | TimeRule, Field(discriminator="kind")
]
"""Any stopping rule; ``kind`` says which."""
