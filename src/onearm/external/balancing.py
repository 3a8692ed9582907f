"""The weights by which a design is judged."""

from __future__ import annotations

import numpy as np

from onearm.external.record import Design, Floats
from onearm.stats.weighting import ate_weights, att_weights


def balancing(design: Design) -> Floats:
    """(n + m,) the weights of the design; of a doubly robust method those of its score.

    A doubly robust design counts everybody once and lets the estimator weigh: balance, effective numbers and the
    heaviest patient are those of the weights that the estimator takes.
    """
    settings = design.settings
    if settings is None or settings.method != "doubly-robust" or not design.logit.size:
        return design.weight
    score = 1 / (1 + np.exp(-design.logit))
    weigh = att_weights if settings.estimand == "ATT" else ate_weights
    return np.where(design.weight > 0, weigh(score, design.treated), 0.0)
