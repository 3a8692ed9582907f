"""Populations: who is analysed, as conditions on columns and facts."""

from __future__ import annotations

from pydantic import Field, model_validator

from onearm.protocol.base import Name, Part

Value = str | int | float | bool

_WORDS = {
    "is_": "is",
    "in_": "is one of",
    "not_in": "is none of",
    "at_least": "at least",
    "at_most": "at most",
    "above": "above",
    "below": "below",
}


class Condition(Part):
    """One condition on a column of `subjects` or on a fact.

    Give ``column`` or ``fact``, then at least one of ``given``, ``is``, ``in``, ``not_in``, ``at_least``, ``at_most``,
    ``above``, ``below``. A fact alone means that it is true. ``label`` is the reason printed for those removed, for
    instance ``younger than 18``.
    """

    column: Name | None = None
    fact: Name | None = None
    given: bool | None = None
    is_: Value | None = Field(default=None, alias="is")
    in_: tuple[Value, ...] | None = Field(default=None, alias="in")
    not_in: tuple[Value, ...] | None = None
    at_least: float | None = None
    at_most: float | None = None
    above: float | None = None
    below: float | None = None
    label: str = ""

    @model_validator(mode="after")
    def _one_subject(self) -> Condition:
        if (self.column is None) == (self.fact is None):
            raise ValueError("give either `column` or `fact`")
        if self.column is not None and not self.tests:
            raise ValueError("say what the column must be: given, is, in, not_in, at_least, at_most, above or below")
        return self

    @property
    def name(self) -> str:
        """The column or the fact."""
        return self.column or self.fact or ""

    @property
    def tests(self) -> tuple[tuple[str, object], ...]:
        """The operators used, with their operands."""
        names = ("given", *_WORDS)
        used = [(n, getattr(self, n)) for n in names if getattr(self, n) is not None]
        return tuple(used) or ((("is_", True),) if self.fact is not None else ())

    @property
    def asks_if_given(self) -> bool:
        """Whether the condition is about a value being there, not about the value."""
        return self.given is not None

    @property
    def criterion(self) -> str:
        """What those kept fulfil, in words: ``age at least 18``."""
        if self.fact is not None and self.tests in ((("is_", True),), (("is_", False),)):
            return self.fact if self.tests[0][1] else f"not {self.fact}"
        return f"{self.name} " + " and ".join(_say(op, operand) for op, operand in self.tests)

    @property
    def words(self) -> str:
        """Why those who do not fulfil it are removed: the label, or the criterion that is not met."""
        return self.label or f"not: {self.criterion}"


def _say(op: str, operand: object) -> str:
    if op == "given":
        return "is given" if operand else "is missing"
    shown = ", ".join(_shown(v) for v in operand) if isinstance(operand, tuple) else _shown(operand)
    return f"{_WORDS[op]} {shown}"


def _shown(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return f"{value:g}" if isinstance(value, float) else str(value)


class Population(Part):
    """A population: those of another one who meet every condition.

    ``enrolled`` is always there: every row of `subjects`.
    """

    label: str = ""
    source: Name = Field(default="enrolled", alias="from")
    keep: tuple[Condition, ...] = ()
    because: str = ""
