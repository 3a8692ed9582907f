"""The terms of a proportional-hazards test, what it hands back, and the smooth curve through its residuals."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ._input import Bools, Floats, Ints


@dataclass(frozen=True, slots=True, eq=False)
class Terms:
    """Which estimable columns make which term: numbers among the estimable ones, empty where none is left."""

    columns: list[Ints]
    names: tuple[str, ...]
    message: str

    @staticmethod
    def make(terms: Sequence[Sequence[int]] | None, names: Sequence[str] | None, p: int, free: Ints) -> Terms:
        """Checked; ``free`` holds the columns (of p) that have a coefficient."""
        wanted = [[j] for j in range(p)] if terms is None else [list(term) for term in terms]
        flat = [j for term in wanted for j in term]
        if not wanted or any(not term for term in wanted):
            raise ValueError("terms must be lists of at least one column number each")
        if any(not isinstance(j, int | np.integer) or not 0 <= j < p for j in flat) or len(set(flat)) < len(flat):
            raise ValueError(f"terms must hold column numbers 0 to {p - 1}, each at most once; found {flat}")
        labels = tuple(f"column {term[0]}" if len(term) == 1 else f"columns {term}" for term in wanted)
        if names is not None:
            labels = tuple(str(name) for name in names)
            if len(labels) != len(wanted):
                raise ValueError(f"names has {len(labels)} labels where {len(wanted)} are needed, one a term")
        place = {int(column): number for number, column in enumerate(free)}
        columns = [np.array([place[j] for j in term if j in place], dtype=np.int64) for term in wanted]
        empty = [label for label, inside in zip(labels, columns, strict=True) if not inside.size]
        said = "; ".join(f"{label} has no coefficient: it is constant or repeats other columns" for label in empty)
        return Terms(columns, labels, said)

    def spread(self, varies: Bools) -> Floats:
        """0/1 by stratum and column; a term counts as one as soon as one of its columns varies."""
        out = varies.astype(np.float64)
        for columns in self.columns:
            if columns.size > 1:
                out[:, columns] = out[:, columns].max(axis=1, keepdims=True)
        return out

    def combination(self, coef: Floats) -> Floats:
        """(p, terms): a column as it is, several weighed by their coefficients."""
        filled = [columns for columns in self.columns if columns.size]
        matrix = np.zeros((coef.size, len(filled)))
        for number, columns in enumerate(filled):
            matrix[columns, number] = 1.0 if columns.size == 1 else coef[columns]
        return matrix

    def level(self, coef: Floats) -> Floats:
        """What the residuals of a term scatter around: its coefficient, or 1 for several columns."""
        return np.array([coef[j[0]] if j.size == 1 else 1.0 for j in self.columns if j.size])


@dataclass(frozen=True, slots=True, eq=False)
class Smooth:
    """Coefficient over time from a natural spline; (points,) and (points, terms).

    Attributes
    ----------
    time, transformed : the points, in time and on the scale of g.
    estimate, std_error : the curve; NaN for a term whose residuals do not carry the spline.
    low, high : ``estimate`` less and plus two standard errors, pointwise.
    message : terms without a curve; empty when all have one.
    """

    time: Floats
    transformed: Floats
    estimate: Floats
    std_error: Floats
    low: Floats
    high: Floats
    message: str


@dataclass(frozen=True, slots=True, eq=False)
class ProportionalHazards:
    """A test of proportional hazards with k terms and d events.

    Attributes
    ----------
    names : k labels; the arrays ``statistic``, ``df`` and ``p_value`` (k + 1,) have the global test last.
    statistic, df, p_value : chi-square. NaN and 0 for a term without coefficient or when all events fall
        on one time.
    time, transformed : (d,) event times, by stratum and time, and g of them.
    residuals : (d, k) scaled Schoenfeld residuals plus coefficient (for a term of several columns, of
        the linear predictor of the term, plus 1). NaN in a stratum where the term is constant.
    var : (k, k) variance of one scaled residual.
    row, stratum : (d,) the row of the input, and its stratum as 0, 1, ...
    coef : (p,) the coefficients of the model tested.
    transform, kind, message : how, and what was left out.
    """

    names: tuple[str, ...]
    statistic: Floats
    df: Ints
    p_value: Floats
    time: Floats
    transformed: Floats
    residuals: Floats
    var: Floats
    row: Ints
    stratum: Ints
    coef: Floats
    transform: str
    kind: str
    message: str

    def smooth(self, points: int = 40, df: int = 4) -> Smooth:
        """The coefficient over time: a natural cubic spline of ``df`` parameters through the residuals.

        Least squares on ``points`` equally spaced values of g, with df - 2 inner knots at quantiles of points
        and event times together (the curve R plots). The standard error takes every residual to have
        variance ``var``.
        """
        if points < 2 or df < 2:
            raise ValueError(f"smooth needs at least 2 points and df of at least 2, found {points} and {df}")
        g = self.transformed
        at = np.linspace(g.min(), g.max(), points)
        curve = np.full((points, len(self.names)), np.nan)
        error = curve.copy()
        said = []
        basis = _natural_spline(np.r_[at, g], df)
        for k, name in enumerate(self.names):
            kept = np.isfinite(self.residuals[:, k])
            inner, outer = basis[points:][kept], basis[:points]
            if np.linalg.matrix_rank(inner) < df:
                said.append(f"{name} has too few event times for a curve of {df} parameters")
                continue
            q, r = np.linalg.qr(inner)
            into = np.linalg.solve(r.T, outer.T).T
            curve[:, k] = into @ (q.T @ self.residuals[kept, k])
            error[:, k] = np.sqrt(self.var[k, k] * np.sum(into * into, axis=1))
        _, order = np.unique(g, return_index=True)
        times = np.exp(at) if self.transform == "log" else np.interp(at, g[order], self.time[order])
        return Smooth(times, at, curve, error, curve - 2 * error, curve + 2 * error, "; ".join(said))


def _natural_spline(x: Floats, df: int) -> Floats:
    """Natural cubic splines of ``df`` parameters, the constant included, at ``x`` (n, df).

    1, x and d_j - d_last with d_j = ((x - k_j)+^3 - (x - k_end)+^3) / (k_end - k_j): linear beyond the
    outer knots, which are the range of x (Hastie, Tibshirani & Friedman 2009, section 5.2.1).
    """
    width = float(x.max() - x.min())
    if width == 0:
        return np.zeros((x.size, df))
    u = (x - x.min()) / width
    knots = np.quantile(u, np.linspace(0, 1, df))
    gap = knots[-1] - knots[:-1]
    if np.any(np.diff(knots) <= 0):
        return np.zeros((x.size, df))
    cubes = np.maximum(u[:, None] - knots, 0.0) ** 3
    d = (cubes[:, :-1] - cubes[:, -1:]) / gap
    return np.column_stack([np.ones_like(u), u, d[:, :-1] - d[:, -1:]])
