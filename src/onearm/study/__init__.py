"""The run: a protocol, a cohort and external cohorts become results."""

from __future__ import annotations

from onearm.study.analyse import run as run
from onearm.study.trial import Trial as Trial

__all__ = ["Trial", "run"]
