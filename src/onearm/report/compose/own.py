"""Sections in the protocol's own words, with numbers by their ids."""

from __future__ import annotations

import re

from onearm.errors import Finding, UsageError, near
from onearm.report.compose.phrases import number, said
from onearm.report.document import Parts, Section, Text
from onearm.results import Chapter, Results

_PLACE = re.compile(r"\{([^{}]*)\}")


def section(results: Results, chapter: Chapter, k: int) -> Section:
    """A chapter's paragraphs; what is typed by hand has the id ``words:K`` of the chapter.

    Raises
    ------
    UsageError
        U390 with every id that no number has.
    """
    _refuse_unknown(results, chapter)
    paragraphs = [" ".join(p.split()) for p in re.split(r"\n\s*\n", chapter.words) if p.strip()]
    blocks = tuple(Text(_parts(results, p, f"words:{k}")) for p in paragraphs)
    return Section(f"own-{k}", chapter.title, blocks)


def _parts(results: Results, words: str, source: str) -> Parts:
    out: list[tuple[str, str]] = []
    for i, piece in enumerate(_PLACE.split(words)):
        if i % 2 == 0:
            out += said(piece, source)
        else:
            out += number(results[piece.strip().rstrip("!")], limits_too=piece.strip().endswith("!"))
    return tuple(out)


def _refuse_unknown(results: Results, chapter: Chapter) -> None:
    ids = dict.fromkeys(key.strip().rstrip("!") for key in _PLACE.findall(chapter.words))
    unknown = [key for key in ids if key not in results]
    if unknown:
        raise UsageError(
            [
                Finding(
                    "U390",
                    "error",
                    f'section "{chapter.title}"',
                    f'no number has the id "{key}"{near(key, results.estimates)}',
                    "look the id up in results.csv (column id)",
                )
                for key in unknown
            ]
        )
