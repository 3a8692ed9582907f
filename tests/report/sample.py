"""Invented results of 48 patients, with everything a printed page must bear: odd characters, long labels,
a median that is not reached, a number that cannot be estimated, a gate that failed."""

from __future__ import annotations

import math
import random
from typing import Any

from onearm.results import Curve, Estimate, Flow, FlowStep, Gate, Header, Results, RiskTable

LEVEL = 0.95
SALVAGE, INO = "salvage_chemo", "inotuzumab_alone"


def header() -> Header:
    return Header(
        trial="mini-hcvd-ino",
        title='Mini-hyper-CVD and inotuzumab, with or without blinatumomab, in first relapse <"A&B">',
        arm="mini-HCVD + InO ± blinatumomab",
        registry="NCT00000000",
        notice='Invented patients: no number here describes a real person <"&>.',
        cutoff="2017-06-30",
        software="onearm 0.1.0; Python 3.11.7; NumPy 2.4.6",
        definitions=(
            "Overall response: CR, CRp or CRi as best response within 4 cycles.",
            "Overall survival: first dose to death of any cause; the living are censored at last contact.",
            "A month is 30.4375 days.",
            "Matching: nearest neighbour 1:1 without replacement, caliper 0.2 SD of the logit score.",
        ),
        findings=(
            'D204 warning responses.csv:6: day 31 is after the window "< 30". Next: check the date',
            "D310 note adverse_events.csv:12: grade is missing. Next: fill the column grade",
        ),
    )


def proportion(key: str, label: str, x: int, n: int, context: str, **more: Any) -> Estimate:
    p = x / n
    half = 1.96 * math.sqrt(p * (1 - p) / n)
    return Estimate(
        id=key, label=label, variable=key.split("|")[0].split(".")[0], stat="p", context=context,
        unit="proportion", n=n, events=x, value=p, low=max(0.0, p - half), high=min(1.0, p + half),
        level=LEVEL, method="Clopper-Pearson exact interval", group=key.partition("|")[2],
        **({"population": "Treated patients"} | more),
    )  # fmt: skip


def number(key: str, label: str, value: float | None, unit: str, context: str, **more: Any) -> Estimate:
    head = key.partition("|")[0]
    basis = {"n": 48, "method": "count", "population": "Treated patients"}
    return Estimate(
        id=key, label=label, variable=head.partition(".")[0], stat=head.partition(".")[2], context=context,
        unit=unit, value=value, group=key.partition("|")[2], **(basis | more),
    )  # fmt: skip


def kaplan_meier(times: list[tuple[float, bool]]) -> list[tuple[float, float, float, float, int, int, int]]:
    """Rows of time, survival, limits (plain log-log), at risk, events, censored."""
    rows, s, var, left = [], 1.0, 0.0, len(times)
    for t in sorted({t for t, _ in times}):
        d, c = sum(e for u, e in times if u == t), sum(not e for u, e in times if u == t)
        s *= 1 - d / left
        var += d / (left * (left - d)) if left > d else 0.0
        if 0 < s < 1:
            half = 1.96 * math.sqrt(var) / abs(math.log(s))
            limits = s ** math.exp(half), s ** math.exp(-half)
        else:
            limits = s, s
        rows.append((t, s, *limits, left, d, c))
        left -= d + c
    return rows


