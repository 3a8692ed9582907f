"""Missing binary outcomes: the conclusion under every way they could have come out."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from ._bayes_mixture import as_counts
from ._exact_tests import fisher_exact
from ._input import Bools, Floats, as_choice, as_level
from ._number import as_number

_MOST = 2000  # missing outcomes of an arm


@dataclass(frozen=True, slots=True, eq=False)
class MissingOutcomes:
    """A comparison of two proportions for each number of responders among the missing.

    Attributes
    ----------
    difference : (m1 + 1, m0 + 1) risk difference, treated - control, with i and j missing counted as responders.
    p_value : the two-sided p-value there.
    significant : whether p_value < 1 - level and the difference has the sign of the difference of the observed.
    tipped : whether the conclusion there differs from that of the observed outcomes alone.
    observed_difference, observed_p_value : without the missing.
    holds_always : no way of filling in changes the conclusion.
    test, level : as asked.
    """

    difference: Floats
    p_value: Floats
    significant: Bools
    tipped: Bools
    observed_difference: float
    observed_p_value: float
    holds_always: bool
    test: str
    level: float

    def at(self, share1: float, share0: float) -> tuple[float, float]:
        """Difference and p-value when these shares of the missing responded, to the nearest patient."""
        m1, m0 = self.difference.shape[0] - 1, self.difference.shape[1] - 1
        i = round(as_number("share1", share1, 0, 1) * m1)
        j = round(as_number("share0", share0, 0, 1) * m0)
        return float(self.difference[i, j]), float(self.p_value[i, j])


def tipping_missing(
    x1: int, n1: int, missing1: int, x0: int, n0: int, missing0: int = 0, *, test: str = "fisher", level: float = 0.95
) -> MissingOutcomes:
    """Which outcomes of the missing patients would change the conclusion: all of them are tried.

    Parameters
    ----------
    x1, n1 : responders among the treated patients with an outcome.
    missing1 : treated patients without one.
    x0, n0, missing0 : the same of the controls.
    test : "fisher" (exact) or "z" (difference over its pooled standard error).
    level : 1 - level is the p-value below which the difference counts.

    Returns
    -------
    MissingOutcomes.

    Raises
    ------
    ValueError : counts that do not fit, arms without patients, more than 2000 missing in an arm.

    Examples
    --------
    9 of 10 against 3 of 10, two treated missing: p = 0.0198 without them, 0.0836 when neither responded.

    >>> found = tipping_missing(9, 10, 2, 3, 10)
    >>> round(found.observed_p_value, 4), found.p_value.round(4).ravel(), found.holds_always
    (0.0198, array([0.0836, 0.0274, 0.0062]), False)
    """
    arms = [_arm(k, *v) for k, v in (("1", (x1, n1, missing1)), ("0", (x0, n0, missing0)))]
    as_choice("test", test, ("fisher", "z"))
    alpha = 1 - as_level(level)
    (a, size1, m1), (c, size0, m0) = arms
    yes1, yes0 = a + np.arange(m1 + 1), c + np.arange(m0 + 1)
    difference = yes1[:, None] / (size1 + m1) - yes0 / (size0 + m0)
    p_value = np.array([[_p_value(int(i), size1 + m1, int(j), size0 + m0, test) for j in yes0] for i in yes1])
    seen = a / size1 - c / size0
    own = _p_value(a, size1, c, size0, test)
    significant = (p_value < alpha) & (np.sign(difference) == np.sign(seen))
    tipped = significant != (own < alpha)
    return MissingOutcomes(
        difference, p_value, significant, tipped, seen, own, not bool(np.any(tipped)), test, float(level)
    )


def _arm(which: str, x: float, n: float, missing: float) -> tuple[int, int, int]:
    events, size = as_counts(x, n, (f"x{which}", f"n{which}"))
    lost = as_number(f"missing{which}", missing, 0, _MOST)
    if size < 1 or events % 1 or size % 1 or lost % 1 or size > 1e6:
        raise ValueError(f"x{which}, n{which} and missing{which} must be whole numbers, with patients in both arms")
    return int(events), int(size), int(lost)


def _p_value(x1: int, n1: int, x0: int, n0: int, test: str) -> float:
    if test == "fisher":
        return fisher_exact([[x1, n1 - x1], [x0, n0 - x0]]).p_value
    pooled = (x1 + x0) / (n1 + n0)
    variance = pooled * (1 - pooled) * (1 / n1 + 1 / n0)
    return math.erfc(abs(x1 / n1 - x0 / n0) / math.sqrt(2 * variance)) if variance > 0 else 1.0
