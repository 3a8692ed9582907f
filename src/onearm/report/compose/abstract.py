"""The abstract, made from the results: plain sentences, each number by its id."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from onearm.report.compose.limitations import limitations
from onearm.report.compose.limits_of_comparisons import tests_differ
from onearm.report.compose.material import Material
from onearm.report.compose.phrases import joined, listed, p_text, said, share, value
from onearm.report.document import Parts, Text, plain
from onearm.report.key import key_lines
from onearm.results import Estimate, Results
from onearm.tables.cells import shown, with_unit
from onearm.tables.methods import choice_id, estimand_words, primary_of
from onearm.tables.names import comparison_label, comparisons, endpoint, moment, of_context, parse, unique

_COVARIATES = 3
"""Numeric covariates that an abstract names when the protocol does not say which."""

_LIMITATIONS = 3


def abstract(m: Material) -> tuple[Text, ...]:
    """Design, patients, results, comparisons, stopping rules and what limits them; what has nothing to say is left."""
    results = m.results
    made: tuple[tuple[str, Parts], ...] = (
        ("Design", _design(results)),
        ("Patients", listed(_patients(results), between=". ")),
        ("Response", listed(_shares(results, "response"))),
        ("Safety", listed((*_shares(results, "safety"), *_toxicity(results)))),
        ("Survival", listed(_survival(results), between=". ")),
        ("Status at last contact", listed(_shares(results, "status"))),
        ("Comparisons", listed(_compared(results), between=" ", end="")),
        ("Stopping rules", listed(_rules(results), between=". ")),
        ("Limitations", listed(_shortly(m), between=" ", end="")),
    )
    return tuple(Text(parts, lead=f"{lead}.") for lead, parts in made if parts)


def _shortly(m: Material) -> list[Parts]:
    """The gravest limitations, and tests that do not agree; the notice stands on every page anyway."""
    found = [parts for parts in limitations(m) if all(key != "header:notice" for _, key in parts)]
    first = [parts for parts in found if plain(parts) != m.results.header.notice][:_LIMITATIONS]
    return [*first, *(parts for parts in tests_differ(m.results) if parts not in first)]


def _wanted(results: Results, found: Iterable[Estimate]) -> list[Estimate]:
    """Those that the protocol names for its abstract, in its order; all where it names none."""
    chosen = list(found)
    order = results.outline.abstract
    if not order:
        return chosen
    return sorted((e for e in chosen if _name(e) in order), key=lambda e: order.index(_name(e)))


def _name(e: Estimate) -> str:
    return parse(e.id).variable


def _design(results: Results) -> Parts:
    header = results.header
    registry = f" ({header.registry})" if header.registry else ""
    counts = [results.estimates[key] for key in ("n.enrolled", "n.treated") if key in results]
    words = [said(f"{shown(e)} {e.label[:1].lower()}{e.label[1:]}", e.id) for e in counts]
    pieces = [said(f"Single-arm trial of {header.arm}{registry}", "header:arm")]
    if words:
        pieces.append(joined("Patients: ", listed(words, between=", ", end="")))
    if header.cutoff:
        pieces.append(said(f"Data cut-off {header.cutoff}", "header:cutoff"))
    return listed(pieces, between=". ")


def _patients(results: Results) -> Iterator[Parts]:
    medians = [e for e in of_context(results, "baseline") if e.stat == "median" and not parse(e.id).group]
    chosen = _wanted(results, medians) if results.outline.abstract else medians[:_COVARIATES]
    for e in chosen:
        low, high = (results.estimates.get(f"{_name(e)}.{end}") for end in ("min", "max"))
        label = e.label.rpartition(": ")[0].partition(",")[0] or e.label
        spread = (
            joined(" (range ", said(shown(low), low.id), " to ", said(shown(high), high.id), ")")
            if low and high
            else ()
        )
        yield joined(f"{label}: median ", said(with_unit(e), e.id), spread, source=e.id)
    cycles = [results.estimates.get(f"exposure.cycles.{stat}") for stat in ("median", "min", "max")]
    if all(e is not None for e in cycles):
        middle, low, high = (e for e in cycles if e is not None)
        yield joined(
            "Cycles started: median ", said(shown(middle), middle.id), " (range ", said(shown(low), low.id),
            " to ", said(shown(high), high.id), ")",
        )  # fmt: skip


def _shares(results: Results, context: str) -> Iterator[Parts]:
    keys = {line.id for line in key_lines(results)}
    for e in _wanted(results, (e for e in of_context(results, context) if e.id in keys)):
        yield joined(f"{e.label}: ", share(e), source=e.id)


def _toxicity(results: Results) -> Iterator[Parts]:
    """Patients with any adverse event of grade 3 or worse, and of grade 5."""
    for e in of_context(results, "toxicity"):
        name = parse(e.id)
        if name.statistic == "any" and not name.group and name.at in ("grade3+", "grade5"):
            what = "grade 3 or worse" if name.at == "grade3+" else "grade 5"
            yield joined(f"Adverse event of {what}: ", share(e), source=e.id)


def _survival(results: Results) -> Iterator[Parts]:
    keys = {line.id for line in key_lines(results)}
    found = _wanted(results, (e for e in of_context(results, "survival", "follow-up") if e.id in keys))
    for variable in unique(_name(e) for e in found):
        mine = [e for e in found if _name(e) == variable]
        yield joined(
            f"{endpoint(results, variable)}: ", listed((_milestone(e) for e in mine), end=""), source=mine[0].id
        )


def _milestone(e: Estimate) -> Parts:
    at = parse(e.id).at
    return joined(value(e), f" at {moment(at)}", source=e.id) if at else joined("median ", value(e))


def _compared(results: Results) -> Iterator[Parts]:
    for name in comparisons(results):
        primary = primary_of(results, name)
        if primary is None:
            continue
        label = joined(f"Against {comparison_label(results, name)}", source=choice_id(primary))
        failed = [g for g in results.gates if g.comparison == name and not g.passed]
        if failed:
            why = listed((said(f"{g.name}: {g.says}", g.id) for g in failed), end="")
            yield joined(label, ": a gate failed (", why, "), so no effect is read.")
            continue
        found = (e for line in key_lines(results) if (e := results.estimates.get(line.id)) and _of(e, name))
        effects = _wanted(results, found)
        if not effects:
            continue
        whom = said(f"{primary.label}; {estimand_words(primary)}", choice_id(primary))
        told = listed((_effect(results, e) for e in effects), end="")
        yield joined(label, " (", whom, "; gates passed): ", told, ".")


def _of(e: Estimate, comparison: str) -> bool:
    return e.context == "comparison" and parse(e.id).group == comparison


def _effect(results: Results, e: Estimate) -> Parts:
    before, _, what = e.label.partition(": ")
    p = results.estimates.get(f"{parse(e.id).variable}.cox_p|{e.group}") if e.stat == "hazard_ratio" else None
    tail = joined(", Wald p ", said(p_text(shown(p)), p.id)) if p is not None and p.value is not None else ()
    return joined(f"{before}, {what} " if what else f"{before} ", value(e), tail, source=e.id)


def _rules(results: Results) -> Iterator[Parts]:
    for line in key_lines(results):
        if line.id not in {w.id for w in results.watches}:
            continue
        yield joined(f"{line.label.removeprefix('Rule: ')}: {line.text}", source=line.id)
