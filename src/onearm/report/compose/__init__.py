"""From results, tables and figures to a `Document`: which section holds what, in which order, with which numbers.

Each section is built by one function of `BUILDERS`; the protocol chooses among them and orders them. Nothing is
computed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from types import MappingProxyType

from onearm.errors import UsageError, listed, near
from onearm.report.compose import appendix, comparisons, monitored, own
from onearm.report.compose.abstract import abstract
from onearm.report.compose.limitations import limitations
from onearm.report.compose.material import Material, Provenance, Shown, parted
from onearm.report.compose.methods import methods
from onearm.report.compose.phrases import joined, said
from onearm.report.document import Block, Document, Figured, Items, Section, Tabled, Term, Terms
from onearm.report.key import key_lines
from onearm.results import Chapter, Results
from onearm.tables.model import Table

__all__ = ["BUILDERS", "SUMMARY", "Material", "Provenance", "compose", "main_curve"]


def _plain(key: str, title: str, *sections: str) -> Callable[[Material], Section]:
    """A section that holds the figures and tables of some parts of the results."""
    return lambda m: Section(key, title, parted(m, m.of_section(*sections))[0])


def _key(m: Material) -> Section:
    lines = key_lines(m.results)
    terms = tuple(
        Term(said(one.label, one.id), ((one.value, one.id),), said(one.detail, one.id), one.stamp) for one in lines
    )
    return Section("key", "Key results", (Terms(terms),) if terms else ())


def _limitations(m: Material) -> Section:
    items = tuple(limitations(m)) if len(m.results) else ()
    return Section("limitations", "Limitations", (Items(items),) if items else ())


BUILDERS: Mapping[str, Callable[[Material], Section]] = MappingProxyType(
    {
        "abstract": lambda m: Section("abstract", "Abstract", abstract(m) if len(m.results) else ()),
        "key": _key,
        "methods": lambda m: Section("methods", "Methods", methods(m)),
        "flow": _plain("flow", "Flow of subjects", "flow"),
        "baseline": _plain("baseline", "Baseline", "baseline"),
        "exposure": _plain("exposure", "Treatment given", "exposure"),
        "response": _plain("response", "Response", "response", "mrd"),
        "safety": _plain("safety", "Safety", "safety", "toxicity"),
        "monitoring": monitored.section,
        "survival": _plain("survival", "Survival", "survival", "status"),
        "comparisons": comparisons.section,
        "limitations": _limitations,
        "subjects": _plain("subjects", "Each subject", "subjects"),
        "appendix": appendix.section,
    }
)
"""Every section a document may have, in the usual order; `onearm.protocol.report.SECTIONS` names the same."""

SUMMARY = ("key", "survival", "comparisons", "limitations")
"""The sections of the two-page summary, where the protocol names none."""


def compose(
    results: Results,
    tables: Mapping[str, Table],
    figures: Mapping[str, Shown],
    kind: str = "report",
    *,
    sections: Iterable[str] = (),
    provenance: Provenance | None = None,
) -> Document:
    """The document of one kind.

    Parameters
    ----------
    results
        What was found.
    tables, figures
        From ``onearm.tables.build`` and ``onearm.figures.plan`` or ``pictures``.
    kind
        ``report`` or ``summary``.
    sections
        Names of sections in order, in place of those of the protocol.
    provenance
        What the results were made from.

    Raises
    ------
    UsageError
        U391 for a section or kind that is not known. Own words with an id that no number has say so in print;
        `onearm.report.compose.own.unknown` names them.
    """
    if kind not in ("report", "summary"):
        raise UsageError.one("U391", kind, "no such kind of document", "use report or summary")
    m = Material(results=results, tables=tables, figures=figures, provenance=provenance or Provenance())
    header = results.header
    facts = (("Arm", header.arm), ("Registry", header.registry), ("Data cut-off", header.cutoff))
    made = [_section(m, chapter, k) for k, chapter in enumerate(_chapters(results, kind, tuple(sections)))]
    if kind == "summary":
        kept = _of_summary(m)
        made = [_shortened(one, kept) for one in made]
    return Document(
        kind="summary" if kind == "summary" else "report",
        title=header.title,
        over=header.trial,
        facts=tuple((name, words) for name, words in facts if words),
        notice=header.notice,
        date=header.cutoff,
        software=header.software,
        sections=_numbered(tuple(filter(None, map(_filled, made)))),
    )


def _chapters(results: Results, kind: str, sections: tuple[str, ...]) -> tuple[Chapter, ...]:
    """What stands in the document: as asked for, as the protocol says, or as usual."""
    outline = results.outline
    stated = outline.summary if kind == "summary" else outline.chapters
    usual = SUMMARY if kind == "summary" else tuple(BUILDERS)
    chapters = tuple(Chapter(name=name) for name in sections or usual) if sections or not stated else stated
    unknown = [c.name for c in chapters if c.name not in BUILDERS and not c.words]
    if unknown:
        says = f'there is no section "{unknown[0]}"{near(unknown[0], BUILDERS)}'
        raise UsageError.one("U391", unknown[0], says, f"use one of: {listed(BUILDERS, most=20)}")
    return chapters


def _section(m: Material, chapter: Chapter, k: int) -> Section:
    if chapter.words:
        return own.section(m.results, chapter, k)
    made = BUILDERS[chapter.name](m)
    return replace(made, title=chapter.title) if chapter.title else made


def _filled(one: Section) -> Section | None:
    """A section without its empty parts; None where nothing is left."""
    inner = tuple(filter(None, map(_filled, one.sections)))
    return replace(one, sections=inner) if one.blocks or inner else None


def main_curve(results: Results, figures: Iterable[str]) -> str:
    """The curve that stands for the trial: the first of the abstract that is drawn, then overall survival, then any.

    Examples
    --------
    >>> from onearm.results import Header
    >>> main_curve(Results(Header(trial="t", title="T", arm="A")), ["km-pfs", "km-os", "forest"])
    'km-os'
    """
    panels = {c.panel for c in results.curves.values()}
    curves = [name for name in figures if name.startswith("km-") and (not panels or name[3:] in panels)]
    wanted = [f"km-{name}" for name in (*results.outline.abstract, "os")]
    return next((name for name in wanted if name in curves), next(iter(curves), ""))


def _of_summary(m: Material) -> tuple[str, ...]:
    """The figures that fit on two pages: one curve of the trial, and all comparisons side by side."""
    own = (name for name, f in m.figures.items() if f.section == "survival")
    return (main_curve(m.results, own), "forest")


def _shortened(one: Section, kept: tuple[str, ...]) -> Section:
    """A section of the summary: no tables, and of its figures only those that fit."""
    blocks = tuple(b for b in one.blocks if not isinstance(b, Tabled | Figured) or _name(b) in kept)
    inner = tuple(_shortened(s, kept) for s in one.sections)
    has_figure = tuple(s for s in inner if any(isinstance(b, Figured) for b in s.blocks))
    return replace(one, blocks=blocks, sections=has_figure)


def _name(block: Tabled | Figured) -> str:
    return block.name if isinstance(block, Figured) else ""


def _headed(table: Table) -> Table:
    """A table whose headings with a digit (``Grade 3``, ``Per m2``) have the table as their source."""
    columns = tuple(
        replace(cell, parts=tuple(joined(*((part,) if part[1] else part[0] for part in cell.parts), source=key)))
        for key in (f"table:{table.id}",)
        for cell in table.columns
    )
    return replace(table, columns=columns)


def _numbered(sections: tuple[Section, ...]) -> tuple[Section, ...]:
    """Tables and figures counted from one, each kind on its own, in reading order."""
    counts = {Tabled: 0, Figured: 0}

    def block(b: Block) -> Block:
        if not isinstance(b, Tabled | Figured):
            return b
        counts[type(b)] += 1
        made = replace(b, number=counts[type(b)])
        return replace(made, table=_headed(made.table)) if isinstance(made, Tabled) else made

    def section(one: Section) -> Section:
        blocks = tuple(block(b) for b in one.blocks)
        return replace(one, blocks=blocks, sections=tuple(section(s) for s in one.sections))

    return tuple(section(one) for one in sections)
