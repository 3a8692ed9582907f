"""How wrong a comparison could be: the analyses its protocol asks for, each with what it assumes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from onearm.endpoints import Analysis
from onearm.external.blind import Blind
from onearm.results import Estimate, Evidence, Statement
from onearm.study.sensitivity_subject import Subject
from onearm.study.trial import Trial


@dataclass(frozen=True, slots=True)
class Doubt:
    """What the sensitivity analyses of one comparison found; ``evidence`` is of facts that only they look at."""

    estimates: list[Estimate] = field(default_factory=list)
    statements: list[Statement] = field(default_factory=list)
    evidence: dict[str, dict[str, Evidence]] = field(default_factory=dict)


def sensitivity(
    made: Blind, found: Sequence[Estimate], trial: Trial, members: Sequence[str], analysis: Analysis
) -> Doubt:
    """Every sensitivity analysis that a comparison asks for.

    Parameters
    ----------
    made
        Its blind half.
    found
        What the comparison found.
    trial
        The trial with its sources.
    members
        Members of the population that is compared.
    analysis
        The trial ready for estimation.
    """
    asked, doubt = made.settings.sensitivity, Doubt()
    if asked is None:
        return doubt
    from onearm.study.sensitivity_again import left_out, negative_controls
    from onearm.study.sensitivity_confounder import e_values, tipping
    from onearm.study.sensitivity_draws import biased, dropouts
    from onearm.study.sensitivity_orders import in_orders

    one = Subject(made, {e.id: e for e in found}, trial, members, analysis)
    if asked.e_value is not None:
        doubt.estimates.extend(e_values(one.ratios, asked.e_value))
    if asked.leave_one_out is not None:
        doubt.estimates.extend(left_out(one, asked.leave_one_out))
    if asked.orders is not None:
        said, statement = in_orders(one, asked.orders)
        doubt.estimates.extend(said)
        doubt.statements.extend(statement)
    if asked.tipping is not None:
        doubt.estimates.extend(tipping(one.ratios, asked.tipping))
    if asked.negative_control is not None:
        said, evidence = negative_controls(one, asked.negative_control)
        doubt.estimates.extend(said)
        doubt.evidence.update(evidence)
    if asked.dropout is not None:
        doubt.estimates.extend(dropouts(one, asked.dropout))
    if asked.bias is not None:
        doubt.estimates.extend(biased(one, asked.bias))
    return doubt
