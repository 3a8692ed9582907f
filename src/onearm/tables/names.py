"""What an id says, in words."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from onearm.results import Estimate, Results

_ENDPOINTS = {
    "os": "Overall survival",
    "pfs": "Progression-free survival",
    "efs": "Event-free survival",
    "rfs": "Relapse-free survival",
    "dor": "Duration of response",
    "follow_up": "Follow-up",
    "n": "Sample",
}

_STATISTICS = {
    "n": "Subjects",
    "events": "Events",
    "median": "Median",
    "log_rank_p": "Log-rank p-value",
    "cox_p": "Cox p-value",
    "hazard_ratio": "Hazard ratio",
    "smr": "Observed over expected events",
    "one_sample_p": "One-sample log-rank p-value",
    "ph_p": "Proportional hazards p-value",
    "paired_log_rank_p": "Log-rank p-value within pairs",
    "mantel_byar_p": "Mantel-Byar p-value",
    "gray_p": "Gray's test p-value",
    "difference": "Difference",
    "mean_difference": "Difference of means",
    "share": "Share",
    "risk_difference": "Difference of shares",
    "risk_ratio": "Risk ratio",
    "odds_ratio": "Odds ratio",
    "risk_p": "Wald p-value of the difference",
}

_UP_TO = {
    "rmst": "Restricted mean",
    "mean": "Mean time",
    "mean_difference": "Difference of restricted means",
    "rmst_difference": "Difference of restricted means",
}
"""Statistics whose moment is the end of what they count."""

_AT = {"difference": "Difference at", "survival_difference": "Difference in survival at"}
"""Words before the moment of statistics that are no value of a curve."""


@dataclass(frozen=True, slots=True)
class Name:
    """The parts of an id, ``variable.statistic@at|group``."""

    variable: str
    statistic: str
    at: str
    group: str

    @property
    def comparison(self) -> str:
        """What stands before the slash in the group."""
        return self.group.partition("/")[0]

    @property
    def side(self) -> str:
        """What stands after the slash in the group: ``trial``, ``external``, ``before`` ..."""
        return self.group.partition("/")[2]


def parse(key: str) -> Name:
    """Take an id apart.

    Examples
    --------
    >>> parse("os.survival@24mo|salvage_chemo/trial")
    Name(variable='os', statistic='survival', at='24mo', group='salvage_chemo/trial')
    >>> parse("n.eligible.1|c").statistic, parse("smd.race=a|b|c/before").group
    ('eligible.1', 'b|c/before')
    """
    head, _, group = key.partition("|")
    head, _, at = head.partition("@")
    variable, _, statistic = head.partition(".")
    return Name(variable, statistic, at, group)


def plain(name: str) -> str:
    """A name from a protocol as words.

    Examples
    --------
    >>> plain("best_response"), plain("transplanted=yes"), plain("")
    ('Best response', 'Transplanted: yes', '')
    """
    text = name.replace("_", " ").replace("=", ": ").replace("/", ", ")
    return text[:1].upper() + text[1:]


def moment(at: str) -> str:
    """A time from an id in words.

    Examples
    --------
    >>> moment("24mo"), moment("100d"), moment("end")
    ('24 months', '100 days', 'end')
    """
    for suffix, unit in (("mo", "months"), ("d", "days"), ("y", "years")):
        number = at.removesuffix(suffix)
        if number != at and number.replace(".", "", 1).isdigit():
            return f"{number} {unit}"
    return at


def endpoint(results: Results, variable: str) -> str:
    """The name of a time-to-event endpoint: what its labels say before the colon."""
    if variable != "n":
        said = (e.label.partition(": ") for e in results if parse(e.id).variable == variable)
        label = next((before for before, colon, _ in said if colon), "")
        if label:
            return label
    return _ENDPOINTS.get(variable) or plain(variable)


def statistic(e: Estimate) -> str:
    """The words for a row that stands under the heading of its endpoint."""
    name = parse(e.id)
    if name.at and name.statistic.startswith("incidence"):  # the label names the cause
        return e.label.partition(": ")[2] or e.label
    if name.at:
        until = _UP_TO.get(name.statistic)
        said = f"{until} to" if until else _AT.get(name.statistic, "At")
        return f"{said} {moment(name.at)}" + (", months" if e.unit == "months" else "")
    known = _STATISTICS.get(name.statistic)
    if known is None or name.variable == "n":
        return e.label
    return f"{known}, months" if e.unit == "months" else known


def group(results: Results, variable: str, key: str) -> str:
    """The heading of a column: the group of its curve, or the group in words."""
    curve = results.curves.get(f"{variable}|{key}")
    return plain(curve.group) if curve and curve.group and curve.group != key else plain(parse(f"|{key}").side or key)


_COMPARED = ("balance", "comparison", "published", "borrowing")


def comparisons(results: Results) -> tuple[str, ...]:
    """Every comparison with an external source or a publication, and what is borrowed, in order."""
    seen = [g.comparison for g in results.gates]
    seen += [parse(e.id).comparison for e in results if e.context in _COMPARED]
    return tuple(dict.fromkeys(name for name in seen if name))


def comparison_label(results: Results, comparison: str) -> str:
    """The label of a comparison: that of its flow, or its name in words."""
    return next((f.label for f in results.flows if f.id == comparison), plain(comparison))


def gate_failed(results: Results, comparison: str) -> bool:
    """Whether any gate of a comparison did not pass."""
    return any(g.comparison == comparison and not g.passed for g in results.gates)


def of_context(results: Results, *contexts: str) -> tuple[Estimate, ...]:
    """The estimates of some contexts, in order."""
    return tuple(e for e in results if e.context in contexts)


def unique(items: Iterable[str]) -> tuple[str, ...]:
    """Each text once, in order, without empty ones."""
    return tuple(dict.fromkeys(item for item in items if item))
