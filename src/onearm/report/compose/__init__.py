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
from onearm.report.compose.phrases import said
from onearm.report.document import Block, Document, Figured, Items, Section, Tabled, Term, Terms
from onearm.report.key import key_lines
from onearm.results import Chapter, Results
from onearm.tables.model import Table

__all__ = ["BUILDERS", "SUMMARY", "Material", "Provenance", "compose"]


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

SUMMARY = ("key", "flow", "response", "survival", "limitations")
"""The sections of the two-page summary, where the protocol names none."""

_OF_SUMMARY = ("figure:flow-trial", "table:response", "table:survival", "figure:km-os")
"""Tables and figures that fit on two pages with the key results and the limitations."""


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
        U391 for a section or kind that is not known, U390 for own words with an id that no number has.
    """
    if kind not in ("report", "summary"):
        raise UsageError.one("U391", kind, "no such kind of document", "use report or summary")
    m = Material(results=results, tables=tables, figures=figures, provenance=provenance or Provenance())
    header = results.header
    facts = (("Arm", header.arm), ("Registry", header.registry), ("Data cut-off", header.cutoff))
    made = [_section(m, chapter, k) for k, chapter in enumerate(_chapters(results, kind, tuple(sections)))]
    if kind == "summary":
        made = [_shortened(one) for one in made]
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


def _shortened(one: Section) -> Section:
    """A section of the summary: of its tables and figures only those that fit."""
    kept = tuple(b for b in one.blocks if not isinstance(b, Tabled | Figured) or _key_of(b) in _OF_SUMMARY)
    return replace(one, blocks=kept, sections=tuple(_shortened(s) for s in one.sections))


def _key_of(block: Tabled | Figured) -> str:
    return f"table:{block.table.id}" if isinstance(block, Tabled) else f"figure:{block.name}"


def _numbered(sections: tuple[Section, ...]) -> tuple[Section, ...]:
    """Tables and figures counted from one, each kind on its own, in reading order."""
    counts = {Tabled: 0, Figured: 0}

    def block(b: Block) -> Block:
        if not isinstance(b, Tabled | Figured):
            return b
        counts[type(b)] += 1
        return replace(b, number=counts[type(b)])

    def section(one: Section) -> Section:
        blocks = tuple(block(b) for b in one.blocks)
        return replace(one, blocks=blocks, sections=tuple(section(s) for s in one.sections))

    return tuple(section(one) for one in sections)
