"""The few numbers a reader wants first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from onearm import text
from onearm.results import Estimate, Results, Watch
from onearm.tables.cells import counted, level_text, limits, shown, with_unit
from onearm.tables.methods import estimand_words, primary_of
from onearm.tables.monitoring import stamp
from onearm.tables.names import comparison_label, gate_failed, moment, of_context, parse

_PROPORTIONS = ("response", "safety", "status")
_TIMES = ("survival", "follow-up")


@dataclass(frozen=True, slots=True)
class KeyLine:
    """One key result: its label, the number, what stands beside it, a warning, and the id of its estimate."""

    label: str
    value: str
    detail: str
    stamp: str
    id: str

    @property
    def text(self) -> str:
        """The number with what stands beside it, as one text."""
        said = f"{self.value} ({self.detail})" if self.detail else self.value
        return f"{said} [{self.stamp}]" if self.stamp else said


def key_lines(results: Results) -> list[KeyLine]:
    """Proportions of response, safety and status, medians and milestones of survival, follow-up, effects.

    Subgroups, categories and side analyses are left to the tables. The effect of a comparison is its hazard ratio, or
    its difference in risk; where there is no hazard ratio the reason stands in its place and the first difference in
    survival after it. An effect says whom it speaks of, and whether a gate failed. Stopping rules stand last, but first
    where one ends or holds enrolment.
    """
    chosen = _effects(results)
    found = [_line(results, e) for e in results if e.id in chosen or _is_key(e)]
    return [*_rule_lines(results, loud=True), *found, *_rule_lines(results, loud=False)]


def _effects(results: Results) -> set[str]:
    """Ids of the effects of the primary methods: one an endpoint, or the missing ratio and what is there instead."""
    by: dict[tuple[str, str], list[Estimate]] = {}
    for e in results:
        name = parse(e.id)
        if e.context == "comparison" and not name.side:
            by.setdefault((name.variable, name.comparison), []).append(e)
    return {e.id for found in by.values() for e in _of_endpoint(found)}


def _of_endpoint(found: Sequence[Estimate]) -> Iterator[Estimate]:
    first: dict[str, Estimate] = {}
    for e in found:
        first.setdefault(parse(e.id).statistic, e)
    ratio = first.get("hazard_ratio")
    if ratio is not None:
        yield ratio
    if (ratio is None or ratio.value is None) and "survival_difference" in first:
        yield first["survival_difference"]
    if "risk_difference" in first:
        yield first["risk_difference"]
    yield from (e for kind, e in first.items() if kind.startswith("incidence_difference."))


def _is_key(e: Estimate) -> bool:
    name = parse(e.id)
    if e.context in _PROPORTIONS:
        return e.unit == "proportion" and e.id == name.variable
    return e.context in _TIMES and not name.group and name.statistic in ("median", "survival")


def _line(results: Results, e: Estimate) -> KeyLine:
    name = parse(e.id)
    interval = limits(e)
    ci = f"{level_text(e.level)} CI {interval}" if interval and e.level is not None else interval
    if e.context in _PROPORTIONS:
        detail = ", ".join(filter(None, (counted(e), ci)))
        return KeyLine(e.label, shown(e), detail, "", e.id)
    label = e.label
    if e.context == "comparison":
        endpoint, _, what = e.label.partition(": ")
        said = f"{endpoint}, {what}" if what else endpoint
        label = f"{said}: trial against {comparison_label(results, name.comparison)}"
        failed = gate_failed(results, name.comparison)
        checked = any(g.comparison == name.comparison for g in results.gates)
        primary = primary_of(results, name.comparison)
        whom = estimand_words(primary) if primary is not None else ""
        missing = e.error or "" if e.value is None else ""
        detail = "; ".join(filter(None, (missing, ci, whom, "gates passed" if checked and not failed else "")))
        return KeyLine(label, shown(e), detail, "gate failed" if failed else "", e.id)
    if name.at:
        label = f"{e.label.partition(': ')[0]} at {moment(name.at)}"
    return KeyLine(label, with_unit(e), ci, "", e.id)


def rule_name(w: Watch) -> str:
    """A rule and the version it judges."""
    return f"{w.label}, version {w.group}" if w.group else w.label


def _rule_lines(results: Results, *, loud: bool) -> list[KeyLine]:
    """One line a rule: its decision, counts and probability; a version only where it ends or holds enrolment."""
    chosen = [w for w in results.watches if bool(stamp(w)) == loud and (loud or not w.group)]
    return [KeyLine(f"Rule: {rule_name(w)}", w.word, _detail(results, w), stamp(w), w.id) for w in chosen]


def _detail(results: Results, w: Watch) -> str:
    now = w.moments[-1] if w.moments else None
    if now is None:
        return ""
    said = [f"{now.events} of {now.evaluated} with the event" + (f", {now.pending} pending" if now.pending else "")]
    for e in of_context(results, "monitoring"):
        if e.stat.startswith("belief") and e.variable == w.id.partition("|")[0] and e.group == w.group:
            said.append(f"{e.label[:1].lower()}{e.label[1:]}: {text.quantity(e.value, e.unit)}")
    return "; ".join([*said, *([f"as of {w.date}"] if w.date else [])])
