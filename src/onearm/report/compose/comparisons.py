"""The comparisons with external sources: what was settled first, then the gates, then the effects."""

from __future__ import annotations

from onearm.report.compose.limits_of_comparisons import standing
from onearm.report.compose.material import Material, parted
from onearm.report.compose.phrases import joined, said
from onearm.report.document import Block, Items, Section, Tabled, Text
from onearm.tables.methods import choice_id, estimand_words, primary_of
from onearm.tables.names import comparison_label, comparisons, gate_failed, unique

FAILED = (
    "The groups differ too much, or too few patients were matched. The numbers below are shown for completeness and "
    "are not to be read as an effect."
)


def names(m: Material) -> tuple[str, ...]:
    """Everything that has a place among the comparisons, in order."""
    return unique((*comparisons(m.results), *m.owners()))


def section(m: Material) -> Section:
    """What was committed to, each comparison in a section of its own, and all effects side by side."""
    inner = tuple(_comparison(m, name) for name in names(m))
    around = m.of_section("comparisons") | {
        f"table:{t.id}": Tabled(0, t) for t in m.tables.values() if t.section == "comparison" and not t.comparison
    }
    last = Section("comparisons-all", "All comparisons", tuple(around.values()))
    inner = tuple(s for s in (*inner, last) if s.blocks)
    return Section("comparisons", "Comparisons with external sources", _commitment(m) if inner else (), inner)


def _commitment(m: Material) -> tuple[Block, ...]:
    out: list[Block] = []
    for one in m.results.commitment[:1]:
        kept = one.status == "prespecified"
        out.append(Text(said(standing(one), "commitment"), manner="strong" if kept else "warning"))
        if one.changes:
            out.append(Text(joined("The locked design was changed:")))
            out.append(Items(tuple(said(change, "commitment") for change in one.changes)))
    return tuple(out)


def _comparison(m: Material, name: str) -> Section:
    label = comparison_label(m.results, name)
    primary = primary_of(m.results, name)
    head: list[Block] = []
    if gate_failed(m.results, name):
        head.append(Text(joined(FAILED), manner="warning", lead="Gate failed."))
    if primary is not None:
        words = f"{primary.words}. Estimand: {estimand_words(primary)}."
        head.append(Text(said(words, choice_id(primary)), lead="Primary method."))
    shown, _ = parted(m, m.of_comparison(name))
    return Section(f"comparison-{name}", label, (*head, *shown) if shown else ())


def diagnostics(m: Material) -> tuple[Section, ...]:
    """What stands behind each comparison: one section of the appendix each."""
    made = []
    for name in names(m):
        _, detail = parted(m, m.of_comparison(name))
        if detail:
            label = comparison_label(m.results, name)
            made.append(Section(f"diagnostics-{name}", f"Diagnostics: {label}", detail, fold=True))
    return tuple(made)
