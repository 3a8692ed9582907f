"""The survival kernels beside their peers: the same data, one run, one thread; ratios are peer time over ours.

usage: python benchmarks/survival.py [--slow] [--out FOLDER] [--only WORD]

Peers are R (packages survival and cmprsk) and whichever of lifelines, scikit-survival, statsmodels and survival are
installed. ``--slow`` adds what takes minutes. FOLDER gets the table, ``speed.md``, and its numbers, ``speed.json``;
``--only`` repeats the jobs whose label holds the word and keeps the other rows.
"""

from __future__ import annotations

import os

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[name] = "1"

import argparse
import json
import statistics
import time
import tracemalloc
import warnings
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path

import numpy as np
from peers import Data, python_peers, r_seconds
from rich.console import Console

from onearm.stats.competing import fine_gray, gray_test
from onearm.stats.cox import cox
from onearm.stats.resampling import bootstrap_cox
from onearm.stats.survival import kaplan_meier, log_rank

console = Console(stderr=True)


@dataclass(frozen=True)
class Job:
    """One line of the table: what is done, to what, by whom else, and what is asked for."""

    label: str
    data: Callable[[], Data]
    ours: Callable[[Data], object]
    job: str
    r: tuple[str, ...]
    floor: str
    repeats: int = 7
    peer_repeats: int = 3
    slow: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    memory: bool = False


@dataclass
class Measured:
    """Median seconds of ours and of each peer, and megabytes above the data."""

    label: str
    floor: str
    ours: float
    peers: dict[str, float] = field(default_factory=dict)
    megabytes: float | None = None


