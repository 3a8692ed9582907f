"""Where the data sets and R's stored fits come from."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

from oracle_data import Tables  # noqa: E402


@pytest.fixture(scope="session")
def tables() -> Iterator[Tables]:
    found = Tables()
    yield found
    found.close()


@pytest.fixture(scope="session")
def r_fits() -> dict[str, Any]:
    """R's fits, as written by real_fits.R."""
    return dict(json.loads((HERE / "real_fits.json").read_text(encoding="utf-8")))
