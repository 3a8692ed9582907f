"""What the overlap of two groups is reported as."""

from __future__ import annotations

from dataclasses import dataclass

from ._input import Floats


@dataclass(frozen=True, slots=True, eq=False)
class CommonSupport:
    """The range of scores both groups reach, ``low`` to ``high``, and how many lie in and beyond it.

    ``low`` exceeds ``high`` where the ranges do not meet; nobody is inside then.
    """

    low: float
    high: float
    treated_inside: int
    treated_below: int
    treated_above: int
    control_inside: int
    control_below: int
    control_above: int


@dataclass(frozen=True, slots=True, eq=False)
class Positivity:
    """Scores close to 0 or 1: the share below and above the bounds in each group, smallest and largest score."""

    bounds: tuple[float, float]
    treated_below: float
    treated_above: float
    control_below: float
    control_above: float
    smallest: float
    largest: float


@dataclass(frozen=True, slots=True, eq=False)
class Equipoise:
    """Share of each group with a preference score between the bounds, and whether both reach one half."""

    bounds: tuple[float, float]
    treated: float
    control: float
    reached: bool


@dataclass(frozen=True, slots=True, eq=False)
class Density:
    """An estimated density at the points of ``grid``, with the standard deviation of its kernel."""

    grid: Floats
    density: Floats
    bandwidth: float
