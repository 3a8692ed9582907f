"""The methods: paragraphs of the protocol, then the estimators and the defaults in force, as the results name them."""

from __future__ import annotations

from collections.abc import Iterator

from onearm.report.compose.material import Material
from onearm.report.compose.phrases import joined, said
from onearm.report.document import Block, Items, Text
from onearm.results import Results
from onearm.tables.cells import level_text
from onearm.tables.names import endpoint, of_context, parse, unique

ASSUMPTIONS = "methods:assumptions"
_LONG = 3
"""Sentences beyond which a paragraph is a list."""

_ESTIMATED = (
    "response", "safety", "toxicity", "mrd", "status", "survival", "follow-up", "landmark", "time-dependent",
    "clone-censor-weight", "competing", "in-response", "states",
)  # fmt: skip
"""Contexts whose estimators are named here; the footnotes of each table name the others."""

_DESCRIPTIVE = ("", "count", "minimum", "maximum", "share of patients")

ROUNDING = (
    "Percentages are rounded half up to one decimal, p-values to three; hazard ratios have two decimals. "
    "NE: not estimable; NR: not reached; CI: confidence interval. No p-value is adjusted for multiplicity."
)


def methods(m: Material) -> tuple[Block, ...]:
    """Every paragraph but the assumptions, which stand in the appendix."""
    results = m.results
    blocks: list[Block] = []
    for passage in results.outline.passages:
        if passage.id == ASSUMPTIONS:
            continue
        if len(passage.sentences) <= _LONG:
            blocks.append(Text(said(" ".join(passage.sentences), passage.id), lead=f"{passage.title}."))
        else:
            blocks.append(Text((), lead=f"{passage.title}."))
            blocks.append(Items(tuple(said(sentence, passage.id) for sentence in passage.sentences)))
    estimators = tuple(_estimators(results))
    if estimators:
        blocks += [Text((), lead="Estimators."), Items(estimators)]
    blocks.append(Text(joined(ROUNDING), lead="Numbers in print."))
    if results.header.software:
        blocks.append(Text(said(f"{results.header.software}.", "header:software"), lead="Software."))
    return tuple(blocks)


def _estimators(results: Results) -> Iterator[tuple[tuple[str, str], ...]]:
    """One sentence for each method in use: what it is, its level, the endpoints it serves."""
    by: dict[tuple[str, float | None], list[str]] = {}
    first: dict[tuple[str, float | None], str] = {}
    for e in of_context(results, *_ESTIMATED):
        if e.method in _DESCRIPTIVE:
            continue
        key = (e.method, e.level)
        by.setdefault(key, []).append(e.label.partition(": ")[0] or endpoint(results, parse(e.id).variable))
        first.setdefault(key, e.id)
    for (method, level), names in by.items():
        served = unique(names)
        more = " and others" if len(served) > 6 else ""
        at = f", level {level_text(level)}" if level is not None else ""
        yield said(f"{method[:1].upper()}{method[1:]}{at}: {', '.join(served[:6])}{more}.", first[method, level])
