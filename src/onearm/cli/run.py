"""The work behind `onearm run`: load, analyse, write."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

from onearm.cli import show


@dataclass(frozen=True, slots=True)
class Done:
    """What a run tells the person who started it."""

    key: list[tuple[str, str, str]]
    notice: str
    clock: dict[str, float]


def run_folder(folder: Path, out: Path, seed: int, quiet: bool) -> Done:
    """Run one trial folder and write its results to ``out``."""
    clock: dict[str, float] = {}
    start = time.perf_counter()
    from onearm import report
    from onearm.io.folder import check_target
    from onearm.io.load import load
    from onearm.io.write import timed, write_results
    from onearm.study import run

    clock["import numpy, polars, pydantic"] = time.perf_counter() - start
    check_target(out)
    with show.progress(quiet) as say:
        say("reading protocol and tables")
        with timed(clock, "read and check"):
            trial = load(folder)
        say("analysing")
        with timed(clock, "analyse"):
            results = run(trial, seed)
        write_results(trial, results, out, seed=seed, say=say, clock=clock)
    clock["whole"] = time.perf_counter() - start
    if not quiet:
        show.findings(f for f in trial.findings if f.severity == "warning")
    key = [(line.label, line.text, line.id) for line in report.key_lines(results)]
    return Done(key, results.header.notice, clock)
