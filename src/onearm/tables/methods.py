"""Every method of a comparison side by side: whom it speaks of, who was lost, what it found."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from onearm import text
from onearm.results import Choice, Estimate, Results
from onearm.tables.cells import level, limits, shown, value, value_limits
from onearm.tables.model import Cell, Row, Table, words
from onearm.tables.names import comparison_label, endpoint, moment, parse, unique

PRIMARY = "primary"
GATE_FAILED = "gate failed"
"""The stamp on a number of a method that did not pass its gates."""

_SHOWN = {
    "hazard_ratio": ("hazard ratio", "cox_p", "survival_difference"),
    "odds_ratio": ("odds ratio", "risk_p", "risk_difference"),
}
"""Ratios by which methods are compared: in words, with the p-value and the difference that stand beside them."""

_STATISTICS = {*_SHOWN, *(name for _, *rest in _SHOWN.values() for name in rest)}
_FIXED = ("Estimand", "Trial", "Lost", "External", "Effective n", "Gates")


def methods(results: Results) -> tuple[Table, ...]:
    """One table for each comparison whose methods are known."""
    return tuple(_table(results, name) for name in unique(c.comparison for c in results.choices))


def choice_id(choice: Choice) -> str:
    """The id under which the index of a report names a method.

    Examples
    --------
    >>> choice_id(Choice(comparison="c", method="overlap", label="", words="", estimand="ATO", trial=1, external=1,
    ...                  lost=0, effective_trial=1.0, effective_external=1.0))
    'choice|c/overlap'
    """
    return f"choice|{choice.comparison}/{choice.method}"


def group_of(choice: Choice) -> str:
    """What stands after the bar in the ids of a method's numbers."""
    return choice.comparison if choice.method == PRIMARY else f"{choice.comparison}/{choice.method}"


def primary_of(results: Results, comparison: str) -> Choice | None:
    """What the primary method of a comparison made of the two sides, where it is known."""
    return next((c for c in results.choices if c.comparison == comparison and c.method == PRIMARY), None)


def estimand_words(choice: Choice) -> str:
    """The estimand, and how many trial patients it does not speak of.

    Examples
    --------
    >>> estimand_words(Choice(comparison="c", method="m", label="", words="", estimand="ATT of those kept", trial=47,
    ...                       external=47, lost=1, effective_trial=47.0, effective_external=47.0))
    'ATT of those kept, 1 trial patient lost'
    """
    lost = text.number(choice.lost, 0) if choice.lost else "no"
    return f"{choice.estimand}, {lost} trial patient{'s' * (choice.lost > 1)} lost"


def effective(choice: Choice) -> str:
    """Effective numbers of trial and external patients."""
    return f"{text.number(choice.effective_trial)} / {effective_external(choice)}"


def effective_external(choice: Choice) -> str:
    """Effective number of external patients."""
    return text.number(choice.effective_external)


def verdict(choice: Choice) -> str:
    """Whether the gates of a method held, in a word or two."""
    return "no design" if choice.refused else "failed" if choice.failed else "passed"


def _table(results: Results, name: str) -> Table:
    mine = [c for c in results.choices if c.comparison == name]
    effects = [e for e in results if _is_effect(e, name)]
    rows: list[Row] = []
    for variable in unique(parse(e.id).variable for e in effects):
        rows += _rows(results, name, mine, [e for e in effects if parse(e.id).variable == variable])
    if not rows:
        rows = [Row(c.label, (*_fixed(c), Cell(), Cell(), Cell())) for c in mine]
    return Table(
        id=f"methods-{name}",
        title=f"Every method: {comparison_label(results, name)} ({level(effects)})",
        section="comparison",
        comparison=name,
        columns=words("Method", *_FIXED, "Ratio", "p", "Difference"),
        rows=tuple(rows),
        footnotes=(*_notes(name, mine, effects), *_defined(results, effects), *_reasons(name, mine, effects)),
        notice=results.header.notice,
    )


