"""Write docs/evidence/audit.md from the labelled sentences. Run: python tests/audit/write_evidence.py"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from score import Score, counted_sets, history, score

PAGE = Path(__file__).resolve().parents[2] / "docs" / "evidence" / "audit.md"
COLUMNS = ("", "statements labelled", "found", "found where labelled", "precision", "recall", "same verdict",
           "flags labelled", "raised", "right")  # fmt: skip
HEAD = "| " + " | ".join(COLUMNS) + " |"


def row(name: str, s: Score) -> str:
    shares = [f"{s.hits / base:.1%}" if base else "-" for base in (s.found, s.labels)]
    cells = [name, s.labels, s.found, s.hits, *shares, s.agreed, s.flags_labelled, s.flags_raised, s.flags_right]
    return "| " + " | ".join(map(str, cells)) + " |"


def page() -> str:
    return "\n".join(_lines()) + "\n"


SETS = {
    "first": "in view while the reader was written",
    "second": "put aside, read once when it was done",
    "third": "written before it learned of breakdowns, means, tables and what was there before matching",
    "fourth": "written before that work ended, read once after it",
    "fifth": "written when all else was done, read once",
    "sixth": "written from what an outside reader found wrong, so harder than a paper",
}


def _lines() -> Iterator[str]:
    sets = counted_sets()
    yield "# The reader of published text, measured\n"
    yield f"{sets.total()} sentences and small tables in our own words (`tests/audit/sentences.yaml`) were labelled by"
    yield "hand before the reader read them: which statements of numbers they make, of which kind, with which verdict."
    yield "Found where labelled: right kind at the right place. A flag is a verdict that asks for a look (wording, does"
    yield "not fit, unstated). Written by `tests/audit/write_evidence.py`; a test keeps it true.\n"
    yield "## As first read\n"
    yield "What the reader found in each set before anything was changed for that set. These rows cannot be measured"
    yield "again: `tests/audit/history.yaml` keeps them. They are the fair estimate of how it does on text that it has"
    yield "not met. The sixth is no such estimate: it is made of what the reader was known to miss or read wrongly;"
    yield "three of its five flags were false. Of the others the last is that of the reader nearest to this one.\n"
    yield HEAD
    yield "|---" * (HEAD.count("|") - 1) + "|"
    yield from (row(f"{one.pop('set')} ({sets[name]}), {SETS[name]}", Score(**one)) for name, one in history())
    yield "\n## As it is\n"
    yield "All sets have been worked on since, so that these are no estimate: they say that nothing was lost.\n"
    yield HEAD
    yield "|---" * (HEAD.count("|") - 1) + "|"
    yield from (row(f"{name} ({sets[name]}), {says}", score(name)[0]) for name, says in SETS.items())
    every = score()
    yield row("all", every[0])
    yield "\n## By kind, all sentences, as it is\n"
    yield HEAD
    yield "|---" * (HEAD.count("|") - 1) + "|"
    yield from (row(kind, s) for kind, s in sorted(every[1].items()))
    yield "\n## Every difference left\n"
    yield from ([f"- {said}" for said in every[2]] or ["None."])
    yield "\nThe sentences are short and ours: papers are longer, and say things in more ways."


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
