"""Draws of one column given the others: a regression on the observed rows, its uncertainty, and a value a gap."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ._input import Floats, Ints
from ._newton import maximize

_FLAT = 1e-9  # share of the largest eigenvalue below which a direction of the predictors holds no information


@dataclass(frozen=True, slots=True, eq=False)
class Standard:
    """Predictors in units of their standard deviation among the observed rows; a constant one is left out."""

    centre: Floats
    unit: Floats

    def of(self, x: Floats) -> Floats:
        """The predictors of any rows, standardized."""
        live = np.isfinite(self.unit)
        return np.asarray((x[:, live] - self.centre[live]) / self.unit[live], dtype=np.float64)


def standard(x: Floats) -> Standard:
    """Centre and spread of the observed rows' predictors (n, q); an infinite spread stands for a constant."""
    centre = x.mean(axis=0)
    spread = np.sqrt(np.mean((x - centre) ** 2, axis=0))
    flat = spread <= 1e-12 * np.maximum(np.max(np.abs(x), axis=0, initial=0.0), 1e-300)
    return Standard(centre, np.where(flat, np.inf, spread))


@dataclass(frozen=True, slots=True, eq=False)
class Line:
    """A normal linear regression on standardized predictors: everything its posterior needs.

    ``coef`` (q,), ``root`` (q, r) with root root' = (z'z)^-1 where it exists, ``mean`` of y, ``rss``, ``df``, ``n``.
    """

    coef: Floats
    root: Floats
    mean: float
    rss: float
    df: int
    n: int


def line(z: Floats, y: Floats) -> Line:
    """Least squares of y (n,) on centred predictors z (n, q); directions without information get coefficient 0.

    With z'z = V diag(l) V', coef = V diag(1/l) V'z'y and root = V diag(l)^-1/2 over the l that are not zero. y is
    brought to its own scale first, so that values of any size can be squared.
    """
    centre = float(y.mean())
    unit = float(np.max(np.abs(y - centre))) or 1.0
    values, vectors = np.linalg.eigh(z.T @ z)
    live = values > _FLAT * np.max(values, initial=0.0)
    root = vectors[:, live] / np.sqrt(values[live])
    scaled = (y - centre) / unit
    coef = root @ (root.T @ (z.T @ scaled))
    rss = float(np.sum((scaled - z @ coef) ** 2))
    return Line(coef * unit, root * unit, centre, rss, y.size - 1 - int(np.count_nonzero(live)), y.size)


def drawn_line(fit: Line, unit: float, rng: np.random.Generator) -> tuple[float, Floats, float]:
    """Intercept, coefficients and standard deviation from their posterior under the flat prior (Rubin 1987).

    sigma*^2 = RSS / chi-square(df); intercept ~ N(mean, sigma*^2 / n); b* = b + sigma* root N(0, 1).
    """
    sigma = float(np.sqrt(fit.rss / rng.chisquare(fit.df)))
    intercept = fit.mean + sigma * unit * rng.standard_normal() / np.sqrt(fit.n)
    return float(intercept), fit.coef + sigma * (fit.root @ rng.standard_normal(fit.root.shape[1])), sigma * unit


def draw_number(z: Floats, y: Floats, gaps: Floats, donors: int | None, rng: np.random.Generator) -> Floats:
    """One value for each row of ``gaps``: from a normal regression, or that of one of the nearest ``donors``."""
    fit = line(z, y)
    unit = float(np.max(np.abs(y - fit.mean))) or 1.0
    intercept, coef, sigma = drawn_line(fit, unit, rng)
    if donors is None:
        return np.asarray(intercept + gaps @ coef + sigma * rng.standard_normal(len(gaps)), dtype=np.float64)
    return y[nearest(fit.mean + z @ fit.coef, intercept + gaps @ coef, donors, rng)]


