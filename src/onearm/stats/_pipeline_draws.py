"""Who is drawn how often in replicates of a whole analysis: integer weights, in groups that share a stream.

A stream of its own for every replicate costs more than the replicate; so 16 of them share one, PCG64 seeded by the
child of ``SeedSequence(seed)`` with the number of the group. The weights of a replicate are the same whatever block
or process it is computed in.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ._input import Bools, Ints

GROUP = 16


@dataclass(frozen=True, slots=True, eq=False)
class Draws:
    """n rows, drawn within the two arms (sizes kept) or all together.

    ``arms`` rows of each urn.
    """

    n: int
    seed: int
    arms: tuple[Ints, ...]

    @staticmethod
    def make(treated: Bools, seed: int, resample: str) -> Draws:
        """``resample`` "arms" or "all"."""
        if not isinstance(seed, int | np.integer) or isinstance(seed, bool) or seed < 0:
            raise ValueError(f"seed must be a whole number that is not negative, found {seed!r}")
        urns = (np.flatnonzero(treated), np.flatnonzero(~treated)) if resample == "arms" else (np.arange(treated.size),)
        return Draws(treated.size, int(seed), urns)

    def weights(self, start: int, stop: int) -> Ints:
        """(stop - start, n) weights of the replicates start .. stop - 1."""
        first, last = start // GROUP, -(-stop // GROUP)
        drawn = np.empty(((last - first) * GROUP, self.n), dtype=np.int64)
        for g in range(first, last):
            stream = np.random.Generator(np.random.PCG64(np.random.SeedSequence(self.seed, spawn_key=(g,))))
            part = drawn[(g - first) * GROUP : (g - first + 1) * GROUP]
            for urn in self.arms:
                picked = stream.integers(0, urn.size, (GROUP, urn.size))
                picked += np.arange(GROUP)[:, None] * urn.size
                part[:, urn] = np.bincount(picked.ravel(), minlength=GROUP * urn.size).reshape(GROUP, urn.size)
        return drawn[start - first * GROUP : stop - first * GROUP]

    def without(self, start: int, stop: int) -> Ints:
        """Weights with the rows start .. stop - 1 left out, one at a time."""
        kept = np.ones((stop - start, self.n), dtype=np.int64)
        kept[np.arange(stop - start), np.arange(start, stop)] = 0
        return kept
