"""What a document is made of, and which of it stands in the text and which in the appendix."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from onearm.figures.drawing import Drawing, Picture
from onearm.report.document import Block, Figured, Tabled
from onearm.results import Results
from onearm.tables.model import Table

Shown = Drawing | Picture
"""A figure, drawn or not: its name, words and place are the same."""

ORDER = (
    "table:target-trial", "table:comparability", "table:gates", "table:method-gates", "figure:flow", "figure:overlap",
    "figure:weights", "figure:love", "table:balance", "figure:km", "figure:cif", "table:comparison", "figure:ph",
    "figure:consistency", "table:methods", "table:sensitivity", "figure:tipping", "figure:orders", "table:published",
    "table:borrowing",
)  # fmt: skip
"""The pieces of a comparison by kind: nothing is seen before its gate. What is of another kind stands last."""

DETAIL = (
    "table:target-trial", "table:comparability", "table:method-gates", "figure:overlap", "figure:weights",
    "figure:love-methods", "figure:ph", "table:sensitivity", "figure:tipping", "figure:orders", "table:borrowing",
    "table:boundary", "table:characteristics", "table:history", "table:joint", "figure:characteristics",
    "table:listing-subjects", "figure:calendar", "table:intensity", "table:cycles", "table:deviations", "table:flow",
    "table:states", "table:in-response", "figure:probability",
)  # fmt: skip
"""Kinds of pieces that stand in the appendix."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Provenance:
    """What the results were made from: names of files with their digests, versions of software, further facts."""

    inputs: tuple[tuple[str, str], ...] = ()
    software: tuple[tuple[str, str], ...] = ()
    facts: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """Results with their tables and figures by name, and what they were made from."""

    results: Results
    tables: Mapping[str, Table]
    figures: Mapping[str, Shown]
    provenance: Provenance = Provenance()

    def of_section(self, *sections: str) -> dict[str, Block]:
        """Figures, then tables, of some sections, by ``figure:NAME`` and ``table:ID``."""
        figures: dict[str, Block] = {
            f"figure:{f.name}": figured(f) for s in sections for f in self.figures.values() if f.section == s
        }
        tables: dict[str, Block] = {
            f"table:{t.id}": Tabled(0, t) for s in sections for t in self.tables.values() if t.section == s
        }
        return {**figures, **tables}

    def of_comparison(self, name: str) -> dict[str, Block]:
        """Everything of one comparison, in the order of `ORDER`."""
        figures: dict[str, Block] = {f"figure:{f.name}": figured(f) for f in self.figures.values() if owner(f) == name}
        tables: dict[str, Block] = {f"table:{t.id}": Tabled(0, t) for t in self.tables.values() if owner(t) == name}
        found = {**tables, **figures}
        return {key: found[key] for key in sorted(found, key=place)}

    def owners(self) -> Iterator[str]:
        """Every comparison that a table or figure belongs to."""
        yield from (name for piece in (*self.tables.values(), *self.figures.values()) if (name := owner(piece)))


def owner(piece: Table | Shown) -> str:
    """The comparison of a piece; those of further methods belong to it too."""
    return piece.comparison.partition("/")[0]


def figured(figure: Shown) -> Figured:
    """A figure with its caption, which has the figure's id."""
    return Figured(0, figure.name, figure.title, ((figure.caption, f"figure:{figure.name}"),))


def place(key: str) -> int:
    """Where a piece of a comparison stands, by the longest kind it begins with."""
    return max(_fitting(key, ORDER), key=lambda k: len(ORDER[k]), default=len(ORDER))


def is_detail(key: str, block: Block, figures: Mapping[str, Shown]) -> bool:
    """Whether a piece stands in the appendix: by its kind, and curves of further methods."""
    if isinstance(block, Figured) and "/" in figures[block.name].comparison:
        return True
    return any(key == kind or key.startswith(f"{kind}-") for kind in DETAIL)


def _fitting(key: str, kinds: tuple[str, ...]) -> list[int]:
    return [k for k, kind in enumerate(kinds) if key == kind or key.startswith(f"{kind}-")]


def parted(m: Material, pieces: Mapping[str, Block]) -> tuple[tuple[Block, ...], tuple[Block, ...]]:
    """Pieces of the text, and those of the appendix."""
    detail = {key for key, block in pieces.items() if is_detail(key, block, m.figures)}
    return (
        tuple(block for key, block in pieces.items() if key not in detail),
        tuple(block for key, block in pieces.items() if key in detail),
    )
