"""Safety rules: too many toxicities stop the trial, by a fixed cut-off or by an overall probability of crossing."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from ._beta_mixture_posterior import Prior, as_looks, as_prior
from ._boundary import boundary
from ._input import Ints, as_choice
from ._number import as_count, as_number, as_share, as_truth
from ._safety_calibration import Ladder, calibrated, crossing, ladder, slack
from ._safety_families import KINDS, STATISTICS, Family
from ._safety_record import SafetyBoundary
from ._safety_words import conventions

_LONGEST = 500  # patients: beyond this a calibration takes more than a second
_LEAST = 1e-9  # the smallest alpha: tails keep their digits


def safety_boundary(
    looks: ArrayLike,
    p0: float,
    *,
    kind: str = "beta-binomial",
    alpha: float | None = None,
    cutoff: float | None = None,
    prior: Prior | None = None,
    p1: float | None = None,
    shape: float | None = None,
    statistic: str | None = None,
    strict: bool | None = None,
    first_look: int = 1,
    every: int = 1,
    n_max: int | None = None,
    name: str = "toxicity",
) -> SafetyBoundary:
    """A rule that stops a trial for too many toxicities, as integers.

    Parameters
    ----------
    looks : (L,) patients with a known outcome at each look, ascending; or one number, the patients of the whole trial,
        for looks after patients first_look, first_look + every, ... and after the last.
    p0 : rate of toxicity that is still acceptable.
    kind : "beta-binomial" (posterior probability that the rate exceeds p0), "pocock" (the same exact level at every
        look), "obrien-fleming", "wang-tsiatis" (tests whose limits fall with the information), "sprt" (likelihood
        ratio of p1 to p0, upper limit only, truncated at the last look) or "maxsprt" (the same with the rate that fits
        best in place of p1). Formulas in Notes.
    alpha : overall probability of stopping at p0: the loosest boundary of the family that keeps it is taken. Give
        ``alpha`` or ``cutoff``.
    cutoff : fixed cut-off: the posterior probability, the level of "pocock", or the score of the other kinds.
    prior : (a, b) of Beta(a, b), or (weight, a, b) of each component of a mixture; for "beta-binomial" only.
    p1 : rate of toxicity that is too high, above p0; for "sprt" only.
    shape : D of Wang and Tsiatis, 0 (O'Brien-Fleming) to 0.5 (Pocock); for "wang-tsiatis" only.
    statistic : "exact" (the default: tail of the binomial) or "normal"; for "obrien-fleming" and "wang-tsiatis" only.
    strict : whether a cut-off must be passed (True) or may be met (False). When it is not given: passed for
        "beta-binomial", met for the others. It does not matter to a boundary calibrated to alpha.
    first_look, every : see ``looks``; only where that is one number.
    n_max : patients of the whole trial, the last look when it is not given.
    name : of the event that is counted.

    Returns
    -------
    SafetyBoundary

    Raises
    ------
    ValueError : neither or both of alpha and cutoff, options that the kind does not have or lacks, p1 not above p0,
        looks out of order, a rule that can never stop or that stops without a toxicity.

    Notes
    -----
    With X ~ Bin(n, p0), N the last look and z a standard normal deviate, a look stops where the following holds.
    Martens & Logan 2024, doi:10.1177/17407745231203391, compare the families.

    - beta-binomial: P(p > p0 | x of n) > c. Geller et al. 2003 (in Geller, Advances in Clinical Trial Biostatistics).
    - pocock: P(X >= x) <= c. Ivanova, Qaqish & Schell 2005, doi:10.1111/j.1541-0420.2005.00311.x.
    - wang-tsiatis: z(x, n) (n / N)^(1/2 - D) >= c; obrien-fleming is D = 0. z is the quantile of the exact tail
      P(X >= x), as in ``toxbdry`` of R's clinfun (whose delta is 1/2 - D), or (x - n p0) / sqrt(n p0 (1 - p0)), as in
      R's stoppingrule. Wang & Tsiatis 1987, doi:10.2307/2531959.
    - sprt: x log(p1/p0) + (n - x) log((1-p1)/(1-p0)) >= c. maxsprt: the same at x/n in place of p1, where x/n > p0
      (Kulldorff et al. 2011, doi:10.1080/07474946.2011.539924).

    A calibrated boundary is found among the integer boundaries of the family, each with its exact probability of
    crossing; ``cutoff`` of the record is the interval of cut-offs that give it. Results whose scores differ by a
    relative 1e-11 or less are equally extreme, and a cut-off that near to one is met, not passed.

    Examples
    --------
    The example of R's stoppingrule: 30 patients, looks after each, 10% to cross at a rate of 20%.

    >>> rule = safety_boundary(30, 0.2, alpha=0.1, prior=(0.6, 2.4))
    >>> rule.boundary.high[0, 2:10].tolist(), round(rule.alpha, 8)
    ([3, 3, 4, 4, 5, 5, 5, 5], 0.09957367)

    Any cut-off in this interval gives it. That program prints .9630823, which rounds to just outside:

    >>> [round(c, 9) for c in rule.cutoff], round(rule.probability(4, 7), 9)
    ([0.963082692, 0.963191517], 0.963082692)
    """
    n = _looks(looks, first_look, every)
    family = _family(as_choice("kind", kind, KINDS), _rate("p0", p0), int(n[-1]), prior, p1, shape, statistic)
    passed = family.kind == "beta-binomial" if strict is None else as_truth("strict", strict)
    steps = ladder(family, n)
    if (alpha is None) == (cutoff is None):
        raise ValueError("give exactly one of alpha and cutoff: the probability of crossing at p0, or a fixed cut-off")
    if alpha is not None:
        asked: float | None = as_number("alpha", as_share("alpha", alpha), _LEAST, 1)
        rung, limit = _by_alpha(steps, family, float(alpha))
    elif cutoff is not None:
        asked = None
        rung, limit = _by_cutoff(steps, family, float(_cutoff(family, cutoff)), passed)
    high = steps.high(float(steps.rungs[rung]))
    if not isinstance(name, str) or not name:
        raise ValueError(f"name must be a word for the event, found {name!r}")
    rule = boundary(n, high=high, high_means="harm", n_max=n_max, names=(name,))
    ends = sorted(family.printed(float(s)) for s in steps.rungs[rung : rung + 2])
    return SafetyBoundary(
        rule, family.kind, family.p0, crossing(steps, rung, family.p0), asked, crossing(steps, rung + 1, family.p0),
        (ends[0], ends[1]), passed, limit, family, conventions(family, passed, asked, (ends[0], ends[1]), cutoff),
    )  # fmt: skip


def _looks(looks: ArrayLike, first: int, every: int) -> Ints:
    if not isinstance(looks, int | float | np.number):
        if first != 1 or every != 1:
            raise ValueError("first_look and every go with looks as one number, the patients of the whole trial")
        n = as_looks("looks", looks)
        if n[-1] > _LONGEST:
            raise ValueError(f"looks must end at {_LONGEST} patients or before, found {n[-1]}")
        return n
    last = as_count("looks", float(looks), 1, _LONGEST)
    start = as_count("first_look", first, 1, last, ", the patients of the whole trial")
    return np.unique(np.r_[np.arange(start, last, as_count("every", every, 1, _LONGEST)), last]).astype(np.int64)


def _family(
    kind: str, p0: float, last: int, prior: Prior | None, p1: float | None, shape: float | None, statistic: str | None
) -> Family:
    needs = {"prior": "beta-binomial", "p1": "sprt", "shape": "wang-tsiatis"}
    for option, value in (("prior", prior), ("p1", p1), ("shape", shape)):
        if (value is None) == (kind == needs[option]):
            verb = "needed by" if value is None else f"for {needs[option]}, not for"
            raise ValueError(f"{option} is {verb} the kind {kind}")
    if statistic is not None and kind not in ("obrien-fleming", "wang-tsiatis"):
        raise ValueError(f"statistic is for obrien-fleming and wang-tsiatis, not for the kind {kind}")
    beta = None if prior is None else as_prior("prior", prior)
    above = 0.0 if p1 is None else _rate("p1", p1)
    if p1 is not None and above <= p0:
        raise ValueError(f"p1 must be above p0 = {p0:g}: the rate that is too high, found {above:g}")
    power = 0.5 if shape is None else as_number("shape", shape, 0, 0.5)
    chosen = "exact" if statistic is None else as_choice("statistic", statistic, STATISTICS)
    return Family(kind, p0, last, beta, above, 0.0 if kind == "obrien-fleming" else power, chosen)


def _rate(name: str, value: float) -> float:
    return as_number(name, as_share(name, value), 1e-6, 1 - 1e-6)


def _cutoff(family: Family, cutoff: float) -> float:
    if family.kind in ("beta-binomial", "pocock"):
        return as_number("cutoff", as_share("cutoff", cutoff), 1e-12, 1 - 1e-12)
    return as_number("cutoff", cutoff, 1e-9, 1e6)


def _by_alpha(steps: Ladder, family: Family, alpha: float) -> tuple[int, float]:
    """The rung that keeps alpha, and the score from which it stops."""
    rung = calibrated(steps, family.p0, alpha)
    if rung < 0:
        least = crossing(steps, 0, family.p0)
        raise ValueError(
            f"alpha = {alpha:g} is too small for these looks: the strictest rule of the kind {family.kind} is crossed "
            f"with probability {least:.3g} at p0"
        )
    score = float(steps.rungs[rung])
    return rung, score - slack(score)


def _by_cutoff(steps: Ladder, family: Family, cutoff: float, strict: bool) -> tuple[int, float]:
    """The rung of a fixed cut-off, and the score from which it stops."""
    score = family.from_printed(cutoff)
    limit = score + slack(score) if strict else score - slack(score)
    rung = int(np.count_nonzero(steps.rungs >= limit)) - 1
    if rung < 0:
        raise ValueError(f"cutoff = {cutoff:g} never stops: it is not passed even by {family.last} of {family.last}")
    if np.any(steps.high(float(steps.rungs[rung])) == 0):
        raise ValueError(f"cutoff = {cutoff:g} would stop the trial without one toxicity: raise it, or see the prior")
    return rung, limit
