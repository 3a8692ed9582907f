"""Test statistics printed with their p-values: what p the statistic allows.

The printed statistic stands for an interval of exact ones; p falls as its size grows, so the ends of the interval give
the ends of p. The printed p must share a value with them.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

from ._beta import beta_tails
from ._consistency_printed import Printed, as_printed, as_rounding
from ._distributions import chi_square_tail, two_sided_p

_DIGITS = r"\d{1,9}(?:\.\d{1,9})?"
_DECIMAL = r"[-+]?(?:\d{1,9}(?:\.\d{1,9})?|\.\d{1,9})"
STATISTIC = re.compile(
    rf"(?<![\w.])(?P<kind>[tFrzZQ]|chi2|chi-?squared?|χ2|χ²|χ\^2|X2|X²)\s*"
    rf"(?:\(\s*(?P<df1>{_DIGITS})\s*(?:,\s*(?:[nN]\s*=\s*(?P<n>\d{{1,9}})|(?P<df2>{_DIGITS})))?\s*\))?\s*"
    rf"=\s*(?P<value>{_DECIMAL})\s*[,;]?\s*\(?\s*"
    rf"[pP](?:[- ]?value)?\s*(?P<sign><=|>=|≤|≥|[=<>])\s*(?P<p>(?:[01]?\.\d{{1,12}}|[01](?![\d.])))",
)
_SIGNS = {"=": "=", "<": "<", ">": ">", "<=": "<=", ">=": ">=", "≤": "<=", "≥": ">="}
_KINDS = {"t": "t", "F": "F", "r": "r", "z": "z", "Z": "z", "Q": "chi2"}


@dataclass(frozen=True, slots=True)
class Recomputed:
    """A printed test beside what its statistic gives.

    ``p`` belongs to the statistic as printed, ``low`` to ``high`` to every statistic that prints so; all two-tailed.
    ``one_tailed`` says whether half of it would agree where two tails do not; ``decision_changes`` whether printed and
    recomputed p fall on different sides of 0.05. True as a bool when consistent.
    """

    test: str
    statistic: str
    df: tuple[float, ...]
    p: float
    low: float
    high: float
    sign: str
    stated: str
    consistent: bool
    one_tailed: bool
    decision_changes: bool

    def __bool__(self) -> bool:
        return self.consistent


def recompute_p(text: str, *, rounding: str = "half-up") -> Recomputed:
    """The p-value of a printed test such as ``t(28) = 2.20, p = .03``.

    Parameters
    ----------
    text : one test: t(df), F(df1, df2), chi2(df), r(df) or z, its value, and ``p`` with ``=``, ``<``, ``>`` or both.
    rounding : as for :func:`denominators`, of the statistic and of p.

    Returns
    -------
    Recomputed
        ``p``, ``low``, ``high``, ``consistent``.

    Raises
    ------
    ValueError
        When the text holds no test of this form, or degrees of freedom or a correlation that cannot be.

    Notes
    -----
    With B the regularised incomplete beta function: t, B(df/2, 1/2) at df / (df + t^2); F, B(df2/2, df1/2) at df2 /
    (df2 + df1 F); r, as t with t^2 = df r^2 / (1 - r^2); chi-square and z by their tails. Nuijten et al. 2016
    (doi:10.3758/s13428-015-0664-2) check such strings (statcheck).

    Examples
    --------
    >>> found = recompute_p("t(28) = 2.20, p = .03")
    >>> round(found.p, 5), found.consistent, recompute_p("t(28) = 2.20, p = .04").consistent
    (0.03623, False, True)
    """
    found = STATISTIC.search(text) if isinstance(text, str) else None
    if found is None:
        says = 'text must hold a test such as "t(28) = 2.20, p = .03"'
        raise ValueError(f"{says}; found {' '.join(repr(text).split())[:80]}")
    return recomputed(found, as_rounding(rounding))


def recomputed(found: re.Match[str], rounding: str) -> Recomputed:
    """The same from a match of ``STATISTIC``."""
    kind = _KINDS.get(found["kind"], "chi2")
    df = tuple(float(found[name]) for name in ("df1", "df2") if found[name])
    shown, stated = as_printed("statistic", found["value"]), as_printed("p", found["p"])
    tail = _tail(kind, df)
    span = shown.between(rounding)
    ends = sorted((abs(span.low), abs(span.high)))
    least = Fraction(0) if span.low < 0 < span.high else ends[0]
    if kind == "r" and abs(shown.value) > 1:
        raise ValueError(f"a correlation must lie between -1 and 1, found {found['value']}")
    p, high, low = tail(float(abs(shown.value))), tail(float(least)), tail(float(ends[1]))
    sign = _SIGNS[found["sign"]]
    fits = agrees(sign, stated, low, high, rounding)
    half = not fits and kind in "tzr" and agrees(sign, stated, low / 2, high / 2, rounding)
    changes = not fits and _significant(sign, float(stated.value)) is (p > 0.05)
    return Recomputed(kind, found["value"], df, p, low, high, sign, found["p"], fits, half, changes)


def agrees(sign: str, stated: Printed, low: float, high: float, rounding: str) -> bool:
    """Whether any p from ``low`` to ``high`` may be printed with this sign and number."""
    if sign == "=":
        slack = Fraction(1, 10**9)  # the p-values are floats; what is printed is exact
        return stated.between(rounding).meets(Fraction(low) - slack, Fraction(high) + slack)
    limit = float(stated.value)
    return {"<": low < limit, "<=": low <= limit, ">": high > limit, ">=": high >= limit}[sign]


def _significant(sign: str, p: float) -> bool | None:
    if sign in ("=", "<", "<="):
        return p <= 0.05 if sign != "=" or p != 0.05 else None
    return False if p >= 0.05 else None


def _tail(kind: str, df: tuple[float, ...]) -> Callable[[float], float]:
    """Statistic to p, the statistic being the size."""
    wanted = {"t": 1, "r": 1, "chi2": 1, "F": 2, "z": 0}[kind]
    if len(df) != wanted or any(not 0 < d <= 1e8 for d in df):
        says = f"{kind} needs {wanted} positive degrees of freedom"
        raise ValueError(f"text: {says}, found {', '.join(f'{d:g}' for d in df) or 'none'}")
    if kind == "chi2" and (df[0] != int(df[0]) or df[0] > 10_000):
        raise ValueError(f"text: degrees of freedom of a chi-square must be whole and at most 10000, found {df[0]:g}")
    if kind == "z":
        return two_sided_p
    if kind == "chi2":
        return lambda x: chi_square_tail(x, int(df[0]))
    if kind == "F":
        return lambda f: beta_tails(df[1] / (df[1] + df[0] * f), df[1] / 2, df[0] / 2)[0]
    if kind == "t":
        return lambda t: beta_tails(df[0] / (df[0] + t * t), df[0] / 2, 0.5)[0]
    return lambda r: beta_tails(max(0.0, 1 - r * r), df[0] / 2, 0.5)[0] if math.isfinite(r) else math.nan
