"""Two rules on the same patients as one boundary: which of them stops the trial, and how often either does.

Each rule is judged at its own looks. The looks of the joint rule are those of both; where only one of them looks, the
other cannot stop.
"""

from __future__ import annotations

import numpy as np

from onearm.stats.monitoring import Boundary, boundary


def joined(first: Boundary, second: Boundary) -> Boundary | None:
    """The boundary of two rules together; None where they cannot be counted on the same patients.

    Parameters
    ----------
    first, second
        Rules for one endpoint each, with the same number of patients in the whole trial and different names.

    Returns
    -------
    Boundary or None
        For two endpoints, in this order; None for rules of different length, of one name or for several endpoints.

    Examples
    --------
    >>> from onearm.stats.monitoring import boundary
    >>> futility = boundary([10, 20], low=[1, 4], low_means="futility", n_max=20)
    >>> harm = boundary([5, 10], high=[3, 5], high_means="harm", n_max=20, names=("toxicity",))
    >>> both = joined(futility, harm)
    >>> both.n.tolist(), both.low.tolist(), both.high.tolist()
    ([5, 10, 20], [[-1, 1, 4], [-1, -1, -1]], [[6, 11, 21], [3, 5, 21]])
    """
    rules = (first, second)
    if any(r.endpoints != 1 for r in rules) or first.n_max != second.n_max or first.names == second.names:
        return None
    looks = np.union1d(first.n, second.n)
    low = np.full((2, looks.size), -1, dtype=np.int64)
    high = np.tile(looks + 1, (2, 1))
    for k, rule in enumerate(rules):
        at = np.searchsorted(looks, rule.n)
        low[k, at], high[k, at] = rule.low[0], np.minimum(rule.high[0], rule.n + 1)
    return boundary(
        looks,
        low=low,
        high=high,
        low_means=(first.low_means[0], second.low_means[0]),
        high_means=(first.high_means[0], second.high_means[0]),
        n_max=first.n_max,
        names=(first.names[0], second.names[0]),
    )
