"""Confidence intervals for a difference of two independent proportions."""

from __future__ import annotations

import math
from dataclasses import dataclass

from ._binomial_root import bisect, counted
from ._distributions import critical_value

METHODS = ("newcombe", "miettinen-nurminen", "wald", "mee")


@dataclass(frozen=True, slots=True)
class Difference:
    """A difference ``estimate`` = x1/n1 - x0/n0 with its limits at ``level`` by ``method``."""

    estimate: float
    low: float
    high: float
    level: float
    method: str


def difference_interval(
    x1: int, n1: int, x0: int, n0: int, method: str = "newcombe", *, level: float = 0.95
) -> Difference:
    """A confidence interval for p1 - p0, group 1 less group 0.

    newcombe: with Wilson limits l, u of each, d - sqrt((p1 - l1)^2 + (u0 - p0)^2) and
    d + sqrt((u1 - p1)^2 + (p0 - l0)^2) (Newcombe 1998, method 10, doi:10.1002/(SICI)1097-0258(19980430)
    17:8<873::AID-SIM779>3.0.CO;2-I). mee: all D with abs(d - D) <= z sqrt(v(D)), v(D) the variance at the
    maximum likelihood estimates under p1 - p0 = D (Mee 1984). miettinen-nurminen: the same with v times
    N/(N-1), N = n1 + n0 (Miettinen & Nurminen 1985, doi:10.1002/sim.4780040211). wald: d -/+ z
    sqrt(p1 q1/n1 + p0 q0/n0). Limits are cut to -1..1.

    Parameters
    ----------
    x1, n1, x0, n0 : successes and trials in group 1 and group 0.
    method : as above.
    level : confidence level.

    Raises
    ------
    ValueError
        For counts that are not whole or do not fit, or an unknown method or level.

    Examples
    --------
    56/70 against 48/80 (Newcombe 1998, table II, example a): 0.0524 to 0.3339.

    >>> r = difference_interval(56, 70, 48, 80)
    >>> round(r.estimate, 4), round(r.low, 4), round(r.high, 4)
    (0.2, 0.0524, 0.3339)
    """
    x1, n1 = counted("x1", x1, "n1", n1)
    x0, n0 = counted("x0", x0, "n0", n0)
    if not 0 < level < 1 - 1e-12:
        raise ValueError(f"level must lie between 0 and 1, found {level}")
    if method not in METHODS:
        raise ValueError(f"method must be one of {', '.join(METHODS)}; found {method!r}")
    z, p1, p0 = critical_value(level), x1 / n1, x0 / n0
    d = p1 - p0
    if method == "newcombe":
        (l1, u1), (l0, u0) = _wilson(x1, n1, z), _wilson(x0, n0, z)
        low, high = d - math.hypot(p1 - l1, u0 - p0), d + math.hypot(u1 - p1, p0 - l0)
    elif method == "wald":
        half = z * math.sqrt(p1 * (1 - p1) / n1 + p0 * (1 - p0) / n0)
        low, high = d - half, d + half
    else:
        factor = (n1 + n0) / (n1 + n0 - 1) if method == "miettinen-nurminen" else 1.0
        # by symmetry the upper limit is minus the lower limit with the groups exchanged
        low, high = _score_low(x1, n1, x0, n0, z, factor), -_score_low(x0, n0, x1, n1, z, factor)
    return Difference(d, max(low, -1.0), min(high, 1.0), float(level), method)


def _wilson(x: int, n: int, z: float) -> tuple[float, float]:
    """Wilson score limits."""
    centre, half = x + z * z / 2, z * math.sqrt(z * z / 4 + x * (n - x) / n)
    return max((centre - half) / (n + z * z), 0.0), min((centre + half) / (n + z * z), 1.0)


def _score_low(x1: int, n1: int, x0: int, n0: int, z: float, factor: float) -> float:
    """The smallest D with (d - D) <= z sqrt(factor v(D))."""
    d = x1 / n1 - x0 / n0

    def excess(delta: float) -> float:
        p1, p0 = restricted(x1, n1, x0, n0, delta)
        v = factor * (p1 * (1 - p1) / n1 + p0 * (1 - p0) / n0)
        return z * math.sqrt(max(v, 0.0)) - (d - delta)

    return bisect(excess, -1.0, d)


def restricted(x1: int, n1: int, x0: int, n0: int, delta: float) -> tuple[float, float]:
    """Maximum likelihood p1, p0 given p1 - p0 = delta: the middle root of a cubic in p0.

    With N = n1 + n0, D = delta and coefficients as in Miettinen & Nurminen 1985, appendix 1,
    L3 = N, L2 = (n1 + 2 n0) D - N - c, L1 = (n0 D - N - 2 x0) D + c, L0 = x0 D (1 - D), c = x1 + x0.
    """
    total, c = n1 + n0, x1 + x0
    l2 = (n1 + 2 * n0) * delta - total - c
    l1 = (n0 * delta - total - 2 * x0) * delta + c
    l0 = x0 * delta * (1 - delta)
    q = (l2 / (3 * total)) ** 3 - l1 * l2 / (6 * total**2) + l0 / (2 * total)
    square = max((l2 / (3 * total)) ** 2 - l1 / (3 * total), 0.0)
    p = math.copysign(math.sqrt(square), q)
    if p == 0:
        p0 = -l2 / (3 * total)
    else:
        angle = (math.pi + math.acos(min(1.0, max(-1.0, q / p**3)))) / 3
        p0 = 2 * p * math.cos(angle) - l2 / (3 * total)
    p0 = min(max(p0, 0.0, -delta), 1.0, 1.0 - delta)
    return p0 + delta, p0
