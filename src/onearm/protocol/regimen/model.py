"""The structured form of one dose: frozen, closed, and without arithmetic."""

from collections.abc import Mapping
from decimal import Decimal
from itertools import pairwise
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from .refusal import DoseError
from .words import (
    LAST_CYCLE,
    LAST_DAY,
    CapUnit,
    Per,
    Route,
    Schedule,
    Unit,
    check_drug_word,
    expand,
    number_text,
)

__all__ = ["Cap", "Condition", "Dose"]

_MASS = ("mg", "g", "ug", "AUC")


def _plain(value: Decimal) -> Decimal:
    """Drop trailing zeros, so that equal numbers are also written alike."""
    return Decimal(number_text(value))


def _drug(name: str) -> str:
    """Check every word of a drug's name; join the words with one space."""
    words = name.split()
    for word in words:
        check_drug_word(word)
    slashes = [word == "/" for word in ["/", *words, "/"]]
    if any(a and b for a, b in pairwise(slashes)):
        raise DoseError("drug", "a drug name needs words, with / only between two of them")
    return " ".join(words)


def _listed(field: str, last: int) -> BeforeValidator:
    """Read a list of days or cycles: numbers, one number, or text such as `1-3, 8`."""

    def read(value: object) -> object:
        if value is None:
            return None
        if isinstance(value, str):
            value = [part.strip() for part in value.split(",")]
        return expand(list(value) if isinstance(value, list | tuple) else [value], field, last)

    return BeforeValidator(read, json_schema_input_type=str | int | list[int])


Amount = Annotated[Decimal, Field(gt=0, max_digits=12, decimal_places=6), AfterValidator(_plain)]
Drug = Annotated[str, Field(min_length=1, max_length=100), AfterValidator(_drug)]
Days = Annotated[tuple[int, ...], _listed("days", LAST_DAY)]
Cycles = Annotated[tuple[int, ...] | None, _listed("cycles", LAST_CYCLE)]
Minutes = Annotated[int, Field(strict=True, ge=1, le=40320)]
Hours = Annotated[int, Field(strict=True, ge=1, le=48)]


class _Closed(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)


class Condition(_Closed):
    """Who receives the dose.

    Attributes
    ----------
    subject : str
        `age` (years), `weight` (kg), `CD20` (percent of blasts), `CNS disease` or `Ph-positive`.
    op : str or None
        `at least` or `below`; None for the last two, which are either true or not.
    value : Decimal or None
        The bound, in the unit of the subject.

    Examples
    --------
    >>> Condition(subject="age", op="at least", value=60).value
    Decimal('60')
    """

    subject: Literal["age", "weight", "CD20", "CNS disease", "Ph-positive"]
    op: Literal["at least", "below"] | None = None
    value: Annotated[Decimal, Field(ge=0, max_digits=9, decimal_places=3), AfterValidator(_plain)] | None = None

    @model_validator(mode="after")
    def _check(self) -> Self:
        plain = self.subject in ("CNS disease", "Ph-positive")
        if plain != (self.op is None) or plain != (self.value is None):
            needs = "stands alone" if plain else "needs an op and a value"
            raise DoseError("condition", f"the condition {self.subject} {needs}")
        if self.value is not None:
            self._check_bound(self.value)
        return self

    def _check_bound(self, value: Decimal) -> None:
        if self.subject == "CD20" and self.op != "at least":
            raise DoseError("condition.op", 'CD20 is compared with "at least"')
        if self.subject == "CD20" and value > 100:
            raise DoseError("condition", "a percentage lies within 0 and 100")
        if self.subject == "age" and (value != value.to_integral_value() or not 1 <= value <= 120):
            raise DoseError("condition", "an age is a whole number of years from 1 to 120")
        if self.subject == "weight" and not 1 <= value <= 500:
            raise DoseError("condition", "a weight lies within 1 and 500 kg")


class Cap(_Closed):
    """The most that is given, whatever the amount per m2, per kg or AUC comes to.

    Attributes
    ----------
    amount : Decimal
        More than 0.
    unit : str
        `mg`, `g`, `ug` or `units`.
    per_day : bool
        True when the cap is for a day, as the amount then is.

    Examples
    --------
    >>> Cap(amount=2, unit="mg").per_day
    False
    """

    amount: Amount
    unit: CapUnit
    per_day: bool = False


