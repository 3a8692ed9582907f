"""Published claims against results: does our number, rounded as theirs is printed, read the same?"""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from onearm.results import Estimate, Results
from onearm.text import NOT_ESTIMABLE, percent, quantity, rounded

_PUBLISHED = re.compile(
    r"^(?P<bound><=|>=|<|>)?\s*(?P<number>-?\d{1,15}(?:\.(?P<decimals>\d{1,12}))?)\s*(?P<percent>%)?$"
)

Published = Annotated[str, StringConstraints(strip_whitespace=True, pattern=_PUBLISHED.pattern)]


class Claim(BaseModel):
    """One published number: what it says, which of our numbers it is, and how it was printed.

    ``part`` is the piece of our estimate: its ``value``, ``events``, ``n``, ``low`` or ``high``. ``published`` keeps
    the printed decimals, with ``%`` for a percentage; ``< 1`` is a bound.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    claim: str
    number: str
    published: Published
    part: Literal["value", "events", "n", "low", "high"] = "value"


class Claims(BaseModel):
    """A file of claims with its source and the rounding it is read with."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    source: str
    rounding: Literal["half-up", "half-even", "truncate"] = "half-up"
    claims: tuple[Claim, ...] = Field(min_length=1)


@dataclass(frozen=True, slots=True)
class Verdict:
    """One claim checked: what was published, what we have, by which rule, and whether it holds."""

    claim: str
    number: str
    published: str
    ours: str
    rule: str
    holds: bool


def verify(results: Results, claims: Claims) -> tuple[Verdict, ...]:
    """Check every claim, in order.

    A percentage of counts is compared exactly, as a fraction; anything else after rounding to the printed decimals.
    A claim whose number does not exist or cannot be estimated fails.
    """
    return tuple(_verdict(results, claim, claims.rounding) for claim in claims.claims)


def _verdict(results: Results, claim: Claim, rounding: str) -> Verdict:
    if claim.number not in results:
        return Verdict(claim.claim, claim.number, claim.published, "no such number", "id must exist", False)
    estimate = results[claim.number]
    match = _PUBLISHED.match(claim.published)
    assert match is not None, "the model has checked the pattern"
    value = _part(estimate, claim.part)
    if value is None:
        ours = f"{NOT_ESTIMABLE} ({estimate.error})" if estimate.error else NOT_ESTIMABLE
        return Verdict(claim.claim, claim.number, claim.published, ours, "must be estimable", False)
    if match["bound"]:
        return _bounded(claim, estimate, value, match)
    decimals = len(match["decimals"] or "")
    if value in (float("inf"), float("-inf")):
        return Verdict(claim.claim, claim.number, claim.published, "NR", "must be reached", False)
    if match["percent"]:
        exact = claim.part == "value" and estimate.stat == "p" and estimate.events is not None
        ours = (
            percent(estimate.events or 0, estimate.n, decimals, rounding)
            if exact
            else rounded(Fraction(repr(value)) * 100, decimals, rounding)
        )
        rule = f"{estimate.events}/{estimate.n}, {rounding}" if exact else f"{100 * value:.4f}%, {rounding}"
        ours += "%"
    else:
        ours, rule = rounded(value, decimals, rounding), f"{value:.6g}, {rounding}"
    rule += f" to {decimals} decimals"
    return Verdict(claim.claim, claim.number, claim.published, ours, rule, _same(ours, claim.published))


def _same(ours: str, published: str) -> bool:
    return ours == published.replace(" ", "")


def _bounded(claim: Claim, estimate: Estimate, value: float, match: re.Match[str]) -> Verdict:
    limit = float(match["number"]) / (100 if match["percent"] else 1)
    holds = {"<": value < limit, ">": value > limit, "<=": value <= limit, ">=": value >= limit}[match["bound"]]
    ours = quantity(value, estimate.unit)
    if claim.part in ("low", "high"):
        ours += " (lower limit)" if claim.part == "low" else " (upper limit)"
    return Verdict(claim.claim, claim.number, claim.published, ours, f"{value:.6g} {match['bound']} {limit:g}", holds)


def _part(estimate: Estimate, part: str) -> float | None:
    value = getattr(estimate, part)
    return None if value is None else float(value)
