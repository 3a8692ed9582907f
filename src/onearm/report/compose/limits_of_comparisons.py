"""What limits the comparisons with external sources, as sentences that the results call for."""

from __future__ import annotations

from collections.abc import Iterator

from onearm import text
from onearm.report.compose.phrases import joined, listed, p_text, said
from onearm.report.document import Parts
from onearm.results import Commitment, Results
from onearm.tables.cells import shown
from onearm.tables.methods import choice_id, primary_of
from onearm.tables.names import comparison_label, comparisons, endpoint, of_context, parse

LEVEL = 0.05
"""Two-sided level at which two tests of one difference are held against each other."""

PROPORTIONAL = 0.05
"""The level of the test of proportional hazards below which a ratio is pointed out."""


def of_comparisons(results: Results) -> Iterator[Parts]:
    """Every one of them, the gravest first."""
    makers = (
        _gates, _commitment, _calendar, _lost, _further_methods, tests_differ, _not_proportional, _confounding,
        _complete_cases,
    )  # fmt: skip
    for make in makers:
        yield from make(results)


def _gates(results: Results) -> Iterator[Parts]:
    for g in results.gates:
        if not g.passed:
            label = comparison_label(results, g.comparison)
            yield joined(
                f"Against {label} the gate {g.name} failed ({g.says}): its numbers are not an effect.", source=g.id
            )


def _commitment(results: Results) -> Iterator[Parts]:
    for one in results.commitment:
        if one.status != "prespecified" and comparisons(results):
            yield said(standing(one), "commitment")


def standing(one: Commitment) -> str:
    """How the design stands, without what to type against it.

    Examples
    --------
    >>> standing(Commitment(status="open", says="Not prespecified: never locked. `onearm lock` freezes it."))
    'Not prespecified: never locked.'
    """
    kept = one.says.partition(" `")[0]
    return kept if kept.endswith(".") else f"{kept}."


def _calendar(results: Results) -> Iterator[Parts]:
    """Whether the external patients were treated in the trial's years, as the table of comparability says."""
    for s in results.statements:
        if s.kind != "comparability":
            continue
        for row in s.rows:
            for words in row:
                if "contemporaneous:" in words and not words.startswith("Contemporaneous"):
                    label = comparison_label(results, s.comparison)
                    yield said(f"{label}: {words[:1].lower()}{words[1:].rstrip('.')}.", s.id)


def _lost(results: Results) -> Iterator[Parts]:
    for name in comparisons(results):
        primary = primary_of(results, name)
        if primary is not None and primary.lost:
            count = text.number(primary.lost, 0)
            yield joined(
                f"Against {comparison_label(results, name)} the effect does not speak of {count} eligible trial "
                f"patient{'s' * (primary.lost > 1)}: no place in the comparison.",
                source=choice_id(primary),
            )


def _further_methods(results: Results) -> Iterator[Parts]:
    for name in comparisons(results):
        failed = [c for c in results.choices if c.comparison == name and c.method != "primary" and c.failed]
        if failed:
            listed_ = listed((said(c.label, choice_id(c)) for c in failed), end="")
            label = said(f"Against {comparison_label(results, name)}", choice_id(failed[0]))
            yield joined(label, " the gates of further methods failed: ", listed_, ".")


def tests_differ(results: Results) -> Iterator[Parts]:
    """Where the test of the ratio finds a difference and the log-rank test within pairs does not, or the reverse."""
    for e in of_context(results, "comparison"):
        name = parse(e.id)
        other = results.estimates.get(f"{name.variable}.paired_log_rank_p|{name.group}")
        if name.statistic != "cox_p" or name.side or other is None or e.value is None or other.value is None:
            continue
        if (e.value < LEVEL) != (other.value < LEVEL):
            yield joined(
                f"{endpoint(results, name.variable)} against {comparison_label(results, name.comparison)}: the tests "
                "do not agree, Wald p ",
                said(p_text(shown(e)), e.id),
                ", log-rank within pairs p ",
                said(p_text(shown(other)), other.id),
                ".",
                source=e.id,
            )


def _not_proportional(results: Results) -> Iterator[Parts]:
    for e in of_context(results, "comparison"):
        name = parse(e.id)
        if name.statistic == "ph_p" and e.value is not None and e.value < PROPORTIONAL:
            label = comparison_label(results, name.comparison)
            yield joined(
                f"{endpoint(results, name.variable)} against {label}: hazards do not look proportional (p ",
                said(p_text(shown(e)), e.id),
                "); one hazard ratio does not describe all times.",
                source=e.id,
            )


def _confounding(results: Results) -> Iterator[Parts]:
    for e in of_context(results, "sensitivity"):
        name = parse(e.id)
        passed = all(g.passed for g in results.gates if g.comparison == name.comparison)
        if name.statistic != "e_value" or name.side or not passed:
            continue
        nearer = results.estimates.get(f"{name.variable}.e_value_limit|{name.group}")
        limit = () if nearer is None else joined("; ", said(shown(nearer), nearer.id), " would bring its limit to 1")
        label = comparison_label(results, name.comparison)
        yield joined(
            f"{endpoint(results, name.variable)} against {label}: a confounder that nobody measured could explain "
            "the difference, if its risk ratios to group and to outcome were both at least ",
            said(shown(e), e.id),
            " (E-value)",
            limit,
            ".",
            source=e.id,
        )


def _complete_cases(results: Results) -> Iterator[Parts]:
    for e in of_context(results, "attrition"):
        name = parse(e.id)
        if e.id.startswith("n.removed.complete|") and e.value:
            side = "external" if name.side == "external" else "trial"
            yield joined(
                f"Against {comparison_label(results, name.comparison)} ",
                said(shown(e), e.id),
                f" {side} patient{'s' * (e.value != 1)} with a missing covariate left out.",
                source=e.id,
            )