def nearest(observed: Floats, wanted: Floats, donors: int, rng: np.random.Generator) -> Ints:
    """For each wanted prediction the position of one of the ``donors`` nearest observed ones, each as likely.

    Equal predictions stand in random order. In sorted order the nearest lie within ``donors`` places of where the
    wanted one would stand; of these 2 ``donors`` candidates the nearest are kept.
    """
    mixed = rng.permutation(observed.size)
    order = mixed[np.argsort(observed[mixed], kind="stable")]
    values = observed[order]
    place = np.searchsorted(values, wanted)
    first = np.clip(place - donors, 0, max(values.size - 2 * donors, 0))
    window = np.minimum(first[:, None] + np.arange(min(2 * donors, values.size)), values.size - 1)
    distance = np.abs(values[window] - wanted[:, None])
    close = np.argsort(distance, axis=1, kind="stable")[:, :donors]
    pick = close[np.arange(wanted.size), rng.integers(0, donors, wanted.size)]
    return np.asarray(order[window[np.arange(wanted.size), pick]], dtype=np.int64)


@dataclass(frozen=True, slots=True, eq=False)
class _Point:
    value: float
    score: Floats
    information: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Classes:
    """A multinomial logistic fit: ``coef`` (k - 1, q + 1) against the first class, intercept first; its information."""

    coef: Floats
    information: Floats


def classes(z: Floats, code: Ints, k: int) -> Classes:
    """Multinomial logistic regression of a class 0 .. k-1 on standardized predictors.

    So that separated classes have finite coefficients, every class is seen once above and once below the mean of
    each predictor, at (q + 1) observations' weight in all (White, Daniel & Royston 2010,
    doi:10.1016/j.csda.2010.04.005).
    """
    n, q = z.shape
    extra = np.kron(np.vstack([np.eye(q), -np.eye(q)]), np.ones((k, 1)))
    design = np.c_[np.ones(n + len(extra)), np.vstack([z, extra])]
    weight = np.r_[np.ones(n), np.full(len(extra), (q + 1) / max(len(extra), 1))]
    hit = np.eye(k)[np.r_[code, np.tile(np.arange(k), 2 * q)]]
    start = np.zeros((k - 1, q + 1))
    share = weight @ hit
    start[:, 0] = np.log(share[1:] / share[0])
    first = start.ravel()
    top = maximize(lambda b: _likelihood(design, hit, weight, b), first, _likelihood(design, hit, weight, first))
    return Classes(top.b.reshape(k - 1, q + 1), top.point.information)


def _likelihood(design: Floats, hit: Floats, weight: Floats, b: Floats) -> _Point:
    """log L = sum w (eta_y - log sum exp eta), with eta = 0 for the first class."""
    k, q = hit.shape[1], design.shape[1]
    share, total = _softmax(design, b.reshape(k - 1, q))
    eta = design @ b.reshape(k - 1, q).T
    value = float(weight @ ((hit[:, 1:] * eta).sum(axis=1) - total))
    score = ((weight[:, None] * (hit - share))[:, 1:].T @ design).ravel()
    information = np.empty((k - 1, q, k - 1, q))
    for i in range(k - 1):
        for j in range(i, k - 1):
            w = weight * share[:, i + 1] * ((i == j) - share[:, j + 1])
            information[i, :, j] = design.T @ (w[:, None] * design)
            information[j, :, i] = information[i, :, j].T
    return _Point(value, score, information.reshape((k - 1) * q, (k - 1) * q))


def _softmax(design: Floats, coef: Floats) -> tuple[Floats, Floats]:
    """Probabilities of all classes (n, k) and the log of their sum before scaling (n,)."""
    eta = np.c_[np.zeros(len(design)), design @ coef.T]
    top = eta.max(axis=1, keepdims=True)
    raised = np.exp(eta - top)
    total = raised.sum(axis=1, keepdims=True)
    return raised / total, (top + np.log(total))[:, 0]


def draw_class(z: Floats, code: Ints, k: int, gaps: Floats, rng: np.random.Generator) -> Ints:
    """One class for each row of ``gaps``: coefficients from N(estimate, inverse information), then the class."""
    fit = classes(z, code, k)
    root = np.linalg.cholesky(fit.information)
    shift = np.linalg.solve(root.T, rng.standard_normal(len(root)))
    coef = fit.coef + shift.reshape(fit.coef.shape)
    share, _ = _softmax(np.c_[np.ones(len(gaps)), gaps], coef)
    return np.asarray((rng.random((len(gaps), 1)) > np.cumsum(share, axis=1)[:, :-1]).sum(axis=1), dtype=np.int64)
