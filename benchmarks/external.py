"""External controls beside their peers: the same data, one run, one thread; ratios are peer time over ours.

usage: python benchmarks/external.py [--quick] [--peers PYTHON] [--out FOLDER] [--only WORD]

Peers are R (MatchIt, Matching, glm.fit, survival) and the Python packages of the interpreter PYTHON (this one unless
given; the variable ONEARM_PEERS does the same). ``--quick`` leaves out what takes minutes and keeps what was found of
it before. FOLDER (docs/evidence unless given) gets the table, ``external_speed.md``, and its numbers,
``external_speed.json``; ``--only`` repeats the jobs whose label holds the word and keeps the other rows.
"""

from __future__ import annotations

import os

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[name] = "1"

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from shutil import which
from typing import Any

import numpy as np
from external_jobs import JOBS, Job, Peer, boot, trial
from external_page import page
from external_pool import again, pool
from rich.console import Console

HERE = Path(__file__).parent
console = Console(stderr=True)


@dataclass
class Measured:
    """Median seconds of ours (wall and of the processor) and of each peer, and what must be said.

    ``load`` are the processes that wanted the machine while ours was timed.
    """

    label: str
    ours: float
    cpu: float
    load: float
    peers: dict[str, float] = field(default_factory=dict)
    peers_cpu: dict[str, float] = field(default_factory=dict)
    said: list[str] = field(default_factory=list)


def timed(run: Callable[[], float], repeats: int) -> tuple[float, float, float]:
    """Median wall and processor seconds after one run to warm up, and the number found."""
    value = run()
    wall, cpu = [], []
    for _ in range(repeats):
        before = time.perf_counter(), time.process_time()
        run()
        wall.append(time.perf_counter() - before[0])
        cpu.append(time.process_time() - before[1])
    return statistics.median(wall), statistics.median(cpu), value


def peer_runs(peer: Peer, folder: str, python: str) -> list[list[float]]:
    """Seconds, number and processor seconds of each run of a peer; nothing where it is not installed."""
    if peer.kind == "R" and which("Rscript") is None:
        return []
    command = (
        ["Rscript", str(HERE / "external.R"), folder, peer.job, str(peer.repeats)]
        if peer.kind == "R"
        else [python, str(HERE / "external_peers.py"), folder, peer.name, peer.job, str(peer.repeats)]
    )
    done = subprocess.run(command, capture_output=True, text=True, timeout=peer.limit)
    if done.returncode:
        raise RuntimeError(done.stderr.strip().splitlines()[-1])
    return [[float(v) for v in line.split()] for line in done.stdout.splitlines()]


def measure(job: Job, quick: bool, python: str, before: Measured | None) -> Measured:
    """Ours and the peers on the same data."""
    data = job.data()
    wall, cpu, value = timed(lambda: job.ours(data), job.repeats)
    found = Measured(job.label, wall, cpu, os.getloadavg()[0])
    with tempfile.TemporaryDirectory() as folder:
        for key, array in data.items():
            np.asarray(array, dtype=np.float64).ravel(order="F").tofile(Path(folder) / key)
        for peer in job.peers:
            if quick and peer.slow:
                if before is not None and peer.name in before.peers:
                    found.peers[peer.name] = before.peers[peer.name]
                    found.peers_cpu[peer.name] = before.peers_cpu[peer.name]
                    found.said.append(f"{peer.name} from an earlier run")
                continue
            try:
                runs = peer_runs(peer, folder, python)
            except (RuntimeError, subprocess.TimeoutExpired) as problem:  # a peer that fails is named, not hidden
                short = f"stopped after {peer.limit} s" if isinstance(problem, subprocess.TimeoutExpired) else problem
                found.said.append(f"{peer.name}: {short}")
                continue
            if runs:
                found.peers[peer.name] = peer.times * statistics.median(r[0] for r in runs)
                found.peers_cpu[peer.name] = peer.times * statistics.mean(r[2] for r in runs)  # R counts in steps
                found.said += agreement(peer, value, runs[0][1])
    return found


def agreement(peer: Peer, ours: float, theirs: float) -> list[str]:
    """Words on how far two answers lie apart, relative to ours, where they must be the same."""
    if peer.agrees is None:
        return []
    if peer.agrees == np.inf:
        return [f"total distance {ours:.4g}, that of {peer.name} {theirs:.4g}"]
    apart = abs(theirs - ours) / abs(ours)
    if apart > peer.agrees:
        return [f"NOT THE SAME as {peer.name}: {ours:.15g} against {theirs:.15g}"]
    return [f"the same as {peer.name} to {max(apart, 1e-16):.0e}"]


def whole_paths(quick: bool) -> list[dict[str, Any]]:
    """The jobs without a peer: two processes, a pool of a million, one covariate changed."""
    data = trial(500, 5000)()
    seconds = []
    for processes in (1, 2):
        start = time.perf_counter()
        boot(data, 400 if quick else 2000, processes)
        seconds.append(time.perf_counter() - start)
    return [
        {"kind": "processes", "seconds": seconds, "replicates": 400 if quick else 2000, "load": os.getloadavg()[0]},
        {"kind": "pool", **pool(10**6), "load": os.getloadavg()[0]},
        {"kind": "again", **again(), "load": os.getloadavg()[0]},
    ]


def main() -> None:
    """Measure, print, write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="leave out the peers that take minutes")
    parser.add_argument("--peers", default=os.environ.get("ONEARM_PEERS", sys.executable), help="their Python")
    parser.add_argument("--only", default="", help="jobs whose label contains this; `whole` for those without a peer")
    parser.add_argument("--out", type=Path, default=HERE.parent / "docs" / "evidence", help="folder for both files")
    options = parser.parse_args()
    kept = options.out / "external_speed.json"
    before = json.loads(kept.read_text()) if kept.exists() else {"jobs": [], "whole": []}
    found = {row["label"]: Measured(**row) for row in before["jobs"]}
    for job in JOBS:
        if options.only.lower() in job.label.lower():
            m = found[job.label] = measure(job, options.quick, options.peers, found.get(job.label))
            ratios = ", ".join(f"{n} {s / m.ours:,.1f} x" for n, s in m.peers.items())
            console.print(f"{job.label}: {1e3 * m.ours:,.2f} ms; {ratios}; {'; '.join(m.said)}")
            save(options.out, found, before["whole"])
    if options.only.lower() in "whole paths":
        whole = whole_paths(options.quick)
        console.print(whole)
        save(options.out, found, whole)


def save(folder: Path, found: dict[str, Measured], whole: list[dict[str, Any]]) -> None:
    """The page and its numbers, after each job: a run that is stopped has not been for nothing."""
    folder.mkdir(parents=True, exist_ok=True)
    rows = {job.label: asdict(found[job.label]) for job in JOBS if job.label in found}
    (folder / "external_speed.md").write_text(page(JOBS, rows, whole), encoding="utf-8")
    body = {"jobs": list(rows.values()), "whole": whole}
    (folder / "external_speed.json").write_text(json.dumps(body, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
