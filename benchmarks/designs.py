"""Designs and operating characteristics beside their peers: the same problem, one run, one thread.

usage: python benchmarks/designs.py [--quick] [--peers PYTHON] [--out FOLDER] [--only WORD]

Peers are R (clinfun and rpact where R finds them, plain R) and simulations in NumPy, run by the interpreter PYTHON
(this one unless given; the variable ONEARM_PEERS does the same). A peer's numbers are compared with ours before its
time counts. ``--quick`` leaves out what takes long and keeps what was found of it before. FOLDER (docs/evidence unless
given) gets the table, ``design_speed.md``, and its numbers, ``design_speed.json``; ``--only`` repeats the jobs whose
label holds the word and keeps the other rows.
"""

from __future__ import annotations

import os

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[name] = "1"

import argparse
import json
import resource
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
from designs_jobs import JOBS, Answer, Job, Peer
from designs_page import STARTS, page
from rich.console import Console

HERE = Path(__file__).parent
ENOUGH = 0.1  # seconds: shorter calls are repeated until then
FAR = 5.0  # standard errors of a simulation: further apart is not the same
console = Console(stderr=True)


@dataclass
class Measured:
    """Median seconds of ours and of each peer, of the clock and of the processor, and what must be said.

    ``load`` are the processes that wanted the machine while ours was timed.
    """

    label: str
    ours: float
    cpu: float
    load: float
    peers: dict[str, float] = field(default_factory=dict)
    peers_cpu: dict[str, float] = field(default_factory=dict)
    said: list[str] = field(default_factory=list)


def timed(run: Callable[[], object], repeats: int) -> tuple[float, float, object]:
    """Median wall and processor seconds of one call after one to warm up, and what it found."""
    found = run()
    wall, cpu = [], []
    for _ in range(repeats):
        before = time.perf_counter(), time.process_time()
        times = 0
        while time.perf_counter() - before[0] < ENOUGH:
            run()
            times += 1
        wall.append((time.perf_counter() - before[0]) / times)
        cpu.append((time.process_time() - before[1]) / times)
    return statistics.median(wall), statistics.median(cpu), found


def peer_runs(peer: Peer, folder: str, python: str) -> list[list[float]]:
    """Seconds, processor seconds and numbers of each run of a peer."""
    if peer.kind == "R" and which("Rscript") is None:
        raise RuntimeError("R is not installed")
    program = ["Rscript", str(HERE / "designs.R")] if peer.kind == "R" else [python, str(HERE / "designs_peers.py")]
    command = [*program, folder, peer.job, str(peer.repeats)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=peer.limit)
    if done.returncode:
        missing = "MISSING" in done.stderr
        raise RuntimeError("could not be had" if missing else done.stderr.strip().splitlines()[-1])
    return [[float(v) for v in line.split()] for line in done.stdout.splitlines()]


def measure(job: Job, quick: bool, python: str, before: Measured | None) -> Measured:
    """Ours and the peers on the same problem."""
    data = job.data()
    wall, cpu, value = timed(lambda: job.ours(data), job.repeats)
    found = Measured(job.label, wall / job.per, cpu / job.per, os.getloadavg()[0])
    answer = job.answer(data, value)
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
            same, words = agreement(peer, answer, np.array(runs[0][2:]))
            found.said.append(words)
            if same:
                found.peers[peer.name] = statistics.median(r[0] for r in runs) / peer.per
                found.peers_cpu[peer.name] = statistics.median(r[1] for r in runs) / peer.per
    return found


def agreement(peer: Peer, ours: Answer, theirs: np.ndarray) -> tuple[bool, str]:
    """Whether a peer found the same numbers, and words on how near."""
    if theirs.shape != ours.numbers.shape:
        return False, f"NOT THE SAME as {peer.name}: {ours.numbers.size} numbers against {theirs.size}; not timed"
    apart = np.abs(theirs - ours.numbers)
    if peer.trials:
        error = np.maximum(ours.spread / np.sqrt(peer.trials), 1 / peer.trials)
        most = float(np.max(apart / error))
        words = f"{peer.name}: {theirs.size} numbers, furthest {most:.1f} standard errors from the exact ones"
        return (True, words) if most <= FAR else (False, f"NOT THE SAME as {words}; not timed")
    most = float(np.max(apart / np.maximum(np.abs(ours.numbers), 1e-300)))
    if most > peer.agrees:
        return False, f"NOT THE SAME as {peer.name}, relative difference {most:.0e}; not timed"
    return True, f"the same {theirs.size} numbers as {peer.name} to {max(most, 1e-16):.0e}"


def starts() -> list[dict[str, Any]]:
    """Seconds of whole commands from the start of the process, and of the processor, medians of five."""
    found = []
    for label, arguments, _ in STARTS:
        call = [sys.executable, "-m", "onearm", *arguments]
        wall, cpu = [], []
        for _ in range(6):
            used, begin = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
            done = subprocess.run(call, capture_output=True, text=True, cwd=HERE.parent)
            wall.append(time.perf_counter() - begin)
            after = resource.getrusage(resource.RUSAGE_CHILDREN)
            cpu.append(after.ru_utime + after.ru_stime - used.ru_utime - used.ru_stime)
        row = {"label": label, "load": os.getloadavg()[0], "code": done.returncode}
        found.append({**row, "seconds": statistics.median(wall[1:]), "cpu": statistics.median(cpu[1:])})
    return found


def main() -> None:
    """Measure, print, write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="leave out the peers that take long")
    parser.add_argument("--peers", default=os.environ.get("ONEARM_PEERS", sys.executable), help="their Python")
    parser.add_argument("--only", default="", help="jobs whose label contains this; `commands` for whole commands")
    parser.add_argument("--out", type=Path, default=HERE.parent / "docs" / "evidence", help="folder for both files")
    options = parser.parse_args()
    kept = options.out / "design_speed.json"
    before = json.loads(kept.read_text()) if kept.exists() else {"jobs": [], "commands": []}
    found = {row["label"]: Measured(**row) for row in before["jobs"]}
    for job in JOBS:
        if options.only.lower() in job.label.lower():
            m = found[job.label] = measure(job, options.quick, options.peers, found.get(job.label))
            ratios = ", ".join(f"{n} {s / m.ours:,.1f} x ({m.peers_cpu[n] / m.cpu:,.1f})" for n, s in m.peers.items())
            console.print(f"{job.label}: {1e3 * m.ours:,.2f} ms ({1e3 * m.cpu:,.2f}); {ratios}; {'; '.join(m.said)}")
            save(options.out, found, before["commands"])
    if options.only.lower() in "commands":
        commands = starts()
        console.print(commands)
        save(options.out, found, commands)


def save(folder: Path, found: dict[str, Measured], commands: list[dict[str, Any]]) -> None:
    """The page and its numbers, after each job: a run that is stopped has not been for nothing."""
    folder.mkdir(parents=True, exist_ok=True)
    rows = {job.label: asdict(found[job.label]) for job in JOBS if job.label in found}
    (folder / "design_speed.md").write_text(page(JOBS, rows, commands), encoding="utf-8")
    body = {"jobs": list(rows.values()), "commands": commands}
    (folder / "design_speed.json").write_text(json.dumps(body, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
