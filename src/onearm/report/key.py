"""The few numbers a reader wants first."""

from __future__ import annotations

from dataclasses import dataclass

from onearm.results import Estimate, Results
from onearm.tables.cells import counted, level_text, limits, shown, with_unit
from onearm.tables.methods import estimand_words, primary_of
from onearm.tables.names import comparison_label, gate_failed, moment, parse

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
    """Proportions of response, safety and status, medians and milestones of survival, follow-up, hazard ratios.

    Subgroups, categories and side analyses are left to the tables. A hazard ratio says whom it speaks
    of, and whether a gate failed.
    """
    return [_line(results, e) for e in results if _is_key(e)]


def _is_key(e: Estimate) -> bool:
    name = parse(e.id)
    if e.context in _PROPORTIONS:
        return e.unit == "proportion" and e.id == name.variable
    if e.context in _TIMES:
        return not name.group and name.statistic in ("median", "survival")
    return e.context == "comparison" and name.statistic == "hazard_ratio" and not name.side


def _line(results: Results, e: Estimate) -> KeyLine:
    name = parse(e.id)
    interval = limits(e)
    ci = f"{level_text(e.level)} CI {interval}" if interval and e.level is not None else interval
    if e.context in _PROPORTIONS:
        detail = ", ".join(filter(None, (counted(e), ci)))
        return KeyLine(e.label, shown(e), detail, "", e.id)
    label = e.label
    if e.context == "comparison":
        endpoint = e.label.partition(": ")[0]
        label = f"{endpoint}, hazard ratio: trial against {comparison_label(results, name.comparison)}"
        failed = gate_failed(results, name.comparison)
        checked = any(g.comparison == name.comparison for g in results.gates)
        primary = primary_of(results, name.comparison)
        whom = estimand_words(primary) if primary is not None else ""
        detail = "; ".join(filter(None, (ci, whom, "gates passed" if checked and not failed else "")))
        return KeyLine(label, shown(e), detail, "gate failed" if failed else "", e.id)
    if name.at:
        label = f"{e.label.partition(': ')[0]} at {moment(name.at)}"
    return KeyLine(label, with_unit(e), ci, "", e.id)
