"""Data and R's values for the kernel tests."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

TESTS = Path(__file__).resolve().parent.parent
SHARED = TESTS.parent.parent / "shared" / "data"

Table = dict[str, Any]


@pytest.fixture(scope="session")
def shared_folder() -> Path:
    if not SHARED.is_dir():
        pytest.skip("the folder ../shared/data is not beside this checkout")
    return SHARED


@pytest.fixture(scope="session")
def shared(shared_folder: Path) -> Callable[[str], Table]:
    """Load one shared CSV as columns: floats where every cell is a number or missing."""

    def load(name: str) -> Table:
        with (shared_folder / f"{name}.csv").open(newline="", encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
        table: Table = {}
        for key in rows[0]:
            text = [row[key] for row in rows]
            try:
                table[key] = np.array([float(v) if v not in ("", "NA") else np.nan for v in text])
            except ValueError:
                table[key] = np.array(text)
        return table

    return load


@pytest.fixture(scope="session")
def r_values() -> Callable[[str], dict[str, Any]]:
    """R's values, as written by the script of the same name in tests/r."""

    def load(name: str) -> dict[str, Any]:
        return dict(json.loads((TESTS / "r" / f"{name}.json").read_text(encoding="utf-8")))

    return load


@pytest.fixture(scope="session")
def aml() -> Table:
    """The 23 patients of the AML maintenance trial (Miller 1997), with made-up extra columns.

    The extra columns (weights, clusters, strata, entry times) are those of the R scripts.
    """
    maintained = [9, 13, 13, 18, 23, 28, 31, 34, 45, 48, 161]
    other = [5, 5, 8, 8, 12, 16, 23, 27, 30, 33, 43, 45]
    i = np.arange(1, 24)
    time = np.array(maintained + other, dtype=float)
    return {
        "time": time,
        "status": np.array([1, 1, 0, 1, 1, 0, 1, 1, 0, 1, 0, 1, 1, 1, 1, 1, 0, 1, 1, 1, 1, 1, 1]),
        "x": np.array(["Maintained"] * 11 + ["Nonmaintained"] * 12),
        "g": np.r_[np.zeros(11), np.ones(12)],
        "z": (i * 7 % 5).astype(float),
        "w": 1 + i % 4 / 2,
        "k": (i - 1) // 3,
        "s": i % 2,
        "e": np.minimum(time - 1, i * 3 % 11),
    }


@pytest.fixture(scope="session")
def lung() -> Table:
    """The 228 patients of the NCCTG lung cancer study, from lifelines; status 1 = died."""
    datasets = pytest.importorskip("lifelines.datasets", reason="lifelines is not installed")
    frame = datasets.load_lung()
    table: Table = {name: frame[name].to_numpy(dtype=float) for name in frame.columns}
    i = np.arange(1, len(frame) + 1)
    return table | {"w": 0.5 + i % 7 / 3, "k": i * 5 % 40}
