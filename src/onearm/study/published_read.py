"""What was read from the file of a published curve."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Read:
    """The two columns of a file: time and survival of points, or time and 0/1 of patients, as they stand in it."""

    time: tuple[float, ...]
    value: tuple[float, ...]
