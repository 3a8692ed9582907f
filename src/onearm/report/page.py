"""The report: one page that needs nothing but itself."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from onearm import text
from onearm.figures.drawing import Picture
from onearm.report.key import key_lines
from onearm.report.monitoring import monitored, rule_entries
from onearm.results import Choice, Estimate, Results
from onearm.tables.cells import limits, shown
from onearm.tables.methods import choice_id, effective, estimand_words, primary_of
from onearm.tables.model import Table
from onearm.tables.names import comparison_label, comparisons, gate_failed
from onearm.tables.write import span, to_html

SECTIONS = (
    ("flow", "Flow of subjects", ("flow",)),
    ("baseline", "Baseline", ("baseline",)),
    ("exposure", "Treatment given", ("exposure",)),
    ("response", "Response", ("response",)),
    ("safety", "Safety", ("safety",)),
    ("monitoring", "Monitoring", ("monitoring",)),
    ("survival", "Survival", ("survival", "status")),
    ("subjects", "Each subject", ("subjects",)),
)
"""Id, heading and contents of the sections before the comparisons."""

ORDER = (
    "table:target-trial", "table:comparability", "table:gates", "table:method-gates", "figure:flow", "figure:overlap",
    "figure:weights", "figure:love", "table:balance", "figure:km", "figure:cif", "table:comparison", "figure:ph",
    "figure:consistency", "table:methods", "table:sensitivity", "figure:tipping", "figure:orders", "table:published",
    "table:borrowing",
)  # fmt: skip
"""The pieces of a comparison by kind: nothing is seen before its gate. What is of another kind stands last."""


@dataclass(frozen=True, slots=True)
class Block:
    """A section of the page: its pieces are tables and figures as markup, in order."""

    id: str
    title: str
    pieces: tuple[Markup, ...]
    failed: bool = False
    estimand: str = ""
    further: tuple[Markup, ...] = ()


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
    titles |= {choice_id(c): c.words for c in results.choices}
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
        blocks=[b for b in _blocks(results, tables, figures, titles) if b.pieces],
        commitment=_commitment(results, tables, titles),
        comparisons=_comparisons(results, tables, figures, titles),
        around=[_table(t, titles) for t in tables.values() if t.section == "comparison" and not t.comparison],
        forest=[_figure(f) for f in figures.values() if f.section == "comparisons"],
        index=[
            *(_entry(results.estimates[key]) for key in _shown_ids(results, tables)),
            *(_choice_entry(c) for c in results.choices),
            *rule_entries(results),
        ],
    )


def _blocks(
    results: Results, tables: Mapping[str, Table], figures: Mapping[str, Picture], titles: Mapping[str, str]
) -> Iterable[Block]:
    for key, title, sections in SECTIONS:
        drawn = {f.name: _figure(f) for s in sections for f in figures.values() if f.section == s}
        written = {t.id: _table(t, titles) for s in sections for t in tables.values() if t.section == s}
        if key == "monitoring":
            yield Block(key, title, monitored(results, written, drawn))
        else:
            yield Block(key, title, (*drawn.values(), *written.values()))


def _comparisons(
    results: Results, tables: Mapping[str, Table], figures: Mapping[str, Picture], titles: Mapping[str, str]
) -> list[Block]:
    """Everything of each comparison, and of whatever else has a table or figure of its own beside them."""
    pieces = {f"table:{t.id}": (t.comparison, _table(t, titles)) for t in tables.values() if t.comparison}
    pieces |= {f"figure:{f.name}": (f.comparison, _figure(f)) for f in figures.values() if f.comparison}
    owners = [*comparisons(results), *(of.partition("/")[0] for of, _ in pieces.values())]
    out = []
    for name in dict.fromkeys(owners):
        mine = {key: piece for key, (of, piece) in pieces.items() if of.partition("/")[0] == name}
        order = sorted(mine, key=_place)
        more = {key for key in order if key.startswith(("figure:km", "figure:cif")) and "/" in pieces[key][0]}
        found, folded = (tuple(mine[key] for key in order if (key in more) == fold) for fold in (False, True))
        primary = primary_of(results, name)
        said = "" if primary is None else f"{primary.words}. Estimand: {estimand_words(primary)}."
        label = comparison_label(results, name)
        out.append(Block(f"comparison-{name}", label, found, gate_failed(results, name), said, folded))
    return [b for b in out if b.pieces]


def _place(key: str) -> int:
    """Where a piece stands by the longest kind it begins with."""
    fits = [k for k, kind in enumerate(ORDER) if key.startswith(f"{kind}-")]
    return max(fits, key=lambda k: len(ORDER[k]), default=len(ORDER))


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


def _choice_entry(c: Choice) -> dict[str, Any]:
    """What the index says of a method: how many patients it made of how many."""
    return {
        "id": choice_id(c),
        "label": c.label,
        "value": f"{text.number(c.trial, 0)} / {text.number(c.external, 0)}",
        "unit": "trial / external",
        "limits": "",
        "method": c.words,
        "population": estimand_words(c),
        "n": f"effective {effective(c)}",
        "notes": "; ".join((*c.failed, *c.notes, *([c.refused] if c.refused else []))),
    }


def _commitment(results: Results, tables: Mapping[str, Table], titles: Mapping[str, str]) -> list[dict[str, Any]]:
    """What is said at the head of the comparisons, and the record behind it."""
    shown = [_table(t, titles) for t in tables.values() if t.section == "commitment"]
    return [
        {"says": one.says, "kept": one.status == "prespecified", "changes": one.changes, "tables": shown}
        for one in results.commitment[:1]
    ]


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
