"""Everything on record about one subject: his rows in every table of the folder, and what the facts say of him."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import polars as pl

from onearm.cohort.tables import Cohort
from onearm.errors import UsageError, near
from onearm.facts import state
from onearm.protocol.trial import TABLES
from onearm.study.trial import Trial

PREFIX = "subject:"
"""What the id of a subject begins with; one of an external source is ``subject:SOURCE:NAME``."""


def subject_values(trial: Trial, number: str) -> dict[str, Any]:
    """The subject as plain values: ``rows`` of each table with their places, ``facts`` with what proves them.

    Raises
    ------
    UsageError
        U301 with a near match where nobody has this name.
    """
    cohort, name = _whose(trial, number.removeprefix(PREFIX), number)
    rows = {table: list(_rows(getattr(cohort, table), name)) for table in TABLES}
    facts = []
    for key, fact in state(trial.protocol, cohort).items():
        for said in fact.frame.filter(pl.col("subject") == name).select("says", "at").iter_rows(named=True):
            facts.append({"fact": key, "label": fact.label, "says": said["says"] or "", "at": list(said["at"])})
    return {
        "id": number,
        "source": cohort.label,
        "rows": {t: found for t, found in rows.items() if found},
        "facts": facts,
    }


def subject_lines(trial: Trial, number: str) -> Iterator[str]:
    """The same, for people."""
    found = subject_values(trial, number)
    yield f"{found['id']}  {found['source']}"
    for table, rows in found["rows"].items():
        yield f"  {table}"
        for row in rows:
            yield f"    {row['at']}  " + ", ".join(f"{k} {v}" for k, v in row.items() if k != "at")
    yield f"  {len(found['facts'])} facts"
    for fact in found["facts"]:
        yield f"    {fact['fact']}  {fact['says']}  {', '.join(fact['at'])}"


def _whose(trial: Trial, name: str, number: str) -> tuple[Cohort, str]:
    """The cohort of a subject, and the name he has there."""
    source, colon, rest = name.partition(":")
    if colon and source in trial.external:
        cohort, own, before = trial.external[source], rest, f"{PREFIX}{source}:"
    else:
        cohort, own, before = trial.cohort, name, PREFIX
    known = cohort.subjects["subject"].to_list()
    if own not in known:
        hint = near(number, [before + s for s in known])
        step = "look the subject up in the table subjects; write subject:SOURCE:NAME for an external one"
        raise UsageError.one("U301", number, f'no subject has the id "{number}"{hint}', step)
    return cohort, own


def _rows(frame: pl.DataFrame, name: str) -> Iterator[Mapping[str, str]]:
    """The rows of a subject: where each stands, and what it holds."""
    if frame.is_empty():
        return
    for row in frame.filter(pl.col("subject") == name).iter_rows(named=True):
        held = {k: _text(v) for k, v in row.items() if k not in ("subject", "at") and v is not None}
        yield {"at": str(row["at"] or ""), **held}


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:.15g}" if isinstance(value, float) else str(value)
