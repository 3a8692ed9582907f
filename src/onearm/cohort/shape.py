"""From a raw table to onearm's column names: what is missing, what is not used, which codes are known."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from onearm.cohort.log import Log, count
from onearm.cohort.schema import SCHEMA, Source, filled_columns, required_columns
from onearm.cohort.tables import CLEAN, LINE, REQUIRED_TABLES, RawTable
from onearm.errors import listed, near


@dataclass(frozen=True, slots=True)
class Shaped:
    """A table under onearm's names.

    ``frame`` has every column of the schema as text (null where the file lacks it), ``line`` and ``at``;
    ``present`` names those that the file has, ``written`` gives their names in the file.
    """

    name: str
    file: str
    frame: pl.DataFrame
    present: frozenset[str]
    written: dict[str, str]


def known_columns(table: str, source: Source) -> tuple[str, ...]:
    """Names that a table may use, covariates and their unit columns included."""
    names = tuple(SCHEMA[table])
    if table != "subjects":
        return names
    covariates = source.protocol.covariates
    return (*names, *covariates, *(f"{c}_unit" for c in covariates if f"{c}_unit" not in covariates))


def shape(raw: RawTable, source: Source, log: Log) -> Shaped | None:
    """Bring a raw table to onearm's names.

    Parameters
    ----------
    raw
        The table as written.
    source
        Column names and codes of the source.
    log
        Takes what is found: missing columns, unused columns, empty values, the same row twice.

    Returns
    -------
    Shaped or None
        None when the file could not be read at all.
    """
    log.extend(raw.findings)
    if not raw.frame.columns:
        return None
    _mapping(raw, source, log)
    at = pl.format("{}:{}", pl.lit(raw.file), pl.col(LINE)).alias("at")
    written = _without_blank(raw, log)
    found = _find(raw, source, log)
    names = known_columns(raw.name, source)
    columns = [pl.col(found[n]).alias(n) if n in found else pl.lit(None, dtype=pl.String).alias(n) for n in names]
    frame = written.select(*columns, LINE, at)
    shaped = Shaped(raw.name, raw.file, _translate(frame, raw.name, source), frozenset(found), found)
    _rows(shaped, written, source, log)
    return shaped


def _mapping(raw: RawTable, source: Source, log: Log) -> None:
    table, names = source.table(raw.name), [*known_columns(raw.name, source)]
    names += ["day"] if source.days else []
    for part, keys in (("columns", table.columns), ("codes", table.codes)):
        for key in keys:
            if key not in names:
                says = f'there is no column "{key}" in `{raw.name}`{near(key, names)}'
                log.add("D222", f"{source.path(raw.name)}.{part}.{key}", says, f"use one of: {listed(names)}")


def _without_blank(raw: RawTable, log: Log) -> pl.DataFrame:
    text = [c for c in raw.frame.columns if c != LINE]
    if not text:
        return raw.frame.clear()
    blank = raw.frame.select(pl.all_horizontal(pl.col(c).is_null() for c in text)).to_series()
    if blank.any():
        first = raw.frame.filter(blank)[LINE][0]
        says = f"{count(int(blank.sum()), 'row')} without any value, skipped"
        log.add("D217", f"{raw.file}:{first}", says, "delete these rows", "note")
        return raw.frame.filter(~blank)
    return raw.frame


def _find(raw: RawTable, source: Source, log: Log) -> dict[str, str]:
    """Which column of the file stands for which of onearm's; says what is missing and what is not used."""
    there = [c for c in raw.frame.columns if c != LINE]
    written = source.table(raw.name).columns
    found: dict[str, str] = {}
    for name in known_columns(raw.name, source):
        for candidate in _names(raw.name, name, source):
            if written.get(candidate, candidate) in there:
                found[name] = written.get(candidate, candidate)
                break
    _shared(raw, found, source, log)
    spare = [c for c in there if c not in found.values()]
    for name in sorted(required_columns(raw.name, source) - set(found)):
        wanted = written.get(name, _names(raw.name, name, source)[-1])
        next_step = f"add the column, or say under {source.path(raw.name)}.columns what it is called"
        says = f'column "{wanted}" is missing{near(wanted, spare)}; there are {listed(there)}'
        log.add("D220", f"{raw.file}:1", says, next_step)
    missing = [n for n in known_columns(raw.name, source) if n not in found]
    for name in spare:
        says = f"column {name!r} is not used{near(name, missing)}"
        log.add("D221", f"{raw.file}:1", says, "rename it if it was meant to be used", "warning")
    return found


def _shared(raw: RawTable, found: dict[str, str], source: Source, log: Log) -> None:
    """One column of the file cannot be two of onearm's."""
    for column in dict.fromkeys(found.values()):
        names = [name for name, of in found.items() if of == column]
        if len(names) > 1:
            says = f'column "{column}" is read as {listed(names)}'
            where = f"{source.path(raw.name)}.columns"
            log.add("D227", where, says, "map each name to a column of its own")


def _names(table: str, name: str, source: Source) -> tuple[str, ...]:
    column = SCHEMA[table].get(name)
    alias = column.alias if column and source.days else ""
    return (name, alias) if alias else (name,)


def _translate(frame: pl.DataFrame, table: str, source: Source) -> pl.DataFrame:
    codes = {k: v for k, v in source.table(table).codes.items() if k in frame.columns}
    return frame.with_columns(
        pl.col(k).replace_strict(
            list(v),
            pl.Series([b.strip() or None for b in v.values()], dtype=pl.String),
            default=pl.col(k),
            return_dtype=pl.String,
        )
        for k, v in codes.items()
        if v
    )


def _rows(shaped: Shaped, written: pl.DataFrame, source: Source, log: Log) -> None:
    frame = shaped.frame
    if frame.is_empty() and shaped.name in REQUIRED_TABLES:
        log.add("D208", f"{shaped.file}:1", "there is a header but no rows", "fill in one row a subject")
    for name in sorted(filled_columns(shaped.name, source) & shaped.present):
        if not frame[name].null_count():
            continue
        empty = frame.filter(pl.col(name).is_null())
        log.rows("D223", empty, lambda _, name=name: f"`{shaped.written[name]}` is empty", "fill it in")  # type: ignore[misc]
    if shaped.name in ("subjects", "followup"):
        return
    text = [c for c in written.columns if c != LINE]
    again = frame.filter(~written.select(pl.struct(text).is_first_distinct()).to_series())
    if shaped.name == "doses":
        if again.height:
            says = f"{count(again.height, 'row')} with the same dose as an earlier row"
            log.add("D224", str(again["at"][0]), says, "nothing, if doses were given twice a day", "note")
    else:
        step = "delete the row, or fill in what sets it apart"
        log.rows("D224", again, lambda _: "the same row stands before", step)


def reserved_names(source: Source, log: Log) -> None:
    """Refuse covariates whose names onearm needs itself."""
    for name in source.protocol.covariates:
        if name in CLEAN["subjects"] or name in SCHEMA["subjects"] or name in (LINE, "base"):
            says = f'"{name}" is the name of a column that onearm makes itself'
            log.add("D226", f"protocol.yaml covariates.{name}", says, "give the covariate another name")
