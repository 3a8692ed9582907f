"""The work behind `onearm run`: load, analyse, write."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from onearm.cli import show
from onearm.errors import OnearmError

if TYPE_CHECKING:
    from onearm.study import Trial


@dataclass(frozen=True, slots=True)
class Done:
    """What a run tells the person who started it."""

    key: list[tuple[str, str, str]]
    notice: str
    clock: dict[str, float]


def _loaded(folder: Path, out: Path) -> Trial:
    """Load the folder; when that fails, say that what stands in ``out`` is older."""
    from onearm.io.load import load

    try:
        return load(folder)
    except OnearmError:
        if (out / "manifest.json").is_file():
            show.note(f"the results in {out} are those of an earlier run; they are left as they are")
        raise


def run_folder(folder: Path, out: Path, seed: int, quiet: bool) -> Done:
    """Run one trial folder and write its results to ``out``."""
    clock: dict[str, float] = {}
    start = time.perf_counter()
    import_module("numpy")
    import_module("polars")
    clock["import numpy, polars"] = time.perf_counter() - start
    from onearm import report
    from onearm.io.documents import documents_older
    from onearm.io.folder import check_target
    from onearm.io.lock import record_look
    from onearm.io.write import timed, write_results
    from onearm.study import run

    clock["import the rest"] = time.perf_counter() - start - clock["import numpy, polars"]
    check_target(out)
    with show.progress(quiet) as say:
        say("reading protocol and tables")
        with timed(clock, "read and check"):
            trial = _loaded(folder, out)
        say("analysing")
        with timed(clock, "analyse"):
            results = run(trial, seed)
        if trial.protocol.comparisons and not record_look(folder, trial.lock):
            show.note(f"this look at outcomes could not be recorded in {folder}")
        write_results(trial, results, out, seed=seed, say=say, clock=clock)
    clock["whole"] = time.perf_counter() - start
    if not quiet:
        show.findings(f for f in trial.findings if f.severity == "warning")
    from onearm.report.compose.own import unknown

    show.findings(replace(f, severity="warning") for f in unknown(results))
    if not quiet and documents_older(folder, out):
        show.note(f"the documents in {folder / 'documents'} are of earlier results; `onearm report` makes them anew")
    key = [(line.label, line.text, line.id) for line in report.key_lines(results)]
    return Done(key, results.header.notice, clock)
