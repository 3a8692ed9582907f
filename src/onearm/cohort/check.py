"""From raw tables to a `Cohort`, or to everything that is in the way."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from onearm.cohort.clean import clean_subjects, clean_table
from onearm.cohort.course import check_course
from onearm.cohort.days import after_cutoff, to_days
from onearm.cohort.events import read_events
from onearm.cohort.lab_units import check_lab_units
from onearm.cohort.log import Log
from onearm.cohort.schema import Source, source_of
from onearm.cohort.shape import Shaped, reserved_names, shape
from onearm.cohort.subjects import read_subjects
from onearm.cohort.tables import REQUIRED_TABLES, Cohort, RawTable
from onearm.errors import Finding, in_order
from onearm.protocol.adverse_events import AdverseEvents, EventListing
from onearm.protocol.document import Protocol
from onearm.protocol.endpoint import Endpoint
from onearm.protocol.fact import AdverseEvent, BestResponse, InRemission, Mrd, Procedure, Response, TimeTo
from onearm.protocol.trial import TABLES, Data


def build(
    protocol: Protocol,
    raw: Mapping[str, RawTable],
    *,
    name: str,
    label: str,
    data: Data,
    external: bool,
) -> tuple[Cohort | None, tuple[Finding, ...]]:
    """Check the tables of one source and bring them into the form that analyses use.

    Parameters
    ----------
    protocol
        What the tables are judged by.
    raw
        Tables by name (`subjects`, `responses`, ...), as the readers of `onearm.io.sources` return them.
    name, label
        The source: ``trial`` or a key of ``external``, and its words for people.
    data
        How this source writes its tables and counts time.
    external
        Whether this is an external source: numbers, enrolment and unused covariates may then be missing.

    Returns
    -------
    cohort : Cohort or None
        None when any finding blocks.
    findings : tuple of Finding
        All of them, in order; those of the raw tables included.
    """
    source = source_of(protocol, name, label, data, external)
    log = Log()
    reserved_names(source, log)
    _missing(raw, source, log)
    if log.blocked and any(f.code == "D226" for f in log.found):
        return None, in_order(log.found)
    shaped = {t: s for t in TABLES if t in raw and (s := shape(raw[t], source, log)) is not None}
    subjects, tables = _read(shaped, source, log)
    if subjects is None or log.blocked:
        return None, in_order(log.found)
    return _cohort(source, subjects, tables, log)


def _missing(raw: Mapping[str, RawTable], source: Source, log: Log) -> None:
    if not raw:
        log.add("D201", source.folder, "no table could be read", "add at least subjects.csv and followup.csv")
        return
    for table in REQUIRED_TABLES:
        if table not in raw:
            log.add("D201", f"{source.folder}/{table}.csv", f"table `{table}` is missing", "add the table")
    for table, facts in _needed(source).items():
        if table not in raw:
            says = f"table `{table}` is missing, and {facts} cannot be known without it"
            step = "add the table; a header without rows says that there was nothing to report"
            log.add("D218", f"{source.folder}/{table}.csv", says, step)


def _needed(source: Source) -> dict[str, str]:
    """Optional tables that facts need, and the first such fact in words.

    Of an external source only the facts of the endpoints that are compared with it are asked.
    """
    protocol = source.protocol
    asked = set(protocol.facts)
    if source.external:
        compared = [c.endpoints for c in protocol.comparisons.values() if c.source == source.name]
        asked = {getattr(protocol.endpoints[e], "fact", "") for endpoints in compared for e in endpoints}
    needed: dict[str, str] = {}
    for name, fact in protocol.facts.items():
        if name not in asked:
            continue
        if isinstance(fact, (BestResponse, Response, Mrd, InRemission)) or (
            isinstance(fact, TimeTo)
            and (fact.origin == "response" or not {"response", "no-response"}.isdisjoint(fact.events))
        ):
            needed.setdefault("responses", f"fact {name}")
        if isinstance(fact, AdverseEvent):
            needed.setdefault("adverse_events", f"fact {name}")
        if isinstance(fact, Procedure) or (isinstance(fact, TimeTo) and (fact.censor_at or fact.procedures)):
            needed.setdefault("procedures", f"fact {name}")
    if not source.external:
        for name, e in protocol.endpoints.items():
            for table in tables_of_events(e):
                needed.setdefault(table, f"endpoint {name}")
    return needed


def tables_of_events(e: Endpoint) -> tuple[str, ...]:
    """The tables that an endpoint of adverse events reads; nothing for the others, which read facts."""
    if isinstance(e, AdverseEvents):
        return ("adverse_events",) if e.emergent == "none" else ("adverse_events", "doses")
    if isinstance(e, EventListing):
        optional = {"doses": e.drug, "procedures": e.procedure}
        return ("adverse_events", *(table for table, asked in optional.items() if asked))
    return ()


def _read(
    shaped: Mapping[str, Shaped], source: Source, log: Log
) -> tuple[pl.DataFrame | None, dict[str, pl.DataFrame]]:
    """Read every table there is; without `subjects` the others are still read, for their findings."""
    tables: dict[str, pl.DataFrame] = {}
    for table in (t for t in shaped if t != "subjects"):
        log.written = shaped[table].written
        tables[table] = read_events(shaped[table], source, log)
        after_cutoff(tables[table], table, source, log)
    if "subjects" not in shaped:
        return None, {}
    log.written = shaped["subjects"].written
    subjects = read_subjects(shaped["subjects"], source, log)
    after_cutoff(subjects, "subjects", source, log)
    if "subject" not in shaped["subjects"].present or subjects.is_empty():
        return None, {}
    tied = {t: f for t, f in tables.items() if "subject" in shaped[t].present}
    days = {t: to_days(f, t, subjects, source, log) for t, f in tied.items()}
    check_course(subjects, days, source, log)
    return subjects, days


def _cohort(
    source: Source, subjects: pl.DataFrame, tables: Mapping[str, pl.DataFrame], log: Log
) -> tuple[Cohort | None, tuple[Finding, ...]]:
    clean = clean_subjects(subjects, source)
    others = {t: clean_table(t, tables.get(t), clean) for t in TABLES if t != "subjects"}
    check_lab_units(others["labs"], source, log)
    findings = in_order(log.found)
    if log.blocked:
        return None, findings
    cohort = Cohort(
        name=source.name,
        label=source.label,
        subjects=clean,
        responses=others["responses"],
        adverse_events=others["adverse_events"],
        procedures=others["procedures"],
        doses=others["doses"],
        labs=others["labs"],
        changes=others["changes"],
        followup=others["followup"],
        findings=findings,
    )
    return cohort, findings
