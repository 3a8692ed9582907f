"""What a warm `onearm run` costs beside its floor: importing numpy, polars and matplotlib and drawing the same figures.

usage: python benchmarks/run_cost.py [TRIAL] [REPEATS]

Both are whole processes, in turn; the medians of processor and wall time and their ratio are printed.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

TRIAL = Path(__file__).parents[1] / "examples" / "mini-hcvd-ino"
FLOOR = """
import sys
import numpy, polars, matplotlib.figure, matplotlib.backends.backend_svg
from onearm import figures
from onearm.results import Results
figures.pictures(Results.from_json(open(sys.argv[1], encoding="utf-8").read()))
"""


def timed(command: list[str]) -> tuple[float, float]:
    """Processor and wall seconds of one process."""
    wall, before = time.perf_counter(), os.times()
    subprocess.run(command, check=True, capture_output=True)
    after = os.times()
    cpu = after.children_user + after.children_system - before.children_user - before.children_system
    return cpu, time.perf_counter() - wall


def main() -> None:
    """Run both in turn and print the table."""
    trial = Path(sys.argv[1]) if len(sys.argv) > 1 else TRIAL
    repeats = int(sys.argv[2]) if len(sys.argv) > 2 else 7
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "results"
        run = [sys.executable, "-m", "onearm", "run", str(trial), "--out", str(out), "-q"]
        floor = [sys.executable, "-c", FLOOR, str(out / "results.json")]
        plain = [sys.executable, "-c", "import onearm"]
        shown = [sys.executable, "-m", "onearm", "--help"]
        timed(run)
        rows: dict[str, list[tuple[float, float]]] = {"onearm run": [], "floor": [], "import onearm": [], "--help": []}
        for _ in range(repeats):
            for name, command in zip(rows, (run, floor, plain, shown), strict=True):
                rows[name].append(timed(command))
    for name, found in rows.items():
        cpu, wall = (statistics.median(v) for v in zip(*found, strict=True))
        print(f"{name:<14} cpu {cpu:6.3f} s   wall {wall:6.3f} s")
    pairs = list(zip(rows["onearm run"], rows["floor"], strict=True))
    for i, kind in enumerate(("cpu", "wall")):
        print(f"run / floor, {kind}: {statistics.median(a[i] / b[i] for a, b in pairs):.2f}")


if __name__ == "__main__":
    main()
