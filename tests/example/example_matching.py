"""A second, plain route to the matched comparison: nothing here comes from the package.

A logistic score by Newton's method, greedy 1:1 pairs from the largest score down within 0.2 standard deviations of
the logit, standardized differences, and a Cox hazard ratio (Efron) by Newton's method, each written out in the
shortest way.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Matched:
    treated: np.ndarray
    control: np.ndarray
    smd: dict[str, float]


def logit_score(x: np.ndarray, treated: np.ndarray) -> np.ndarray:
    z = np.column_stack([np.ones(len(x)), (x - x.mean(0)) / x.std(0)])
    beta = np.zeros(z.shape[1])
    for _ in range(50):
        p = 1 / (1 + np.exp(-z @ beta))
        step = np.linalg.solve((z * (p * (1 - p))[:, None]).T @ z, z.T @ (treated - p))
        beta += step
        if np.abs(step).max() < 1e-12:
            break
    return z @ beta


def pairs(logit: np.ndarray, treated: np.ndarray, width: float = 0.2) -> tuple[np.ndarray, np.ndarray]:
    t, c = np.flatnonzero(treated), np.flatnonzero(~treated)
    caliper = width * np.sqrt((logit[t].var(ddof=1) + logit[c].var(ddof=1)) / 2)
    free, found = np.ones(len(c), bool), []
    for i in t[np.argsort(-logit[t], kind="stable")]:
        distance = np.where(free, np.abs(logit[c] - logit[i]), np.inf)
        j = int(distance.argmin())
        if distance[j] <= caliper:
            free[j] = False
            found.append((i, c[j]))
    matched = np.array(found)
    return matched[:, 0], matched[:, 1]


def differences(
    x: np.ndarray, names: list[str], reference: np.ndarray, t: np.ndarray, c: np.ndarray
) -> dict[str, float]:
    sd = x[reference].std(0, ddof=1)
    return dict(zip(names, (x[t].mean(0) - x[c].mean(0)) / sd, strict=True))


def match(x: np.ndarray, names: list[str], treated: np.ndarray, in_model: np.ndarray) -> Matched:
    """`in_model` leaves out the first level of each category, whose difference is still looked at."""
    t, c = pairs(logit_score(x[:, in_model], treated), treated)
    return Matched(t, c, differences(x, names, treated, t, c))


def hazard_ratio(time: np.ndarray, event: np.ndarray, group: np.ndarray) -> tuple[float, float, float]:
    """Efron's Cox model of one yes/no covariate, with the 95% limits of Wald."""
    beta = 0.0
    for _ in range(50):
        score = information = 0.0
        risk = np.exp(beta * group)
        for at in np.unique(time[event]):
            here, dying = time >= at, (time == at) & event
            d = dying.sum()
            for k in range(d):
                w = risk * (here - k / d * dying)
                mean = (w * group).sum() / w.sum()
                score -= mean
                information += mean * (1 - mean)
            score += group[dying].sum()
        beta += score / information
        if abs(score / information) < 1e-12:
            break
    se = information**-0.5
    return tuple(float(np.exp(beta + z * se)) for z in (0, -1.959963984540054, 1.959963984540054))
