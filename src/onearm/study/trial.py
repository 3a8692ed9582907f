"""A trial as it was loaded: protocol, cohort, external cohorts, and what was found on the way."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from onearm.cohort.tables import Cohort
from onearm.errors import Finding
from onearm.protocol.document import Protocol
from onearm.study.published_read import Read


@dataclass(frozen=True, slots=True)
class Look:
    """One line of the log of a design: ``at`` (ISO), ``what`` (locked, locked again, looked), of which design, why."""

    at: str
    what: str
    digest: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Lock:
    """The locked design of a trial's comparisons, or None, and the log of locking and looking."""

    design: Mapping[str, Any] | None
    log: tuple[Look, ...] = ()

    @property
    def digest(self) -> str:
        """Digest of the locked design; empty when none is."""
        return str(self.design["digest"]) if self.design is not None else ""

    @property
    def locked(self) -> str:
        """When the design in force was locked; empty when none is."""
        return str(self.design["locked"]) if self.design is not None else ""

    @property
    def first_look(self) -> str:
        """When outcomes were first looked at; empty when they have not been."""
        return min((look.at for look in self.log if look.what == "looked"), default="")


@dataclass(frozen=True, slots=True)
class Trial:
    """One trial, ready to run.

    ``external`` maps a source's name to its cohort; ``findings`` are problems that do not block; ``digests`` map
    every input file, relative to ``folder``, to its SHA-256. ``lock`` is the locked design of its comparisons.
    ``published`` maps a published comparator and an endpoint to what was read of its curve.
    """

    protocol: Protocol
    cohort: Cohort
    external: Mapping[str, Cohort] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()
    digests: tuple[tuple[str, str], ...] = ()
    folder: Path | None = None
    lock: Lock | None = None
    published: Mapping[str, Mapping[str, Read]] = field(default_factory=dict)
