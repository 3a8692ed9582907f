"""Response and toxicity watched together (Thall, Simon & Estey 1995), and the readings that two programs give it.

A patient falls into one of four cells: response with toxicity, response alone, toxicity alone, neither. The cells are
multinomial with a Dirichlet prior; sums of Dirichlet cells are Beta, so either endpoint alone is

    E_R ~ Beta(both + response alone, toxicity alone + neither),   E_T ~ Beta(both + toxicity alone, the rest)

and the same for the historical rates S, which no data of the trial change. How the two endpoints go together changes
what the joint rule does to a trial, not its integers.

    multc-lean    stop when P(E_R < S_R + d_R) > c_R         stop when P(E_T > S_T + d_T) > c_T
    multc99       stop when P(E_R > S_R + d_R) < c_R         stop when P(E_T > S_T + d_T) >= c_T
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from ._bayes_mixture import BetaMixture
from ._beta_mixture_posterior import Prior, as_looks, as_patients, as_prior, exceeds, falls_short
from ._boundary import Boundary, boundary
from ._input import Floats, as_choice, as_vector
from ._number import as_count, as_number, as_share
from ._posterior_boundary import tie_sentence
from ._thall_simon import LONGEST, MARGIN, Side, side
from ._thall_simon_integral import Standard, probability_better, standard_rate

NAMES = ("response", "toxicity")
READINGS = ("multc-lean", "multc99")
Pair = tuple[BetaMixture, BetaMixture]
Points = tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True, eq=False)
class ThallSimonEstey:
    """Integer boundaries for response and toxicity.

    Attributes
    ----------
    boundary : row 0 stops for few responses (``low``), row 1 for many toxicities (``high``).
    experimental, standard : priors of the two rates, (response, toxicity).
    margins, cutoffs : as given, (response, toxicity).
    reading : "multc-lean" or "multc99".
    at_low : (L,) P(E_R < S_R + d_R) at the largest number of responses that stops, NaN where none does.
    at_high : (L,) P(E_T > S_T + d_T) at the smallest number of toxicities that stops, NaN where none does.
    ties : for each endpoint, (count, n) whose probability equals its cut-off.
    conventions : sentences to print with the rule.
    """

    boundary: Boundary
    experimental: Pair
    standard: Pair
    margins: tuple[float, float]
    cutoffs: tuple[float, float]
    reading: str
    at_low: Floats
    at_high: Floats
    ties: tuple[Points, Points]
    conventions: tuple[str, ...]

    @property
    def reachable(self) -> dict[str, Points]:
        """Per endpoint, the boundary points (count, n) that a trial which went on at the look before can stand on."""
        return {"response": reachable_low(self.boundary, 0), "toxicity": reachable_high(self.boundary, 1)}

    def probability(self, x: float, n: float, endpoint: str) -> float:
        """P(E_R < S_R + d_R) after ``x`` responses of ``n``, or P(E_T > S_T + d_T) after ``x`` toxicities."""
        k = NAMES.index(as_choice("endpoint", endpoint, NAMES))
        events, size = as_patients(x, n, LONGEST)
        better = float(
            probability_better(self.experimental[k], Standard(self.standard[k], self.margins[k]), events, size)
        )
        return better if k else 1 - better


def thall_simon_estey(
    n_max: int,
    experimental: ArrayLike | Sequence[Prior],
    standard: ArrayLike | Sequence[Prior],
    *,
    cutoffs: tuple[float, float],
    margins: tuple[float, float] = (0.0, 0.0),
    cohort: int = 1,
    n_min: int = 1,
    looks: ArrayLike | None = None,
    reading: str = "multc-lean",
) -> ThallSimonEstey:
    """Stopping boundaries for response and toxicity against uncertain historical rates.

    Parameters
    ----------
    n_max : patients of the whole trial, at most 2,000. There is no rule at n_max: the trial is complete.
    experimental : priors of the trial's two rates, ((a, b) of response, (a, b) of toxicity), mixtures allowed; or the
        four parameters of a Dirichlet prior: response with toxicity, response alone, toxicity alone, neither.
    standard : the historical rates, in the same form; the trial's data do not change them.
    cutoffs : (response, toxicity). For "multc-lean" both are large probabilities of being worse, such as (.95, .95);
        for "multc99" the first is a small probability of being better, such as (.05, .95).
    margins : (response, toxicity) added to the historical rates, between -.99 and .99.
    cohort : patients between looks; looks are its multiples.
    n_min : no look before this many patients.
    looks : patients at each look, below n_max, instead of ``cohort`` and ``n_min``.
    reading : "multc-lean", strict on both sides, or "multc99", strict for response and inclusive for toxicity.

    Returns
    -------
    ThallSimonEstey

    Raises
    ------
    ValueError : priors that are none, cut-offs not between 0 and 1, no look before n_max, a rule that would stop before
        the first patient.

    Notes
    -----
    Thall, Simon & Estey, Stat Med 1995;14:357-379. Probabilities within 1e-12 of a cut-off are equal to it.

    Examples
    --------
    The example of the Multc Lean tutorial: none of 6 responding stops, and so do 4 toxicities of 6.

    >>> rule = thall_simon_estey(30, ((0.6, 1.4), (0.5, 1.5)), ((30, 70), (20, 60)), cutoffs=(0.95, 0.95))
    >>> int(rule.boundary.low[0, 5]), int(rule.boundary.high[1, 5]), round(rule.probability(0, 6, "response"), 6)
    (0, 4, 0.964594)
    >>> rule.reachable["response"]
    ((0, 6), (1, 12), (2, 17), (3, 22), (4, 27))
    """
    most = as_count("n_max", n_max, 2, LONGEST)
    n = _looks(most, cohort, n_min, looks)
    trial, history = _pair("experimental", experimental, as_prior), _pair("standard", standard, standard_rate)
    gap, cut = _two("margins", margins), _two("cutoffs", cutoffs)
    shift = as_number("margins", gap[0], -MARGIN, MARGIN), as_number("margins", gap[1], -MARGIN, MARGIN)
    given = as_share("cutoffs", cut[0]), as_share("cutoffs", cut[1])
    lean = as_choice("reading", reading, READINGS) == "multc-lean"
    least_better = 1 - given[0] if lean else given[0]  # P(worse) > c is P(better) < 1 - c
    fixed = [Standard(history[k], shift[k]) for k in (0, 1)]
    few = side(trial[0], fixed[0], n, least_better, rising=False, strict=True)
    many = side(trial[1], fixed[1], n, given[1], rising=True, strict=lean)
    start = np.array([few.prior, many.prior])
    _screen((1 - few.prior, many.prior), (bool(falls_short(start, least_better, True)[0]),
                                          bool(exceeds(start, given[1], lean)[1])))  # fmt: skip
    none = np.full(n.size, -1), n + 1
    rule = boundary(n, low=[few.edge, none[0]], high=[none[1], many.edge], low_means=("futility", ""),
                    high_means=("", "harm"), n_max=most, names=NAMES)  # fmt: skip
    said = _conventions(shift, given, lean, few, many, most)
    return ThallSimonEstey(
        rule, trial, history, shift, given, reading, 1 - few.at, many.at, (few.ties, many.ties), said
    )


def reachable_low(rule: Boundary, k: int) -> Points:
    """(count, n) on the lower boundary of endpoint k that a trial above it at the look before can come to."""
    low, before, points = rule.low[k], -1, []
    for at, n in zip(low, rule.n, strict=True):
        if at > before:  # it stood at before + 1 at least, and counts do not fall
            points.append((int(at), int(n)))
        before = int(at)
    return tuple(points)


def reachable_high(rule: Boundary, k: int) -> Points:
    """(count, n) on the upper boundary of endpoint k that a trial below it at the look before can come to."""
    points, most, n_before = [], 0, 0  # the largest count with which the trial went on
    for at, n in zip(rule.high[k], rule.n, strict=True):
        can = most + int(n) - n_before
        if at <= can:
            points.append((int(at), int(n)))
        most, n_before = min(int(at) - 1, can), int(n)
    return tuple(points)


def _looks(n_max: int, cohort: int, n_min: int, looks: ArrayLike | None) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    step, least = as_count("cohort", cohort, 1, n_max), as_count("n_min", n_min, 1, n_max)
    if looks is None:
        n = np.arange(step, n_max, step, dtype=np.int64)
        n = n[n >= least]
        if not n.size:
            raise ValueError(f"cohort = {step} and n_min = {least} leave no look before n_max = {n_max}")
        return n
    if (step, least) != (1, 1):
        raise ValueError("looks already says when: leave out cohort and n_min")
    n = as_looks("looks", looks)
    if n[-1] >= n_max:
        raise ValueError(f"looks must lie below n_max = {n_max}, where the trial is complete; found {n[-1]}")
    return n


def _pair(name: str, value: ArrayLike | Sequence[Prior], read: Callable[[str, Prior], BetaMixture]) -> Pair:
    """Two priors as they are, or the margins of a Dirichlet prior."""
    if isinstance(value, (str, bytes)) or not isinstance(value, (Sequence, np.ndarray)):
        raise ValueError(f"{name} must be the priors of response and toxicity, or four Dirichlet parameters")
    if len(value) == 4:
        both, response, toxicity, neither = as_vector(name, value, 4)  # type: ignore[arg-type]
        pairs: Sequence[Prior] = ((both + response, toxicity + neither), (both + toxicity, response + neither))
        if min(both, response, toxicity, neither) <= 0:
            raise ValueError(f"{name} must hold positive Dirichlet parameters")
        return read(name, pairs[0]), read(name, pairs[1])
    if len(value) != 2:
        raise ValueError(f"{name} must be the priors of response and toxicity, or four Dirichlet parameters")
    return read(f"{name} (response)", value[0]), read(f"{name} (toxicity)", value[1])  # type: ignore[arg-type]


def _two(name: str, value: tuple[float, float]) -> tuple[float, float]:
    x = as_vector(name, value, 2)
    return float(x[0]), float(x[1])


def _screen(worse: tuple[float, float], beyond: tuple[bool, bool]) -> None:
    """A rule that stops on its prior alone is refused: the trial would have no patient."""
    for name, p, stops in zip(NAMES, worse, beyond, strict=True):
        if stops:
            raise ValueError(f"experimental: its prior alone stops the trial for {name}, with probability {p:.6g} of "
                             "being worse before any patient; change the prior, margins or cutoffs")  # fmt: skip


def _conventions(
    d: tuple[float, float], c: tuple[float, float], lean: bool, few: Side, many: Side, n_max: int
) -> tuple[str, ...]:
    response = f"P(E < S + {d[0]:g}) > {c[0]:g}" if lean else f"P(E > S + {d[0]:g}) < {c[0]:g}"
    return (
        f"reading of {'Multc Lean' if lean else 'Multc99'}",
        f"response: stops when {response}; low is the largest count that stops; equality goes on",
        f"toxicity: stops when P(E > S + {d[1]:g}) {'>' if lean else '>='} {c[1]:g}; high is the smallest count that "
        f"stops; equality {'goes on' if lean else 'stops'}",
        f"no rule at {n_max} patients, where the trial is complete",
        "either endpoint stops the trial; the historical rates are not updated by the trial's data",
        *tie_sentence(few.ties, True),
        *tie_sentence(many.ties, lean),
    )
