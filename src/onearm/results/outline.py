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
class Outline:
    """How the protocol wants the documents: which sections in which order, its own words, its Word template.

    Parameters
    ----------
    sections
        Names of sections in order; empty for all in the usual order.
    summary
        Names of the sections of the two-page summary; empty for the usual ones.
    passages
        The methods, paragraph by paragraph.
    words
        The protocol's own paragraphs by name of the section that they open; ``{id}`` stands for a number.
    abstract
        Ids of the endpoints that the abstract names, in order; empty for the usual ones.
    word_template
        Path of a Word document whose styles are used, relative to the trial's folder; empty for ours.
    """

    sections: tuple[str, ...] = ()
    summary: tuple[str, ...] = ()
    passages: tuple[Passage, ...] = ()
    words: tuple[tuple[str, str], ...] = ()
    abstract: tuple[str, ...] = ()
    word_template: str = ""
