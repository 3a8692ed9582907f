"""Changes as JSON's own types."""

from __future__ import annotations

import math
from typing import Any

from onearm.changes.origin import Cause, Origin
from onearm.changes.record import Change, Changes, Part


def as_values(found: Changes, why: Cause, sides: tuple[Origin, Origin]) -> dict[str, Any]:
    """Everything that `lines` can print, whole; infinities are the strings ``"inf"`` and ``"-inf"``."""
    return {
        "a": sides[0].name,
        "b": sides[1].name,
        "trials": list(found.trials),
        "changed": found.changed,
        "counts": {
            "same": found.same,
            "changed": len(found.numbers("changed")),
            "only_in_a": len(found.numbers("only in A")),
            "only_in_b": len(found.numbers("only in B")),
        },
        "why": {
            "verdict": why.verdict,
            "says": why.says,
            "differences": [{"kind": d.kind, "says": d.says} for d in why.differences],
            "same": list(why.same),
        },
        "changes": [_change(c) for c in found.changes],
        "moves": [{name: getattr(m, name) for name in m.__slots__} for m in found.moves],
        "header": [_part(p) for p in found.header],
    }


def _change(c: Change) -> dict[str, Any]:
    return {
        "id": c.id,
        "label": c.label,
        "kind": c.kind,
        "section": c.section,
        "heading": c.heading,
        "number": c.number,
        "words_only": c.words,
        "parts": [_part(p) for p in c.parts],
        "entered": list(c.entered),
        "left": list(c.left),
    }


def _part(p: Part) -> dict[str, Any]:
    told: dict[str, Any] = {"field": p.name, "before": p.before, "after": p.after}
    if p.difference:
        told |= {"difference": p.difference, "relative": p.relative or None}
    if p.exact is not None:
        told["exact"] = [_plain(v) for v in p.exact]
    return told


def _plain(value: float | None) -> float | str | None:
    if value is None or math.isfinite(value):
        return value
    return None if math.isnan(value) else "inf" if value > 0 else "-inf"