def curve(key: str, label: str, panel: str, group: str, scale: float, n: int, seed: int) -> Curve:
    draw = random.Random(seed)
    times = []
    for _ in range(n):
        death, end = draw.expovariate(1 / scale), draw.uniform(14, 62)
        times.append((round(min(death, end), 2), death <= end))
    rows = kaplan_meier(times)
    ticks = [6.0 * k for k in range(int(rows[-1][0] // 6) + 1)]
    risk = RiskTable(
        time=tuple(ticks),
        at_risk=tuple(float(sum(u >= t for u, _ in times)) for t in ticks),
        censored=tuple(sum(u < t and not e for u, e in times) for t in ticks),
        events=tuple(sum(u < t and e for u, e in times) for t in ticks),
    )
    t, s, low, high, left, d, c = zip(*rows, strict=True)
    return Curve(
        id=key, label=label, panel=panel, group=group, time=t, value=s, low=low, high=high,
        at_risk=tuple(map(float, left)), events=tuple(map(float, d)), censored=tuple(map(float, c)), risk=risk,
        n=n, method="Kaplan-Meier; log-log interval", population="Treated patients",
    )  # fmt: skip


def survival(c: Curve, context: str, months: tuple[int, ...] = (12, 24), **more: Any) -> list[Estimate]:
    """Subjects, events, median and milestones read from a curve."""
    name, _, group = c.id.partition("|")
    tail = f"|{group}" if group else ""
    n, d = c.n, int(sum(c.events))
    k = next((k for k, s in enumerate(c.value) if s <= 0.5), None)
    low = next((t for t, s in zip(c.time, c.low, strict=True) if s is not None and s <= 0.5), None)
    high = next((t for t, s in zip(c.time, c.high, strict=True) if s is not None and s <= 0.5), None)
    km = {"method": c.method, "level": LEVEL, "n": n, "notes": ("a month is 30.4375 days",)} | more
    found = [
        number(f"{name}.n{tail}", f"{c.label}: patients", n, "patients", context, n=n),
        number(f"{name}.events{tail}", f"{c.label}: events", d, "events", context, n=n),
        number(f"{name}.median{tail}", f"{c.label}: median", math.inf if k is None else c.time[k], "months",
               context, low=low, high=high, error="not reached" if k is None else None, **km),
    ]  # fmt: skip
    for month in months:
        j = max((j for j, t in enumerate(c.time) if t <= month), default=0)
        found.append(
            number(f"{name}.survival@{month}mo{tail}", f"{c.label}: at {month} months", c.value[j], "proportion",
                   context, low=c.low[j], high=c.high[j], **km)
        )  # fmt: skip
    return found


def curves() -> dict[str, Curve]:
    asct = "Transplant by 2 months"
    found = [
        curve("os", "Overall survival", "os", "", 36, 48, 4),
        curve("pfs", "Progression-free survival", "pfs", "", 18, 48, 5),
        curve("os_by_asct|transplanted=yes", "Overall survival from 2 months", "os_by_asct", f"{asct}: yes", 120, 24, 2),
        curve("os_by_asct|transplanted=no", "Overall survival from 2 months", "os_by_asct", f"{asct}: no", 18, 19, 3),
        curve(f"os|{SALVAGE}/trial", "Overall survival", f"os|{SALVAGE}", "mini-HCVD + InO ± blinatumomab", 40, 41, 6),
        curve(f"os|{SALVAGE}/external", "Overall survival", f"os|{SALVAGE}", "Intensive salvage chemotherapy", 8, 41, 7),
        curve(f"os|{INO}/trial", "Overall survival", f"os|{INO}", f"{INO}/trial", 30, 20, 8),
        curve(f"os|{INO}/external", "Overall survival", f"os|{INO}", f"{INO}/external", 24, 20, 9),
    ]  # fmt: skip
    return {c.id: c for c in found}


def baseline() -> list[Estimate]:
    found = []
    values = {"median": 39.0, "q1": 28.0, "q3": 52.0, "mean": 41.2, "sd": 15.04, "min": 18.0, "max": 87.0}
    for name, label, unit, missing in (
        ("age", "Age", "years", 0),
        ("wbc", "White cells & <blasts>, 10⁹/L", "", 2),
    ):
        for stat, value in values.items():
            found.append(
                number(
                    f"{name}.{stat}", f"{label}: {stat}", value, unit, "baseline", method=f"{stat}, type 7"
                )
            )
        found.append(number(f"{name}.missing", f"{label}: missing", missing, "patients", "baseline"))
    found += [
        proportion("sex.female", "Sex: female", 26, 48, "baseline"),
        proportion("sex.male", "Sex: male", 22, 48, "baseline"),
    ]
    counts = {
        "diploid": 11,
        "t(4;11)": 3,
        'complex, low hypodiploid or near triploid ("high" risk <)': 9,
        "other": 20,
    }
    for level, x in counts.items():
        found.append(proportion(f"cytogenetics.{level}", f"Cytogenetics: {level}", x, 43, "baseline"))
    return [*found, number("cytogenetics.missing", "Cytogenetics: missing", 5, "patients", "baseline")]


def responses() -> list[Estimate]:
    unknown = {"notes": ("1 left out: not known",), "population": "Responders with a sample"}
    found = [
        proportion("orr", "Overall response", 44, 48, "response"),
        proportion("cr", "Complete remission", 35, 48, "response"),
        proportion("mrd", "MRD negativity among responders, by flow cytometry with a sensitivity of 0.01%", 40, 43,
                   "response", **unknown),
        proportion("asct", "Allogeneic transplantation", 24, 48, "response"),
    ]  # fmt: skip
    for level, x in (("CR", 35), ("CRp", 8), ("CRi", 1), ("no response", 3), ("early death", 1)):
        found.append(proportion(f"best_response.{level}", f"Best response: {level}", x, 48, "response"))
    found += [
        proportion("vod", "Veno-occlusive disease, any grade", 5, 48, "safety"),
        proportion("vod|version=original", "Veno-occlusive disease, any grade", 5, 38, "safety"),
        proportion("vod|version=amendment_1", "Veno-occlusive disease, any grade", 0, 10, "safety"),
        proportion("asct_alive", "Alive after transplantation", 14, 24, "status", population="Transplanted"),
        proportion(
            "asct_in_remission",
            "In remission after transplantation",
            13,
            24,
            "status",
            population="Transplanted",
        ),
    ]
    nobody = {
        "value": None,
        "low": None,
        "high": None,
        "error": "nobody in the population",
        "events": 0,
        "n": 0,
    }
    ne = proportion("no_asct_in_remission", "In remission without transplantation", 6, 20, "status")
    values = {f: getattr(ne, f) for f in Estimate.__dataclass_fields__}
    return [*found, Estimate(**(values | nobody))]


def effects(name: str, hr: float, n: int) -> list[Estimate]:
    cox = {"method": "Cox regression, Efron ties, robust variance, pairs as clusters", "n": 2 * n}
    out = [
        number(f"n.pairs|{name}", "Matched pairs", n, "patients", "comparison"),
        number(f"n.unmatched|{name}", "Trial patients without a partner", 48 - n, "patients", "comparison"),
    ]
    for side in ("trial", "external"):
        out += survival(curves()[f"os|{name}/{side}"], "comparison", (24,))
    return [
        *out,
        number(f"os.hazard_ratio|{name}", "Overall survival: hazard ratio", hr, "hazard ratio", "comparison",
               low=hr * 0.55, high=hr * 1.8, level=LEVEL, **cox),
        number(f"os.cox_p|{name}", "Overall survival: Wald p", 0.00021, "p", "comparison", **cox),
        number(f"os.log_rank_p|{name}", "Overall survival: log-rank p", 0.0312, "p", "comparison",
               method="log-rank test, two-sided; pairs ignored", n=2 * n),
        number(f"os.hazard_ratio|{name}/unmatched", "Overall survival: hazard ratio", hr * 1.1, "hazard ratio",
               "comparison", low=hr * 0.7, high=hr * 1.7, level=LEVEL, **cox),
    ]  # fmt: skip


def balance(name: str, worst: float) -> list[Estimate]:
    found = []
    rows = (
        ("age", "Age, years", 41.2, 0.42), ("sex=female", "Sex: female", 0.54, -0.11), ("wbc", "White cells", 4.1, 1.3),
        ("cytogenetics=complex", "Cytogenetics: complex, low hypodiploid or near triploid karyotype", 0.2, worst * 2),
        ("duration", "Duration of first remission, months", 14.0, -0.6),
    )  # fmt: skip
    for key, label, mean, smd in rows:
        unit = "proportion" if "=" in key else "years"
        for stage, d in (("before", smd), ("after", smd * 0.12 if "complex" not in key else worst)):
            of = {"method": "difference of means over the SD of the trial", "population": f"{stage} matching"}
            found.append(
                number(f"smd.{key}|{name}/{stage}", label, d, "standardized difference", "balance", **of)
            )
            if "=" not in key:
                found.append(
                    number(f"variance_ratio.{key}|{name}/{stage}", label, 1 + d / 2, "ratio", "balance", **of)
                )
            for side, value in (("trial", mean), ("external", mean * (1 - d / 4))):
                found.append(number(f"mean.{key}|{name}/{side}_{stage}", label, value, unit, "balance", **of))
    return found


def gates(name: str, worst: float, share: float) -> list[Gate]:
    return [
        Gate(id=f"gate.matched|{name}", comparison=name, name="Share of trial patients matched", value=share,
             threshold=0.5, passed=share >= 0.5, says=f"{round(48 * share)} of 48 matched; at least 0.5 required"),
        Gate(id=f"gate.balance|{name}", comparison=name, value=worst, threshold=0.25, passed=worst <= 0.25,
             name="Largest absolute standardized difference after matching",
             says="largest for cytogenetics=complex; at most 0.25 allowed"),
    ]  # fmt: skip


def step(
    name: str, label: str, n: int, removed: int, reason: str, tail: str = "", branch: bool = False
) -> FlowStep:
    gone = f"n.removed.{name}{tail}" if removed and not branch else ""
    return FlowStep(name=name, label=label, n=n, removed=removed, reason=reason, estimate=f"n.{name}{tail}",
                    removed_estimate=gone, branch=branch)  # fmt: skip


def flows() -> tuple[Flow, ...]:
    trial = (
        step("enrolled", "Enrolled", 51, 0, ""),
        step("treated", "Treated", 48, 3, "never received a dose"),
        step("responders", "Responded (CR, CRp or CRi)", 44, 0, "", branch=True),
        step("transplanted", "Transplanted", 24, 0, "", branch=True),
    )
    found = [Flow(id="trial", label="Trial", steps=trial)]
    for name, label, matched in (
        (SALVAGE, "Intensive salvage chemotherapy <&>", 41),
        (INO, "Inotuzumab alone", 20),
    ):
        tail = f"|{name}"
        steps = (
            step("source", f"Patients in the source: {label.lower()}", 160, 0, "", tail),
            step("eligible.1", "In first relapse", 121, 39, "in second or later relapse, or primary refractory", tail),
            step("eligible.2", "Age of at least 18 years and performance status of at most 3 at relapse", 115, 6,
                 "age under 18", tail),
            step("complete", "Complete in every covariate", 104, 11, "a covariate is missing", tail),
            step("matched", "Matched to a trial patient", matched, 104 - matched, "no partner within the caliper", tail),
        )  # fmt: skip
        found.append(Flow(id=name, label=label, steps=steps))
    return tuple(found)


def counts() -> list[Estimate]:
    found = []
    for f in flows():
        for s in f.steps:
            found.append(number(s.estimate, s.label, s.n, "patients", "attrition", n=s.n))
            if s.removed_estimate:
                found.append(
                    number(
                        s.removed_estimate, f"Removed: {s.reason}", s.removed, "patients", "attrition", n=s.n
                    )
                )
    return found


def sample() -> Results:
    """The results of an invented trial."""
    c = curves()
    landmark = [
        e for side in ("yes", "no") for e in survival(c[f"os_by_asct|transplanted={side}"], "landmark", (24,))
    ]
    label = "Overall survival from 2 months"
    found = [
        *counts(), *baseline(), *responses(),
        *survival(c["os"], "survival"), *survival(c["pfs"], "survival"),
        number("follow_up.median", "Follow-up: median", 31.04, "months", "follow-up", low=26.0, high=40.2, level=LEVEL,
               method="reverse Kaplan-Meier; log-log interval"),
        *landmark,
        number("os_by_asct.hazard_ratio", f"{label}: hazard ratio", None, "hazard ratio", "landmark", level=LEVEL,
               error="the likelihood has no maximum", method="Cox regression, Efron ties, model variance"),
        number("os_by_asct.log_rank_p", f"{label}: log-rank p", 0.0495, "p", "landmark", method="log-rank test, two-sided"),
        *balance(SALVAGE, 0.19), *balance(INO, 0.41), *effects(SALVAGE, 0.36, 41), *effects(INO, 0.83, 20),
    ]  # fmt: skip
    return Results(
        header(),
        {e.id: e for e in found},
        c,
        (*gates(SALVAGE, 0.19, 41 / 48), *gates(INO, 0.41, 20 / 48)),
        flows(),
    )


def nothing() -> Results:
    """Results with nothing in them."""
    return Results(Header(trial="empty", title="Nothing yet", arm="A"))
