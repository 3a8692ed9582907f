"""The report: one page that needs nothing but itself."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from onearm import text
from onearm.figures.drawing import Picture
from onearm.report.key import key_lines
from onearm.results import Estimate, Results
from onearm.tables.cells import limits, shown
from onearm.tables.model import Table
from onearm.tables.names import comparison_label, comparisons, gate_failed
from onearm.tables.write import span, to_html

SECTIONS = (
    ("flow", "Flow of subjects", ("flow",)),
    ("baseline", "Baseline", ("baseline",)),
    ("exposure", "Treatment given", ("exposure",)),
    ("response", "Response", ("response",)),
    ("safety", "Safety", ("safety",)),
    ("survival", "Survival", ("survival", "status")),
    ("subjects", "Each subject", ("subjects",)),
)
"""Id, heading and contents of the sections before the comparisons."""


@dataclass(frozen=True, slots=True)
class Block:
    """A section of the page: its pieces are tables and figures as markup, in order."""

    id: str
    title: str
    pieces: tuple[Markup, ...]
    failed: bool = False


def html(results: Results, tables: Mapping[str, Table], figures: Mapping[str, Picture]) -> str:
    """The report as one self-contained HTML page, the same bytes for the same results.

    Parameters
    ----------
    results
        What was found.
    tables, figures
        From ``onearm.tables.build`` and ``onearm.figures.pictures``.
    """
    titles = {e.id: _title(e) for e in results} | {g.id: g.says for g in results.gates}
    script = _text("report.js")
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    page = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    return page.from_string(_text("report.html.jinja")).render(
        header=results.header,
        css=Markup(_text("report.css")),
        notice_css=Markup(css_string(results.header.notice)),
        script=Markup(script),
        digest=digest,
        key=[(line, Markup(span(line.value, line.id, titles))) for line in key_lines(results)],
        blocks=[b for b in _blocks(tables, figures, titles) if b.pieces],
        comparisons=_comparisons(results, tables, figures, titles),
        forest=[_figure(f) for f in figures.values() if f.section == "comparisons"],
        index=[_entry(results.estimates[key]) for key in _shown_ids(results, tables)],
    )


def _blocks(tables: Mapping[str, Table], figures: Mapping[str, Picture], titles: Mapping[str, str]) -> Iterable[Block]:
    for key, title, sections in SECTIONS:
        drawn = [_figure(f) for s in sections for f in figures.values() if f.section == s]
        written = [_table(t, titles) for s in sections for t in tables.values() if t.section == s]
        yield Block(key, title, (*drawn, *written))


def _comparisons(
    results: Results, tables: Mapping[str, Table], figures: Mapping[str, Picture], titles: Mapping[str, str]
) -> list[Block]:
    """What is compared, then gates, who was available, balance, then the effect: nothing is seen before its gate."""
    out = []
    for name in comparisons(results):
        mine = {t.id: _table(t, titles) for t in tables.values() if t.comparison == name}
        drawn = {f.name: _figure(f) for f in figures.values() if f.comparison == name}
        order: Sequence[tuple[Mapping[str, Markup], str]] = (
            (mine, "target-trial"), (mine, "comparability"),
            (mine, "gates"), (drawn, "flow"), (drawn, "love"), (mine, "balance"), (drawn, "km"), (mine, "comparison"),
            (drawn, "ph"),
        )  # fmt: skip
        pieces = [p for found, kind in order for key, p in found.items() if key.startswith(f"{kind}-")]
        failed = gate_failed(results, name)
        out.append(Block(f"comparison-{name}", comparison_label(results, name), tuple(pieces), failed))
    return [b for b in out if b.pieces]


def _table(table: Table, titles: Mapping[str, str]) -> Markup:
    return Markup(f'<div class="table">{to_html(table, titles)}</div>')


def _figure(figure: Picture) -> Markup:
    drawing = re.sub(r' xmlns(:\w+)?="[^"]*"', "", figure.svg.decode().strip())
    return Markup("<figure>{}<figcaption>{}</figcaption></figure>").format(Markup(drawing), figure.caption)


def _shown_ids(results: Results, tables: Mapping[str, Table]) -> list[str]:
    seen = dict.fromkeys([line.id for line in key_lines(results)])
    seen |= dict.fromkeys(key for table in tables.values() for key in table.ids)
    return [key for key in seen if key in results]


def _title(e: Estimate) -> str:
    return "; ".join(filter(None, (e.id, e.method, e.population)))


def _entry(e: Estimate) -> dict[str, Any]:
    """What the index says of one number."""
    return {
        "id": e.id,
        "label": e.label,
        "value": shown(e),
        "unit": "" if e.unit in ("proportion", "p") else e.unit,
        "limits": limits(e),
        "method": e.method,
        "population": e.population,
        "n": text.quantity(e.n, "patients"),
        "notes": "; ".join((*e.notes, *([e.error] if e.error else []))),
    }


def _text(name: str) -> str:
    return files("onearm.report").joinpath(name).read_text(encoding="utf-8")


def css_string(words: str) -> str:
    """Words as a CSS string; everything but letters, digits and a few signs is escaped by its code point.

    Examples
    --------
    >>> print(css_string('a "b" </style>'))
    "a \\22 b\\22  \\3c \\2f style\\3e "
    """
    plain = (c if c.isalnum() or c in " .,:;-" else f"\\{ord(c):x} " for c in words)
    return f'"{"".join(plain)}"'
