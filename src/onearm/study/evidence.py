"""What proves the numbers of a comparison: the rows of its facts, and what the matching made of each subject."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from onearm.cohort.tables import Cohort
from onearm.external.align import Aligned
from onearm.external.record import Design
from onearm.facts import FactColumn
from onearm.results import Evidence


def matched(plan: Design, us: Aligned, them: Aligned, prefix: str) -> dict[str, Evidence]:
    """What the matching made of every subject that came into question, on both sides."""
    said: dict[str, str] = {}
    for steps, before in ((us.steps, ""), (them.steps, prefix)):
        for step in steps:
            said |= {before + s: f"left out: {step.reason}" for s in step.removed}
            said |= {before + s: "eligible" for s in step.kept}
    if plan.logit_trial.size:
        alone = [*zip(plan.trial, plan.logit_trial, strict=True)]
        said |= {s: f"no partner within the caliper; logit score {v:.4f}" for s, v in alone}
        spare = [*zip(plan.external, plan.logit_external, strict=True)]
        said |= {prefix + s: f"not chosen as a partner; logit score {v:.4f}" for s, v in spare}
    weighed = [*zip(plan.trial, plan.weight_trial, strict=True)]
    weighed += [(prefix + s, w) for s, w in zip(plan.external, plan.weight_external, strict=True)]
    said |= {s: f"weight {w:.4f}" for s, w in weighed if w > 0}
    for number, (t, c) in enumerate(plan.pairs, 1):
        ours, theirs = plan.trial[t], prefix + plan.external[c]
        a, b = plan.logit_trial[t], plan.logit_external[c]
        said[ours] = f"pair {number} with {theirs}; logit score {a:.4f} and {b:.4f}"
        said[theirs] = f"pair {number} with {ours}; logit score {b:.4f} and {a:.4f}"
    at = rows_told(us.everybody) | rows_told(them.everybody, prefix)
    return {s: Evidence(words, at[s].at) for s, words in said.items()}


def evidence_of(facts: Mapping[str, FactColumn], source: Cohort, prefix: str) -> dict[str, dict[str, Evidence]]:
    """Evidence of the facts and of the baseline of an external source."""
    return {name: told(fact.frame, prefix) for name, fact in facts.items()} | {
        "baseline": rows_told(source.subjects, prefix)
    }


def told(frame: pl.DataFrame, prefix: str = "") -> dict[str, Evidence]:
    """Evidence of a fact: what is said of each subject and the rows that prove it."""
    columns = (frame["subject"].to_list(), frame["says"].to_list(), frame["at"].to_list())
    return {prefix + s: Evidence(says or "", tuple(at)) for s, says, at in zip(*columns, strict=True)}


def rows_told(subjects: pl.DataFrame, prefix: str = "") -> dict[str, Evidence]:
    """Evidence of the baseline: the subject's own row."""
    columns = (subjects["subject"].to_list(), subjects["at"].to_list())
    return {prefix + s: Evidence("row of subjects", (at,)) for s, at in zip(*columns, strict=True)}
