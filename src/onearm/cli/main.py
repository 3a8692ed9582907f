"""The command line. Each command loads what it needs when it runs, so that `--help` stays quick."""

from __future__ import annotations

import contextlib
import gc
import os
import sys
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from onearm import __version__
from onearm.cli import show
from onearm.cli.audit import audit
from onearm.cli.compare import compare
from onearm.cli.design import design
from onearm.cli.dose import day
from onearm.cli.export import export
from onearm.cli.monitor import known_on
from onearm.cli.regimens import regimens
from onearm.cli.report import report
from onearm.errors import DataError, Finding, OnearmError, ProtocolError

if TYPE_CHECKING:
    from onearm.results import Results

OK, BLOCKED, USAGE, STOPPED = 0, 1, 2, 3

_CALL_MISTAKES: Any = next(c for c in typer.BadParameter.__mro__ if c.__name__ == "ClickException")
"""Whatever typer raises for a mistake in the call; the class has no public name of its own."""

app = typer.Typer(
    name="onearm",
    help="A single-arm oncology trial, from its protocol to its paper.",
    epilog="Example: onearm demo",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

Folder = Annotated[Path, typer.Argument(metavar="DIR", help="A trial folder (with protocol.yaml).")]
Quiet = Annotated[bool, typer.Option("-q", "--quiet", help="No progress, no summary.")]
DoseForm = Literal["table", "csv", "json", "ics", "html", "fhir"]
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def _version(wanted: bool) -> None:
    if wanted:
        show.out(f"onearm {__version__}")
        raise typer.Exit(OK)


@app.callback()
def _root(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    pass


@app.command(epilog="Example: onearm demo my-copy")
def demo(
    directory: Annotated[Path, typer.Argument(metavar="DIR", help="Where to put the copy.")] = Path("mini-hcvd-ino"),
    force: Annotated[bool, typer.Option("--force", help="Put the bundled files back over an earlier copy.")] = False,
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """Copy the bundled trial (invented patients) to DIR, run it, and print its key results."""
    from onearm.cli.start import copy_demo

    copy_demo(directory, force)
    _run(directory, directory / "results", 1, quiet, as_json, False)


@app.command(epilog="Example: onearm new my-trial")
def new(
    directory: Annotated[Path, typer.Argument(metavar="DIR", help="The folder to make.")],
) -> None:
    """Start a trial folder: a commented protocol and empty tables with their headers."""
    from onearm.cli.start import start_folder

    for line in start_folder(directory):
        show.out(line)


@app.command(epilog="Example: onearm check mini-hcvd-ino")
def check(folder: Folder, as_json: Json = False, quiet: Quiet = False) -> None:
    """Say everything that is wrong with protocol, data and planned doses: exit 0 clean, 1 when something blocks."""
    from onearm.cli.check import check as check_folder

    checked = check_folder(folder)
    if as_json:
        show.as_json(show.finding_json(checked.findings))
    else:
        for line in show.finding_lines(checked.findings):
            show.out(line)
    blocking = sum(f.blocks for f in checked.findings)
    if not quiet:
        show.note(f"{blocking} findings that block, {len(checked.findings) - blocking} that do not")
    raise typer.Exit(OK if checked.trial is not None else BLOCKED)


@app.command(epilog="Example: onearm dose mini-hcvd-ino --patient 39 --cycle 1")
def dose(
    folder: Folder,
    patient: Annotated[
        str | None, typer.Option("--patient", help="Patient number, or the subject's name [default: all].")
    ] = None,
    cohort: Annotated[str | None, typer.Option("--cohort", help="Cohort, where a number is in several.")] = None,
    cycle: Annotated[int | None, typer.Option("--cycle", min=1, help="One cycle [default: all].")] = None,
    form: Annotated[
        DoseForm, typer.Option("--format", help="table, csv, json, ics (calendar), html (sheets) or fhir.")
    ] = "table",
    out: Annotated[Path | None, typer.Option("--out", help="Write to this file [default: print].")] = None,
    date: Annotated[
        datetime | None,
        typer.Option("--date", parser=day, metavar="YYYY-MM-DD", help="As of this day [default: today]."),
    ] = None,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Doses in mg with their working, and the calendar, under the version in force; exit 1 when a dose is refused."""
    from onearm.cli.dose import dose as give

    stamp = date or datetime.now().astimezone().replace(microsecond=0)
    found = give(folder, patient, cohort, cycle, "json" if as_json else form, out, stamp)
    if not quiet:
        show.findings(found)
        if out is not None:
            show.note(f"wrote {out}")
    raise typer.Exit(BLOCKED if any(f.blocks for f in found) else OK)


@app.command(epilog="Example: onearm monitor mini-hcvd-ino --as-of 2015-06-30")
def monitor(
    folder: Folder,
    as_of: Annotated[
        datetime | None,
        typer.Option(
            "--as-of", parser=known_on, metavar="YYYY-MM-DD", help="As known on this day [default: all data]."
        ),
    ] = None,
    history: Annotated[bool, typer.Option("--history", help="Also the decision after every patient.")] = False,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Judge the protocol's stopping rules on the data as they stand; exit 3 when a rule stops or suspends the trial."""
    from onearm.cli import monitor as watching

    watched = watching.monitor(folder, as_of.date() if as_of is not None else None, True, quiet)
    if as_json:
        show.as_json(watching.as_json(watched))
    else:
        for line in watching.lines(watched, history):
            show.out(line)
    raise typer.Exit(STOPPED if watching.stops(watched) else OK)


@app.command(epilog="Example: onearm lock mini-hcvd-ino")
def lock(
    folder: Folder,
    seed: Annotated[int, typer.Option("--seed", help="Seed of orders that are random.")] = 1,
    again: Annotated[bool, typer.Option("--again", help="Replace the locked design; asks for --reason.")] = False,
    reason: Annotated[str, typer.Option("--reason", help="Why the design is locked again.")] = "",
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Settle and freeze the design of every comparison, blind to outcomes; exit 1 when a gate fails."""
    from onearm.cli import lock as locking

    written, made = locking.lock(folder, seed, again, reason, quiet)
    if as_json:
        show.as_json(locking.as_json(written, made))
    elif not quiet:
        for line in locking.lines(written, made):
            show.out(line)
    passed = all(g.passed for one in made.values() for found in one.diagnoses.values() for g in found.gates)
    raise typer.Exit(OK if passed else BLOCKED)


@app.command(epilog="Example: onearm simulate mini-hcvd-ino --runs 200 --confounding strong")
def simulate(
    folder: Folder,
    runs: Annotated[int, typer.Option("--runs", min=2, max=1_000_000, help="How often to draw.")] = 200,
    seed: Annotated[int, typer.Option("--seed", min=0, help="Seed of everything drawn.")] = 1,
    ratio: Annotated[float, typer.Option("--hazard-ratio", help="The true one; 1 gives the type I error.")] = 1.0,
    confounding: Annotated[str, typer.Option("--confounding", help="none, moderate, strong or a number.")] = "moderate",
    drift: Annotated[float, typer.Option("--drift", help="External hazard times this, unexplained.")] = 1.0,
    missing: Annotated[float, typer.Option("--missing", help="Share of external covariate values missing.")] = 0.0,
    median: Annotated[float, typer.Option("--median", help="Median of the untreated, months.")] = 9.0,
    follow_up: Annotated[
        tuple[float, float], typer.Option("--follow-up", help="Shortest and longest follow-up, months.")
    ] = (12.0, 60.0),
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Draw trial and external source under a stated truth and say how the protocol's comparison plan behaves."""
    from onearm.cli import simulate as drawing

    stated = {
        "hazard_ratio": ratio,
        "confounding": confounding,
        "drift": drift,
        "missing": missing,
        "median_months": median,
        "follow_up_months": follow_up,
    }
    found = drawing.simulate(folder, runs, seed, stated, quiet)
    if as_json:
        show.as_json(drawing.as_json(found))
        return
    head, *rows = [line.split("\t") for line in drawing.lines(found) if "\t" in line]
    for line in drawing.lines(found):
        if "\t" not in line:
            show.out(line)
    show.columns([tuple(head), *(tuple(r) for r in rows)])


@app.command(epilog="Example: onearm run mini-hcvd-ino --out results")
def run(
    folder: Folder,
    out: Annotated[Path | None, typer.Option("--out", help="Folder for the results [default: DIR/results].")] = None,
    seed: Annotated[int, typer.Option("--seed", help="Seed of whatever is random.")] = 1,
    quiet: Quiet = False,
    as_json: Json = False,
    profile: Annotated[bool, typer.Option("--profile", help="Print where the time went.")] = False,
) -> None:
    """Run the whole analysis and write results, tables, figures, report and manifest."""
    _run(folder, out or folder / "results", seed, quiet, as_json, profile)


def _run(folder: Path, out: Path, seed: int, quiet: bool, as_json: bool, profile: bool) -> None:
    from onearm.cli.run import run_folder

    done = run_folder(folder, out, seed, quiet)
    if as_json:
        show.as_json([{"label": a, "text": b, "id": c} for a, b, c in done.key])
    elif not quiet:
        if done.notice:
            show.out(done.notice)
        show.columns(done.key)
        show.out(f"report: {out / 'report.html'}")
    if profile:
        for name, seconds in done.clock.items():
            show.note(f"{name:<24} {seconds:7.3f} s")


@app.command(epilog="Example: onearm trace mini-hcvd-ino orr")
def trace(
    folder: Folder,
    number: Annotated[
        str,
        typer.Argument(
            metavar="ID", help="The id of a number (see results.csv), or subject:NAME, table:ID, figure:NAME, gate:ID."
        ),
    ],
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Walk from a printed number back to its method, its patients and their lines in the files."""
    from onearm.cli.trace_subject import PREFIX

    if number.startswith(PREFIX):
        _trace_subject(folder, number, as_json)
        return
    from onearm.cli.trace import as_values, lines

    results = _analysed(folder, quiet)
    if as_json:
        show.as_json(as_values(results, number))
        return
    for line in lines(results, number):
        show.out(line)


def _trace_subject(folder: Path, number: str, as_json: bool) -> None:
    """Everything on record about a subject; it needs no analysis."""
    from onearm.cli.trace_subject import subject_lines, subject_values
    from onearm.io.load import load

    trial = load(folder)
    if as_json:
        show.as_json(subject_values(trial, number))
        return
    for line in subject_lines(trial, number):
        show.out(line)


@app.command(epilog="Example: onearm verify mini-hcvd-ino --claims mini-hcvd-ino/claims.yaml")
def verify(
    folder: Folder,
    claims: Annotated[
        Path | None, typer.Option("--claims", help="File of published claims [default: DIR/claims.yaml].")
    ] = None,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Check published claims against the results, one line a claim; exit 1 when any fails."""
    from onearm.claims import verify as check_claims
    from onearm.io.claims import read_claims

    wanted = read_claims(claims or folder / "claims.yaml")
    verdicts = check_claims(_analysed(folder, quiet), wanted)
    if as_json:
        show.as_json([{name: getattr(v, name) for name in v.__slots__} for v in verdicts])
    else:
        show.columns(
            [("", "claim", "published", "ours", "rule", "number")]
            + [("ok" if v.holds else "FAILS", v.claim, v.published, v.ours, v.rule, v.number) for v in verdicts]
        )
    failed = sum(not v.holds for v in verdicts)
    if not quiet:
        show.note(f"{len(verdicts) - failed} of {len(verdicts)} claims hold")
    raise typer.Exit(BLOCKED if failed else OK)


app.command(epilog="Example: onearm audit abstract.txt")(audit)
app.command(epilog="Example: onearm compare results-may results-june")(compare)
app.command(epilog="Example: onearm export mini-hcvd-ino --out results.zip")(export)
app.command(epilog="Example: onearm report mini-hcvd-ino --format pdf,docx")(report)
app.command(epilog="Example: onearm regimens mini-hcvd-odd")(regimens)
app.add_typer(design, name="design")


def _analysed(folder: Path, quiet: bool) -> Results:
    """Results of a folder as it stands; says so when the report beside it was made from something else."""
    from onearm.io.folder import stale
    from onearm.io.load import load
    from onearm.study import run as analyse

    trial = load(folder)
    if not quiet and stale(folder / "results", dict(trial.digests)):
        show.note(f"the report in {folder / 'results'} was made from other inputs than these: run `onearm run` again")
    return analyse(trial)


def main(argv: list[str] | None = None) -> int:
    """Run one command and return its exit status: 0, 1 when something blocks or fails, 2 for a mistake in the call."""
    try:
        status = app(args=argv, standalone_mode=False)
    except _CALL_MISTAKES as problem:
        says = problem.format_message().rstrip(".")
        show.findings([Finding("U300", "error", "command line", says, "see `onearm --help`")])
        status = USAGE
    except (typer.Abort, KeyboardInterrupt):
        show.note("stopped; nothing was changed")
        status = 130
    except OnearmError as problem:
        show.findings(problem.findings)
        status = BLOCKED if isinstance(problem, DataError | ProtocolError) else USAGE
    except BrokenPipeError:
        status = OK
    except SystemExit as stop:  # how typer ends when whoever read the output has seen enough
        status = OK if isinstance(stop.__context__, BrokenPipeError) else int(stop.code or OK)
    except OSError as problem:
        where = str(problem.filename or "")
        show.findings(
            [Finding("U399", "error", where, str(problem.strerror or problem), "check the path and its rights")]
        )
        status = USAGE
    return int(status or OK)


def command() -> None:
    """Entry point of the installed command.

    One process does one command, so garbage is collected rarely, and the process ends without taking the libraries
    apart: everything is written and closed by then.
    """
    gc.set_threshold(1_000_000, 20, 50)
    status = main()
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(BrokenPipeError):  # whoever read the output has seen enough
            stream.flush()
    os._exit(status)
