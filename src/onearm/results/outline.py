"""What the documents of a trial hold beside its numbers: their order, and sentences made from the protocol."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """A paragraph about the methods, made from the protocol and the defaults in force.

    Parameters
    ----------
    id
        ``methods:NAME``; digits in its sentences come from the protocol, and `onearm trace` says so.
    title
        Heading of the paragraph.
    sentences
        Whole sentences, in order.
    """

    id: str
    title: str
    sentences: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Chapter:
    """One section of the documents, in order: a known one by ``name``, or own ``words`` under a ``title``.

    In ``words``, ``{ID}`` stands for a number and ``{ID!}`` for a number with its limits; paragraphs are apart by an
    empty line.
    """

    name: str
    title: str = ""
    words: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outline:
    """How the protocol wants the documents, and the sentences that it gives them.

    Parameters
    ----------
    chapters, summary
        Sections of the report and of the two-page summary, in order; empty for the usual ones.
    abstract
        The endpoints that the abstract names, in order; empty for the usual ones.
    passages
        The methods, paragraph by paragraph.
    word_template
        Path of a Word document whose styles are used, relative to the trial's folder; empty for ours.
    """

    chapters: tuple[Chapter, ...] = ()
    summary: tuple[Chapter, ...] = ()
    abstract: tuple[str, ...] = ()
    passages: tuple[Passage, ...] = ()
    word_template: str = ""
