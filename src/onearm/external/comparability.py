"""Trial and source side by side: the protocol's words, and beside them what the baseline data say; no outcome."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from onearm import text
from onearm.cohort.baseline import Baseline
from onearm.external.index_date import Timing
from onearm.external.missing import lacking
from onearm.external.period import calendar
from onearm.protocol.alignment import Alignment, Missing, missing_words
from onearm.protocol.comparability import HEADINGS, Comparability, Heading
from onearm.protocol.comparison import Comparison
from onearm.stats.balance import standardized_differences

NOT_STATED = "not stated"


@dataclass(frozen=True, slots=True)
class Shown:
    """What the data say under one heading: of the trial, of the source, and what is done."""

    trial: str = ""
    external: str = ""
    done: str = ""


def comparability(
    name: str,
    settings: Comparison,
    trial: Baseline,
    external: Baseline,
    trial_timing: Timing | None = None,
    external_timing: Timing | None = None,
) -> tuple[Mapping[str, str], ...]:
    """Rows of the comparability table of one comparison, in the order of the headings.

    Parameters
    ----------
    name, settings
        The comparison. Without ``comparability`` in the protocol every word is `not stated`.
    trial, external
        The eligible of both sides, missing covariates included.
    trial_timing, external_timing
        When they began, where known.

    Returns
    -------
    tuple of mapping
        ``id`` (``comparability.time_periods|NAME``), ``comparison``, ``heading``, ``trial``, ``external``,
        ``judgement``, ``done``. A judgement is the protocol's, never made from the data.

    Notes
    -----
    Follow-up and outcome are not looked at: only their rules are shown.
    """
    words = settings.comparability or Comparability()
    data = {
        "time_periods": _times(trial_timing, external_timing, settings.alignment),
        "prognosis": _prognosis(settings, trial, external),
        "follow_up": _follow_up(settings.alignment),
        "outcome": _outcome(settings.alignment),
        "missing_data": _missing(settings.covariates, settings.missing, trial, external),
    }
    return tuple(_row(name, key, getattr(words, key), data.get(key, Shown())) for key in HEADINGS)


def _row(name: str, key: str, said: Heading, found: Shown) -> Mapping[str, str]:
    judged = said.judgement if said.judgement != "unknown" or said.model_fields_set else NOT_STATED
    return {
        "id": f"comparability.{key}|{name}",
        "comparison": name,
        "heading": HEADINGS[key],
        "trial": _both(said.trial, found.trial),
        "external": _both(said.external, found.external),
        "judgement": judged,
        "done": _both(said.done, found.done),
    }


def _both(said: str, found: str) -> str:
    """The protocol's words, then the data's; `not stated` where there is neither."""
    parts = [s.strip().rstrip(".") for s in (said, found) if s.strip()]
    return ". ".join(parts) if parts else NOT_STATED


def _sentence(said: str) -> str:
    return said[:1].upper() + said[1:]


def _times(trial: Timing | None, external: Timing | None, alignment: Alignment | None) -> Shown:
    if trial is None or external is None:
        return Shown()
    found = calendar(trial, external)
    spans = [
        f"Day one from {s[0]} to {s[1]}" if s else "Dates of day one not given" for s in (found.trial, found.external)
    ]
    done = _sentence(found.words)
    if alignment is not None and alignment.period is not None:
        done += f"; only external patients with day one {alignment.period.words} are compared"
    return Shown(spans[0], spans[1], done)


def _prognosis(settings: Comparison, trial: Baseline, external: Baseline) -> Shown:
    """How far the covariates lie apart before anything is adjusted, each among those who have it."""
    largest: list[tuple[float, str]] = []
    for name in settings.covariates:
        (x1, columns), (x0, _) = (s.balance_matrix([name]) for s in (trial, external))
        x1, x0 = (x[~np.isnan(x).any(axis=1)] for x in (x1, x0))
        if not len(x1) or not len(x0):
            continue
        treated = np.r_[np.ones(len(x1), dtype=bool), np.zeros(len(x0), dtype=bool)]
        smd = standardized_differences(np.vstack([x1, x0]), treated, None, settings.smd)
        worst = int(np.argmax(np.abs(smd)))
        level = columns[worst].partition("=")[2]
        label = trial.covariates[name].label + (f" ({level})" if level else "")
        largest.append((abs(float(smd[worst])), label))
    if not largest:
        return Shown()
    value, label = max(largest)
    shown = text.number(value, 2) if np.isfinite(value) else "without limit (no spread)"
    over = sum(v > settings.gates.max_smd for v, _ in largest)
    said = (
        f"{len(largest)} covariates; largest standardized difference before adjustment {shown}: {label}, of all "
        f"eligible with a value; {over} of the covariates above {settings.gates.max_smd:g}"
    )
    return Shown(external=said)


def _follow_up(alignment: Alignment | None) -> Shown:
    if alignment is None or alignment.truncate is None:
        return Shown()
    because = f" ({alignment.truncate.because.rstrip('.')})" if alignment.truncate.because else ""
    return Shown(done=f"Follow-up of both sides ends after {alignment.truncate.months:g} months{because}")


def _outcome(alignment: Alignment | None) -> Shown:
    if alignment is None or not alignment.endpoints:
        return Shown()
    ends = alignment.endpoints.items()
    done = [f"{k}: {e.done or 'nothing, the rules are the same'}" for k, e in ends]
    return Shown(
        "; ".join(f"{k}: {e.trial}" for k, e in ends), "; ".join(f"{k}: {e.external}" for k, e in ends), "; ".join(done)
    )


def _missing(covariates: Sequence[str], missing: Missing, trial: Baseline, external: Baseline) -> Shown:
    """Shares missing of each covariate, where any are."""
    sides: tuple[list[str], list[str]] = ([], [])
    for one in lacking(trial, external, covariates):
        counts = ((one.trial, one.trial_n), (one.external, one.external_n))
        for said, (lack, n) in zip(sides, counts, strict=True):
            if lack:
                said.append(f"{trial.covariates[one.covariate].label} {lack}/{n} ({text.percent(lack, n)}%)")
    shown = ["Missing: " + ", ".join(s) if s else "No covariate is missing" for s in sides]
    return Shown(shown[0], shown[1], _sentence(missing_words(missing)))
