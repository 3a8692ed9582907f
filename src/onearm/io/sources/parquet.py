"""Parquet files, brought to the text that a CSV file would hold."""

from __future__ import annotations

import io
import subprocess
import sys
from pathlib import Path

import polars as pl

from onearm.cohort.log import Log
from onearm.cohort.tables import LINE, RawTable, is_pattern
from onearm.errors import listed

_MAGIC = b"PAR1"
_EXACT = 1e15
_TRY = "import io, sys, polars; polars.read_parquet(io.BytesIO(sys.stdin.buffer.read()))"


def read_parquet(path: Path, file: str, name: str) -> RawTable:
    """Read one Parquet file as text; ``line`` is the number of the row, from 1.

    Dates become ISO 8601, whole numbers lose their point, other floats are written as short as possible.
    Columns of kinds that have no text (lists, structures) are left out with a finding.

    Parameters
    ----------
    path, file, name
        As for `onearm.io.sources.csv.read_csv`.
    """
    log = Log()
    frame = pl.DataFrame()
    try:
        content = path.read_bytes()
    except OSError as problem:
        log.add("D215", file, f"the file cannot be read: {problem.strerror}", "check that it is a readable file")
        return RawTable(name, file, frame, tuple(log.found))
    if not content:
        log.add("D207", f"{file}:1", "the file is empty", "export the table again")
        return RawTable(name, file, frame, tuple(log.found))
    read = _open(content)
    if read is None:
        log.add("D215", file, "this is not a Parquet file that can be read", "export the table again")
    else:
        frame = _as_text(read, file, log)
    return RawTable(name, file, frame, tuple(log.found))


def _open(content: bytes) -> pl.DataFrame | None:
    if not (content.startswith(_MAGIC) and content.endswith(_MAGIC) and _survives(content)):
        return None
    try:
        return pl.read_parquet(io.BytesIO(content))
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException, ValueError, OSError):
        return None


def _survives(content: bytes) -> bool:
    """Whether a process of its own can read the file: a damaged one may end the process that tries.

    A wrong length in a Parquet page makes the decoder ask for memory that no machine has, which aborts without an
    exception.
    """
    if not sys.executable:
        return True
    try:
        tried = subprocess.run(
            [sys.executable, "-P", "-c", _TRY], input=content, capture_output=True, check=False, timeout=600
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return tried.returncode == 0


def _as_text(read: pl.DataFrame, file: str, log: Log) -> pl.DataFrame:
    columns: dict[str, pl.Series] = {}
    clean = [c.strip() for c in read.columns]
    twice = sorted({c for c in clean if clean.count(c) > 1})
    if "" in clean or twice:
        log.add("D212", f"{file}:1", f"column {listed(twice)} has no name or is there twice", "rename it")
        return pl.DataFrame()
    patterns = [c for c in clean if is_pattern(c)]
    if patterns:
        log.add("D212", f"{file}:1", f"a column cannot be called {listed(patterns)}", "rename it")
        return pl.DataFrame()
    for name, series in zip(clean, read.get_columns(), strict=True):
        if name == LINE:
            says = f"column {LINE!r} is not used: onearm keeps the row of the file under this name"
            log.add("D221", f"{file}:1", says, "rename it if it was meant to be used", "warning")
            continue
        text = _text(series)
        if text is None:
            says = f"column {name!r} holds {series.dtype}, which has no plain text"
            log.add("D219", f"{file}:1", says, "export it as text, a number or a date", "warning")
        else:
            columns[name] = text
    frame = pl.DataFrame(columns).with_columns(pl.all().str.strip_chars().replace("", None))
    lines = pl.Series(LINE, range(1, read.height + 1), dtype=pl.Int64)
    return frame.with_columns(lines) if columns else pl.DataFrame()


def _text(series: pl.Series) -> pl.Series | None:
    kind = series.dtype
    if kind in (pl.String, pl.Categorical, pl.Enum, pl.Boolean) or kind.is_integer() or kind == pl.Null:
        return series.cast(pl.String)
    if kind.is_float():
        return _floats(series)
    if kind == pl.Date:
        return series.dt.to_string("%Y-%m-%d")
    if isinstance(kind, pl.Datetime):
        return series.dt.to_string("%Y-%m-%d" if _midnight(series) else "%Y-%m-%dT%H:%M:%S")
    if kind.is_decimal():
        text = series.cast(pl.String)
        return text.str.replace(r"(\.[0-9]*?)0+$", "$1").str.replace(r"\.$", "")
    return None


def _midnight(series: pl.Series) -> bool:
    given = series.drop_nulls()
    return bool((given.dt.truncate("1d") == given).all())


def _floats(series: pl.Series) -> pl.Series:
    if series.dtype != pl.Float64:  # by way of text, or 0.1 would become 0.10000000149011612
        series = series.cast(pl.String).cast(pl.Float64)
    return pl.Series(series.name, [_float(v) for v in series.to_list()], dtype=pl.String)


def _float(value: float | None) -> str | None:
    if value is None or value != value:
        return None
    if value.is_integer() and abs(value) < _EXACT:
        return str(int(value))
    return repr(value)
