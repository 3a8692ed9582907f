"""How often tests against a published curve reject when trial and publication have the same survival.

Usage: python benchmarks/published_curves.py [--out FOLDER] [--trials 3000]
The publication is m patients (exponential, median 12 months; censored uniformly over 6 to 36 months, or 12 to 120),
drawn as a curve with a risk table every six months; the trial is 48 patients of the same survival, censored alike.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np

from onearm.stats.benchmark import benchmark_curve, benchmark_sample
from onearm.stats.reconstruct import reconstruct_ipd
from onearm.stats.survival import kaplan_meier, log_rank

RATE = np.log(2) / 12
TESTS = ("known", "known, mean", "sample", "sample, mean", "reconstructed, mean", "log-rank, reconstructed", "log-rank")


def follow_up(rng: np.random.Generator, n: int, late: tuple[float, float]) -> tuple[np.ndarray, np.ndarray]:
    """Times and events of n patients."""
    event, censored = rng.exponential(1 / RATE, n), rng.uniform(*late, n)
    return np.minimum(event, censored), event <= censored


def p_values(rng: np.random.Generator, n: int, m: int, late: tuple[float, float]) -> list[float]:
    """p of each test in one trial; NaN where there is none."""
    trial, other = follow_up(rng, n, late), follow_up(rng, m, late)
    km = kaplan_meier(*other)
    curve = np.append(0.0, km.time), np.append(1.0, km.survival)
    at = np.arange(0.0, km.time[-1], 6.0)
    made = reconstruct_ipd(*curve, at, (other[0][:, None] >= at).sum(axis=0), cleaning="none")
    known = [benchmark_curve(*trial, *curve, variance=v).test.p_value for v in ("expected", "mean")]
    sample = [benchmark_sample(*trial, *other, variance=v).p_value for v in ("expected", "mean")]
    again = benchmark_sample(*trial, made.time, made.event, variance="mean").p_value
    two = [two_groups(trial, ref) for ref in ((made.time, made.event), other)]
    return [*known, *sample, again, *two]


def two_groups(trial: tuple[np.ndarray, np.ndarray], other: tuple[np.ndarray, np.ndarray]) -> float:
    """The two-group log-rank test."""
    time, event = (np.append(a, b) for a, b in zip(trial, other, strict=True))
    return log_rank(time, event, np.repeat([1, 0], [trial[0].size, other[0].size])).p_value


def main() -> None:
    """Simulate, print, and write the table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--trials", type=int, default=3000)
    parser.add_argument("--out", type=Path, default=None)
    options = parser.parse_args()
    lines = ["| censored | n | m | " + " | ".join(TESTS) + " |", "|" + "---|" * (3 + len(TESTS))]
    for name, late in (("half", (6.0, 36.0)), ("few", (12.0, 120.0))):
        for n, m in ((48, 50), (48, 100), (48, 300), (48, 1000)):
            rng = np.random.default_rng([n, m, int(late[1])])
            p = np.array([p_values(rng, n, m, late) for _ in range(options.trials)])
            share = 100 * np.mean(p < 0.05, axis=0)
            lines.append(f"| {name} | {n} | {m} | " + " | ".join(f"{v:.1f}" for v in share) + " |")
            print(lines[-1], flush=True)
    error = 100 * np.sqrt(0.05 * 0.95 / options.trials)
    head = [
        "# Size of tests against a published curve",
        "",
        f"Percent of {options.trials} trials with p < 0.05 under equal survival; Monte Carlo error {error:.2f} points. "
        "Made by `python benchmarks/published_curves.py --out docs/evidence`; the columns are explained in",
        "[published curves](../published-curves.md).",
        "",
    ]
    if options.out is not None:
        (options.out / "published-curves.md").write_text("\n".join([*head, *lines]) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
