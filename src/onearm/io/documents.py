"""Documents to send, from a folder of results: report and summary in each format, tables as listings, numbers."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from onearm.changes import Origin
from onearm.errors import UsageError, listed, near
from onearm.io.either import changed_since
from onearm.io.export import plain_name
from onearm.io.folder import MARK, check_target, write_folder
from onearm.io.results import CHANGED, read_results
from onearm.report.compose import Provenance, compose
from onearm.report.compose.own import unknown
from onearm.report.document import Document, Tabled
from onearm.results import Results

COMMAND = "onearm report"
KINDS = ("report", "summary")
FORMATS = ("html", "pdf", "docx", "md", "rtf", "ars")
PICTURES = ("svg", "pdf", "png")
"""Formats in which figures are written on their own; PNG has 300 dpi."""

_LARGEST = 50_000_000

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


def write_documents(place: Path, out: Path | None, wish: Wish, say: Say) -> tuple[Path, tuple[str, ...], bool]:
    """Write the documents of a folder of results; earlier ones stay as they are when anything fails.

    Parameters
    ----------
    place
        A folder of results, a trial folder with ``results/``, or a results.json.
    out
        The folder to write; ``documents`` beside the results when it is not given. Documents that an earlier call made
        there from the same results stay.
    wish
        What is asked for.
    say
        Told what is being done.

    Returns
    -------
    tuple
        The folder, the names of the files written, and whether the trial's files are no longer those of the results.

    Raises
    ------
    UsageError
        What `onearm.io.results.read_results`, `onearm.report.compose` and the writers raise; U320 to U322 when the
        folder cannot be written, U396 for a format that is not known, U397 for a template that cannot be read.
    """
    results, origin = read_results(place)
    if CHANGED in origin.why:
        raise UsageError.one("U382", origin.name, origin.why, "run `onearm run` again, or put the file back as it was")
    home = _home(place)
    target = home / "documents" if out is None else out
    _refuse_inside(target, home)
    check_target(target, COMMAND)
    if problems := unknown(results):
        raise UsageError(problems)
    say("laying out")
    template = _template(results, wish, home)
    kept = _kept(target, _sha(results.to_json().encode()))
    made, files = _made(results, origin, wish, template, say)
    body = {
        "trial": results.header.trial,
        "command": COMMAND,
        "results": made.digest,
        "outputs": {name: _sha(content) for name, content in sorted({**kept, **files}.items())},
    }
    text = (json.dumps(body, indent=1, ensure_ascii=False) + "\n").encode()
    write_folder(target, {**kept, **files, MARK: text}, COMMAND)
    return target, tuple(files), bool(changed_since(origin))


def _made(
    results: Results, origin: Origin, wish: Wish, template: bytes | None, say: Say
) -> tuple[_Maker, dict[str, bytes]]:
    """Everything asked for. Results that no manifest vouches for may hold what no run wrote: they are refused then."""
    try:
        made = _Maker(results, origin, wish, template, say)
        return made, made.files()
    except (ValueError, TypeError, KeyError, IndexError, AttributeError, ArithmeticError) as problem:
        if origin.manifest:
            raise
        says = f"these results cannot be laid out ({type(problem).__name__}: {str(problem)[:150]})"
        raise UsageError.one("U302", origin.name, says, "run `onearm run` again") from None


def _refuse_inside(target: Path, home: Path) -> None:
    """Documents stand in no folder whose files are read or written by other commands."""
    whole = target.absolute().resolve()
    for name in ("results", "data", "external", "published"):
        inside = (home / name).absolute().resolve()
        if whole == inside or inside in whole.parents:
            says = f"documents cannot stand in {name}/ of the trial"
            raise UsageError.one("U320", str(target), says, "name another folder with --out")


@dataclass(slots=True)
class _Maker:
    """Makes each file once; what several need is made once too."""

    results: Results
    origin: Origin
    wish: Wish
    template: bytes | None
    say: Say
    digest: str = field(init=False)
    tables: Mapping[str, Any] = field(init=False)
    drawings: Mapping[str, Any] = field(init=False)
    drawn: dict[tuple[str, str], bytes] = field(default_factory=dict)

    def __post_init__(self) -> None:
        from onearm import figures, tables

        self.digest = _sha(self.results.to_json().encode())
        self.tables = tables.build(self.results)
        self.drawings = figures.plan(self.results)

    def files(self) -> dict[str, bytes]:
        """Every file asked for."""
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


def _home(place: Path) -> Path:
    """The folder beside which documents stand: the trial's."""
    if (place / "results" / "results.json").is_file():
        return place
    return (place if place.is_dir() else place.absolute().parent).absolute().parent


def _template(results: Results, wish: Wish, home: Path) -> bytes | None:
    """The Word document whose styles are used, if any."""
    named = results.outline.word_template
    path = wish.template or (home / named if named else None)
    if path is None or "docx" not in wish.formats:
        return None
    step = "check `report.word_template` in the protocol, or name a file with --template"
    try:
        if path.exists() and not path.is_file():
            raise UsageError.one("U397", str(path), "the Word template is no plain file", step)
        if path.stat().st_size > _LARGEST:
            raise UsageError.one("U397", str(path), "the Word template has more than 50 MB", step)
        return path.read_bytes()
    except OSError as problem:
        says = f"the Word template cannot be read ({problem.strerror})"
        raise UsageError.one("U397", str(path), says, step) from None


def _kept(target: Path, digest: str) -> dict[str, bytes]:
    """Documents that an earlier call made from the same results.

    Raises
    ------
    UsageError
        U320 when a document was changed by hand, or cannot be read: it would be lost.
    """
    try:
        body = json.loads((target / MARK).read_bytes())
        named, same = dict(body["outputs"]), body["results"] == digest
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return {}
    places = {name: target / name for name in named if plain_name(name)}
    found = {name: path for name, path in places.items() if path.is_file() and not path.is_symlink()}
    try:
        files = {name: path.read_bytes() for name, path in found.items()}
    except OSError as problem:
        says = f"an earlier document cannot be read ({problem.strerror})"
        raise UsageError.one(
            "U320", str(problem.filename), says, "move it, or name another folder with --out"
        ) from None
    changed = [name for name, content in files.items() if _sha(content) != named[name]]
    if changed:
        says = f"changed after it was written, and would be lost: {listed(changed, most=5)}"
        raise UsageError.one("U320", str(target), says, "move it, or name another folder with --out")
    return files if same else {}


def documents_older(home: Path, out: Path) -> bool:
    """Whether the documents beside a trial's results were made from other results than those in ``out``."""
    try:
        made_of = json.loads((home / "documents" / MARK).read_bytes())["results"]
        return bool(out == home / "results" and made_of != _sha((out / "results.json").read_bytes()))
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return False


def _sha(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


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


def parts_of(files: Sequence[str]) -> str:
    """What was written, in few words: files of their own by name, figures by number."""
    pictures = sum(name.startswith("figures/") for name in files)
    named = [name for name in files if not name.startswith("figures/")]
    return ", ".join([*named, *([f"{pictures} figures"] if pictures else [])])
