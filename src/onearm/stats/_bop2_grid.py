"""The rules of a grid of lambda and gamma, and what each does under given rates; equal integers are one rule.

For a fixed gamma a larger lambda raises every cut-off, so its rule stops wherever the smaller one does: the chance of
success under any rates, and the expected number of patients, fall as lambda rises. The lambda at which one of them
crosses a limit is found by halving, for all gamma at once.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike

from ._bop2_limits import Endpoint
from ._crossing import crossing_by_look, joint_crossing_by_look
from ._input import Bools, Floats, Ints, as_vector

_LONGEST_GRID = 1000


@dataclass(frozen=True, slots=True)
class Truth:
    """A named scenario: rates (K,), and the cells (4,) where the endpoints are not taken one by one."""

    name: str
    rates: tuple[float, ...]
    cells: Floats | None


@dataclass(slots=True)
class Grid:
    """Distinct rules ``low``, ``high`` (R, K, L), and which of them each gamma and lambda gives, ``rule`` (G, A)."""

    n: Ints
    n_max: int
    low: Ints
    high: Ints
    rule: Ints
    together: bool
    _known: dict[str, tuple[Floats, Floats]] = field(default_factory=dict)

    def success(self, rule: Ints, truth: Truth) -> Floats:
        """P(never stopped) of rules under one scenario."""
        return self._worked(rule, truth)[0][rule]

    def expected_n(self, rule: Ints, truth: Truth) -> Floats:
        """E(patients) of rules under one scenario."""
        return self._worked(rule, truth)[1][rule]

    def _worked(self, rule: Ints, truth: Truth) -> tuple[Floats, Floats]:
        """Both, for at least the rules asked for: what is worked out once is kept."""
        empty = np.full(self.low.shape[0], np.nan)
        success, expected = self._known.setdefault(truth.name, (empty, empty.copy()))
        new = np.unique(rule[np.isnan(success[rule])])
        if new.size:
            stay = self.staying(new, truth)
            success[new] = stay[:, -1]
            added = np.diff(np.append(self.n, self.n_max))
            expected[new] = self.n[0] + stay @ added
        return success, expected

    def staying(self, rule: Ints, truth: Truth) -> Floats:
        """P(not stopped by look l), (rules, L); endpoints that are independent and stop alone multiply."""
        low, high = self.low[rule], self.high[rule]
        if truth.cells is not None:
            return 1 - np.cumsum(
                joint_crossing_by_look(self.n, truth.cells, low=low, high=high, together=self.together), axis=1
            )
        stay = np.ones((rule.size, self.n.size))
        for k, p in enumerate(truth.rates):
            both = np.concatenate([low[:, k], high[:, k]], axis=1)
            _, first, again = np.unique(both, axis=0, return_index=True, return_inverse=True)
            stop = crossing_by_look(self.n, p, low=low[first, k], high=high[first, k])
            stay *= 1 - np.cumsum(stop, axis=1)[again.reshape(-1)]
        return np.asarray(stay)

    def first_lam(self, holds: Callable[[Ints], Bools], places: Ints, start: Ints) -> Ints:
        """For the gamma at ``places`` the first lambda from ``start`` on whose rule ``holds``, A where none does.

        Once true it must stay true.
        """
        low, high = start.copy(), np.full(places.size, self.rule.shape[1], dtype=np.int64)
        while np.any(low < high):
            open_ = np.flatnonzero(low < high)
            middle = (low[open_] + high[open_]) // 2
            yes = holds(self.rule[places[open_], middle])
            high[open_] = np.where(yes, middle, high[open_])
            low[open_] = np.where(yes, low[open_], middle + 1)
        return low


def grid_of(endpoints: tuple[Endpoint, ...], n: Ints, n_max: int, lam: Floats, gamma: Floats, together: bool) -> Grid:
    """All rules of a grid; the ``lam`` and ``gamma`` of the endpoints are not looked at."""
    shape = (gamma.size, lam.size, len(endpoints), n.size)
    low, high = np.full(shape, -1, dtype=np.int64), np.broadcast_to(n + 1, shape).copy()
    for at, size in enumerate(n.tolist()):
        cut = lam * (size / n_max) ** gamma[:, None]
        for k, endpoint in enumerate(endpoints):
            count = endpoint.failing(size, cut)
            if endpoint.harm:
                high[:, :, k, at] = size + 1 - count
            else:
                low[:, :, k, at] = count - 1
    rows = np.stack([low, high], axis=2).reshape(gamma.size * lam.size, -1)
    first, rule = _distinct(rows)
    flat = (gamma.size * lam.size, *shape[2:])
    return Grid(n, n_max, low.reshape(flat)[first], high.reshape(flat)[first], rule.reshape(shape[:2]), together)


def _distinct(rows: Ints) -> tuple[Ints, Ints]:
    """One row of each kind, and the kind of each row: columns are joined one by one, no row is compared as a whole."""
    kind = np.zeros(rows.shape[0], dtype=np.int64)
    first = np.zeros(1, dtype=np.int64)
    for column in rows.T:
        least = column.min()
        if column.max() > least:
            key = kind * (column.max() - least + 1) + (column - least)
            _, first, kind = np.unique(key, return_index=True, return_inverse=True)
            kind = kind.reshape(-1)
    return first, kind


def as_grid(name: str, value: ArrayLike | None, low: float, high: float) -> Floats:
    """Values of a grid in ascending order; by default 0.01, 0.02, ..., 1."""
    if value is None:
        return np.arange(1, 101) / 100
    x = as_vector(name, np.atleast_1d(np.asarray(value)) if np.ndim(value) == 0 else value)
    if np.any(np.diff(x) <= 0):
        raise ValueError(f"{name} must ascend")
    if x[0] < low or x[-1] > high:
        raise ValueError(f"{name} must lie between {low:g} and {high:g}, found {x[0]:g} to {x[-1]:g}")
    if x.size > _LONGEST_GRID:
        raise ValueError(f"{name} must hold at most {_LONGEST_GRID} values, found {x.size}")
    return x
