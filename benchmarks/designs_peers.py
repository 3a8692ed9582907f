"""One job of `benchmarks/designs.py` by simulation in NumPy: python designs_peers.py FOLDER JOB REPEATS.

A line for every run: seconds, seconds of the processor, and the numbers found. Trials are drawn as whole arrays.
Threads are limited by whoever starts it.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

Made = Callable[[], tuple[np.ndarray, float]]
"""Numbers, and by what the seconds of the run are multiplied (1 unless only a part was done)."""


def endings(read: Callable[[str], np.ndarray], rng: np.random.Generator) -> Made:
    """Both endpoints of a rule with a look after each patient: shares of the ways to end, mean patients."""
    low, high, trials = read("low"), read("high"), int(read("trials")[0])
    pairs = read("pairs").reshape(2, -1).T
    size = low.size + 1

    def run() -> tuple[np.ndarray, float]:
        found = []
        for response, toxicity in pairs:
            drawn = rng.random((2, trials, low.size), dtype=np.float32)
            few = np.cumsum(drawn[0] < response, axis=1, dtype=np.int16) <= low
            many = np.cumsum(drawn[1] < toxicity, axis=1, dtype=np.int16) >= high
            stop = few | many
            first = stop.argmax(axis=1)
            row = np.arange(trials)
            stopped, by_few, by_many = stop[row, first], few[row, first], many[row, first]
            ends = [by_few & ~by_many, by_many & ~by_few, by_few & by_many, ~stopped]
            found += [np.mean(e) for e in ends] + [np.mean(np.where(stopped, first + 1, size))]
        return np.array(found), 1.0

    return run


def bop2(read: Callable[[str], np.ndarray], rng: np.random.Generator) -> Made:
    """Success of some rules of the grid under both hypotheses, on one set of trials; drawing counts once."""
    from scipy.special import betainc

    looks = read("looks").astype(int)
    rates = read("rates").reshape(2, -1, order="F")
    kind, trials, some = int(read("kind")[0]), int(read("trials")[0]), read("some").reshape(2, -1).T
    total, count = looks[-1], np.arange(looks[-1] + 1)
    share, ends = looks / total, rates.shape[1]

    def good(k: int) -> np.ndarray:
        """P(the endpoint is good) at each look and count."""
        p = rates[0, k]
        x = np.minimum(count, looks[:, None])
        below = betainc(p + x, 1 - p + looks[:, None] - x, p)
        return below if k == 1 and kind == 3 else 1 - below

    tables = [good(k) for k in range(ends)]

    def events(p: np.ndarray) -> list[np.ndarray]:
        """Counts at the looks, a trial in a row."""
        u = rng.random((trials, total))
        others = [u if kind == 1 else rng.random((trials, total)) for _ in p[1:]]  # nested: one draw for both
        return [np.cumsum(v < q, axis=1)[:, looks - 1] for v, q in zip([u, *others], p, strict=True)]

    def chance(lam: float, gamma: float, drawn: list[np.ndarray]) -> float:
        bad = []
        for k, x in enumerate(drawn):
            fails = tables[k] < (lam * share**gamma)[:, None]  # few responses, or many toxicities
            edge = fails.sum(axis=1)
            bad.append(x > total - edge if k == 1 and kind == 3 else x < np.minimum(edge, looks + 1))
        stop = bad[0] if ends == 1 else bad[0] | bad[1] if kind == 3 else bad[0] & bad[1]
        return float(1 - np.mean(stop.any(axis=1)))

    def run() -> tuple[np.ndarray, float]:
        begin = time.perf_counter()
        drawn = [events(p) for p in rates]
        middle = time.perf_counter()
        found = np.array([[chance(a, b, d) for d in drawn] for a, b in some])
        end = time.perf_counter()
        whole = (middle - begin) + (end - middle) * read("pairs")[0] / len(some)
        return found.ravel(), whole / (end - begin)

    return run


def main() -> None:
    """Run and print."""
    folder, job, repeats = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
    run = {"endings": endings, "bop2": bop2}[job](lambda name: np.fromfile(folder / name), np.random.default_rng(11))
    run()
    for _ in range(repeats):
        wall, cpu = time.perf_counter(), time.process_time()
        found, times = run()
        wall, cpu = times * (time.perf_counter() - wall), times * (time.process_time() - cpu)
        print(wall, cpu, *(repr(float(v)) for v in found))


if __name__ == "__main__":
    main()
