"""Results are records: one per printed number, one per curve. They compute nothing.

Ids are stable names: ``orr``, ``os.median``, ``os.survival@24mo``, ``os.hazard_ratio|salvage_chemo``. What
stands after ``|`` is the comparison, arm or subgroup.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from onearm.errors import UsageError, near

if TYPE_CHECKING:
    import polars as pl

SCHEMA = 1
"""Version of the shape of results.json."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """One number that may be printed, with everything needed to defend it.

    Parameters
    ----------
    id
        Stable name: ``endpoint[.statistic][@time][|group]``.
    label
        Words for a table row.
    variable, stat, context
        ARD columns: what was measured, which statistic, which kind of analysis.
    value, low, high, level
        The number, its limits and their level; ``None`` where there is none. ``value`` may be infinite
        ("not reached").
    std_error
        Standard error on the scale named in ``method``.
    unit
        ``proportion``, ``months``, ``hazard ratio``, ``patients``, ``p`` ...
    n, events
        Subjects behind the number; those with the event.
    method
        Words for a footnote.
    population, group
        Whom it speaks of; ``group`` is the comparison, arm or subgroup.
    evidence
        Name of the fact whose rows prove the number; see `Results.evidence`.
    subjects
        The subjects counted (those with the fact, or those in the analysis).
    notes
        Assumptions and defaults in force.
    error
        Why there is no value.
    """

    id: str
    label: str
    variable: str
    stat: str
    context: str
    unit: str
    n: int
    method: str
    population: str
    value: float | None = None
    low: float | None = None
    high: float | None = None
    level: float | None = None
    std_error: float | None = None
    events: int | None = None
    group: str = ""
    evidence: str = ""
    subjects: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    error: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RiskTable:
    """Numbers under a curve's axis.

    ``time`` in months; ``at_risk``, ``censored`` and ``events`` of the same length: at risk just before the time,
    censored and events up to it.
    """

    time: tuple[float, ...]
    at_risk: tuple[float, ...]
    censored: tuple[int, ...]
    events: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Curve:
    """A step function with its limits, ready to draw.

    ``time`` (months), ``value``, ``low``, ``high``, ``at_risk``, ``events`` and ``censored`` have one entry per
    distinct time. ``panel`` joins the curves of one picture; ``group`` names this one.
    """

    id: str
    label: str
    panel: str
    group: str
    time: tuple[float, ...]
    value: tuple[float, ...]
    low: tuple[float | None, ...]
    high: tuple[float | None, ...]
    at_risk: tuple[float, ...]
    events: tuple[float, ...]
    censored: tuple[float, ...]
    risk: RiskTable
    n: int
    method: str
    population: str
    evidence: str = ""
    subjects: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate:
    """A check that was set before the effect was seen: its value, its threshold, and whether it passed."""

    id: str
    comparison: str
    name: str
    value: float | None
    threshold: float
    passed: bool
    says: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowStep:
    """One step of an attrition: who is left, who was removed, why. ``estimate`` is the id of the count."""

    name: str
    label: str
    n: int
    removed: int
    reason: str
    estimate: str
    removed_estimate: str = ""
    branch: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """The attrition of the trial or of one external source, in order."""

    id: str
    label: str
    steps: tuple[FlowStep, ...]


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is true of one subject, in words, and the rows that prove it (``responses.csv:6``)."""

    says: str
    at: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """What the results are of.

    ``notice`` is printed on everything (invented patients, research use). ``definitions`` are the rules and
    defaults in force, one sentence each. ``findings`` are the problems that did not block.
    """

    trial: str
    title: str
    arm: str
    registry: str = ""
    notice: str = ""
    cutoff: str = ""
    software: str = ""
    definitions: tuple[str, ...] = ()
    findings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Results:
    """Everything one run found, in order; look a number up by its id.

    Examples
    --------
    >>> one = Estimate(id="orr", label="Overall response", variable="orr", stat="p", context="proportion",
    ...                unit="proportion", n=48, events=44, value=44 / 48, method="exact", population="treated")
    >>> r = Results(Header(trial="t", title="T", arm="A"), {"orr": one})
    >>> r["orr"].events, "orr" in r, Results.from_json(r.to_json()) == r
    (44, True, True)
    """

    header: Header
    estimates: Mapping[str, Estimate] = field(default_factory=dict)
    curves: Mapping[str, Curve] = field(default_factory=dict)
    gates: tuple[Gate, ...] = ()
    flows: tuple[Flow, ...] = ()
    evidence: Mapping[str, Mapping[str, Evidence]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name in ("estimates", "curves", "evidence"):
            object.__setattr__(self, name, MappingProxyType(dict(getattr(self, name))))

    def __getitem__(self, key: str) -> Estimate:
        """The number with this id; `UsageError` U301 with a near match when there is none."""
        try:
            return self.estimates[key]
        except KeyError:
            raise UsageError.one(
                "U301",
                key,
                f'no number has the id "{key}"{near(key, self.estimates)}',
                "look the id up in results.csv (column id)",
            ) from None

    def __contains__(self, key: str) -> bool:
        return key in self.estimates

    def __iter__(self) -> Iterator[Estimate]:
        return iter(self.estimates.values())

    def __len__(self) -> int:
        return len(self.estimates)

    def frame(self) -> pl.DataFrame:
        """One row per number, in the columns of CDISC's analysis results data, plus ``id`` and ``method``.

        Columns: ``group1 group1_level variable variable_level context stat_name stat_label stat unit n id method
        population error``. An estimate with limits gives three rows; a count gives its own.
        """
        import polars as pl

        rows = [row for e in self for row in _ard_rows(e)]
        return pl.DataFrame(rows, schema=_ard_schema(), orient="row")

    def to_json(self) -> str:
        """Deterministic JSON text, one record a line; infinities become the strings ``"inf"`` and ``"-inf"``.

        Evidence is left out: it names lines of files, which change when rows are reordered and numbers do not.
        """
        lists = {
            "estimates": self.estimates.values(),
            "curves": self.curves.values(),
            "gates": self.gates,
            "flows": self.flows,
        }
        parts = [f'"schema": {SCHEMA}', f'"header": {_json(self.header)}']
        parts += [f'"{name}": [\n{_lines(records)}\n]' for name, records in lists.items()]
        return "{\n" + ",\n".join(parts) + "\n}\n"

    @classmethod
    def from_json(cls, text: str, where: str = "results.json") -> Results:
        """Read back what `to_json` wrote; `UsageError` U302 when it is something else."""
        try:
            body = json.loads(text)
            if body["schema"] != SCHEMA:
                raise ValueError(f"shape {body['schema']} of results, this version reads {SCHEMA}")
            return cls(
                header=_header(body["header"]),
                estimates={e["id"]: _record(Estimate, e) for e in body["estimates"]},
                curves={c["id"]: _curve(c) for c in body["curves"]},
                gates=tuple(_record(Gate, g) for g in body["gates"]),
                flows=tuple(_flow(f) for f in body["flows"]),
            )
        except (ValueError, KeyError, TypeError) as problem:
            raise UsageError.one(
                "U302", where, f"these are not results of onearm ({problem})", "run `onearm run` again"
            ) from None


_ARD = {
    "group1": "str",
    "group1_level": "str",
    "variable": "str",
    "variable_level": "str",
    "context": "str",
    "stat_name": "str",
    "stat_label": "str",
    "stat": "float",
    "unit": "str",
    "n": "int",
    "id": "str",
    "method": "str",
    "population": "str",
    "error": "str",
}


def _ard_schema() -> dict[str, Any]:
    import polars as pl

    kinds = {"str": pl.String, "float": pl.Float64, "int": pl.Int64}
    return {name: kinds[kind] for name, kind in _ARD.items()}


def _ard_rows(e: Estimate) -> list[tuple[Any, ...]]:
    level = e.id.partition("|")[0].partition("@")[2]
    head = ("group" if e.group else None, e.group or None, e.variable, level or None, e.context)
    tail = (e.unit, e.n, e.id, e.method, e.population, e.error)
    stats: list[tuple[str, str, float | None]] = [(e.stat, e.label, e.value)]
    if e.level is not None:
        percent = f"{100 * e.level:g}% limit"
        stats += [("conf.low", f"lower {percent}", e.low), ("conf.high", f"upper {percent}", e.high)]
    if e.std_error is not None:
        stats.append(("std.error", "standard error", e.std_error))
    if e.events is not None and e.stat != "n":
        stats.append(("n.event", "with the event", float(e.events)))
    return [(*head, name, label, value, *tail) for name, label, value in stats]


def _json(record: Any) -> str:
    return json.dumps(_plain(record), ensure_ascii=False, allow_nan=False)


def _lines(records: Iterable[Any]) -> str:
    return ",\n".join(_json(r) for r in records)


def _plain(value: Any) -> Any:
    """Records to JSON's own types."""
    if value is None or isinstance(value, str | int):
        return value
    if isinstance(value, float):
        if math.isfinite(value):
            return value
        return None if math.isnan(value) else ("inf" if value > 0 else "-inf")
    if isinstance(value, tuple):  # of one kind each; texts, the longest ones, need no look at every item
        return list(value) if value and isinstance(value[0], str) else [_plain(v) for v in value]
    return {name: _plain(getattr(value, name)) for name in value.__slots__}


def _unplain(value: Any) -> Any:
    if value in ("inf", "-inf"):
        return float(value)
    return tuple(_unplain(v) for v in value) if isinstance(value, list) else value


_TEXT = frozenset({"id", "label", "method", "group", "name", "says"})


def _record(kind: type[Any], body: Mapping[str, Any]) -> Any:
    return kind(**{k: v if k in _TEXT else _unplain(v) for k, v in body.items()})


def _curve(body: Mapping[str, Any]) -> Curve:
    parts = {k: v if k in _TEXT else _unplain(v) for k, v in body.items() if k != "risk"}
    return Curve(**parts, risk=_record(RiskTable, body["risk"]))


def _flow(body: Mapping[str, Any]) -> Flow:
    return Flow(id=body["id"], label=body["label"], steps=tuple(_record(FlowStep, s) for s in body["steps"]))


def _header(body: Mapping[str, Any]) -> Header:
    return _record(Header, body)  # type: ignore[no-any-return]
