"""Cohorts of a few rows of adverse events, and the rules of counting once more in plain Python."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from onearm.cohort.tables import CLEAN, Cohort
from onearm.endpoints import Output
from onearm.endpoints.adverse_events import adverse_events
from onearm.endpoints.sample import Analysis
from onearm.protocol import Protocol
from onearm.protocol.adverse_events import AdverseEvents

Row = tuple[str, str, int | None, int, int | None]
"""Subject, term, grade, first and last day."""


def cohort(subjects: Sequence[str], rows: Sequence[Row], last: Mapping[str, int], **more: Sequence[Any]) -> Cohort:
    """Treated from day 1; ``last`` is the day of the only row of `doses`; ``more`` are columns of the events."""
    frames = {name: pl.DataFrame(schema=kinds) for name, kinds in CLEAN.items()}
    n = len(subjects)
    known = {"subject": list(subjects), "number": range(1, n + 1), "treatment_start_day": [1] * n}
    kinds = CLEAN["subjects"]
    frames["subjects"] = pl.DataFrame(known, schema={c: kinds[c] for c in known}).with_columns(
        version=pl.Series(["v1" if i % 2 == 0 else "v2" for i in range(len(subjects))])
    )
    names = ("subject", "term", "grade", "start_day", "end_day")
    columns: dict[str, Sequence[Any]] = {c: [r[i] for r in rows] for i, c in enumerate(names)}
    columns["at"] = [f"e.csv:{i + 2}" for i in range(len(rows))]
    columns |= {c: more.get(c, [None] * len(rows)) for c in ("soc", "related", "serious")}
    frames["adverse_events"] = pl.DataFrame(columns, schema={c: CLEAN["adverse_events"][c] for c in columns})
    given = {"subject": list(last), "day": list(last.values()), "drug": ["a"] * len(last)}
    frames["doses"] = pl.DataFrame(given, schema={c: CLEAN["doses"][c] for c in given})
    return Cohort(name="trial", label="Trial", **frames)


def counted(one: Cohort, **clause: Any) -> Output:
    """The numbers of an endpoint `tox` of everybody."""
    e = {"estimator": "adverse-events", "emergent": {"until_days": 30}, **clause}
    versions = {"v1": {"from": {"patient": 1}}, "v2": {"from": {"patient": 2}}}
    trial = {"id": "t", "title": "T", "arm": "A"}
    body = {"onearm": 1, "trial": trial, "versions": versions, "endpoints": {"tox": e}}
    p = Protocol.model_validate(body)
    asked = p.endpoints["tox"]
    assert isinstance(asked, AdverseEvents)
    members = {"enrolled": tuple(one.subjects["subject"].to_list())}
    return adverse_events("tox", asked, Analysis(p, one.subjects, {}, members, one))


def serial(day: int) -> int:
    return day - 1 if day > 0 else day


def emergent(rows: Sequence[Row], last: Mapping[str, int], until: int = 30) -> list[Row]:
    """The rows that count, one look at a time: begun in the period, and worse than what they go on from."""
    kept = []
    for subject, term in {(r[0], r[1].lower()) for r in rows}:
        mine = [r for r in rows if (r[0], r[1].lower()) == (subject, term)]
        mine.sort(key=lambda r: (serial(r[3]), r[4] is None, serial(r[4] or 0)))
        course: list[Row] = []
        for r in mine:
            open_ended = any(x[4] is None for x in course)
            reach = max((serial(x[4]) for x in course if x[4] is not None), default=-(10**6))
            if course and not open_ended and serial(r[3]) > reach + 1:
                course = []
            course.append(r)
            before = [x[2] or 0 for x in course if serial(x[3]) < 0]
            worse = not before or (r[2] or 0) > max(before)
            ends = serial(last[subject]) + until if subject in last else 10**6
            if 0 <= serial(r[3]) <= ends and worse:
                kept.append(r)
    return kept


def patients(rows: Sequence[Row], term: str = "") -> dict[str, int]:
    """Subject -> worst grade, of a term or of all."""
    worst: dict[str, int] = {}
    for subject, of, grade, *_ in rows:
        if not term or of.lower() == term:
            worst[subject] = max(worst.get(subject, 0), grade or 0)
    return worst