def _rows(results: Results, name: str, mine: Sequence[Choice], effects: Sequence[Estimate]) -> list[Row]:
    """One endpoint: its heading names the ratio and the first time at which survival is compared."""
    found = [parse(e.id) for e in effects]
    variable, at = found[0].variable, next((f"@{n.at}" for n in found if n.at), "")
    kind = next((k for k in _SHOWN if any(n.statistic == k for n in found)), "hazard_ratio")
    ratio, p, difference = _SHOWN[kind]
    ids = [f"{variable}.{kind}", f"{variable}.{p}", f"{variable}.{difference}{at}"]
    when = f" at {moment(at[1:])}" if at else ""
    rows = [Row(f"{endpoint(results, variable)}: {ratio}; {difference.replace('_', ' ')}{when}", head=True)]
    for choice in mine:
        effect = _effect(results, ids, group_of(choice), GATE_FAILED if choice.failed else "")
        rows.append(Row(choice.label, (*_fixed(choice), *effect), 1))
    if any(n.group == f"{name}/crude" for n in found):
        crude = _effect(results, ids, f"{name}/crude", "")
        rows.append(Row("Crude, before matching", (*words("none", "", "", "", "", "not adjusted"), *crude), 1))
    return rows


def _is_effect(e: Estimate, name: str) -> bool:
    found = parse(e.id)
    of_method = e.context == "method" and found.group.startswith(f"{name}/")
    known = of_method or (e.context == "comparison" and found.group in (name, f"{name}/crude"))
    return known and found.statistic in _STATISTICS


def _fixed(choice: Choice) -> tuple[Cell, ...]:
    """What was settled before an outcome was looked at; each number knows the method it belongs to."""
    counts = (text.number(choice.trial, 0), text.number(choice.lost, 0), text.number(choice.external, 0))
    numbers = (Cell(((said, choice_id(choice)),)) for said in (*counts, effective(choice)))
    return (*words(choice.estimand), *numbers, *words(verdict(choice)))


def _effect(results: Results, ids: Sequence[str], group: str, stamp: str) -> tuple[Cell, ...]:
    """The numbers of one method on one endpoint; every one of a failed design bears the stamp."""
    found = [results.estimates.get(f"{key}|{group}") for key in ids]
    return tuple(value(e, stamp) if e is not None and e.unit == "p" else value_limits(e, stamp) for e in found)


def _notes(name: str, mine: Sequence[Choice], effects: Sequence[Estimate]) -> Iterator[str]:
    yield (
        "Lost: eligible trial patients of whom the numbers do not speak. Effective n: (sum of weights) squared over "
        "the sum of squared weights, trial / external."
    )
    tests = unique(e.method.rpartition("; ")[2] for e in effects if e.unit == "p" and e.value is not None)
    if any(tests):
        yield f"p: {'; '.join(tests)}."
    for choice in mine:
        yield "; ".join((f"{choice.label}: {choice.words}", *choice.notes, *_by(effects, group_of(choice)))) + "."
        yield from (f"{choice.label}: {said}." for said in choice.failed)
        if choice.refused:
            yield f"{choice.label}: no design: {choice.refused}."

    if crude := _by(effects, f"{name}/crude"):
        yield f"Crude, before matching: {'; '.join(crude)}."


def _by(effects: Sequence[Estimate], group: str) -> tuple[str, ...]:
    """How the ratio and the difference of one row were estimated."""
    return unique(e.method for e in effects if e.group == group and e.value is not None and e.unit != "p")


def _defined(results: Results, effects: Sequence[Estimate]) -> Iterator[str]:
    """What is said with every number of an endpoint: its definition, and who stands against whom."""
    for variable in unique(parse(e.id).variable for e in effects):
        said = [e.notes for e in effects if parse(e.id).variable == variable and e.value is not None]
        shared = [note for note in (said[0] if said else ()) if all(note in notes for notes in said)]
        if shared:
            yield f"{endpoint(results, variable)}: {'; '.join(shared)}."


def _reasons(name: str, mine: Sequence[Choice], effects: Sequence[Estimate]) -> Iterator[str]:
    """Why a number is missing, each with the row it belongs to; what refused a design was said with it."""
    said = {part for e in effects for part in (shown(e), *limits(e).split())}
    codes = {text.NOT_ESTIMABLE: "not estimable", text.NOT_REACHED: "not reached"}
    if used := [f"{code}: {words}" for code, words in codes.items() if code in said]:
        yield f"{', '.join(used)}."
    rows = {group_of(c): (c.label, c.refused) for c in mine} | {f"{name}/crude": ("Crude, before matching", "")}
    found = []
    for e in effects:
        row, refused = rows.get(parse(e.id).group, ("", ""))
        if row and e.error and e.error != refused:
            found.append(f"{row}: {e.label}: {e.error.rstrip('.')}.")
    yield from unique(found)
