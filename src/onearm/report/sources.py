"""Where a number of a document comes from: every id that may stand behind one."""

from __future__ import annotations

from collections.abc import Iterator

from onearm.report.compose.material import Provenance
from onearm.report.document import Document, Figured, Tabled
from onearm.results import Results
from onearm.tables.methods import choice_id


def sources(document: Document, results: Results, provenance: Provenance | None = None) -> frozenset[str]:
    """Every id that is known: of numbers, gates, methods, rules, sentences, tables, figures, sections, subjects, files.

    Parameters
    ----------
    document
        Whose tables, figures and sections may be named.
    results
        What the document was made from.
    provenance
        The files and versions that it names, if any.
    """
    named = provenance or Provenance()
    files = (f"input:{name}" for name, _ in named.inputs)
    versions = (f"header:{name}" for name, _ in (*named.software, *named.facts))
    return frozenset((*_of_results(results), *_of_document(document), *files, *versions))


def _of_results(r: Results) -> Iterator[str]:
    yield from r.estimates
    yield from r.curves
    yield from (one.id for kind in (r.gates, r.statements, r.watches, r.boundaries, r.characteristics) for one in kind)
    yield from (choice_id(c) for c in r.choices)
    yield from (passage.id for passage in r.outline.passages)
    yield from (f"finding:{k}" for k in range(len(r.header.findings)))
    yield from (f"words:{k}" for k in range(max(len(r.outline.chapters), len(r.outline.summary))))
    yield from (f"subject:{lane.subject}" for lane in r.lanes)
    yield from (f"subject:{name}" for one in r.listed for name in one.subjects)
    yield from (f"header:{name}" for name in r.header.__slots__)
    yield "commitment"


def _of_document(d: Document) -> Iterator[str]:
    yield from (f"header:{name}" for name, _ in d.facts)
    for one in d.every():
        yield f"section:{one.id}"
    for block in d.blocks():
        if isinstance(block, Tabled):
            yield f"table:{block.table.id}"
        elif isinstance(block, Figured):
            yield f"figure:{block.name}"
