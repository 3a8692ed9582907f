"""What `onearm report` is asked for, and the files that answer it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from onearm.changes import Origin
from onearm.errors import UsageError, listed, near
from onearm.report.compose import Provenance, compose
from onearm.report.document import Document, Tabled
from onearm.results import Results

KINDS = ("report", "summary")
FORMATS = ("html", "pdf", "docx", "md", "rtf", "ars")
PICTURES = ("svg", "pdf", "png")
"""Formats in which figures are written on their own; PNG has 300 dpi."""

Say = Callable[[str], object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What is asked for.

    Parameters
    ----------
    formats
        Of `FORMATS`; ``rtf`` are all tables as listings, ``ars`` all numbers in CDISC's Analysis Results Standard.
    kinds
        Of `KINDS`.
    sections
        Sections of the report in order, in place of the protocol's.
    template
        A Word document whose styles are used, in place of the protocol's.
    figures
        Of `PICTURES`: figures as files of their own.
    interactive
        Whether the main curve of an HTML page answers the pointer; needs the extra ``interactive``.
    """

    formats: tuple[str, ...] = FORMATS
    kinds: tuple[str, ...] = KINDS
    sections: tuple[str, ...] = ()
    template: Path | None = None
    figures: tuple[str, ...] = ()
    interactive: bool = False

    def __post_init__(self) -> None:
        for name, allowed in (("formats", FORMATS), ("kinds", KINDS), ("figures", PICTURES)):
            if not getattr(self, name) and name != "figures":
                raise UsageError.one("U396", name, f"none of the {name} is named", f"use {listed(allowed, most=9)}")
            for word in getattr(self, name):
                if word not in allowed:
                    says = f'"{word}" is none of the {name}{near(word, allowed)}'
                    raise UsageError.one("U396", word, says, f"use {listed(allowed, most=9)}")


@dataclass(slots=True)
class Maker:
    """Makes each file once; what several need is made once too."""

    results: Results
    origin: Origin
    wish: Wish
    template: bytes | None
    say: Say
    tables: Mapping[str, Any] = field(init=False)
    drawings: Mapping[str, Any] = field(init=False)
    drawn: dict[tuple[str, str], bytes] = field(default_factory=dict)

    def files(self) -> dict[str, bytes]:
        """Every file asked for."""
        from onearm import figures, tables

        self.tables = tables.build(self.results)
        self.drawings = figures.plan(self.results)
        files: dict[str, bytes] = {}
        for kind in self.wish.kinds:
            document = self.document(kind)
            for form in self.wish.formats:
                if form in ("rtf", "ars"):
                    continue
                self.say(f"writing the {kind} ({form})")
                files[f"{kind}.{form}"] = self.written(document, form)
                if form == "md":
                    files |= {f"figures/{n}.png": self.picture(n, "png") for n in document.figures()}
        files |= self.of_all()
        for form in self.wish.figures:
            for name in self.drawings:
                self.say(f"drawing {name} ({form})")
                files[f"figures/{name}.{form}"] = self.picture(name, form)
        return files

    def of_all(self) -> dict[str, bytes]:
        """What holds everything, whatever the kind: tables as listings, numbers for machines."""
        files = {}
        if "rtf" in self.wish.formats:
            from onearm.report.writers.rtf import to_rtf

            self.say("writing the tables (rtf)")
            report = self.document("report")
            order = {b.table.id: b.table for b in report.blocks() if isinstance(b, Tabled)}
            files["tables.rtf"] = to_rtf({**order, **self.tables}.values(), report)
        if "ars" in self.wish.formats:
            from onearm.results.ars import to_ars, to_text

            self.say("writing the numbers (ars)")
            files["ars.json"] = to_text(to_ars(self.results, self.tables.values())).encode()
        return files

    def document(self, kind: str) -> Document:
        """The report or the summary, composed."""
        sections = self.wish.sections if kind == "report" or self.wish.kinds == ("summary",) else ()
        found = provenance(self.origin)
        return compose(self.results, self.tables, self.drawings, kind, sections=sections, provenance=found)

    def written(self, document: Document, form: str) -> bytes:
        """A document in one format."""
        if form == "html":
            from onearm.report import page

            drawn = self.pictures(document, "svg")
            return page(document, self.results, drawn, interactive=self.wish.interactive).encode()
        if form == "pdf":
            from onearm.report.writers.pdf import to_pdf

            return to_pdf(document, self.pictures(document, "svg"))
        if form == "docx":
            from onearm.report.writers.word import to_docx

            return to_docx(document, self.pictures(document, "png"), self.template)
        from onearm.report.writers.markdown import to_markdown

        return to_markdown(document, {name: f"figures/{name}.png" for name in document.figures()}).encode()

    def pictures(self, document: Document, form: str) -> dict[str, bytes]:
        """The figures that a document shows."""
        return {name: self.picture(name, form) for name in document.figures()}

    def picture(self, name: str, form: str) -> bytes:
        """One figure, drawn once for each format."""
        if (name, form) not in self.drawn:
            from onearm import figures

            self.say(f"drawing {name} ({form})")
            self.drawn[name, form] = figures.rendered(self.drawings[name], form)
        return self.drawn[name, form]


def provenance(origin: Origin) -> Provenance:
    """What the results were made from, as their manifest says; nothing where there is none."""
    if not origin.manifest:
        return Provenance()
    facts = (("onearm", origin.software.removeprefix("onearm ")), ("seed", str(origin.seed)))
    return Provenance(inputs=tuple(origin.inputs.items()), software=tuple(origin.libraries.items()), facts=facts)


def installed(formats: Sequence[str]) -> tuple[str, ...]:
    """The formats whose packages are there: ``rtf`` is an extra.

    Examples
    --------
    >>> installed(["html", "pdf"])
    ('html', 'pdf')
    """
    return tuple(f for f in formats if f != "rtf" or find_spec("rtflite") is not None)


def chosen(words: Iterable[str]) -> tuple[str, ...]:
    """Words of an option that may stand apart or be joined by commas.

    Examples
    --------
    >>> chosen(["pdf,docx", "md"])
    ('pdf', 'docx', 'md')
    """
    return tuple(dict.fromkeys(one.strip() for word in words for one in word.split(",") if one.strip()))
