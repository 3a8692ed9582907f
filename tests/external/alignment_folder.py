"""The small trial with a source of dates, lines and gaps, and a comparison as a test wants it."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

from factory import good_trial
from ruamel.yaml import YAML

LOOSE = {"caliper": "none", "gates": {"max_smd": 5, "min_matched": 0.01}}
"""Settings with which eight patients can be compared."""


def folder(at: Path, comparison: dict[str, Any], rows: list[dict[str, Any]] | None = None) -> Path:
    """Write the trial; ``rows`` are the external patients, each with ``subject``, and what a test sets."""
    good_trial(at)
    body = YAML(typ="safe").load((at / "protocol.yaml").read_text(encoding="utf-8"))
    body["comparisons"]["main"] |= LOOSE | comparison
    if rows is not None:
        body["external"]["other"]["data"] = {"time": "dates"}
        _write(at / "external" / "other", rows)
    (at / "protocol.yaml").write_text(json.dumps(body, default=str), encoding="utf-8")
    return at


def patients(n: int = 16) -> list[dict[str, Any]]:
    """External patients with dates; every second one died."""
    return [
        {
            "subject": f"E{i:02d}",
            "treatment_start": dt.date(2008, 1, 1) + dt.timedelta(days=90 * i),
            "age": 60 + i,
            "sex": "female" if i % 2 else "male",
            "follow": 150 + 60 * i,
            "died": i % 2 == 0,
        }
        for i in range(1, n + 1)
    ]


def _write(at: Path, rows: list[dict[str, Any]]) -> None:
    extra = ("person", "eligible", "assessed", "followed_from")
    columns = ["subject", "treatment_start", "age", "sex", *(c for c in extra if any(c in r for r in rows))]
    subjects = [",".join(columns)] + [",".join(_text(r.get(c)) for c in columns) for r in rows]
    followup = ["subject,death,last_contact"]
    for r in rows:
        last = r["treatment_start"] + dt.timedelta(days=r["follow"] - 1)
        followup.append(f"{r['subject']},{last if r['died'] else ''},{last}")
    (at / "subjects.csv").write_text("\n".join(subjects) + "\n", encoding="utf-8")
    (at / "followup.csv").write_text("\n".join(followup) + "\n", encoding="utf-8")
    (at / "responses.csv").write_text("subject,date,response\n", encoding="utf-8")


def _text(value: Any) -> str:
    return "" if value is None else str(value)
