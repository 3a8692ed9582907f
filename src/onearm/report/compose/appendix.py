"""The appendix: assumptions, details, diagnostics, findings, versions and digests."""

from __future__ import annotations

from collections.abc import Iterator

from onearm.report.compose import comparisons, monitored
from onearm.report.compose.material import Material, parted
from onearm.report.compose.methods import ASSUMPTIONS
from onearm.report.compose.phrases import joined, said
from onearm.report.document import Items, Parts, Section, Tabled, Term, Terms, Text

_DETAILED = ("flow", "baseline", "exposure", "response", "safety", "survival", "status", "subjects")


def section(m: Material) -> Section:
    """Every part that has something to say."""
    parts = (*_assumptions(m), *_details(m), *comparisons.diagnostics(m), *monitored.details(m), *_commitment(m))
    return Section("appendix", "Appendix", (), (*parts, *_findings(m), *_provenance(m)))


def _assumptions(m: Material) -> Iterator[Section]:
    for passage in m.results.outline.passages:
        if passage.id == ASSUMPTIONS:
            items = tuple(said(sentence, passage.id) for sentence in passage.sentences)
            yield Section("assumptions", "Assumptions", (Items(items),))


def _details(m: Material) -> Iterator[Section]:
    _, detail = parted(m, m.of_section(*_DETAILED))
    if detail:
        yield Section("details", "Further tables and figures", detail, fold=True)


def _commitment(m: Material) -> Iterator[Section]:
    found = tuple(Tabled(0, t) for t in m.tables.values() if t.section == "commitment")
    if found:
        yield Section("commitment", "Record of the design", found, fold=True)


def _findings(m: Material) -> Iterator[Section]:
    items = tuple(said(finding, f"finding:{k}") for k, finding in enumerate(m.results.header.findings))
    if items:
        yield Section("findings", "Findings in the data that did not block", (Items(items),))


def _provenance(m: Material) -> Iterator[Section]:
    p = m.provenance
    software = tuple(_term(name, words, f"header:{name}") for name, words in (*p.facts, *p.software))
    inputs = tuple(_term(name, digest, f"input:{name}") for name, digest in p.inputs)
    if software:
        yield Section("software", "Software", (Terms(software),), fold=True)
    if inputs:
        note = Text(
            joined("The digest (SHA-256) of every file that was read.", source="section:digests"), manner="note"
        )
        yield Section("digests", "Digests of the inputs", (note, Terms(inputs)), fold=True)


def _term(name: str, words: str, source: str) -> Term:
    label: Parts = said(name, source)
    return Term(label, said(words, source))