class Dose(_Closed):
    """One drug as the protocol orders it.

    Attributes
    ----------
    drug : str
        Words of letters, digits and hyphens.
    amount : Decimal
        More than 0; what is given each time, or each day when `per_day`.
    unit : str
        `mg`, `g`, `ug`, `units`, or `AUC` (mg/mL x min).
    per : str or None
        `m2` (body surface), `kg` (weight), or None for a flat amount.
    per_day : bool
        True when the amount is for a whole day.
    route : str or None
        `IV`, `PO`, `SC`, `IM`, `IT`; None when the protocol does not say.
    over_minutes : int or None
        Length of one infusion.
    schedule : str
        How often on each of the days: `once`, `every_h`, `daily`, `twice daily`, `weekly`, `continuous`.
    every_h : int or None
        Hours from 1 to 48, only with the schedule `every_h`.
    days, cycles : tuple of int
        Ascending, from 1; `cycles` is None for every cycle.
    condition : Condition or None
        Who receives the dose; None for everyone.
    cap : Cap or None
        The most that is given.

    Raises
    ------
    pydantic.ValidationError
        When a part is missing, unknown or out of range, or two parts contradict each other.

    Examples
    --------
    >>> dose = Dose(drug="vincristine", amount="1.40", unit="mg", per="m2", days="1-2, 8")
    >>> dose.amount, dose.days, dose.basis
    (Decimal('1.4'), (1, 2, 8), 'm2')
    """

    drug: Drug
    amount: Amount
    unit: Unit
    per: Per | None = None
    per_day: bool = False
    route: Route | None = None
    over_minutes: Minutes | None = None
    schedule: Schedule = "once"
    every_h: Hours | None = None
    days: Days
    cycles: Cycles = None
    condition: Condition | None = None
    cap: Cap | None = None

    @property
    def basis(self) -> Literal["flat", "m2", "kg", "auc"]:
        """What the amount is multiplied with: nothing, body surface, weight, or kidney function."""
        return "auc" if self.unit == "AUC" else self.per or "flat"

    @model_validator(mode="before")
    @classmethod
    def _imply_every_h(cls, data: Any) -> Any:
        """Let `every_h: 12` alone say the schedule."""
        if isinstance(data, Mapping) and data.get("every_h") is not None and "schedule" not in data:
            return {**data, "schedule": "every_h"}
        return data

    @model_validator(mode="after")
    def _check(self) -> Self:
        self._check_auc()
        self._check_schedule()
        self._check_over()
        self._check_cap()
        return self

    def _check_auc(self) -> None:
        if self.unit == "AUC" and (self.per or self.per_day):
            raise DoseError("unit", "an AUC is not given per m2, per kg or per day")
        if self.unit == "AUC" and self.schedule == "continuous":
            raise DoseError("schedule", "an AUC cannot be given continuously")

    def _check_schedule(self) -> None:
        if (self.schedule == "every_h") != (self.every_h is not None):
            raise DoseError("schedule", "the schedule every_h and the hours every_h belong together")
        if self.schedule == "continuous" and not self.per_day:
            raise DoseError("schedule", 'continuous needs an amount per day, such as "ug/day"')
        if self.per_day and self.schedule not in ("once", "continuous"):
            raise DoseError(
                "schedule",
                "the amount is for a whole day (/day); with a schedule, give the amount of each dose",
            )
        gaps = {after - day for day, after in pairwise(self.days)}
        if self.schedule == "weekly" and any(gap % 7 for gap in gaps):
            raise DoseError("schedule", "weekly doses lie 7 days apart; list those days, such as 1, 8, 15")

    def _check_over(self) -> None:
        if self.over_minutes is None:
            return
        if self.schedule == "continuous":
            raise DoseError("over_minutes", "a continuous infusion runs all day; leave out the duration")
        if self.every_h is not None and self.over_minutes > 60 * self.every_h:
            raise DoseError("over_minutes", f"the infusion outlasts the {self.every_h} h to the next one")

    def _check_cap(self) -> None:
        if self.cap is None:
            return
        if self.basis == "flat":
            raise DoseError("cap", "a flat amount has no use for a cap; is /m2 or /kg missing?")
        if (self.unit in _MASS) != (self.cap.unit in _MASS):
            raise DoseError("cap.unit", f"a cap in {self.cap.unit} does not fit an amount in {self.unit}")
        if self.per_day != self.cap.per_day:
            raise DoseError("cap.unit", "cap and amount must both be per day, or neither")
