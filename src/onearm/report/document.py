"""A document before it is a file: sections of blocks, every number with its id.

One document is written as HTML, PDF, Word and Markdown, so the same numbers stand in all of them. It computes nothing
and knows no file format; `onearm.report.compose` builds it, the modules under `onearm.report.writers` write it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

from onearm.tables.model import Part, Table

Parts = tuple[Part, ...]
"""Pieces of one line of text in reading order; a piece with a digit has the id of what it comes from."""

Manner = Literal["body", "note", "notice", "warning", "strong"]


@dataclass(frozen=True, slots=True)
class Text:
    """A paragraph.

    ``manner`` says how it is set: ``body``; ``note`` (small); ``notice`` (what must be said: invented patients);
    ``warning`` (a gate that failed, a rule that stops); ``strong``. ``lead`` is a word or two in bold before it.
    """

    parts: Parts
    manner: Manner = "body"
    lead: str = ""


@dataclass(frozen=True, slots=True)
class Items:
    """A list of short paragraphs."""

    items: tuple[Parts, ...]


@dataclass(frozen=True, slots=True)
class Term:
    """One line of `Terms`: a label, what stands beside it, a detail and a warning (``gate failed``) or nothing."""

    label: Parts
    value: Parts
    detail: Parts = ()
    stamp: str = ""


@dataclass(frozen=True, slots=True)
class Terms:
    """Labels with their values, such as the key results."""

    terms: tuple[Term, ...]


@dataclass(frozen=True, slots=True)
class Tabled:
    """A table with its number in the document: ``Table 3``. ``Table.wide`` asks for a landscape page."""

    number: int
    table: Table

    @property
    def name(self) -> str:
        """``Table 3``."""
        return f"Table {self.number}"


@dataclass(frozen=True, slots=True)
class Figured:
    """A figure with its number in the document: ``Figure 2``; the drawing is looked up by ``name``.

    ``caption`` is the whole caption: what is seen, and the notice.
    """

    number: int
    name: str
    title: str
    caption: Parts


Block = Text | Items | Terms | Tabled | Figured


@dataclass(frozen=True, slots=True)
class Section:
    """A heading, what stands under it, and sections within it.

    ``fold`` marks what a page on a screen may hide until it is asked for; print shows it.
    """

    id: str
    title: str
    blocks: tuple[Block, ...] = ()
    sections: tuple[Section, ...] = ()
    fold: bool = False

    def every(self) -> Iterator[Section]:
        """This section and all within it, in reading order."""
        yield self
        for one in self.sections:
            yield from one.every()


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """Everything a document says.

    Parameters
    ----------
    kind
        ``report`` or ``summary``.
    title, over
        The trial's title; its name above it.
    facts
        What stands under the title: arm, registry, data cut-off.
    notice
        Printed on every page (invented patients, research use).
    date
        The data cut-off (ISO) or nothing: the only date a file may carry.
    software
        Name and version of what made it.
    sections
        The text.
    """

    kind: Literal["report", "summary"]
    title: str
    over: str
    facts: tuple[tuple[str, str], ...] = ()
    notice: str = ""
    date: str = ""
    software: str = ""
    sections: tuple[Section, ...] = field(default=())

    def every(self) -> Iterator[Section]:
        """All sections, in reading order."""
        for one in self.sections:
            yield from one.every()

    def blocks(self) -> Iterator[Block]:
        """All blocks, in reading order."""
        for one in self.every():
            yield from one.blocks

    def figures(self) -> tuple[str, ...]:
        """Names of the figures shown, each once."""
        return tuple(dict.fromkeys(b.name for b in self.blocks() if isinstance(b, Figured)))


def lines(block: Block) -> Iterator[Parts]:
    """Every line of a block, in reading order: paragraphs, labels with their values, cells, captions.

    Examples
    --------
    >>> [plain(line) for line in lines(Items(((("one", ""),), (("2", "x"),))))]
    ['one', '2']
    """
    if isinstance(block, Text):
        yield block.parts
    elif isinstance(block, Items):
        yield from block.items
    elif isinstance(block, Terms):
        yield from (line for t in block.terms for line in (t.label, t.value, t.detail))
    elif isinstance(block, Tabled):
        yield from (cell.parts for cell in block.table.cells())
    else:
        yield block.caption


def plain(parts: Parts) -> str:
    """The words of a line.

    Examples
    --------
    >>> plain((("Response was ", ""), ("91.7%", "orr"), (".", "")))
    'Response was 91.7%.'
    """
    return "".join(text for text, _ in parts)
