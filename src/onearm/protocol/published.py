"""Comparators of whom only a publication is known: its baseline table, rates and curves, and what is made of them."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from onearm.protocol.base import Name, Part, Words
from onearm.protocol.endpoint_base import Level

Share = Annotated[float, Field(ge=0, le=1)]
Count = Annotated[int, Field(ge=0, le=1_000_000)]
Size = Annotated[int, Field(ge=1, le=1_000_000)]
Ratio = Annotated[float, Field(gt=0, lt=1e6)]
TimeUnit = Literal["days", "weeks", "months", "years"]


class Reported(Part):
    """One covariate as a baseline table prints it: a number's mean, SD and median, or the shares of a category.

    Only what is given is matched. ``shares`` names levels; a level not named is left free.
    """

    mean: float | None = None
    sd: Annotated[float, Field(gt=0)] | None = None
    median: float | None = None
    shares: dict[str, Share] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _one_kind(self) -> Reported:
        numbers = self.mean is not None or self.median is not None
        if numbers == bool(self.shares):
            raise ValueError("give either `mean` and `median` of a number, or `shares` of the levels of a category")
        if self.sd is not None and self.mean is None:
            raise ValueError("`sd` needs its `mean`: it is matched through the mean of the square")
        if sum(self.shares.values()) > 1.02:
            raise ValueError("`shares` add up to more than 1: give proportions, not percentages")
        return self


class Rate(Part):
    """A published proportion: events of n patients, or the proportion itself with or without its limits."""

    events: Count | None = None
    n: Size | None = None
    rate: Share | None = None
    limits: tuple[Share, Share] | None = None

    @model_validator(mode="after")
    def _one_form(self) -> Rate:
        if (self.events is None) == (self.rate is None) or (self.events is None) != (self.n is None):
            raise ValueError("give either `events` and `n`, or `rate` (with its `limits`, if there are any)")
        if self.events is not None and self.n is not None and self.events > self.n:
            raise ValueError(f"{self.events} events are more than {self.n} patients")
        if self.limits is not None:
            low, high = self.limits
            if self.rate is None or not low <= self.rate <= high or low == high:
                raise ValueError("`limits` are those of `rate`, and hold it")
        return self


class RiskRow(Part):
    """The numbers at risk printed under a curve: times, of which the first is 0, and patients."""

    times: tuple[Annotated[float, Field(ge=0)], ...] = Field(min_length=1)
    patients: tuple[Count, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _table(self) -> RiskRow:
        if len(self.times) != len(self.patients):
            raise ValueError(f"{len(self.times)} times, but {len(self.patients)} numbers of patients")
        if self.times[0] != 0 or any(b <= a for a, b in zip(self.times, self.times[1:], strict=False)):
            raise ValueError("`times` begin at 0 and increase")
        if self.patients[0] < 1 or any(b > a for a, b in zip(self.patients, self.patients[1:], strict=False)):
            raise ValueError("`patients` begin with at least one and never rise")
        return self


class ReadingError(Part):
    """How unsteady the reading of the figure is: standard deviations along both axes, and how often it is repeated.

    ``time`` in the curve's unit, ``survival`` as a proportion. There is no default: it is a judgement.
    """

    time: Annotated[float, Field(ge=0)]
    survival: Annotated[float, Field(ge=0, lt=1)]
    repeats: Annotated[int, Field(ge=2, le=2000)] = 200


class PublishedCurve(Part):
    """A published survival curve: a file of points read from the figure, or of patients reconstructed elsewhere.

    ``clicks`` is a CSV file of two columns, time and survival, in ``scale``; ``at_risk`` the table under the figure.
    ``patients`` is a CSV file of time and 1 = event, 0 = censored. Files are named from the trial's folder.
    """

    clicks: str | None = None
    patients: str | None = None
    scale: Literal["percent", "proportion"] | None = None
    unit: TimeUnit
    at_risk: RiskRow | None = None
    total_events: Count | None = None
    cleaning: Literal["ipdfromkm", "minimum", "isotonic", "none"] = "ipdfromkm"
    rule: Literal["ipdfromkm", "guyot"] = "ipdfromkm"
    reading: ReadingError | None = None

    @model_validator(mode="after")
    def _one_file(self) -> PublishedCurve:
        if (self.clicks is None) == (self.patients is None):
            raise ValueError("give either `clicks` (points of the figure) or `patients` (reconstructed elsewhere)")
        if self.clicks is not None and (self.scale is None or self.at_risk is None):
            raise ValueError("`clicks` need `scale` (percent or proportion) and `at_risk` (`times` and `patients`)")
        if self.patients is not None and (self.at_risk or self.reading or self.scale or self.total_events is not None):
            raise ValueError("`patients` stand for themselves: leave out scale, at_risk, total_events and reading")
        if self.at_risk is not None and self.total_events is not None:
            n = self.at_risk.patients[0]
            if self.total_events > n:
                raise ValueError(f"`total_events` is {self.total_events}, but only {n} patients are at risk at 0")
        return self

    @property
    def file(self) -> str:
        """The one file that is read."""
        return self.clicks or self.patients or ""


class Anchor(Part):
    """The published effect of this comparator against a treatment that the trial is compared with, too.

    ``comparison`` names the trial's own comparison with patients under that treatment; ``hazard_ratio`` is the
    published one of the comparator against it, with its limits at ``level``.
    """

    comparison: Name
    endpoint: Name
    hazard_ratio: Ratio
    limits: tuple[Ratio, Ratio]
    level: Level = 0.95

    @model_validator(mode="after")
    def _held(self) -> Anchor:
        low, high = self.limits
        if not low < high or not low <= self.hazard_ratio <= high:
            raise ValueError("`limits` hold the hazard ratio, the lower one first")
        return self


class PublishedGates(Part):
    """What weights must reach before a weighted effect may be read: an effective number, a share of the patients."""

    min_effective: Annotated[float, Field(gt=0)] | None = None
    min_share: Annotated[float, Field(gt=0, le=1)] | None = None

    @model_validator(mode="after")
    def _something(self) -> PublishedGates:
        if self.min_effective is None and self.min_share is None:
            raise ValueError("give `min_effective` (patients) or `min_share` (of the trial's patients), or both")
        return self


class Published(Part):
    """One comparator without patient data. ``source`` is the citation; ``n`` the patients of its baseline table.

    ``rates`` belong to endpoints with the estimator `proportion`, ``curves`` to those with `survival`. ``covariates``
    make weights that give the trial's patients the published baseline table (MAIC); they need ``gates``.
    """

    label: Words
    source: Words
    n: Size
    population: Name
    covariates: dict[Name, Reported] = Field(default_factory=dict)
    gates: PublishedGates | None = None
    rates: dict[Name, Rate] = Field(default_factory=dict)
    curves: dict[Name, PublishedCurve] = Field(default_factory=dict)
    anchor: Anchor | None = None
    assumptions: tuple[Words, ...] = ()
    level: Level = 0.95

    @model_validator(mode="after")
    def _complete(self) -> Published:
        if not (self.rates or self.curves or self.anchor):
            raise ValueError("there is nothing to compare with: give `rates`, `curves` or an `anchor`")
        if self.covariates and self.gates is None:
            raise ValueError("weights need `gates`: the effective number of patients below which nothing is read")
        if self.gates is not None and not self.covariates:
            raise ValueError("`gates` judge weights, and there are no `covariates` to make any")
        return self
