"""A trial as it was loaded: protocol, cohort, external cohorts, and what was found on the way."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from onearm.cohort.tables import Cohort
from onearm.errors import Finding
from onearm.protocol.document import Protocol


@dataclass(frozen=True, slots=True)
class Trial:
    """One trial, ready to run.

    ``external`` maps a source's name to its cohort; ``findings`` are problems that do not block; ``digests`` map
    every input file, relative to ``folder``, to its SHA-256.
    """

    protocol: Protocol
    cohort: Cohort
    external: Mapping[str, Cohort] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()
    digests: tuple[tuple[str, str], ...] = ()
    folder: Path | None = None
