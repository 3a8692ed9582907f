"""A document as plain Markdown, as GitHub shows it.

Ids are not shown: the text is for people, and stays readable where nothing draws it. Who looks for a number's origin
finds it in the page, the Word file or the CSV of its table.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from urllib.parse import quote

from onearm.report.document import Block, Document, Figured, Items, Section, Tabled, Term, Terms, Text, plain
from onearm.report.writers._widths import hold_words
from onearm.report.writers.problems import no_figure
from onearm.tables.model import Row, Table

_SIGNS = re.compile(r"([\\`*_\[\]<>|~&#$@])")
_OPENERS = re.compile(r"^(\d{0,9})(?=[-+.)](?:[\s-]|$))")
"""What would begin a list or a rule: a sign, or digits before a dot or bracket."""
_REFUSED = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")


def to_markdown(document: Document, figures: Mapping[str, str]) -> str:
    """The document as Markdown.

    Parameters
    ----------
    document
        What to write.
    figures
        For each figure the path of its picture, seen from where the file will lie.

    Raises
    ------
    UsageError
        U392: a figure has no path.
    """
    parts = [f"# {line(document.title)}"]
    parts += [_bold(document.over)] if document.over else []
    parts += ["\n".join(f"- {line(label)}: {line(value)}" for label, value in document.facts)] if document.facts else []
    parts += [f"> {line(document.notice)}"] if document.notice else []
    for section in document.sections:
        parts += _section(section, 2, figures)
    said = [words for words in (document.software, document.date and f"Data cut-off {document.date}") if words]
    parts += ["---", f"{line('. '.join(said))}."] if said else []
    return "\n\n".join(parts) + "\n"


def line(text: str) -> str:
    """Text on one line, with every sign that Markdown or HTML would read as markup shown as it is.

    Examples
    --------
    >>> print(line("a|b *c* <d>"))
    a\\|b \\*c\\* \\<d\\>
    """
    flat = " ".join(_REFUSED.sub("\ufffd", text).split())
    return _OPENERS.sub(r"\1\\", _SIGNS.sub(r"\\\1", flat))


def _section(section: Section, depth: int, figures: Mapping[str, str]) -> Iterator[str]:
    yield f"{'#' * min(depth, 6)} {line(section.title)}"
    for block in section.blocks:
        yield from _block(block, figures)
    for one in section.sections:
        yield from _section(one, depth + 1, figures)


def _block(block: Block, figures: Mapping[str, str]) -> Iterator[str]:
    match block:
        case Text():
            yield _text(block)
        case Items():
            if block.items:
                yield "\n".join(f"- {line(plain(parts))}" for parts in block.items)
        case Terms():
            if block.terms:
                yield _grid(["", ""], [[line(plain(t.label)), _term(t)] for t in block.terms], ["---"] * 2)
        case Tabled():
            yield _bold(f"{block.name}. {block.table.title}")
            yield table(block.table)
            yield from (line(note) for note in (*block.table.footnotes, block.table.notice) if note)
        case Figured():
            if block.name not in figures:
                raise no_figure(block.name, figures)
            yield f"![{line(block.title)}](<{quote(figures[block.name], safe='/:.-_~')}>)"
            yield f"**Figure {block.number}.** {line(plain(block.caption))}"


def _text(block: Text) -> str:
    words = plain(block.parts)
    said = _bold(words) if block.manner == "strong" else line(words)
    before = {"notice": "> ", "warning": "> **Warning:** "}.get(block.manner, "")
    return (before + " ".join(filter(None, (_bold(block.lead), said)))).rstrip()


def _bold(text: str) -> str:
    flat = line(text)
    return f"**{flat}**" if flat else ""


def _term(term: Term) -> str:
    """``**91.7%** (44/48, 95% CI 80.0% to 97.7%)``, and its stamp."""
    value, detail = _bold(plain(term.value)), line(plain(term.detail))
    beside = f"({detail})" if value and detail else detail
    return " ".join(filter(None, (value, beside, line(f"[{term.stamp}]") if term.stamp else "")))


def table(found: Table) -> str:
    """A table with pipes; headings over several columns stand before each of theirs, headings of rows are bold."""
    over = [text for text, width in found.groups for _ in range(width)] or [""] * len(found.columns)
    heads = [f"{group}: {c.text}" if group else c.text for group, c in zip(over, found.columns, strict=True)]
    sides = ["---" if words else "---:" for words in hold_words(found)]
    return _grid([line(head) for head in heads], [_row(row, len(heads)) for row in found.rows], sides)


def _row(row: Row, width: int) -> list[str]:
    label = _bold(row.label) if row.head else line(row.label)
    note = f" ({line(row.note)})" if row.note else ""
    cells = [line(cell.text) for cell in row.cells] + [""] * (width - 1 - len(row.cells))
    return ["&emsp;" * row.indent + label + note, *cells]


def _grid(heads: list[str], rows: list[list[str]], sides: list[str]) -> str:
    return "\n".join(f"| {' | '.join(cells)} |" for cells in (heads, sides, *rows))
