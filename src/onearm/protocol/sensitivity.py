"""How far a comparison could be wrong: the analyses that are asked for, and what each of them assumes."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from onearm.protocol.base import Name, Part

Share = Annotated[float, Field(ge=0, le=1)]
Ratio = Annotated[float, Field(ge=1e-6, le=1e6)]
Draw = tuple[str | float, ...]
"""A distribution: its kind and its parameters, such as ``[beta, 90, 10]``."""


class EValueRule(Part):
    """E-value of the primary ratio and of its limit nearer to 1.

    ``common`` says that the outcome is common (more than about 15 % by the end of follow-up): a hazard ratio is then
    turned into an approximate risk ratio; where it is rare the hazard ratio stands for one. Without effect on a risk
    ratio.
    """

    common: bool = True


class LeaveOneOut(Part):
    """The primary method again without each covariate, or without each of those named."""

    covariates: tuple[Name, ...] = ()


class Orders(Part):
    """Nearest neighbours again in every order that is decided by the data, and in ``random`` ones drawn by the seed."""

    random: Annotated[int, Field(ge=0, le=10_000)] = 200


class Tipping(Part):
    """What one binary confounder that nobody measured would leave of the primary ratio.

    Parameters
    ----------
    external
        Its assumed prevalence among the external patients.
    prevalence
        Prevalences among the trial's patients.
    hazard_ratio
        Its ratios with the outcome.
    """

    external: Share
    prevalence: Annotated[tuple[Share, ...], Field(min_length=1, max_length=20)]
    hazard_ratio: Annotated[tuple[Ratio, ...], Field(min_length=1, max_length=20)]


class Dropout(Part):
    """Every trial patient who was censored has from then on ``delta`` times the hazard of the trial's patients.

    Their times are imputed up to the longest follow-up of either side and the fits combined by Rubin's rules.
    """

    delta: Annotated[tuple[Ratio, ...], Field(min_length=1, max_length=20)]
    imputations: Annotated[int, Field(ge=2, le=1000)] = 50


class Controls(Part):
    """Endpoints that the treatment cannot have changed; two or more calibrate the primary ratio."""

    endpoints: Annotated[tuple[Name, ...], Field(min_length=1)]


class Bias(Part):
    """Probabilistic bias analysis of the risk of an event by ``month``.

    Parameters
    ----------
    month
        When the risks are read from the curves of both sides.
    kind
        What could be wrong: the recorded ``outcome``, the recorded ``exposure``, the ``selection`` of patients, or an
        unmeasured ``confounder``.
    sensitivity, specificity
        One distribution for both sides, or two: trial and external for an outcome, with and without the event for an
        exposure.
    selection
        Four, of the chance to be in the data: trial with the event, external with, trial without, external without.
    ratio, prevalence
        Of a confounder: its risk ratio, and two distributions of its prevalence: the first among the trial's
        patients, the second among the external ones.
    correlation
        Between the two values of a pair, an assumption that is printed with the result: 0.8 where nothing is said.
    measure
        ``rr`` (risk ratio), ``or`` or ``rd``.
    runs
        Draws.
    """

    month: Annotated[float, Field(gt=0, le=1200)]
    kind: Literal["outcome", "exposure", "selection", "confounder"]
    sensitivity: tuple[Draw, ...] = ()
    specificity: tuple[Draw, ...] = ()
    selection: tuple[Draw, ...] = ()
    ratio: Draw | None = None
    prevalence: tuple[Draw, ...] = ()
    correlation: Annotated[float, Field(ge=-1, le=1)] = 0.8
    measure: Literal["rr", "or", "rd"] = "rr"
    runs: Annotated[int, Field(ge=100, le=5_000_000)] = 10_000

    @model_validator(mode="after")
    def _whole(self) -> Bias:
        wanted = _PRIORS[self.kind]
        for key in ("sensitivity", "specificity", "selection", "ratio", "prevalence"):
            if bool(getattr(self, key)) != (key in wanted):
                found = f"`{key}` does not go with {self.kind}" if getattr(self, key) else f"`{key}` is missing"
                raise ValueError(f"{found}; {self.kind} takes {' and '.join(wanted)}")
        return self

    @property
    def named(self) -> tuple[tuple[str, Draw], ...]:
        """Every distribution with what it is of, and of whom."""
        found: list[tuple[str, Draw]] = [] if self.ratio is None else [("risk ratio of the confounder", self.ratio)]
        for key in ("sensitivity", "specificity", "selection", "prevalence"):
            given: tuple[Draw, ...] = getattr(self, key)
            whose = _SELECTED if key == "selection" else _WHOSE[self.kind]
            whose = whose if len(given) > 1 else ("on both sides" if self.kind == "outcome" else "in everybody",)
            found += [(f"{_CALLED.get(key, key)} {of}", one) for of, one in zip(whose, given, strict=False)]
        return tuple(found)

    @property
    def paired(self) -> bool:
        """Whether two values of a pair are drawn, so that their correlation matters."""
        return any(len(getattr(self, key)) == 2 for key in ("sensitivity", "specificity", "prevalence"))

    @property
    def priors(self) -> dict[str, Any]:
        """What is assumed, by the names of the kernel's arguments."""
        return {key: getattr(self, key) for key in type(self).model_fields if key not in ("month", "runs")}


_SIDES = ("in the trial", "in the external patients")
_WHOSE = {"outcome": _SIDES, "confounder": _SIDES, "exposure": ("with the event", "without the event"), "selection": ()}
_SELECTED = (
    "of trial patients with the event",
    "of external patients with the event",
    "of trial patients without the event",
    "of external patients without the event",
)
_CALLED = {"selection": "chance to be in the data", "prevalence": "prevalence of the confounder"}

_PRIORS = {
    "outcome": ("sensitivity", "specificity"),
    "exposure": ("sensitivity", "specificity"),
    "selection": ("selection",),
    "confounder": ("ratio", "prevalence"),
}


class Sensitivity(Part):
    """Analyses of how wrong the primary comparison could be; those not named are not made."""

    e_value: EValueRule | None = None
    leave_one_out: LeaveOneOut | None = None
    orders: Orders | None = None
    tipping: Tipping | None = None
    negative_control: Controls | None = None
    dropout: Dropout | None = None
    bias: Bias | None = None
