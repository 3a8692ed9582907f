"""Tests of the cohort use the small trial of `tests/broken`."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "broken"))
