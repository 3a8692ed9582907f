"""Records to JSON's own types and back."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping
from typing import Any

from onearm.results.drawn import Schedule, ScheduledDrug, Strip
from onearm.results.monitored import Boundaries, TimeBoundaries
from onearm.results.outline import Chapter, Outline, Passage
from onearm.results.records import Curve, Flow, FlowStep, Header, Lane, Mark, RiskTable, Segment
from onearm.results.watched import Moment, Watch


def line(record: Any) -> str:
    """One record as one line of JSON."""
    return json.dumps(plain(record), ensure_ascii=False, allow_nan=False)


def lines(records: Iterable[Any]) -> str:
    """Records as lines of a JSON list."""
    return ",\n".join(line(r) for r in records)


def plain(value: Any) -> Any:
    """A record as JSON's own types; infinities become the strings ``"inf"`` and ``"-inf"``."""
    if value is None or isinstance(value, str | int):
        return value
    if isinstance(value, float):
        if math.isfinite(value):
            return value
        return None if math.isnan(value) else ("inf" if value > 0 else "-inf")
    if isinstance(value, tuple):  # of one kind each; texts, the longest ones, need no look at every item
        return list(value) if value and isinstance(value[0], str) else [plain(v) for v in value]
    return {name: plain(getattr(value, name)) for name in value.__slots__}


_NUMBERS = frozenset({"value", "low", "high", "std_error"})
"""Fields that may hold an infinity."""


def _read(name: str, value: Any) -> Any:
    if isinstance(value, list):
        return tuple(_read(name, v) for v in value)
    return float(value) if name in _NUMBERS and value in ("inf", "-inf") else value


def record(kind: type[Any], body: Mapping[str, Any]) -> Any:
    """A record of one kind from what `plain` made of it."""
    return kind(**{name: _read(name, value) for name, value in body.items()})


def curve(body: Mapping[str, Any]) -> Curve:
    """A curve with its risk table."""
    return record(Curve, {**body, "risk": record(RiskTable, body["risk"])})  # type: ignore[no-any-return]


def flow(body: Mapping[str, Any]) -> Flow:
    """A flow with its steps."""
    return Flow(id=body["id"], label=body["label"], steps=tuple(record(FlowStep, s) for s in body["steps"]))


def lane(body: Mapping[str, Any]) -> Lane:
    """A lane with its segments and marks."""
    segments = tuple(record(Segment, s) for s in body["segments"])
    marks, tests = (tuple(record(Mark, m) for m in body[name]) for name in ("marks", "tests"))
    return Lane(**{**body, "segments": segments, "marks": marks, "tests": tests})


def schedule(body: Mapping[str, Any]) -> Schedule:
    """The plan of a version with its strips."""
    strips = (
        Strip(cycles=s["cycles"], days=s["days"], drugs=tuple(record(ScheduledDrug, d) for d in s["drugs"]))
        for s in body["strips"]
    )
    return Schedule(id=body["id"], label=body["label"], strips=tuple(strips))


def watch(body: Mapping[str, Any]) -> Watch:
    """A stopping rule on the data, with its history."""
    kept = {k: v for k, v in body.items() if k != "moments"}
    return Watch(**{k: _read(k, v) for k, v in kept.items()}, moments=tuple(record(Moment, m) for m in body["moments"]))


def boundaries(body: Mapping[str, Any]) -> Boundaries | TimeBoundaries:
    """The boundary of a rule on counts, or of one on times."""
    return record(TimeBoundaries if "least" in body else Boundaries, body)  # type: ignore[no-any-return]


def header(body: Mapping[str, Any]) -> Header:
    """The header."""
    return record(Header, body)  # type: ignore[no-any-return]


def outline(body: Mapping[str, Any]) -> Outline:
    """What documents hold beside numbers."""
    kinds: dict[str, type[Any]] = {"chapters": Chapter, "summary": Chapter, "passages": Passage}
    parts = {name: tuple(record(kind, one) for one in body[name]) for name, kind in kinds.items()}
    return Outline(**parts, abstract=tuple(body["abstract"]), word_template=body["word_template"])
