"""Probabilistic bias analysis: bias parameters drawn from distributions, estimates corrected a draw at a time."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ._bias_draws import Distribution, correlated_uniforms, quantiles, read_distribution
from ._bias_table import counts, measures, unclassified
from ._input import Floats, as_choice, as_level
from ._number import as_number

_SCALES = ("rr", "or", "rd")


@dataclass(frozen=True, slots=True, eq=False)
class BiasDistribution:
    """Corrected estimates over draws of the bias parameters.

    Attributes
    ----------
    measure : "rr", "or" or "rd"; crude : the observed estimate.
    systematic : (3,) median and limits at ``level`` from the bias parameters alone.
    total : (3,) the same with random error added.
    draws, rejected : draws used, and draws set aside since they made a cell negative.
    share_rejected : rejected / all. Many rejections mean that the distributions contradict the data.
    """

    measure: str
    crude: float
    systematic: Floats
    total: Floats
    draws: int
    rejected: int
    share_rejected: float
    level: float


def probabilistic_bias(
    x1: float,
    n1: float,
    x0: float,
    n0: float,
    *,
    kind: str = "outcome",
    sensitivity: tuple[Distribution, ...] = (),
    specificity: tuple[Distribution, ...] = (),
    selection: tuple[Distribution, ...] = (),
    ratio: Distribution | None = None,
    prevalence: tuple[Distribution, ...] = (),
    correlation: float = 0.8,
    measure: str = "rr",
    draws: int = 50_000,
    seed: int = 1,
    level: float = 0.95,
) -> BiasDistribution:
    """An estimate with both its systematic and its random uncertainty.

    In each draw the bias parameters are drawn, the table corrected, and to the log estimate (the difference, for "rd")
    a normal error with the conventional standard error of the observed table is added (Lash, Fox & Fink 2009,
    doi:10.1007/978-0-387-87959-8; good practice: Lash et al. 2014, doi:10.1093/ije/dyu149).

    Parameters
    ----------
    x1, n1, x0, n0 : events and subjects, treated and control.
    kind : "outcome" or "exposure" (misclassified), "selection", "confounder".
    sensitivity, specificity : one distribution (the same in both groups) or two: (treated, control) for an outcome,
        (cases, non-cases) for an exposure. A distribution is a tuple such as ("beta", 25, 3), ("trapezoidal", .9, .93,
        .97, 1), ("triangular", low, mode, high), ("uniform", low, high) or ("constant", value).
    selection : four distributions of selection probabilities, in the order of ``selection_bias``.
    ratio, prevalence : of a confounder: its risk ratio (also ("lognormal", mean_log, sd_log)), and two distributions of
        its prevalence (treated, control).
    correlation : of the normal scores of the two values of a pair, between -1 and 1.
    measure : "rr", "or" or "rd".
    draws, seed : number of draws (100 to 5,000,000) and seed of their generator.
    level : of the limits.

    Returns
    -------
    BiasDistribution.

    Raises
    ------
    ValueError : distributions that are missing or leave 0..1; when every draw makes a cell negative.

    Examples
    --------
    Fixed parameters give the corrected estimate itself:

    >>> found = probabilistic_bias(215, 883, 1449, 5745, kind="exposure", sensitivity=(("constant", 0.78),),
    ...     specificity=(("constant", 0.99),), draws=1000)
    >>> found.systematic.round(4)
    array([0.9614, 0.9614, 0.9614])
    """
    a, b, c, d = counts(x1, n1, x0, n0)
    as_choice("kind", kind, ("outcome", "exposure", "selection", "confounder"))
    as_choice("measure", measure, _SCALES)
    n, rho = int(as_number("draws", draws, 100, 5_000_000)), as_number("correlation", correlation, -1, 1)
    tail = (1 - as_level(level)) / 2
    rng = np.random.default_rng(int(as_number("seed", seed, 0, 2**53)))
    if kind == "selection":
        cells = _selected((a, b, c, d), selection, rng, n)
    elif kind == "confounder":
        cells = _unconfounded((a, b, c, d), ratio, prevalence, rng, n, rho)
    else:
        se = _pairs("sensitivity", sensitivity, rng, n, rho)
        sp = _pairs("specificity", specificity, rng, n, rho)
        chance = (se[0] + sp[0] <= 1) | (se[1] + sp[1] <= 1)  # such a draw says nothing: set aside below
        se = np.where(chance, 1.0, se[0]), np.where(chance, 1.0, se[1])
        sp = np.where(chance, 1.0, sp[0]), np.where(chance, 1.0, sp[1])
        cells = unclassified(a, b, c, d, se, sp, kind)
        cells = (np.where(chance, -1.0, cells[0]), *cells[1:])
    good = np.all(np.array(np.broadcast_arrays(*cells)) > 0, axis=0)
    if not np.any(good):
        raise ValueError("sensitivity, specificity, selection or prevalence make a cell negative in every draw")
    kept = [np.broadcast_to(v, n)[good] for v in cells]
    index = _SCALES.index(measure)
    values = measures(kept)[index]
    error = _standard_error(a, b, c, d, measure) * rng.standard_normal(values.size)
    blurred = values - error if measure == "rd" else values * np.exp(-error)
    crude = float(measures((a, b, c, d))[index])
    at = [0.5, tail, 1 - tail]
    lost = n - int(np.count_nonzero(good))
    return BiasDistribution(
        measure, crude, np.quantile(values, at), np.quantile(blurred, at), n - lost, lost, lost / n, level
    )


def _standard_error(a: float, b: float, c: float, d: float, measure: str) -> float:
    n1, n0 = a + b, c + d
    if measure == "rr":
        return float(np.sqrt(1 / a - 1 / n1 + 1 / c - 1 / n0))
    if measure == "or":
        return float(np.sqrt(1 / a + 1 / b + 1 / c + 1 / d))
    return float(np.sqrt(a * b / n1**3 + c * d / n0**3))


def _pairs(
    name: str, given: tuple[Distribution, ...], rng: np.random.Generator, n: int, rho: float
) -> tuple[Floats, Floats]:
    if isinstance(given, str) or not isinstance(given, tuple | list) or len(given) not in (1, 2):
        raise ValueError(f"{name} must hold one distribution or two, each a tuple")
    read = [read_distribution(name, one, proportion=True) for one in given]
    first, second = correlated_uniforms(rng, n, rho)
    one = quantiles(*read[0], first)
    return one, one if len(read) == 1 else quantiles(*read[1], second)


def _selected(
    cells: tuple[float, float, float, float], given: tuple[Distribution, ...], rng: np.random.Generator, n: int
) -> tuple[Floats, Floats, Floats, Floats]:
    if len(given) != 4:
        raise ValueError(f"selection must hold four distributions, found {len(given)}")
    s = [quantiles(*read_distribution("selection", one, proportion=True), rng.random(n)) for one in given]
    a, b, c, d = cells
    safe = [np.where(v > 1e-12, v, -1.0) for v in s]
    return a / safe[0], b / safe[2], c / safe[1], d / safe[3]


def _unconfounded(
    cells: tuple[float, float, float, float],
    ratio: Distribution | None,
    prevalence: tuple[Distribution, ...],
    rng: np.random.Generator,
    n: int,
    rho: float,
) -> tuple[Floats, Floats, Floats, Floats]:
    if ratio is None or len(prevalence) != 2:
        raise ValueError("ratio and prevalence are needed for a confounder: one distribution, and two")
    strength = quantiles(*read_distribution("ratio", ratio, proportion=False), rng.random(n))
    p1, p0 = _pairs("prevalence", prevalence, rng, n, rho)
    factor = (p1 * (strength - 1) + 1) / (p0 * (strength - 1) + 1)
    a, b, c, d = cells
    return a / factor, a + b - a / factor, np.full(n, c), np.full(n, d)
