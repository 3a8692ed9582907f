"""An audit as rows for a terminal and as plain values for other programs."""

from __future__ import annotations

from typing import Any

from onearm.stats.consistency import VERDICTS, Statement, TextAudit

HEAD = ("verdict", "line", "statement", "n that fit", "what arithmetic allows")
_WIDEST = 60


def line_of(text: str, place: int) -> int:
    """The line of a place, the first being 1."""
    return text.count("\n", 0, place) + 1


def rows(audit: TextAudit) -> list[tuple[str, ...]]:
    """One row a statement, in the order of the text; numbers of people that are merely stated are left out."""
    shown = [s for s in audit.statements if s.verdict != "stated"]
    return [(s.verdict, str(line_of(audit.text, s.start)), _short(s.text), s.fitting, s.says) for s in shown]


def _short(text: str) -> str:
    said = " ".join(text.split())
    return said if len(said) <= _WIDEST else said[: _WIDEST - 3] + "..."


def summary(audit: TextAudit) -> list[str]:
    """What was found in all, in sentences."""
    tested = [s for s in audit.statements if s.verdict not in ("stated", "not tested", "open")]
    said = [f"{len(tested)} statements tested, {len(audit.flagged)} to look at"]
    if audit.stated:
        said.append(f"numbers of people stated: {', '.join(map(str, audit.stated))}")
    if audit.rules:
        said.append(f"rounding that fits every count: {', '.join(audit.rules)}")
    said.append(
        "what does not fit here may be a slip, a denominator not stated or another method: ask, do not conclude"
    )
    return said


def as_values(audit: TextAudit) -> dict[str, Any]:
    """The audit as JSON has it: statements with character places, and the meaning of each verdict."""
    return {
        "consistent": audit.consistent,
        "stated": list(audit.stated),
        "rules": list(audit.rules),
        "verdicts": dict(VERDICTS),
        "statements": [_values(audit, s) for s in audit.statements],
    }


def _values(audit: TextAudit, s: Statement) -> dict[str, Any]:
    return {
        "kind": s.kind,
        "start": s.start,
        "end": s.end,
        "line": line_of(audit.text, s.start),
        "text": s.text,
        "verdict": s.verdict,
        "flagged": s.flagged,
        "says": s.says,
        "count": s.count,
        "percent": s.percent or None,
        "n": list(s.n),
        "uniqueness": s.uniqueness or None,
        "denominators": {rule: list(n) for rule, n in s.denominators.items()},
        "literal": s.literal,
        "literal_percent": s.literal_percent or None,
        "stated": list(s.stated),
        "rules": list(s.rules),
        "methods": list(s.methods),
    }
