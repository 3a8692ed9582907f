"""Individual follow-up times from a published survival curve and the numbers at risk under it.

What comes back are made-up patients that give nearly the published curve: no covariates, and no patient of the trial.
``reconstruct_ipd`` does it once; ``reconstruct_repeatedly`` does it again and again with the points moved a little, and
``pool_repeats`` says what that adds to the uncertainty of a number.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from ._input import Bools, Floats, Ints, as_choice
from ._reconstruct_clicks import CLEANINGS as CLEANINGS
from ._reconstruct_clicks import Clicks as Clicks
from ._reconstruct_clicks import clean_clicks
from ._reconstruct_counts import RULES, count_patients
from ._reconstruct_fit import Fit as Fit
from ._reconstruct_fit import judge
from ._reconstruct_repeat import jittered, pool_repeats
from ._reconstruct_table import as_risk_table, lay_out

__all__ = [
    "Clicks",
    "Fit",
    "Reconstruction",
    "pool_repeats",
    "reconstruct_ipd",
    "reconstruct_repeatedly",
]


@dataclass(frozen=True, slots=True, eq=False)
class Reconstruction:
    """Patients that reproduce a curve.

    Attributes
    ----------
    time : (n,) follow-up times, sorted, in the unit of the clicks.
    event : (n,) True for an event, False for censored.
    fit : how near the patients' own curve and numbers at risk come to what was printed.
    clicks : the points after cleaning, and what cleaning did.
    """

    time: Floats
    event: Bools
    fit: Fit
    clicks: Clicks


def reconstruct_ipd(
    time: ArrayLike,
    survival: ArrayLike,
    risk_time: ArrayLike,
    at_risk: ArrayLike,
    *,
    total_events: int | None = None,
    scale: str | None = None,
    cleaning: str = "ipdfromkm",
    rule: str = "ipdfromkm",
) -> Reconstruction:
    """Follow-up times and events from the points of a Kaplan-Meier curve (Guyot et al. 2012).

    The product-limit equations are solved interval by interval of the risk table: the number censored is sought at
    which the drops of the curve, made into whole events, lead to the next printed number at risk.

    Parameters
    ----------
    time, survival : (m,) points of the curve, in any order of reading; the unit of time is kept.
    risk_time, at_risk : (r,) the risk table; ``risk_time`` begins at 0. With the number at the start alone, ``[0]`` and
        ``[n]``, nobody is censored before the end unless ``total_events`` says so.
    total_events : events of the whole arm as published. Met where the drops of the curve allow it; ``fit.warnings``
        says when not.
    scale : "proportion" or "percent". None: percent when the largest value is above 2, a proportion when it is 1.2 or
        less, an error between.
    cleaning : "ipdfromkm", "minimum", "isotonic" or "none" (for points of a vector file).
    rule : "ipdfromkm" or "guyot": up to where in an interval the censored are spread, and how many there are in the
        last one.

    Returns
    -------
    Reconstruction

    Raises
    ------
    ValueError
        For a curve that rises as a whole, numbers at risk that rise, a table that does not begin at 0, a survival that
        could be either scale, more events than patients, unequal lengths.

    Notes
    -----
    In Guyot's validation survival probabilities and medians came out well, hazard ratios only where numbers at risk or
    the total number of events were known. Equations: ``_reconstruct_counts``. Sources: Guyot, Ades, Ouwens & Welton
    2012 (doi:10.1186/1471-2288-12-9); the variant: Liu, Zhou & Lee 2021 (doi:10.1186/s12874-021-01308-8).

    Examples
    --------
    A curve of 100 patients falling evenly to 0.5 in ten months, 72 and 40 at risk at months 4 and 8: 36 events (the
    IPDfromKM algorithm, in the documentation of its Python port).

    >>> r = reconstruct_ipd(range(11), [1 - k / 20 for k in range(11)], [0, 4, 8], [100, 72, 40], cleaning="none")
    >>> r.fit.n, r.fit.events, r.fit.remaining
    (100, 36, 24)
    """
    as_choice("rule", rule, RULES)
    starts, numbers = as_risk_table(risk_time, at_risk)
    total = _as_total(total_events, int(numbers[0]))
    clicks = clean_clicks(time, survival, scale=scale, cleaning=cleaning)
    layout = lay_out(clicks.time, clicks.survival, starts, numbers)
    counts = count_patients(layout.time, layout.survival, layout.lower, layout.risk_time, layout.at_risk, total, rule)
    left = counts.at_risk[-1]
    when, happened = _patients(layout.time, np.asarray(counts.events), np.asarray(counts.censored), left)
    return Reconstruction(when, happened, judge(layout, counts, clicks, total), clicks)


def _as_total(total: int | None, n: int) -> int | None:
    if total is None:
        return None
    number = float(np.asarray(total, dtype=np.float64)) if np.ndim(total) == 0 else float("nan")
    if not (number == round(number) if np.isfinite(number) else False) or not 0 <= number <= n:
        raise ValueError(f"total_events must be a whole number from 0 to the {n} patients, found {total}")
    return int(number)


def _patients(t: Floats, events: Ints, censored: Ints, left: int) -> tuple[Floats, Bools]:
    """Step 6: events at their click, the censored half-way to the next, the rest at the last click."""
    middle = t + np.append(np.diff(t), 0.0) / 2
    when = np.concatenate([np.repeat(t, events), np.repeat(middle, censored), np.full(left, t[-1])])
    happened = np.arange(when.size) < int(np.sum(events))
    order = np.lexsort((~happened, when))
    return when[order], happened[order]


def reconstruct_repeatedly(
    time: ArrayLike,
    survival: ArrayLike,
    risk_time: ArrayLike,
    at_risk: ArrayLike,
    *,
    error_time: float,
    error_survival: float,
    repeats: int = 100,
    seed: int,
    distribution: str = "normal",
    total_events: int | None = None,
    scale: str | None = None,
    cleaning: str = "ipdfromkm",
    rule: str = "ipdfromkm",
) -> Sequence[Reconstruction]:
    """The same curve read again and again by an unsteady hand.

    Each repeat moves every cleaned point by independent errors, makes the curve monotone again (times by their running
    maximum, survival by isotonic regression) and reconstructs. Only the reading is repeated: that another trial would
    have had other patients is in the standard error of whatever is estimated from one repeat. See :func:`pool_repeats`.

    Parameters
    ----------
    time, survival, risk_time, at_risk, total_events, scale, cleaning, rule : as for :func:`reconstruct_ipd`.
    error_time : standard deviation of a reading's error along the time axis, in the unit of time.
    error_survival : the same for survival, as a proportion (0.005 is half a percentage point).
    repeats : how many, 2 to 10,000.
    seed : of the random numbers.
    distribution : "normal", or "uniform" with the same standard deviation (within sqrt(3) of it).

    Returns
    -------
    list of Reconstruction

    Raises
    ------
    ValueError
        As :func:`reconstruct_ipd`, and for errors that are negative or as large as the plot, and repeats out of range.

    Examples
    --------
    >>> curve = ([0, 2, 5, 9], [1, 0.8, 0.7, 0.6])
    >>> hand = {"error_time": 0.05, "error_survival": 0.01, "repeats": 3, "seed": 1}
    >>> several = reconstruct_repeatedly(*curve, [0, 5], [50, 30], **hand)
    >>> [r.fit.n for r in several]
    [50, 50, 50]
    """
    first = reconstruct_ipd(
        time, survival, risk_time, at_risk, total_events=total_events, scale=scale, cleaning=cleaning, rule=rule
    )
    drawn = jittered(first.clicks, error_time, error_survival, repeats, seed, distribution)
    return [
        reconstruct_ipd(
            t, s, risk_time, at_risk, total_events=total_events, scale="proportion", cleaning="none", rule=rule
        )
        for t, s in drawn
    ]
