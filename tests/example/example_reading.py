"""Reads the bundled trial's CSV files with the standard library alone."""

from __future__ import annotations

import csv
import datetime as dt
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

ROOT = Path(__file__).parents[2] / "examples"
TRIAL = ROOT / "mini-hcvd-ino" / "data"
MONTH = 30.4375
RESPONDED = ("CR", "CRp", "CRi")
EXTERNAL = {name: ROOT / "mini-hcvd-ino" / "external" / name for name in ("salvage_chemo", "inotuzumab_alone")}


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def date(text: str) -> dt.date | None:
    return dt.date.fromisoformat(text) if text else None


@dataclass
class Subject:
    baseline: dict[str, str]
    start: dt.date
    relapse: dt.date | None
    death: dt.date | None
    last: dt.date
    responses: list[dict[str, str]] = field(default_factory=list)
    asct: dt.date | None = None

    @property
    def best(self) -> str:
        seen = {r["response"] for r in self.responses if not self.relapse or date(r["date"]) < self.relapse}
        return next((c for c in ("CR", "CRp", "CRi", "PR") if c in seen), "NR")

    @property
    def responded(self) -> bool:
        return self.best in RESPONDED

    @property
    def in_remission(self) -> bool:
        return self.responded and self.relapse is None and self.death is None

    def days(self, end: dt.date) -> int:
        return (end - self.start).days + 1

    @property
    def survival(self) -> tuple[int, bool]:
        return self.days(self.last), self.death is not None

    @property
    def progression_free(self) -> tuple[int, bool]:
        assessed = [date(r["date"]) for r in self.responses if r["response"] != "NE"]
        failed = max(assessed) if assessed and not self.responded else None
        ends = [d for d in (failed, self.relapse, self.death) if d]
        return (self.days(min(ends)), True) if ends else (self.days(self.last), False)


def read(folder: Path) -> dict[str, Subject]:
    responses = defaultdict(list)
    for r in rows(folder / "responses.csv"):
        responses[r["subject"]].append(r)
    asct = {r["subject"]: date(r["date"]) for r in rows(folder / "procedures.csv")}
    course = {r["subject"]: r for r in rows(folder / "followup.csv")}
    out = {}
    for s in rows(folder / "subjects.csv"):
        f, key = course[s["subject"]], s["subject"]
        out[key] = Subject(
            s,
            date(s["treatment_start"]),
            date(f["relapse"]),
            date(f["death"]),
            date(f["last_contact"]),
            responses[key],
            asct.get(key),
        )
    return out


MATCHED_ON: dict[str, tuple[str, ...]] = {
    "age": (),
    "sex": ("female", "male"),
    "performance_status": ("0-1", "2-3"),
    "wbc": (),
    "marrow_blasts": (),
    "cytogenetics": ("diploid", "adverse", "other", "not done"),
    "cr1_duration": (),
    "prior_asct": ("no", "yes"),
}
"""Covariates of the comparisons, with the levels of the categories."""


def eligible(s: Subject) -> bool:
    b = s.baseline
    fits = int(b["age"]) >= 18 and b["philadelphia"] == "negative" and int(b["salvage"]) == 1
    return fits and all(b[name] for name in MATCHED_ON)


def design(subjects: list[Subject]) -> tuple[np.ndarray, list[str], np.ndarray]:
    """Columns, their names, and whether a column is in the score (the first level of a category is not)."""
    columns, names, used = [], [], []
    for name, levels in MATCHED_ON.items():
        for i, level in enumerate(levels or ("",)):
            values = [s.baseline[name] for s in subjects]
            columns.append([float(v == level) if level else float(v) for v in values])
            names.append(f"{name}={level}" if level else name)
            used.append(not level or i > 0)
    return np.array(columns).T, names, np.array(used)
