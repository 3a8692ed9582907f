"""The page of `benchmarks/external.py`: a row for each floor, and what must be known to read it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from external_jobs import Job

WHY = (
    (
        "nearest",
        "MatchIt 4.7",
        "its time is printed, not of this run. Ours checks its arguments, sorts stably and follows MatchIt's rules on "
        "ties; the prototype that the floor comes from took 0.04, 7 and 90 ms at the sizes but the second.",
    ),
    (
        "optimal pairs, 500",
        "scipy",
        "the prototype that the floor comes from was itself 18 x at this size: linear_sum_assignment is quick on small "
        "problems.",
    ),
    (
        "optimal pairs",
        "MatchIt 4.7 optimal",
        "its time is printed, not of this run; the prototype that the floor comes from, 0.8 and 3.2 ms, was just at "
        "it. Ours checks its arguments, and serves ratios, strata and ties by rule.",
    ),
    ("optimal pairs", "optmatch", "its time is printed, not of this run."),
    (
        "logistic",
        "scikit-learn",
        "ours goes on to machine precision and gives standard errors; lbfgs stops sooner (agreement above).",
    ),
    (
        "logistic",
        "glum",
        "both go to machine precision; ours reads the rows once more to check and to standardize them.",
    ),
)
"""(word of the label, peer, why): shown where a floor is missed."""

BUSY = 2.5  # processes that want the two cores: beyond it, times of the clock say little

HEAD = """# Speed of external controls

Made by `python benchmarks/external.py`: each job beside its peers on the same data in one run, one thread, medians.
`--quick` leaves out what takes minutes, `--only WORD` repeats some rows, `--peers PYTHON` names the interpreter that
holds the Python peers. A ratio is a peer's time over ours; times are those of the clock, ours of the processor stands
beside it, and the ratio of processor times beside that of the clock. "Load" is the number of processes that wanted
the two cores when ours was timed; above 2.5 a floor is judged by the processor. Ratios move by a third between runs.

Peers: R's MatchIt 4.5.1 and Matching 4.10-8 (Debian's packages), `glm.fit` and survival 3.5.3; from PyPI
pymatchit-causal, scikit-learn, glum, tableone, SciPy. **MatchIt 4.7, optmatch and cobalt could not be had**: CRAN was
not reachable and Debian has no package of optmatch. Where the table says *printed*, the peer's time is the one
that was measured earlier on a machine of this kind, not in this run. For optimal pairs
within a caliper there is no printed time of MatchIt itself (its floor was 15 x): it calls optmatch, whose printed time
is the comparison. cobalt's way, one covariate and one weighting after the other, is written out in R and in pandas:
two of the eleven weightings are timed and counted 5.5 times, as each costs the same.
Matching does not pair in our order and its pairs are not compared; at 10,000 v 100,000 it is timed without `--quick`
only (31 and 45 s in a first try), at 100,000 v 1,000,000 it would take hours and is not timed. MatchIt 4.5.1 does not
always give the nearest control (see [its pair lists](matchit_pairs.md)); our total distance is held against a plain
greedy search in R. R's bootstrap loops run 100 replicates, counted ten times.

| job | ours, ms (processor) | load | peer | peer, ms | ratio | by processor | floor | met |
|---|---|---|---|---|---|---|---|---|
"""


def page(jobs: Sequence[Job], rows: Mapping[str, Mapping[str, Any]], whole: Sequence[Mapping[str, Any]]) -> str:
    """Markdown."""
    lines = [line for job in jobs if job.label in rows for line in _lines(job, rows[job.label])]
    lines += [_whole(row) for row in whole]
    said = [
        f"* {job.label}: {'; '.join(rows[job.label]['said'])}." for job in jobs if rows.get(job.label, {}).get("said")
    ]
    stages = [_stages(row) for row in whole if row["kind"] == "pool"]
    notes = ["", "Agreement and what else was seen:", "", *said, *stages, "", "## Floors that are missed, and why", ""]
    missed = [f"* {job.label}: {why}" for job in jobs if job.label in rows for why in _missed(job, rows[job.label])]
    return HEAD + "\n".join([*lines, *notes, *(missed or ["None."])]) + "\n"


def _lines(job: Job, row: Mapping[str, Any]) -> Iterable[str]:
    """A line for each peer that was there or is printed, those with a floor first."""
    floors, printed, peers = dict(job.floors), dict(job.printed), row["peers"]
    ours = f"{1e3 * row['ours']:,.2f} ({1e3 * row['cpu']:,.2f})"
    first = f"| {job.label} | {ours} | {row['load']:.1f}"
    for name in dict.fromkeys([*floors, *peers]):
        seconds = peers.get(name, printed.get(name))
        shown = f"{name}, *printed*" if name not in peers and name in printed else name
        floor = floors.get(name)
        if seconds is None:
            yield f"{first} | {shown} | not timed | | | {floor:,g} x | |"
        else:
            ratio, worked = seconds / row["ours"], row["peers_cpu"].get(name, seconds) / row["cpu"]
            asked = "" if floor is None else f"{floor:,g} x"
            met = "" if floor is None else _met((worked if row["load"] > BUSY else ratio) >= floor, row["load"])
            yield f"{first} | {shown} | {1e3 * seconds:,.1f} | {ratio:,.1f} | {worked:,.1f} | {asked} | {met} |"
        first = "| | | "


def _missed(job: Job, row: Mapping[str, Any]) -> Iterable[str]:
    """Why, for each floor that is not met."""
    for line, (peer, floor) in zip(_lines(job, row), job.floors, strict=False):
        if "**no**" in line:
            words = next((w for label, name, w in WHY if label in job.label and name == peer), "no reason is known.")
            yield f"{floor:g} x {peer}: {words}"


def _met(good: bool, load: float) -> str:
    return ("yes" if good else "**no**") + (" (by processor)" if load > BUSY else "")


def _whole(row: Mapping[str, Any]) -> str:
    load = f"{row['load']:.1f}"
    if row["kind"] == "processes":
        one, two = row["seconds"]
        label = f"the same, {row['replicates']:,} replicates, 500 + 5,000, two processes"
        times = f"{1e3 * two:,.0f} | {load} | one process | {1e3 * one:,.0f} | {one / two:.2f} |"
        met = "both processors were busy" if row["load"] > BUSY else _met(one / two >= 1.7, 0.0)
        return f"| {label} | {times} | 1.7 x | {met} |"
    if row["kind"] == "pool":
        label = "pool of 1e6 rows in Parquet: attrition, score, pairs, balance, digest, hazard ratio"
        seconds = row["cpu"] if row["load"] > BUSY else row["seconds"]
        took = f"{1e3 * row['seconds']:,.0f} ({1e3 * row['cpu']:,.0f}); peak {row['gigabytes']:.2f} GB"
        met = _met(seconds < 10 and row["gigabytes"] < 3, row["load"])
        return f"| {label} | {took} | {load} | | | | | below 10 s, 3 GB | {met} |"
    label = "one covariate changed: pairs, balance, curves, hazard ratio, 48 + 500"
    return (
        f"| {label} | {1e3 * row['seconds']:,.1f} | {load} | | | | | below 100 ms | {_met(row['seconds'] < 0.1, 0.0)} |"
    )


def _stages(row: Mapping[str, Any]) -> str:
    parts = ", ".join(f"{name} {seconds:.1f}" for name, seconds in row["stages"].items())
    return (
        f"* the pool, seconds by stage: {parts}; {row['pairs']} pairs of 500, in a process of its own from its start."
    )
