"""Tables as outputs of a reporting event, and the lists of what it holds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Protocol

CSV = "onearm.csv"
"""The sponsor's term for a file of comma-separated values."""


class Display(Protocol):
    """A table as far as the standard wants to know it: `onearm.tables.Table` is one."""

    @property
    def id(self) -> str:
        """Name of the file."""

    @property
    def title(self) -> str:
        """Caption."""

    @property
    def footnotes(self) -> tuple[str, ...]:
        """What is said below it."""

    @property
    def ids(self) -> tuple[str, ...]:
        """The estimates that it shows."""


def output(table: Display) -> dict[str, Any]:
    """One table as an output with one display."""
    parts = (("Title", (table.title,)), ("Footnote", table.footnotes))
    display = {
        "id": f"display.{table.id}",
        "version": 1,
        "name": table.id,
        "displayTitle": table.title,
        "displaySections": [_section(table.id, kind, said) for kind, said in parts if said],
    }
    location = f"tables/{table.id}.csv"
    return {
        "id": f"output.{table.id}",
        "version": 1,
        "name": table.title,
        "fileSpecifications": [{"name": location, "location": location, "fileType": {"sponsorTermId": CSV}}],
        "displays": [{"order": 1, "display": display}],
    }


def _section(table: str, kind: str, said: Iterable[str]) -> dict[str, Any]:
    parts = [
        {"order": k, "subSection": {"id": f"display.{table}.{kind.lower()}.{k}", "text": one}}
        for k, one in enumerate(said, 1)
    ]
    return {"sectionType": kind, "orderedSubSections": parts}


def by_context(analyses: Sequence[tuple[str, str, str]]) -> dict[str, Any]:
    """The list of all analyses under their contexts; an analysis is its context, id and name."""
    found: dict[str, list[dict[str, Any]]] = {}
    for context, id, name in analyses:
        mine = found.setdefault(context, [])
        mine.append({"name": name, "level": 2, "order": len(mine) + 1, "analysisId": id})
    items = [
        {"name": context, "level": 1, "order": k, "sublist": {"listItems": mine}}
        for k, (context, mine) in enumerate(found.items(), 1)
    ]
    return {"name": "Analyses by context", "contentsList": {"listItems": items}}


def by_table(tables: Sequence[Display], analysis_of: Mapping[str, str], names: Mapping[str, str]) -> dict[str, Any]:
    """The list of tables, each with the analyses whose numbers it shows.

    ``analysis_of`` gives the analysis of an estimate, ``names`` the name of an analysis.
    """
    items = []
    for k, table in enumerate(tables, 1):
        shown = dict.fromkeys(analysis_of[id] for id in table.ids if id in analysis_of)
        inside = [{"name": names[id], "level": 2, "order": j, "analysisId": id} for j, id in enumerate(shown, 1)]
        item = {"name": table.title, "level": 1, "order": k, "outputId": f"output.{table.id}"}
        items.append(item | ({"sublist": {"listItems": inside}} if inside else {}))
    return {"name": "Tables", "contentsList": {"listItems": items}}
