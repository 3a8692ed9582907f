"""How an external source is brought into line with the trial: day one, line, calendar, follow-up, endpoints."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from onearm.protocol.base import Name, Part, Words
from onearm.protocol.endpoint_base import Months
from onearm.protocol.population import Condition

Reason = Annotated[str, Field(max_length=2000)]


class Index(Part):
    """Which day one counts where a person of the source has several eligible lines of treatment.

    A source gives such a person one row of `subjects` a line, with the same ``person``. ``first`` and ``last`` keep one
    of the eligible lines, ``all`` keeps every one of them and counts them as one person (one cluster).
    """

    rule: Literal["first", "last", "all"] = "first"
    because: Reason = ""


class Line(Part):
    """The lines of therapy that are compared: a covariate and the values it may have."""

    column: Name
    at_least: float | None = None
    at_most: float | None = None
    in_: tuple[str, ...] | None = Field(default=None, alias="in")
    because: Reason = ""

    @model_validator(mode="after")
    def _says_which(self) -> Self:
        if self.at_least is None and self.at_most is None and not self.in_:
            raise ValueError("say which lines: `at_least`, `at_most` (a number) or `in` (levels)")
        return self

    @property
    def condition(self) -> Condition:
        """The same as a condition of eligibility."""
        asked = {"at_least": self.at_least, "at_most": self.at_most, "in": self.in_}
        return Condition.model_validate({"column": self.column} | {k: v for k, v in asked.items() if v is not None})


class Period(Part):
    """The calendar time in which day one of an external patient must lie; both ends belong to it."""

    from_: dt.date | None = Field(default=None, alias="from")
    to: dt.date | None = None
    because: Reason = ""

    @model_validator(mode="after")
    def _has_an_end(self) -> Self:
        if self.from_ is None and self.to is None:
            raise ValueError("give `from`, `to` or both")
        if self.from_ is not None and self.to is not None and self.from_ > self.to:
            raise ValueError("`from` lies after `to`")
        return self

    @property
    def words(self) -> str:
        """The period as it is printed."""
        if self.to is None:
            return f"from {self.from_}"
        return f"from {self.from_} to {self.to}" if self.from_ else f"until {self.to}"


class DayOne(Part):
    """What is done about patients whose eligibility, treatment and follow-up do not begin on the same day.

    ``report`` names them, ``leave-out`` removes them as well, ``refuse`` blocks the comparison. ``grace_days`` is how
    far apart the days may lie. ``oldest_days`` is how old a value may be on day one; without it age is not judged.
    """

    rule: Literal["report", "leave-out", "refuse"] = "report"
    grace_days: Annotated[int, Field(ge=0, le=3650)] = 0
    oldest_days: Annotated[int, Field(ge=0, le=36500)] | None = None
    because: Reason = ""


class Truncation(Part):
    """The follow-up of both sides ends after so many months: who is followed longer is censored there."""

    months: Months
    because: Reason = ""


class Harmonised(Part):
    """One endpoint as the trial and as the source has it, and what was done about the difference.

    ``trial`` and ``external`` are the rules: events, assessments, their times, who judged. ``done`` is required where
    they are not the same.
    """

    trial: Words
    external: Words
    same: Literal["yes", "no", "unknown"]
    done: Reason = ""

    @model_validator(mode="after")
    def _says_what_was_done(self) -> Self:
        if self.same != "yes" and not self.done.strip():
            raise ValueError("the rules are not known to be the same: say under `done` what was done, or `nothing`")
        return self


class Alignment(Part):
    """How an external source is brought into line with the trial, before any outcome is looked at."""

    index: Index | None = None
    line: Line | None = None
    period: Period | None = None
    day_one: DayOne = DayOne()
    truncate: Truncation | None = None
    endpoints: dict[Name, Harmonised] = Field(default_factory=dict)
    because: Reason = ""


class Imputation(Part):
    """Multiple imputation of missing covariates by chained equations.

    ``numbers`` is how numbers are drawn: ``pmm`` takes the value of a patient who is alike (one of ``donors``),
    ``normal`` draws from a normal linear regression. ``seed`` makes the draws repeatable.
    """

    imputations: Annotated[int, Field(ge=2, le=1000)] = 20
    iterations: Annotated[int, Field(ge=1, le=1000)] = 10
    numbers: Literal["pmm", "normal"] = "pmm"
    donors: Annotated[int, Field(ge=1, le=100)] = 5
    seed: Annotated[int, Field(ge=0, le=2**31 - 1)] = 1
    because: Reason = ""


Missing = Literal["report", "complete-case", "indicator", "imputation"] | Imputation
"""What is done about missing covariates.

``report`` says how many there are and refuses to compare while there are any; ``complete-case`` leaves those patients
out; ``indicator`` fills in a constant and lets a column say that the value was missing; ``imputation`` draws the
values several times, with its settings where they are not the usual ones.
"""


def imputation_of(missing: Missing) -> Imputation | None:
    """The settings of imputation, where it is asked for.

    Examples
    --------
    >>> imputation_of("imputation").imputations
    20
    >>> imputation_of("complete-case") is None
    True
    """
    if isinstance(missing, Imputation):
        return missing
    return Imputation() if missing == "imputation" else None


def missing_words(missing: Missing) -> str:
    """What is done about missing covariates, for people.

    Examples
    --------
    >>> missing_words("indicator")
    'missing-indicator method'
    """
    settings = imputation_of(missing)
    if settings is None:
        return {
            "report": "no patient may lack a covariate",
            "complete-case": "complete cases",
            "indicator": "missing-indicator method",
        }[str(missing)]
    how = f"predictive mean matching, {settings.donors} donors" if settings.numbers == "pmm" else "normal regression"
    return (
        f"multiple imputation by chained equations: {settings.imputations} data sets, {settings.iterations} "
        f"iterations, numbers by {how}, seed {settings.seed}"
    )
