"""The rows of public data sets: from ../shared, else from lifelines, else written by R itself; else the test skips."""

from __future__ import annotations

import csv
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

HERE = Path(__file__).resolve().parent
SHARED = HERE.parents[2] / "shared" / "data"
LIFELINES = {
    "lung": "load_lung",
    "heart": "load_stanford_heart_transplants",
    "rossi": "load_rossi",
    "larynx": "load_larynx",
    "gbsg2": "load_gbsg2",
}

Table = dict[str, Any]


class Tables:
    """Data sets by name, as dictionaries of columns; each is read once."""

    def __init__(self) -> None:
        self._known: dict[str, Table] = {}
        self._made: Path | None = None

    def __call__(self, name: str) -> Table:
        """The columns of a data set: floats (NaN where missing) when every cell is a number, else text."""
        if name not in self._known:
            self._known[name] = self._load(name)
        return dict(self._known[name])

    def _load(self, name: str) -> Table:
        if (SHARED / f"{name}.csv").is_file():
            return read(SHARED / f"{name}.csv")
        if name in LIFELINES:
            datasets = pytest.importorskip("lifelines.datasets", reason="lifelines is not installed")
            frame = getattr(datasets, LIFELINES[name])()
            if name == "lung":
                frame = frame.assign(status=frame["status"] + 1)  # back to R's 1 = alive, 2 = dead
            return {str(k): frame[k].to_numpy() for k in frame.columns}
        return self._from_r(name)

    def _from_r(self, name: str) -> Table:
        if shutil.which("Rscript") is None:
            pytest.skip(f"the rows of {name} come from R, and Rscript is not installed")
        if self._made is None:
            folder = Path(tempfile.mkdtemp(prefix="oracles-"))
            done = subprocess.run(
                ["Rscript", "data.R", str(folder)], cwd=HERE, capture_output=True, text=True, check=False
            )
            if done.returncode:
                shutil.rmtree(folder)
                pytest.skip(f"R could not write its data sets (is r-cran-survival installed?): {done.stderr[-200:]}")
            self._made = folder
        return read(self._made / f"{name}.csv")

    def close(self) -> None:
        """Remove what R wrote."""
        if self._made is not None:
            shutil.rmtree(self._made)


def read(path: Path) -> Table:
    with path.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    table: Table = {}
    for key in rows[0]:
        text = [row[key] for row in rows]
        try:
            table[key] = np.array([float(v) if v not in ("", "NA") else np.nan for v in text])
        except ValueError:
            table[key] = np.array(text)
    return table


def rows(table: Table, keep: Any) -> Table:
    """The chosen rows of every column."""
    return {k: v[keep] for k, v in table.items()}


def complete(table: Table, *names: str) -> Table:
    """The rows without a missing value in the named columns."""
    keep = np.ones(len(table[names[0]]), dtype=bool)
    for name in names:
        keep &= ~np.isnan(table[name])
    return rows(table, keep)
