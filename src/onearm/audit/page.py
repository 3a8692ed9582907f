"""An audit as one HTML page: the text its statements marked, and a table of them. No script, nothing fetched."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from itertools import pairwise

from onearm.audit.table import HEAD, line_of, summary
from onearm.stats.consistency import VERDICTS, Statement, TextAudit

_RANK = ("does not fit", "wording", "unstated", "open", "fits", "not tested", "stated")
_STYLE = """
:root { color-scheme: light; }
body { font: 1rem/1.6 system-ui, sans-serif; color: #1a1a1a; background: #fff; }
body { margin: 2rem auto; max-width: 62rem; padding: 0 1rem; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.2rem; margin-top: 2rem; }
.text { white-space: pre-wrap; overflow-wrap: anywhere; border: 1px solid #767676; padding: 1rem; }
mark { color: inherit; background: none; border-bottom: 2px solid #767676; }
mark.does-not-fit { background: #ffd9d4; border-bottom: 4px double #a3160a; }
mark.wording { background: #ffecc2; border-bottom: 3px dashed #8a5300; }
mark.unstated { background: #f3e0f7; border-bottom: 3px dotted #6b2480; }
mark.fits { background: #e2f2e6; border-bottom: 2px solid #1f6b35; }
mark.not-tested, mark.open, mark.stated { background: #eef0f2; }
a { color: #0b4f8a; } a.at { font-size: .75em; vertical-align: super; margin: 0 .15em; }
table { border-collapse: collapse; width: 100%; } caption { text-align: left; padding: .5rem 0; }
th, td { text-align: left; vertical-align: top; border-bottom: 1px solid #b5b5b5; padding: .35rem .5rem; }
td.number { white-space: nowrap; } .flagged td { font-weight: 600; }
@media (max-width: 44rem) {
  table, caption, tbody, tr, td { display: block; } thead { position: absolute; left: -999rem; }
  tr { border-bottom: 1px solid #767676; padding: .5rem 0; } td { border: 0; padding: .1rem 0; }
  td:empty { display: none; } td::before { content: attr(data-head) ": "; font-weight: 400; color: #555; }
}
@media print { body { margin: 0; max-width: none; } tr { break-inside: avoid; } thead { display: table-header-group; } }
"""


def page(audit: TextAudit, name: str) -> str:
    """The page of one audited text called ``name``."""
    numbered = [(i, s) for i, s in enumerate((s for s in audit.statements if s.verdict != "stated"), 1)]
    return "\n".join(
        (
            '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">',
            "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">",
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            f"<title>What arithmetic allows: {escape(name)}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n<main>",
            f"<h1>What arithmetic allows: {escape(name)}</h1>",
            *(f"<p>{escape(line[0].upper() + line[1:])}.</p>" for line in summary(audit)),
            *_to_look_at(numbered),
            f'<h2>The text</h2>\n<div class="text">{"".join(_marked(audit.text, numbered))}</div>',
            "<h2>The statements</h2>",
            *_table(audit, numbered),
            "<h2>The verdicts</h2>\n<dl>",
            *(f"<dt><mark{_class(v)}>{v}</mark></dt><dd>{escape(says)}</dd>" for v, says in VERDICTS.items()),
            "</dl>\n</main>\n</body>\n</html>\n",
        )
    )


def _to_look_at(numbered: list[tuple[int, Statement]]) -> Iterator[str]:
    links = [f'<a href="#s{i}">{i}</a>' for i, s in numbered if s.flagged]
    if links:
        yield f"<p>To look at: {', '.join(links)}.</p>"


def _class(verdict: str) -> str:
    return f' class="{verdict.replace(" ", "-")}"'


def _marked(text: str, numbered: list[tuple[int, Statement]]) -> Iterator[str]:
    """The text, each piece under the gravest verdict it has; a statement's number stands where it ends."""
    edges = sorted({0, len(text)} | {p for _, s in numbered for p in (s.start, s.end)})
    place, active = 0, list[tuple[int, Statement]]()
    waiting = sorted(numbered, key=lambda one: one[1].start)
    for a, b in pairwise(edges):
        while place < len(waiting) and waiting[place][1].start <= a:
            active.append(waiting[place])
            place += 1
        active = [one for one in active if one[1].end > a]
        piece = escape(text[a:b])
        if active:
            verdict = min((s.verdict for _, s in active), key=_RANK.index)
            says = escape(" / ".join(s.says for _, s in active), quote=True)
            piece = f'<mark{_class(verdict)} title="{says}">{piece}</mark>'
        yield piece
        yield from (f'<a class="at" href="#s{i}" id="t{i}">{i}</a>' for i, s in active if s.end == b)


def _table(audit: TextAudit, numbered: list[tuple[int, Statement]]) -> Iterator[str]:
    if not numbered:
        yield "<p>No statement of numbers that can be tested was found.</p>"
        return
    yield '<table role="table">\n<caption>One row a statement, in the order of the text</caption>'
    yield '<thead role="rowgroup"><tr role="row">'
    yield "".join(f'<th scope="col" role="columnheader">{head}</th>' for head in ("no.", *HEAD))
    yield '</tr></thead>\n<tbody role="rowgroup">'
    for i, s in numbered:
        flag = ' class="flagged"' if s.flagged else ""
        at = line_of(audit.text, s.start)
        cells = (s.verdict, str(at), s.text, s.fitting, s.says)
        shown = [f"<mark{_class(cells[0])}>{cells[0]}</mark>", *map(escape, cells[1:])]
        yield f'<tr id="s{i}" role="row"{flag}>'
        yield f'<td class="number" role="cell" data-head="no."><a href="#t{i}">{i}</a></td>'
        yield "".join(f'<td role="cell" data-head="{h}">{c}</td>' for h, c in zip(HEAD, shown, strict=True)) + "</tr>"
    yield "</tbody>\n</table>"
