"""Bias of a two-by-two table put right for stated misclassification, selection or confounding.

Misclassified outcome, in each arm: observed x = Se X + (1 - Sp) (n - X), so X = (x - (1 - Sp) n) / (Se + Sp - 1).
Misclassified exposure: the same along the cases and along the non-cases. Selection: each cell divided by the
probability of being in the study. (Lash, Fox & Fink 2009, doi:10.1007/978-0-387-87959-8.)
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from ._bayes_mixture import as_counts
from ._input import Floats, as_choice, as_floats, as_vector
from ._number import as_number

_OF = ("outcome", "exposure")


@dataclass(frozen=True, slots=True)
class BiasAdjusted:
    """A two-by-two table before and after correction.

    Attributes
    ----------
    x1, n1, x0, n0 : corrected events and subjects, treated and control; not whole numbers as a rule.
    risk_ratio, odds_ratio, risk_difference : corrected.
    crude_risk_ratio, crude_odds_ratio, crude_risk_difference : as observed.
    """

    x1: float
    n1: float
    x0: float
    n0: float
    risk_ratio: float
    odds_ratio: float
    risk_difference: float
    crude_risk_ratio: float
    crude_odds_ratio: float
    crude_risk_difference: float


def counts(x1: float, n1: float, x0: float, n0: float) -> tuple[float, float, float, float]:
    """Events and non-events of both arms, (a, b, c, d), each above 0."""
    (a, size1), (c, size0) = as_counts(x1, n1, ("x1", "n1")), as_counts(x0, n0, ("x0", "n0"))
    if min(a, size1 - a, c, size0 - c) <= 0:
        raise ValueError("x1, n1, x0 and n0 must leave events and non-events in both arms: ratios need all four cells")
    return a, size1 - a, c, size0 - c


def measures(cells: Sequence[Floats | float]) -> tuple[Floats, Floats, Floats]:
    """Risk ratio, odds ratio, risk difference."""
    a, b, c, d = (np.asarray(v, dtype=np.float64) for v in cells)
    p1, p0 = a / (a + b), c / (c + d)
    return np.asarray(p1 / p0), np.asarray((a * d) / (b * c)), np.asarray(p1 - p0)


def _adjusted(
    cells: tuple[float, float, float, float], observed: tuple[float, float, float, float], why: str
) -> BiasAdjusted:
    if min(cells) <= 0:
        names = ("treated events", "treated non-events", "control events", "control non-events")
        bad = int(np.argmin(cells))
        raise ValueError(f"{why} leave {cells[bad]:.4g} {names[bad]}: impossible with these counts")
    a, b, c, d = cells
    after = (float(v) for v in measures(cells))
    before = (float(v) for v in measures(observed))
    return BiasAdjusted(a, a + b, c, c + d, *after, *before)


def _pair(name: str, value: ArrayLike) -> tuple[float, float]:
    x = as_floats(name, value)
    if x.ndim == 0:
        x = np.array([x, x], dtype=np.float64)
    x = as_vector(name, x, 2)
    return as_number(name, x[0], 0, 1), as_number(name, x[1], 0, 1)


def misclassification(
    x1: float,
    n1: float,
    x0: float,
    n0: float,
    *,
    sensitivity: ArrayLike,
    specificity: ArrayLike,
    of: str = "outcome",
) -> BiasAdjusted:
    """What a comparison of proportions would have been without errors in outcome or treatment.

    Parameters
    ----------
    x1, n1, x0, n0 : events and subjects, treated and control.
    sensitivity, specificity : of the recorded outcome, one value or (treated, control); of the recorded treatment
        (``of`` "exposure"), one value or (cases, non-cases).
    of : "outcome" or "exposure".

    Returns
    -------
    BiasAdjusted.

    Raises
    ------
    ValueError : probabilities outside 0..1, a test no better than chance, values that leave a cell negative.

    Examples
    --------
    The example of the R package episensr: resistance to HIV by a gene, Se 0.78 and Sp 0.99: 0.9614 and 0.9491.

    >>> found = misclassification(215, 883, 1449, 5745, sensitivity=0.78, specificity=0.99, of="exposure")
    >>> round(found.risk_ratio, 4), round(found.odds_ratio, 4)
    (0.9614, 0.9491)
    """
    a, b, c, d = counts(x1, n1, x0, n0)
    se, sp = _pair("sensitivity", sensitivity), _pair("specificity", specificity)
    as_choice("of", of, _OF)
    for first, second in zip(se, sp, strict=True):
        if first + second <= 1:
            raise ValueError(
                f"sensitivity + specificity must be above 1, found {first + second:g}: no better than chance"
            )
    cells = unclassified(a, b, c, d, se, sp, of)
    whole = tuple(float(v) for v in cells)
    return _adjusted(whole, (a, b, c, d), "sensitivity and specificity")  # type: ignore[arg-type]


def unclassified(
    a: float,
    b: float,
    c: float,
    d: float,
    se: tuple[float | Floats, float | Floats],
    sp: tuple[float | Floats, float | Floats],
    of: str,
) -> tuple[Floats, Floats, Floats, Floats]:
    """The four true cells behind the observed ones."""
    if of == "outcome":
        first = (a - (1 - sp[0]) * (a + b)) / (se[0] + sp[0] - 1)
        second = (c - (1 - sp[1]) * (c + d)) / (se[1] + sp[1] - 1)
        return tuple(np.asarray(v) for v in (first, a + b - first, second, c + d - second))  # type: ignore[return-value]
    cases = (a - (1 - sp[0]) * (a + c)) / (se[0] + sp[0] - 1)
    others = (b - (1 - sp[1]) * (b + d)) / (se[1] + sp[1] - 1)
    return tuple(np.asarray(v) for v in (cases, others, a + c - cases, b + d - others))  # type: ignore[return-value]


def selection_bias(x1: float, n1: float, x0: float, n0: float, *, probabilities: ArrayLike) -> BiasAdjusted:
    """What a comparison would have been had all of the population been selected.

    Parameters
    ----------
    x1, n1, x0, n0 : events and subjects, treated and control.
    probabilities : (4,) of being in the study: treated with event, control with event, treated without, control
        without.

    Returns
    -------
    BiasAdjusted.

    Raises
    ------
    ValueError : probabilities that are not above 0 and at most 1.

    Examples
    --------
    episensr: 136 of 433 against 107 of 272 and probabilities .94, .85, .64, .25: risk ratio 1.4838, odds ratio 1.6346.

    >>> found = selection_bias(136, 433, 107, 272, probabilities=[0.94, 0.85, 0.64, 0.25])
    >>> round(found.risk_ratio, 4), round(found.odds_ratio, 4)
    (1.4838, 1.6346)
    """
    a, b, c, d = counts(x1, n1, x0, n0)
    s = [as_number("probabilities", p, 1e-9, 1) for p in as_vector("probabilities", probabilities, 4)]
    return _adjusted((a / s[0], b / s[2], c / s[1], d / s[3]), (a, b, c, d), "probabilities")


def unmeasured_confounder(
    x1: float, n1: float, x0: float, n0: float, *, ratio: float, p1: float, p0: float
) -> BiasAdjusted:
    """What a comparison would have been with a binary confounder in balance.

    The expected events of the treated, had their confounder the controls' prevalence, are theirs divided by the bias
    factor (p1 (R - 1) + 1) / (p0 (R - 1) + 1).

    Parameters
    ----------
    x1, n1, x0, n0 : events and subjects, treated and control.
    ratio : risk ratio R of the confounder with the outcome.
    p1, p0 : its prevalence among treated and controls.

    Returns
    -------
    BiasAdjusted.

    Raises
    ------
    ValueError : prevalences outside 0..1, a ratio that is not positive, more events than subjects afterwards.

    Examples
    --------
    episensr: circumcision and HIV, 105 of 632 against 85 of 178; risk ratio 0.3479 becomes 0.4851.

    >>> found = unmeasured_confounder(105, 632, 85, 178, ratio=0.63, p1=0.8, p0=0.05)
    >>> round(found.crude_risk_ratio, 4), round(found.risk_ratio, 4)
    (0.3479, 0.4851)
    """
    a, b, c, d = counts(x1, n1, x0, n0)
    r = as_number("ratio", ratio, 1e-6, 1e6)
    treated, control = as_number("p1", p1, 0, 1), as_number("p0", p0, 0, 1)
    factor = (treated * (r - 1) + 1) / (control * (r - 1) + 1)
    return _adjusted((a / factor, a + b - a / factor, c, d), (a, b, c, d), "ratio, p1 and p0")
