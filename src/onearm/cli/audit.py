"""`onearm audit`: a published text and what arithmetic allows of its numbers."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from onearm.cli import show


def audit(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A text: .txt, .md, .docx or .pdf.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    html: Annotated[
        Path | None, typer.Option("--html", metavar="OUT", help="Write the text, marked, as a page.")
    ] = None,
    quiet: Annotated[bool, typer.Option("-q", "--quiet", help="No progress, no summary.")] = False,
) -> None:
    """Hold a published text against arithmetic, one line a statement; exit 1 when something does not fit."""
    from onearm.audit import as_values, page, rows, summary
    from onearm.audit.table import HEAD
    from onearm.io.folder import write_text
    from onearm.io.manuscript import read_text
    from onearm.stats.consistency import audit_text

    found = audit_text(read_text(file))
    if html is not None:
        write_text(html, page(found, file.name), inputs=[file])
    if as_json:
        show.as_json({"file": str(file), **as_values(found)})
    elif lines := rows(found):
        show.columns([HEAD, *lines])
    else:
        show.out("no statement of numbers that can be tested was found")
    if not quiet:
        for line in summary(found) if not as_json else []:
            show.note(line)
        if html is not None:
            show.note(f"wrote {html}")
    raise typer.Exit(0 if found.consistent else 1)
