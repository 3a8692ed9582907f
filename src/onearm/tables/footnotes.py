"""What stands under a table: whom it speaks of, the method, what was assumed, why a number is missing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from onearm.errors import listed
from onearm.results import Estimate
from onearm.tables.cells import level_text, shown
from onearm.tables.names import unique


def footnotes(estimates: Iterable[Estimate], *extra: str) -> tuple[str, ...]:
    """Population, method, level, notes and reasons of the estimates that a table shows.

    Where estimates differ, each population and method names the rows it belongs to.
    """
    chosen = tuple(estimates)
    if not chosen:
        return unique(extra)
    found = [
        *_said("Population", chosen, lambda e: e.population),
        *_said("Method", chosen, lambda e: e.method),
        *_levels(chosen),
        *(note for e in chosen for note in e.notes),
        *_reasons(chosen),
        *extra,
    ]
    return unique(_sentence(f) for f in found if f)


def _said(kind: str, chosen: Sequence[Estimate], of: Callable[[Estimate], str]) -> list[str]:
    by: dict[str, list[str]] = {}
    for e in chosen:
        if of(e):
            by.setdefault(of(e), []).append(e.label)
    if len(by) == 1:
        return [f"{kind}: {next(iter(by))}"]
    return [f"{kind}: {text} ({listed(unique(labels), most=4)})" for text, labels in by.items()]


def _levels(chosen: Sequence[Estimate]) -> list[str]:
    levels = sorted({e.level for e in chosen if e.level is not None})
    return [f"CI: confidence interval, level {listed(level_text(v) for v in levels)}"] if levels else []


def _reasons(chosen: Sequence[Estimate]) -> list[str]:
    codes = {"NE": "not estimable", "NR": "not reached"}
    used = [code for code in codes if any(code in (shown(e), *_limit_codes(e)) for e in chosen)]
    legend = [", ".join(f"{code}: {codes[code]}" for code in used)]
    return legend + [f"{e.label}: {e.error}" for e in chosen if e.error]


def _limit_codes(e: Estimate) -> tuple[str, ...]:
    if e.low is None and e.high is None:
        return ()
    infinite = float("inf") in (e.low, e.high)
    return tuple(code for code, on in (("NE", None in (e.low, e.high)), ("NR", infinite)) if on)


def _sentence(words: str) -> str:
    text = words.strip()
    return text if text.endswith((".", "!", "?")) else f"{text}."
