"""Records of pictures that no table holds: what each version plans day by day, and a value of each subject."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduledDrug:
    """One line of a strip.

    Parameters
    ----------
    drug, words
        Its name, and the dose in words (``0.9 mg/m2 IV``).
    days
        Days of the cycle, ascending; empty where no source gives them.
    condition
        Who receives it; empty for everyone.
    regimen
        The regimen that holds the line.
    """

    drug: str
    words: str
    days: tuple[int, ...]
    condition: str = ""
    regimen: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Strip:
    """Cycles that are planned alike: their numbers in words, their length (None where unknown), and their drugs."""

    cycles: str
    days: int | None
    drugs: tuple[ScheduledDrug, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """What one version of the protocol plans: strips of cycles that are alike, by their first cycle.

    ``id`` is ``schedule|VERSION``; ``label`` the version in words.
    """

    id: str
    label: str
    strips: tuple[Strip, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Bars:
    """One value of each subject, ready to draw as bars from the highest to the lowest.

    Parameters
    ----------
    id
        The endpoint.
    label, axis
        Words for a heading and for the axis of values.
    unit
        ``percent`` for a change, or the unit of the values.
    start
        Where bars begin: 0 for a change; for values the axis' zero.
    subjects, numbers, values, groups
        Of each bar, in its order: whom it is about, the patient number, the value, the group (best response, say).
    limits
        Values at which a line is drawn.
    missing
        Subjects of the population without a value.
    population, method
        Of whom, and how the values were found.
    notes
        Conventions in force.
    order
        Every group there can be, in the order of the protocol's scale; empty where groups have no order.
    """

    id: str
    label: str
    axis: str
    unit: str
    subjects: tuple[str, ...]
    numbers: tuple[str, ...]
    values: tuple[float, ...]
    groups: tuple[str, ...]
    population: str
    method: str
    start: float = 0.0
    limits: tuple[float, ...] = ()
    missing: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    order: tuple[str, ...] = ()
