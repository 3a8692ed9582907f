"""Does a hazard ratio hold over time? The score test of proportional hazards and the residuals behind it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from onearm.endpoints.sample import Output, Times, at_group
from onearm.results import Residuals
from onearm.stats.cox import proportional_hazards_test
from onearm.units import months

if TYPE_CHECKING:
    from onearm.endpoints.time_to_event import Words

METHOD = "score test of proportional hazards (R survival 3.0 and later), Kaplan-Meier transform of time"
_FEW = 5  # fewer events than this carry no smooth curve


def proportionality(first: Times, second: Times, words: Words, of: str) -> Output:
    """Test of proportional hazards of the first group against the second, and its residuals to draw."""
    subjects = (*first.subjects, *second.subjects)
    days = np.concatenate([first.days, second.days])
    event = np.concatenate([first.event, second.event])
    group = np.r_[np.ones(len(first.subjects)), np.zeros(len(second.subjects))]
    common: dict[str, Any] = {"n": days.size, "events": int(event.sum()), "subjects": subjects, "method": METHOD}
    common["notes"] = (*words.notes, of)
    found, why = None, "too few events"
    if first.subjects and second.subjects and event.any():
        try:
            found = proportional_hazards_test(days, event, group)
            why = found.message or why
        except ValueError:  # the groups are never at risk together
            why = "no event time has members of both groups at risk"
    known = found is not None and np.isfinite(found.p_value[0])
    one = words.estimate(
        "ph_p",
        "proportional hazards p",
        unit="p",
        value=float(found.p_value[0]) if found is not None and known else None,
        error=None if known else why,
        **common,
    )
    out = Output([one])
    if found is None or not known:
        return out
    smooth = found.smooth() if found.time.size >= _FEW else None
    drawn = smooth is not None and bool(np.all(np.isfinite(smooth.estimate[:, 0])))
    curves: dict[str, tuple[float, ...]] = dict.fromkeys(("smooth_time", "smooth", "low", "high"), ())
    if smooth is not None and drawn:
        curves = {
            "smooth_time": tuple(months(float(t)) for t in smooth.time),
            "smooth": tuple(float(v) for v in smooth.estimate[:, 0]),
            "low": tuple(float(v) for v in smooth.low[:, 0]),
            "high": tuple(float(v) for v in smooth.high[:, 0]),
        }
    out.residuals.append(
        Residuals(
            id=at_group(f"{words.name}.schoenfeld", words.group),
            label=words.label,
            panel=words.group,
            time=tuple(months(float(t)) for t in found.time),
            value=tuple(float(v) for v in found.residuals[:, 0]),
            overall=float(found.coef[0]),
            test=one.id,
            method=f"{METHOD}; smooth: natural spline of 4 parameters, plus and minus two standard errors",
            subjects=tuple(subjects[i] for i in found.row),
            **curves,
        )
    )
    return out
