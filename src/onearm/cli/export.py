"""`onearm export`: a folder of results as one zip, and whether such a zip is whole."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from onearm.cli import show
from onearm.errors import UsageError


def export(
    folder: Annotated[Path | None, typer.Argument(metavar="DIR", help="A folder of results, or of a trial.")] = None,
    out: Annotated[Path | None, typer.Option("--out", metavar="FILE", help="The zip [default: DIR.zip].")] = None,
    check: Annotated[Path | None, typer.Option("--check", metavar="FILE", help="Check a zip instead.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    quiet: Annotated[bool, typer.Option("-q", "--quiet", help="No progress, no summary.")] = False,
) -> None:
    """Put everything that a run wrote into one zip, with digests; with --check exit 1 when a zip is not whole."""
    if (folder is None) == (check is None) or (check is not None and out is not None):
        step = "`onearm export DIR`, or `onearm export --check FILE.zip`"
        raise UsageError.one("U300", "onearm export", "name either a folder to export or a zip to check", step)
    if check is not None:
        raise typer.Exit(_check(check, as_json, quiet))
    assert folder is not None
    from onearm.io.export import export as write

    target, body = write(folder, out)
    if as_json:
        show.as_json({"file": str(target), **body})
    elif not quiet:
        show.out(f"{len(body['files'])} files of {body['trial']}: {target}")


def _check(path: Path, as_json: bool, quiet: bool) -> int:
    from onearm.io.export_check import check_export

    found = check_export(path)
    if as_json:
        show.as_json({"file": str(path), "trial": found.trial, "files": found.files, "problems": list(found.problems)})
    else:
        for problem in found.problems:
            show.out(problem)
        if not quiet and not found.problems:
            show.out(f"whole: {found.files} files of {found.trial}, each as its manifest says")
    return 1 if found.problems else 0
