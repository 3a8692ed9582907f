"""Stopping rules. They are read, checked and printed; evaluating them is the work of `onearm monitor`."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from onearm.protocol.base import Name, Part

Share = Annotated[float, Field(gt=0, lt=1)]


class Rule(Part):
    """Stop when the posterior probability that a rate lies beyond a limit passes a cut-off.

    ``stop_if`` is ``rate-above`` (toxicity) or ``rate-below`` (response). ``prior`` is the Beta prior's two
    parameters. ``assumption`` is required when the rule is not the published one.
    """

    label: str = ""
    fact: Name
    population: Name = "enrolled"
    stop_if: Literal["rate-above", "rate-below"]
    limit: Share
    cutoff: Share
    prior: tuple[Annotated[float, Field(gt=0)], Annotated[float, Field(gt=0)]]
    first_look: Annotated[int, Field(ge=1)]
    every: Annotated[int, Field(ge=1)] = 1
    assumption: str = ""
