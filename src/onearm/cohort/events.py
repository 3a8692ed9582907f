"""Values of the tables beside `subjects`: codes, grades, doses, MRD, and words close to the protocol's."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping

import polars as pl

from onearm.cohort.log import Log, count, quoted
from onearm.cohort.schema import JUDGED, SCHEMA, Source
from onearm.cohort.shape import Shaped
from onearm.cohort.treatment import read_changes, read_labs
from onearm.cohort.values import codes, numbers, times, wholes
from onearm.errors import listed, near
from onearm.protocol.adverse_events import EventListing
from onearm.protocol.document import Protocol
from onearm.protocol.fact import AdverseEvent, Procedure, TimeTo

DOSE_UNITS: dict[str, str] = {
    "mg": "mg",
    "g": "g",
    "ug": "ug",
    "mcg": "ug",
    "\N{MICRO SIGN}g": "ug",
    "\N{GREEK SMALL LETTER MU}g": "ug",
    "units": "units",
    "U": "units",
    "IU": "units",
}
"""How a unit of dose may be written -> how it is kept."""


def read_events(shaped: Shaped, source: Source, log: Log) -> pl.DataFrame:
    """Read the values of a table other than `subjects` and check those that can be judged row by row."""
    frame = shaped.frame
    for name, column in SCHEMA[shaped.name].items():
        if column.kind == "time":
            frame = times(frame, name, source.days, log)
        elif column.kind == "number":
            frame = numbers(frame, name, log)
        elif column.kind == "whole":
            frame = wholes(frame, name, log)
    check = _CHECKS.get(shaped.name)
    return check(frame, source, log) if check else frame


def _responses(frame: pl.DataFrame, source: Source, log: Log) -> pl.DataFrame:
    scale = source.protocol.response
    frame = codes(frame, "response", (*scale.order, scale.not_evaluable), log)
    frame = codes(frame, "mrd", ("negative", "positive"), log)
    for column, low in (("mrd_value", "0"), ("mrd_limit", "above 0")):
        value = pl.col(column)
        too_low = value < 0 if column == "mrd_value" else value <= 0
        log.rows(
            "D270",
            frame.filter(too_low | (value > 1)),
            lambda r, column=column: f"`{column}` {r[column]:g} is not a fraction of cells",  # type: ignore[misc]
            f"write it as a fraction, {low} to 1: 0.01% is 0.0001",
        )
    negative = pl.col("mrd") == "negative"
    log.rows(
        "D271",
        frame.filter(negative & (pl.col("mrd_value") >= pl.col("mrd_limit"))),
        lambda r: f"MRD is called negative, but {r['mrd_value']:g} is not below the limit {r['mrd_limit']:g}",
        "correct the call, the value or the limit",
    )
    log.rows(
        "D272",
        frame.filter(negative & pl.col("mrd_limit").is_null()),
        lambda _: "MRD is called negative, its limit of detection is not given",
        "fill in `mrd_limit`: without it nobody knows how deep the test looked",
        "warning",
    )
    return frame


UNKNOWN = "unknown"
"""A grade that nobody recorded."""


def _adverse_events(frame: pl.DataFrame, source: Source, log: Log) -> pl.DataFrame:
    plain = pl.col("grade").str.replace(r"\.0*$", "")
    good = plain.is_in(["1", "2", "3", "4", "5"])
    unknown = pl.lit(not source.protocol.modifications) & (plain == UNKNOWN)
    log.rows(
        "D262",
        frame.filter(pl.col("grade").is_not_null() & ~good & ~unknown),
        lambda r: f"grade {quoted(r['grade'])} is not 1 to 5",
        "write the CTCAE grade as a whole number from 1 to 5"
        + (": rules of modification read it" if source.protocol.modifications else f", or {UNKNOWN}"),
    )
    log.rows(
        "D273",
        frame.filter(unknown),
        lambda r: f"the grade of {quoted(r['term'])} is unknown: it counts where any grade does, and nowhere else",
        "fill in the grade if it can be found",
        "warning",
    )
    frame = frame.with_columns(pl.when(good).then(plain).cast(pl.Int32, strict=False).alias("grade"))
    for column in JUDGED:
        frame = codes(frame, column, ("yes", "no"), log)
    _classes(frame, log)
    _almost(frame, source.protocol, log)
    facts = source.protocol.facts.items()
    _nowhere(frame, "term", {n: f.terms for n, f in facts if isinstance(f, AdverseEvent)}, source, log)
    listings = source.protocol.endpoints.items()
    wanted = {n: e.terms for n, e in listings if isinstance(e, EventListing)}
    _nowhere(frame, "term", wanted, source, log, "endpoint")
    return frame


def _classes(frame: pl.DataFrame, log: Log) -> None:
    """A column of classes has gaps, or one term stands in two classes."""
    if frame["soc"].null_count() == frame.height:
        return
    log.rows(
        "D269",
        frame.filter(pl.col("soc").is_null()),
        lambda r: f"{quoted(r['term'])} has no system organ class, and other rows have one",
        "fill in `soc`; without it the event counts in the class that the term has in other rows, if that is one",
        "warning",
    )
    classes = frame.drop_nulls(["term", "soc"]).group_by(pl.col("term").str.to_lowercase()).agg(pl.col("soc").unique())
    split = classes.filter(pl.col("soc").list.eval(pl.element().str.to_lowercase()).list.n_unique() > 1)
    several = {term: sorted(socs) for term, socs in split.iter_rows()}
    first = frame.filter(pl.col("term").str.to_lowercase().is_in(list(several))).unique("term", keep="first")
    log.rows(
        "D279",
        first,
        lambda r: f"{quoted(r['term'])} stands in {listed(several[r['term'].lower()], 4)}",
        "give a term one class; as it is, it is counted in each of them on its own",
        "warning",
    )


def _nowhere(
    frame: pl.DataFrame,
    column: str,
    wanted: Mapping[str, tuple[str, ...]],
    source: Source,
    log: Log,
    what: str = "fact",
) -> None:
    """A fact that looks for words no row has is false for everybody: right, or a slip of the pen."""
    if source.external or frame.is_empty():
        return
    there = sorted({str(v) for v in frame[column].drop_nulls().unique().to_list()}, key=str.lower)
    known = {v.lower() for v in there}
    for fact, words in wanted.items():
        if words and not known & {w.lower() for w in words}:
            says = f"{what} {fact} looks for {listed(words)}, which no row has"
            step = f"check the word if it should have been found; the rows have {listed(there, 8)}"
            log.add("D268", str(frame["at"][0]), says, step, "warning")


def _almost(frame: pl.DataFrame, protocol: Protocol, log: Log) -> None:
    """Terms written almost like one that a fact or a rule looks for would be missed without a word."""
    wanted = {t.lower(): t for f in protocol.facts.values() if isinstance(f, AdverseEvent) for t in f.terms}
    events = (e for rule in protocol.modifications.values() for e in rule.events.values())
    wanted |= {t.lower(): t for event in events for t in event.terms}
    wanted |= {t.lower(): t for e in protocol.endpoints.values() if isinstance(e, EventListing) for t in e.terms}
    if not wanted:
        return
    close: dict[str, str] = {}
    for term in frame["term"].drop_nulls().unique().to_list():
        plain = term.lower()
        if plain not in wanted and len(plain) < 200:
            hits = difflib.get_close_matches(plain, wanted, n=1, cutoff=0.88)
            close.update({term: wanted[hits[0]]} if hits else {})
    log.rows(
        "D267",
        frame.filter(pl.col("term").is_in(list(close))),
        lambda r: f'{quoted(r["term"])} does not count as "{close[r["term"]]}", which the protocol looks for',
        "correct the term, or name this one too in the fact's `terms`",
        "warning",
    )


def _procedures(frame: pl.DataFrame, source: Source, log: Log) -> pl.DataFrame:
    wanted: list[str] = []
    for fact in source.protocol.facts.values():
        if isinstance(fact, Procedure):
            wanted.append(fact.procedure)
        elif isinstance(fact, TimeTo):
            wanted.extend((*fact.procedures, *fact.censor_at))
    facts = source.protocol.facts.items()
    sought = [(n, f.procedure) for n, f in facts if isinstance(f, Procedure)]
    sought += [(n, p) for n, f in facts if isinstance(f, TimeTo) for p in (*f.procedures, *f.censor_at)]
    for name, procedure in dict.fromkeys(sought):
        _nowhere(frame, "procedure", {name: (procedure,)}, source, log)
    folded = {w.lower() for w in wanted}
    for words, rows in frame.filter(pl.col("procedure").is_not_null()).group_by("procedure"):
        word = str(words[0])
        if folded and word.lower() not in folded:
            first = rows.sort("line")
            says = f"procedure {quoted(word)} ({count(rows.height, 'row')}) is in no fact{near(word[:200], wanted)}"
            log.add("D266", str(first["at"][0]), says, "rename it if one of the facts should find it", "note")
    return frame


def _doses(frame: pl.DataFrame, source: Source, log: Log) -> pl.DataFrame:
    log.rows(
        "D265",
        frame.filter(pl.col("dose") <= 0),
        lambda r: f"dose {r['dose']:g} is not positive",
        "leave the row out if the dose was not given",
    )
    known = pl.col("unit").is_in(list(DOSE_UNITS))
    log.rows(
        "D264",
        frame.filter(pl.col("unit").is_not_null() & ~known),
        lambda r: f"unit {quoted(r['unit'])} is not known{near(r['unit'][:200], DOSE_UNITS)}",
        "give the amount that was given, in mg, g, ug or units",
    )
    unit = pl.col("unit").replace_strict(DOSE_UNITS, default=None, return_dtype=pl.String)
    frame = _drugs(frame.with_columns(unit.alias("unit")), source.protocol, log)
    _never_given(frame, source, log)
    return frame


def _never_given(frame: pl.DataFrame, source: Source, log: Log) -> None:
    """A drug that is planned and that no row has: either nobody has had it yet, or the table does not hold it."""
    if source.external or frame.is_empty():
        return
    there = set(frame["drug"].to_list())
    for key in planned_drugs(source.protocol):
        if source.protocol.drugs[key].recorded and key not in there:
            says = f"{key} is planned, and no row of {source.folder}/doses has it: it counts as omitted on every day"
            step = (
                f"write `recorded: false` under `drugs.{key}` if the table leaves it out; nothing if it was not given"
            )
            log.add("D297", f"protocol.yaml drugs.{key}", says, step, "warning")


def planned_drugs(protocol: Protocol) -> tuple[str, ...]:
    """Keys of the drugs that the versions plan, in the order of ``drugs``; a line with a ``?`` plans nothing."""
    courses = [c.regimen for v in protocol.versions.values() for c in v.courses]
    used = {*courses, *(name for v in protocol.versions.values() for name in v.replace.values())}
    lines = (d for n in used & set(protocol.regimens) for _, d in protocol.regimens[n].lines() if not d.missing)
    named = {protocol.drug_key(dose.drug) for dose in lines}
    return tuple(key for key in protocol.drugs if key in named)


def _changes(frame: pl.DataFrame, source: Source, log: Log) -> pl.DataFrame:
    return read_changes(_drugs(frame, source.protocol, log), source, log)


def _drugs(frame: pl.DataFrame, protocol: Protocol, log: Log) -> pl.DataFrame:
    if not protocol.drugs:
        return frame
    keys = {d.label.lower(): k for k, d in protocol.drugs.items() if d.label}
    keys |= {k.lower(): k for k in protocol.drugs}
    key = pl.col("drug").str.to_lowercase().replace_strict(keys, default=None, return_dtype=pl.String)
    frame = frame.with_columns(key.alias("_key"))
    log.rows(
        "D263",
        frame.filter(pl.col("drug").is_not_null() & pl.col("_key").is_null()),
        lambda r: f"drug {quoted(r['drug'])} is not in the protocol{near(r['drug'][:200], protocol.drugs)}",
        f"use one of: {listed(protocol.drugs)}; or add it under `drugs`",
    )
    return frame.with_columns(pl.coalesce("_key", "drug").alias("drug")).drop("_key")


Check = Callable[[pl.DataFrame, Source, Log], pl.DataFrame]

_CHECKS: dict[str, Check] = {
    "responses": _responses,
    "adverse_events": _adverse_events,
    "procedures": _procedures,
    "doses": _doses,
    "labs": read_labs,
    "changes": _changes,
}
