"""What a bootstrap hands back."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ._bootstrap_limits import limits, mean_and_deviation
from ._input import Floats, Ints


@dataclass(frozen=True, slots=True, eq=False)
class Bootstrap:
    """Bootstrap results of a number, shape (), or of k numbers, shape (k,); arrays have that shape unless said.

    Attributes
    ----------
    estimate : the statistic of the data as they are.
    replicates : (R,) or (R, k), in the order of their streams; NaN where one could not be computed.
    std_error, bias : standard deviation of the replicates, and their mean less the estimate. NaN where
        replicates are infinite (a median not reached, say).
    low, high : limits at ``level`` by ``interval``. NaN where too many replicates failed.
    failed : number of replicates with a NaN.
    failures : why, in words, each with how often.
    interval, level, quantile : how the limits were made.
    left_out : (C,) or (C, k) leave-one-out values behind BCa limits, else None.
    message : empty when all is well.
    """

    estimate: Floats
    replicates: Floats
    std_error: Floats
    bias: Floats
    low: Floats
    high: Floats
    failed: int
    failures: tuple[tuple[str, int], ...]
    interval: str
    level: float
    quantile: str
    left_out: Floats | None
    message: str


def summarize(
    estimate: Floats,
    replicates: Floats,
    left_out: Floats | None,
    stratum: Ints,
    failures: tuple[tuple[str, int], ...],
    level: float,
    interval: str,
    rule: str,
    max_failed: float,
) -> Bootstrap:
    """Standard error, bias and limits of each quantity from its own replicates."""
    shape = estimate.shape
    value, each = estimate.reshape(-1), replicates.reshape(replicates.shape[0], -1)
    apart = None if left_out is None else left_out.reshape(left_out.shape[0], -1)
    size, k = each.shape
    error, bias, low, high = (np.full(k, np.nan) for _ in range(4))
    missing = np.isnan(each)
    said = []
    failed = int(missing.any(axis=1).sum())
    if failed:
        why = "; ".join(f"{text} ({times})" for text, times in failures)
        said.append(f"{failed} of {size} replicates could not be computed: {why}")
    for j in range(k):
        kept = np.sort(each[~missing[:, j], j])
        if kept.size < 2 or size - kept.size > max_failed * size:
            said.append(f"quantity {j} has no limits: more than {max_failed:g} of its replicates failed")
            continue
        if np.isinf(kept).any():
            said.append(f"{int(np.isinf(kept).sum())} of {size} replicates of quantity {j} are infinite")
        else:
            mean, error[j] = mean_and_deviation(kept)
            bias[j] = mean - value[j]
        if np.isnan(value[j]):
            said.append(f"quantity {j} has no estimate")
            continue
        low[j], high[j] = limits(
            float(value[j]), kept, None if apart is None else apart[:, j], stratum, level, interval, rule
        )
        if np.isnan(low[j]) or np.isnan(high[j]):
            said.append(
                f"quantity {j} has no {interval} limits: its replicates or leave-one-out values do not allow them"
            )
    return Bootstrap(
        estimate=estimate,
        replicates=replicates,
        std_error=error.reshape(shape),
        bias=bias.reshape(shape),
        low=low.reshape(shape),
        high=high.reshape(shape),
        failed=failed,
        failures=failures,
        interval=interval,
        level=level,
        quantile=rule,
        left_out=left_out,
        message="; ".join(said),
    )
