"""Stopping rules in a document: decision, limits, behaviour and words of each; what ends enrolment comes first."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from onearm.figures.style import slug
from onearm.report.compose.material import Material
from onearm.report.compose.phrases import joined, said
from onearm.report.document import Block, Section, Text
from onearm.report.key import rule_name
from onearm.results import Watch
from onearm.tables.monitoring import rules, stamp


def section(m: Material) -> Section:
    """The rules one after the other."""
    loud = tuple(_warning(w) for w in m.results.watches if stamp(w))
    pieces = m.of_section("monitoring")
    inner = tuple(_of_rule(m, rule, pieces) for rule in rules(m.results))
    return Section("monitoring", "Monitoring", loud, tuple(s for s in inner if s.blocks))


def details(m: Material) -> tuple[Section, ...]:
    """What the appendix holds of each rule: limits, characteristics, the decision after every patient."""
    pieces = m.of_section("monitoring")
    out = []
    for rule in rules(m.results):
        watches = [w for w in m.results.watches if w.rule == rule]
        keys = [f"table:boundary-{rule}", f"figure:{slug('characteristics', f'monitoring.{rule}')}"]
        keys += [f"table:characteristics-{rule}"]
        keys += [f"table:history-{rule}" + (f"-{w.group}" if w.group else "") for w in watches]
        blocks = tuple(_found(pieces, *keys))
        if blocks:
            out.append(Section(f"rule-{rule}-details", f"Behaviour of the rule: {watches[0].label}", blocks, fold=True))
    together = tuple(block for key, block in pieces.items() if key.startswith("table:joint-"))
    if together:
        out.append(Section("rules-together", "Rules together", together, fold=True))
    return tuple(out)


def _of_rule(m: Material, rule: str, pieces: Mapping[str, Block]) -> Section:
    watches = [w for w in m.results.watches if w.rule == rule]
    blocks = list(_found(pieces, f"table:monitoring-{rule}", *(f"figure:{slug('boundary', w.id)}" for w in watches)))
    if watches[0].paragraph:
        blocks.append(Text(said(watches[0].paragraph, f"monitoring.{rule}"), lead="For a protocol."))
    return Section(f"rule-{rule}", watches[0].label, tuple(blocks))


def _found(pieces: Mapping[str, Block], *keys: str) -> Iterator[Block]:
    return (pieces[key] for key in keys if key in pieces)


def _warning(w: Watch) -> Text:
    stopped = f" A look that was due stopped the trial first on {w.stopped}." if w.stopped else ""
    reason = f"{w.reason[:1].upper()}{w.reason[1:]}."
    words = joined(f"{rule_name(w)}: {w.word.upper()}. {reason}{stopped}", source=w.id)
    return Text(words, manner="warning")
