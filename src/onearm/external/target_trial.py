"""The target trial beside its emulation, from the settings of a comparison and the protocol's own words."""

from __future__ import annotations

from collections.abc import Mapping

from onearm.protocol.alignment import missing_words
from onearm.protocol.comparability import COMPONENTS, TargetTrial
from onearm.protocol.comparison import Comparison
from onearm.protocol.document import Protocol

ESTIMANDS = {
    "ATT": "the effect in patients like those of the trial (ATT)",
    "ATE": "the effect in all patients of both sides (ATE)",
    "ATO": "the effect in patients who could have been on either side (ATO)",
    "ATM": "the effect in patients who could be matched (ATM)",
}
"""Estimand -> whom it speaks of."""


def target_trial(
    name: str, settings: Comparison, protocol: Protocol, reached: str = ""
) -> tuple[Mapping[str, str], ...]:
    """Rows of the target-trial table of one comparison, in the order of the components.

    ``reached`` says whom the made design speaks of, where that is not whom the protocol aimed at: it stands beside the
    aim even where the protocol has words of its own. Words of the protocol stand in place of what its settings would
    say. Components after Hernan & Robins (2016,
    doi:10.1093/aje/kwv254) and the TARGET statement (2025, doi:10.1001/jama.2025.13350).

    Returns
    -------
    tuple of mapping
        ``id`` (``target_trial.time_zero|NAME``), ``comparison``, ``component``, ``target``, ``emulation``.
    """
    words = settings.target_trial or TargetTrial()
    made = _settings(settings, protocol)
    rows = []
    for key, label in COMPONENTS.items():
        said = getattr(words, key)
        target, emulation = made[key]
        rows.append(
            {
                "id": f"target_trial.{key}|{name}",
                "comparison": name,
                "component": label,
                "target": said.target.strip() or target,
                "emulation": _reached(said.emulation.strip() or emulation, reached if key == "estimand" else ""),
            }
        )
    return tuple(rows)


def _reached(said: str, found: str) -> str:
    """What was aimed at, and after it whom the made design speaks of where that is another."""
    return f"{said.replace('The same: ', 'Aimed at ', 1)}; reached: {found}" if found else said


def _settings(c: Comparison, p: Protocol) -> Mapping[str, tuple[str, str]]:
    """Component -> (target trial, emulation), as the settings say."""
    population = p.populations[c.population].label if c.population in p.populations else ""
    eligible = " and ".join(one.criterion for one in c.eligibility)
    criteria = f"Population of the trial: {population or c.population}" + (f"; {eligible}" if eligible else "")
    source = c.label or p.external[c.source].label
    covariates = ", ".join(p.covariates[v].label for v in c.covariates if v in p.covariates)
    whom = ESTIMANDS[c.estimand]
    endpoints = ", ".join(getattr(p.endpoints[e], "label", "") or e for e in c.endpoints if e in p.endpoints)
    return {
        "eligibility": (criteria, _eligibility(c, source)),
        "strategies": (
            f"{p.trial.arm}, or {source}",
            f"{p.trial.arm} as given in the trial; {source} as received by the patients of the source",
        ),
        "assignment": (
            "At random, known to patient and physician",
            f"Not at random: patients are taken to be exchangeable given {covariates}",
        ),
        "time_zero": ("The day of assignment, when eligibility is met and treatment begins", _time_zero(c, p)),
        "follow_up": (_until(c), _until(c)),
        "outcome": (endpoints, _outcomes(c) or endpoints),
        "estimand": (f"{whom[:1].upper()}{whom[1:]}, by the treatment assigned", f"The same: {whom}"),
        "analysis": (
            "By the treatment assigned, without adjustment",
            f"Method {c.method}; design from covariates alone, before outcomes; missing covariates: "
            f"{missing_words(c.missing)}",
        ),
        "assumptions": (
            "Random assignment makes the groups exchangeable",
            "No unmeasured prognostic difference given the covariates; every kind of patient could be on either side; "
            "treatments, day one and outcomes are the same things on both sides",
        ),
    }


def _eligibility(c: Comparison, source: str) -> str:
    said = f"The same conditions, applied to {source} where its data hold them"
    a = c.alignment
    if a is None:
        return said
    if a.line is not None:
        said += f"; {a.line.condition.criterion}"
    if a.period is not None:
        said += f"; day one {a.period.words}"
    return said


def _time_zero(c: Comparison, p: Protocol) -> str:
    said = f"Day one is {p.trial.time_zero.replace('_', ' ')} on both sides"
    if c.alignment is not None and c.alignment.index is not None:
        rules = {"first": "the first eligible line", "last": "the last eligible line", "all": "every eligible line"}
        said += f"; of several lines of an external patient {rules[c.alignment.index.rule]} counts"
    return said


def _until(c: Comparison) -> str:
    said = "From time zero to the event, the last contact or the data cut-off"
    if c.alignment is not None and c.alignment.truncate is not None:
        said += f", at most {c.alignment.truncate.months:g} months"
    return said


def _outcomes(c: Comparison) -> str:
    """What the protocol says of the source's rules."""
    if c.alignment is None:
        return ""
    return "; ".join(f"{k}: {e.external} (same rule: {e.same})" for k, e in c.alignment.endpoints.items())
