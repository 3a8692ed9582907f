"""What the audit of a text returns: statements with their place, their verdict and what arithmetic allows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ._audit_words import listed

FITS, WORDING, MISFIT = "fits", "wording", "does not fit"
UNSTATED, OPEN, UNTESTED, STATED = "unstated", "open", "not tested", "stated"
VERDICTS: dict[str, str] = {
    FITS: "the numbers can stand together",
    WORDING: "the numbers can be true, but not as the words say",
    MISFIT: "no reading of the words found here makes the numbers fit",
    UNSTATED: "the numbers fit a denominator that the text does not state",
    OPEN: "nothing in the text to hold the numbers against",
    UNTESTED: "of a kind that arithmetic cannot test, such as rates from censored data",
    STATED: "a number of people that the text states",
}
"""Each verdict and what it means."""
FLAGGED = (WORDING, MISFIT, UNSTATED)


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement of numbers: ``text[start:end]``, its ``kind``, its ``verdict`` and a sentence that ``says`` why.

    Of a count with a percentage: ``n`` are the denominators that fit, half up, ``uniqueness`` says unique, ambiguous or
    none; ``denominators`` are those by rule of rounding; ``literal`` is the denominator that the words give and
    ``literal_percent`` the percentage it would make; ``stated`` are the numbers stated in the text that fit; ``rules``
    those under which the denominator taken fits. ``methods`` are the intervals recognised.
    """

    kind: str
    start: int
    end: int
    text: str
    verdict: str
    says: str
    count: int | None = None
    percent: str = ""
    n: tuple[int, ...] = ()
    uniqueness: str = ""
    denominators: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    literal: int | None = None
    literal_percent: str = ""
    stated: tuple[int, ...] = ()
    rules: tuple[str, ...] = ()
    methods: tuple[str, ...] = ()

    @property
    def flagged(self) -> bool:
        """Whether a reader should look at it."""
        return self.verdict in FLAGGED

    @property
    def fitting(self) -> str:
        """The denominators of a count in words, half up, then those of other rules where they differ."""
        if not self.denominators:
            return ""
        usual = self.denominators["half-up"]
        others = [f"{rule} {listed(n) or '-'}" for rule, n in self.denominators.items() if n != usual]
        return "; ".join([listed(usual) or "-", *others])


@dataclass(frozen=True, slots=True)
class TextAudit:
    """The audit of one text: its statements in order, the numbers of people it states, the rounding that fits it.

    ``rules`` are the rules of rounding under which every count with a known denominator fits; empty when none does for
    all, or when there is nothing to tell by.
    """

    text: str
    statements: tuple[Statement, ...]
    stated: tuple[int, ...]
    rules: tuple[str, ...]

    @property
    def flagged(self) -> tuple[Statement, ...]:
        """The statements that a reader should look at."""
        return tuple(s for s in self.statements if s.flagged)

    @property
    def consistent(self) -> bool:
        """Whether nothing is flagged."""
        return not self.flagged
