"""Folders that many tests begin from."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from hypothesis import settings

settings.register_profile("onearm", deadline=None)  # a slow machine is no defect
settings.load_profile("onearm")

HERE = Path(__file__).parent
for folder in ("broken", "example", "external", "real", "report"):
    sys.path.insert(0, str(HERE / folder))

from factory import good_trial  # noqa: E402

BUNDLED = HERE.parent / "examples" / "mini-hcvd-ino"


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """A small sound trial folder of eight invented patients."""
    return good_trial(tmp_path / "small")


@pytest.fixture(scope="session")
def bundled() -> Path:
    """The bundled trial, not to be written to."""
    return BUNDLED
