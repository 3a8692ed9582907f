"""Sections in the protocol's own words, with numbers by their ids."""

from __future__ import annotations

import re

from onearm.errors import Finding, near
from onearm.report.compose.phrases import number, said
from onearm.report.document import Parts, Section, Text
from onearm.results import Chapter, Results

_PLACE = re.compile(r"\{([^{}]*)\}")


def section(results: Results, chapter: Chapter, k: int) -> Section:
    """A chapter's paragraphs; what is typed by hand has the id ``words:K`` of the chapter.

    An id that no number has is printed as such, for everybody to see; `unknown` names them all.
    """
    paragraphs = [" ".join(p.split()) for p in re.split(r"\n\s*\n", chapter.words) if p.strip()]
    blocks = tuple(Text(_parts(results, p, f"words:{k}")) for p in paragraphs)
    return Section(f"own-{k}", chapter.title, blocks)


def _parts(results: Results, words: str, source: str) -> Parts:
    out: list[tuple[str, str]] = []
    for i, piece in enumerate(_PLACE.split(words)):
        if i % 2 == 0:
            out += said(piece, source)
        elif (key := piece.strip().rstrip("!")) in results:
            out += number(results[key], limits_too=piece.strip().endswith("!"))
        else:
            out.append((f'[no number has the id "{key}"]', source))
    return tuple(out)


def unknown(results: Results) -> tuple[Finding, ...]:
    """U390 for every id in own words of the outline that no number has."""
    outline = results.outline
    found = []
    for part, chapters in (("sections", outline.chapters), ("summary", outline.summary)):
        for k, chapter in enumerate(chapters):
            for key in dict.fromkeys(key.strip().rstrip("!") for key in _PLACE.findall(chapter.words)):
                if key not in results:
                    where = f"protocol.yaml report.{part}.{k}.words"
                    says = f'no number has the id "{key}"{near(key, results.estimates)}'
                    found.append(Finding("U390", "error", where, says, "look the id up in results.csv (column id)"))
    return tuple(found)
