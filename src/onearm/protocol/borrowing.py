"""Borrowing: earlier patients as a prior for what the trial's patients would have had without its treatment."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from onearm.protocol.base import Name, Part, Words

Share = Annotated[float, Field(ge=0, le=1)]
Positive = Annotated[float, Field(gt=0, lt=1e9)]
Chance = Annotated[float, Field(gt=0, lt=1)]
Pair = tuple[Positive, Positive]


class Historical(Part):
    """Earlier patients: events of n, or events in months of follow-up, with their source; or those of a comparison.

    ``comparison`` takes the external patients of a comparison as they were aligned, not matched and not weighted.
    """

    label: Words | None = None
    source: Words | None = None
    events: Annotated[int, Field(ge=0, le=1_000_000)] | None = None
    n: Annotated[int, Field(ge=1, le=1_000_000)] | None = None
    exposure_months: Positive | None = None
    comparison: Name | None = None

    @model_validator(mode="after")
    def _one_form(self) -> Historical:
        sizes = [v for v in (self.n, self.exposure_months) if v is not None]
        if self.comparison is not None:
            if self.events is not None or sizes or self.source is not None:
                raise ValueError("`comparison` brings its own numbers: leave out events, n, exposure and source")
            return self
        if self.events is None or len(sizes) != 1 or self.source is None:
            raise ValueError("give `comparison`, or `source` with `events` and either `n` or `exposure_months`")
        if self.n is not None and self.events > self.n:
            raise ValueError(f"{self.events} events are more than {self.n} patients")
        return self


class Drift(Part):
    """True control proportions at which the rule's errors are shown, and the effect at which its power is."""

    true: tuple[Chance, ...] = Field(min_length=1, max_length=50)
    effect: Chance


class Borrowing(Part):
    """One use of earlier patients for one endpoint: how they become a prior, and the decision that rests on it.

    ``better`` says which direction is a benefit. ``success`` is the posterior probability of a benefit (beyond
    ``margin``) above which the trial is said to be better. ``initial`` is what the earlier data met (power prior) and
    ``treated`` the prior of the trial's own rate: Beta(a, b), or Gamma(a, b months) for a time. ``against`` is a fixed
    rate that the trial is compared with, too.
    """

    label: Words
    endpoint: Name
    population: Name
    historical: tuple[Historical, ...] = Field(min_length=1, max_length=50)
    method: Literal["power-prior", "robust-map", "commensurate"]
    better: Literal["higher", "lower"]
    success: Chance
    margin: Annotated[float, Field(ge=0, lt=1e6)] = 0.0
    against: Positive | None = None
    a0: Share | None = None
    a0_prior: Pair | None = None
    initial: Pair | None = None
    treated: Pair
    weight: Share | None = None
    vague: Pair | None = None
    mu_prior: tuple[float, Positive] | None = None
    tau_prior: Positive | None = None
    spike_slab: tuple[Chance, Positive, Positive, Positive] | None = None
    gamma: Pair | None = None
    drift: Drift | None = None
    assumptions: tuple[Words, ...] = ()

    @model_validator(mode="after")
    def _settled(self) -> Borrowing:
        if self.method == "power-prior":
            self._only("a0", "a0_prior", "initial")
            if (self.a0 is None) == (self.a0_prior is None) or self.initial is None:
                raise ValueError("a power prior needs `initial`, and either `a0` (fixed) or `a0_prior` (normalised)")
        elif self.method == "robust-map":
            self._only("weight", "vague", "mu_prior", "tau_prior")
            if None in (self.weight, self.vague, self.mu_prior, self.tau_prior):
                raise ValueError("a robust MAP prior needs `weight` and `vague`, `mu_prior` and `tau_prior`")
        else:
            self._only("spike_slab", "gamma", "mu_prior")
            if (self.spike_slab is None) == (self.gamma is None) or self.mu_prior is None:
                raise ValueError("a commensurate prior needs `mu_prior`, and either `spike_slab` or `gamma`")
        return self

    def _only(self, *mine: str) -> None:
        """Refuse settings of another method: they would be read as if they counted."""
        every = ("a0", "a0_prior", "initial", "weight", "vague", "mu_prior", "tau_prior", "spike_slab", "gamma")
        other = [k for k in every if k not in mine and getattr(self, k) is not None]
        if other:
            raise ValueError(f"`{other[0]}` does not belong to `{self.method}`")
