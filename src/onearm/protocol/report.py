"""What the documents of a trial hold, and in which order."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StringConstraints

from onearm.protocol.base import Name, Part, Words

SECTIONS = (
    "abstract",
    "key",
    "methods",
    "flow",
    "baseline",
    "exposure",
    "response",
    "safety",
    "monitoring",
    "survival",
    "comparisons",
    "limitations",
    "subjects",
    "appendix",
)
"""The sections that documents know, in their usual order."""

Prose = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=20_000)]
"""Paragraphs for people, apart by an empty line."""


class OwnSection(Part):
    """A section in the protocol's own words.

    In ``words``, ``{orr}`` stands for the number with that id, with its unit, and ``{orr!}`` for the number with its
    limits; paragraphs are apart by an empty line. A number that is typed by hand is pointed out (P162).
    """

    title: Words
    words: Prose


class Report(Part):
    """The documents: their sections in order, those of the two-page summary, the endpoints of the abstract.

    ``sections`` names known sections or holds `OwnSection`; without it all known ones, in their usual order.
    ``abstract`` names endpoints, in order. ``word_template`` is a Word document whose styles, page, header and footer
    are used, relative to the trial's folder.
    """

    sections: tuple[OwnSection | str, ...] = ()
    summary: tuple[str, ...] = ()
    abstract: tuple[Name, ...] = ()
    word_template: str = Field(default="", max_length=300)
