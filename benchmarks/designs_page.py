"""The page of `benchmarks/designs.py`: a row for each job, and what must be known to read it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from designs_jobs import Job

STARTS = (
    ("`onearm design simon`, from the start of the process",
     ("design", "simon", "--p0", "0.1", "--p1", "0.3", "--alpha", "0.05", "--beta", "0.2"), 1.0),
    ("`onearm monitor examples/mini-hcvd-ino`, from the start of the process",
     ("monitor", "examples/mini-hcvd-ino"), 4.0),
)  # fmt: skip
"""(label, arguments, seconds it should stay below)."""

WHY = (
    (
        "Simon, 0.3 v 0.5",
        "at the floor, on either side of it from run to run. ph2simon visits some four million designs at 3 ns each; "
        "ours leaves nearly all of them out by bounds, and what is left is a few hundred calls of NumPy at 3 to 40 "
        "microseconds each, about a quarter of them to fill tables and to write the records.",
    ),
    (
        "onearm monitor",
        "by the profile a fifth is the import of SciPy, which the rules on event times need and the bundled trial's do "
        "not; a third is the history, which takes the tables as of each day again to count the outcomes.",
    ),
)
"""(word of the label, why): shown where a floor is missed."""

BUSY = 2.5  # processes that want the two cores: beyond it, times of the clock say little

HEAD = """# Speed of designs and operating characteristics

Made by `python benchmarks/designs.py`: each job beside its peers on the same problem in one run, one thread, medians.
`--quick` leaves out what takes long, `--only WORD` repeats some rows, `--peers PYTHON` names the interpreter that runs
the simulations in NumPy. A ratio is a peer's time over ours. Times are those of the clock; those of the processor stand
beside them in brackets, and so does the ratio of processor times. "Load" is the number of processes that wanted the
two cores when ours was timed; above 2.5 a floor is judged by the processor. Ratios move by a third between runs. A
peer's time counts only when its numbers are ours: an exact one's to 1e-9, a simulation's within five standard errors.

Peers: **clinfun** as a package could not be had: CRAN was not reachable, Debian does not carry it. The code of its
`ph2simon` (Fortran) and `twostage.admissible` was taken from its public repository, veseshan/clinfun (`src/ph2simon.f`
of commit 1724f3f, `R/ph2simon.R` of 20f0338), and built with R's own flags (gfortran -O2) into a package of these two
functions; none of it is part of this project, and where R does not find clinfun the row says so. For Python a search of
documentation found no package with Simon's designs; PyPI was asked for lrstat, which has them in R, and has none that
fits. "R, all designs" and "R, all rules" are searches in R that follow the definitions and leave nothing out.
rpact 3.3.4 is Debian's. BOP2's own programs could not be had; the peer is kinder
than they are: one set of 10,000 trials is drawn under each hypothesis and serves all 10,000 rules, of which 20 are
timed and counted 500 times. Of two endpoints, each simulated trial is drawn to its end in whole arrays (NumPy), or
patient by patient until it stops (R loop).

Two rows lie near their floor: "Simon, 0.3 v 0.5, n up to 100" came out between 9.9 x and 11.2 x in several runs, and
"tables, boundaries and 6 pairs" between 5.2 and 6.4 ms of the processor, the larger ones with other processes waiting.

| job | ours, ms (processor) | load | peer | peer, ms (processor) | ratio (by processor) | floor | met |
|---|---|---|---|---|---|---|---|
"""


def page(jobs: Sequence[Job], rows: Mapping[str, Mapping[str, Any]], commands: Sequence[Mapping[str, Any]]) -> str:
    """Markdown."""
    lines = [line for job in jobs if job.label in rows for line in _lines(job, rows[job.label])]
    lines += [_start(row) for row in commands]
    said = [f"* {job.label}: {'; '.join(rows[job.label]['said'])}." for job in jobs
            if rows.get(job.label, {}).get("said")]  # fmt: skip
    missed = [f"* {job.label}: {_why(job.label)}" for job in jobs if job.label in rows
              and any("**no**" in line for line in _lines(job, rows[job.label]))]  # fmt: skip
    missed += [f"* {row['label']}: {_why(row['label'])}" for row in commands if "**no**" in _start(row)]
    notes = ["", "Agreement and what else was seen:", "", *said, "", "## Floors that are missed, and why", ""]
    return HEAD + "\n".join([*lines, *notes, *(missed or ["None."])]) + "\n"


def _lines(job: Job, row: Mapping[str, Any]) -> Iterable[str]:
    """A line for each peer that was there or has a floor; the limit in seconds, if any, on the first."""
    floors, peers = dict(job.floors), row["peers"]
    first = f"| {job.label} | {_times(row['ours'], row['cpu'])} | {row['load']:.1f}"
    judged = row["cpu"] if row["load"] > BUSY else row["ours"]
    limit = "" if job.below is None else f"below {_limit(job.below)}"
    kept = "" if job.below is None else _met(judged < job.below, row["load"])
    if not (floors or peers):
        yield f"{first} | | | | {limit} | {kept} |"
    for name in dict.fromkeys([*floors, *peers]):
        floor, seconds = floors.get(name), peers.get(name)
        asked = limit if floor is None else f"{floor:,g} x"
        if seconds is None:
            yield f"{first} | {name} | not timed | | {asked} | {kept} |"
        else:
            ratio, worked = seconds / row["ours"], row["peers_cpu"][name] / row["cpu"]
            met = kept if floor is None else _met((worked if row["load"] > BUSY else ratio) >= floor, row["load"])
            shown = f"{_times(seconds, row['peers_cpu'][name])} | {ratio:,.1f} ({worked:,.1f})"
            yield f"{first} | {name} | {shown} | {asked} | {met} |"
        first, limit, kept = "| | | ", "", ""


def _times(seconds: float, processor: float) -> str:
    return f"{1e3 * seconds:,.{2 if seconds < 1 else 0}f} ({1e3 * processor:,.{2 if processor < 1 else 0}f})"


def _limit(seconds: float) -> str:
    return f"{seconds:g} s" if seconds >= 1 else f"{1e3 * seconds:g} ms"


def _met(good: bool, load: float) -> str:
    return ("yes" if good else "**no**") + (" (by processor)" if load > BUSY else "")


def _why(label: str) -> str:
    return next((why for word, why in WHY if word in label), "no reason is known.")


def _start(row: Mapping[str, Any]) -> str:
    """A whole command; one that does not exist or fails says so."""
    below = next(seconds for label, _, seconds in STARTS if label == row["label"])
    if row["code"]:
        return f"| {row['label']} | not timed: ended with code {row['code']} | | | | | below {below:g} s | |"
    judged = row["cpu"] if row["load"] > BUSY else row["seconds"]
    times = f"{_times(row['seconds'], row['cpu'])} | {row['load']:.1f}"
    return f"| {row['label']} | {times} | | | | below {below:g} s | {_met(judged < below, row['load'])} |"
