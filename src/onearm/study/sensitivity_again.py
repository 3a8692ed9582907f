"""The primary comparison again: without one covariate, and on endpoints that the treatment cannot have changed."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from onearm import text
from onearm.external.blind import Blind
from onearm.external.design import PRIMARY
from onearm.protocol.comparison import Comparison
from onearm.protocol.sensitivity import Controls, LeaveOneOut
from onearm.results import Estimate, Evidence
from onearm.stats.sensitivity import NegativeControl, negative_control
from onearm.study.blind import design_of
from onearm.study.comparison import Compared, compare
from onearm.study.sensitivity_subject import MEASURES, Subject, about


def without(settings: Comparison, covariate: str) -> Comparison:
    """The primary method of a comparison as its protocol would be without one covariate.

    Rules that name the covariate go with it.
    """
    change: dict[str, Any] = {
        "covariates": tuple(c for c in settings.covariates if c != covariate),
        "methods": {},
        "sensitivity": None,
    }
    for key in ("exact", "antiexact"):
        change[key] = tuple(c for c in getattr(settings, key) if c != covariate)
    for key in ("within", "cutpoints"):
        change[key] = {c: v for c, v in getattr(settings, key).items() if c != covariate}
    return settings.model_copy(update=change)


def left_out(one: Subject, asked: LeaveOneOut) -> Iterator[Estimate]:
    """The primary ratios without each covariate: aligned, matched, judged and estimated again."""
    settings, protocol = one.made.settings, one.trial.protocol
    for covariate in asked.covariates or settings.covariates:
        what = f"without {protocol.covariates[covariate].label or covariate}"
        part = f"without_{covariate}"
        why = _cannot(settings, covariate)
        if why:
            yield from (about(e, e.stat, what, part, error=why) for e in one.ratios)
            continue
        again = without(settings, covariate)
        source = one.trial.external[settings.source]
        seed = one.analysis.seed
        made = design_of(one.made.name, again, protocol, one.members, one.trial.cohort, source, seed)
        found = {e.id: e for e in compare(made, one.analysis, source).estimates}
        stamp = " (gate failed)" if made.failed(PRIMARY) else ""
        for e in one.ratios:
            if e.id in found:
                note = f"leave-one-out: the protocol's primary method {what}, from alignment to effect"
                yield _again(found[e.id], what + stamp, part, note)


def _cannot(settings: Comparison, covariate: str) -> str:
    if len(settings.covariates) < 2:
        return "without its only covariate nothing is adjusted for"
    if settings.scoring.column == covariate:
        return "the covariate is the score itself"
    return ""


def _again(e: Estimate, what: str, part: str, note: str) -> Estimate:
    """A ratio that was estimated again, with everything of its own."""
    own = {k: getattr(e, k) for k in ("value", "low", "high", "level", "std_error", "error")}
    return about(e, e.stat, what, part, notes=(note,), **own)


def negative_controls(one: Subject, asked: Controls) -> tuple[list[Estimate], dict[str, dict[str, Evidence]]]:
    """The primary design's ratios of endpoints without an effect; two or more calibrate the primary ratios."""
    found = _compared(one, asked)
    wanted = {f"{e}.{stat}|{one.made.name}" for e in asked.endpoints for stat in MEASURES}
    controls = [e for e in found.estimates if e.id in wanted]
    note = "negative control: the treatment is assumed to have no effect on it; a ratio away from 1 is systematic error"
    out = [_again(e, f"{e.stat.replace('_', ' ')}, negative control", "negative", note) for e in controls]
    if len(asked.endpoints) > 1:
        out += [calibrated for e in one.ratios for calibrated in _calibrated(e, controls)]
    return out, found.evidence


def _compared(one: Subject, asked: Controls) -> Compared:
    """The comparison on the controls, by its own primary design."""
    made = one.made
    settings = made.settings.model_copy(update={"endpoints": asked.endpoints, "methods": {}})
    primary = _primary(made, settings)
    drawn = tuple(_primary(each, settings) for each in made.drawn)
    return compare(replace(primary, drawn=drawn), one.analysis, one.trial.external[settings.source])


def _primary(made: Blind, settings: Comparison) -> Blind:
    designs, diagnoses = {PRIMARY: made.designs[PRIMARY]}, {PRIMARY: made.diagnoses[PRIMARY]}
    return replace(made, settings=settings, designs=designs, diagnoses=diagnoses, drawn=())


def _calibrated(e: Estimate, controls: Sequence[Estimate]) -> Iterator[Estimate]:
    """The primary ratio after the systematic error seen in the controls of the same measure."""
    used = [c for c in controls if c.stat == e.stat and c.value and c.std_error]
    method = "empirical calibration: systematic error normal, by maximum likelihood (Schuemie et al. 2014)"
    what = f"{e.stat.replace('_', ' ')} after the systematic error of the controls"
    why = ""
    if len(used) < 2:
        why = f"negative controls with a {e.stat.replace('_', ' ')} of their own: {len(used)}; two are needed"
    elif not (e.value and e.std_error):
        why = e.error or "the primary ratio has no standard error"
    if why:
        yield about(e, "calibrated", what, "", method=method, error=why)
        yield about(e, "calibrated_p", f"p of the {what}", "", method=method, unit="p", error=why)
        return
    assert e.value is not None, "asked above"
    assert e.std_error is not None, "asked above"
    fit = negative_control([math.log(c.value or 1) for c in used], [c.std_error or 0 for c in used])
    level = e.level or 0.95
    new = fit.calibrate(math.log(e.value), e.std_error, level)
    said: dict[str, Any] = {"method": method, "notes": _words(fit)}
    limits = {"value": math.exp(new.estimate), "low": math.exp(new.low), "high": math.exp(new.high)}
    yield about(e, "calibrated", what, "", level=level, std_error=new.std_error, **limits, **said)
    yield about(e, "calibrated_p", f"p of the {what}", "", unit="p", value=new.p_value, **said)


def _words(fit: NegativeControl) -> tuple[str, ...]:
    return (
        f"systematic error of {fit.n} controls: ratio {text.number(math.exp(fit.mean), 2)}, standard deviation of its "
        f"logarithm {text.number(fit.sd, 2)}",
        "assumed: the controls err as the endpoint does; the uncertainty of mean and deviation is not counted, so that "
        "with fewer than ten controls the limits are too narrow",
    )
