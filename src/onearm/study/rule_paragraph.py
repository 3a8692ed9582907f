"""A stopping rule as a protocol would tell it, every number out of its design."""

from __future__ import annotations

from onearm.design.record import Design
from onearm.design.words import sentence


def rule_paragraph(design: Design) -> str:
    """The rule, its limits, what it does at its true rates, its conventions and its assumption, as one paragraph.

    Parameters
    ----------
    design
        From `onearm.design.of_rule.design_of_rule`.
    """
    rates = tuple((label or "true rate", p) for label, p in design.rates)
    body = [sentence(said) for said in design.body.sentences(rates)]
    return " ".join([*body, *(sentence(said) for said in (*design.conventions, *design.notes))])
