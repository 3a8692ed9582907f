"""The hand-labelled sentences against the reader: what it found, what it missed, what it called each."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from onearm.stats.consistency import Statement, audit_text

SENTENCES = Path(__file__).with_name("sentences.yaml")
LEFT_OUT = ("number of people", "percent without count")


@dataclass
class Score:
    """Counts of one set: labels, statements found, found where labelled, so with the same verdict; and flags."""

    labels: int = 0
    found: int = 0
    hits: int = 0
    agreed: int = 0
    flags_labelled: int = 0
    flags_raised: int = 0
    flags_right: int = 0

    @property
    def precision(self) -> float:
        return self.hits / self.found

    @property
    def recall(self) -> float:
        return self.hits / self.labels


FLAGS = ("wording", "does not fit", "unstated")


def cases() -> list[dict[str, Any]]:
    read: list[dict[str, Any]] = YAML(typ="safe").load(SENTENCES.read_text(encoding="utf-8"))
    return read


def history() -> list[tuple[str, dict[str, Any]]]:
    """What was found in a set when it was first read."""
    read = YAML(typ="safe").load(SENTENCES.with_name("history.yaml").read_text(encoding="utf-8"))
    return [(one["set"], {k: v for k, v in one.items() if k != "when"}) for one in read]


def matching(case: dict[str, Any]) -> tuple[list[tuple[dict[str, Any], Statement | None]], list[Statement]]:
    """Each label with the statement found at its place, and the statements that no label is about."""
    text = case["text"]
    left = [s for s in audit_text(text).statements if s.kind not in LEFT_OUT]
    pairs: list[tuple[dict[str, Any], Statement | None]] = []
    for label in case["labels"]:
        at = text.index(label["at"])
        end = at + len(label["at"])
        hit = next((s for s in left if s.kind == label["kind"] and s.start < end and at < s.end), None)
        if hit is not None:
            left.remove(hit)
        pairs.append((label, hit))
    return pairs, left


def score(wanted: str | None = None) -> tuple[Score, dict[str, Score], list[str]]:
    """The score of a set (or of all), by kind, and every difference in words."""
    total, kinds, said = Score(), {}, []
    for case in cases():
        if wanted not in (None, case["set"]):
            continue
        pairs, extra = matching(case)
        for label, hit in pairs:
            for s in (total, kinds.setdefault(label["kind"], Score())):
                s.labels += 1
                s.found += hit is not None
                s.hits += hit is not None
                s.agreed += hit is not None and hit.verdict == label["verdict"]
                s.flags_labelled += label["verdict"] in FLAGS
                s.flags_raised += hit is not None and hit.flagged
                s.flags_right += hit is not None and hit.flagged and label["verdict"] in FLAGS
            if hit is None:
                said.append(f"missed: {label['kind']}, {label['at']!r}")
            elif hit.verdict != label["verdict"]:
                said.append(f"{hit.verdict} where labelled {label['verdict']}: {label['at']!r}: {hit.says}")
        for one in extra:
            for s in (total, kinds.setdefault(one.kind, Score())):
                s.found += 1
                s.flags_raised += one.flagged
            said.append(f"not labelled: {one.kind}, {one.text!r}, {one.verdict}: {one.says}")
    return total, kinds, said


def counted_sets() -> Counter[str]:
    return Counter(case["set"] for case in cases())
