"""Cox regression of one cause, the others censored."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from ._incidence_input import as_cause_of_interest, as_causes
from ._input import as_vector
from .cox import CoxFit, cox


def cause_specific_cox(time: ArrayLike, cause: ArrayLike, x: ArrayLike, of: int = 1, **options: Any) -> CoxFit:
    """How covariates change the rate of failing from cause ``of`` among those who have not failed yet.

    A Cox model in which failure from any other cause ends follow-up (Prentice et al. 1978,
    doi:10.2307/2530374). It answers the question about mechanisms; the incidence of the cause depends on
    the rates of all causes together, see ``fine_gray``. No independence of the causes is assumed.

    Parameters
    ----------
    time, cause : (n,) follow-up; 0 = censored, otherwise the cause of failure, a positive whole number.
    x : (n, p) covariates, or (n,) for one.
    of : the cause of interest.
    options : the keyword arguments of :func:`onearm.stats.cox.cox`.

    Returns
    -------
    CoxFit
        As :func:`onearm.stats.cox.cox`.

    Raises
    ------
    ValueError
        For bad arrays or a cause without events, and whatever ``cox`` refuses.

    Examples
    --------
    Therneau's first test data with a second cause at time 8, solved on paper: log((3 + sqrt 33)/2).

    >>> toy = ([1, 1, 6, 6, 8, 9], [1, 2, 1, 1, 2, 1], [1, 1, 1, 0, 0, 0])
    >>> round(float(cause_specific_cox(*toy, ties="breslow").coef[0]), 8)
    1.47528491
    """
    n = as_vector("time", time).size
    k = as_causes(cause, n)
    of = as_cause_of_interest(of, np.unique(k[k > 0]))
    return cox(time, k == of, x, **options)
