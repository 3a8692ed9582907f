"""Two groups prepared for a comparison of their survival curves, and how estimates from them vary together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ._curve import KaplanMeier
from ._input import Bools, Floats, Ints, as_codes, as_indicator, as_times, as_weights
from ._kaplan_meier import kaplan_meier


@dataclass(frozen=True, slots=True, eq=False)
class TwoGroups:
    """Rows of positive weight of two groups, the reference first.

    ``labels`` (2,) their names; ``time``, ``event``, ``weight`` and ``cluster`` one array a group; ``cluster`` None
    unless rows belong together; ``curves`` the two Kaplan-Meier curves; ``robust`` when weights or clusters ask for
    the infinitesimal jackknife instead of Greenwood's variance.
    """

    labels: NDArray[np.generic]
    time: tuple[Floats, Floats]
    event: tuple[Bools, Bools]
    weight: tuple[Floats, Floats]
    cluster: tuple[Ints, Ints] | None
    curves: tuple[KaplanMeier, KaplanMeier]
    robust: bool

    def covariance(self, at: float, kind: str, unit: float = 1.0) -> Floats:
        """Infinitesimal jackknife covariance (2, 2) of the groups' survival, or restricted mean, at a time.

        ``kind`` is "survival" or "rmst", the mean being counted in ``unit``. Groups vary together when clusters
        (matched pairs, say) reach across them.
        """
        both = zip(self.curves, self.weight, strict=True)
        parts = [w * (km.influence([at], kind, extend=True)[:, 0] / unit) for km, w in both]
        if self.cluster is None:
            return np.diag([float(v @ v) for v in parts])
        size = int(max(c.max() for c in self.cluster)) + 1
        sums = np.stack([np.bincount(c, v, size) for c, v in zip(self.cluster, parts, strict=True)])
        return np.asarray(sums @ sums.T, dtype=np.float64)

    @property
    def numbers(self) -> tuple[Ints, Ints]:
        """Rows and events of the two groups, (2,) each."""
        n = np.array([t.size for t in self.time], dtype=np.int64)
        return n, np.array([int(d.sum()) for d in self.event], dtype=np.int64)


def two_groups(
    time: ArrayLike,
    event: ArrayLike,
    group: ArrayLike,
    weight: ArrayLike | None,
    cluster: ArrayLike | None,
    reference: Any,
    level: float,
) -> TwoGroups:
    """Check the rows and estimate both curves; the reference is the first label in sorted order unless named."""
    t = as_times("time", time)
    d = as_indicator("event", event, t.size)
    w = as_weights("weight", weight, t.size)
    labels, code = as_codes("group", group, t.size)
    bunch = None if cluster is None else as_codes("cluster", cluster, t.size)[1]
    keep = w > 0
    if labels.size != 2 or np.unique(code[keep]).size != 2:
        found = labels[np.unique(code[keep])]
        raise ValueError(f"group must hold exactly two labels among rows of positive weight, found {found.tolist()}")
    order = (0, 1)
    if reference is not None:
        if reference not in labels.tolist():
            raise ValueError(f"reference must be one of the labels {labels.tolist()}, found {reference!r}")
        order = (0, 1) if labels[0] == reference else (1, 0)
    rows = [np.flatnonzero(keep & (code == g)) for g in order]
    weighted = bool(np.any(w[keep] != 1))
    first, second = (kaplan_meier(t[r], d[r], weight=w[r] if weighted else None, level=level) for r in rows)
    return TwoGroups(
        labels[list(order)],
        (t[rows[0]], t[rows[1]]),
        (d[rows[0]], d[rows[1]]),
        (w[rows[0]], w[rows[1]]),
        None if bunch is None else (bunch[rows[0]], bunch[rows[1]]),
        (first, second),
        weighted or cluster is not None,
    )
