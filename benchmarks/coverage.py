"""Coverage of every interval and size of every test in samples of 20, 48 and 100, written as a table.

usage: python benchmarks/coverage.py [--replicates 4000] [--seed 1] [--out docs/evidence] [--only FAMILY ...]

Each cell (family, setting, n) draws from its own child of the seed, so that ``--only`` repeats some families and
keeps the other rows of the table as they are. The numbers depend on seed and replicates alone.
"""

from __future__ import annotations

import argparse
import sys
import warnings
from pathlib import Path

from rich.console import Console
from rich.progress import track


def main() -> None:
    """Simulate and write."""
    sys.path[0] = str(Path(__file__).resolve().parents[1])  # not this folder, whose coverage.py is not the package
    from benchmarks.coverage_binomial import exact_rows
    from benchmarks.coverage_cells import run_cell
    from benchmarks.coverage_families import FAMILIES, PROPORTIONS, TITLES
    from benchmarks.coverage_report import read_rows, write_report

    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else None)
    parser.add_argument("--replicates", type=int, default=4000, help="data sets a cell; slow kernels take a share")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, default=Path("docs/evidence"))
    parser.add_argument("--only", nargs="+", choices=list(TITLES), help="families to repeat")
    chosen = parser.parse_args()
    warnings.simplefilter("error")
    names = chosen.only or list(TITLES)
    table = chosen.out / "coverage.csv"
    chosen.out.mkdir(parents=True, exist_ok=True)
    kept = read_rows(table) if chosen.only and table.exists() else []
    rows = [row for row in kept if row["family"] not in names]
    cells = [(f, s, n) for f in FAMILIES if f.name in names for s in f.settings for n in f.sizes]
    console = Console(stderr=True)
    for f, s, n in track(cells, "cells", console=console, disable=not console.is_terminal):
        rows += [row.cells() for row in run_cell(f, s, n, chosen.replicates, chosen.seed)]
    if PROPORTIONS in names:
        rows += [row.cells() for row in exact_rows()]
    order = list(TITLES)
    write_report(sorted(rows, key=lambda row: order.index(row["family"])), chosen.out, chosen.replicates, chosen.seed)


if __name__ == "__main__":
    main()
