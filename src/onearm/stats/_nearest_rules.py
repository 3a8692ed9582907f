"""Which pairs may be formed at all: labels that must or must not agree, distances to be kept or exceeded."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from ._input import Bools, Floats, Ints, as_codes, as_matrix

__all__ = ["Rules", "labels", "rules"]

TwoSides = tuple[ArrayLike, ArrayLike]


@dataclass(frozen=True, slots=True)
class Rules:
    """Conditions on a pair, the same row of every array for the same subject.

    ``same`` and ``different``: codes of treated and controls; ``limits``: values of treated, of controls, and
    the largest difference allowed, or minus the one to be exceeded.
    """

    same: list[tuple[Ints, Ints]] = field(default_factory=list)
    different: list[tuple[Ints, Ints]] = field(default_factory=list)
    limits: list[tuple[Floats, Floats, float]] = field(default_factory=list)

    def sorted_by(self, order: Ints) -> Rules:
        """The same with the controls in another order."""
        return Rules(
            [(a, b[order]) for a, b in self.same],
            [(a, b[order]) for a, b in self.different],
            [(a, b[order], width) for a, b, width in self.limits],
        )

    def allow(self, i: int, part: slice, ok: Bools) -> None:
        """Clear ``ok`` for the controls in ``part`` that treated ``i`` may not have."""
        for treated, control in self.same:
            ok &= control[part] == treated[i]
        for treated, control in self.different:
            ok &= control[part] != treated[i]
        for a, b, width in self.limits:
            gap = np.abs(b[part] - a[i])
            ok &= gap <= width if width >= 0 else gap > -width


def rules(
    exact: TwoSides | None, antiexact: TwoSides | None, calipers: tuple[ArrayLike, ArrayLike, ArrayLike] | None,
    sizes: tuple[int, int],
) -> Rules:  # fmt: skip
    """Conditions as given to the public function, checked."""
    return Rules(
        [] if exact is None else labels("exact", exact, sizes),
        [] if antiexact is None else labels("antiexact", antiexact, sizes),
        [] if calipers is None else _limits(calipers, sizes),
    )


def labels(name: str, given: Any, sizes: tuple[int, int], columns: int | None = None) -> list[tuple[Ints, Ints]]:
    """Codes of both sides for each column of labels, equal where the labels are."""
    if not isinstance(given, tuple) or len(given) != 2:
        raise ValueError(f"{name} must be a tuple of labels: those of the treated, those of the controls")
    sides = [np.asarray(side) for side in given]
    sides = [side[:, None] if side.ndim == 1 else side for side in sides]
    for side, size, whose in zip(sides, sizes, ("treated", "controls"), strict=True):
        if side.ndim != 2 or side.shape[0] != size or side.shape[1] == 0:
            raise ValueError(f"{name} has shape {side.shape} for the {whose} where {size} rows are needed")
    if sides[0].shape[1] != sides[1].shape[1]:
        raise ValueError(f"{name} has {sides[0].shape[1]} columns for the treated and {sides[1].shape[1]} for controls")
    if columns not in (None, sides[0].shape[1]):
        raise ValueError(f"{name} has {sides[0].shape[1]} columns where {columns} is needed")
    kinds = ["text" if side.dtype.kind in "SU" else "other" for side in sides]
    if kinds[0] != kinds[1] and "O" not in (sides[0].dtype.kind, sides[1].dtype.kind):
        raise ValueError(f"{name} holds text for one side and other labels for the other")
    found = []
    for a, b in zip(sides[0].T, sides[1].T, strict=True):
        codes = as_codes(name, np.concatenate([a, b]), sum(sizes))[1]
        found.append((codes[: sizes[0]], codes[sizes[0] :]))
    return found


def _limits(
    given: tuple[ArrayLike, ArrayLike, ArrayLike], sizes: tuple[int, int]
) -> list[tuple[Floats, Floats, float]]:
    """Covariates of both sides and their calipers, column by column."""
    if not isinstance(given, tuple) or len(given) != 3:
        raise ValueError("covariate_caliper must be a tuple: covariates of the treated, of the controls, and widths")
    a, b = as_matrix("covariate_caliper", given[0], sizes[0]), as_matrix("covariate_caliper", given[1], sizes[1])
    widths = as_matrix("covariate_caliper", np.atleast_1d(np.asarray(given[2]))).reshape(-1)
    if not a.shape[1] == b.shape[1] == widths.size:
        counts = f"{a.shape[1]} and {b.shape[1]} columns and {widths.size} widths"
        raise ValueError(f"covariate_caliper has {counts}: one of each is needed for a covariate")
    if max(np.abs(a).max(), np.abs(b).max()) > 1e150:
        raise ValueError("covariate_caliper must hold values within 1e+150")
    return [(a[:, k], b[:, k], float(width)) for k, width in enumerate(widths)]
