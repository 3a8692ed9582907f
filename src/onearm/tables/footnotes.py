"""What stands under a table: whom it speaks of, the method, what was assumed, why a number is missing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from onearm.errors import listed
from onearm.results import Estimate, Results
from onearm.tables.cells import level_text, shown
from onearm.tables.model import Table
from onearm.tables.names import comparison_label, unique


def footnotes(estimates: Iterable[Estimate], *extra: str) -> tuple[str, ...]:
    """Population, method, level, notes and reasons of the estimates that a table shows.

    Where estimates differ, each population, method and note names the rows it belongs to.
    """
    chosen = tuple(estimates)
    found = [
        *_said("Population: ", chosen, lambda e: (e.population,)),
        *_said("Method: ", chosen, lambda e: () if e.method == "count" else (e.method,)),
        *_levels(chosen),
        *_said("", chosen, lambda e: e.notes),
        *_reasons(chosen),
        *extra,
    ]
    return unique(_sentence(f) for f in found if f)


_QUARTILES = "quartile, R type 7"


def stated(table: Table, results: Results) -> Table:
    """The table with the population it speaks of, where its footnotes do not name one, and the data cut-off."""
    notes = list(table.footnotes)
    if not any(note.startswith("Population") for note in notes):
        notes.append(_sentence(f"Population: {_whom(table, results)}"))
    shown = [results.estimates[key] for key in table.ids if key in results.estimates]
    if any(_QUARTILES in e.method for e in shown) and not any("R type 7" in note for note in notes):
        notes.append("Quartiles: linear interpolation between ordered values, R type 7.")
    if not any(note.startswith("Data cut-off") for note in notes):
        notes.append(f"Data cut-off: {results.header.cutoff or 'not stated; follow-up ends at each last contact'}.")
    return replace(table, footnotes=tuple(notes))


def _whom(table: Table, results: Results) -> str:
    """Whom a table speaks of that shows decisions, words or designs."""
    watched = unique(w.population for w in results.watches if w.id in table.ids)
    if watched:
        return "; ".join(watched)
    if table.comparison:
        return f"patients of the trial who may be compared, and those of {comparison_label(results, table.comparison)}"
    found = unique(results.estimates[key].population for key in table.ids if key in results.estimates)
    return "; ".join(found) or "none; the table is about the design, not about patients"


def _said(kind: str, chosen: Sequence[Estimate], of: Callable[[Estimate], Sequence[str]]) -> list[str]:
    by: dict[str, set[str]] = {}
    names = unique(_row_name(e) for e in chosen)
    for e in chosen:
        for text in filter(None, of(e)):
            by.setdefault(text, set()).add(_row_name(e))
    same: dict[tuple[str, ...], list[str]] = {}
    for text, rows in by.items():
        same.setdefault(tuple(n for n in names if n in rows), []).append(text)
    lines = []
    for rows_of, texts in same.items():
        whose = f" ({listed(rows_of, most=8)})" if len(rows_of) < len(names) else ""
        lines += [f"{kind}{'; '.join(texts)}{whose}"] if kind else [f"{text}{whose}" for text in texts]
    return lines


def _row_name(e: Estimate) -> str:
    return e.label.partition(": ")[0]


def _levels(chosen: Sequence[Estimate]) -> list[str]:
    levelled = [e for e in chosen if e.level is not None]
    return _said("CI: confidence interval, level ", levelled, lambda e: (level_text(e.level or 0.0),))


def _reasons(chosen: Sequence[Estimate]) -> list[str]:
    codes = {"NE": "not estimable", "NR": "not reached"}
    used = [code for code in codes if any(code in (shown(e), *_limit_codes(e)) for e in chosen)]
    legend = [", ".join(f"{code}: {codes[code]}" for code in used)]
    return legend + [f"{e.label}: {e.error}" for e in chosen if e.error and "not reached" not in e.error]


def _limit_codes(e: Estimate) -> tuple[str, ...]:
    if e.low is None and e.high is None:
        return ()
    infinite = float("inf") in (e.low, e.high)
    return tuple(code for code, on in (("NE", None in (e.low, e.high)), ("NR", infinite)) if on)


def _sentence(words: str) -> str:
    text = words.strip()
    text = text[:1].upper() + text[1:] if text.partition(" ")[0].islower() else text
    return text if text.endswith((".", "!", "?")) else f"{text}."
