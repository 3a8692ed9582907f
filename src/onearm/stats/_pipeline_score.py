"""The logistic score of many replicates at once.

A replicate is a row of integer weights W. With D the standardized columns (n, k), intercept first, mu = expit(D b),

    score = (W (y - mu)) D,     information = (W mu (1 - mu)) DD,

DD (n, k(k+1)/2) the products of columns: two matrix products serve all replicates. Newton's method starts at the fit
of the data plus sum (W - 1) influence, influence = I^-1 D (y - mu), and keeps the last information once steps are so
small that a new one would change nothing to machine precision. A replicate that does not converge at once goes to
:func:`onearm.stats.logistic.logistic`, which knows separation and columns that became constant.
"""

from __future__ import annotations

import numpy as np

from ._input import Bools, Floats, Ints
from .logistic import logistic

_DONE = 1e-13  # relative size of the step still to come at which a replicate has converged
_CHORD = 1e-4  # relative step after which the information stays as it is
_ROUNDS = 14
_SINGULAR = 1e-12  # determinant of the scaled information


class Scores:
    """Fits of ``treated`` on ``x``, warm from the fit of all rows."""

    def __init__(self, x: Floats, treated: Bools) -> None:
        fit = logistic(x, treated)
        if not fit.converged:
            raise ValueError(f"x: the score cannot be estimated, {fit.message}")
        self.x, self.treated, self.y = x, treated, treated.astype(np.float64)
        self.fitted: Floats = fit.linear_predictor
        self.centre, self.unit = x.mean(axis=0), x.std(axis=0)
        self.design = np.c_[np.ones(x.shape[0]), (x - self.centre) / self.unit]
        self.upper = np.triu_indices(self.design.shape[1])
        self.pairs = self.design[:, self.upper[0]] * self.design[:, self.upper[1]]
        self.start = np.r_[fit.coef[0] + self.centre @ fit.coef[1:], fit.coef[1:] * self.unit]
        residual = self.y - fit.fitted
        information = self._matrix((fit.fitted * (1 - fit.fitted))[None, :] @ self.pairs)[0]
        self.influence = np.linalg.solve(information, (self.design * residual[:, None]).T).T
        # equal rows get equal scores: each distinct row once
        self.distinct, self.place = np.unique(x, axis=0, return_inverse=True)
        self.place = self.place.reshape(-1)

    def __call__(self, weight: Ints) -> tuple[Floats, Bools]:
        """Log odds (B, n) of all rows, and which replicates (B,) have a finite fit; others' are NaN."""
        b, done = self._solve(weight)
        slopes = b[:, 1:] / self.unit
        eta = self._log_odds(b[:, 0] - slopes @ self.centre, slopes)
        for i in np.flatnonzero(~done):
            found = self._alone(weight[i])
            done[i] = found is not None
            eta[i] = np.nan if found is None else found
        return eta, done

    def _log_odds(self, intercept: Floats, slopes: Floats) -> Floats:
        """(B, n); of equal rows equal to the last digit."""
        eta = slopes @ self.distinct.T
        eta += intercept[:, None]
        return eta if self.distinct.shape[0] == self.x.shape[0] and self._sorted() else eta[:, self.place]

    def _sorted(self) -> bool:
        return bool(np.array_equal(self.place, np.arange(self.place.size)))

    def _alone(self, weight: Ints) -> Floats | None:
        """One replicate by the ordinary fit; None where the arms separate or one is absent."""
        rows = np.repeat(np.arange(weight.size), weight)
        y = self.treated[rows]
        if np.all(y) or not np.any(y):
            return None
        fit = logistic(self.x[rows], y)
        if fit.separated or not np.all(np.isfinite(fit.linear_predictor)):
            return None
        coef = np.where(np.isnan(fit.coef), 0.0, fit.coef)
        odds: Floats = self._log_odds(coef[:1], coef[None, 1:])[0]
        return odds

    def _solve(self, weight: Ints) -> tuple[Floats, Bools]:
        """Coefficients of the standardized columns (B, k) and which have converged."""
        size, k = weight.shape[0], self.start.size
        w = weight.astype(np.float64)
        b = self.start + (w - 1) @ self.influence
        done = np.zeros(size, dtype=np.bool_)
        left, inverse, previous = np.arange(size), np.zeros((size, k, k)), np.full(size, np.inf)
        with np.errstate(over="ignore", invalid="ignore"):  # what runs away is left to the ordinary fit
            for _ in range(_ROUNDS):
                part = w if left.size == size else w[left]
                mu = _expit(b[left] @ self.design.T)
                score = (part * (self.y - mu)) @ self.design
                fresh = not bool(np.all(previous[left] < _CHORD))
                if fresh:
                    mu *= part * (1 - mu)
                    inverse[left] = _inverses(self._matrix(mu @ self.pairs))
                step = np.matmul(inverse[left], score[:, :, None])[:, :, 0]
                b[left] += step
                length = np.max(np.abs(step), axis=1) / (1 + np.max(np.abs(b[left]), axis=1))
                to_come = length * (length if fresh else previous[left] + length)
                done[left] = to_come <= _DONE
                previous[left] = length
                left = left[~done[left] & np.isfinite(length)]
                if not left.size:
                    break
        return b, done

    def _matrix(self, packed: Floats) -> Floats:
        """Symmetric matrices (B, k, k) from their upper triangles."""
        k = self.design.shape[1]
        full = np.empty((packed.shape[0], k, k))
        full[:, self.upper[0], self.upper[1]] = packed
        full[:, self.upper[1], self.upper[0]] = packed
        return full


def _expit(eta: Floats) -> Floats:
    """1 / (1 + exp(-eta)); 0 where that overflows."""
    np.negative(eta, out=eta)
    np.exp(eta, out=eta)
    eta += 1
    return np.reciprocal(eta, out=eta)


def _inverses(information: Floats) -> Floats:
    """Inverses (B, k, k), NaN where a matrix is as good as singular."""
    diagonal = np.diagonal(information, axis1=1, axis2=2)
    sound = np.asarray(np.isfinite(information).all(axis=(1, 2)) & (diagonal > 0).all(axis=1))
    root = np.sqrt(np.where(sound[:, None], diagonal, 1.0))
    scaled = information / (root[:, :, None] * root[:, None, :])
    one = np.eye(root.shape[1])
    scaled = np.where(sound[:, None, None], scaled, one)
    sound &= np.linalg.det(scaled) > _SINGULAR
    scaled = np.where(sound[:, None, None], scaled, one)
    inverse = np.linalg.inv(scaled) / (root[:, :, None] * root[:, None, :])
    return np.where(sound[:, None, None], inverse, np.nan)
