"""What a concordance hands back."""

from __future__ import annotations

from dataclasses import dataclass

from ._input import Floats


@dataclass(frozen=True, slots=True, eq=False)
class Concordance:
    """A concordance.

    Attributes
    ----------
    concordance, std_error : NaN when no pair can be compared; ``message`` then says so.
    low, high : limits at ``level``, cut to 0 and 1.
    concordant, discordant, tied_score : weights of the comparable pairs, of which the last counts half.
    tied_time, tied_both : pairs of events at one time, with other and with equal scores; not counted.
    influence : (n,) what each row of the input moves the concordance by (infinitesimal jackknife).
    kind, level : as asked.
    n, events : rows with positive weight, and events among them.
    message : empty when all is well.
    """

    concordance: float
    std_error: float
    low: float
    high: float
    concordant: float
    discordant: float
    tied_score: float
    tied_time: float
    tied_both: float
    influence: Floats
    kind: str
    level: float
    n: int
    events: int
    message: str


@dataclass(frozen=True, slots=True, eq=False)
class ConcordanceDifference:
    """The concordance of one score less that of another.

    Attributes
    ----------
    difference, std_error, low, high : at ``level``.
    z, p_value : of no difference; NaN when the standard error is 0 or there is none.
    first, second : the two concordances.
    message : empty when all is well.
    """

    difference: float
    std_error: float
    low: float
    high: float
    z: float
    p_value: float
    first: Concordance
    second: Concordance
    level: float
    message: str
