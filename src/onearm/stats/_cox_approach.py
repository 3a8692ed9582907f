"""To the maximum of a large Cox likelihood on first derivatives, which cost a fraction of the information.

The inverse H of the information at coefficients of zero is kept up to date from the steps s and the changes
y of the score they make (the update of Broyden, Fletcher, Goldfarb and Shanno, see Nocedal & Wright 2006,
doi:10.1007/978-0-387-40065-5, section 6.1):

    H <- (1 - s y'/y's) H (1 - y s'/y's) + s s'/y's,   y = score before - score after.

Steps shrink faster than geometrically; where they do not, Newton's method is left to start from zero.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ._cox_likelihood import Gradient, Likelihood
from ._input import Floats

_STEP = 1e-10  # relative step at which it ends: the error left after it is far smaller
_LIMIT = 16


def approach(evaluate: Callable[[Floats], Gradient | None], start: Likelihood) -> tuple[Floats, int] | None:
    """Coefficients (p,) at the maximum and the number of steps there from zero; None if it was not reached."""
    inverse = np.linalg.inv(start.information)
    score, value = start.score, start.value
    b = np.zeros(score.size)
    for iteration in range(1, _LIMIT + 1):
        step = inverse @ score
        size = float(np.max(np.abs(step)))
        b = b + step
        if size <= _STEP * (1 + float(np.max(np.abs(b)))):
            return b, iteration
        at = evaluate(b)
        if at is None or not at.value >= value - 1e-9 * (1 + abs(value)):
            return None
        change = score - at.score
        curve = float(change @ step)
        if not curve > 0:
            return (b, iteration) if size <= 1e-10 else None
        left = np.eye(b.size) - np.outer(step, change) / curve
        inverse = left @ inverse @ left.T + np.outer(step, step) / curve
        score, value = at.score, at.value
    return None
