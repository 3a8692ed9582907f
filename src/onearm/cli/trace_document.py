"""What stands behind ids that are no numbers: tables, figures, gates, sentences, and what words documents borrow."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from types import MappingProxyType

from onearm.errors import UsageError, near
from onearm.results import Results, Statement
from onearm.text import quantity


def of_document(number: str) -> bool:
    """Whether an id names a part of a document: ``table:ID``, ``figure:NAME``, ``gate:ID`` and their like.

    Examples
    --------
    >>> of_document("table:survival"), of_document("os.median"), of_document("cytogenetics.a:b")
    (True, False, False)
    """
    kind, colon, _ = number.partition(":")
    return bool(colon) and kind in KINDS


def document_lines(results: Results, number: str) -> Iterator[str]:
    """The trail of such an id; `UsageError` U301 with a near match when there is none."""
    kind, _, name = number.partition(":")
    yield from KINDS[kind](results, name)


def statement_lines(said: Statement) -> Iterator[str]:
    """A table of words about a comparison: what it states, and whence."""
    yield f"{said.id}  of the comparison {said.comparison}"
    blind = said.kind in ("comparability", "target_trial")
    yield "  from        " + ("the protocol, and baseline data before any outcome was read" if blind else "this run")
    for row in said.rows:
        yield f"    {row[0]}: " + "; ".join(text for text in row[1:] if text)


def _one(kind: str, name: str, known: Sequence[str], where: str) -> None:
    """Refuse a name that is not known."""
    if name not in known:
        number = f"{kind}:{name}"
        hint = near(number, [f"{kind}:{k}" for k in known])
        raise UsageError.one("U301", number, f'no {kind} has the id "{number}"{hint}', where)


def _table(results: Results, name: str) -> Iterator[str]:
    from onearm.tables import build

    tables = build(results)
    _one("table", name, tuple(tables), "look at the files of the folder tables")
    table = tables[name]
    yield f"table:{table.id}  {table.title}"
    yield f"  section     {table.section}" + (f" of {table.comparison}" if table.comparison else "")
    yield from (f"  note        {note}" for note in (*table.footnotes, table.notice) if note)
    yield f"  {len(table.ids)} ids behind its numbers and words"
    yield from (f"    {key}{_label(results, key)}" for key in table.ids)


def _figure(results: Results, name: str) -> Iterator[str]:
    from onearm.figures import plan

    drawings = plan(results)
    _one("figure", name, tuple(drawings), "look at the files of the folder figures")
    drawing = drawings[name]
    series = drawing.data()
    yield f"figure:{drawing.name}  {drawing.title}"
    yield f"  caption     {drawing.caption}"
    yield f"  section     {drawing.section}" + (f" of {drawing.comparison}" if drawing.comparison else "")
    yield f"  data        {len(series.rows)} rows: {', '.join(series.columns)}"
    places = [k for k, column in enumerate(series.columns) if column in ("id", "removed_id")]
    drawn = dict.fromkeys(str(row[k]) for row in series.rows for k in places if row[k])
    yield f"  {len(drawn)} ids drawn"
    yield from (f"    {key}{_label(results, key)}" for key in drawn)


def _label(results: Results, key: str) -> str:
    if key in results:
        return f"  {results[key].label}"
    return f"  {results.curves[key].label}" if key in results.curves else ""


def _gate(results: Results, name: str) -> Iterator[str]:
    gates = {g.id: g for g in results.gates}
    _one("gate", name, tuple(gates), "look the gate up in results.csv (context gate)")
    gate = gates[name]
    yield f"gate:{gate.id}  {gate.name}, of the comparison {gate.comparison}"
    yield f"  says        {gate.says}"
    yield f"  value       {quantity(gate.value, 'ratio')}; threshold {gate.threshold:g}, as the protocol says"
    yield f"  verdict     {'passed' if gate.passed else 'failed'}"
    yield "  from        baseline data, before any outcome was read"


def _numbered(kind: str, texts: Sequence[str], name: str, source: str) -> Iterator[str]:
    """One of several sentences, counted from 0 as documents do."""
    _one(kind, name, tuple(str(k) for k in range(len(texts))), f"there are {len(texts)}, counted from 0")
    yield f"{kind}:{name}  {texts[int(name)]}"
    yield f"  from        {source}"


def _definition(results: Results, name: str) -> Iterator[str]:
    yield from _numbered("definition", results.header.definitions, name, "protocol.yaml: its rules, and the defaults")


def _finding(results: Results, name: str) -> Iterator[str]:
    yield from _numbered("finding", results.header.findings, name, "the check of the folder; see `onearm check`")


def _words(results: Results, name: str) -> Iterator[str]:
    texts = [chapter.words for chapter in results.outline.chapters]
    yield from _numbered("words", texts, name, "protocol.yaml, report: the protocol's own words")


def _methods(results: Results, name: str) -> Iterator[str]:
    passages = {p.id.partition(":")[2]: p for p in results.outline.passages}
    _one("methods", name, tuple(passages), "look at the methods of the report")
    yield f"methods:{name}  {passages[name].title}"
    yield from (f"    {sentence}" for sentence in passages[name].sentences)
    yield "  from        protocol.yaml: its rules, and the defaults in force"


def _header(results: Results, name: str) -> Iterator[str]:
    known = [field for field in results.header.__slots__ if isinstance(getattr(results.header, field), str)]
    _one("header", name, known, "see the head of results.json")
    yield f"header:{name}  {getattr(results.header, name) or 'not stated'}"
    yield "  from        " + ("the version that ran" if name == "software" else "protocol.yaml, trial")


KINDS: Mapping[str, Callable[[Results, str], Iterator[str]]] = MappingProxyType(
    {
        "table": _table,
        "figure": _figure,
        "gate": _gate,
        "definition": _definition,
        "finding": _finding,
        "methods": _methods,
        "words": _words,
        "header": _header,
    }
)
"""What stands before the colon of such an id, and what tells its trail."""
