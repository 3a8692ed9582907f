"""Which denominators a printed count and percentage admit, and which counts a percentage of a known number admits.

A percentage read as low <= 100 k / d < high gives 100 k / high < d <= 100 k / low: no search is needed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from ._consistency_printed import ROUNDINGS, Between, as_printed, as_rounding, whole, whole_between


@dataclass(frozen=True, slots=True)
class Denominators:
    """The denominators ``n`` under the rule asked for; ``rounding`` has those of each rule by its name."""

    count: int
    percent: str
    n: tuple[int, ...]
    rule: str
    n_max: int
    rounding: Mapping[str, tuple[int, ...]]

    @property
    def unique(self) -> bool:
        """Whether exactly one denominator fits."""
        return len(self.n) == 1

    @property
    def verdict(self) -> str:
        """``unique``, ``ambiguous`` or ``none``."""
        return ("none", "unique")[len(self.n)] if len(self.n) < 2 else "ambiguous"


def denominators(
    count: int, percent: Any, decimals: int = 0, *, rounding: str = "half-up", n_max: int = 400
) -> Denominators:
    """Every denominator with which a count prints as a percentage.

    Parameters
    ----------
    count : the printed count, a whole number from 0.
    percent : the printed percentage, 0 to 100, a number or text; text such as ``"91.70"`` keeps its own decimals.
    decimals : decimals of a percentage given as a number.
    rounding : ``half-up``, ``half-even``, ``half-down``, ``truncate`` or ``any`` (of the halves).
    n_max : the largest denominator looked at.

    Returns
    -------
    Denominators
        ``n``, ``unique``, ``verdict``; ``rounding`` maps half-up, half-even and truncate to their denominators.

    Raises
    ------
    ValueError
        For a count that is not whole, a percentage outside 0..100 or with more decimals than said.

    Notes
    -----
    d fits when 100 count / d lies in the interval the rule of rounding gives the printed percentage, d is at least the
    count and 1. Brown & Heathers 2017 (doi:10.1177/1948550616673876) test one given d; here all are listed.

    Examples
    --------
    44 (92%) and 35 (73%) both come from 48 and from nothing else; 35 of 44 would be 80%. 1 (12%) is an eighth,
    where 12.5 is not rounded up.

    >>> denominators(44, 92).n, denominators(35, 73).n
    ((48,), (48,))
    >>> denominators(6, 30).n, denominators(1, 12).rounding
    ((20,), {'half-up': (), 'half-even': (8,), 'truncate': (8,)})
    """
    k = whole("count", count)
    limit = whole("n_max", n_max, 1, 10**6)
    shown = as_printed("percent", percent, None if isinstance(percent, str) else decimals)
    rule = as_rounding(rounding)
    if not 0 <= shown.value <= 100:
        raise ValueError(f"percent must lie between 0 and 100, found {percent}")
    fits = {r: _fitting(k, shown.between(r), limit) for r in dict.fromkeys((*ROUNDINGS, rule))}
    by_rule = {r: fits[r] for r in ROUNDINGS}
    said = str(percent).strip() if isinstance(percent, str) else f"{float(shown.value):.{shown.decimals}f}"
    return Denominators(k, said, fits[rule], rule, limit, by_rule)


def _fitting(k: int, values: Between, n_max: int) -> tuple[int, ...]:
    if k == 0:
        return tuple(range(1, n_max + 1)) if values.holds(Fraction(0)) else ()
    first = max(k, -(-100 * k // values.high) if values.high > 0 else n_max + 1)
    last = min(n_max, 100 * k // values.low) if values.low > 0 else n_max
    return tuple(d for d in range(int(first), int(last) + 1) if values.holds(Fraction(100 * k, d)))


def whole_counts(percent: Any, n: int, decimals: int = 0, *, rounding: str = "half-up") -> tuple[int, ...]:
    """Every count out of ``n`` that prints as a percentage.

    Parameters
    ----------
    percent, decimals, rounding : as for :func:`denominators`.
    n : how many there are, from 1.

    Returns
    -------
    tuple of int
        Counts from 0 to n; empty when no count prints so.

    Raises
    ------
    ValueError
        As :func:`denominators`.

    Examples
    --------
    93% of 44 responders is 41 of them; no count of 12 makes 93%.

    >>> whole_counts(93, 44), whole_counts(93, 12)
    ((41,), ())
    """
    size = whole("n", n, 1)
    shown = as_printed("percent", percent, None if isinstance(percent, str) else decimals)
    if not 0 <= shown.value <= 100:
        raise ValueError(f"percent must lie between 0 and 100, found {percent}")
    first, last = whole_between(shown.between(as_rounding(rounding)), Fraction(size, 100))
    return tuple(range(max(first, 0), min(last, size) + 1))
