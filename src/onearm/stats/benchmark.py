"""One arm against what was published.

``benchmark_rate``: a proportion. ``benchmark_curve``: a curve taken as known. ``benchmark_sample``: a curve with its
own sampling error, from the patients that ``reconstruct_ipd`` gives.
"""

from __future__ import annotations

from ._benchmark_curve import CurveBenchmark, SampleBenchmark, benchmark_curve, benchmark_sample
from ._benchmark_rate import RateBenchmark, against_counts, against_fixed, against_limits
from ._binomial_root import counted
from ._exact_tests import ALTERNATIVES
from ._input import as_choice, as_level, as_vector

__all__ = [
    "CurveBenchmark",
    "RateBenchmark",
    "SampleBenchmark",
    "benchmark_curve",
    "benchmark_rate",
    "benchmark_sample",
]


def benchmark_rate(
    x: int,
    n: int,
    *,
    rate: float | None = None,
    limits: tuple[float, float] | None = None,
    reference_x: int | None = None,
    reference_n: int | None = None,
    level: float = 0.95,
    alternative: str = "two-sided",
) -> RateBenchmark:
    """A trial's proportion against a published rate, with the uncertainty that was published.

    ======================  ===========================================  ============================================
    published               difference                                   test
    ======================  ===========================================  ============================================
    rate alone (fixed)      Clopper-Pearson limits less the rate          exact binomial, as if the rate were known
    y of m                  Miettinen & Nurminen's limits                 unconditional exact, pooled score
    rate and its limits     square-and-add of Wilson's and these limits   none: the counts are not known
    ======================  ===========================================  ============================================

    Parameters
    ----------
    x, n : responders and patients of the trial.
    rate : the published proportion; with ``reference_x`` and ``reference_n`` it is left out.
    limits : its published confidence limits, of the same ``level``.
    reference_x, reference_n : y of m, as published.
    level : confidence level.
    alternative : "two-sided"; "greater": the trial's proportion is higher; "less": lower.

    Returns
    -------
    RateBenchmark

    Raises
    ------
    ValueError
        Unless exactly one of the three forms is given; for counts that do not fit, limits that do not hold the rate.

    Notes
    -----
    A fixed rate has no sampling error: use it for a threshold that a protocol set, not for a small series. No form
    knows of differences between the populations. Miettinen & Nurminen 1985 (doi:10.1002/sim.4780040211); Suissa &
    Shuster 1985 (doi:10.2307/2981892); Zou & Donner 2008 (doi:10.1002/sim.3095).

    Examples
    --------
    7 of 10 against 1 of 10: unconditional exact p = 0.008 two-sided (SciPy, ``barnard_exact``).

    >>> r = benchmark_rate(7, 10, reference_x=1, reference_n=10)
    >>> round(r.difference, 3), round(r.p_value, 4)
    (0.6, 0.008)
    """
    x, n = counted("x", x, "n", n)
    level = as_level(level)
    as_choice("alternative", alternative, ALTERNATIVES)
    if (reference_x is None) != (reference_n is None):
        raise ValueError("reference_x and reference_n belong together: y of m patients")
    if (rate is None) == (reference_n is None):
        raise ValueError("rate or reference_x with reference_n: give one of the two")
    if rate is None:
        if limits is not None:
            raise ValueError("limits are not needed beside reference_x and reference_n: they follow from the counts")
        y, m = counted("reference_x", reference_x, "reference_n", reference_n)  # type: ignore[arg-type]
        return against_counts(x, n, y, m, level, alternative)
    value = float(as_vector("rate", [rate])[0])
    if not 0 <= value <= 1:
        raise ValueError(f"rate must lie between 0 and 1, found {value:g}")
    if limits is None:
        return against_fixed(x, n, value, level, alternative)
    low, high = as_vector("limits", limits, 2).tolist()
    if not 0 <= low <= value <= high <= 1 or low == high:
        raise ValueError(
            f"limits must hold the rate and lie between 0 and 1, found {low:g} to {high:g} around {value:g}"
        )
    return against_limits(x, n, value, (low, high), level, alternative)
