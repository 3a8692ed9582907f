"""Deviations from the planned treatment, by reason, drug and version."""

from __future__ import annotations

from onearm.results import Results
from onearm.tables.cells import count_part, value
from onearm.tables.exposure import Known, heading
from onearm.tables.footnotes import footnotes
from onearm.tables.model import Cell, Row, Table, words
from onearm.tables.names import of_context, parse, unique

_BESIDE = ("compared", "on_record", "not_judged")


def deviations(results: Results) -> tuple[Table, ...]:
    """Patients and occurrences of each reason; drugs stand under their reason, versions side by side."""
    chosen = of_context(results, "deviation")
    if not chosen:
        return ()
    by = {(parse(e.id).statistic, parse(e.id).group): e for e in chosen}
    groups = tuple(dict.fromkeys(g for e in chosen if not (g := parse(e.id).group).startswith("drug=")))
    reasons = unique(parse(e.id).statistic.partition(".")[0] for e in chosen)
    rows: list[Row] = []
    for reason in reasons:
        rows.append(Row(by[f"{reason}.count", ""].label, _cells(by, reason, groups)))
        drugs = [g for name, g in by if name == f"{reason}.count" and g.startswith("drug=")]
        for g in () if reason in _BESIDE else drugs:
            blank = (Cell(), Cell()) * (len(groups) - 1)
            rows.append(Row(by[f"{reason}.count", g].label.rpartition(": ")[2], (*_cells(by, reason, (g,)), *blank), 1))
    several = len(groups) > 1
    return (
        Table(
            id="deviations",
            title="Deviations from the planned treatment",
            section="exposure",
            columns=words("", *("Patients (%)", "Occurrences") * len(groups)),
            groups=(("", 1), *((heading(g), 2) for g in groups)) if several else (),
            rows=tuple(rows),
            footnotes=(
                "Each occurrence stands in deviations.csv with its rows.",
                *footnotes(e for e in chosen if parse(e.id).statistic.partition(".")[0] not in _BESIDE),
            ),
            notice=results.header.notice,
        ),
    )


def _cells(by: Known, reason: str, groups: tuple[str, ...]) -> tuple[Cell, ...]:
    made = (("patients", count_part), ("count", value))
    return tuple(show(by.get((f"{reason}.{stat}", g))) for g in groups for stat, show in made)
