"""What a comparison says of itself in words: how comparable the sides are, and which trial it stands in for."""

from __future__ import annotations

from onearm.external.blind import Blind
from onearm.external.estimand import external_words, sentence
from onearm.external.target_trial import target_trial
from onearm.protocol.document import Protocol
from onearm.results import Statement
from onearm.study.methods import lost_words


def statements(made: Blind, protocol: Protocol) -> tuple[Statement, ...]:
    """The tables of comparability and of the target trial."""
    wanted = (
        ("comparability", made.comparability, ("heading", "trial", "external", "judgement", "done")),
        (
            "target_trial",
            target_trial(made.name, made.settings, protocol, reached(made)),
            ("component", "target", "emulation"),
        ),
    )
    return tuple(
        Statement(
            id=f"{kind}|{made.name}",
            comparison=made.name,
            columns=tuple(_HEADINGS[k] for k in keys),
            rows=tuple(tuple(row[k] for k in keys) for row in rows),
        )
        for kind, rows, keys in wanted
    )


def reached(made: Blind) -> str:
    """Whom the primary design speaks of, where that is not whom it aimed at; empty where it is."""
    design = made.primary
    assert design.settings is not None, "a design knows its method"
    if design.refused:
        return f"no design: {design.refused}"
    incomplete, unplaced = len(made.trial.incomplete), len(design.unmatched)
    lost = sentence(design.settings.estimand, incomplete, unplaced, lost_words(design)).partition(": ")[2]
    if not lost and design.estimand == design.settings.estimand:
        return ""
    away = len(design.external) - len(design.used_external)
    gone = "; ".join(filter(None, (lost, *external_words(design.settings.estimand, away, len(design.external)))))
    return ": ".join(filter(None, (design.estimand, gone)))


_HEADINGS = {
    "heading": "Heading",
    "trial": "Trial",
    "external": "External",
    "judgement": "Judgement",
    "done": "What is done",
    "component": "Component",
    "target": "Target trial",
    "emulation": "Emulation",
}
