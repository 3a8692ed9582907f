"""Invented curves, flows and comparisons."""

from __future__ import annotations

from sample_parts import INO, LEVEL, SALVAGE, curve, number, survival

from onearm.results import Curve, Estimate, Flow, FlowStep, Gate, Statement


def curves() -> dict[str, Curve]:
    asct = "Transplant by 2 months"
    found = [
        curve("os", "Overall survival", "os", "", 36, 48, 4),
        curve("pfs", "Progression-free survival", "pfs", "", 18, 48, 5),
        curve(
            "os_by_asct|transplanted=yes", "Overall survival from 2 months", "os_by_asct", f"{asct}: yes", 120, 24, 2
        ),
        curve("os_by_asct|transplanted=no", "Overall survival from 2 months", "os_by_asct", f"{asct}: no", 18, 19, 3),
        curve(f"os|{SALVAGE}/trial", "Overall survival", f"os|{SALVAGE}", "mini-HCVD + InO ± blinatumomab", 40, 41, 6),
        curve(
            f"os|{SALVAGE}/external", "Overall survival", f"os|{SALVAGE}", "Intensive salvage chemotherapy", 8, 41, 7
        ),
        curve(f"os|{INO}/trial", "Overall survival", f"os|{INO}", f"{INO}/trial", 30, 20, 8),
        curve(f"os|{INO}/external", "Overall survival", f"os|{INO}", f"{INO}/external", 24, 20, 9),
    ]
    return {c.id: c for c in found}


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
        number(
            f"os.hazard_ratio|{name}",
            "Overall survival: hazard ratio",
            hr,
            "hazard ratio",
            "comparison",
            low=hr * 0.55,
            high=hr * 1.8,
            level=LEVEL,
            **cox,
        ),
        number(f"os.cox_p|{name}", "Overall survival: Wald p", 0.00021, "p", "comparison", **cox),
        number(
            f"os.log_rank_p|{name}",
            "Overall survival: log-rank p",
            0.0312,
            "p",
            "comparison",
            method="log-rank test, two-sided; pairs ignored",
            n=2 * n,
        ),
        number(
            f"os.hazard_ratio|{name}/crude",
            "Overall survival: hazard ratio",
            hr * 1.1,
            "hazard ratio",
            "comparison",
            low=hr * 0.7,
            high=hr * 1.7,
            level=LEVEL,
            **cox,
        ),
    ]


def balance(name: str, worst: float) -> list[Estimate]:
    found = []
    rows = (
        ("age", "Age, years", 41.2, 0.42),
        ("sex=female", "Sex: female", 0.54, -0.11),
        ("wbc", "White cells", 4.1, 1.3),
        ("cytogenetics=complex", "Cytogenetics: complex, low hypodiploid or near triploid karyotype", 0.2, worst * 2),
        ("duration", "Duration of first remission, months", 14.0, -0.6),
    )
    for key, label, mean, smd in rows:
        unit = "proportion" if "=" in key else "years"
        for stage, d in (("before", smd), ("after", smd * 0.12 if "complex" not in key else worst)):
            of = {"method": "difference of means over the SD of the trial", "population": f"{stage} matching"}
            found.append(number(f"smd.{key}|{name}/{stage}", label, d, "standardized difference", "balance", **of))
            if "=" not in key:
                found.append(number(f"variance_ratio.{key}|{name}/{stage}", label, 1 + d / 2, "ratio", "balance", **of))
            for side, value in (("trial", mean), ("external", mean * (1 - d / 4))):
                found.append(number(f"mean.{key}|{name}/{side}_{stage}", label, value, unit, "balance", **of))
    return found


def gates(name: str, worst: float, share: float) -> list[Gate]:
    return [
        Gate(
            id=f"gate.matched|{name}",
            comparison=name,
            name="Share of trial patients matched",
            value=share,
            threshold=0.5,
            passed=share >= 0.5,
            says=f"{round(48 * share)} of 48 matched; at least 0.5 required",
        ),
        Gate(
            id=f"gate.balance|{name}",
            comparison=name,
            value=worst,
            threshold=0.25,
            passed=worst <= 0.25,
            name="Largest absolute standardized difference after matching",
            says="largest for cytogenetics=complex; at most 0.25 allowed",
        ),
    ]


def step(name: str, label: str, n: int, removed: int, reason: str, tail: str = "", branch: bool = False) -> FlowStep:
    gone = f"n.removed.{name}{tail}" if removed and not branch else ""
    return FlowStep(
        name=name,
        label=label,
        n=n,
        removed=removed,
        reason=reason,
        estimate=f"n.{name}{tail}",
        removed_estimate=gone,
        branch=branch,
    )


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
            step(
                "eligible.2",
                "Age of at least 18 years and performance status of at most 3 at relapse",
                115,
                6,
                "age under 18",
                tail,
            ),
            step("complete", "Complete in every covariate", 104, 11, "a covariate is missing", tail),
            step(
                "matched", "Matched to a trial patient", matched, 104 - matched, "no partner within the caliper", tail
            ),
        )
        found.append(Flow(id=name, label=label, steps=steps))
    return tuple(found)


def statements() -> tuple[Statement, ...]:
    target, sides = ("Component", "Target trial", "Emulation"), ("Heading", "Trial", "External", "Judgement")
    return (
        Statement(
            id=f"target_trial|{SALVAGE}",
            comparison=SALVAGE,
            columns=target,
            rows=(("Assignment to strategies", "At random", "Not at random"),),
        ),
        Statement(
            id=f"comparability|{SALVAGE}",
            comparison=SALVAGE,
            columns=sides,
            rows=(("Time periods", "2012 to 2016", "2002 to 2011", "different"),),
        ),
    )
