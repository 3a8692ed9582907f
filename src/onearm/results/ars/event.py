"""Results as one reporting event."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from onearm.results.ars import families, groupings, outputs
from onearm.results.grouping import measured
from onearm.results.records import Estimate, Header

if TYPE_CHECKING:
    from onearm.results.collection import Results

_TERMS = (
    (
        "AnalysisReasonEnum",
        families.DECLARED,
        "DECLARED IN THE ANALYSIS FILE",
        "Made because protocol.yaml of this run asks for it; whether that was written before outcomes were seen is not "
        "known from results, but for comparisons by the status of their design lock.",
    ),
    (
        "AnalysisPurposeEnum",
        families.NOT_STATED,
        "NOT STATED",
        "Results do not say which endpoints are primary.",
    ),
    ("OutputFileTypeEnum", outputs.CSV, "csv", "Comma-separated values, UTF-8."),
)


def to_ars(results: Results, tables: Iterable[outputs.Display] = ()) -> dict[str, Any]:
    """Results as a reporting event of the Analysis Results Standard, in JSON's own types.

    Parameters
    ----------
    results
        Every estimate of them becomes results of an analysis.
    tables
        What `onearm.tables.build` laid out: they become outputs, and a list of contents of their own.

    Returns
    -------
    dict
        The event; `to_text` writes it.

    Examples
    --------
    >>> from onearm.results import Results
    >>> one = Estimate(id="orr", label="Response", variable="orr", stat="p", context="response", unit="proportion",
    ...                n=48, events=44, value=44 / 48, method="exact", population="treated")
    >>> event = to_ars(Results(Header(trial="t", title="T", arm="A"), {"orr": one}))
    >>> for r in event["analyses"][0]["results"]:
    ...     print(r["operationId"], r["rawValue"], r["formattedValue"])
    response.p/p 0.9166666666666666 91.7%
    response.p/n.event 44 44
    response.p/N 48 48
    """
    estimates, laid_out = list(results), list(tables)
    names = families.Names(
        families.numbered((families.method_of(e), f"{e.context}.{e.stat}") for e in estimates),
        {population: f"set.{k}" for k, population in enumerate(dict.fromkeys(e.population for e in estimates), 1)},
        {e.evidence: f"rows.{e.evidence}" for e in estimates if e.evidence},
    )
    members = families.families(estimates)
    ids = families.numbered((k, _analysis_id(group)) for k, group in enumerate(members))
    methods = families.methods(estimates, names.methods)
    shares = {m["id"] for m in methods if "referencedOperationRelationships" in m["operations"][0]}
    analyses = [families.analysis(ids[k], group, names, shares) for k, group in enumerate(members)]
    of_subjects, of_records = groupings.factors(estimates)
    contents = [(group[0].context, a["id"], a["name"]) for group, a in zip(members, analyses, strict=True)]
    event = _about(results.header) | {
        "mainListOfContents": outputs.by_context(contents),
        "otherListsOfContents": [_tables(laid_out, members, analyses)] if laid_out else [],
        "terminologyExtensions": [_term(*words) for words in _TERMS],
        "globalDisplaySections": _sections(results.header),
        "analysisSets": _numbered(names.sets),
        "dataSubsets": _numbered({f"The rows that prove: {name}": id for name, id in names.subsets.items()}),
        "analysisGroupings": of_subjects,
        "dataGroupings": of_records,
        "methods": methods,
        "analyses": analyses,
        "outputs": [outputs.output(table) for table in laid_out],
    }
    return {name: value for name, value in event.items() if value != []}


def to_text(event: Mapping[str, Any]) -> str:
    """A reporting event as JSON text, one record a line; the same bytes each time."""
    parts = []
    for name, value in event.items():
        told = _line(value)
        if isinstance(value, list):
            told = "[\n" + ",\n".join(map(_line, value)) + "\n]"
        parts.append(f"{_line(name)}: {told}")
    return "{\n" + ",\n".join(parts) + "\n}\n"


def _line(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False)


def _about(header: Header) -> dict[str, Any]:
    said = {"Data cut-off": header.cutoff, "Registry": header.registry, "Software": header.software}
    told = [header.notice, *(f"{name}: {words}." for name, words in said.items() if words)]
    return {
        "id": header.trial,
        "version": 1,
        "name": header.title,
        "label": header.arm,
        "description": " ".join(words for words in told if words),
    }


def _analysis_id(members: Sequence[Estimate]) -> str:
    """``survival/os.median``, with what it is grouped by: ``comparison/os.survival|comparison=chemo/side``."""
    first = members[0]
    levels: dict[str, set[str]] = {}
    for e in members:
        for key, (name, level) in groupings.named(e):
            if key != groupings.LEVEL:
                levels.setdefault(name, set()).add(level)
    by = "/".join(f"{name}={min(found)}" if len(found) == 1 else name for name, found in levels.items())
    return f"{first.context}/{measured(first)[0]}.{first.stat}" + (f"|{by}" if by else "")


def _tables(
    tables: list[outputs.Display], members: list[list[Estimate]], analyses: list[dict[str, Any]]
) -> dict[str, Any]:
    of = {e.id: a["id"] for group, a in zip(members, analyses, strict=True) for e in group}
    return outputs.by_table(tables, of, {a["id"]: a["name"] for a in analyses})


def _numbered(ids: Mapping[str, str]) -> list[dict[str, Any]]:
    """Sets of subjects or of rows by their words."""
    return [{"id": id, "level": 1, "order": k, "label": words} for k, (words, id) in enumerate(ids.items(), 1)]


def _term(enumeration: str, id: str, value: str, description: str) -> dict[str, Any]:
    term = {"id": id, "submissionValue": value, "description": description}
    return {"id": f"onearm.{enumeration}", "enumeration": enumeration, "sponsorTerms": [term]}


def _sections(header: Header) -> list[dict[str, Any]]:
    """What is said on every page: the notice, and the rules in force."""
    parts = (("Header", (header.notice,) if header.notice else ()), ("Footnote", header.definitions))
    return [
        {
            "sectionType": kind,
            "subSections": [{"id": f"{kind.lower()}.{k}", "text": words} for k, words in enumerate(said, 1)],
        }
        for kind, said in parts
        if said
    ]
