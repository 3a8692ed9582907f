"""A document as one HTML page that needs nothing but itself; every number can be asked about."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterable, Mapping
from html import escape
from importlib.resources import files
from typing import TYPE_CHECKING

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from onearm.report.document import Block, Document, Figured, Items, Parts, Section, Tabled, Terms, Text
from onearm.report.writers.index import Entry
from onearm.report.writers.problems import no_figure
from onearm.tables.write import span
from onearm.tables.write import to_html as table_html

if TYPE_CHECKING:
    from onearm.figures.interactive import Fragment

_LEVELS = 6
"""The deepest heading that a page has."""


def to_html(
    document: Document,
    figures: Mapping[str, bytes],
    index: Iterable[Entry] = (),
    live: Mapping[str, Fragment] | None = None,
) -> str:
    """The page: the same bytes for the same document.

    Parameters
    ----------
    document
        What to write.
    figures
        SVG by the name of the figure.
    index
        What is known of each number; a click on a number with an entry shows it.
    live
        Pieces that answer the pointer, by the name of the figure that each stands under.

    Raises
    ------
    UsageError
        U392 when the document shows a figure that is not there.
    """
    entries = tuple(index)
    page = _Page(figures, frozenset(e.id for e in entries), live or {})
    script = _text("report.js")
    own = f"'sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}'"
    digests = dict.fromkeys((own, *(d for one in (live or {}).values() for d in one.digests)))
    template = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    return template.from_string(_text("report.html.jinja")).render(
        document=document,
        css=Markup(_text("report.css")),
        notice_css=Markup(css_string(document.notice)),
        script=Markup(script),
        digests=Markup(" ".join(digests)),
        body=Markup("\n".join(page.section(one, 2) for one in document.sections)),
        index=entries,
    )


class _Page:
    """Writes the parts of one page: its figures and the ids that can be asked about are known."""

    def __init__(self, figures: Mapping[str, bytes], known: frozenset[str], live: Mapping[str, Fragment]):
        self.figures, self.known, self.live = figures, known, live

    def section(self, one: Section, level: int) -> str:
        inner = [self.block(b) for b in one.blocks] + [self.section(s, level + 1) for s in one.sections]
        body, key = "\n".join(inner), escape(one.id)
        tag = f"h{min(level, _LEVELS)}"
        head = f'<{tag} id="{key}-title" data-id="section:{key}">{escape(one.title)}</{tag}>'
        if one.fold:
            shown = f'<summary data-id="section:{key}">Show: {escape(one.title)}</summary>'
            body = f"<details>\n{shown}\n{body}\n</details>"
        return f'<section id="{key}" aria-labelledby="{key}-title">\n{head}\n{body}\n</section>'

    def block(self, b: Block) -> str:
        if isinstance(b, Text):
            return self._paragraph(b)
        if isinstance(b, Items):
            return "<ul>\n" + "\n".join(f"<li>{self.parts(item)}</li>" for item in b.items) + "\n</ul>"
        if isinstance(b, Terms):
            return self._terms(b)
        if isinstance(b, Tabled):
            label = escape(f"{b.name}: {b.table.title}")
            written = table_html(b.table, self.known, b.name)
            return f'<div class="table" tabindex="0" role="region" aria-label="{label}">{written}</div>'
        return self._figure(b)

    def _paragraph(self, b: Text) -> str:
        lead = f"<strong>{escape(b.lead)}</strong> " if b.lead else ""
        kind = {"warning": "gate", "strong": "kept", "notice": "gate", "note": "small"}.get(b.manner, "")
        attributes = f' class="{kind}"' if kind else ""
        attributes += ' role="note"' if kind in ("gate", "kept") else ""
        return f"<p{attributes}>{lead}{self.parts(b.parts)}</p>"

    def _terms(self, b: Terms) -> str:
        out = []
        for t in b.terms:
            failed = ' class="failed"' if t.stamp else ""
            stamp = f' <span class="stamp">{escape(t.stamp)}</span>' if t.stamp else ""
            detail = f'<span class="detail">{self.parts(t.detail)}</span>' if t.detail else ""
            big = f'<span class="big">{self.parts(t.value)}</span>'
            out.append(f"<div{failed}><dt>{self.parts(t.label)}</dt><dd>{big}{stamp}{detail}</dd></div>")
        long = any(len("".join(text for text, _ in t.value)) > 40 for t in b.terms)
        return f'<dl class="{"facts" if long else "key"}">\n' + "\n".join(out) + "\n</dl>"

    def _figure(self, b: Figured) -> str:
        if b.name not in self.figures:
            raise no_figure(b.name, self.figures)
        drawing = re.sub(r' xmlns(:\w+)?="[^"]*"', "", self.figures[b.name].decode().strip())
        caption = f"<strong>Figure {b.number}.</strong> {self.parts(b.caption)}"
        made = f'<figure data-id="figure:{escape(b.name)}">{drawing}<figcaption>{caption}</figcaption></figure>'
        if b.name not in self.live:
            return made
        words = f"<p>Figure {b.number} with the numbers at the pointer</p>"
        key, piece = escape(b.name), self.live[b.name].html
        return f'{made}\n<div class="live-curve" data-id="figure:{key}">{words}\n{piece}</div>'

    def parts(self, parts: Parts) -> str:
        return "".join(span(text, key, self.known) if key else escape(text) for text, key in parts)


def css_string(words: str) -> str:
    """Words as a CSS string; everything but letters, digits and a few signs is escaped by its code point.

    Examples
    --------
    >>> print(css_string('a "b" </style>'))
    "a \\22 b\\22  \\3c \\2f style\\3e "
    """
    plain = (c if c.isalnum() or c in " .,:;-" else f"\\{ord(c):x} " for c in words)
    return f'"{"".join(plain)}"'


def _text(name: str) -> str:
    return files("onearm.report").joinpath(name).read_text(encoding="utf-8")
