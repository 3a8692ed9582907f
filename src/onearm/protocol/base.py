"""What every part of a protocol has in common: frozen, closed, named."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, StringConstraints

Name = Annotated[str, StringConstraints(pattern=r"^[A-Za-z][A-Za-z0-9_-]*$", max_length=60)]
"""A key that other parts refer to: letters, digits, hyphen, underscore; starts with a letter."""

Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000)]
"""Text for people."""


class Part(BaseModel):
    """A part of the protocol: it cannot be changed, and it refuses keys it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True, allow_inf_nan=False, defer_build=True)
