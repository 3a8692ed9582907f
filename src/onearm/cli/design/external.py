"""`onearm design external`: how many patients beside an external control, by the protocol's own comparison."""

from __future__ import annotations

import contextlib
import math
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from onearm.cli import show
from onearm.cli.design.app import Json, design
from onearm.cli.design.numbers import whole
from onearm.errors import UsageError

if TYPE_CHECKING:
    from onearm.study.sample_size import SampleSize
    from onearm.study.truth import Truth


@design.command(
    "external",
    epilog="Example: onearm design external mini-hcvd-ino --comparison salvage_chemo --n 30,48,60 --hazard-ratio 0.6 "
    "--median 6 --follow-up 12 36 --confounding moderate",
)
def external(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A trial folder (with protocol.yaml).")],
    n: Annotated[str, typer.Option("--n", help="Numbers of trial patients: 30,48,60 or 30:60:10.")],
    ratio: Annotated[float | None, typer.Option("--hazard-ratio", help="To be found. Must be stated.")] = None,
    median: Annotated[float | None, typer.Option("--median", help="Of the untreated, months. Must be stated.")] = None,
    follow_up: Annotated[
        tuple[float, float] | None,
        typer.Option("--follow-up", help="Shortest and longest follow-up, months. Must be stated."),
    ] = None,
    confounding: Annotated[
        str | None, typer.Option("--confounding", help="none, moderate, strong or a number. Must be stated.")
    ] = None,
    drift: Annotated[float, typer.Option("--drift", help="External hazard times this, unexplained.")] = 1.0,
    missing: Annotated[float, typer.Option("--missing", help="Share of external covariate values missing.")] = 0.0,
    beyond: Annotated[
        str, typer.Option("--external", help="Numbers of external patients [default: as many as the folder has].")
    ] = "",
    comparison: Annotated[
        str | None, typer.Option("--comparison", help="Of the protocol [default: the only one].")
    ] = None,
    method: Annotated[
        list[str] | None, typer.Option("--method", help="Of the comparison; may be given again [default: primary].")
    ] = None,
    power: Annotated[float, typer.Option("--power", help="The power wanted.")] = 0.8,
    replicates: Annotated[int, typer.Option("--replicates", min=2, max=1_000_000, help="Runs at each size.")] = 500,
    seed: Annotated[int, typer.Option("--seed", min=0, help="Seed of everything drawn.")] = 1,
    processes: Annotated[int, typer.Option("--processes", min=1, max=256, help="The numbers stay the same.")] = 1,
    out: Annotated[Path | None, typer.Option("--out", help="Write table, picture and JSON into this folder.")] = None,
    as_json: Json = False,
    quiet: Annotated[bool, typer.Option("-q", "--quiet", help="No progress.")] = False,
) -> None:
    """Sample size beside an external control: the protocol's comparison simulated at each size."""
    from onearm.io.load import load
    from onearm.io.sample_size import COMMAND, check_target, values, write_sample_size
    from onearm.study.sample_size import sample_size

    truth = _truth(ratio, median, follow_up, confounding, drift, missing)
    others = whole("--external", beyond) if beyond else ()
    sizes = whole("--n", n)
    if out is not None:
        check_target(out, COMMAND)
    trial = load(folder)
    total = len(sizes) * max(1, len(others)) * replicates
    try:
        with _told(total, quiet) as told, _executor(processes) as executor:
            found = sample_size(
                trial, sizes, truth, comparison=comparison, external=others, chosen=tuple(method or ("primary",)),
                power=power, runs=replicates, seed=seed, executor=executor, told=told,
            )  # fmt: skip
    except ValueError as problem:
        raise _wrong(str(problem)) from None
    if out is not None:
        write_sample_size(found, out, dict(trial.digests))
        show.note(f"wrote {out}")
    if as_json:
        show.as_json(values(found))
        return
    for line in heading(found):
        show.out(line)
    show.columns(rows(found))
    for line in found.found:
        show.out(line)


def _truth(
    ratio: float | None,
    median: float | None,
    follow_up: tuple[float, float] | None,
    confounding: str | None,
    drift: float,
    missing: float,
) -> Truth:
    """What is stated, or an error that names everything that is not."""
    from onearm.study.truth import STRENGTHS, Truth

    if ratio is None or median is None or follow_up is None or confounding is None:
        asked = {"hazard-ratio": ratio, "median": median, "follow-up": follow_up, "confounding": confounding}
        lacking = ", ".join(f"--{name}" for name, value in asked.items() if value is None)
        raise UsageError.one("U356", "design external", f"not stated: {lacking}", "state it: nothing of it is guessed")
    try:
        strength = STRENGTHS[confounding] if confounding in STRENGTHS else float(confounding)
    except ValueError:
        raise _wrong(f"confounding {confounding!r} is neither {', '.join(STRENGTHS)} nor a number") from None
    try:
        return Truth(
            hazard_ratio=ratio, confounding=strength, drift=drift, missing=missing, median_months=median,
            follow_up_months=follow_up,
        )  # fmt: skip
    except ValueError as problem:
        raise _wrong(str(problem)) from None


def _wrong(says: str) -> UsageError:
    return UsageError.one("U356", "design external", says, "see `onearm design external --help`")


@contextlib.contextmanager
def _told(total: int, quiet: bool) -> Iterator[Callable[[int], object]]:
    """A bar on stderr, where somebody looks at it."""
    if quiet or not sys.stderr.isatty():
        yield lambda _: None
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("simulating", total=total)
        yield lambda done: bar.update(task, completed=done)


@contextlib.contextmanager
def _executor(processes: int) -> Iterator[Any]:
    """Processes that start from nothing: threads of the libraries do not survive a fork."""
    if processes == 1:
        yield None
        return
    from concurrent.futures import ProcessPoolExecutor
    from multiprocessing import get_context

    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as executor:
        yield executor


def heading(found: SampleSize) -> Iterator[str]:
    """Everything that was assumed, and what the columns mean."""
    yield f"Comparison {found.comparison}: {found.runs} runs a size, seed {found.seed}. Assumed, not estimated:"
    yield from (f"  {words}" for words in found.words)
    yield "power: share of runs that claim the stated effect; with gates: and in which every gate held; +-: Monte Carlo"
    yield "standard error of the number before it; type I: both sides; true HR: marginal, in the estimand's population;"
    yield "bias, cover: of the log hazard ratio and of its limits; eff.: mean effective number; lost: mean number of"
    yield "trial patients without a place; overlap: mean overlap coefficient of the scores before weighting; gate"
    yield "fails, no HR: shares of runs."


_HEAD = (
    "method", "estimand", "n", "external", "power", "+-", "with gates", "+-", "type I", "+-", "true HR", "bias", "+-",
    "cover", "+-", "eff. n", "eff. external", "lost", "overlap", "gate fails", "no HR",
)  # fmt: skip


def rows(found: SampleSize) -> Iterator[tuple[str, ...]]:
    """The table, its heads first."""
    yield _HEAD
    for r in found.rows:
        shares = (
            r.power, r.power_error, r.held, r.held_error, r.type_one, r.type_one_error, math.exp(r.true_log_ratio),
            r.bias, r.bias_error, r.coverage, r.coverage_error,
        )  # fmt: skip
        patients = (r.effective_trial, r.effective_external, r.lost)
        yield (
            r.method,
            r.estimand,
            str(r.trial),
            str(r.external),
            *("-" if v is None else f"{v:.3f}" for v in shares),
            *(f"{v:.1f}" for v in patients),
            *("-" if v is None else f"{v:.2f}" for v in (r.overlap, r.gate_failed, r.refused)),
        )
