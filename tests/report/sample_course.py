"""Invented results of the course: causes, states, transplantation, subgroups, residuals."""

from __future__ import annotations

import math
from dataclasses import replace

from sample_parts import SALVAGE, curve, number, proportion

from onearm.results import Curve, Estimate, Residuals

_STATES = ("No response yet", "In remission", "After transplantation", "Dead")


def course() -> list[Estimate]:
    found = []
    for cause, x in (("relapse", 17), ("death", 8)):
        found.append(number(f"causes.events|{cause}", f"Relapse and NRM: {cause}, events", x, "events", "competing"))
        share = proportion(f"causes.p@12mo|{cause}", f"Relapse and NRM: {cause} at 12 months", x, 48, "competing")
        found.append(share)
    found.append(number("causes.gray_p|relapse", "Relapse and NRM: relapse, Gray's test p", 0.2, "p", "competing"))
    found.append(proportion("now.p@12mo", "In response: probability at 12 months", 20, 48, "in-response"))
    found.append(number("now.mean@24mo", "In response: mean time to 24 months", 12.8, "months", "in-response"))
    for k, state in enumerate(_STATES):
        found.append(
            proportion(f"where.p@12mo|{state}", f"Where patients are: {state} at 12 months", 5 * k, 48, "states")
        )
    for context, name in (("time-dependent", "os_td"), ("clone-censor-weight", "os_ccw"), ("naive", "os_naive")):
        for side in ("yes", "no"):
            key = f"{name}.survival@24mo|transplanted={side}"
            found.append(proportion(key, "Overall survival: at 24 months", 20, 48, context))
        ratio = number(
            f"{name}.hazard_ratio", "Overall survival: hazard ratio", 0.65, "hazard ratio", context, level=0.95
        )
        found.append(replace(ratio, low=0.27, high=1.55))
    found.append(number("os_td.mantel_byar_p", "Overall survival: Mantel-Byar p", 0.33, "p", "time-dependent"))
    return found + subgroups()


def subgroups() -> list[Estimate]:
    found = []
    for column, level, x, n in (
        ("Age", "below 60", 38, 42),
        ("Age", "60 or more", 6, 6),
        ('Sex <"&">', "female", 23, 23),
        ('Sex <"&">', "male", 21, 25),
    ):
        key = f"orr_groups|{column.split()[0].lower()}={level}"
        label = f"Response: rate by subgroup: {column}, {level}"
        found.append(proportion(key, label, x, n, "subgroups", heading=column))
    for k, (level, events, n) in enumerate((("female", 10, 23), ("male", 15, 25), ("not known", 0, 3))):
        label = f"Survival by subgroup: Sex, {level}"
        key = f"|sex={level}"
        found.append(number(f"os_groups.n{key}", f"{label}: patients", n, "patients", "subgroups", n=n, heading="Sex"))
        found.append(
            number(f"os_groups.events{key}", f"{label}: events", events, "events", "subgroups", n=n, heading="Sex")
        )
        if k:
            value = 1.82 if k == 1 else None
            one = number(f"os_groups.hazard_ratio{key}", f"{label}: hazard ratio", value, "hazard ratio", "subgroups")
            limits = {"low": 0.81, "high": 4.08} if k == 1 else {"error": "no events"}
            found.append(replace(one, level=0.95, heading="Sex", **limits))
    found.append(number("os.ph_p|" + SALVAGE, "Overall survival: proportional hazards p", 0.041, "p", "comparison"))
    return found


def course_curves() -> list[Curve]:
    found = []
    for k, cause in enumerate(("Relapse", "Non-relapse mortality")):
        one = curve(f"causes|{cause.lower()}", "Relapse and NRM", "causes", cause, 30.0, 48, 20 + k)
        found.append(_turned(one, "incidence", 0.5))
    found.append(_turned(curve("now", "In response", "now", "", 40.0, 48, 30), "probability", 1.0))
    base = curve("where", "Where patients are", "where", "", 30.0, 48, 40)
    for state in _STATES:
        share = 1 / len(_STATES)
        value = tuple(share for _ in base.value)
        key = f"where|{state}"
        found.append(replace(base, id=key, group=state, kind="state", start=share, value=value, low=value, high=value))
    for side in ("yes", "no"):
        key = f"os_td|transplanted={side}"
        found.append(curve(key, "Overall survival", "os_td", f"Transplanted so far: {side}", 30.0, 24, 50))
    return found


def _turned(one: Curve, kind: str, share: float) -> Curve:
    """A survival curve as an incidence: from 0 up, at most ``share``."""

    def up(v: float | None) -> float | None:
        return None if v is None else share * (1 - v)

    value = tuple(share * (1 - v) for v in one.value)
    low, high = tuple(up(v) for v in one.high), tuple(up(v) for v in one.low)
    return replace(one, kind=kind, start=0.0, value=value, low=low, high=high)


def residuals() -> tuple[Residuals, ...]:
    time = tuple(0.7 * k for k in range(1, 31))
    at = tuple(1.0 * k for k in range(1, 21))
    return (
        Residuals(
            id=f"os.schoenfeld|{SALVAGE}",
            label="Overall survival",
            panel=SALVAGE,
            time=time,
            value=tuple(2 * math.sin(3 * t) for t in time),
            smooth_time=at,
            smooth=tuple(-0.8 + 0.02 * t for t in at),
            low=tuple(-1.8 for _ in at),
            high=tuple(0.6 for _ in at),
            overall=-0.8,
            test=f"os.ph_p|{SALVAGE}",
            method="score test of proportional hazards",
        ),
        Residuals(
            id="pfs.schoenfeld|other",
            label="Progression-free survival",
            panel="other",
            time=(1.0, 2.0),
            value=(0.3, -0.4),
            smooth_time=(),
            smooth=(),
            low=(),
            high=(),
            overall=0.1,
            test="pfs.ph_p|other",
            method="score test of proportional hazards",
        ),
    )
