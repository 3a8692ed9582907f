"""`onearm compare`: which numbers changed between two results, and why."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from onearm.cli import show
from onearm.errors import UsageError, listed


def compare(
    before: Annotated[Path, typer.Argument(metavar="A", help="A folder of results, a results.json, or an export.")],
    after: Annotated[Path, typer.Argument(metavar="B", help="The same, of another cut-off, protocol or version.")],
    every: Annotated[bool, typer.Option("--all", help="Print long sections to their end.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    html: Annotated[Path | None, typer.Option("--html", metavar="OUT", help="Write every change as a page.")] = None,
    quiet: Annotated[bool, typer.Option("-q", "--quiet", help="No progress, no summary.")] = False,
) -> None:
    """Say which numbers changed from A to B and why (data, protocol, code); exit 1 when any did."""
    from onearm import changes, report
    from onearm.io.either import changed_since, read_either
    from onearm.io.folder import write_text

    (old, one), (new, two) = read_either(before), read_either(after)
    if html is not None:
        _check_page(html, (before, after))
    key = [line.id for results in (new, old) for line in report.key_lines(results)]
    found = changes.compare(old, new, key=key)
    why = changes.cause(one, two, found.changed, found.moved)
    if html is not None:
        write_text(html, changes.page(found, why, (one, two)), inputs=[Path(one.name), Path(two.name)])
    if as_json:
        show.as_json(changes.as_values(found, why, (one, two)))
    else:
        for line in changes.lines(found, why, (one, two), every=every):
            show.out(line)
    for letter, side in (("A", one), ("B", two)):
        if files := changed_since(side):
            show.note(f"{letter}: {listed(files)} changed after these results were made; they are compared as they are")
    if why.unexplained:
        show.note(f"ERROR: {why.says}")
    if html is not None and not quiet:
        show.note(f"wrote {html}")
    raise typer.Exit(1 if found.changed else 0)


def _check_page(html: Path, sides: tuple[Path, Path]) -> None:
    """Refuse a page that would replace an export, or stand in a folder that only runs and reports write to."""
    from onearm.io.folder import written_by

    place = html.resolve()
    if place in [side.resolve() for side in sides] or any(written_by(folder) for folder in place.parents):
        says = "the file cannot be written: a page does not stand in a folder of results, or in the place of one"
        raise UsageError.one("U322", str(html), says, "name a file elsewhere with --html")
