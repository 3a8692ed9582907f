"""What can go wrong, and how it is said.

::

    OnearmError            a mistake in what onearm was given; printed without a traceback
    ├── ProtocolError      protocol.yaml cannot be read as a protocol
    ├── DataError          tables that block the analysis
    ├── ClaimsError        claims.yaml cannot be read
    └── UsageError         a folder, file, id or option that does not exist or does not fit

Every error carries findings, all of them at once. A finding has a stable code, a place and a next step.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Severity = Literal["error", "warning", "note"]

_RANK: dict[str, int] = {"error": 0, "warning": 1, "note": 2}


@dataclass(frozen=True, slots=True)
class Finding:
    """One problem in what onearm was given.

    Parameters
    ----------
    code
        Stable code such as ``D204``; letters say where (P protocol, D data, X external, C claims, U usage).
    severity
        ``error`` blocks the analysis, ``warning`` does not but is printed with it, ``note`` is for information.
    where
        File and line, ``responses.csv:6``, or a file and a path inside it, ``protocol.yaml:31 endpoints.os``.
    says
        What was found, in plain words.
    next_step
        What to do about it.
    subject
        The subject concerned, if it is one.

    Examples
    --------
    >>> str(Finding("D204", "error", "responses.csv:6", "subject 999 is unknown", "add it to subjects.csv"))
    'D204 error responses.csv:6: subject 999 is unknown. Next: add it to subjects.csv'
    """

    code: str
    severity: Severity
    where: str
    says: str
    next_step: str
    subject: str = ""

    def __str__(self) -> str:
        return f"{self.code} {self.severity} {self.where}: {self.says}. Next: {self.next_step}"

    @property
    def blocks(self) -> bool:
        """Whether the analysis must not go on."""
        return self.severity == "error"


def _place(where: str) -> tuple[str, int, str]:
    head, _, tail = where.partition(":")
    digits = tail.split(" ", 1)[0].split("-", 1)[0]
    return head, int(digits) if digits.isdigit() else 0, where


def in_order(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Findings without duplicates, blocking ones first, then by file and line."""
    return tuple(
        sorted(set(findings), key=lambda f: (_RANK[f.severity], *_place(f.where), f.code, f.says)),
    )


class OnearmError(Exception):
    """A mistake in what onearm was given; carries every finding."""

    def __init__(self, findings: Iterable[Finding]):
        self.findings = in_order(findings)
        super().__init__("\n".join(str(f) for f in self.findings))


class ProtocolError(OnearmError):
    """The protocol cannot be used."""


class DataError(OnearmError):
    """The tables block the analysis."""


class ClaimsError(OnearmError):
    """The claims file cannot be used."""


class UsageError(OnearmError):
    """A folder, a file, an id or an option that does not exist or does not fit."""

    @classmethod
    def one(cls, code: str, where: str, says: str, next_step: str) -> UsageError:
        """Build the error from a single finding."""
        return cls([Finding(code, "error", where, says, next_step)])


def near(word: str, allowed: Iterable[str]) -> str:
    """Words for a near match: `` (did you mean "CRi"?)``, or nothing.

    Examples
    --------
    >>> near("CRI", ["CR", "CRi", "PR"])
    ' (did you mean "CRi"?)'
    >>> near("banana", ["CR"])
    ''
    """
    options = list(allowed)
    folded = {o.casefold(): o for o in options}
    if word.casefold() in folded:
        return f' (did you mean "{folded[word.casefold()]}"?)'
    hits = difflib.get_close_matches(word, options, n=1, cutoff=0.6)
    return f' (did you mean "{hits[0]}"?)' if hits else ""


def listed(words: Iterable[str], most: int = 12) -> str:
    """Words joined for a sentence, cut after ``most``.

    Examples
    --------
    >>> listed(["CR", "PR"])
    'CR, PR'
    >>> listed("abcd", most=2)
    'a, b and 2 more'
    """
    items = [str(w) for w in words]
    if len(items) <= most:
        return ", ".join(items)
    return ", ".join(items[:most]) + f" and {len(items) - most} more"
