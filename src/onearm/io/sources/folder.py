"""A folder of tables: which file is which, what is missing and what is left over."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import polars as pl

from onearm.cohort.log import Log
from onearm.cohort.tables import REQUIRED_TABLES, RawTable
from onearm.errors import Finding, listed, near
from onearm.io.sources.csv import read_csv
from onearm.io.sources.parquet import read_parquet
from onearm.protocol.trial import TABLES, Data

Reader = Callable[[Path, str, str], RawTable]

READERS: dict[str, Reader] = {".csv": read_csv, ".parquet": read_parquet}
"""Suffix -> reader. A reader takes the path, the name shown to people and the table's name."""

TABULAR = (*READERS, ".tsv", ".txt", ".xlsx", ".xls", ".ods", ".sas7bdat", ".xpt")
"""Suffixes of files that may be meant as tables."""


def read_tables(folder: Path, root: Path, data: Data) -> tuple[dict[str, RawTable], list[Finding]]:
    """Read the tables of one source.

    Parameters
    ----------
    folder
        Where the tables are.
    root
        The trial folder; nothing outside it is read, and places are named relative to it.
    data
        What the protocol says of the files.

    Returns
    -------
    tables : dict of str to RawTable
        By table. A required table that is missing is there without columns, its finding with it.
    findings : list of Finding
        What concerns the folder; findings of one table are in that table.
    """
    log = Log()
    shown = _shown(folder, root)
    if not _inside(folder, root):
        log.add("D204", shown, "the folder is outside the trial folder", "move the tables into the trial folder")
        return {}, log.found
    if not folder.is_dir():
        log.add("D202", shown, "there is no such folder", f"make the folder {shown} and put the tables in it")
        return {}, log.found
    try:
        files = sorted(p.name for p in folder.iterdir())
    except OSError as problem:
        log.add("D202", shown, f"the folder cannot be read: {problem.strerror}", "make it readable")
        return {}, log.found
    tables: dict[str, RawTable] = {}
    for name in TABLES:
        path = _choose(name, folder, root, data, log)
        if path is not None:
            tables[name] = _read(path, root, name)
        elif name in REQUIRED_TABLES:
            tables[name] = _missing(name, folder, root, files)
    _leftover(files, tables, folder, root, log)
    return tables, log.found


def _shown(path: Path, root: Path) -> str:
    try:
        return path.relative_to(root).as_posix()
    except ValueError:
        return path.name or path.as_posix()


def _inside(path: Path, root: Path) -> bool:
    try:
        return path.resolve().is_relative_to(root.resolve())
    except (OSError, ValueError, RuntimeError):
        return False


def _choose(name: str, folder: Path, root: Path, data: Data, log: Log) -> Path | None:
    """The file of a table: the one that the protocol names, or the one with the table's name."""
    table = {str(k): v for k, v in data.tables.items()}.get(name)
    if table is not None and table.file is not None:
        return folder / table.file
    there = [folder / f"{name}{suffix}" for suffix in READERS if (folder / f"{name}{suffix}").exists()]
    if len(there) > 1:
        says = f"`{name}` is there twice: {listed(p.name for p in there)}"
        step = "delete one, or name the right one under `data.tables` in protocol.yaml"
        log.add("D203", _shown(there[0], root), says, step)
    return there[0] if there else None


def _read(path: Path, root: Path, name: str) -> RawTable:
    file = _shown(path, root)

    def refuse(code: str, says: str, step: str) -> RawTable:
        return RawTable(name, file, pl.DataFrame(), (Finding(code, "error", file, says, step),))

    if not _inside(path, root):
        return refuse("D204", "the file is outside the trial folder", "move it into the trial folder")
    if not _there(path):
        return refuse("D216", f"the file named for `{name}` is not there", "correct `file` in protocol.yaml")
    if not path.is_file() and not path.is_dir():
        return refuse("D215", "this is not a file", "put a file in its place")
    reader = READERS.get(path.suffix.lower())
    if reader is None:
        step = f"save the table as one of: {listed(READERS)}"
        return refuse("D206", f"a file of kind {path.suffix!r} cannot be read", step)
    return reader(path, file, name)


def _there(path: Path) -> bool:
    try:
        return path.exists()
    except OSError:
        return False


def _missing(name: str, folder: Path, root: Path, files: list[str]) -> RawTable:
    file = _shown(folder / f"{name}.csv", root)
    others = [f for f in files if Path(f).stem not in TABLES]
    says = f"table `{name}` is missing{near(f'{name}.csv', others)}"
    step = f"add {file}, or name its file under `data.tables.{name}.file` in protocol.yaml"
    return RawTable(name, file, pl.DataFrame(), (Finding("D201", "error", file, says, step),))


def _leftover(files: list[str], tables: dict[str, RawTable], folder: Path, root: Path, log: Log) -> None:
    """Files that look like tables and are none: a misspelt name would silently leave a table out."""
    used = {Path(t.file).name for t in tables.values()}
    absent = [f"{t}.csv" for t in TABLES if t not in tables or not tables[t].frame.columns]
    twins = {f"{t}{suffix}" for t in tables for suffix in READERS}  # said by D203, or replaced by the protocol
    for name in files:
        if name in used | twins or name.startswith((".", "~")) or Path(name).suffix.lower() not in TABULAR:
            continue
        hint = near(f"{Path(name).stem}.csv", absent)
        step = f"rename it, if it is meant: tables are {listed(TABLES)} as .csv or .parquet"
        says = f"file {name} is no table of a trial{hint}"
        log.add("D205", _shown(folder / name, root), says, step, "warning" if hint else "note")
