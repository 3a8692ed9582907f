"""A document as plain values for the typst template: every text a string in JSON, never markup."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from itertools import takewhile
from typing import Any

from onearm.report.document import Block, Document, Figured, Items, Section, Tabled, Term, Terms, Text
from onearm.report.writers._typst_table import table_body
from onearm.report.writers._typst_text import clean, line

Item = dict[str, Any]

APPENDIX = "appendix"
"""Id of the section that begins a page, as do those sections within it that hold a table or a figure."""

MOST_KEPT = 400
"""Letters of one or two paragraphs that stay with what they lead to; more may stand at the foot of a page."""

HEADING, PARAGRAPH, LINE = 14, 6, 6
"""Millimetres on the page, at most: a heading, the space around a paragraph, one of its lines."""


def body(document: Document, images: Mapping[str, str]) -> dict[str, Any]:
    """Everything the template reads.

    Parameters
    ----------
    document
        What is to be set.
    images
        The file of each figure by its name.
    """
    items = [item for section in document.sections for item in _section(section, 1, False, images)]
    _keep(items)
    return {
        "kind": document.kind,
        "title": clean(document.title),
        "over": clean(document.over),
        "facts": [[clean(name), clean(value)] for name, value in document.facts],
        "notice": clean(document.notice),
        "software": clean(document.software),
        "date": date_parts(document.date),
        "runs": _runs(items),
    }


def date_parts(date: str) -> list[int] | None:
    """Year, month and day; nothing where a cut-off is no calendar date (a trial may count study days).

    Examples
    --------
    >>> date_parts("2018-06-15"), date_parts("day 900")
    ([2018, 6, 15], None)
    """
    try:
        found = dt.date.fromisoformat(date)
    except ValueError:
        return None
    return [found.year, found.month, found.day]


def _section(section: Section, level: int, turn: bool, images: Mapping[str, str]) -> Iterator[Item]:
    """A heading, its blocks and its sections."""
    appendix = section.id == APPENDIX
    yield {"kind": "heading", "level": level, "text": clean(section.title), "turn": turn or appendix}
    for block in section.blocks:
        yield _block(block, images)
    for k, one in enumerate(section.sections):
        yield from _section(one, level + 1, appendix and bool(k or section.blocks) and _shows(one), images)


def _shows(section: Section) -> bool:
    return any(isinstance(block, Tabled | Figured) for one in section.every() for block in one.blocks)


def _block(block: Block, images: Mapping[str, str]) -> Item:
    if isinstance(block, Text):
        return {
            "kind": "text",
            "text": line(block.parts),
            "manner": block.manner,
            "lead": clean(block.lead),
            "keep": False,
        }
    if isinstance(block, Items):
        return {"kind": "items", "items": [line(item) for item in block.items]}
    if isinstance(block, Terms):
        terms = [_term(term) for term in block.terms]
        return {"kind": "terms", "terms": terms, "half": _half(terms)}
    if isinstance(block, Tabled):
        return {"kind": "table", "name": block.name, **table_body(block.table)}
    return _figure(block, images)


def _term(term: Term) -> Item:
    said = {"label": line(term.label), "value": line(term.value), "detail": line(term.detail)}
    return said | {"stamp": clean(term.stamp)}


def _half(terms: Sequence[Item]) -> int:
    """How many terms stand in the first of two columns, so that both are about as long."""
    lines = [max(1 + len(one["label"]) // 24, 1 + len(one["value"] + one["detail"]) // 34) for one in terms]
    return min(range(len(lines) + 1), key=lambda k: (abs(sum(lines[:k]) - sum(lines[k:])), -k))


def _figure(block: Figured, images: Mapping[str, str]) -> Item:
    name, caption = f"Figure {block.number}", line(block.caption)
    said = caption or clean(block.title) or name
    return {"kind": "figure", "name": name, "image": images[block.name], "caption": caption, "says": said}


def _runs(items: Sequence[Item]) -> list[dict[str, Any]]:
    """Items on upright and on lying pages. What leads to a wide table lies with it: its headings and the paragraphs
    under them, and whatever is only said between two wide tables.
    """
    lies = [bool(item.get("wide")) for item in items]
    for k in reversed(range(len(items) - 1)):
        kind, after = items[k]["kind"], items[k + 1]
        if lies[k + 1] and not after.get("turn"):
            lies[k] = lies[k] or kind == "heading" or (after["kind"] != "heading" and _under_heading(items, k))
    _bridge(items, lies)
    runs: list[dict[str, Any]] = []
    for item, lying in zip(items, lies, strict=True):
        if not runs or runs[-1]["lying"] != lying:
            runs.append({"lying": lying, "items": []})
        runs[-1]["items"].append(item)
    return runs


def _keep(items: Sequence[Item]) -> None:
    """Mark the few words under a heading that stay with what they lead to, as the heading does; tables and figures
    are told the millimetres that stand over them on their page for it.
    """
    for k, item in enumerate(items):
        if item["kind"] == "heading":
            said = list(takewhile(lambda one: one["kind"] == "text", items[k + 1 :]))
            after = items[k + 1 + len(said) :][:1]
            leads = any(one["kind"] in ("heading", "table", "figure") and not one.get("turn") for one in after)
            few = len(said) <= 2 and sum(len(one["text"]) for one in said) <= MOST_KEPT
            for one in said:
                one["keep"] = leads and few
    over = 0
    for item in items:
        if item["kind"] == "heading":
            over = HEADING + (0 if item["turn"] else over)
        elif item["kind"] == "text" and item["keep"]:
            over += PARAGRAPH + LINE * (1 + len(item["text"]) // 80)
        else:
            if item["kind"] in ("table", "figure"):
                item["over"] = over
            over = 0


def _under_heading(items: Sequence[Item], k: int) -> bool:
    """Whether only paragraphs stand between this one and its heading."""
    while k >= 0 and items[k]["kind"] == "text":
        k -= 1
    return k >= 0 and items[k]["kind"] == "heading"


def _bridge(items: Sequence[Item], lies: list[bool]) -> None:
    """Let lie what stands between two lying runs and is neither a table nor a figure, where no page begins."""
    start = 0
    for k in range(1, len(items) + 1):
        if k < len(items) and lies[k] == lies[start]:
            continue
        between = items[start:k]
        plain = all(one["kind"] not in ("table", "figure") and not one.get("turn") for one in between)
        if not lies[start] and start and k < len(items) and plain and not items[k].get("turn"):
            lies[start:k] = [True] * (k - start)
        start = k
