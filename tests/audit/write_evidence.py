"""Write docs/evidence/audit.md from the labelled sentences. Run: python tests/audit/write_evidence.py"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from score import Score, counted_sets, score

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


def _lines() -> Iterator[str]:
    sets = counted_sets()
    yield "# The reader of published text, measured\n"
    yield f"{sets.total()} sentences in our own words (`tests/audit/sentences.yaml`) were labelled by hand: which"
    yield "statements of numbers they make, of which kind, with which verdict. The reader was written with the first"
    yield f"{sets['first']} in view; the other {sets['second']} were put aside, read when it was done, and nothing was"
    yield "changed for them. Found where labelled: right kind at the right place. A flag is a verdict that asks for a"
    yield "look (wording, does not fit, unstated). Written by `tests/audit/write_evidence.py`; a test keeps it true.\n"
    yield HEAD
    yield "|---" * (HEAD.count("|") - 1) + "|"
    first, second, every = score("first"), score("second"), score()
    yield row(f"with the reader in view ({sets['first']})", first[0])
    yield row(f"put aside ({sets['second']})", second[0])
    yield row("all", every[0])
    yield "\n## By kind, all sentences\n"
    yield HEAD
    yield "|---" * (HEAD.count("|") - 1) + "|"
    yield from (row(kind, s) for kind, s in sorted(every[1].items()))
    yield "\n## Every difference\n"
    yield from (f"- {said}" for said in every[2])
    yield "\nThe sentences are short and ours: papers are longer, and their tables are not read as tables."


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
