"""The decisions of a stopping rule after every patient, for a table in a file."""

from __future__ import annotations

from onearm.results import Watch


def moment_rows(w: Watch) -> list[dict[str, str | int]]:
    """A row a day, in order; probabilities to six decimals, weights to four.

    Columns: ``rule version date enrolled counted events pending weight look_due probability decision``. ``date`` is
    empty where the trial counts study days.
    """
    return [
        {
            "rule": w.rule,
            "version": w.group,
            "date": m.date,
            "enrolled": m.enrolled,
            "counted": m.evaluated,
            "events": m.events,
            "pending": m.pending,
            "weight": f"{m.weight:.4f}",
            "look_due": "yes" if m.due else "no",
            "probability": f"{m.belief:.6f}" if m.belief is not None else "",
            "decision": m.word,
        }
        for m in w.moments
    ]
