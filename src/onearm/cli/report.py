"""`onearm report`: the documents that people send, from the results of a run."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from onearm.cli import show

_FORMATS = "html, pdf, docx, md, rtf (tables) and ars (CDISC JSON), joined by commas [default: all installed]."


def report(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A trial folder after a run, or a folder of results.")],
    form: Annotated[list[str] | None, typer.Option("--format", metavar="NAMES", help=_FORMATS)] = None,
    kind: Annotated[
        list[str] | None, typer.Option("--kind", metavar="NAMES", help="report, summary [default: both].")
    ] = None,
    sections: Annotated[
        list[str] | None, typer.Option("--sections", metavar="NAMES", help="Sections of the report, in order.")
    ] = None,
    template: Annotated[
        Path | None, typer.Option("--template", metavar="FILE", help="A Word document whose styles are used.")
    ] = None,
    figures: Annotated[
        list[str] | None, typer.Option("--figures", metavar="NAMES", help="Figures as files too: svg, pdf, png.")
    ] = None,
    interactive: Annotated[
        bool, typer.Option("--interactive", help="HTML: the main curve also answers the pointer.")
    ] = False,
    out: Annotated[Path | None, typer.Option("--out", help="Folder for them [default: DIR/documents].")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    quiet: Annotated[bool, typer.Option("-q", "--quiet", help="No progress, no summary.")] = False,
) -> None:
    """Write report and summary as HTML, PDF, Word and Markdown, tables as RTF and numbers as CDISC JSON."""
    from onearm.io.document_files import FORMATS, KINDS, Wish, chosen, installed
    from onearm.io.documents import parts_of, write_documents

    wish = Wish(
        formats=chosen(form) if form else installed(FORMATS),
        kinds=chosen(kind) if kind else KINDS,
        sections=chosen(sections or ()),
        template=template,
        figures=chosen(figures or ()),
        interactive=interactive,
    )
    with show.progress(quiet) as say:
        target, files, older = write_documents(folder, out, wish, say)
    if not form and "rtf" not in wish.formats and not quiet:
        show.note('left out: tables.rtf, which needs the extra `rtf`: pip install "onearm[rtf]"')
    if as_json:
        show.as_json({"folder": str(target), "files": list(files), "older": older})
    elif not quiet:
        show.out(f"{target}: {parts_of(files)}")
    if older and not quiet:
        show.note("the trial's files have changed since the run; `onearm run` again before these are sent")