def survival_data(
    n: int, *, p: int = 0, whole: bool = True, groups: int = 0, strata: int = 0, weight: bool = False
) -> Data:
    """Exponential event times with about 35% censored; in whole days, or continuous."""
    rng = np.random.default_rng([20, n, p])
    x = rng.normal(size=(n, p))
    x[:, p // 2 :] = x[:, p // 2 :] > 0.3
    effect = x @ np.linspace(-0.3, 0.3, p) if p else np.zeros(n)
    event_time = rng.exponential(900, n) * np.exp(-effect)
    end = rng.uniform(100, 2500, n)
    t = np.minimum(event_time, end)
    data = {"time": np.ceil(t) if whole else t, "event": (event_time <= end).astype(np.float64)}
    if p:
        data["x"] = x
    if groups:
        data["group"] = rng.integers(0, groups, n).astype(np.float64)
    if strata:
        data["strata"] = rng.integers(0, strata, n).astype(np.float64)
    if weight:
        data["weight"] = rng.uniform(0.2, 3, n)
    return data


def competing_data(n: int, p: int, groups: int = 0) -> Data:
    """Two causes and censoring, continuous times."""
    data = dict(survival_data(n, p=p, whole=False, groups=groups))
    cause = np.random.default_rng([21, n]).integers(1, 3, n)
    data["event"] = data["event"] * cause
    return data


JOBS = (
    Job(
        "Kaplan-Meier with limits, whole days, n 1e6",
        lambda: survival_data(10**6),
        lambda d: kaplan_meier(d["time"], d["event"]),
        "km",
        ("km",),
        "50 x R, 3 x fastest Python",
    ),
    Job(
        "the same, n 1e7",
        lambda: survival_data(10**7),
        lambda d: kaplan_meier(d["time"], d["event"]),
        "km",
        ("km",),
        "80 x R, below 1 GB above the data",
        repeats=3,
        peer_repeats=1,
        without=("sksurv",),
        memory=True,
    ),
    Job(
        "Kaplan-Meier, continuous, n 1e6",
        lambda: survival_data(10**6, whole=False),
        lambda d: kaplan_meier(d["time"], d["event"]),
        "km",
        ("km",),
        "40 x R",
    ),
    Job(
        "log-rank, 20 strata, whole days, n 1e6",
        lambda: survival_data(10**6, groups=2, strata=20),
        lambda d: log_rank(d["time"], d["event"], d["group"], strata=d["strata"]),
        "log-rank",
        ("log-rank",),
        "40 x R, 4 x statsmodels",
    ),
    Job(
        "Cox Efron, p 10, whole days, n 1e5",
        lambda: survival_data(10**5, p=10),
        lambda d: cox(d["time"], d["event"], d["x"]),
        "cox",
        ("cox",),
        "10 x R, 10 x lifelines, 30 x statsmodels",
    ),
    Job(
        "the same, robust variance",
        lambda: survival_data(10**5, p=10),
        lambda d: cox(d["time"], d["event"], d["x"], robust=True),
        "cox-robust",
        ("cox-robust",),
        "15 x R, 1,000 x lifelines",
        slow=("lifelines",),
        peer_repeats=1,
    ),
    Job(
        "Cox Efron, p 10, n 1e6",
        lambda: survival_data(10**6, p=10),
        lambda d: cox(d["time"], d["event"], d["x"]),
        "cox",
        ("cox",),
        "8 x R, memory a small multiple of X (80 MB)",
        repeats=3,
        peer_repeats=1,
        without=("statsmodels", "sksurv", "lifelines"),
        memory=True,
    ),
    Job(
        "Cox, weights and robust, p 4, n 20,000",
        lambda: survival_data(20_000, p=4, weight=True),
        lambda d: cox(d["time"], d["event"], d["x"], weight=d["weight"]),
        "cox-weighted",
        ("cox-weighted",),
        "faster than survival (24 to 27 ms)",
        repeats=15,
    ),
    Job(
        "Gray's test, 3 groups, n 20,000",
        lambda: competing_data(20_000, 0, groups=3),
        lambda d: gray_test(d["time"], d["event"], d["group"]),
        "gray",
        ("gray",),
        "faster than R (22 ms)",
        repeats=15,
    ),
    Job(
        "Fine-Gray with variance, p 5, n 1e4",
        lambda: competing_data(10_000, 5),
        lambda d: fine_gray(d["time"], d["event"], d["x"]),
        "finegray",
        ("crr", "finegray"),
        "3,000 x crr, 1,000 x finegray",
        repeats=11,
        peer_repeats=1,
        slow=("crr", "finegray", "survival"),
    ),
    Job(
        "bootstrap of a Cox model, 1,000 replicates, p 3, n 500",
        lambda: survival_data(500, p=3),
        lambda d: bootstrap_cox(d["time"], d["event"], d["x"], replicates=1000, seed=1),
        "bootstrap",
        ("bootstrap",),
        "8 x an R loop, aim 20 x",
        repeats=3,
        peer_repeats=1,
    ),
)

GROWTH: dict[str, tuple[Callable[[int], Data], Callable[[Data], object], tuple[int, ...]]] = {
    "Kaplan-Meier, whole days": (survival_data, JOBS[0].ours, (10**4, 10**5, 10**6, 10**7)),
    "Kaplan-Meier, continuous": (lambda n: survival_data(n, whole=False), JOBS[2].ours, (10**4, 10**5, 10**6, 10**7)),
    "log-rank, 20 strata": (
        lambda n: survival_data(n, groups=2, strata=20),
        JOBS[3].ours,
        (10**4, 10**5, 10**6, 10**7),
    ),
    "Cox Efron, p 10": (lambda n: survival_data(n, p=10), JOBS[4].ours, (10**4, 10**5, 10**6)),
}


def median_seconds(run: Callable[[], object], repeats: int) -> float:
    """Median wall seconds after one run to warm up."""
    taken = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for k in range(repeats + (repeats > 1)):
            before = time.perf_counter()
            run()
            if k or repeats == 1:
                taken.append(time.perf_counter() - before)
    return statistics.median(taken)


def measure(job: Job, slow: bool) -> Measured:
    """Ours and the peers on the same data."""
    data = job.data()
    found = Measured(job.label, job.floor, median_seconds(lambda: job.ours(data), job.repeats))
    for name in job.r:
        if slow or name not in job.slow:
            found.peers[f"R {name}" if len(job.r) > 1 else "R"] = statistics.median(
                r_seconds(name, data, job.peer_repeats)
            )
    for package, run in python_peers(job.job, data).items():
        if package not in job.without and (slow or package not in job.slow):
            try:
                found.peers[package] = median_seconds(run, job.peer_repeats)
            except Exception as problem:  # a peer that fails is named, not hidden
                console.print(f"{package} failed at {job.label}: {problem}")
    if job.memory:
        tracemalloc.start()
        job.ours(data)
        found.megabytes = tracemalloc.get_traced_memory()[1] / 1e6
        tracemalloc.stop()
    return found


def growth(
    make: Callable[[int], Data], ours: Callable[[Data], object], sizes: tuple[int, ...]
) -> tuple[float, list[float]]:
    """The exponent b of time ~ n^b by least squares on logs, and the seconds at each size."""
    taken = []
    for n in sizes:
        data = make(n)
        taken.append(median_seconds(lambda data=data: ours(data), 5 if n < 10**7 else 3))
    return float(np.polyfit(np.log(sizes), np.log(taken), 1)[0]), taken


def written(found: list[Measured], grown: dict[str, tuple[float, list[float]]], command: str) -> str:
    """The page."""
    names = list(dict.fromkeys(name for m in found for name in m.peers))
    lines = [
        "# Speed of the survival kernels",
        "",
        f"Made by `{command}`: each job beside its peers on the same data in one run, one thread, medians",
        "(`--only` repeats a job and keeps the others). Ours in milliseconds; a peer's column is its time over ours.",
        "The machine is small and shared: ratios move by a third between runs.",
        "",
        f"| job | ours, ms | {' | '.join(names)} | asked for |",
        "|---|---|" + "---|" * (len(names) + 1),
    ]
    for m in found:
        ratios = [f"{m.peers[n] / m.ours:,.1f}" if n in m.peers else "" for n in names]
        memory = "" if m.megabytes is None else f"; {m.megabytes:,.0f} MB above the data"
        lines.append(f"| {m.label} | {1e3 * m.ours:,.1f}{memory} | {' | '.join(ratios)} | {m.floor} |")
    lines += ["", "Growth: time ~ n^b, fitted on logs.", "", "| job | b | seconds at each n |", "|---|---|---|"]
    for label, (b, taken) in grown.items():
        sizes = GROWTH[label][2]
        said = ", ".join(f"{n:,}: {s:.4f}" for n, s in zip(sizes, taken, strict=True))
        lines.append(f"| {label} | {b:.2f} | {said} |")
    return "\n".join(lines) + "\n"


def main() -> None:
    """Measure, print, write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--slow", action="store_true", help="also the peers that take minutes")
    parser.add_argument("--only", default="", help="jobs whose label contains this")
    parser.add_argument("--out", type=Path, help="folder for speed.md and speed.json")
    options = parser.parse_args()
    kept = options.out / "speed.json" if options.out else None
    before = json.loads(kept.read_text()) if kept and kept.exists() and options.only else {"jobs": [], "growth": {}}
    found = {row["label"]: Measured(**row) for row in before["jobs"]}
    grown = {label: (b, taken) for label, (b, taken) in before["growth"].items()}
    for job in JOBS:
        if options.only.lower() in job.label.lower():
            with console.status(job.label):
                m = found[job.label] = measure(job, options.slow)
            ratios = ", ".join(f"{n} {s / m.ours:,.1f} x" for n, s in m.peers.items())
            console.print(f"{job.label}: {1e3 * m.ours:,.1f} ms; {ratios}")
    for label, (make, ours, sizes) in GROWTH.items():
        if options.only.lower() in f"growth of {label}".lower():
            with console.status(f"growth of {label}"):
                grown[label] = growth(make, ours, sizes)
            console.print(f"{label}: n^{grown[label][0]:.2f}")
    rows = [found[job.label] for job in JOBS if job.label in found]
    page = written(rows, grown, "python benchmarks/survival.py" + (" --slow" if options.slow else ""))
    if options.out:
        (options.out / "speed.md").write_text(page, encoding="utf-8")
        body = {"jobs": [asdict(m) for m in rows], "growth": grown}
        (options.out / "speed.json").write_text(json.dumps(body, indent=1) + "\n", encoding="utf-8")
    else:
        print(page)


if __name__ == "__main__":
    main()
