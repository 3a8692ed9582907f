"""Who is drawn how often: integer weights of bootstrap and jackknife replicates.

Replicate r has a stream of its own, PCG64 seeded by the r-th child of ``SeedSequence(seed)``, so that
its weights are the same in whatever block, process or order it is computed.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from ._input import Ints, as_codes


@dataclass(frozen=True, slots=True, eq=False)
class Plan:
    """n rows in C clusters, drawn within strata.

    ``code`` (n,) the cluster of each row, None when rows are drawn themselves; ``order`` (C,) clusters by
    stratum; ``first``, ``size`` (C,) the position in ``order`` and the size of each one's stratum;
    ``stratum`` (C,) its code.
    """

    n: int
    seed: int
    code: Ints | None
    order: Ints
    first: Ints
    size: Ints
    stratum: Ints

    @staticmethod
    def make(n: int, seed: int, cluster: ArrayLike | None, strata: ArrayLike | None) -> Plan:
        """Check the labels; clusters lie within strata."""
        if not isinstance(n, int | np.integer) or n < 1:
            raise ValueError(f"n must be a whole number of at least 1, found {n!r}")
        if not isinstance(seed, int | np.integer) or isinstance(seed, bool) or seed < 0:
            raise ValueError(f"seed must be a whole number that is not negative, found {seed!r}")
        block = np.zeros(n, dtype=np.int64) if strata is None else as_codes("strata", strata, n)[1]
        code = None if cluster is None else as_codes("cluster", cluster, n)[1]
        if code is not None:
            whose = np.zeros(int(code.max()) + 1, dtype=np.int64)
            whose[code] = block
            split = np.flatnonzero(whose[code] != block)
            if split.size:
                raise ValueError(f"cluster lies in more than one of the strata, the first in row {split[0]}")
            block = whose
        order = np.argsort(block, kind="stable")
        counts = np.bincount(block)
        sizes = np.repeat(counts, counts)
        firsts = np.repeat(np.cumsum(counts) - counts, counts)
        return Plan(int(n), int(seed), code, order, firsts, sizes, block)

    def draws(self, start: int, stop: int) -> Ints:
        """Weights of the replicates start .. stop - 1: (stop - start, n)."""
        units = self.order.size
        drawn = np.empty((stop - start, units), dtype=np.int64)
        high: int | Ints = units if self.size[0] == units else self.size
        for row, r in enumerate(range(start, stop)):
            stream = np.random.Generator(np.random.PCG64(np.random.SeedSequence(self.seed, spawn_key=(r,))))
            picked = stream.integers(0, high, units)
            if high is self.size:
                picked = self.order[self.first + picked]
            drawn[row] = np.bincount(picked, minlength=units)
        return drawn if self.code is None else drawn[:, self.code]

    def without(self, start: int, stop: int) -> Ints:
        """Weights with the clusters start .. stop - 1 left out, one at a time: (stop - start, n)."""
        kept = np.ones((stop - start, self.order.size), dtype=np.int64)
        kept[np.arange(stop - start), np.arange(start, stop)] = 0
        return kept if self.code is None else kept[:, self.code]
