"""How alike the trial's patients and the external ones are, before and after matching."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from onearm.results import Estimate, Results
from onearm.tables.cells import value
from onearm.tables.footnotes import footnotes
from onearm.tables.model import Row, Table, words
from onearm.tables.names import comparison_label, comparisons, of_context, parse

_COLUMNS = (
    ("Before matching", "Trial", "mean", "trial_before"),
    ("Before matching", "External", "mean", "external_before"),
    ("Before matching", "SMD", "smd", "before"),
    ("Before matching", "Variance ratio", "variance_ratio", "before"),
    ("Before matching", "KS", "ks", "before"),
    ("After matching", "Trial", "mean", "trial_after"),
    ("After matching", "External", "mean", "external_after"),
    ("After matching", "SMD", "smd", "after"),
    ("After matching", "Variance ratio", "variance_ratio", "after"),
    ("After matching", "KS", "ks", "after"),
)

Found = Mapping[tuple[str, str, str], Estimate]


def balance(results: Results) -> tuple[Table, ...]:
    """One table for each comparison: means, standardized differences and variance ratios."""
    chosen = of_context(results, "balance")
    found = ((c, [e for e in chosen if parse(e.id).comparison == c]) for c in comparisons(results))
    return tuple(_table(results, c, mine) for c, mine in found if mine)


def _table(results: Results, comparison: str, mine: Sequence[Estimate]) -> Table:
    by = {(n.statistic, n.variable, n.side): e for e in mine for n in (parse(e.id),)}
    used = {(kind, side) for _, kind, side in by}
    columns = [c for c in _COLUMNS if (c[2], c[3]) in used]
    covariates = {parse(e.id).statistic: e for e in reversed(mine)}
    order = dict.fromkeys(parse(e.id).statistic for e in mine)
    return Table(
        id=f"balance-{comparison}",
        title=f"Covariate balance: {comparison_label(results, comparison)}",
        section="comparison",
        comparison=comparison,
        columns=words("Covariate", *(c[1] for c in columns)),
        groups=(("", 1), *_groups([c[0] for c in columns])),
        rows=tuple(_row(by, name, covariates[name].label, columns) for name in order),
        footnotes=(
            "SMD: standardized mean difference. KS: largest distance between distribution functions.",
            *footnotes(replace(e, population="") for e in mine),
        ),
        notice=results.header.notice,
    )


def _groups(heads: Sequence[str]) -> list[tuple[str, int]]:
    return [(head, heads.count(head)) for head in dict.fromkeys(heads)]


def _row(by: Found, name: str, label: str, columns: Sequence[tuple[str, str, str, str]]) -> Row:
    return Row(label, tuple(value(by.get((name, kind, side))) for _, _, kind, side in columns))
