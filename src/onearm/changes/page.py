"""Changes as one HTML page: every number beside its id, nothing from outside, no script."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from itertools import groupby

from onearm.changes.lines import clean, counts
from onearm.changes.origin import Cause, Origin
from onearm.changes.record import Change, Changes, Part
from onearm.errors import listed

_STYLE = """
:root { color-scheme: light; }
body { font: 1rem/1.5 system-ui, sans-serif; color: #1a1a1a; background: #fff;
  margin: 2rem auto; max-width: 72rem; padding: 0 1rem; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.15rem; margin-top: 2rem; }
p.error { border: 3px double #a3160a; background: #ffe9e6; padding: .75rem; font-weight: 600; }
table { border-collapse: collapse; width: 100%; } caption { text-align: left; padding: .4rem 0; }
th, td { text-align: left; vertical-align: top; border-bottom: 1px solid #b5b5b5; padding: .3rem .5rem;
  overflow-wrap: anywhere; }
th[scope=rowgroup] { font-weight: 600; } code { font-size: .85em; }
@media print { body { margin: 0; max-width: none; } tr { break-inside: avoid; } thead { display: table-header-group; } }
"""


def page(found: Changes, why: Cause, sides: tuple[Origin, Origin]) -> str:
    """The page; every change whole."""
    title = f"What changed: {clean(found.trials[1])}"
    loud = ' class="error"' if why.unexplained else ""
    return "\n".join(
        (
            '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">',
            "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">",
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            f"<title>{escape(title)}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n<main>",
            f"<h1>{escape(title)}</h1>",
            *_sides(found, sides),
            f"<p>{escape(counts(found))}.</p>",
            f"<p{loud}>{escape(clean(why.says, 4000))}</p>",
            *_sections(found),
            *_moves(found),
            *_header(found),
            "</main>\n</body>\n</html>\n",
        )
    )


def _sides(found: Changes, sides: tuple[Origin, Origin]) -> Iterator[str]:
    yield "<dl>"
    for letter, one in zip("AB", sides, strict=True):
        about = ", ".join(word for word in (one.software, one.cutoff) if word)
        yield f"<dt>{letter}</dt><dd>{_text(one.name)} ({_text(about)})</dd>"
    yield "</dl>"
    if found.trials[0] != found.trials[1]:
        both = " and ".join(_text(name) for name in found.trials)
        yield f'<p class="error">The trials are not the same: {both}.</p>'


def _sections(found: Changes) -> Iterator[str]:
    for section, records in groupby(found.changes, key=lambda c: c.section):
        yield from _top(_text(section[:1].upper() + section[1:]), ("What", "A", "B", "Difference", "Relative"))
        for change in records:
            yield from _rows(change)
        yield "</table>"


def _top(name: str, heads: tuple[str, ...]) -> Iterator[str]:
    yield f"<h2>{name}</h2>\n<table>\n<caption>{name}, before (A) and after (B)</caption>"
    yield "<thead><tr>" + "".join(f'<th scope="col">{head}</th>' for head in heads) + "</tr></thead>"


def _rows(c: Change) -> Iterator[str]:
    about = "" if c.kind == "changed" else f" ({c.kind})"
    about += " (words only)" if c.words else ""
    yield f'<tbody data-id="{_text(c.id, 4000)}">'
    yield f'<tr><th scope="rowgroup" colspan="5">{_text(c.label)}{about} <code>{_text(c.id)}</code></th></tr>'
    yield from (_row(p) for p in c.parts)
    for name, some in (("entered", c.entered), ("left", c.left)):
        if some:
            yield f'<tr><td>{name}</td><td colspan="4">{_text(listed(some, 10_000), 200_000)}</td></tr>'
    yield "</tbody>"


def _row(p: Part) -> str:
    cells = (p.name, p.before, p.after, p.difference, p.relative)
    return "<tr>" + "".join(f"<td>{_text(cell, 2000)}</td>" for cell in cells) + "</tr>"


def _moves(found: Changes) -> Iterator[str]:
    if not found.moves:
        return
    yield from _top("Patients on another side", ("Of", "Patient", "A", "B"))
    yield "<tbody>"
    for m in found.moves:
        yield "<tr>" + "".join(f"<td>{_text(v)}</td>" for v in (m.id, m.subject, m.before, m.after)) + "</tr>"
    yield "</tbody>\n</table>"


def _header(found: Changes) -> Iterator[str]:
    if not found.header:
        return
    yield from _top("Lines of the header that differ", ("What", "A", "B"))
    yield "<tbody>"
    for p in found.header:
        yield "<tr>" + "".join(f"<td>{_text(v, 2000)}</td>" for v in (p.name, p.before, p.after)) + "</tr>"
    yield "</tbody>\n</table>"


def _text(value: str, most: int = 400) -> str:
    return escape(clean(value, most))
